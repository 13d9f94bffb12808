"""Tells what became of the rows of a table and of the files of an attachment field."""

from collections.abc import Sequence

from kintone.messages import Joined, Message, counted
from kintone.texts import printable
from kintone.writing.list_changes import ListChange

MAX_REMOVED_SHOWN = 100


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
    shown = _shown(ids)
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
