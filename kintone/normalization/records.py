"""A whole record: every field that was brought, against every field that the form has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kintone.errors import InvalidParameterError
from kintone.forms.field_definitions import FieldDefinition, Form, WriteMode
from kintone.forms.fields import PSEUDO_FIELDS
from kintone.forms.near_matches import nearest
from kintone.messages import Message
from kintone.normalization.cells import Checks, Reading, read_cell, refused
from kintone.normalization.rows import TableReader
from kintone.validation.problems import Change, Findings, Place, Problem, ProblemCode
from kintone.values.excerpts import excerpt, printable

type Record = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class NormalizedRecord:
    """The record as kintone takes it, without the fields that had problems; what was changed; what is wrong.

    At most a hundred problems and changes are listed, ``unlisted_problems`` and ``unlisted_changes`` count the others.
    """

    record: Record = field(repr=False)
    changes: list[Change]
    problems: list[Problem]
    unlisted_problems: int = 0
    unlisted_changes: int = 0


def normalize_record(
    raw: Mapping[str, object], form: Form, *, operation: WriteMode, checks: Checks | None = None
) -> NormalizedRecord:
    """Read a record; raises ``InvalidParameterError`` for what is no record at all, and nothing else.

    Values may be plain (``{"code": …}``) or in kintone's shape (``{"code": {"value": …}}``); a ``type`` beside it
    is ignored as kintone ignores it.
    """
    if not isinstance(raw, Mapping):
        raise InvalidParameterError(
            'the record must be an object such as {{"field code": "value"}}, not {value}', value=excerpt(raw)
        )
    reading = Reading(operation, Findings(), checks or Checks())
    record: Record = {}
    for code, value in raw.items():
        cell = _read_field(code, value, form, reading)
        if cell is not None:
            record[code] = cell
    if operation == "add":
        reading.absences(form.fields, raw, None, "")
    found = reading.findings
    return NormalizedRecord(record, found.changes, found.problems, found.unlisted_problems, found.unlisted_changes)


def _read_field(code: object, raw: object, form: Form, reading: Reading) -> dict[str, object] | None:
    if not isinstance(code, str):
        complaint, advice = Message("a field code must be a text"), Message("put it in quotes")
        reading.findings.problem(Place(excerpt(code)), ProblemCode.UNKNOWN_FIELD, complaint, advice)
        return None
    definition = form.fields.get(code)
    if definition is None:
        _report_unknown(code, form, reading)
        return None
    if not definition.is_table:
        return read_cell(raw, definition, Place(code), reading)
    return _read_table(raw, definition, form, reading)


def _read_table(raw: object, table: FieldDefinition, form: Form, reading: Reading) -> dict[str, object] | None:
    if refused(table, Place(table.code), reading):
        return None
    rows = TableReader(table, form, reading).rows(raw)
    return None if rows is None else {"value": rows}


def _report_unknown(code: str, form: Form, reading: Reading) -> None:
    place = Place(code)
    if code in PSEUDO_FIELDS:
        kind = PSEUDO_FIELDS[code]
        complaint = Message("{words} cannot be written as a field", words=kind.words)
        reading.findings.problem(place, ProblemCode.NOT_WRITABLE, complaint, kind.advice)
    elif code in form.tables_by_column:
        table = printable(form.tables_by_column[code])
        reading.findings.problem(
            place, ProblemCode.UNKNOWN_FIELD, Message("this column belongs to the table {table}", table=table),
            Message(
                "write it into the rows: {{{table}: [{{{column}: …}}]}}", table=excerpt(table), column=excerpt(code)
            ),
        )  # fmt: skip
    else:
        complaint = Message("app {app} has no field of this code, and kintone would ignore it", app=form.app)
        reading.findings.problem(place, ProblemCode.UNKNOWN_FIELD, complaint, lambda: _meant(code, form))


def _meant(code: str, form: Form) -> Message:
    near = nearest(code, form.names())
    if near:
        return Message("did you mean {code}?", code=excerpt(near))
    column = nearest(code, ((column, column) for column in form.tables_by_column))
    if column:
        table = form.tables_by_column[column]
        return Message(
            "did you mean the column {column} of the table {table}?", column=excerpt(column), table=excerpt(table)
        )
    return Message("use a code of the app's form, or leave it out")
