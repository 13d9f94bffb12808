"""The text of an aggregation: a headline, the rows as a table, and notes on how to read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from kintone import limits
from kintone.aggregation.aggregator import Aggregator, Row
from kintone.aggregation.plan import AggregationPlan
from kintone.messages import Message, counted
from kintone.values.periods import Unit
from tools.value_texts import named

MAX_ROW_CHARACTERS = 20_000
"""Characters of all rows; agents read only the text, and every character costs."""
MAX_CELL_CHARACTERS = 200
"""Characters of one value; the variable holds the whole value."""
SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class AggregationText:
    """The text of a finished aggregation of an app; ``rows`` are the returned rows."""

    app: int
    plan: AggregationPlan
    aggregator: Aggregator
    rows: Sequence[Row]

    def lines(self) -> list[Message | str]:
        """Return the headline, the rows and the notes."""
        if not self.aggregator.record_count and self.plan.groups:
            return [Message("No record of app {app} matches, so there is no row.", app=self.app)]
        return [self._headline(), *self._table(), *self.notes()]

    def notes(self) -> list[Message]:
        """Return what a reader must know to understand the rows."""
        notes = [*self._table_notes(), *self._date_notes()]
        for group, counts in zip(self.plan.groups, self.aggregator.group_counts, strict=True):
            name = group.request.text
            if counts.with_several:
                notes.append(_several_note(name, self._items(counts.with_several)))
            if counts.without_value:
                notes.append(_empty_note(name, self._items(counts.without_value)))
        return notes

    def _headline(self) -> Message:
        rows, total = len(self.rows), self.aggregator.total_rows
        records = _records(self.aggregator.record_count, self.app)
        if limits.MAX_ROWS <= rows < total:
            return Message(
                "{rows:,} of {total:,} rows, from {records}; no call returns more: group by fewer fields or a coarser "
                "unit, or add a condition to query:",
                rows=rows,
                total=total,
                records=records,
            )
        if rows < total:
            return Message(
                "{rows:,} of {total:,} rows, from {records}; for more rows raise max_rows, up to {maximum:,}:",
                rows=rows,
                total=total,
                records=records,
                maximum=limits.MAX_ROWS,
            )
        one = Message("1 row, from {records}:", records=records)
        return counted(rows, one, Message("{rows:,} rows, from {records}:", rows=rows, records=records))

    def _table(self) -> list[Message | str]:
        lines: list[Message | str] = [SEPARATOR.join(map(_cell, self.plan.request.names))]
        room = MAX_ROW_CHARACTERS
        for position, row in enumerate(self.rows):
            line = SEPARATOR.join(self._cells(row))
            room -= len(line)
            if room < 0 and position:
                left = len(self.rows) - position
                lines.append(Message("… and {left:,} more rows, which are in the variable rows.", left=left))
                break
            lines.append(line)
        return lines

    def _cells(self, row: Row) -> list[str]:
        people = {group.request.text for group in self.plan.groups if group.holds_people}
        return [_cell(self._with_name(row[name]) if name in people else str(row[name])) for name in row]

    def _with_name(self, code: str | int) -> str:
        """Return a login name or a code as queries show it, with the name of the person."""
        name = self.aggregator.names.get(str(code))
        return named({"code": code, "name": name}) if name else str(code)

    def _items(self, count: int) -> Message:
        """Return a number of records, or of table rows, in words."""
        if self.plan.table:
            return counted(count, Message("1 table row"), Message("{count:,} table rows", count=count))
        return counted(count, Message("1 record"), Message("{count:,} records", count=count))

    def _table_notes(self) -> list[Message]:
        if not self.plan.table:
            return []
        text = Message(
            "The rows of the table {table} are counted, not the records: {rows} in all. Records without a row: "
            "{without:,}.",
            table=_cell(self.plan.table),
            rows=self._items(self.aggregator.item_count),
            without=self.aggregator.without_rows,
        )
        return [text]

    def _date_notes(self) -> list[Message]:
        notes = []
        if self.plan.uses_zone:
            notes.append(
                Message(
                    "Dates with a time are in the time zone {zone}; dates are not shifted.", zone=self.plan.zone.key
                )
            )
        if self.plan.uses_unit(Unit.WEEK):
            notes.append(Message("Weeks begin on Monday."))
        if self.plan.uses_unit(Unit.WEEKDAY):
            notes.append(Message("Weekdays are 1 for Monday to 7 for Sunday."))
        return notes


def count_lines(app: int, count: int, names: Sequence[str]) -> list[Message | str]:
    """Return the text of a result that is only the number of records; ``names`` are its columns, usually one."""
    row = SEPARATOR.join(str(count) for _ in names)
    return [Message("1 row, from {records}:", records=_records(count, app)), SEPARATOR.join(map(_cell, names)), row]


def _records(count: int, app: int) -> Message:
    one, many = (
        Message("1 record of app {app}", app=app),
        Message("{count:,} records of app {app}", count=count, app=app),
    )
    return counted(count, one, many)


def _several_note(name: str, items: Message) -> Message:
    return Message(
        "{name}: {items} with several values, each counted once under each of them, so the rows add up to more.",
        name=_cell(name),
        items=items,
    )


def _empty_note(name: str, items: Message) -> Message:
    return Message(
        '{name}: {items} in the group "" (kintone\'s own graphs leave them out).', name=_cell(name), items=items
    )


def _cell(text: str) -> str:
    """Return a value for the table, shortened; in quotes if it is empty or could be read as two cells or lines."""
    text = text if len(text) <= MAX_CELL_CHARACTERS else text[:MAX_CELL_CHARACTERS] + "…"
    if text and text.isprintable() and text == text.strip() and "|" not in text and '"' not in text:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
