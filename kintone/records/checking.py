"""Checking a whole record, tables included, against the app's form."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.field_types import PSEUDO_FIELDS
from kintone.forms.fields import FieldDefinition, Form, WriteMode
from kintone.messages import Joined, Message
from kintone.problems import (
    MAX_LISTED,
    Change,
    Findings,
    Place,
    Problem,
    ProblemCode,
    UnusableValueError,
    problem_lines,
)
from kintone.records.field_rules import CheckContext, given_value, read_cell
from kintone.records.near_fields import (
    code_and_label,
    columns_in_words,
    into_rows,
    nearest_fields,
    question,
    suggestion,
)
from kintone.records.values import is_empty
from kintone.texts import preview, printable
from kintone.values.json_texts import read_rendered
from kintone.values.numbers import whole_number

type Record = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record as kintone takes it, without the fields that had problems, and the changes and problems found.

    At most a hundred problems and changes are listed, ``unlisted_problems`` and ``unlisted_changes`` count the others.
    ``wants_precision`` says that the record has a number whose check needs the app's number precision and that the form
    does not know it. ``knows_all_fields`` says that the form has every field of the record.
    """

    record: Record = field(repr=False)
    changes: list[Change]
    problems: list[Problem]
    unlisted_problems: int = 0
    unlisted_changes: int = 0
    wants_precision: bool = False
    knows_all_fields: bool = True

    @property
    def valid(self) -> bool:
        """Tell whether no problem was found."""
        return not self.problems and not self.unlisted_problems

    @property
    def lines(self) -> list[Message]:
        """One line for each problem, the number of those not listed last."""
        return problem_lines(self.problems, self.unlisted_problems)


def check_record(  # noqa: PLR0913 - what is checked, by what, and how much is told
    raw: Mapping[str, object],
    form: Form,
    operation: WriteMode,
    *,
    rules: bool = True,
    max_problems: int = MAX_LISTED,
    explained: set[str] | None = None,
    told: Container[str] = frozenset(),
) -> CheckedRecord:
    """Read and check a record; raises only ``InvalidParameterError``, for a value that is not an object.

    Values may be plain (``{"code": …}``) or in kintone's shape (``{"code": {"value": …}}``); a ``type`` beside the
    value is ignored, as kintone ignores it. With ``rules`` the record must keep to the form: only fields that exist and
    can be written, required values, lengths, ranges. Without ``rules``, values are still converted to kintone's shape
    or refused. At most ``max_problems`` are listed, and never more than a hundred: a suggestion takes more time the
    more fields the form has. ``explained`` notes which lists of fields and columns a suggestion has given, so that the
    records of one call share it and each list is given once; ``told`` has the messages that need no suggestion again.
    """
    findings = Findings(max_problems=min(max_problems, MAX_LISTED), told=told)
    context = CheckContext(operation, rules, findings, explained=set() if explained is None else explained)
    record: Record = {}
    for code, value in _fields_of(raw).items():
        cell = _read_field(code, value, form, context)
        if cell is not None:
            record[code] = cell
    if operation == "add":
        context.check_missing(form.fields, raw, None, "")
    return replace(
        _result(record, context.findings),
        wants_precision=context.wants_precision,
        knows_all_fields=context.knows_all_fields,
    )


def record_without_form(raw: Mapping[str, object]) -> CheckedRecord:
    """Read a record whose form cannot be read; raises ``InvalidParameterError`` for a value that is not an object.

    Texts, numbers, null and lists of texts are sent unchanged: kintone stores or refuses them. Any other value is a
    problem, since only the form shows how to convert it.
    """
    findings = Findings()
    record: Record = {}
    for code, value in _fields_of(raw).items():
        if not isinstance(code, str):
            _report_code_type(code, findings)
            continue
        given = given_value(value)
        if _is_plain(given) or (isinstance(given, list) and all(isinstance(part, str) for part in given)):
            record[code] = {"value": given}
            continue
        complaint = Message("{value} cannot be read without the app's form", value=preview(given))
        advice = Message("give the API token the permission to view or add records, which reading the form needs")
        findings.problem(Place(code), ProblemCode.WRONG_TYPE, complaint, advice)
    return _result(record, findings)


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float | Decimal) and not isinstance(value, bool))


def _fields_of(raw: object) -> Mapping[Any, object]:
    if isinstance(raw, Mapping):
        return raw
    raise InvalidParameterError(
        'the record must be an object such as {{"field code": "value"}}, not {value}', value=preview(raw)
    )


def _result(record: Record, findings: Findings) -> CheckedRecord:
    return CheckedRecord(
        record, findings.changes, findings.problems, findings.unlisted_problems, findings.unlisted_changes
    )


