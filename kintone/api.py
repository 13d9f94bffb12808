"""Requests to kintone's REST API: their types, one function for each endpoint, and their encoding.

Nothing is sent here.
"""

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

# Types


class RetrySafety(Enum):
    """What happens if a request is carried out twice; ``retry.py`` decides by it, never by the HTTP method."""

    READ = auto()
    """Changes nothing."""
    READ_ONCE = auto()
    """Changes nothing, and what it would tell is not worth waiting for a second answer."""
    CURSOR_CREATE = auto()
    """Takes one of the ten cursors of the site. A lost answer leaves that cursor in use for ten minutes."""
    CURSOR_READ = auto()
    """Advances the cursor. A lost answer loses a page."""
    CURSOR_DELETE = auto()
    """Frees the cursor. It does no harm if the cursor is already gone."""
    INSERT = auto()
    """A second request would make a second record or comment."""
    UPDATE = auto()
    """A second request with the same values leaves the same record."""
    UPDATE_WITH_REVISION = auto()
    """After a success kintone would refuse a second request (revision conflict, file key already used), so an unknown
    outcome is reported instead."""
    ACTION = auto()
    """A second request would carry out the same action from the next status, or be refused there."""
    UPSERT = auto()
    """By update key: the second request updates the record that the first one inserted."""
    DELETE = auto()
    """kintone refuses the second request, since the records are gone, and an id is never given to another record."""
    UPLOAD = auto()
    """A second upload leaves a copy that is attached nowhere; kintone deletes it after three days."""

    @property
    def writes(self) -> bool:
        """Whether the request may change records."""
        return self in _WRITES


_WRITES = frozenset(
    {
        RetrySafety.INSERT,
        RetrySafety.UPDATE,
        RetrySafety.UPDATE_WITH_REVISION,
        RetrySafety.ACTION,
        RetrySafety.UPSERT,
        RetrySafety.DELETE,
    }
)

