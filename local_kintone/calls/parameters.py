"""Parameters of a call, from the URL or from a JSON body."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_kintone.refusals import illegal_request, invalid_parameter, wrong_shape
from local_kintone.values.identifiers import positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.serving.messages import Received

LAST_INDEX = 99
_INDEXED = re.compile(r"(\w+)\[(\d+)\]")


def read_parameters(received: Received) -> dict[str, Any]:
    """Return the parameters of a request with a JSON body or a query string.

    Raises:
        RefusedError: CB_IJ01 no JSON object, CB_IL02 a content type without a body or another than JSON,
            CB_VA01 an array index beyond 99.
    """
    parameters = _from_url(received.query)
    content_type = received.headers.get("Content-Type", "")
    if not received.body:
        if content_type:
            raise illegal_request("Content-Type without a body")
        return parameters
    if not content_type.lower().startswith("application/json"):
        raise illegal_request("the body is not announced as application/json")
    return parameters | _from_body(received.body)


def _from_body(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
        parsed = json.loads(text, parse_constant=_no_constant)
        # A half of a surrogate pair alone is no character.
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise wrong_shape() from None
    if not isinstance(parsed, dict):
        raise wrong_shape()
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _from_url(query: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    arrays: dict[str, dict[int, str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        match = _INDEXED.fullmatch(name)
        if match is None:
            parameters[name] = value
            continue
        if int(match.group(2)) > LAST_INDEX:
            raise invalid_parameter(match.group(1), f"The index must be from 0 to {LAST_INDEX}.")
        arrays.setdefault(match.group(1), {})[int(match.group(2))] = value
    for name, items in arrays.items():
        parameters[name] = [items[index] for index in sorted(items)]
    return parameters


def whole_number(parameters: Mapping[str, Any], name: str) -> int:
    """Return a required positive integer, given as number or numeric text."""
    value = parameters.get(name)
    if value is None or value == "":
        raise invalid_parameter(name)
    return positive(value, name)


def truth(parameters: Mapping[str, Any], name: str) -> bool:
    """Return a switch, given as boolean or as text; off where it is absent."""
    value = parameters.get(name)
    if value in (None, "", False, "false"):
        return False
    if value in (True, "true"):
        return True
    raise invalid_parameter(name, "Must be boolean.")


def items(parameters: Mapping[str, Any], name: str, most: int, least: int = 0) -> list[Any]:
    """Return a required list of bounded length."""
    value = parameters.get(name)
    if value is None:
        raise invalid_parameter(name)
    if not isinstance(value, list):
        raise wrong_shape()
    if not least <= len(value) <= most:
        raise invalid_parameter(name, f"The size must be between {least} and {most}.")
    return value


def field_codes(parameters: Mapping[str, Any], most: int, *, in_url: bool) -> list[str] | None:
    """Return the wanted field codes, None where all are.

    Raises:
        RefusedError: CB_VA01 for a text in the URL and for too many codes, CB_IJ01 for JSON of another shape.
    """
    value = parameters.get("fields")
    if value is None or value == []:
        return None
    if isinstance(value, str) and in_url:
        raise invalid_parameter("fields", "Use fields[0], fields[1] and so on.")
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise wrong_shape()
    if len(value) > most:
        raise invalid_parameter("fields", f"The size must be between 0 and {most}.")
    return list(dict.fromkeys(value))
