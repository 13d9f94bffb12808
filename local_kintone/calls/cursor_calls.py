"""POST, GET and DELETE of cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.calls.parameters import field_codes
from local_kintone.calls.reading_calls import MAX_FIELDS, query_text
from local_kintone.cursors import Cursor
from local_kintone.projection import projected
from local_kintone.queries.words import syntax_error
from local_kintone.refusals import RefusedError, invalid_parameter
from local_kintone.serving.messages import Response, json_response
from local_kintone.tokens import unknown_token
from local_kintone.values.identifiers import positive

if TYPE_CHECKING:
    from local_kintone.calls.call import Call

DEFAULT_SIZE = 100
MAX_SIZE = 500


def create_cursor(call: Call) -> Response:
    """Answer POST records/cursor.json: the set of records is frozen now, their values are not."""
    app = call.app("view")
    size = positive(call.parameters.get("size", DEFAULT_SIZE), "size")
    if size > MAX_SIZE:
        raise invalid_parameter("size", f"The size must be between 1 and {MAX_SIZE}.")
    codes = field_codes(call.parameters, MAX_FIELDS, in_url=not call.received.body)
    selection = call.site.finder.selection(app, query_text(call.parameters), call.credential)
    if selection.query.limit is not None or selection.query.offset is not None:
        raise syntax_error("a cursor takes neither limit nor offset")
    call.site.cursors.check_room()
    ids = selection.ids()
    name = call.site.cursors.add(Cursor(app.number, ids, size, codes))
    return json_response({"id": name, "totalCount": str(len(ids))})


def read_cursor(call: Call) -> Response:
    """Answer GET records/cursor.json; records deleted meanwhile leave a page short or empty."""
    name = _named(call)
    cursor = call.site.cursors.find(name)
    ids, more = call.site.cursors.advance(name)
    form = call.site.apps.by_number[cursor.app].form
    page = projected(call.site.records.bodies(cursor.app, ids), cursor.codes, form)
    return Response(200, b'{"records":[' + b",".join(page) + b'],"next":' + (b"true" if more else b"false") + b"}")


def delete_cursor(call: Call) -> Response:
    """Answer DELETE records/cursor.json."""
    call.site.cursors.delete(_named(call))
    return json_response({})


def _named(call: Call) -> str:
    name = call.parameters.get("id")
    if not name:
        raise invalid_parameter("id")
    cursor = call.site.cursors.find(name)
    call.check_space(call.site.apps.by_number[cursor.app])
    if cursor.app not in call.credential.grants:
        raise unknown_token(call.site.settings.foreign_token_code)
    if not call.credential.allows(cursor.app, "view"):
        raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
    return str(name)
