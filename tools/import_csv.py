"""CSV as cli-kintone writes and reads it, and as kintone's own import takes it with its columns assigned by hand.

Headers are field codes. Where a table is exported, the first column is ``*``, which marks the first line of each
record; the table's own code is a column of row IDs, and its columns follow. A line has one row of one table, the tables
stand one below the other, and all other values repeat. Choices, and users, departments and groups by their code, stand
one on each line of a cell. Lines and the lines of a cell end in LF; every cell is quoted that is not empty or ``*``.

Sources: website/docs/reference/record-export in https://github.com/kintone/cli-kintone, and files that cli-kintone
1.19.2 wrote.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from kintone.errors import InvalidParameterError
from kintone.field_types import PSEUDO_FIELDS, is_table
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import Message
from kintone.reading.pages import Record
from kintone.texts import printable

RECORD_MARK = "*"
LINE_END = "\n"
VALUE_SEPARATOR = "\n"
MAX_CODES_SHOWN = 10
NO_FIELD: Record = {"value": None}

type Places = Sequence[tuple[str, int]]
"""Codes of fields, each with the place of its column."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with the place of its row IDs, those of its columns, the codes it may have, and those left out."""

    code: str
    place: int
    columns: Places
    known: frozenset[str]
    left_out: Sequence[str]


class ImportLines:
    """The lines of a file that is imported again: no value in it is added or changed."""

    def __init__(self, fields: Sequence[str], form: Form) -> None:
        """Take the requested fields, none meaning all that an import can write back, and the current form.

        A requested code that the form lacks, or that is one of a table's columns, has no column: an import would refuse
        it. Raises ``InvalidParameterError`` where no column is left.
        """
        chosen = _chosen(fields, form)
        if not chosen:
            raise InvalidParameterError(
                "fields: none of {codes} is a field of the app that a record holds by itself, so the file would have "
                "no column; columns of a table come with the code of the table",
                codes=_listed(list(fields)),
            )
        self.codes: list[str] = [RECORD_MARK] if any(field.is_table for field in chosen) else []
        self._fields: list[tuple[str, int]] = []
        self._tables: list[_Table] = []
        for field in chosen:
            self._place(field)
        self._form_tables = frozenset(code for code, field in form.fields.items() if field.is_table)
        self._known = frozenset([*form.fields, *PSEUDO_FIELDS])
        codes = {field.code for field in chosen}
        left_out = () if fields else [code for code in form.fields if code not in codes]
        self._notes = _Notes(left_out, self._tables, () if fields else codes)
        self._begun = False

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the records hold and the file does not, and about columns that no record has."""
        return self._notes.sentences()

    def text(self, records: Sequence[Record]) -> str:
        """Return the lines of these records; the first call puts the header before them.

        Raises ``InvalidParameterError`` for a record with a field that the form lacks.
        """
        lines = [] if self._begun else [self.codes]
        self._begun = True
        for record in records:
            self._check(record)
            self._notes.add(record)
            lines += self._lines(record)
        return "".join(map(_written, lines))

    def cells(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the field code and the text of each cell."""
        for line in self._lines(record):
            yield from zip(self.codes, line, strict=True)

    def _place(self, field: FieldDefinition) -> None:
        place = len(self.codes)
        self.codes.append(field.code)
        if not field.is_table:
            self._fields.append((field.code, place))
            return
        shown = [code for code, column in field.columns.items() if not column.holds_files]
        left_out = [code for code in field.columns if code not in shown]
        columns = [(code, place + number) for number, code in enumerate(shown, start=1)]
        self.codes += shown
        self._tables.append(_Table(field.code, place, columns, frozenset(field.columns), left_out))

    def _check(self, record: Record) -> None:
        unknown = record.keys() - self._known
        unknown |= {code for code, shown in record.items() if self._is_other(code, shown)}
        for table in self._tables:
            if table.code not in unknown:
                unknown.update(*(row["value"].keys() - table.known for row in _rows(record, table.code)))
        if unknown:
            raise InvalidParameterError(
                "fields: a record has fields that the file has no column for ({codes}), because the app's form changed "
                "during the reading; run the query again",
                codes=_listed(sorted(unknown)),
            )

    def _is_other(self, code: str, shown: Record) -> bool:
        """Tell whether a table has become another field, or another field a table, since the form was read."""
        in_form = code in self._form_tables
        return (in_form or shown["value"].__class__ is list) and is_table(shown["type"]) is not in_form

    def _lines(self, record: Record) -> list[list[str]]:
        first = [""] * len(self.codes)
        _fill(first, self._fields, record)
        if not self._tables:
            return [first]
        lines = list(self._row_lines(record, first)) or [first]
        lines[0][0] = RECORD_MARK
        return lines

    def _row_lines(self, record: Record, first: list[str]) -> Iterator[list[str]]:
        for table in self._tables:
            for row in _rows(record, table.code):
                line = first.copy()
                line[table.place] = str(row["id"])
                _fill(line, table.columns, row["value"])
                yield line


