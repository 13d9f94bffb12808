"""Checks records against the app's form, for all tools that write or check records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kintone.errors import InvalidParameterError, PermissionDeniedError
from kintone.forms.fields import Form, WriteMode
from kintone.forms.reading import FormsApi
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.permissions import VIEW_OR_ADD, tick
from kintone.problems import Change, Problem, joined_lines
from kintone.records import check_record, check_update_key, record_without_form
from kintone.runtime import yield_thread
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from tools.base import Call
from tools.shown_ids import shown_ids

# Checking with the remembered or the current form

CHECK_OFF = Message(
    "Nothing else was checked against the app's form, since validate_before_write is off; kintone silently drops "
    "fields it does not know."
)
FORM_NOT_READ = Message(
    "The app's form could not be read with this token, so values were sent unchanged; kintone rounds numbers to the "
    "app's decimals and reads a date without a time as midnight in UTC."
)
REWRITTEN = Message("Values written as kintone takes them:")
GIVE_PERMISSION = tick(VIEW_OR_ADD)
SWITCH_OFF = Message(
    "records are checked against the form first: {permission}, or switch validate_before_write off",
    permission=GIVE_PERMISSION,
)
FORM_FOR_APPEND = Message(
    "the app's form says which fields are tables or attachment fields: {permission}, or use the mode replace",
    permission=GIVE_PERMISSION,
)
MAX_CHANGES_SHOWN = 20


def _read_form(forms: FormsApi, app: int, remedy: Message, *, fresh: bool = False) -> Form:
    """Return the app's form; a ``PermissionDeniedError`` gets ``remedy`` as its advice."""
    try:
        return forms.read(app, fresh=fresh)
    except PermissionDeniedError as error:
        raise error.copy_with(remedy=remedy) from None


class Checked(Protocol):
    """The result of a check against a form."""

    @property
    def problems(self) -> Sequence[object]:
        """The problems found."""

    @property
    def wants_precision(self) -> bool:
        """Whether the check needs the app's number settings, and the form did not have them."""

    @property
    def knows_all_fields(self) -> bool:
        """Whether the form has every field of the record."""


def check_by_form[Result: Checked](call: Call, check: Callable[[Form], Result], remedy: Message = SWITCH_OFF) -> Result:
    """Check with the remembered form; after a problem or an unknown field check again with the current form."""
    remembered = call.client.forms.holds(call.app)
    result = _check_once(call, check, remedy)
    if remembered and (result.problems or not result.knows_all_fields):
        result = _check_once(call, check, remedy, fresh=True)
    return result


def _check_once[Result: Checked](
    call: Call, check: Callable[[Form], Result], remedy: Message, *, fresh: bool = False
) -> Result:
    form = _read_form(call.client.forms, call.app, remedy, fresh=fresh)
    result = check(form)
    if result.wants_precision and form.precision is None:
        result = check(call.client.forms.with_precision(form))
    return result


def check_by_form_if_readable[Result: Checked](call: Call, check: Callable[[Form | None], Result]) -> Result:
    """Bring values into kintone's shape by the form; ``check`` gets None if the token may not read the form."""
    try:
        return check_by_form(call, check)
    except PermissionDeniedError:
        return check(None)


def raise_problems(parameter: str, lines: Sequence[str | Message], remedy: Message = NOTHING) -> None:
    """Raise ``InvalidParameterError`` with all problems, if there are any; ``remedy`` is advice about all of them."""
    if lines:
        raise InvalidParameterError(
            "{parameter}: nothing was written; correct this and send it again: {problems}",
            parameter=parameter,
            problems=Joined(lines, " | "),
        ).copy_with(remedy=remedy)


def other_app(form: Form | None, records: Iterable[Mapping[str, object]]) -> Message:
    """Return that the app may be the wrong one, if none of the records has a field of it; else nothing."""
    codes = {code for record in records for code in record}
    if form is None or not codes or any(form.find(code) is not None for code in codes):
        return NOTHING
    return Message(
        "app {app} has none of these fields: if they are those of another app, set kintone_app_id to it", app=form.app
    )


def change_lines(changes: Sequence[Change], unlisted: int = 0) -> list[Message]:
    """Return the lines about values that were rewritten; no lines if there are none."""
    if not changes:
        return []
    shown = changes[:MAX_CHANGES_SHOWN]
    left = len(changes) - len(shown) + unlisted
    lines = [REWRITTEN, *(Message("- {change}", change=change.text) for change in shown)]
    return [*lines, Message("- and {left} more", left=left)] if left > 0 else lines


# The entries of an upsert

MAX_PROBLEMS_SHOWN = 50
MAX_PROBLEMS_COUNTED = 1_000
"""Unlisted problems after which the rest of the entries is not checked."""
MAX_PROBLEMS_GROUPED = 10_000
"""Problems that stand on the lines of others, likewise."""
MAX_RANGES_SHOWN = 10
ENTRIES_BETWEEN_YIELDS = 100


