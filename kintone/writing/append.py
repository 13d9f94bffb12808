"""Appending: reading what is saved of the records, and planning what to send so that saved rows and files are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from kintone import limits
from kintone.api import Caller
from kintone.errors import RevisionConflictError, UnknownResponseError
from kintone.field_types import RECORD_ID, REVISION, Shape
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import Message
from kintone.query import quote
from kintone.reading.pages import RecordSource
from kintone.replies import misshapen, number_text
from kintone.texts import printable
from kintone.values.numbers import number_in
from kintone.writing.batches import AppendedRecord, Item
from kintone.writing.entries import Entry, holds_file_keys, raise_if_any, type_name

MAX_QUERY_LENGTH = 20_000
"""Characters of the keys in one query; our own limit: kintone documents none, and accepted 48,986 characters."""


# Reading what is saved


@dataclass(frozen=True, slots=True)
class SavedState:
    """A saved record with the revision at which it was read; ``fields`` are those that were requested."""

    id: str
    revision: str
    fields: Mapping[str, Any] = field(repr=False)

    def rows(self, code: str) -> Sequence[Mapping[str, object]]:
        """Return the rows of a table, each with its id."""
        rows = self._items(code)
        if not all(isinstance(row, Mapping) and number_text(row.get("id")) for row in rows):
            raise self._unreadable(code)
        return rows

    def files(self, code: str) -> Sequence[Mapping[str, object]]:
        """Return the files of an attachment field, each with its key."""
        files = self._items(code)
        if not all(isinstance(file, Mapping) and isinstance(file.get("fileKey"), str) for file in files):
            raise self._unreadable(code)
        return files

    def _items(self, code: str) -> list[Any]:
        wrapper = self.fields.get(code)
        if wrapper is None:
            # The record is older than the field. (A token sees all fields of its app.)
            return []
        value = wrapper.get("value") if isinstance(wrapper, Mapping) else None
        if not isinstance(value, list):
            raise self._unreadable(code)
        return value

    def _unreadable(self, code: str) -> UnknownResponseError:
        return UnknownResponseError(
            Message(
                "reading record {record}: its value of {code} is neither a table nor a list of attachments",
                record=self.id,
                code=code,
            )
        )


def saved_state_of(record: Mapping[str, Any], record_id: str, description: Message) -> SavedState:
    """Return a record with its revision; raises ``UnknownResponseError`` where it has none."""
    revision = number_text(_value(record, REVISION))
    if revision is None:
        raise UnknownResponseError(
            Message("{description}: the answer holds a record without revision", description=description)
        )
    return SavedState(record_id, revision, record)


class SavedRecords:
    """Reads the saved records that entries update."""

    def __init__(self, caller: Caller, app: int, form: Form | None) -> None:
        """Read through a caller; ``form`` shows which keys are numbers."""
        self._caller = caller
        self._app = app
        self._form = form

    def read(self, entries: Sequence[Entry], codes: Sequence[str]) -> dict[int, SavedState]:
        """Return the records that exist, by position of the entry, with the fields ``codes``."""
        wanted: dict[str, list[tuple[str, int]]] = {}
        for entry in entries:
            code, value = entry.update_key or (RECORD_ID, entry.id or "")
            wanted.setdefault(code, []).append((value, entry.position))
        found: dict[int, SavedState] = {}
        for code, keys in wanted.items():
            source = RecordSource(self._caller, self._app, [RECORD_ID, REVISION, code, *codes])
            source.description = Message("reading the records of app {app} that are appended to", app=self._app)
            chunks = list(_chunks(keys))
            pages = source.fetch_all([_query(code, chunk) for chunk in chunks])
            for chunk, page in zip(chunks, pages, strict=True):
                _require_keys(page.records, code, source.description)
                records = [
                    saved_state_of(record, str(record_id), source.description)
                    for record, record_id in zip(page.records, page.ids, strict=True)
                ]
                found |= self._matched(code, chunk, records)
        return found

    def _matched(
        self, code: str, wanted: Sequence[tuple[str, int]], records: Sequence[SavedState]
    ) -> dict[int, SavedState]:
        definition = self._form.fields.get(code) if self._form is not None else None
        if definition is not None and definition.type.shape is Shape.NUMBER:
            return _by_number(code, wanted, records)
        by_text = {str(_value(record.fields, code)): record for record in records}
        return {position: by_text[value] for value, position in wanted if value in by_text}


def _require_keys(records: Sequence[Mapping[str, Any]], code: str, description: Message) -> None:
    """Raise for records that do not show the key they were found by: the key would count as one that no record has."""
    for place, record in enumerate(records, start=1):
        if not isinstance(_value(record, code), str | int):
            raise misshapen(description, Message("the key {code} of entry {place}", code=code, place=place), record)


def _by_number(code: str, wanted: Sequence[tuple[str, int]], records: Sequence[SavedState]) -> dict[int, SavedState]:
    """Match the keys by value: kintone answers "1.0" for a key of 1.

    A record whose number equals no key was found by a key that kintone rounded; it is matched with the nearest one.
    """
    keys = {position: number for value, position in wanted if (number := number_in(value)) is not None}
    by_number: dict[Decimal | None, SavedState] = {
        number_in(str(_value(record.fields, code))): record for record in records
    }
    found = {position: by_number.pop(number) for position, number in keys.items() if number in by_number}
    for number, record in by_number.items():
        left = [position for position in keys if position not in found]
        if number is not None and left:
            found[min(left, key=lambda position: abs(keys[position] - number))] = record
    return found


def _chunks(wanted: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Divide keys so that neither their number nor the length of the query becomes too large."""
    chunk: list[tuple[str, int]] = []
    length = 0
    for value, position in wanted:
        size = len(quote(value)) + 2
        if chunk and (len(chunk) == limits.MAX_RECORDS_PER_WRITE or length + size > MAX_QUERY_LENGTH):
            yield chunk
            chunk, length = [], 0
        chunk.append((value, position))
        length += size
    if chunk:
        yield chunk