class _Notes:
    """Notes which fields that are left out hold values, and which columns no record has."""

    def __init__(self, left_out: Sequence[str], tables: Sequence[_Table], columns: Sequence[str] | set[str]) -> None:
        self._left_out = set(left_out)
        self._columns_left_out = {table.code: set(table.left_out) for table in tables if table.left_out}
        self._unseen = set(columns)
        self._dropped: list[str] = []
        self._has_records = False

    def add(self, record: Record) -> None:
        self._has_records = True
        if self._unseen:
            self._unseen -= record.keys()
        self._drop(self._left_out, record)
        for table, columns in self._columns_left_out.items():
            for row in _rows(record, table) if columns else ():
                self._drop(columns, row["value"])

    def sentences(self) -> list[Message]:
        sentences: list[Message] = []
        if self._dropped:
            sentences.append(
                Message(
                    "the file leaves out the values of {codes}, which an import of it could not bring back; "
                    "csv_format readable shows them",
                    codes=_listed(self._dropped),
                )
            )
        if self._unseen and self._has_records:
            sentences.append(
                Message(
                    "no record has {codes}, which may be hidden from this credential; their columns are empty, and an "
                    "import of the file would empty these fields",
                    codes=_listed(sorted(self._unseen)),
                )
            )
        return sentences

    def _drop(self, codes: set[str], fields: Record) -> None:
        found = [code for code in codes if code in fields and fields[code]["value"]]
        codes.difference_update(found)
        self._dropped += sorted(found)


def _chosen(fields: Sequence[str], form: Form) -> list[FieldDefinition]:
    """Return the fields that have columns: the requested ones, or all whose values an import can write back."""
    if fields:
        found = (form.find(code) if code in PSEUDO_FIELDS else form.fields.get(code) for code in fields)
        return [field for field in found if field]
    return [field for field in form.fields.values() if _is_importable(field)]


def _is_importable(field: FieldDefinition) -> bool:
    """Tell whether cli-kintone exports the field: status, assignees, categories and fields without values it does not.

    Attachments are left out too: even an empty column of theirs stops the import of cli-kintone.
    """
    return field.type.is_known and field.type.always_shown and not field.holds_files


def _rows(record: Record, table: str) -> Sequence[Record]:
    return record.get(table, NO_FIELD)["value"] or ()


def _fill(line: list[str], places: Places, fields: Record) -> None:
    """Write the values of fields into their places of a line."""
    for code, place in places:
        value = fields.get(code, NO_FIELD)["value"]
        line[place] = value if type(value) is str else _text_of(value)


def _text_of(value: object) -> str:
    if isinstance(value, list):
        return VALUE_SEPARATOR.join(map(_one, value))
    return "" if value is None else _one(value)


def _one(value: object) -> str:
    """Return one value: a choice, the code of a user, department or group, the name of a file."""
    if isinstance(value, dict):
        value = value.get("code") or value.get("name") or value
    return value if isinstance(value, str) else to_json(value).decode()


def _written(cells: Sequence[str]) -> str:
    """Return a line. In one of empty cells alone the first is ``""``: readers skip blank lines, and their records."""
    if not any(cells):
        return f'""{"," * (len(cells) - 1)}{LINE_END}'
    return ",".join(map(_quoted, cells)) + LINE_END


def _quoted(cell: str) -> str:
    if cell in ("", RECORD_MARK):
        return cell
    return f'"{cell.replace('"', '""')}"'


def _listed(codes: Sequence[str]) -> str | Message:
    listed = ", ".join(map(printable, codes[:MAX_CODES_SHOWN]))
    left = len(codes) - MAX_CODES_SHOWN
    return Message("{codes} and {count} more", codes=listed, count=left) if left > 0 else listed
