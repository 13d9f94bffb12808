"""Converts records to plain objects, JSON and JSON Lines."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from kintone.access.redaction import Redactor
from kintone.field_types import is_table
from kintone.messages import Message, counted
from kintone.reading.answer_json import JsonRecords
from kintone.reading.pages import Record
from kintone.texts import printable
from tools.results import NEXT_LINE, holds_long_numbers, next_lines_warning, with_exact_numbers

# Plain objects

type FlatRecord = dict[str, Any]


class PlainRecords:
    """Converts records to plain objects, and notes the tables that have a column ``id``, which hides the rows' IDs."""

    def __init__(self) -> None:
        """Start without records."""
        self._hidden_ids: dict[str, None] = {}

    def flatten(self, record: Record) -> FlatRecord:
        """Return a record of kintone's shape, ``{"code": {"type", "value"}}``, as ``{"code": value}``."""
        return {
            code: value if type(value := field.get("value")) is not list else self._list_value(code, field)
            for code, field in record.items()
        }

    @property
    def warnings(self) -> list[Message]:
        """A sentence for each table whose rows are without their IDs."""
        return [hidden_ids_warning(table) for table in self._hidden_ids]

    def _list_value(self, code: str, field: dict[str, Any]) -> list[Any]:
        values: list[Any] = field["value"]
        if not is_table(field.get("type")):
            return values
        if any("id" in row["value"] for row in values):
            self._hidden_ids[code] = None
        return [{"id": row.get("id"), **self.flatten(row["value"])} for row in values]


def flatten(record: Record) -> FlatRecord:
    """Return one record as a plain object, without a warning."""
    return PlainRecords().flatten(record)


def hidden_ids_warning(table: str) -> Message:
    """Return the warning about a table whose rows, as plain objects, have a column ``id`` in place of their ID."""
    return Message(
        "the IDs of the rows of {table} are left out, because a field has the code id too", table=printable(table)
    )


# JSON and JSON Lines

NEXT_LINE_IN_JSON = NEXT_LINE.encode()
MASKED = Message("the records hold an API token of this call, which is shown as ***")


class RecordJson:
    """Writes records as JSON and counts what it had to replace in them."""

    def __init__(self, redactor: Redactor) -> None:
        """Start with nothing replaced; ``redactor`` masks the secrets of the call."""
        self._redactor = redactor
        self._next_lines = 0
        self._masked = False

    def write(self, records: Sequence[Record]) -> bytes:
        """Return the JSON of a list of records in UTF-8, on one line."""
        written = records.json if isinstance(records, JsonRecords) else to_json(records)
        if self._redactor.may_occur_in(written):
            records = list(records)
            masked = self._redactor.mask_data(records)
            self._masked = self._masked or masked is not records
            records, written = masked, to_json(masked)
        if holds_long_numbers(written):
            written = to_json(with_exact_numbers(list(records)))
        # The first of its two bytes is rare, and looking for one byte takes a fraction of the time.
        count = written.count(NEXT_LINE_IN_JSON) if NEXT_LINE_IN_JSON[:1] in written else 0
        self._next_lines += count
        return written.replace(NEXT_LINE_IN_JSON, rb"\n") if count else written

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what was replaced."""
        warnings = [next_lines_warning(self._next_lines)] if self._next_lines else []
        return [*warnings, MASKED] if self._masked else warnings

    @property
    def text_warnings(self) -> Sequence[Message]:
        """Sentences about what a text shows in another way; it has a blank for each line end."""
        warnings = [_next_lines_shown(self._next_lines)] if self._next_lines else []
        return [*warnings, MASKED] if self._masked else warnings


def _next_lines_shown(count: int) -> Message:
    return counted(
        count,
        Message("1 character U+0085 (next line) is shown as a blank, because Dify cannot carry it."),
        Message(
            "{count:,} characters U+0085 (next line) are shown as blanks, because Dify cannot carry them.", count=count
        ),
    )


class JsonlExport:
    """Turns pages into the parts of one file."""

    extension = "jsonl"
    mime_type = "text/plain"
    """Dify stores a file of the type application/x-ndjson as .bin, which none of its readers accepts."""

    def __init__(self) -> None:
        """Start without records."""
        self._plain = PlainRecords()

    def part(self, records: Sequence[Record], ids: Sequence[str]) -> bytes:
        """Return the lines of these records."""
        del ids
        lines = [to_json(self._plain.flatten(record)) for record in records]
        return b"\n".join([*lines, b""])

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the lines leave out."""
        return self._plain.warnings
