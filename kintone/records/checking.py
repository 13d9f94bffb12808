"""A whole record: every field that was brought, against every field that the form has.

What only kintone can know stays unchecked: duplicates, what lookups find, existing users and files, permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kintone.errors import InvalidParameterError
from kintone.field_types.table import PSEUDO_FIELDS
from kintone.forms.field_definitions import FieldDefinition, Form, WriteMode
from kintone.forms.near_matches import either, nearest_codes
from kintone.messages import Joined, Message
from kintone.problems import MOST_LISTED, Change, Findings, Place, Problem, ProblemCode, problem_lines
from kintone.records.cells import CheckContext, given_value, read_cell
from kintone.records.rows import TableReader
from kintone.values.excerpts import excerpt, printable

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
    most_problems: int = MOST_LISTED,
) -> CheckedRecord:
    """Read a record; raises ``InvalidParameterError`` for what is no record at all, and nothing else.

    Values may be plain (``{"code": …}``) or in kintone's shape (``{"code": {"value": …}}``); a ``type`` beside it
    is ignored as kintone ignores it. With ``rules`` the form's are held to: fields that exist and may be written,
    presence, lengths, ranges. Without, values are still brought into kintone's shape or refused. ``most_problems`` are
    listed, no more than a hundred: finding what was meant takes the more time the more fields the form has.
    """
    context = CheckContext(operation, rules, Findings(most_problems=min(most_problems, MOST_LISTED)))
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
        complaint = Message("{value} cannot be read without the app's form", value=excerpt(given))
        advice = Message("give the API token the permission to view or add records, by which the form is read")
        findings.problem(Place(code), ProblemCode.WRONG_TYPE, complaint, advice)
    return _result(record, findings)


def _plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float | Decimal) and not isinstance(value, bool))


def _fields_of(raw: object) -> Mapping[Any, object]:
    if isinstance(raw, Mapping):
        return raw
    raise InvalidParameterError(
        'the record must be an object such as {{"field code": "value"}}, not {value}', value=excerpt(raw)
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
    findings.problem(Place(excerpt(code)), ProblemCode.UNKNOWN_FIELD, complaint, advice)


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
                "write it into the rows: {{{table}: [{{{column}: …}}]}}", table=excerpt(table), column=excerpt(code)
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
            Message("the column {column} of the table {table}", column=excerpt(column), table=excerpt(table))
            for column in columns
            for table in (form.tables_by_column[column],)
        ]
        return Message("did you mean {columns}?", columns=Joined(meant, " or "))
    return Message("use a code of the app's form, or leave it out")
