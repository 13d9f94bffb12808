"""Checking all entries of an upsert at once, so that one call tells all that is to be corrected."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kintone.forms.field_definitions import Form
from kintone.messages import Message, counted
from kintone.problems import Change
from kintone.records import check_record, check_update_key, record_without_form
from kintone.runtime import give_way
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from tools import record_check
from tools.base import Call

MOST_PROBLEMS_SHOWN = 50
MOST_PROBLEMS_COUNTED = 1_000
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
        remedy = form_needed or record_check.SWITCH_OFF
        ready = record_check.checked(call, lambda form: _checked(entries, form, rules=rules), remedy)
    else:
        ready = record_check.shaped(call, lambda form: _checked(entries, form, rules=False))
    record_check.refuse("records_data", [*ready.problems, *_left(ready.unlisted_problems)])
    return ready


def _left(unlisted: int) -> list[Message]:
    if not unlisted:
        return []
    if unlisted > MOST_PROBLEMS_COUNTED:
        return [Message("and many more problems")]
    return [counted(unlisted, Message("and 1 more problem"), Message("and {count} more problems", count=unlisted))]


def _checked(entries: Sequence[Entry], form: Form | None, *, rules: bool) -> CheckedEntries:
    ready = CheckedEntries(form=form)
    for count, entry in enumerate(entries):
        if count % ENTRIES_PER_TURN == 0:
            give_way()
        _check(entry, form, ready, rules=rules)
        if ready.wants_precision and form is not None and form.precision is None:
            # The entries behind would only be looked at twice.
            break
        if ready.unlisted_problems > MOST_PROBLEMS_COUNTED:
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
        room = max(0, MOST_PROBLEMS_SHOWN - len(ready.problems) - len(lines))
        checked = check_record(entry.record, form, "add" if inserts else "update", rules=rules, most_problems=room)
    ready.wants_precision |= checked.wants_precision
    ready.knows_all_fields &= checked.knows_all_fields
    lines += [problem.line for problem in checked.problems]
    ready.unlisted_problems += checked.unlisted_problems
    _collect(entry, lines, checked.changes, ready)
    ready.entries.append(replace(entry, record=checked.record, update_key=key))


def _collect(entry: Entry, lines: Sequence[Message], changes: Sequence[Change], ready: CheckedEntries) -> None:
    room = max(0, MOST_PROBLEMS_SHOWN - len(ready.problems))
    ready.problems += [_of_entry(entry, line) for line in lines[:room]]
    ready.unlisted_problems += len(lines[room:])
    for change in changes[: record_check.MOST_CHANGES_SHOWN]:
        if len(ready.changes) < record_check.MOST_CHANGES_SHOWN:
            ready.changes.append(Change(change.field, change.row, _of_entry(entry, change.text)))
        else:
            ready.unlisted += 1


def _of_entry(entry: Entry, told: Message) -> Message:
    return Message("entry {position}: {told}", position=entry.position, told=told)