type Method = Literal["DELETE", "GET", "POST", "PUT"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to kintone.

    ``description`` names the work in errors ("reading records of app 12"). ``method`` is the HTTP method that kintone
    documents. ``api`` is the name in the path without ``.json`` ("records/cursor"). ``parameters`` are the JSON
    parameters of the call.
    """

    description: Message
    method: Method
    api: str
    parameters: Mapping[str, object]
    retry_safety: RetrySafety


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON object, the value of ``X-Cybozu-Warning``, and the bytes of the JSON."""

    body: dict[str, Any] = field(repr=False)
    warning: str | None = None
    content: bytes = field(default=b"", repr=False)


class RequestSender(Protocol):
    """An object that carries out requests; safe to share between threads.

    It also does retries, limits concurrency, keeps the time budget and turns failures into errors.
    """

    @property
    def deadline(self) -> Deadline:
        """The deadline of the tool call."""

    def call(self, request: Request, deadline: Deadline | None = None) -> Answer:
        """Carry out a request, by default within the deadline of the tool call; raises ``KintoneError``."""

    def write[Result](
        self, request: Request, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a request that writes the entries of ``span``; return the result of ``read`` for its answer.

        The outcome of the entries is noted in ``ledger``, which an error also carries. If ``read`` raises, the answer
        proves nothing and the entries become unknown. If ``read`` returns a list, it holds the results of the entries.
        """

    def pause_after_conflict(self, conflicts: int) -> None:
        """Wait before entries that were refused so often because of other writers are read and sent again."""

    def api_path(self, api: str) -> str:
        """Return the path of an API as bulkRequest needs it, such as ``/k/v1/records.json``."""

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address at which a browser shows the record."""


# Endpoints: one function each. ``description`` is that of ``Request``, ``app`` is the id of an app. The address in each
# docstring is the page that documents parameters and answer.


def get_app(description: Message, app: int) -> Request:
    """Name and description of an app; https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app."""
    return Request(description, "GET", "app", {"id": app}, RetrySafety.READ)


def get_form_fields(description: Message, app: int | str) -> Request:
    """The fields of the published form; https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""
    return Request(description, "GET", "app/form/fields", {"app": app}, RetrySafety.READ)


def get_app_settings(description: Message, app: int | str) -> Request:
    """General settings; https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings."""
    return Request(description, "GET", "app/settings", {"app": app}, RetrySafety.READ)


def get_process_management(description: Message, app: int | str) -> Request:
    """Statuses and actions, named in the language of the user that acts for the credential, as executing them needs.

    https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-process-management-settings
    """
    return Request(description, "GET", "app/status", {"app": app, "lang": "user"}, RetrySafety.READ)


def get_record(description: Message, app: int, record_id: int | str) -> Request:
    """One record; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-record."""
    return Request(description, "GET", "record", {"app": app, "id": record_id}, RetrySafety.READ)


def get_records(description: Message, parameters: Mapping[str, object]) -> Request:
    """A page of records; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records."""
    return Request(description, "GET", "records", parameters, RetrySafety.READ)


def create_cursor(description: Message, parameters: Mapping[str, object]) -> Request:
    """A new cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/create-cursor."""
    return Request(description, "POST", "records/cursor", parameters, RetrySafety.CURSOR_CREATE)


def read_cursor(description: Message, cursor_id: str) -> Request:
    """The next page of a cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-cursor."""
    return Request(description, "GET", "records/cursor", {"id": cursor_id}, RetrySafety.CURSOR_READ)


def delete_cursor(description: Message, cursor_id: str) -> Request:
    """Deletion of a cursor; https://cybozu.dev/ja/kintone/docs/rest-api/records/delete-cursor."""
    return Request(description, "DELETE", "records/cursor", {"id": cursor_id}, RetrySafety.CURSOR_DELETE)


def add_record(description: Message, app: int, record: Mapping[str, object]) -> Request:
    """Addition of one record; https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record."""
    return Request(description, "POST", "record", {"app": app, "record": record}, RetrySafety.INSERT)


def update_record(description: Message, payload: Mapping[str, object], retry_safety: RetrySafety) -> Request:
    """Update of one record; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-record."""
    return Request(description, "PUT", "record", payload, retry_safety)


def write_records(
    description: Message, method: Method, payload: Mapping[str, object], retry_safety: RetrySafety
) -> Request:
    """Up to 100 records added (POST) or updated (PUT), all or none.

    https://cybozu.dev/ja/kintone/docs/rest-api/records/add-records and
    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
    """
    return Request(description, method, "records", payload, retry_safety)


def delete_records(description: Message, app: int, ids: Sequence[int]) -> Request:
    """Deletion of up to 100 records, all or none; https://cybozu.dev/ja/kintone/docs/rest-api/records/delete-records.

    ``revisions`` is left out: the records are deleted as they are then.
    """
    return Request(description, "DELETE", "records", {"app": app, "ids": ids}, RetrySafety.DELETE)


def bulk_request(description: Message, calls: Sequence[Mapping[str, object]], retry_safety: RetrySafety) -> Request:
    """Up to 20 calls, all or none; https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request."""
    return Request(description, "POST", "bulkRequest", {"requests": calls}, retry_safety)


def update_statuses(description: Message, app: int, records: Sequence[Mapping[str, str]]) -> Request:
    """An action of process management on up to 100 records, ``{"id", "action", "assignee"}``, all or none.

    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-statuses/
    """
    return Request(description, "PUT", "records/status", {"app": app, "records": records}, RetrySafety.ACTION)


def get_comments(  # noqa: PLR0913, PLR0917 - the parameters of kintone's API
    description: Message, app: int, record_id: str, order: str, offset: int, limit: int
) -> Request:
    """Up to ten comments of a record; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-comments."""
    parameters = {"app": app, "record": record_id, "order": order, "offset": offset, "limit": limit}
    return Request(description, "GET", "record/comments", parameters, RetrySafety.READ)


def add_comment(description: Message, app: int, record_id: str, comment: Mapping[str, object]) -> Request:
    """A new comment of a record; https://cybozu.dev/ja/kintone/docs/rest-api/records/add-comment."""
    parameters = {"app": app, "record": record_id, "comment": comment}
    return Request(description, "POST", "record/comment", parameters, RetrySafety.INSERT)


def upload_file(description: Message) -> Request:
    """A file as multipart body; https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file."""
    return Request(description, "POST", "file", {}, RetrySafety.UPLOAD)


def download_file(description: Message, file_key: str) -> Request:
    """The content of a file; https://cybozu.dev/ja/kintone/docs/rest-api/files/download-file."""
    return Request(description, "GET", "file", {"fileKey": file_key}, RetrySafety.READ)


# Encoding

# Digits up to which a decimal is written without an exponent.
MAX_NUMBER_LENGTH = 100


@dataclass(frozen=True, slots=True)
class EncodedRequest:
    """A request ready to be sent, without the token. Only ``path`` may appear in a log."""

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)

    @property
    def target(self) -> str:
        """The path with the query string."""
        return f"{self.path}?{self.query}" if self.query else self.path


def api_path(api: str, guest_space: int | None) -> str:
    """Return the path of an API, https://cybozu.dev/ja/kintone/docs/rest-api/overview/kintone-rest-api-overview."""
    space = f"/guest/{guest_space}" if guest_space else ""
    return f"/k{space}/v1/{api}.json"


def encode_request(request: Request, path: str, address_length: int) -> EncodedRequest:
    """Encode a request; ``address_length`` is the length of the site's address in characters.

    A GET carries its parameters in the address. If that would be too long, or would name too many fields, the request
    is sent as a POST with ``X-HTTP-Method-Override`` and a JSON body. ``Content-Type`` is sent only with a body.
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
    """Encode JSON for kintone; a decimal becomes a text, which keeps every digit of a NUMBER."""
    try:
        return _ENCODER.encode(value).encode()
    except (ValueError, TypeError, RecursionError):
        # The encoder's own message quotes the value, which may be confidential.
        raise InvalidParameterError(
            "the data for kintone holds something that JSON cannot carry (NaN, a broken character, "
            "nesting that is too deep); send text, numbers, booleans, null, lists and objects only"
        ) from None


def _decimal_text(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f") if abs(value.adjusted()) < MAX_NUMBER_LENGTH else str(value)
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_decimal_text)


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
