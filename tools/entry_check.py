"""Checking all entries of an upsert at once, so that one call tells all that is to be corrected."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kintone.forms.field_definitions import Form
from kintone.messages import Message, counted
from kintone.normalization import normalize_update_key, wrap_record
from kintone.runtime import give_way
from kintone.validation.problems import Change
from kintone.validation.validator import validate_record
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
    number_fields: frozenset[str] = frozenset()
    changes: list[Change] = field(default_factory=list)
    unlisted: int = 0
    problems: list[Message] = field(default_factory=list)
    unlisted_problems: int = 0


def check_entries(call: Call, entries: Sequence[Entry]) -> CheckedEntries:
    """Check every entry against the form; raises ``InvalidParameterError`` with the problems of all of them."""
    ready = record_check.checked(call, lambda form: _checked(entries, form), lambda result: bool(result.problems))
    record_check.refuse("records_data", [*ready.problems, *_left(ready.unlisted_problems)])
    return ready


def wrap_entries(entries: Sequence[Entry]) -> CheckedEntries:
    """Give plain values kintone's outer shape, without the form."""
    return CheckedEntries([entry.with_record(wrap_record(entry.record)) for entry in entries])


def _left(unlisted: int) -> list[Message]:
    if not unlisted:
        return []
    if unlisted > MOST_PROBLEMS_COUNTED:
        return [Message("and many more problems")]
    return [counted(unlisted, Message("and 1 more problem"), Message("and {count} more problems", count=unlisted))]


def _checked(entries: Sequence[Entry], form: Form) -> CheckedEntries:
    numbers = frozenset(code for code, definition in form.fields.items() if definition.kind.name == "NUMBER")
    ready = CheckedEntries(number_fields=numbers)
    for count, entry in enumerate(entries):
        if count % ENTRIES_PER_TURN == 0:
            give_way()
        _check(entry, form, ready)
        if ready.unlisted_problems > MOST_PROBLEMS_COUNTED:
            break
    return ready


def _check(entry: Entry, form: Form, ready: CheckedEntries) -> None:
    key = entry.update_key
    lines: list[Message] = []
    if key is not None:
        value, problem = normalize_update_key(key.field, key.value, form)
        if problem is not None:
            lines.append(problem.line)
        key = UpdateKey(key.field, value)
    inserts = key is None and entry.id is None
    validation = validate_record(entry.record, form, "add" if inserts else "update")
    lines += validation.lines
    room = max(0, MOST_PROBLEMS_SHOWN - len(ready.problems))
    ready.problems += [_of_entry(entry, line) for line in lines[:room]]
    ready.unlisted_problems += len(lines[room:])
    for change in validation.changes[: record_check.MOST_CHANGES_SHOWN]:
        if len(ready.changes) < record_check.MOST_CHANGES_SHOWN:
            ready.changes.append(Change(change.field, change.row, _of_entry(entry, change.text)))
        else:
            ready.unlisted += 1
    ready.entries.append(replace(entry, record=validation.record, update_key=key))


def _of_entry(entry: Entry, told: Message) -> Message:
    return Message("entry {position}: {told}", position=entry.position, told=told)
