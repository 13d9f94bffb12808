"""GET record, GET records; POST, GET and DELETE of cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.calls.call import boolean, field_codes, whole_number
from local_kintone.numbers import positive_integer
from local_kintone.queries.parser import syntax_error
from local_kintone.refusals import RefusedError, invalid_parameter, no_record
from local_kintone.serving.messages import Response, json_response
from local_kintone.storage.cursors import Cursor
from local_kintone.storage.record_store import FieldReader
from local_kintone.storage.tokens import unknown_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_kintone.calls.call import Call
    from local_kintone.forms.form import Form
    from local_kintone.queries.parser import Query


def projected(texts: list[bytes], codes: Iterable[str] | None, form: Form) -> list[bytes]:
    """Return stored JSON texts with only the given fields; None keeps all fields.

    The fields keep the order of the record. A code of a table's column or an unknown code is ignored.
    """
    if codes is None:
        return texts
    reader = FieldReader([code for code in codes if code not in form.columns])
    return [reader.project(text.decode()).encode() for text in texts]


DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_OFFSET = 10_000
MAX_FIELDS = 1000
ABORTED = "Filter aborted because of too many search results"


def get_record(call: Call) -> Response:
    """Answer GET record.json."""
    app = call.app("view")
    number = whole_number(call.parameters, "id")
    record = call.site.records.get(app.number, number)
    if record is None:
        raise no_record(number)
    return json_response({"record": record})


def get_records(call: Call) -> Response:
    """Answer GET records.json; the page is built from stored JSON texts."""
    app = call.app("view")
    codes = field_codes(call.parameters, MAX_FIELDS, in_url=not call.received.body)
    selection = call.site.finder.selection(app, query_text(call.parameters), call.credential)
    limit, offset = _window(selection.query, call.site.settings.limit_zero)
    page = projected(selection.page(limit, offset), codes, app.form)
    total = b'"%d"' % selection.count() if boolean(call.parameters, "totalCount") else b"null"
    response = Response(200, b'{"records":[' + b",".join(page) + b'],"totalCount":' + total + b"}")
    if selection.scope.aborted:
        response.headers["X-Cybozu-Warning"] = ABORTED
    return response


def query_text(parameters: dict[str, Any]) -> str:
    """Return the query parameter; "" if it is absent."""
    value = parameters.get("query")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise syntax_error("it must be a text")
    return value


def _window(query: Query, limit_zero: str) -> tuple[int, int]:
    limit = DEFAULT_LIMIT if query.limit is None else query.limit
    offset = query.offset or 0
    if not limit and limit_zero == "CB_VA01":
        raise syntax_error(f"the limit must be between 1 and {MAX_LIMIT}")
    if limit > MAX_LIMIT or (not limit and limit_zero != "empty"):
        raise RefusedError(400, "GAIA_QU01", f"The limit must be between 1 and {MAX_LIMIT}.")
    if offset > MAX_OFFSET:
        raise RefusedError(400, "GAIA_QU02", f"The offset must be {MAX_OFFSET} or less.")
    return limit, offset


DEFAULT_SIZE = 100
MAX_SIZE = 500


def create_cursor(call: Call) -> Response:
    """Answer POST records/cursor.json: the set of record ids is fixed, their values are read later."""
    app = call.app("view")
    size = positive_integer(call.parameters.get("size", DEFAULT_SIZE), "size")
    if size > MAX_SIZE:
        raise invalid_parameter("size", f"The size must be between 1 and {MAX_SIZE}.")
    codes = field_codes(call.parameters, MAX_FIELDS, in_url=not call.received.body)
    selection = call.site.finder.selection(app, query_text(call.parameters), call.credential)
    if selection.query.limit is not None or selection.query.offset is not None:
        raise syntax_error("a cursor takes neither limit nor offset")
    call.site.cursors.check_limit()
    ids = selection.ids()
    cursor_id = call.site.cursors.add(Cursor(app.number, ids, size, codes))
    return json_response({"id": cursor_id, "totalCount": str(len(ids))})


def read_cursor(call: Call) -> Response:
    """Answer GET records/cursor.json; records that were deleted since are missing from the page."""
    cursor_id = _cursor_id(call)
    cursor = call.site.cursors.find(cursor_id)
    ids, more = call.site.cursors.advance(cursor_id)
    form = call.site.apps.by_number[cursor.app].form
    page = projected(call.site.records.bodies(cursor.app, ids), cursor.codes, form)
    return Response(200, b'{"records":[' + b",".join(page) + b'],"next":' + (b"true" if more else b"false") + b"}")


def delete_cursor(call: Call) -> Response:
    """Answer DELETE records/cursor.json."""
    call.site.cursors.delete(_cursor_id(call))
    return json_response({})


def _cursor_id(call: Call) -> str:
    cursor_id = call.parameters.get("id")
    if not cursor_id:
        raise invalid_parameter("id")
    cursor = call.site.cursors.find(cursor_id)
    call.check_space(call.site.apps.by_number[cursor.app])
    if cursor.app not in call.credential.grants:
        raise unknown_token(call.site.settings.foreign_token_code)
    if not call.credential.allows(cursor.app, "view"):
        raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
    return str(cursor_id)
