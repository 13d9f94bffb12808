"""Counting and summing the records of an app that match a condition, by group."""

from collections.abc import Sequence
from contextlib import closing
from zoneinfo import ZoneInfo

from kintone.aggregation.aggregator import Aggregator
from kintone.aggregation.plan import AggregationPlan, plan_of
from kintone.aggregation.record_count import count_records
from kintone.aggregation.request import AggregationRequest, parse_request
from kintone.errors import InvalidParameterError, InvalidQueryError
from kintone.field_types import RECORD_ID
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.reader import ReadRequest, RecordsApi
from kintone.texts import printable
from kintone.values.periods import default_time_zone, read_time_zone
from tools import base
from tools.aggregation_text import AggregationText, count_lines
from tools.name_lists import read_list
from tools.query_mistakes import PreparedQuery, explained, prepared_query, require_condition
from tools.query_outputs import ProgressLog
from tools.query_summary import none_came
from tools.results import Result

type Warnings = list[Message | str]

FEWER_ROWS = Message("lower max_rows, or name fewer groups and measures")
REPLACEMENTS = {
    "order by": Message("sort the rows with the parameter order_by"),
    "limit": Message("limit the rows with max_rows"),
    "offset": Message("remove it; max_rows allows up to 10,000 rows"),
}


class Aggregate(base.KintoneTool):
    """Computes counts, sums and other measures page by page while the records are read."""

    tool_name = "kintone_aggregate"

    def run(self, call: base.Call) -> Result:
        """Check the parameters, read the records once and return the rows."""
        zone = _zone(call)
        prepared = prepared_query(call, zone)
        query = _condition(prepared)
        request = parse_request(
            *(read_list(name, call.parameters.raw(name)) for name in ("group_by", "measures", "order_by"))
        )
        max_rows = _max_rows(call)
        try:
            count = _count(call, query, request, prepared.warnings) if request.is_count_only else None
            return count or _aggregate(call, query, _plan(call, request, zone), max_rows, prepared.warnings)
        except InvalidQueryError as error:
            raise explained(call, error, prepared) from None


def _condition(prepared: PreparedQuery) -> Query:
    """Return the parameter ``query``; raises ``InvalidParameterError`` if it is more than a condition."""
    return require_condition(prepared, Message("all matching records count"), REPLACEMENTS)


def _max_rows(call: base.Call) -> int:
    """Return the maximum number of rows; raises ``InvalidParameterError`` unless it is whole and in its range."""
    number = int(call.parameters.number("max_rows"))
    return call.parameters.count("max_rows") or number


def _zone(call: base.Call) -> ZoneInfo:
    name = call.parameters.text("time_zone")
    return read_time_zone(name) if name else ZoneInfo(default_time_zone(call.client.access.site.host))


def _count(call: base.Call, query: Query, request: AggregationRequest, mended: Sequence[Message]) -> Result | None:
    """Return kintone's own count of the records as a result; None if its answer is inconsistent."""
    count, source = count_records(call.client, call.app, query)
    if count is None:
        return None
    rows = [dict.fromkeys(request.names, count)]
    warnings: Warnings = [*mended, *source.warnings]
    summary = {
        **_request_summary(request),
        "record_count": count,
        "row_count": 1,
        "total_rows": 1,
        "table": None,
        "time_zone": None,
        "requests_made": call.client.requests_made,
        "effective_query": str(query),
        "notes": [],
        "warnings": [str(warning) for warning in warnings],
    }
    lines = [*_warning_lines(warnings), *count_lines(call.app, count, request.names)]
    variables = {"rows": rows, "row_count": 1, "record_count": count}
    return Result(lines, {"summary": summary, "rows": rows}, variables)


def _plan(call: base.Call, request: AggregationRequest, zone: ZoneInfo) -> AggregationPlan:
    """Check the request against the form; a remembered form is read again first, since it may lack a new field."""
    forms = call.client.forms
    may_be_outdated = forms.holds(call.app)
    try:
        return plan_of(request, forms.read(call.app), zone)
    except InvalidParameterError:
        if not may_be_outdated:
            raise
    return plan_of(request, forms.read(call.app, fresh=True), zone)


def _aggregate(
    call: base.Call, query: Query, plan: AggregationPlan, max_rows: int, mended: Sequence[Message]
) -> Result:
    """Read the needed fields of all records and aggregate them page by page."""
    fields = plan.fields or [RECORD_ID]
    read_request = ReadRequest(call.app, str(query), fields, ranges=call.settings.read_ranges)
    reading = RecordsApi(call.client).read(read_request, ProgressLog(call.app))
    aggregator = Aggregator(plan)
    with closing(reading.pages()) as pages:
        for page in pages:
            aggregator.add(page)
    rows = aggregator.rows(max_rows)
    is_doubtful = not aggregator.record_count and not reading.matches.is_exact
    text = AggregationText(call.app, plan, aggregator, rows)
    warnings: Warnings = [*mended, *_absent_fields(aggregator), *reading.warnings]
    summary = {
        **_request_summary(plan.request),
        "record_count": aggregator.record_count,
        "row_count": len(rows),
        "total_rows": aggregator.total_rows,
        "table": plan.table or None,
        "time_zone": plan.zone.key if plan.uses_zone else None,
        "requests_made": call.client.requests_made,
        "effective_query": reading.effective_query,
        "notes": [str(note) for note in text.notes()],
        "warnings": [str(warning) for warning in warnings],
    }
    variables = {"rows": rows, "row_count": len(rows), "record_count": aggregator.record_count}
    lines = [*_warning_lines(warnings), *([none_came(call.app)] if is_doubtful else text.lines())]
    return Result(lines, {"summary": summary, "rows": rows}, variables, FEWER_ROWS)


def _request_summary(request: AggregationRequest) -> dict[str, object]:
    return {
        "group_by": [group.text for group in request.groups],
        "measures": [measure.text for measure in request.measures],
    }


def _absent_fields(aggregator: Aggregator) -> Warnings:
    if not aggregator.absent:
        return []
    codes = ", ".join(map(printable, aggregator.absent))
    return [
        Message(
            "{codes}: not in any record, so it counts as empty; the field is disabled, or the token may not view it",
            codes=codes,
        )
    ]


def _warning_lines(warnings: Warnings) -> list[Message | str]:
    return [Message("Warning: {warning}", warning=warning) for warning in warnings]