def _read_field(code: object, raw: object, form: Form, context: CheckContext) -> dict[str, object] | None:
    if not isinstance(code, str):
        _report_code_type(code, context.findings)
        return None
    definition = form.fields.get(code)
    if definition is None:
        if not context.rules:
            context.knows_all_fields = False
            return {"value": given_value(raw)}
        _report_unknown(code, form, context)
        return None
    if not definition.is_table:
        return read_cell(raw, definition, Place(code), context)
    rows = TableReader(definition, form, context).rows(raw)
    return None if rows is None else {"value": rows}


def _report_code_type(code: object, findings: Findings) -> None:
    complaint, advice = Message("a field code must be a text"), Message("put it in quotes")
    findings.problem(Place(preview(code)), ProblemCode.UNKNOWN_FIELD, complaint, advice)


def _report_unknown(code: str, form: Form, context: CheckContext) -> None:
    place = Place(code)
    if code in PSEUDO_FIELDS:
        field_type = PSEUDO_FIELDS[code]
        complaint = Message("{words} cannot be written as a field", words=field_type.words)
        context.findings.problem(place, ProblemCode.NOT_WRITABLE, complaint, field_type.advice)
    elif code in form.tables_by_column:
        complaint = Message("this column belongs to the table {table}", table=printable(form.tables_by_column[code]))
        context.findings.problem(place, ProblemCode.UNKNOWN_FIELD, complaint, lambda: into_rows(code, form, context))
    else:
        complaint = Message("app {app} has no field of this code, and kintone would ignore it", app=form.app)
        context.findings.problem(place, ProblemCode.UNKNOWN_FIELD, complaint, lambda: suggestion(code, form, context))


# Tables


