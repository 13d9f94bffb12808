"""Checking records against the app's form before they are written, for all tools that write or check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kintone.errors import InvalidParameterError, PermissionDeniedError
from kintone.forms.fields import Form
from kintone.forms.reading import FormsApi
from kintone.messages import Joined, Message, counted
from kintone.problems import Change
from kintone.records import check_record, check_update_key, record_without_form
from kintone.runtime import yield_thread
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from tools.base import Call

SKIPPED = Message(
    "Nothing else was checked against the app's form, since validate_before_write is off; kintone silently drops "
    "fields it does not know."
)
WITHOUT_FORM = Message(
    "The app's form could not be read with this token, so values went out as they are; kintone rounds numbers to the "
    "app's decimals and takes a day alone for midnight in UTC."
)
REWRITTEN = Message("Values written as kintone takes them:")
GIVE_PERMISSION = Message(
    "the app's form can be read by a token with view or add permission; give the token one of them"
)
SWITCH_OFF = Message(
    "records are checked against the form first: {permission}, or switch validate_before_write off",
    permission=GIVE_PERMISSION,
)
MAX_CHANGES_SHOWN = 20


def read_form(forms: FormsApi, app: int, remedy: Message, *, fresh: bool = False) -> Form:
    """Return the app's form; a token that may not read it gets a sentence that says what can be done."""
    try:
        return forms.read(app, fresh=fresh)
    except PermissionDeniedError as error:
        raise error.copy_with(remedy=remedy) from None


class Checked(Protocol):
    """What a check against a form comes to."""

    @property
    def problems(self) -> Sequence[object]:
        """What is wrong."""

    @property
    def wants_precision(self) -> bool:
        """Whether a form that knows the app's precision would say more."""

    @property
    def knows_all_fields(self) -> bool:
        """Whether the form has every field that was brought."""


def checked[Result: Checked](call: Call, check: Callable[[Form], Result], remedy: Message = SWITCH_OFF) -> Result:
    """Check with the form at hand; what looks wrong is checked again with a form read anew, which may have changed."""
    remembered = call.client.forms.holds(call.app)
    result = _checked_or_fresh(call, check, remedy)
    if remembered and (result.problems or not result.knows_all_fields):
        result = _checked_or_fresh(call, check, remedy, fresh=True)
    return result


def _checked_or_fresh[Result: Checked](
    call: Call, check: Callable[[Form], Result], remedy: Message, *, fresh: bool = False
) -> Result:
    form = read_form(call.client.forms, call.app, remedy, fresh=fresh)
    result = check(form)
    if result.wants_precision and form.precision is None:
        result = check(call.client.forms.with_precision(form))
    return result


def shaped[Result: Checked](call: Call, check: Callable[[Form | None], Result]) -> Result:
    """Bring values into kintone's shape by the form; with None for a form that the token may not read."""
    try:
        return checked(call, check)
    except PermissionDeniedError:
        return check(None)


def refuse(parameter: str, lines: Sequence[str | Message]) -> None:
    """Raise all problems at once, where there are any."""
    if lines:
        raise InvalidParameterError(
            "{parameter}: nothing was written; correct this and send it again: {problems}",
            parameter=parameter,
            problems=Joined(lines, " | "),
        )


def change_lines(changes: Sequence[Change], unlisted: int = 0) -> list[Message]:
    """Return the lines about values that were rewritten, for people; none where there are none."""
    if not changes:
        return []
    shown = changes[:MAX_CHANGES_SHOWN]
    left = len(changes) - len(shown) + unlisted
    lines = [REWRITTEN, *(Message("- {change}", change=change.text) for change in shown)]
    return [*lines, Message("- and {left} more", left=left)] if left > 0 else lines


MAX_PROBLEMS_SHOWN = 50
MAX_PROBLEMS_COUNTED = 1_000
"""Problems after which nobody wants to know how many there are; the entries behind are not looked at any more."""
ENTRIES_PER_TURN = 100


