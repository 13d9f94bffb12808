"""Parameters of a tool as Dify hands them over: cast by their declared types, carried through the daemon."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from dify_host.declarations import Parameter
from dify_host.failures import ParametersRefused
from dify_host.go_json import carried

type GivenBy = Literal["raw", "workflow", "agent"]
"""Who fills in a tool's parameters; `raw`: they are handed over as they are, which Dify never does."""

_YES = frozenset({"true", "yes", "y", "1"})
_NO = frozenset({"false", "no", "n", "0"})


def as_given(
    declared: Sequence[Parameter], values: Mapping[str, Any], by: Literal["workflow", "agent"]
) -> dict[str, Any]:
    """Return the parameters that the plugin receives of those that were filled in.

    A tool node turns an undeclared name into null, and adds no default of the YAML. An agent passes an undeclared name
    on as its model wrote it; of the settings of its author (`form: form`) every one arrives, with the default of the
    YAML where it was left blank (`init_frontend_parameter`).

    Raises:
        ParametersRefused: Dify itself fails, before the plugin is asked.
    """
    try:
        complete = _of_node(declared, values) if by == "workflow" else _of_agent(declared, values)
        cast = {
            parameter.name: cast_value(parameter.type, complete[parameter.name])
            for parameter in declared
            if parameter.name in complete
        }
        received: dict[str, Any] = carried({**complete, **cast})
    except ValueError as error:
        raise ParametersRefused(str(error)) from None
    return received


def cast_value(kind: str, value: object) -> object:
    """Return a value as Dify casts it for a declared type (`core/plugin/entities/parameters.py`).

    Raises:
        ValueError: It cannot be cast.
    """
    try:
        return _CASTS.get(kind, str)(value)
    except ValueError:
        raise
    except Exception:  # noqa: BLE001 - Dify catches as widely
        raise ValueError(f"The tool parameter value {value!r} is not in correct type of {kind}.") from None


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
    if isinstance(value, str) and value.lower() in _YES | _NO:
        return value.lower() in _YES
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