_ROW_KEYS = {"id", "value"}
COLUMNS_SHOWN_AGAIN = 3
"""Columns in the example of a row, after one with all columns."""


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads the rows of one table of one record."""

    table: FieldDefinition
    form: Form
    context: CheckContext

    def rows(self, raw: object) -> list[dict[str, object]] | None:
        """Return the rows as kintone takes them, or None after noting why they cannot be used.

        Every row is read, so that all problems are reported.
        """
        findings, place = self.context.findings, Place(self.table.code)
        before = findings.count
        given = self._given_rows(raw)
        if is_empty(given):
            if not isinstance(given, list):
                findings.change(place, given, [])
            return []
        if isinstance(given, str):
            given = self._rows_in_text(given)
            if given is None:
                return None
        if isinstance(given, Mapping):
            findings.change(place, given, [given])
            given = [given]
        if not isinstance(given, list):
            complaint = Message("a list of rows is needed, not {value}", value=preview(given))
            findings.problem(place, ProblemCode.WRONG_TYPE, complaint, self._row_shape())
            return None
        if len(given) > limits.MAX_LIST_ENTRIES:
            complaint = Message(
                "{count} rows are more than the {maximum} that are accepted at once",
                count=len(given),
                maximum=limits.MAX_LIST_ENTRIES,
            )
            findings.problem(place, ProblemCode.TOO_LONG, complaint, Message("write the record with fewer rows"))
            return None
        self._refuse_repeated_ids(given)
        rows = [self._row(row, number) for number, row in enumerate(given, start=1)]
        # None where any row is unusable: without that row, the update would remove it from the table.
        return [row for row in rows if row is not None] if findings.count == before else None

    def _rows_in_text(self, text: str) -> object:
        """Return the rows that a text holds as JSON or Python, or None after noting that it cannot be read."""
        try:
            return read_rendered(text)
        except UnusableValueError as error:
            self.context.findings.unusable(Place(self.table.code), error)
            return None

    def _given_rows(self, raw: object) -> object:
        """Return what ``{"value": …}`` holds, or the object itself where it is a single row.

        It is a row if it has an id, or if the table has a column with the code ``value``.
        """
        if not isinstance(raw, Mapping) or "value" not in raw or "id" in raw:
            return raw
        inner = raw["value"]
        if "value" in self.table.columns and not (inner is None or _holds_rows(inner)):
            return raw
        return inner

    def _row(self, raw: object, number: int) -> dict[str, object] | None:
        place = Place(self.table.code, number, self.table.code)
        if not isinstance(raw, Mapping):
            complaint = Message("a row must be an object, not {value}", value=preview(raw))
            self.context.findings.problem(place, ProblemCode.WRONG_TYPE, complaint, self._row_shape())
            return None
        row_id, cells = self._id_and_cells(raw)
        id_text = _id_text(row_id)
        if not cells and id_text is not None:
            # kintone ignores an id that the record does not have and adds a new row.
            complaint = Message("a row without columns may be stored as a blank row")
            advice = self._with_columns(id_text) if id_text and self.context.mode == "update" else self._row_shape()
            self.context.findings.problem(place, ProblemCode.WRONG_TYPE, complaint, advice)
            return None
        if id_text is None:
            complaint = Message("{value} is not a row id", value=preview(row_id))
            advice = Message("leave the id out to add the row")
            self.context.findings.problem(place, ProblemCode.BAD_FORMAT, complaint, advice)
        value: dict[str, object] = {}
        before = self.context.findings.count
        for code, cell in cells.items():
            read = self._cell(code, cell, number)
            if read is not None:
                value[str(code)] = read
        has_problems = self.context.findings.count > before
        if not (has_problems or id_text or not cells or any(map(self._is_writable, value))):
            complaint = Message("a row without a column that can be written would be stored as a blank row")
            self.context.findings.problem(place, ProblemCode.WRONG_TYPE, complaint, self._row_shape())
        if self.context.mode == "add" or not id_text:
            self.context.check_missing(self.table.columns, cells, number, self.table.code)
        return {"id": id_text, "value": value} if id_text else {"value": value}

    def _is_writable(self, code: str) -> bool:
        column = self.table.columns.get(code)
        return column is not None and column.refusal(self.context.mode) is None

    def _id_and_cells(self, raw: Mapping[object, object]) -> tuple[object, Mapping[object, object]]:
        """Return id and cells of a row; in a plain row, ``id`` is a cell where the table has a column of that code."""
        inner = raw.get("value")
        if isinstance(inner, Mapping) and raw.keys() <= _ROW_KEYS:
            return raw.get("id"), inner
        if "id" in self.table.columns:
            return None, raw
        return raw.get("id"), {code: cell for code, cell in raw.items() if code != "id"}

    def _cell(self, code: object, cell: object, number: int) -> dict[str, object] | None:
        column = self.table.columns.get(code) if isinstance(code, str) else None
        place = Place(code if isinstance(code, str) else preview(code), number, self.table.code)
        if column is not None:
            return read_cell(cell, column, place, self.context)
        if isinstance(code, str) and code in self.form.fields:
            complaint = Message("this is a field of the record, not a column of the table")
            advice = Message("write it beside the table")
            self.context.findings.problem(place, ProblemCode.UNKNOWN_COLUMN, complaint, advice)
            return None
        complaint = Message("the table {table} has no such column", table=printable(self.table.code))
        self.context.findings.problem(place, ProblemCode.UNKNOWN_COLUMN, complaint, lambda: self._suggest(place.field))
        return None

    def _suggest(self, code: str) -> Message:
        nearest = nearest_fields(code, self.table.columns, "add")
        if nearest:
            advice = question(nearest, self.table.columns, "add")
        else:
            advice = Message("use one of its columns, or leave it out")
        # The same mistake in the next rows needs no list of its own.
        is_new = self.context.explains(f"{code} {self.table.code}")
        return Joined([advice, columns_in_words(self.table)]) if is_new else advice

    def _refuse_repeated_ids(self, rows: list[object]) -> None:
        """Note ids that two rows have; kintone would answer GAIA_SI01 without naming the rows."""
        first: dict[str, int] = {}
        for number, row in enumerate(rows, start=1):
            row_id = _id_text(self._id_and_cells(row)[0]) if isinstance(row, Mapping) else None
            if row_id and first.setdefault(row_id, number) != number:
                complaint = Message(
                    "rows {first} and {second} have the same id {id}", first=first[row_id], second=number, id=row_id
                )
                self.context.findings.problem(
                    Place(self.table.code), ProblemCode.BAD_FORMAT, complaint, Message("keep one of them")
                )

    def _with_columns(self, row_id: str) -> Message:
        """Say what to write for a row with an id alone, which is meant to stay.

        Measurements differ on what kintone does with columns that are not sent: kept, or emptied. So the whole row is
        to be written. Sources: kintone-labs/cli-kintone issue 40, SonicGarden/kintone-emulator.
        """
        written = [code for code, column in self.table.columns.items() if column.refusal("add") is None]
        shown = [f"{preview(code)}: …" for code in written[:COLUMNS_SHOWN_AGAIN]]
        return Message(
            "to keep the row, write all its columns beside the id, as in {{{cells}}}; with table_mode append, rows "
            "that are left out stay as they are",
            cells=", ".join([f'"id": {preview(row_id)}', *shown, *(["…"] if len(written) > len(shown) else [])]),
        )

    def _row_shape(self) -> Message:
        written = [code for code, column in self.table.columns.items() if column.refusal("add") is None]
        filled = [code_and_label(column) for code, column in self.table.columns.items() if code not in written]
        if not self.context.explains(self.table.code):
            written, filled = written[:COLUMNS_SHOWN_AGAIN], []
        shape = Message("write rows like [{{{cells}}}]", cells=", ".join(f"{preview(code)}: …" for code in written))
        if not filled:
            return shape
        return Message("{shape}; filled in by kintone: {columns}", shape=shape, columns=Joined(filled, ", "))


def _holds_rows(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and all(isinstance(row, Mapping) for row in value))


def _id_text(row_id: object) -> str | None:
    """Return a row id as text, ``""`` for an empty value, None for a value that is not an id."""
    if is_empty(row_id):
        return ""
    number = whole_number(row_id)
    return str(number) if number is not None and number > 0 else None
