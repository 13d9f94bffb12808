"""An aggregation as text: a table of rows, and what has to be known to read it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from kintone import limits
from kintone.aggregation.engine import Aggregation, Row
from kintone.aggregation.plan import Plan
from kintone.messages import Message, counted
from kintone.values.periods import Unit

MAX_TEXT = 20_000
"""Characters of rows; agents read the text alone, and pay for what they read."""
MAX_CELL = 200
"""Characters of one value; the variable has all of it."""
JOINT = " | "


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished aggregation of an app; ``rows`` are those that are returned."""

    app: int
    plan: Plan
    aggregation: Aggregation
    rows: Sequence[Row]

    def lines(self) -> list[Message | str]:
        """Return the headline, the rows and the notes."""
        if not self.aggregation.record_count and self.plan.groups:
            return [Message("No record of app {app} matches, so there is no row.", app=self.app)]
        return [self._headline(), *self._table(), *self.notes()]

    def notes(self) -> list[Message]:
        """Return what somebody has to know to read the rows right."""
        notes = [*self._about_tables(), *self._about_dates()]
        for group, told in zip(self.plan.groups, self.aggregation.notes, strict=True):
            name = group.asked.text
            if group.holds_several:
                notes.append(_several(name, told.several, self._things(told.several)))
            if told.empty:
                notes.append(_empty(name, self._things(told.empty)))
        return notes

    def _headline(self) -> Message:
        rows, total = len(self.rows), self.aggregation.total_rows
        records = _records(self.aggregation.record_count, self.app)
        if rows < total:
            return Message(
                "{rows:,} of {total:,} rows, from {records}; for the others raise max_rows, up to {most:,}:",
                rows=rows,
                total=total,
                records=records,
                most=limits.MAX_ROWS,
            )
        one = Message("1 row, from {records}:", records=records)
        return counted(rows, one, Message("{rows:,} rows, from {records}:", rows=rows, records=records))

    def _table(self) -> list[Message | str]:
        asked = self.plan.asked
        shown: list[Message | str] = [JOINT.join(map(_cell, asked.names))]
        room = MAX_TEXT
        for place, row in enumerate(self.rows):
            line = JOINT.join(self._cells(row))
            room -= len(line)
            if room < 0 and place:
                left = len(self.rows) - place
                shown.append(Message("… and {left:,} more rows, which a workflow has in the variable rows.", left=left))
                break
            shown.append(line)
        return shown

    def _cells(self, row: Row) -> list[str]:
        return [_cell(str(row[name])) for name in self.plan.asked.names]

    def _things(self, count: int) -> Message:
        """Name what is counted: records, or rows of a table."""
        if self.plan.table:
            return counted(count, Message("1 table row"), Message("{count:,} table rows", count=count))
        return counted(count, Message("1 record"), Message("{count:,} records", count=count))

    def _about_tables(self) -> list[Message]:
        if not self.plan.table:
            return []
        text = Message(
            "All rows of the table {table} in these records are counted, not the records: {rows}. Records without a "
            "row: {without:,}.",
            table=_cell(self.plan.table),
            rows=self._things(self.aggregation.counted),
            without=self.aggregation.without_rows,
        )
        return [text]

    def _about_dates(self) -> list[Message]:
        told = []
        if self.plan.uses_zone:
            told.append(
                Message(
                    "Dates with a time are in the time zone {zone}; dates are not shifted.", zone=self.plan.zone.key
                )
            )
        if self.plan.uses_unit(Unit.WEEK):
            told.append(Message("Weeks begin on Monday."))
        if self.plan.uses_unit(Unit.WEEKDAY):
            told.append(Message("Weekdays are 1 for Monday to 7 for Sunday."))
        return told


def count_lines(app: int, count: int, names: Sequence[str]) -> list[Message | str]:
    """Return the text of a count alone; ``names`` are those of its column, usually one."""
    row = JOINT.join(str(count) for _ in names)
    return [Message("1 row, from {records}:", records=_records(count, app)), JOINT.join(map(_cell, names)), row]


def _records(count: int, app: int) -> Message:
    one, many = (
        Message("1 record of app {app}", app=app),
        Message("{count:,} records of app {app}", count=count, app=app),
    )
    return counted(count, one, many)


def _several(name: str, several: int, things: Message) -> Message:
    told = Message("{name} can hold several values, and a record counts once under each of them", name=_cell(name))
    if not several:
        return Message("{told}; none has several here.", told=told)
    return Message("{told}: {things} with several, so the rows add up to more.", told=told, things=things)


def _empty(name: str, things: Message) -> Message:
    return Message(
        '{name}: {things} in the group "", which kintone\'s own graphs leave out.', name=_cell(name), things=things
    )


def _cell(text: str) -> str:
    """Return a name of a group so that it cannot be taken for two cells, two lines or nothing; a long one is cut."""
    text = text if len(text) <= MAX_CELL else text[:MAX_CELL] + "…"
    if text and text.isprintable() and text == text.strip() and "|" not in text and '"' not in text:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