def _query(code: str, chunk: Sequence[tuple[str, int]]) -> str:
    return f"{code} in ({', '.join(quote(value) for value, _ in chunk)}) limit {limits.MAX_LIMIT}"


def _value(record: Mapping[str, Any], code: str) -> object:
    wrapper = record.get(code)
    return wrapper.get("value") if isinstance(wrapper, Mapping) else None


# Planning what is sent


class ListMode(Enum):
    """Whether an update replaces the rows and attachments that a record already has, or adds to them."""

    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class AppendPlan:
    """Which fields are appended to: tables, attachments or both, as the app's form knows them."""

    form: Form | None = None
    tables: bool = False
    files: bool = False

    def lists(self, entry: Entry) -> dict[str, Sequence[object]]:
        """Return the entry's values of the fields that are appended to, empty lists included.

        An entry that is inserted in any case has none. Raises ``InvalidParameterError`` for a value that is not a list.
        """
        if self.form is None or (entry.update_key is None and entry.id is None):
            return {}
        found: dict[str, Sequence[object]] = {}
        for code, wrapper in entry.record.items():
            definition = self.form.fields.get(code)
            if definition is not None and self._is_appended_to(definition):
                found[code] = _list_of(entry, code, wrapper)
        return found

    def appends(self, entry: Entry) -> bool:
        """Tell whether the entry appends something, so that its record has to be read."""
        return any(self.lists(entry).values())

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
        fields = self.form.fields if self.form is not None else {}
        unusable: dict[str, int] = {}
        for entry in entries:
            key = entry.update_key
            definition = fields.get(key.field) if key else None
            if key and not (definition and definition.usable_as_update_key) and self.appends(entry):
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

        A given row with the id of a saved row changes the given columns of that row. Raises
        ``RevisionConflictError`` where the entry requires another revision than that of the record.
        """
        if entry.revision not in (None, saved.revision):
            raise RevisionConflictError(
                Message(
                    "entry {position} is meant for revision {wanted} of record {record}, which is at revision {found}",
                    position=entry.position,
                    wanted=entry.revision,
                    record=saved.id,
                    found=saved.revision,
                ),
                code="GAIA_CO02",
                remedy=Message(
                    "read the record again, decide which values to keep, and send it with the new revision or without "
                    "one"
                ),
            )
        record = dict(self.without_empty_lists(entry).record)
        given_rows: dict[str, Mapping[int, int]] = {}
        fields = self.form.fields if self.form is not None else {}
        for code, given in self.lists(entry).items():
            if not given:
                continue
            if fields[code].is_table:
                rows, given_rows[code] = self._rows(fields[code], saved.rows(code), given)
                record[code] = {"value": rows}
            else:
                record[code] = {"value": appended_files(saved.files(code), given)}
        return AppendedRecord(record, saved.id, saved.revision, given_rows)

    def _is_appended_to(self, definition: FieldDefinition) -> bool:
        return (self.tables and definition.is_table) or (self.files and definition.type.shape is Shape.FILES)

    def _rows(
        self, table: FieldDefinition, saved: Sequence[Mapping[str, object]], given: Sequence[object]
    ) -> tuple[list[object], dict[int, int]]:
        """Return the rows to send, the saved ones first, and the index of each given row by its index among these."""
        ids = {str(row["id"]) for row in saved}
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
        for row in saved:
            row_id = str(row["id"])
            if row_id not in changes:
                rows.append({"id": row_id})
            for index, change in changes.get(row_id, ()):
                given_rows[len(rows)] = index
                rows.append(self._changed_row(table, row, change))
        for index, added in new:
            given_rows[len(rows)] = index
            rows.append(added)
        return rows, given_rows

    def _changed_row(
        self, table: FieldDefinition, saved: Mapping[str, object], change: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return the given columns of a saved row, where files are appended with the saved files first."""
        cells, saved_cells = change.get("value"), saved.get("value")
        if not (self.files and isinstance(cells, Mapping) and isinstance(saved_cells, Mapping)):
            return change
        merged = dict(cells)
        for code, cell in cells.items():
            column = table.columns.get(code)
            if column is None or column.type.shape is not Shape.FILES:
                continue
            given = cell.get("value") if isinstance(cell, Mapping) else None
            kept = saved_cells[code].get("value") if isinstance(saved_cells.get(code), Mapping) else None
            if not given:
                del merged[code]
            elif isinstance(given, list | tuple) and isinstance(kept, list):
                merged[code] = {"value": appended_files(kept, given)}
        return {**change, "value": merged}


