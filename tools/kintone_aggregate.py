"""Counting and adding up the records of an app that match a condition, by group."""

from contextlib import closing
from zoneinfo import ZoneInfo

from kintone.aggregation.asked import Asked, read_asked
from kintone.aggregation.counting import counted_by_kintone
from kintone.aggregation.engine import Aggregation
from kintone.aggregation.plan import Plan, plan_of
from kintone.errors import InvalidParameterError, InvalidQueryError
from kintone.messages import Joined, Message
from kintone.query import Query, parse
from kintone.reading.plan import plan_of as read_query
from kintone.reading.reader import ReadRequest, RecordsApi
from kintone.texts import printable
from kintone.values.periods import default_time_zone, read_time_zone
from tools import base
from tools.aggregate_texts import Outcome, count_lines
from tools.code_suggestions import with_near_codes
from tools.name_lists import read_list
from tools.query_outputs import ProgressLog
from tools.results import Result
from tools.structured_text import unfenced

type Warnings = list[Message | str]

FEWER_ROWS = Message("lower max_rows, or name fewer groups and measures")
INSTEAD = {
    "order by": Message("sort the rows with order_by"),
    "limit": Message("cap the rows with max_rows"),
    "offset": Message("leave it out; max_rows takes up to 10,000 rows"),
}


class Aggregate(base.KintoneTool):
    """Computes counts, sums and the like while the records stream by."""

    tool_name = "kintone_aggregate"

    def run(self, call: base.Call) -> Result:
        """Check what is asked, read the records once and return the rows."""
        query = _condition(call)
        asked = read_asked(
            *(read_list(name, call.parameters.raw(name)) for name in ("group_by", "measures", "order_by"))
        )
        most = _max_rows(call)
        zone = _zone(call)
        try:
            counted = _count(call, query, asked) if asked.is_count_alone else None
            return counted or _aggregate(call, query, _plan(call, asked, zone), most)
        except InvalidQueryError as error:
            raise with_near_codes(call, error) from None


def _condition(call: base.Call) -> Query:
    """Return the condition; raises ``InvalidParameterError`` for a query that says more."""
    text = unfenced(call.parameters.text("query"))
    read_query(text, None)
    query = parse(text)
    written = {"order by": query.order_by, "limit": query.limit, "offset": query.offset}
    told = [
        Message(
            'query: "{option}" has no place in it, since all matching records count; {instead}',
            option=option,
            instead=INSTEAD[option],
        )
        for option, value in written.items()
        if value is not None
    ]
    if told:
        raise InvalidParameterError(Joined(told))
    return query


def _max_rows(call: base.Call) -> int:
    """Return the number of rows at most; a number that is not whole, or out of the declared range, is an error."""
    most = int(call.parameters.number("max_rows"))
    return call.parameters.count("max_rows") or most


def _zone(call: base.Call) -> ZoneInfo:
    name = call.parameters.text("time_zone")
    return read_time_zone(name) if name else ZoneInfo(default_time_zone(call.client.access.site.host))


def _count(call: base.Call, query: Query, asked: Asked) -> Result | None:
    """Return the number of records as kintone counts them; None where its count cannot be believed."""
    count, source = counted_by_kintone(call.client, call.app, query)
    if count is None:
        return None
    rows = [dict.fromkeys(asked.names, count)]
    summary = {
        **_asked_for(asked),
        "record_count": count,
        "row_count": 1,
        "total_rows": 1,
        "table": None,
        "time_zone": None,
        "requests_made": source.requests_made,
        "effective_query": str(query),
        "notes": [],
        "warnings": list(source.warnings),
    }
    lines = [*_warning_lines([*source.warnings]), *count_lines(call.app, count, asked.names)]
    variables = {"rows": rows, "row_count": 1, "record_count": count}
    return Result(lines, {"summary": summary, "rows": rows}, variables)


def _plan(call: base.Call, asked: Asked, zone: ZoneInfo) -> Plan:
    """Check what is asked against the form; what it lacks may be new to a form that was read a minute ago."""
    forms = call.client.forms
    may_be_outdated = forms.holds(call.app)
    try:
        return plan_of(asked, forms.read(call.app), zone)
    except InvalidParameterError:
        if not may_be_outdated:
            raise
    return plan_of(asked, forms.read(call.app, fresh=True), zone)


def _aggregate(call: base.Call, query: Query, plan: Plan, most: int) -> Result:
    """Read the needed fields of all records, page after page."""
    request = ReadRequest(call.app, str(query), plan.fields or ["$id"], ranges=call.settings.read_ranges)
    reading = RecordsApi(call.client).read(request, ProgressLog(call.app))
    aggregation = Aggregation(plan)
    with closing(reading.pages()) as pages:
        for page in pages:
            aggregation.take(page)
    rows = aggregation.rows(most)
    outcome = Outcome(call.app, plan, aggregation, rows)
    warnings: Warnings = [*_absent(aggregation), *reading.warnings]
    summary = {
        **_asked_for(plan.asked),
        "record_count": aggregation.record_count,
        "row_count": len(rows),
        "total_rows": aggregation.total_rows,
        "table": plan.table or None,
        "time_zone": plan.zone.key if plan.uses_zone else None,
        "requests_made": reading.requests_made,
        "effective_query": reading.effective_query,
        "notes": [str(note) for note in outcome.notes()],
        "warnings": [str(warning) for warning in warnings],
    }
    variables = {"rows": rows, "row_count": len(rows), "record_count": aggregation.record_count}
    lines = [*_warning_lines(warnings), *outcome.lines()]
    return Result(lines, {"summary": summary, "rows": rows}, variables, FEWER_ROWS)


def _asked_for(asked: Asked) -> dict[str, object]:
    return {
        "group_by": [group.text for group in asked.groups],
        "measures": [measure.text for measure in asked.measures],
    }


def _absent(aggregation: Aggregation) -> Warnings:
    if not aggregation.absent:
        return []
    codes = ", ".join(map(printable, aggregation.absent))
    return [
        Message(
            "{codes} not in the records, so counted as empty: the field is switched off, or the token may not see it",
            codes=codes,
        )
    ]


def _warning_lines(warnings: Warnings) -> list[Message | str]:
    return [Message("Warning: {warning}", warning=warning) for warning in warnings]
