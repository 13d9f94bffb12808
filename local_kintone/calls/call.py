"""One API call: its parameters, who asks, for what, in which space."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_kintone.numbers import positive
from local_kintone.refusals import RefusedError, illegal_request, invalid_parameter, wrong_shape
from local_kintone.storage.tokens import Credential, unknown_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms.apps import App
    from local_kintone.serving.messages import Received
    from local_kintone.site import Site

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


GUEST_MISMATCH = "You do not have privilege to view or change this."


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose tokens are known to be good.

    Attributes:
        site: the server's whole state.
        method: the effective verb.
        api: name of the API, "records".
        guest_space: the guest space of the path, or None.
        parameters: from the URL or the JSON body.
        credential: what the tokens allow.
        received: the request itself; inner calls of a bulk request share that of the outer one.
    """

    site: Site
    method: str
    api: str
    guest_space: int | None
    parameters: dict[str, Any]
    credential: Credential
    received: Received

    def app(self, *needed: str, any_of: bool = False, name: str = "app") -> App:
        """Return the app that a parameter names, once the tokens are seen to allow it.

        Args:
            needed: permissions, all of them needed, or one of them with `any_of`.
            any_of: whether one is enough.
            name: the parameter.

        Raises:
            RefusedError: GAIA_AP01, GAIA_IL23, CB_NO02, GAIA_IA02 or GAIA_AP15, GAIA_NO01 in this order.
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
        """Refuse an app that lives in another space than the path says."""
        if app.guest_space == self.guest_space:
            return
        if self.guest_space is None:
            raise RefusedError(
                400, "GAIA_IL23", "The app belongs to a guest space. Send the request to the guest space's path."
            )
        raise RefusedError(403, "CB_NO02", GUEST_MISMATCH)
