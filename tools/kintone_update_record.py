"""The tool ``kintone_update_record``."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from kintone.errors import InvalidParameterError, KintoneError, NotFoundError
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import NOTHING, Joined, Message
from kintone.problems import ProblemCode
from kintone.records import CheckedRecord, check_record, check_update_key, record_without_form
from kintone.records.field_rules import given_value
from kintone.remedies import FIND_BY_QUERY
from kintone.texts import preview, previews, printable
from kintone.values.numbers import number_in
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_revision
from kintone.writing.failures import NO_SUCH_KEY
from kintone.writing.one_record import Updated, update_record
from kintone.writing.removals import Removals
from kintone.writing.repeating import holds_file_keys
from kintone.writing.update_keys import KeyProblemError, UpdateKey, is_field_code, key_text, same_key
from tools import base, record_checks
from tools.list_change_texts import list_change_line, removal_notes_of_one
from tools.record_choice import RecordChoice, read_record_choice
from tools.record_inputs import explain_missing_record, read_record_data
from tools.results import Result

EMPTY = Message('give the fields to change, as in {{"stock": 40}}')
CHECK_KEY = Joined(
    [Message("check update_key_value, which must be the whole value, and kintone_app_id"), FIND_BY_QUERY]
)


class UpdateRecord(base.KintoneTool):
    """Changes one record, which is named by its ID or by the value of a key field; never adds one."""

    tool_name = "kintone_update_record"

    def run(self, call: base.Call) -> Result:
        """Check the values, write them into the record, and tell what became of its rows and files."""
        with base.nothing_saved_yet():
            raw = read_record_data(call.parameters)
            if not raw:
                raise InvalidParameterError("record_data is empty; {advice}", advice=EMPTY)
            check = call.parameters.flag("validate_before_write")
            revision = _revision(call)
            table_mode = ListMode(call.parameters.choice("table_mode"))
            file_mode = ListMode(call.parameters.choice("file_mode"))
            choice = read_record_choice(call, _keys_in_words)
            appends = ListMode.APPEND in (table_mode, file_mode)
            checked = _checked(call, raw, choice, rules=check, appends=appends)
            entry = Entry(1, _without_key(checked), checked.key, choice.record_id or None, revision)
            removals = Removals()
            with _explained(call, choice, checked.key, removals):
                updated = update_record(call.client, call.app, entry, checked.form, table_mode, file_mode, removals)
        url = call.client.record_url(call.app, updated.id)
        variables = {
            "record_id": updated.id,
            "revision": updated.revision,
            "record_url": url,
            "response": updated.response,
        }
        untouched = _untouched_lists(entry, checked.form, table_mode, file_mode)
        lines = [*_lines(updated, call.app, url), *map(_untouched_line, untouched)]
        if repeated := _repeat_line(entry, updated, appends=appends):
            lines.append(repeated)
        return Result([*lines, *_check_lines(checked, untouched, check=check)], variables, variables)


def _revision(call: base.Call) -> str | None:
    value = call.parameters.raw("revision")
    problems: list[Message] = []
    revision = read_revision(value, problems)
    if problems:
        raise InvalidParameterError(problems[0])
    return revision


def _keys_in_words(form: Form) -> Message:
    """Name the fields that can be the update key; kintone takes fewer of them here than in a query."""
    named = [
        Message("{code} ({label})", code=printable(each.code), label=printable(each.label))
        for each in (form.fields[code] for code in form.update_key_codes())
    ]
    return Joined(named, ", ")


# Checking


@dataclass(frozen=True, slots=True)
class _Checked:
    """The record in kintone's shape, the form it was checked with, the key and what is wrong with the key."""

    record: CheckedRecord
    form: Form | None
    key: UpdateKey | None = None
    key_problem: Message = NOTHING
    wants_precision: bool = False

    @property
    def problems(self) -> Sequence[object]:
        return [*self.record.problems, self.key_problem] if self.key_problem else self.record.problems

    @property
    def knows_all_fields(self) -> bool:
        return self.record.knows_all_fields


def _checked(
    call: base.Call, raw: Mapping[str, object], choice: RecordChoice, *, rules: bool, appends: bool
) -> _Checked:
    """Check key and record; without ``rules`` values are converted only, and that as far as the form can be read."""

    def check(form: Form | None) -> _Checked:
        return _check(raw, choice, form, rules=rules)

    if appends:
        # A field that a record lacks may be empty or deleted. Only a form that is read now shows which.
        call.client.forms.drop(call.app)
        checked = record_checks.check_by_form(call, check, record_checks.FORM_FOR_APPEND)
    elif rules:
        checked = record_checks.check_by_form(call, check)
    else:
        checked = record_checks.check_by_form_if_readable(call, check)
    if checked.key_problem:
        raise InvalidParameterError(checked.key_problem)
    record_checks.raise_problems("record_data", checked.record.lines, record_checks.other_app(checked.form, [raw]))
    return checked


def _check(raw: Mapping[str, object], choice: RecordChoice, form: Form | None, *, rules: bool) -> _Checked:
    if form is None:
        checked = _Checked(record_without_form(raw), None)
        return _with_key_as_given(checked, choice) if choice.update_key else checked
    record = check_record(raw, form, "update", rules=rules)
    checked = _Checked(record, form, wants_precision=record.wants_precision)
    if not choice.update_key:
        return checked
    text, problem = check_update_key(choice.update_key, choice.value, form)
    if problem is not None:
        is_about_field = problem.code in (ProblemCode.UNKNOWN_FIELD, ProblemCode.WRONG_TYPE)
        name = "update_key" if is_about_field else "update_key_value"
        return replace(checked, key_problem=Message("{name}: {problem}", name=name, problem=problem.line))
    is_number = form.fields[choice.update_key].is_number
    # kintone would round the key and find another record.
    wants_precision = record.wants_precision or (is_number and len(text) > 1)
    return replace(checked, key=UpdateKey(choice.update_key, text), wants_precision=wants_precision)


