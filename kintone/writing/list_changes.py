"""What a write does to the rows and files that a record has: added, changed, kept, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kintone.forms.fields import FieldDefinition
from kintone.texts import printable


@dataclass(frozen=True, slots=True)
class ListChange:
    """What becomes of the rows of a table, or of the files of an attachment field.

    ``removed`` are the ids of the rows, or the names of the files, that are no longer there. ``row`` is the id of the
    row in which the attachment field is, ``""`` outside tables. A row counts as ``changed`` where a value that is sent
    for it differs from what is saved. ``unknown`` are the ids of rows that were meant to be saved ones, but are
    ``added`` since the record does not have them.
    """

    code: str
    added: int = 0
    changed: int = 0
    kept: int = 0
    removed: tuple[str, ...] = ()
    is_table: bool = False
    row: str = ""
    unknown: tuple[str, ...] = ()


def table_changes(
    table: FieldDefinition, saved: Sequence[Mapping[str, Any]], sent: Sequence[object]
) -> list[ListChange]:
    """Return the change of a table, then those of the attachment fields in its changed rows.

    kintone adds a row that has no id, or an id that the record does not have; it removes the rows that are not sent.
    Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/update-record.
    """
    by_id = {str(row["id"]): row["value"] for row in saved}
    sent_ids: set[str] = set()
    unknown: list[str] = []
    added = changed = 0
    files: list[ListChange] = []
    for row in sent:
        row_id = str(row.get("id") or "") if isinstance(row, Mapping) else ""
        if not isinstance(row, Mapping) or row_id not in by_id:
            added += 1
            unknown += [row_id] if row_id else []
            continue
        sent_ids.add(row_id)
        cells = row.get("value")
        cells = cells if isinstance(cells, Mapping) else {}
        changed += any(not _is_same(by_id[row_id].get(code), cell) for code, cell in cells.items())
        files += _file_changes_in(table, row_id, by_id[row_id], cells)
    removed = tuple(row_id for row_id in by_id if row_id not in sent_ids)
    kept = len(by_id) - len(removed) - changed
    change = ListChange(table.code, added, changed, kept, removed, is_table=True, unknown=tuple(unknown))
    return [change, *files]


def files_change(code: str, saved: Sequence[Mapping[str, Any]], sent: object, row: str = "") -> ListChange:
    """Return the change of an attachment field, from the saved files and the list that is sent.

    A saved file stays if its key is sent. Source: https://cybozu.dev/ja/kintone/docs/overview/field-types.
    """
    sent_keys = _file_keys(sent)
    removed = tuple(printable(str(file.get("name", ""))) for file in saved if file.get("fileKey") not in sent_keys)
    kept = len(saved) - len(removed)
    added = len(sent_keys - {file.get("fileKey") for file in saved})
    return ListChange(code, added, kept=kept, removed=removed, row=row)


def _file_changes_in(
    table: FieldDefinition, row_id: str, saved: Mapping[str, Any], sent: Mapping[str, object]
) -> list[ListChange]:
    """Return the changes of the attachment fields that are sent for a row and have other files than before."""
    changes = []
    for code, cell in sent.items():
        column = table.columns.get(code)
        if column is not None and column.holds_files:
            shown = saved.get(code, {}).get("value", ())
            change = files_change(code, shown, cell.get("value") if isinstance(cell, Mapping) else (), row_id)
            if change.added or change.removed:
                changes.append(change)
    return changes


def _file_keys(value: object) -> set[object]:
    if not isinstance(value, list | tuple):
        return set()
    return {file.get("fileKey") for file in value if isinstance(file, Mapping)}


def _is_same(saved: Mapping[str, Any] | None, sent: object) -> bool:
    """Tell whether a cell is sent as it is saved; a saved file or user also has properties that are not sent."""
    before = saved.get("value") if saved else None
    after = sent.get("value") if isinstance(sent, Mapping) else sent
    if isinstance(before, list) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(_is_same_part, before, after))
    return before == after or (not before and not after)


def _is_same_part(saved: object, sent: object) -> bool:
    if isinstance(saved, Mapping) and isinstance(sent, Mapping):
        return all(saved.get(name) == value for name, value in sent.items())
    return saved == sent
