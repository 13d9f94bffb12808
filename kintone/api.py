"""Requests to kintone's REST API: what can be asked, and how it is encoded; nothing is sent here."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError
from kintone.ledger import Span, WriteLedger
from kintone.limits import MAX_FIELDS_IN_URL, MAX_URL_LENGTH
from kintone.messages import Message


class RetrySafety(Enum):
    """What is known about carrying out an operation twice; ``retry.py`` decides by it, never by the HTTP verb."""

    READ = auto()
    """Changes nothing."""
    CURSOR_CREATE = auto()
    """Takes one of the ten cursors of the site; an answer that is lost leaks it for ten minutes."""
    CURSOR_READ = auto()
    """Moves the cursor on; an answer that is lost loses a page."""
    CURSOR_DELETE = auto()
    """Frees the cursor; a cursor already gone is as good."""
    INSERT = auto()
    """Twice would make two records."""
    UPDATE = auto()
    """The same values twice are the same record."""
    UPDATE_WITH_REVISION = auto()
    """A second try after a success would be refused (a conflict, a file key that serves once), so an unknown outcome is
    reported instead."""
    UPSERT = auto()
    """By update key: the second try updates what the first one inserted."""
    UPLOAD = auto()
    """A file that nobody attaches disappears after three days."""

    @property
    def writes(self) -> bool:
        """Tell whether records may be different afterwards."""
        return self in (RetrySafety.INSERT, RetrySafety.UPDATE, RetrySafety.UPDATE_WITH_REVISION, RetrySafety.UPSERT)


type Method = Literal["DELETE", "GET", "POST", "PUT"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to kintone.

    ``description`` are words for errors ("reading records of app 12"); ``method`` is kintone's verb; ``api`` the name
    in the path without ``.json`` ("records/cursor"); ``parameters`` the JSON parameters of the call.
    """

    description: Message
    method: Method
    api: str
    parameters: Mapping[str, object]
    retry_safety: RetrySafety


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the JSON object and kintone's ``X-Cybozu-Warning``."""

    body: dict[str, Any] = field(repr=False)
    warning: str | None = None


class Caller(Protocol):
    """Whoever carries out operations; safe to share between threads.

    Retries, limits of concurrency, the time budget and the mapping of errors happen inside.
    """

    @property
    def deadline(self) -> Deadline:
        """The time of the call that this caller works for."""

    def call(self, request: Request, deadline: Deadline | None = None) -> Answer:
        """Carry out the operation, perhaps within a deadline of its own; raises a subclass of ``KintoneError``."""

    def write[Result](
        self, request: Request, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a write of these entries; ``read`` makes of a success what is returned.

        What becomes of the entries is noted in the ledger, which an error carries. An answer that ``read`` refuses
        proves nothing, so they are unknown then; where it returns a list, these are the results of the entries.
        """

    def api_path(self, api: str) -> str:
        """Return the path of an API as bulkRequest wants it: ``/k/v1/records.json`` or the guest space's."""

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address where a person opens the record."""


# Each endpoint once. ``doing`` are the words for errors, ``app`` the id of an app; the addresses are of the pages that
# describe parameters and answers.


def get_app(doing: Message, app: int) -> Request:
    """Name and description of an app; https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app."""
    return Request(doing, "GET", "app", {"id": app}, RetrySafety.READ)


def get_form_fields(doing: Message, app: int | str) -> Request:
    """The published form; https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""
    return Request(doing, "GET", "app/form/fields", {"app": app}, RetrySafety.READ)


def get_app_settings(doing: Message, app: int | str) -> Request:
    """General settings; https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings."""
    return Request(doing, "GET", "app/settings", {"app": app}, RetrySafety.READ)


def get_record(doing: Message, app: int, record_id: int | str) -> Request:
    """One record; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-record."""
    return Request(doing, "GET", "record", {"app": app, "id": record_id}, RetrySafety.READ)


def get_records(doing: Message, parameters: Mapping[str, object]) -> Request:
    """A page of records; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records."""
    return Request(doing, "GET", "records", parameters, RetrySafety.READ)


def create_cursor(doing: Message, parameters: Mapping[str, object]) -> Request:
    """A new cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/create-cursor."""
    return Request(doing, "POST", "records/cursor", parameters, RetrySafety.CURSOR_CREATE)


def read_cursor(doing: Message, cursor_id: str) -> Request:
    """The next page of a cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-cursor."""
    return Request(doing, "GET", "records/cursor", {"id": cursor_id}, RetrySafety.CURSOR_READ)


def delete_cursor(doing: Message, cursor_id: str) -> Request:
    """The end of a cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/delete-cursor."""
    return Request(doing, "DELETE", "records/cursor", {"id": cursor_id}, RetrySafety.CURSOR_DELETE)


def add_record(doing: Message, app: int, record: Mapping[str, object]) -> Request:
    """One new record; https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record."""
    return Request(doing, "POST", "record", {"app": app, "record": record}, RetrySafety.INSERT)


def update_record(doing: Message, payload: Mapping[str, object], retry_safety: RetrySafety) -> Request:
    """Changes of one record; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-record."""
    return Request(doing, "PUT", "record", payload, retry_safety)


def write_records(doing: Message, method: Method, payload: Mapping[str, object], retry_safety: RetrySafety) -> Request:
    """Up to 100 records added (POST) or changed (PUT), all or none.

    https://cybozu.dev/ja/kintone/docs/rest-api/records/add-records and
    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
    """
    return Request(doing, method, "records", payload, retry_safety)


def bulk_request(doing: Message, calls: Sequence[Mapping[str, object]], retry_safety: RetrySafety) -> Request:
    """Up to 20 calls, all or none; https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request."""
    return Request(doing, "POST", "bulkRequest", {"requests": calls}, retry_safety)


def upload_file(doing: Message) -> Request:
    """A file as multipart body; https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file."""
    return Request(doing, "POST", "file", {}, RetrySafety.UPLOAD)


def download_file(doing: Message, file_key: str) -> Request:
    """The content of a file; https://cybozu.dev/ja/kintone/docs/rest-api/files/download-file."""
    return Request(doing, "GET", "file", {"fileKey": file_key}, RetrySafety.READ)


MAX_NUMBER_LENGTH = 100


@dataclass(frozen=True, slots=True)
class EncodedRequest:
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


def encode_request(request: Request, path: str, address_length: int) -> EncodedRequest:
    """Put an operation into a request.

    A GET carries its parameters in the address; one that is too long for it, or names more fields than an address may,
    travels as POST with ``X-HTTP-Method-Override`` and a JSON body. ``Content-Type`` goes out only with a body.
    """
    if request.method != "GET":
        return _with_body(request.method, path, request.parameters, {})
    fields = request.parameters.get("fields")
    if not isinstance(fields, list | tuple) or len(fields) <= MAX_FIELDS_IN_URL:
        query = _query_string(request.parameters)
        if address_length + len(path) + len(query) < MAX_URL_LENGTH:
            return EncodedRequest("GET", path, query)
    return _with_body("POST", path, request.parameters, {"X-HTTP-Method-Override": "GET"})


def _with_body(method: str, path: str, parameters: Mapping[str, object], headers: Mapping[str, str]) -> EncodedRequest:
    body = encode_json(parameters)
    return EncodedRequest(method, path, headers={**headers, "Content-Type": "application/json"}, body=body)


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
        return format(value, "f") if abs(value.adjusted()) < MAX_NUMBER_LENGTH else str(value)
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