def appended_files(saved: Sequence[object], given: Sequence[object]) -> list[object]:
    """Return the keys of the saved files, then the given files that are not among them."""
    keys = [file["fileKey"] for file in saved if isinstance(file, Mapping)]
    new = [file for file in given if not (isinstance(file, Mapping) and file.get("fileKey") in keys)]
    return [*({"fileKey": key} for key in keys), *new]


def _list_of(entry: Entry, code: str, wrapper: object) -> Sequence[object]:
    value = wrapper.get("value") if isinstance(wrapper, Mapping) else wrapper
    if value is None or value == "":
        return []
    if not isinstance(wrapper, Mapping) or not isinstance(value, list | tuple):
        # Sent unchanged, it would replace what is saved.
        raise_if_any(
            [
                Message(
                    "entry {position}: {code} is {kind}; a list is needed to append to it",
                    position=entry.position,
                    code=printable(code),
                    kind=type_name(value),
                )
            ]
        )
        return []
    return value


# After an unknown outcome


def can_be_verified(items: Sequence[Item]) -> bool:
    """Tell whether the records show if the items were written, so that they can be sent again if they were not.

    All items need a plan, whose revision or key makes kintone refuse a second write. Items with file keys are excluded:
    a file key can be used once only.
    """
    return all(item.plan is not None for item in items) and not holds_file_keys([item.entry for item in items])


def are_unchanged(items: Sequence[Item], saved: Mapping[int, SavedState]) -> bool:
    """Tell whether every record still has the revision that was read, or still does not exist."""
    return all(_is_unchanged(item, saved.get(item.entry.position)) for item in items)


def _is_unchanged(item: Item, saved: SavedState | None) -> bool:
    plan = item.plan
    if plan is None:
        return False
    if plan.id is None:
        return saved is None
    return saved is not None and (saved.id, saved.revision) == (plan.id, plan.revision)
