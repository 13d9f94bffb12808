"""Tells what became of the rows of a table and of the files of an attachment field."""

from collections.abc import Sequence
from dataclasses import replace

from kintone.messages import NOTHING, Joined, Message, counted
from kintone.texts import printable
from kintone.writing.list_changes import ListChange
from kintone.writing.removals import Removals, Removed
from tools.shown_ids import shown_ids

MAX_REMOVED_SHOWN = 100
MAX_UNKNOWN_SHOWN = 10
MAX_FIELDS_SHOWN = 50
MAX_FIELDS_IN_FAILURE = 10


def list_change_line(change: ListChange) -> Message:
    """Return a line such as "lines: 1 row added, 2 kept, 3 removed (ids 4, 5, 6)"."""
    code = printable(change.code)
    field = Message("{code} of row {row}", code=code, row=change.row) if change.row else Message("{code}", code=code)
    line = Message("{field}: {changes}", field=field, changes=Joined(_parts(change), ", "))
    return Joined([line, _unknown(change.unknown)], "; ") if change.added and change.unknown else line


def _parts(change: ListChange) -> list[Message]:
    parts = [_added(change)] if change.added else []
    if change.changed:
        parts.append(Message("{count} changed", count=change.changed))
    if change.kept:
        parts.append(Message("{count} kept", count=change.kept))
    if change.removed:
        parts.append(_removed(change))
    return parts or [Message("empty as before")]


def _added(change: ListChange) -> Message:
    if change.is_table:
        return counted(change.added, Message("1 row added"), Message("{count} rows added", count=change.added))
    return counted(change.added, Message("1 file added"), Message("{count} files added", count=change.added))


def _unknown(ids: Sequence[str]) -> Message:
    # What was sent as an id need not be a number where nothing was checked.
    shown = shown_ids(ids, MAX_UNKNOWN_SHOWN) if all(map(str.isdecimal, ids)) else _shown(ids)
    return counted(
        len(ids),
        Message("the record has no row with the id {ids}, so it is a new one", ids=shown),
        Message("the record has no rows with the ids {ids}, so they are new ones", ids=shown),
    )


def _removed(change: ListChange) -> Message:
    shown = _shown(change.removed)
    count = len(change.removed)
    if not change.is_table:
        return Message("{count} removed ({names})", count=count, names=shown)
    return counted(
        count,
        Message("1 removed (id {ids})", ids=shown),
        Message("{count} removed (ids {ids})", count=count, ids=shown),
    )


def _shown(removed: Sequence[str]) -> Message:
    left = len(removed) - MAX_REMOVED_SHOWN
    shown = Joined(removed[:MAX_REMOVED_SHOWN], ", ")
    return Message("{shown} and {left} more", shown=shown, left=left) if left > 0 else shown


# What many entries took away


def removal_lines(removals: Removals) -> list[Message]:
    """Return lines about the rows and files that went, by record, and about entries of which that is not known."""
    lines: list[Message] = []
    if removals.found:
        heading = Message(
            "Removed, since replace keeps only what is sent: {what} (as the records were read just before writing):",
            what=_counts(removals.found),
        )
        shown, left = _by_record(removals.found, MAX_FIELDS_SHOWN)
        lines = [heading, *(Message("- {change}", change=change) for change in shown)]
        if left:
            lines.append(Message("- and from {left} more fields of records", left=left))
    lines += _new_row_lines(removals.new_rows)
    if removals.unread:
        lines.append(_unread(removals))
    return lines


def _new_row_lines(new_rows: Removed) -> list[Message]:
    first = list(new_rows.items())[:MAX_FIELDS_SHOWN]
    lines = [
        Message(
            "Record {record}, {code}: {unknown}.", record=record, code=printable(code), unknown=_unknown(change.unknown)
        )
        for (record, code, _), change in first
    ]
    if left := len(new_rows) - len(first):
        lines.append(Message("So are rows in {left} more tables of records.", left=left))
    return lines


def removal_notes(removals: Removals) -> list[Message]:
    """Return what an error that ends the writing must say of rows and files that went before it."""
    notes = []
    if removals.found:
        notes.append(Message("removed by the entries that are saved: {what} ({records})", **_in_words(removals.found)))
    if removals.uncertain:
        notes.append(
            Message(
                "removed by the entries that may have been saved, if they are: {what} ({records})",
                **_in_words(removals.uncertain),
            )
        )
    return notes


def removal_notes_of_one(removals: Removals) -> list[Message]:
    """Return what an error must say of the rows and files of one record whose writing has an unknown outcome."""
    if not removals.uncertain:
        return []
    shown, _ = _removed_from(removals.uncertain, MAX_FIELDS_SHOWN)
    changes = Joined([line for _, line in shown], "; ")
    return [Message("removed from the record, if this was saved: {changes}", changes=changes)]


def _unread(removals: Removals) -> Message:
    return counted(
        removals.unread,
        Message(
            "Which rows or files 1 entry with a table or an attachment field removed is not known: {reason}.",
            reason=removals.reason,
        ),
        Message(
            "Which rows or files {count:,} entries with a table or an attachment field removed is not known: {reason}.",
            count=removals.unread,
            reason=removals.reason,
        ),
    )


def _in_words(removed: Removed) -> dict[str, Message]:
    shown, left = _by_record(removed, MAX_FIELDS_IN_FAILURE)
    more = Message("and from {left} more fields of records", left=left) if left else NOTHING
    return {"what": _counts(removed), "records": Joined([*shown, more], "; ")}


def _by_record(removed: Removed, most: int) -> tuple[list[Message], int]:
    """Return what went of the first fields of records, and how many fields more there are."""
    changes, left = _removed_from(removed, most)
    return [Message("record {record}, {change}", record=record, change=change) for record, change in changes], left


def _removed_from(removed: Removed, most: int) -> tuple[list[tuple[str, Message]], int]:
    """Return record and line of the first changes, and how many more there are."""
    first = list(removed.items())[:most]
    shown = [
        (record, list_change_line(replace(change, added=0, changed=0, kept=0))) for (record, _, _), change in first
    ]
    return shown, len(removed) - len(shown)


def _counts(removed: Removed) -> Message:
    rows = sum(len(change.removed) for change in removed.values() if change.is_table)
    files = sum(len(change.removed) for change in removed.values() if not change.is_table)
    parts = [
        counted(rows, Message("1 row"), Message("{count:,} rows", count=rows)) if rows else NOTHING,
        counted(files, Message("1 file"), Message("{count:,} files", count=files)) if files else NOTHING,
    ]
    return Joined(parts, ", ")
