"""Aggregations in memory: a form, records as kintone returns them, and the resulting rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from kintone.aggregation.aggregator import Aggregator, Row
from kintone.aggregation.plan import plan_of
from kintone.aggregation.request import parse_request
from kintone.reading.pages import Page
from tests.unit.form_samples import columns, field, make_form, options

FORM = make_form(
    field("SINGLE_LINE_TEXT", "name"),
    field("MULTI_LINE_TEXT", "memo"),
    field("NUMBER", "amount"),
    field("DATE", "due"),
    field("TIME", "start"),
    field("DATETIME", "seen"),
    field("DROP_DOWN", "rank", options=options("High", "Middle", "Low")),
    field("CHECK_BOX", "tags", options=options("new", "sale", "rest")),
    field("USER_SELECT", "owner"),
    field("FILE", "files"),
    field("CREATOR", "made_by"),
    field("CALC", "worked", format="HOUR_MINUTE"),
    field("CALC", "worked_days", format="DAY_HOUR_MINUTE"),
    field("CALC", "price", format="NUMBER_DIGIT"),
    field("CALC", "last_day", format="DATE"),
    field("CALC", "joined", format="TEXT_OF_A_LATER_KINTONE"),
    field("SUBTABLE", "lines", fields=columns(field("NUMBER", "qty"), field("SINGLE_LINE_TEXT", "item"))),
    field("SUBTABLE", "visits", fields=columns(field("DATE", "visited"))),
)
TYPES = {code: definition.type.name for code, definition in FORM.fields.items()}
COLUMN_TYPES = {
    code: column.type.name for definition in FORM.fields.values() for code, column in definition.columns.items()
}


def record_of(values: Mapping[str, Any], record_id: int = 1) -> dict[str, Any]:
    """Return a record of FORM as kintone returns it; ``values`` has table rows as plain mappings."""
    record: dict[str, Any] = {"$id": {"type": "__ID__", "value": str(record_id)}}
    for code, value in values.items():
        content = value
        if TYPES[code] == "SUBTABLE":
            content = [{"id": str(place), "value": _cells(row)} for place, row in enumerate(value, start=1)]
        record[code] = {"type": TYPES[code], "value": content}
    return record


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return {code: {"type": COLUMN_TYPES[code], "value": value} for code, value in row.items()}


def aggregated(
    records: Sequence[Mapping[str, Any]],
    group_by: Iterable[str] = (),
    measures: Iterable[str] = (),
    order_by: Iterable[str] = (),
    zone: str = "UTC",
) -> Aggregator:
    """Aggregate records of FORM in pages of three."""
    aggregator = Aggregator(plan_of(parse_request(group_by, measures, order_by), FORM, ZoneInfo(zone)))
    for start in range(0, len(records), 3):
        some = [record_of(values, start + place) for place, values in enumerate(records[start : start + 3], start=1)]
        aggregator.add(Page(start // 3 + 1, some, [record["$id"]["value"] for record in some]))
    return aggregator


def rows_of(
    records: Sequence[Mapping[str, Any]],
    group_by: Iterable[str] = (),
    measures: Iterable[str] = (),
    order_by: Iterable[str] = (),
    zone: str = "UTC",
) -> list[Row]:
    """Return all rows."""
    return aggregated(records, group_by, measures, order_by, zone).rows(100_000)


def one(records: Sequence[Mapping[str, Any]], measure: str) -> str | int:
    """Return one measure of all records."""
    ((value,),) = (tuple(row.values()) for row in rows_of(records, (), [measure]))
    return value
