"""GET record, GET records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.calls.parameters import field_codes, truth, whole_number
from local_kintone.projection import projected
from local_kintone.queries.words import syntax_error
from local_kintone.refusals import RefusedError, no_record
from local_kintone.serving.messages import Response, json_response

if TYPE_CHECKING:
    from local_kintone.calls.call import Call
    from local_kintone.queries.tree import Query

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
    """Answer GET records.json; a page is joined from stored texts."""
    app = call.app("view")
    codes = field_codes(call.parameters, MAX_FIELDS, in_url=not call.received.body)
    selection = call.site.finder.selection(app, query_text(call.parameters), call.credential)
    limit, offset = _window(selection.query, call.site.settings.limit_zero)
    page = projected(selection.page(limit, offset), codes, app.form)
    total = b'"%d"' % selection.count() if truth(call.parameters, "totalCount") else b"null"
    response = Response(200, b'{"records":[' + b",".join(page) + b'],"totalCount":' + total + b"}")
    if selection.scope.aborted:
        response.headers["X-Cybozu-Warning"] = ABORTED
    return response


def query_text(parameters: dict[str, Any]) -> str:
    """Return the query parameter, "" where it is absent."""
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
