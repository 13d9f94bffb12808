"""What is saved of the records to which is to be appended: read by key or id, a hundred at a time, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kintone import limits
from kintone.answer_models import misshapen, number_text
from kintone.errors import UnknownResponseError
from kintone.field_types.table import RECORD_ID, REVISION, Shape
from kintone.forms.field_definitions import Form
from kintone.messages import Message
from kintone.operations import Caller
from kintone.reading.query import quote
from kintone.reading.record_source import RecordSource
from kintone.values.numbers import number_in
from kintone.writing.entries import Entry

LONGEST_QUERY = 20_000
"""Characters of the keys in one query; ours: kintone documents no limit, and took 48,986 characters."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A record with the revision at which it was read; ``fields`` are those that were asked for."""

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
            # A record from before the form got the field. A token sees all fields of its app.
            return []
        value = wrapper.get("value") if isinstance(wrapper, Mapping) else None
        if not isinstance(value, list):
            raise self._unreadable(code)
        return value

    def _unreadable(self, code: str) -> UnknownResponseError:
        return UnknownResponseError(
            Message(
                "reading record {record}: what it shows of {code} is no table and no attachments",
                record=self.id,
                code=code,
            )
        )


def saved_of(record: Mapping[str, Any], record_id: str, reading: Message) -> Saved:
    """Return a record that was read; raises ``UnknownResponseError`` for one without a revision."""
    revision = number_text(_value(record, REVISION))
    if revision is None:
        raise UnknownResponseError(Message("{reading}: the answer holds no revision of a record", reading=reading))
    return Saved(record_id, revision, record)


class SavedRecords:
    """Reads the records that entries are going to update."""

    def __init__(self, caller: Caller, app: int, form: Form | None) -> None:
        """Read through a caller; the form tells which keys are numbers."""
        self._caller = caller
        self._app = app
        self._form = form

    def read(self, entries: Sequence[Entry], codes: Sequence[str]) -> dict[int, Saved]:
        """Return the records that are there, by position of the entry; of the fields only those asked for."""
        wanted: dict[str, list[tuple[str, int]]] = {}
        for entry in entries:
            code, value = entry.update_key or (RECORD_ID, entry.id or "")
            wanted.setdefault(code, []).append((value, entry.position))
        found: dict[int, Saved] = {}
        for code, keys in wanted.items():
            source = RecordSource(self._caller, self._app, [RECORD_ID, REVISION, code, *codes])
            source.reading = Message("reading the records of app {app} to which is to be appended", app=self._app)
            chunks = list(_chunks(keys))
            batches = source.fetch_all([_query(code, chunk) for chunk in chunks])
            for chunk, batch in zip(chunks, batches, strict=True):
                _require_keys(batch.records, code, source.reading)
                records = [
                    saved_of(record, str(record_id), source.reading)
                    for record, record_id in zip(batch.records, batch.ids, strict=True)
                ]
                found |= self._matched(code, chunk, records)
        return found

    def _matched(self, code: str, wanted: Sequence[tuple[str, int]], records: Sequence[Saved]) -> dict[int, Saved]:
        definition = self._form.fields.get(code) if self._form is not None else None
        if definition is not None and definition.kind.shape is Shape.NUMBER:
            return _by_number(code, wanted, records)
        by_text = {str(_value(record.fields, code)): record for record in records}
        return {position: by_text[value] for value, position in wanted if value in by_text}


def _require_keys(records: Sequence[Mapping[str, Any]], code: str, reading: Message) -> None:
    """Refuse records that do not show by which key they were found: theirs would be taken for one that nobody has."""
    for place, record in enumerate(records, start=1):
        if not isinstance(_value(record, code), str | int):
            raise misshapen(reading, Message("the key {code} of entry {place}", code=code, place=place), record)


def _by_number(code: str, wanted: Sequence[tuple[str, int]], records: Sequence[Saved]) -> dict[int, Saved]:
    """Match numbers as numbers: kintone gives "1.0" back for a key of 1.

    A record whose number none of the keys is was found by one that kintone rounded, which is the nearest.
    """
    keys = {position: number for value, position in wanted if (number := number_in(value)) is not None}
    by_number: dict[Decimal | None, Saved] = {number_in(str(_value(record.fields, code))): record for record in records}
    found = {position: by_number.pop(number) for position, number in keys.items() if number in by_number}
    for number, record in by_number.items():
        left = [position for position in keys if position not in found]
        if number is not None and left:
            found[min(left, key=lambda position: abs(keys[position] - number))] = record
    return found


def _chunks(wanted: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Cut keys so that neither their number nor the length of the query grows too large."""
    chunk: list[tuple[str, int]] = []
    length = 0
    for value, position in wanted:
        size = len(quote(value)) + 2
        if chunk and (len(chunk) == limits.WRITE_BATCH or length + size > LONGEST_QUERY):
            yield chunk
            chunk, length = [], 0
        chunk.append((value, position))
        length += size
    if chunk:
        yield chunk


def _query(code: str, chunk: Sequence[tuple[str, int]]) -> str:
    return f"{code} in ({', '.join(quote(value) for value, _ in chunk)}) limit {limits.READ_PAGE}"


def _value(record: Mapping[str, Any], code: str) -> object:
    wrapper = record.get(code)
    return wrapper.get("value") if isinstance(wrapper, Mapping) else None
