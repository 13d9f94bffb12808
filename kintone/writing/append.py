"""Planning what to send so that saved rows and files are kept, or so that what goes of them is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from kintone.errors import InvalidParameterError, RevisionConflictError
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.texts import printable
from kintone.writing.batches import AppendedRecord, Item
from kintone.writing.entries import PARAMETER, Entry, raise_if_any, type_name
from kintone.writing.list_changes import ListChange, files_change, table_changes
from kintone.writing.repeating import holds_file_keys
from kintone.writing.saved_records import SavedState

# Planning what is sent


class ListMode(Enum):
    """Whether an update replaces the rows and attachments that a record already has, or adds to them."""

    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True)
class AppendPlan:
    """Which of the app's fields are appended to: tables, attachments or both.

    With ``tells`` the records are read also where rows or files are replaced, so that what goes can be told.
    ``numbered`` says that the caller numbers its entries.
    """

    fields: Mapping[str, FieldDefinition]
    tables: bool = False
    files: bool = False
    tells: bool = False
    numbered: bool = True

    def lists(self, entry: Entry) -> dict[str, Sequence[object]]:
        """Return the entry's values of the fields that are appended to, empty lists included.

        An entry that is inserted in any case has none. Raises ``InvalidParameterError`` for a value that is not a list.
        """
        if not (self.tables or self.files) or (entry.update_key is None and entry.id is None):
            return {}
        found: dict[str, Sequence[object]] = {}
        for code, wrapper in entry.record.items():
            definition = self.fields.get(code)
            if definition is not None and self._is_appended_to(definition):
                found[code] = _list_of(entry, code, wrapper)
        return found

    def adds(self, entry: Entry) -> bool:
        """Tell whether the entry adds rows or files in any case, so that sending it again would add them twice.

        Rows with an id change saved rows, and are added only where the record does not have them.
        """
        return any(
            not self.fields[code].is_table or not all(map(_has_id, given))
            for code, given in self.lists(entry).items()
            if given
        )

    def codes_to_read(self, entry: Entry) -> list[str]:
        """Return the fields whose saved rows or files must be known before the entry is sent; none for most entries."""
        appended = [code for code, given in self.lists(entry).items() if given]
        return [*appended, *self.replaced(entry)] if self.tells else appended

    def replaced(self, entry: Entry) -> list[str]:
        """Return the tables and attachment fields whose saved rows or files the entry replaces, if its record exists.

        Attachment fields in rows belong to their table.
        """
        if entry.update_key is None and entry.id is None:
            return []
        replaceable = self._replaceable
        return [code for code in entry.record if code in replaceable] if replaceable else []

    @cached_property
    def _replaceable(self) -> Collection[str]:
        """The tables and attachment fields that are not appended to."""
        held = ((code, each) for code, each in self.fields.items() if each.is_table or each.holds_files)
        return {code for code, each in held if not self._is_appended_to(each)}

    def without_empty_lists(self, entry: Entry) -> Entry:
        """Return the entry without the fields to which it appends nothing, so that they stay as they are."""
        empty = {code for code, given in self.lists(entry).items() if not given}
        return (
            entry.with_record({code: value for code, value in entry.record.items() if code not in empty})
            if empty
            else entry
        )

    def refuse_unusable_keys(self, entries: Sequence[Entry]) -> None:
        """Raise ``InvalidParameterError`` for update keys by which kintone would find no record, or several."""
        unusable: dict[str, int] = {}
        for entry in entries:
            key = entry.update_key
            definition = self.fields.get(key.field) if key else None
            if key and not (definition and definition.usable_as_update_key) and self.codes_to_read(entry):
                unusable.setdefault(key.field, entry.position)
        raise_if_any(
            [
                Message(
                    "entry {position}: {field} cannot be the update key: only a text (one line) or number field that "
                    "prohibits duplicate values can",
                    position=position,
                    field=printable(field),
                )
                for field, position in unusable.items()
            ]
        )

    def insertion(self, entry: Entry) -> AppendedRecord:
        """Return the plan for an entry whose key no record has: an insert, which kintone refuses if the key exists."""
        if entry.update_key is None:
            return AppendedRecord(entry.record)
        field, value = entry.update_key
        return AppendedRecord({**entry.record, field: {"value": value}})

    def merge(self, entry: Entry, saved: SavedState) -> AppendedRecord:
        """Return the plan for an entry whose record exists: the saved rows and files, followed by the entry's own.

        The entry has no empty lists. A given row with the id of a saved row changes the given columns of that row.
        Raises ``RevisionConflictError`` where the entry requires another revision than that of the record.
        """
        if entry.revision not in (None, saved.revision):
            raise self._conflict(entry, saved)
        record = dict(entry.record)
        given_rows: dict[str, Mapping[int, int]] = {}
        for code, given in self.lists(entry).items():
            definition = self.fields[code]
            if definition.is_table:
                rows, given_rows[code] = self._rows(definition, saved, given)
                record[code] = {"value": rows}
            else:
                record[code] = {"value": appended_files(saved.file_keys(code), given)}
        return AppendedRecord(record, saved.id, saved.revision, given_rows, self._changes(entry, saved, record))

    def _changes(self, entry: Entry, saved: SavedState, record: Mapping[str, object]) -> list[ListChange]:
        """Return what becomes of the saved rows and files when ``record`` is sent.

        Unless ``tells``, only the tables with rows whose id the record does not have.
        """
        if self.tells:
            return list_changes_of(self.fields, self.codes_to_read(entry), saved, record)
        codes = [code for code, given in self.lists(entry).items() if any(map(_has_id, given))]
        changes = list_changes_of(self.fields, codes, saved, record)
        return [change for change in changes if change.unknown]

    def _conflict(self, entry: Entry, saved: SavedState) -> RevisionConflictError:
        if self.numbered:
            problem = Message(
                "entry {position} is meant for revision {wanted} of record {record}, which is at revision {found}",
                position=entry.position,
                wanted=entry.revision,
                record=saved.id,
                found=saved.revision,
            )
        else:
            problem = Message(
                "record {record} is at revision {found}, not at {wanted}",
                record=saved.id,
                found=saved.revision,
                wanted=entry.revision,
            )
        remedy = Message(
            "read the record again, decide which values to keep, and send it with the new revision or without one"
        )
        return RevisionConflictError(problem, code="GAIA_CO02", remedy=remedy)

    def _is_appended_to(self, definition: FieldDefinition) -> bool:
        return (self.tables and definition.is_table) or (self.files and definition.type.shape is Shape.FILES)

    def _rows(
        self, table: FieldDefinition, saved: SavedState, given: Sequence[object]
    ) -> tuple[list[object], dict[int, int]]:
        """Return the rows to send, the saved ones first, and the index of each given row by its index among these."""
        saved_rows = saved.rows(table.code)
        ids = {str(row["id"]) for row in saved_rows}
        changes: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
        new: list[tuple[int, object]] = []
        for index, row in enumerate(given):
            row_id = str(row.get("id")) if isinstance(row, Mapping) else ""
            if isinstance(row, Mapping) and row_id in ids:
                changes.setdefault(row_id, []).append((index, row))
            else:
                new.append((index, row))
        rows: list[object] = []
        given_rows: dict[int, int] = {}
        for row in saved_rows:
            row_id = str(row["id"])
            if row_id not in changes:
                rows.append({"id": row_id})
            for index, change in changes.get(row_id, ()):
                given_rows[len(rows)] = index
                rows.append(self._changed_row(table, saved, row["value"], change))
        for index, added in new:
            given_rows[len(rows)] = index
            rows.append(added)
        return rows, given_rows

    def _changed_row(
        self,
        table: FieldDefinition,
        saved: SavedState,
        saved_cells: Mapping[str, Any],
        change: Mapping[str, object],
    ) -> Mapping[str, object]:
        """Return the given columns of a saved row, where files are appended with the saved files first."""
        cells = change.get("value")
        if not (self.files and isinstance(cells, Mapping)):
            return change
        merged = dict(cells)
        for code, cell in cells.items():
            column = table.columns.get(code)
            if column is None or column.type.shape is not Shape.FILES:
                continue
            given = cell.get("value") if isinstance(cell, Mapping) else None
            if not given:
                del merged[code]
            elif isinstance(given, list | tuple):
                merged[code] = {"value": appended_files(saved.file_keys_in(saved_cells, code), given)}
        return {**change, "value": merged}


def adds_after_all(entry: Entry, plan: AppendedRecord, appending: AppendPlan) -> bool:
    """Tell whether rows with an id are added by a plan: no record has the key, or its record has no such rows."""
    codes = [code for code, given in appending.lists(entry).items() if given]
    return bool(codes) if plan.id is None else any(each.unknown and each.code in codes for each in plan.changes)


def list_changes_of(
    fields: Mapping[str, FieldDefinition], codes: Sequence[str], saved: SavedState, record: Mapping[str, object]
) -> list[ListChange]:
    """Return what becomes of the saved rows and files of these fields when ``record`` is sent."""
    changes: list[ListChange] = []
    for code in codes:
        wrapper, definition = record[code], fields[code]
        sent = wrapper.get("value") if isinstance(wrapper, Mapping) else wrapper
        if definition.is_table:
            changes += table_changes(definition, saved.rows(code), sent if isinstance(sent, list | tuple) else ())
        else:
            changes.append(files_change(code, saved.files(code), sent))
    return changes


def _has_id(row: object) -> bool:
    return isinstance(row, Mapping) and bool(row.get("id"))


def appended_files(keys: Sequence[str], given: Sequence[object]) -> list[object]:
    """Return the keys of the saved files, then the given files that are not among them."""
    new = [file for file in given if not (isinstance(file, Mapping) and file.get("fileKey") in keys)]
    return [*({"fileKey": key} for key in keys), *new]


def _list_of(entry: Entry, code: str, wrapper: object) -> Sequence[object]:
    value = wrapper.get("value") if isinstance(wrapper, Mapping) else wrapper
    if value is None or value == "":
        return []
    if isinstance(wrapper, Mapping) and isinstance(value, list | tuple):
        return value
    # Sent unchanged, it would replace what is saved.
    raise InvalidParameterError(
        "{parameter}: entry {position}: {code} is {kind}; a list is needed to append to it",
        parameter=PARAMETER,
        position=entry.position,
        code=printable(code),
        kind=type_name(value),
    )


# After an unknown outcome


def can_be_verified(items: Sequence[Item]) -> bool:
    """Tell whether the records show if the items were written, so that they can be sent again if they were not.

    All items need a plan, whose revision or key makes kintone refuse a second write. Items with file keys are excluded:
    a file key can be used once only.
    """
    return all(item.plan is not None for item in items) and not holds_file_keys([item.entry for item in items])


def are_unchanged(plans: Mapping[int, AppendedRecord], saved: Mapping[int, SavedState]) -> bool:
    """Tell whether every record still has the revision that was read, or still does not exist, by entries' position."""
    return all(_is_unchanged(plan, saved.get(position)) for position, plan in plans.items())


def _is_unchanged(plan: AppendedRecord, saved: SavedState | None) -> bool:
    return plan.id is None if saved is None else (saved.id, saved.revision) == (plan.id, plan.revision)
