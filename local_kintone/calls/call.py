"""One API call: its parameters, its tokens, its app and its guest space."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_kintone.numbers import positive_integer
from local_kintone.refusals import RefusedError, illegal_request, invalid_parameter, wrong_shape
from local_kintone.storage.tokens import Credential, unknown_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms.apps import App
    from local_kintone.serving.messages import ReceivedRequest
    from local_kintone.site import Site

LAST_INDEX = 99
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_INDEXED = re.compile(r"(\w+)\[(\d+)\]")


def read_parameters(received: ReceivedRequest) -> dict[str, Any]:
    """Return the parameters of a request with a JSON body or a query string.

    Raises:
        RefusedError: CB_IJ01 the body is not a JSON object, CB_IL02 a content type without a body or other than
            JSON, CB_VA01 an array index over 99.
    """
    parameters = _from_url(received.query)
    content_type = received.headers.get("Content-Type", "")
    if not received.body:
        if content_type:
            raise illegal_request("Content-Type without a body")
        return parameters
    if not content_type.lower().startswith("application/json"):
        raise illegal_request("the Content-Type of the body is not application/json")
    return parameters | _from_body(received.body)


def _from_body(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
        parsed = json.loads(text, parse_constant=_no_constant)
        if _SURROGATE.search(body):
            # encode() fails for a lone surrogate.
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise wrong_shape() from None
    if not isinstance(parsed, dict):
        raise wrong_shape()
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not valid JSON")


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
    """Return a required positive integer from a number or a numeric text."""
    value = parameters.get(name)
    if value is None or value == "":
        raise invalid_parameter(name)
    return positive_integer(value, name)


def boolean(parameters: Mapping[str, Any], name: str) -> bool:
    """Return a Boolean parameter, given as Boolean or as text; False if it is absent."""
    value = parameters.get(name)
    if value in (None, "", False, "false"):
        return False
    if value in (True, "true"):
        return True
    raise invalid_parameter(name, "Must be boolean.")


def bounded_list(parameters: Mapping[str, Any], name: str, maximum: int, minimum: int = 0) -> list[Any]:
    """Return a required list of bounded length."""
    value = parameters.get(name)
    if value is None:
        raise invalid_parameter(name)
    if not isinstance(value, list):
        raise wrong_shape()
    if not minimum <= len(value) <= maximum:
        raise invalid_parameter(name, f"The size must be between {minimum} and {maximum}.")
    return value


def field_codes(parameters: Mapping[str, Any], maximum: int, *, in_url: bool) -> list[str] | None:
    """Return the requested field codes; None for all fields.

    Raises:
        RefusedError: CB_VA01 for a text in the URL and for too many codes, CB_IJ01 for JSON of a wrong shape.
    """
    value = parameters.get("fields")
    if value is None or value == []:
        return None
    if isinstance(value, str) and in_url:
        raise invalid_parameter("fields", "Use fields[0], fields[1] and so on.")
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise wrong_shape()
    if len(value) > maximum:
        raise invalid_parameter("fields", f"The size must be between 0 and {maximum}.")
    return list(dict.fromkeys(value))


GUEST_MISMATCH = "You do not have privilege to view or change this."


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose tokens have been authenticated.

    Attributes:
        site: the server's state.
        method: the effective HTTP method.
        api: name of the API, such as "records".
        guest_space: the guest space of the path, or None.
        parameters: the parameters of the URL or of the JSON body.
        credential: the permissions of the tokens.
        received: the HTTP request; the inner calls of a bulk request share the outer one's.
    """

    site: Site
    method: str
    api: str
    guest_space: int | None
    parameters: dict[str, Any]
    credential: Credential
    received: ReceivedRequest

    def app(self, *needed: str, any_of: bool = False, name: str = "app") -> App:
        """Return the app that a parameter names, after checking the tokens' permissions.

        Args:
            needed: the required permissions: all of them, or at least one with `any_of`.
            any_of: whether one permission is enough.
            name: name of the parameter.

        Raises:
            RefusedError: GAIA_AP01, GAIA_IL23, CB_NO02, GAIA_IA02 or GAIA_AP15, GAIA_NO01, checked in this order.
        """
        number = whole_number(self.parameters, name)
        app = self.site.apps.by_number.get(number)
        if app is None:
            raise RefusedError(404, "GAIA_AP01", f"The app (ID: {number}) not found. The app may have been deleted.")
        self.check_space(app)
        if number not in self.credential.grants:
            raise unknown_token(self.site.settings.foreign_token_code)
        enough = any if any_of else all
        if not enough(self.credential.allows(number, permission) for permission in needed):
            raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
        return app

    def check_space(self, app: App) -> None:
        """Refuse an app that belongs to another space than the one in the path."""
        if app.guest_space == self.guest_space:
            return
        if self.guest_space is None:
            raise RefusedError(
                400, "GAIA_IL23", "The app belongs to a guest space. Send the request to the guest space's path."
            )
        raise RefusedError(403, "CB_NO02", GUEST_MISMATCH)