@dataclass(slots=True)
class CheckedEntries:
    """Entries in kintone's shape, the values that were rewritten in them, and their problems.

    ``mistakes`` has the positions of the entries with the same problem, by the text of its message. ``explained`` names
    what suggestions have listed, so that each list is given once.
    """

    entries: list[Entry] = field(default_factory=list)
    form: Form | None = None
    changes: list[Change] = field(default_factory=list)
    unlisted: int = 0
    mistakes: dict[str, tuple[Problem, list[int]]] = field(default_factory=dict)
    grouped_problems: int = 0
    unlisted_problems: int = 0
    wants_precision: bool = False
    knows_all_fields: bool = True
    explained: set[str] = field(default_factory=set)

    @property
    def problems(self) -> list[Message]:
        """A line for each problem, with the entries that have it."""
        found = ((positions, problem) for problem, positions in self.mistakes.values())
        return [_of_entries(positions, line) for positions, line in joined_lines(found)]


def check_entries(
    call: Call, entries: Sequence[Entry], *, rules: bool = True, form_needed: Message | None = None
) -> CheckedEntries:
    """Check every entry against the form; raises ``InvalidParameterError`` with the problems of all entries.

    Without ``rules`` values are only brought into kintone's shape, and without the form if the token may not read it.
    ``form_needed`` makes the form necessary all the same; it is the advice for a token that may not read it.
    """
    if rules or form_needed:
        remedy = form_needed or SWITCH_OFF
        result = check_by_form(call, lambda form: _check_all(entries, form, rules=rules), remedy)
    else:
        result = check_by_form_if_readable(call, lambda form: _check_all(entries, form, rules=False))
    lines = [*result.problems, *_more_problems(result.unlisted_problems)]
    if lines:
        raise_problems("records_data", lines, other_app(result.form, map(_with_key, entries)))
    return result


def _with_key(entry: Entry) -> Mapping[str, object]:
    return entry.record if entry.update_key is None else {**entry.record, entry.update_key.field: None}


def _more_problems(unlisted: int) -> list[Message]:
    if not unlisted:
        return []
    if unlisted > MAX_PROBLEMS_COUNTED:
        return [Message("and many more problems")]
    return [counted(unlisted, Message("and 1 more problem"), Message("and {count} more problems", count=unlisted))]


def _check_all(entries: Sequence[Entry], form: Form | None, *, rules: bool) -> CheckedEntries:
    result = CheckedEntries(form=form)
    for count, entry in enumerate(entries):
        if count % ENTRIES_BETWEEN_YIELDS == 0:
            yield_thread()
        _check_entry(entry, form, result, rules=rules)
        if result.wants_precision and form is not None and form.precision is None:
            # All entries are checked again with the app's number settings, so the rest can wait for that.
            break
        if result.grouped_problems > MAX_PROBLEMS_GROUPED:
            result.unlisted_problems += MAX_PROBLEMS_COUNTED
        if result.unlisted_problems > MAX_PROBLEMS_COUNTED:
            break
    return result


def _check_entry(entry: Entry, form: Form | None, result: CheckedEntries, *, rules: bool) -> None:
    key = entry.update_key
    problems: list[Problem] = []
    if form is None:
        checked = record_without_form(entry.record)
    else:
        if key is not None:
            value, problem = check_update_key(key.field, key.value, form)
            if problem is not None:
                problems.append(problem)
            definition = form.fields.get(key.field)
            # kintone would round the key and find another record.
            result.wants_precision |= definition is not None and definition.is_number and len(value) > 1
            key = UpdateKey(key.field, value)
        inserts = key is None and entry.id is None
        room = max(0, MAX_PROBLEMS_SHOWN - len(result.mistakes) - len(problems))
        mode: WriteMode = "add" if inserts else "update"
        explained, told = result.explained, result.mistakes
        checked = check_record(entry.record, form, mode, rules=rules, max_problems=room, explained=explained, told=told)
    result.wants_precision |= checked.wants_precision
    result.knows_all_fields &= checked.knows_all_fields
    result.unlisted_problems += checked.unlisted_problems
    _collect(entry, [*problems, *checked.problems], checked.changes, result)
    result.entries.append(replace(entry, record=checked.record, update_key=key))


def _collect(entry: Entry, problems: Sequence[Problem], changes: Sequence[Change], result: CheckedEntries) -> None:
    for problem in problems:
        message = str(problem.message)
        if message in result.mistakes:
            # Its suggestion stands there, which a later one may only refer to.
            result.mistakes[message][1].append(entry.position)
            result.grouped_problems += 1
        elif len(result.mistakes) < MAX_PROBLEMS_SHOWN:
            result.mistakes[message] = (problem, [entry.position])
        else:
            result.unlisted_problems += 1
    for change in changes[:MAX_CHANGES_SHOWN]:
        if len(result.changes) < MAX_CHANGES_SHOWN:
            result.changes.append(Change(change.field, change.row, _of_entry(entry, change.text)))
        else:
            result.unlisted += 1


def _of_entries(positions: Sequence[int], line: Message) -> Message:
    shown = shown_ids([str(position) for position in dict.fromkeys(positions)], MAX_RANGES_SHOWN)
    return counted(
        len(set(positions)),
        Message("entry {positions}: {line}", positions=shown, line=line),
        Message("entries {positions}: {line}", positions=shown, line=line),
    )


def _of_entry(entry: Entry, line: Message) -> Message:
    return Message("entry {position}: {line}", position=entry.position, line=line)
