"""Converts records to plain objects, JSON, JSON Lines and CSV."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

from kintone.access.redaction import Redactor
from kintone.errors import InvalidParameterError
from kintone.field_types import RECORD_ID, REVISION, field_type, is_table
from kintone.forms.fields import Form
from kintone.messages import Message, counted
from kintone.reading.pages import Record
from kintone.texts import printable
from tools.record_texts import text_of
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
        written = to_json(records)
        if self._redactor.may_occur_in(written):
            masked = self._redactor.mask_data(records)
            self._masked = self._masked or masked is not records
            records, written = masked, to_json(masked)
        if holds_long_numbers(written):
            written = to_json(with_exact_numbers(records))
        count = written.count(NEXT_LINE_IN_JSON)
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

    def part(self, records: Sequence[Record]) -> bytes:
        """Return the lines of these records."""
        lines = [to_json(self._plain.flatten(record)) for record in records]
        return b"\n".join([*lines, b""])

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the lines leave out."""
        return self._plain.warnings


# CSV

MAX_CODES_SHOWN = 10


class CsvColumns:
    """The codes of one file's columns, in order.

    They are the requested fields. If all fields are requested, they are those of the form in its order, with ``$id``
    first and without ``$revision``; so a field that only later records have has its column too. Without a form they are
    the fields of the first records, and a later record with another field is refused.
    """

    def __init__(self, fields: Sequence[str], form: Form | None = None) -> None:
        """Take the requested fields, none meaning all, and the form if it could be read."""
        self.codes = list(fields)
        self._form = form
        self._all = not fields
        self._known: frozenset[str] = frozenset()

    def choose(self, records: Sequence[Record]) -> None:
        """Determine the columns from the first records, which may be an empty list."""
        if not self._all:
            return
        in_records = dict.fromkeys(code for record in records for code in record)
        fields = self._form.fields.values() if self._form else ()
        in_form = [field.code for field in fields if field.code in in_records or field.type.always_shown]
        self.codes = [code for code in dict.fromkeys([RECORD_ID, *in_form, *in_records]) if code != REVISION]
        self._known = frozenset([*self.codes, REVISION])

    def check(self, records: Iterable[Record]) -> None:
        """Raise ``InvalidParameterError`` for a record with a field that has no column."""
        if not self._all:
            return
        for record in records:
            if not record.keys() <= self._known:
                raise self._without_column(record)

    def _without_column(self, record: Record) -> InvalidParameterError:
        codes = [printable(code) for code in record if code not in self._known]
        return InvalidParameterError(
            "fields is blank, and a record has fields that the file has no column for ({codes}), because {reason}; "
            "name all field codes that are needed in fields",
            codes=", ".join(codes[:MAX_CODES_SHOWN]),
            reason=Message("the app's form changed during the reading")
            if self._form
            else Message("the app's form could not be read, and the first records do not have them"),
        )


BYTE_ORDER_MARK = "\ufeff"
VALUE_SEPARATOR = "\n"
FORMULA_STARTS = frozenset(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
EMPTY_FIELD: Record = {"value": None}

_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


class CsvExport:
    """Turns pages into the parts of one file."""

    extension = "csv"
    mime_type = "text/csv"
    warnings: Sequence[Message] = ()

    def __init__(self, columns: CsvColumns) -> None:
        """Start without records."""
        self._columns = columns
        self._begun = False

    def part(self, records: Sequence[Record]) -> bytes:
        """Return the lines of these records; the first call puts the header before them.

        Raises ``InvalidParameterError`` for a record with a field that has no column.
        """
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        if not self._begun:
            self._columns.choose(records)
            self._begun = True
            buffer.write(BYTE_ORDER_MARK)
            writer.writerow([without_formula(code) for code in self._columns.codes])
        self._columns.check(records)
        writer.writerows([self._cells(record) for record in records])
        return buffer.getvalue().encode()

    def _cells(self, record: Record) -> list[str]:
        codes = self._columns.codes
        try:
            fields = [record[code] for code in codes]
        except KeyError:
            fields = [record.get(code, EMPTY_FIELD) for code in codes]
        return [
            value if type(value := field["value"]) is str and value[:1] not in FORMULA_STARTS else _cell(field)
            for field in fields
        ]


def _cell(field: Record) -> str:
    text = text_of(field["value"], VALUE_SEPARATOR)
    return text if field_type(str(field.get("type"))).plain_in_csv else without_formula(text)


def without_formula(text: str) -> str:
    """Return the text with an apostrophe in front if a spreadsheet would run it; a signed number stays unchanged."""
    if text[:1] not in FORMULA_STARTS or _SIGNED_NUMBER.fullmatch(text):
        return text
    return f"'{text}"