@dataclass(slots=True)
class CheckedEntries:
    """Entries in kintone's shape, what was rewritten in them, and what is wrong with them."""

    entries: list[Entry] = field(default_factory=list)
    form: Form | None = None
    changes: list[Change] = field(default_factory=list)
    unlisted: int = 0
    problems: list[Message] = field(default_factory=list)
    unlisted_problems: int = 0
    wants_precision: bool = False
    knows_all_fields: bool = True


def check_entries(
    call: Call, entries: Sequence[Entry], *, rules: bool = True, form_needed: Message | None = None
) -> CheckedEntries:
    """Check every entry against the form; raises ``InvalidParameterError`` with the problems of all of them.

    Without ``rules`` values are only brought into kintone's shape. A form that may not be read is then done without,
    unless ``form_needed`` says for what it is needed and what to do.
    """
    if rules or form_needed:
        remedy = form_needed or SWITCH_OFF
        ready = checked(call, lambda form: _checked(entries, form, rules=rules), remedy)
    else:
        ready = shaped(call, lambda form: _checked(entries, form, rules=False))
    refuse("records_data", [*ready.problems, *_left(ready.unlisted_problems)])
    return ready


def _left(unlisted: int) -> list[Message]:
    if not unlisted:
        return []
    if unlisted > MAX_PROBLEMS_COUNTED:
        return [Message("and many more problems")]
    return [counted(unlisted, Message("and 1 more problem"), Message("and {count} more problems", count=unlisted))]


def _checked(entries: Sequence[Entry], form: Form | None, *, rules: bool) -> CheckedEntries:
    ready = CheckedEntries(form=form)
    for count, entry in enumerate(entries):
        if count % ENTRIES_PER_TURN == 0:
            yield_thread()
        _check(entry, form, ready, rules=rules)
        if ready.wants_precision and form is not None and form.precision is None:
            # The entries behind would only be looked at twice.
            break
        if ready.unlisted_problems > MAX_PROBLEMS_COUNTED:
            break
    return ready


def _check(entry: Entry, form: Form | None, ready: CheckedEntries, *, rules: bool) -> None:
    key = entry.update_key
    lines: list[Message] = []
    if form is None:
        checked = record_without_form(entry.record)
    else:
        if key is not None:
            value, problem = check_update_key(key.field, key.value, form)
            if problem is not None:
                lines.append(problem.line)
            definition = form.fields.get(key.field)
            # A key that kintone would round finds another record.
            ready.wants_precision |= definition is not None and definition.is_number and len(value) > 1
            key = UpdateKey(key.field, value)
        inserts = key is None and entry.id is None
        room = max(0, MAX_PROBLEMS_SHOWN - len(ready.problems) - len(lines))
        checked = check_record(entry.record, form, "add" if inserts else "update", rules=rules, max_problems=room)
    ready.wants_precision |= checked.wants_precision
    ready.knows_all_fields &= checked.knows_all_fields
    lines += [problem.line for problem in checked.problems]
    ready.unlisted_problems += checked.unlisted_problems
    _collect(entry, lines, checked.changes, ready)
    ready.entries.append(replace(entry, record=checked.record, update_key=key))


def _collect(entry: Entry, lines: Sequence[Message], changes: Sequence[Change], ready: CheckedEntries) -> None:
    room = max(0, MAX_PROBLEMS_SHOWN - len(ready.problems))
    ready.problems += [_of_entry(entry, line) for line in lines[:room]]
    ready.unlisted_problems += len(lines[room:])
    for change in changes[:MAX_CHANGES_SHOWN]:
        if len(ready.changes) < MAX_CHANGES_SHOWN:
            ready.changes.append(Change(change.field, change.row, _of_entry(entry, change.text)))
        else:
            ready.unlisted += 1


def _of_entry(entry: Entry, told: Message) -> Message:
    return Message("entry {position}: {told}", position=entry.position, told=told)