def _with_key_as_given(checked: _Checked, choice: RecordChoice) -> _Checked:
    if not is_field_code(choice.update_key):
        problem = Message(
            "update_key: {code} is not a field code; write the code of one field, as in sku",
            code=preview(choice.update_key),
        )
        return replace(checked, key_problem=problem)
    try:
        return replace(checked, key=UpdateKey(choice.update_key, key_text(choice.value)))
    except KeyProblemError as error:
        return replace(checked, key_problem=Message("update_key_value {problem}", problem=error.problem))


def _without_key(checked: _Checked) -> Mapping[str, object]:
    """Return the record without its key, as kintone requires; another value given for the key there is refused."""
    key, record = checked.key, checked.record.record
    if key is None or key.field not in record:
        return record
    value = given_value(record[key.field])
    is_number = checked.form is not None and checked.form.fields[key.field].is_number
    if not (number_in(str(value)) == number_in(key.value) if is_number else same_key(value, key.value)):
        raise InvalidParameterError(
            "record_data gives {field} another value than update_key_value, {value}; kintone cannot change the key by "
            "which it finds a record: leave it out of record_data, or name the record by record_id to change it",
            field=printable(key.field),
            value=preview(key.value),
        )
    rest = {code: cell for code, cell in record.items() if code != key.field}
    if not rest:
        raise InvalidParameterError("record_data holds nothing but the update key; {advice}", advice=EMPTY)
    return rest


# What is told


@contextmanager
def _explained(call: base.Call, choice: RecordChoice, key: UpdateKey | None, removals: Removals) -> Iterator[None]:
    """Say which parameters named a record that is missing, and what went if this was saved; forget the form."""
    try:
        with explain_missing_record():
            yield
    except NotFoundError as error:
        call.client.forms.drop(call.app)
        if key is None or choice.record_id or error.kintone_code not in ("", NO_SUCH_KEY):
            raise
        problem = Message(
            "no record of app {app} has {value} in {field}",
            app=call.app,
            value=preview(key.value),
            field=printable(key.field),
        )
        raise error.copy_with(problem=problem, remedy=CHECK_KEY) from None
    except KintoneError as error:
        call.client.forms.drop(call.app)
        raise error.copy_with(notes=[*error.notes, *removal_notes_of_one(removals)]) from None


def _lines(updated: Updated, app: int, url: str) -> list[Message]:
    headline = Message(
        "Updated record {record} of app {app} (revision {revision}): {url}",
        record=updated.id,
        app=app,
        revision=updated.revision,
        url=url,
    )
    return [headline, *map(list_change_line, updated.changes)]


def _untouched_lists(
    entry: Entry, form: Form | None, table_mode: ListMode, file_mode: ListMode
) -> list[FieldDefinition]:
    """Return the tables and attachment fields to which an empty list is appended, so that they keep what they have."""
    empty = [code for code, cell in entry.record.items() if given_value(cell) in (None, "", [])]
    given = [form.fields[code] for code in empty if code in form.fields] if form else []
    return [
        each
        for each in given
        if (each.is_table and table_mode is ListMode.APPEND) or (each.holds_files and file_mode is ListMode.APPEND)
    ]


def _untouched_line(field: FieldDefinition) -> Message:
    code = printable(field.code)
    if field.is_table:
        return Message(
            "With no row to append, the saved rows of {code} stay; table_mode replace removes them.", code=code
        )
    return Message("With no file to append, the saved files of {code} stay; file_mode replace removes them.", code=code)


def _repeat_line(entry: Entry, updated: Updated, *, appends: bool) -> Message:
    """Say what a second run does where it is not harmless."""
    if entry.revision is not None:
        return Message(
            "Running this step again, as a retry of the workflow's node does, would be refused: the record "
            "has a new revision."
        )
    if holds_file_keys([entry]) and any(change.added and not change.is_table for change in updated.changes):
        return Message(
            "Running this step again, as a retry of the workflow's node does, would be refused: the key of "
            "an uploaded file can be used once."
        )
    if appends and any(change.added for change in updated.changes):
        return Message("Running this step again, as a retry of the workflow's node does, would add the rows once more.")
    return NOTHING


def _check_lines(checked: _Checked, untouched: Sequence[FieldDefinition], *, check: bool) -> list[Message]:
    not_written = {printable(field.code) for field in untouched}
    changes = [each for each in checked.record.changes if each.row is not None or each.field not in not_written]
    lines = record_checks.change_lines(changes, checked.record.unlisted_changes)
    if check:
        return lines
    if checked.form is not None:
        return [*lines, record_checks.CHECK_OFF]
    emptied = [code for code, cell in checked.record.record.items() if cell["value"] in (None, "", [])]
    lines.append(record_checks.FORM_NOT_READ)
    if emptied:
        lines.append(
            Message(
                "If one of these fields is a table or an attachment field, its rows or files are gone; which, could "
                "not be read: {codes}.",
                codes=previews(emptied),
            )
        )
    return lines
