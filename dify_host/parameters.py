"""Parameters of a tool as the plugin receives them: cast to their declared types and encoded by the daemon."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from dify_host.declarations import Parameter
from dify_host.failures import ParametersRefused
from dify_host.go_json import through_daemon

type GivenBy = Literal["raw", "workflow", "agent"]
"""Who sets a tool's parameters; `raw` sends them unchanged, which Dify never does."""

_TRUE = frozenset({"true", "yes", "y", "1"})
_FALSE = frozenset({"false", "no", "n", "0"})


def cast_parameters(
    declared: Sequence[Parameter], values: Mapping[str, Any], by: Literal["workflow", "agent"]
) -> dict[str, Any]:
    """Return the parameters that the plugin receives for given values.

    A tool node replaces the value of an undeclared name by null and does not add the YAML's defaults. An agent passes
    the value of an undeclared name unchanged. It always sends the author's settings (`form: form`), with the YAML's
    default for a blank one (`init_frontend_parameter`).

    Raises:
        ParametersRefused: Dify's cast fails, and the plugin gets no request.
    """
    try:
        complete = _of_node(declared, values) if by == "workflow" else _of_agent(declared, values)
        cast = {
            parameter.name: cast_value(parameter.type, complete[parameter.name])
            for parameter in declared
            if parameter.name in complete
        }
        received: dict[str, Any] = through_daemon({**complete, **cast})
    except ValueError as error:
        raise ParametersRefused(str(error)) from None
    return received


def cast_value(type_name: str, value: object) -> object:
    """Cast a value to a declared type as Dify does (`core/plugin/entities/parameters.py`).

    Raises:
        ValueError: The value cannot be cast.
    """
    try:
        return _CASTS.get(type_name, str)(value)
    except ValueError:
        raise
    except Exception:  # noqa: BLE001 - Dify also catches every exception
        raise ValueError(f"The tool parameter value {value!r} is not in correct type of {type_name}.") from None


def _of_node(declared: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {parameter.name for parameter in declared}
    return {name: value if name in names else None for name, value in values.items()}


def _of_agent(declared: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    settings = {
        parameter.name: _setting(parameter, values.get(parameter.name))
        for parameter in declared
        if parameter.form == "form"
    }
    return {**values, **settings}


def _setting(parameter: Parameter, value: object) -> object:
    chosen = parameter.default if not value and value != 0 else value
    if parameter.type == "select" and chosen is not None and chosen not in parameter.options:
        raise ValueError(f"tool parameter {parameter.name} value {chosen} not in options {list(parameter.options)}")
    return chosen


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _flag(value: object) -> bool:
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    return bool(value)


def _number(value: object) -> float | None:
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or not value:
        return None
    return float(value) if "." in value else int(value)


def _files(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _file(value: object) -> object:
    if not isinstance(value, list):
        return value
    if len(value) != 1:
        raise ValueError("This parameter only accepts one file but got multiple files while invoking.")
    return value[0]


def _list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    parsed = _parsed(value)
    return parsed if isinstance(parsed, list) else [value]


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    parsed = _parsed(value)
    return parsed if isinstance(parsed, dict) else {}


def _parsed(value: object) -> object:
    with contextlib.suppress(ValueError):
        return json.loads(value) if isinstance(value, str) else None
    return None


def _any(value: object) -> object:
    if value and not isinstance(value, str | dict | list | int | float):
        raise ValueError("The var selector must be a string, dictionary, list or number.")
    return value


def _selector(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("The selector must be a dictionary.")  # noqa: TRY004 - as Dify does
    return value


_CASTS: dict[str, Callable[[object], object]] = {
    "string": _text,
    "secret-input": _text,
    "select": _text,
    "checkbox": _text,
    "dynamic-select": _text,
    "number": _number,
    "boolean": _flag,
    "file": _file,
    "files": _files,
    "system-files": _files,
    "array": _list,
    "object": _object,
    "any": _any,
    "app-selector": _selector,
    "model-selector": _selector,
}
