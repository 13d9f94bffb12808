"""A whole record with its tables: every field that was brought, against every field that the form has."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.field_types import PSEUDO_FIELDS
from kintone.forms.fields import FieldDefinition, Form, WriteMode
from kintone.forms.near_matches import either, nearest_codes
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
from kintone.records.fields import CheckContext, given_value, read_cell
from kintone.records.values import is_empty
from kintone.texts import preview, printable
from kintone.values.json_texts import read_rendered
from kintone.values.numbers import whole_number

_ROW_KEYS = {"id", "value"}


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads the rows of one table of one record."""

    table: FieldDefinition
    form: Form
    context: CheckContext

    def rows(self, raw: object) -> list[dict[str, object]] | None:
        """Return the rows as kintone takes them, or None after noting why there are none.

        Every row is looked at, so that all problems are told.
        """
        findings, place = self.context.findings, Place(self.table.code)
        before = findings.count
        given = self._given_rows(raw)
        if is_empty(given):
            if not isinstance(given, list):
                findings.change(place, given, [])
            return []
        if isinstance(given, str):
            given = self._rendered(given)
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
                "{count} rows are more than the {most} that are taken at once",
                count=len(given),
                most=limits.MAX_LIST_ENTRIES,
            )
            findings.problem(place, ProblemCode.TOO_LONG, complaint, Message("write the record with fewer rows"))
            return None
        self._refuse_repeated_ids(given)
        rows = [self._row(row, number) for number, row in enumerate(given, start=1)]
        # Written without the rows that cannot be read, the table would lose them.
        return [row for row in rows if row is not None] if findings.count == before else None

    def _rendered(self, text: str) -> object:
        """Return the rows that a text shows, or None after noting that it cannot be read."""
        try:
            return read_rendered(text)
        except UnusableValueError as error:
            self.context.findings.unusable(Place(self.table.code), error)
            return None

    def _given_rows(self, raw: object) -> object:
        """Return what stands under ``value``, unless the object is one row: by its id, or by a column of that name."""
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
        row_id, cells = self._parts(raw)
        id_text = _id_text(row_id)
        if not cells and id_text is not None:
            # An id that the record does not have is no id to kintone, and the row a new one.
            complaint = Message("a row without columns may be stored as a blank row")
            self.context.findings.problem(place, ProblemCode.WRONG_TYPE, complaint, self._row_shape())
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
        told = self.context.findings.count > before
        if not (told or id_text or not cells or any(map(self._is_written, value))):
            complaint = Message("a row without a column that can be written would be stored as a blank row")
            self.context.findings.problem(place, ProblemCode.WRONG_TYPE, complaint, self._row_shape())
        if self.context.mode == "add" or not id_text:
            self.context.absences(self.table.columns, cells, number, self.table.code)
        return {"id": id_text, "value": value} if id_text else {"value": value}

    def _is_written(self, code: str) -> bool:
        column = self.table.columns.get(code)
        return column is not None and column.refusal(self.context.mode) is None

    def _parts(self, raw: Mapping[object, object]) -> tuple[object, Mapping[object, object]]:
        """Take a row apart into id and cells; a column that is called ``id`` owns that name in a plain row."""
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
        self.context.findings.problem(place, ProblemCode.UNKNOWN_COLUMN, complaint, lambda: self._meant(place.field))
        return None

    def _meant(self, code: str) -> Message:
        near = nearest_codes(code, ((column.code, column.label) for column in self.table.columns.values()))
        return Message("did you mean {code}?", code=either(near)) if near else self._row_shape()

    def _refuse_repeated_ids(self, rows: list[object]) -> None:
        """Refuse an id that two rows bear; kintone would answer GAIA_SI01 without naming them."""
        first: dict[str, int] = {}
        for number, row in enumerate(rows, start=1):
            row_id = _id_text(self._parts(row)[0]) if isinstance(row, Mapping) else None
            if row_id and first.setdefault(row_id, number) != number:
                complaint = Message(
                    "rows {first} and {second} have the same id {id}", first=first[row_id], second=number, id=row_id
                )
                self.context.findings.problem(
                    Place(self.table.code), ProblemCode.BAD_FORMAT, complaint, Message("keep one of them")
                )

    def _row_shape(self) -> Message:
        codes = [code for code, column in self.table.columns.items() if column.type.on_add][:3]
        return Message("write rows like [{{{cells}}}]", cells=", ".join(f"{preview(code)}: …" for code in codes))


def _holds_rows(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and all(isinstance(row, Mapping) for row in value))


def _id_text(row_id: object) -> str | None:
    """Return a row id as text, ``""`` for none, None for what is no id."""
    if is_empty(row_id):
        return ""
    number = whole_number(row_id)
    return str(number) if number is not None and number > 0 else None


