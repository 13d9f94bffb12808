"""CSV for people: one line for each record, in a form that spreadsheets open safely."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic_core import to_json

from kintone.errors import InvalidParameterError
from kintone.field_types import RECORD_ID, REVISION, field_type
from kintone.forms.fields import Form
from kintone.messages import Message
from kintone.reading.pages import Record
from kintone.texts import printable
from kintone.values.formulas import GUARDED_STARTS, without_formula
from kintone.values.readable import person_text, row_text

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


VALUE_SEPARATOR = "\n"
EMPTY_FIELD: Record = {"value": None}


class ReadableLines:
    """The lines of a file for people: CRLF, quotes where CSV needs them, a guard in front of formulas.

    A line that holds nothing but blanks stands in quotes, since a reader skips lines of separators.
    """

    warnings: Sequence[Message] = ()

    def __init__(self, columns: CsvColumns) -> None:
        """Start without records."""
        self._columns = columns
        self._begun = False

    def text(self, records: Sequence[Record]) -> str:
        """Return the lines of these records; the first call puts the header before them."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        blanks = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        if not self._begun:
            self._columns.choose(records)
            self._begun = True
            writer.writerow([without_formula(code) for code in self._columns.codes])
        self._columns.check(records)
        for record in records:
            cells = self._cells(record)
            (writer if any(map(str.strip, cells)) else blanks).writerow(cells)
        return buffer.getvalue()

    @property
    def codes(self) -> Sequence[str]:
        """The field codes in the header."""
        return self._columns.codes

    def cells(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the field code and the text of each cell."""
        return zip(self._columns.codes, self._cells(record), strict=True)

    def _cells(self, record: Record) -> list[str]:
        codes = self._columns.codes
        try:
            fields = [record[code] for code in codes]
        except KeyError:
            fields = [record.get(code, EMPTY_FIELD) for code in codes]
        return [
            value if type(value := field["value"]) is str and value[:1] not in GUARDED_STARTS else _cell(field)
            for field in fields
        ]


def _cell(field: Record) -> str:
    value = field["value"]
    parts = map(_row_or_one, value) if isinstance(value, list) else [_one(value)]
    text = VALUE_SEPARATOR.join(filter(None, parts))
    return text if field_type(str(field.get("type"))).plain_in_csv else without_formula(text)


def _row_or_one(value: object) -> str:
    columns = value.get("value") if isinstance(value, dict) else None
    if not isinstance(columns, dict):
        return _one(value)
    return row_text({code: _in_row(cell.get("value")) for code, cell in columns.items()})


def _in_row(value: object) -> str | list[str]:
    return list(map(_one, value)) if isinstance(value, list) else _one(value)


def _one(value: object) -> str:
    """Return one value: a text, the name and code of a user, department or group, the name of a file."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if not isinstance(value, Mapping):
        return to_json(value).decode()
    code, name = value.get("code"), value.get("name")
    if isinstance(code, str) and code:
        return person_text(code, name if isinstance(name, str) else "")
    return name if isinstance(name, str) else to_json(value).decode()
