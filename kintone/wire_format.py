"""How an operation travels: verb, address, headers and body; nothing is sent here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote, urlencode

from kintone.errors import InvalidParameterError
from kintone.limits import FIELDS_IN_URL, LONGEST_URL
from kintone.operations import Operation

LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes over the wire, the token aside; ``path`` is what a log may show."""

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)

    @property
    def target(self) -> str:
        """Path and query string."""
        return f"{self.path}?{self.query}" if self.query else self.path


def api_path(api: str, guest_space: int | None) -> str:
    """Return the path of an API, https://cybozu.dev/ja/kintone/docs/rest-api/overview/kintone-rest-api-overview."""
    space = f"/guest/{guest_space}" if guest_space else ""
    return f"/k{space}/v1/{api}.json"


def build(operation: Operation, path: str, address_length: int) -> WireRequest:
    """Put an operation into a request.

    A GET carries its parameters in the address; one that is too long for it, or names more fields than an address may,
    travels as POST with ``X-HTTP-Method-Override`` and a JSON body. ``Content-Type`` goes out only with a body.
    """
    if operation.method != "GET":
        return _with_body(operation.method, path, operation.parameters, {})
    fields = operation.parameters.get("fields")
    if not isinstance(fields, list | tuple) or len(fields) <= FIELDS_IN_URL:
        query = _query_string(operation.parameters)
        if address_length + len(path) + len(query) < LONGEST_URL:
            return WireRequest("GET", path, query)
    return _with_body("POST", path, operation.parameters, {"X-HTTP-Method-Override": "GET"})


def _with_body(method: str, path: str, parameters: Mapping[str, object], headers: Mapping[str, str]) -> WireRequest:
    body = encode_json(parameters)
    return WireRequest(method, path, headers={**headers, "Content-Type": "application/json"}, body=body)


def encode_json(value: object) -> bytes:
    """Write JSON as kintone reads it; decimals go as text, which keeps every digit of a NUMBER."""
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_decimal_text
        ).encode()
    except (ValueError, TypeError, RecursionError):
        # The encoder's own message quotes the value, which may be anything.
        raise InvalidParameterError(
            "the data for kintone holds something that JSON cannot carry (NaN, a broken character, "
            "too deep a nesting); send text, numbers, booleans, null, lists and objects only"
        ) from None


def _decimal_text(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f") if abs(value.adjusted()) < LONGEST_NUMBER else str(value)
    raise TypeError(type(value).__name__)


def _query_string(parameters: Mapping[str, object]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if isinstance(value, list | tuple):
            pairs += [(f"{name}[{index}]", str(entry)) for index, entry in enumerate(value)]
        elif isinstance(value, bool):
            pairs.append((name, "true" if value else "false"))
        else:
            pairs.append((name, str(value)))
    try:
        return urlencode(pairs, quote_via=quote, safe="")
    except UnicodeEncodeError:
        raise InvalidParameterError(
            "the query or a field code holds half of a character (a lone surrogate); remove it"
        ) from None