type Record = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """The record as kintone takes it, without the fields that had problems; what was changed; what is wrong.

    At most a hundred problems and changes are listed, ``unlisted_problems`` and ``unlisted_changes`` count the others.
    ``wants_precision`` says that a number in it would be read better by a form that knows the app's precision,
    ``knows_all_fields`` that the form has every field of it.
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
        """Tell whether nothing is wrong with it."""
        return not self.problems and not self.unlisted_problems

    @property
    def lines(self) -> list[Message]:
        """Return one line per problem for people, the count of those not listed last."""
        return problem_lines(self.problems, self.unlisted_problems)


def check_record(
    raw: Mapping[str, object],
    form: Form,
    operation: WriteMode,
    *,
    rules: bool = True,
    most_problems: int = MAX_LISTED,
) -> CheckedRecord:
    """Read a record; raises ``InvalidParameterError`` for what is no record at all, and nothing else.

    Values may be plain (``{"code": …}``) or in kintone's shape (``{"code": {"value": …}}``); a ``type`` beside it
    is ignored as kintone ignores it. With ``rules`` the form's are held to: fields that exist and may be written,
    presence, lengths, ranges. Without, values are still brought into kintone's shape or refused. ``most_problems`` are
    listed, no more than a hundred: finding what was meant takes the more time the more fields the form has.
    """
    context = CheckContext(operation, rules, Findings(most_problems=min(most_problems, MAX_LISTED)))
    record: Record = {}
    for code, value in _fields_of(raw).items():
        cell = _read_field(code, value, form, context)
        if cell is not None:
            record[code] = cell
    if operation == "add":
        context.absences(form.fields, raw, None, "")
    return replace(
        _result(record, context.findings),
        wants_precision=context.wants_precision,
        knows_all_fields=context.knows_all_fields,
    )


def record_without_form(raw: Mapping[str, object]) -> CheckedRecord:
    """Read a record whose form may not be read; raises ``InvalidParameterError`` for what is no record at all.

    Texts, numbers, null and lists of texts go out as they are: kintone stores them or refuses them. What else a value
    ought to be only the form could tell.
    """
    findings = Findings()
    record: Record = {}
    for code, value in _fields_of(raw).items():
        if not isinstance(code, str):
            _report_no_text(code, findings)
            continue
        given = given_value(value)
        if _plain(given) or (isinstance(given, list) and all(isinstance(part, str) for part in given)):
            record[code] = {"value": given}
            continue
        complaint = Message("{value} cannot be read without the app's form", value=preview(given))
        advice = Message("give the API token the permission to view or add records, by which the form is read")
        findings.problem(Place(code), ProblemCode.WRONG_TYPE, complaint, advice)
    return _result(record, findings)


def _plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float | Decimal) and not isinstance(value, bool))


def _fields_of(raw: object) -> Mapping[Any, object]:
    if isinstance(raw, Mapping):
        return raw
    raise InvalidParameterError(
        'the record must be an object such as {{"field code": "value"}}, not {value}', value=preview(raw)
    )


def _result(record: Record, found: Findings) -> CheckedRecord:
    return CheckedRecord(record, found.changes, found.problems, found.unlisted_problems, found.unlisted_changes)


def _read_field(code: object, raw: object, form: Form, context: CheckContext) -> dict[str, object] | None:
    if not isinstance(code, str):
        _report_no_text(code, context.findings)
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
    return _read_table(raw, definition, form, context)


def _read_table(raw: object, table: FieldDefinition, form: Form, context: CheckContext) -> dict[str, object] | None:
    rows = TableReader(table, form, context).rows(raw)
    return None if rows is None else {"value": rows}


def _report_no_text(code: object, findings: Findings) -> None:
    complaint, advice = Message("a field code must be a text"), Message("put it in quotes")
    findings.problem(Place(preview(code)), ProblemCode.UNKNOWN_FIELD, complaint, advice)


def _report_unknown(code: str, form: Form, context: CheckContext) -> None:
    place = Place(code)
    if code in PSEUDO_FIELDS:
        kind = PSEUDO_FIELDS[code]
        complaint = Message("{words} cannot be written as a field", words=kind.words)
        context.findings.problem(place, ProblemCode.NOT_WRITABLE, complaint, kind.advice)
    elif code in form.tables_by_column:
        table = printable(form.tables_by_column[code])
        context.findings.problem(
            place, ProblemCode.UNKNOWN_FIELD, Message("this column belongs to the table {table}", table=table),
            Message(
                "write it into the rows: {{{table}: [{{{column}: …}}]}}", table=preview(table), column=preview(code)
            ),
        )  # fmt: skip
    else:
        complaint = Message("app {app} has no field of this code, and kintone would ignore it", app=form.app)
        context.findings.problem(place, ProblemCode.UNKNOWN_FIELD, complaint, lambda: _meant(code, form))


def _meant(code: str, form: Form) -> Message:
    near = nearest_codes(code, form.names())
    if near:
        return Message("did you mean {code}?", code=either(near))
    columns = nearest_codes(code, form.column_names())
    if columns:
        meant = [
            Message("the column {column} of the table {table}", column=preview(column), table=preview(table))
            for column in columns
            for table in (form.tables_by_column[column],)
        ]
        return Message("did you mean {columns}?", columns=Joined(meant, " or "))
    return Message("use a code of the app's form, or leave it out")
