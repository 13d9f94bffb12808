"""Reading what is saved of the records that entries update."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kintone import limits
from kintone.api import RequestSender
from kintone.deadline import Deadline
from kintone.errors import UnknownResponseError
from kintone.field_types import RECORD_ID, REVISION, holds_files, is_table
from kintone.messages import Message
from kintone.query import quote
from kintone.reading.pages import RecordSource
from kintone.replies import misshapen, number_text
from kintone.values.numbers import number_in
from kintone.writing.entries import Entry

MAX_QUERY_LENGTH = 20_000
"""Characters of the keys in one query; our own limit: kintone documents none, and accepted 48,986 characters."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """A saved record with the revision at which it was read; ``fields`` are those that were requested."""

    id: str
    revision: str
    fields: Mapping[str, Any] = field(repr=False)

    def rows(self, code: str) -> list[Any]:
        """Return the rows of a table, each with its id and cells; ``reading/pages.py`` has checked their shape."""
        shown = self.fields.get(code)
        if shown is None:
            # The record is older than the field. (A token sees all fields of its app.)
            return []
        if not is_table(shown["type"]):
            raise self._unreadable(code)
        rows: list[Any] = shown["value"]
        return rows

    def file_keys(self, code: str) -> list[str]:
        """Return the keys of the files of an attachment field."""
        return self.file_keys_in(self.fields, code)

    def files(self, code: str) -> Sequence[Mapping[str, Any]]:
        """Return the files of an attachment field, each with its key."""
        files: Sequence[Mapping[str, Any]] = self.fields[code]["value"] if self.file_keys(code) else ()
        return files

    def file_keys_in(self, fields: Mapping[str, Any], code: str) -> list[str]:
        """Return the keys of the files of an attachment field of the record or of one of its rows."""
        shown = fields.get(code)
        if shown is None:
            return []
        if not holds_files(shown["type"]):
            raise self._unreadable(code)
        keys: list[Any] = [file.get("fileKey") if isinstance(file, Mapping) else None for file in shown["value"]]
        if not all(isinstance(key, str) for key in keys):
            raise self._unreadable(code)
        return keys

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

    def __init__(self, caller: RequestSender, app: int, number_fields: Container[str]) -> None:
        """Read through a caller; ``number_fields`` are the codes of the app's number fields."""
        self._caller = caller
        self._app = app
        self._number_fields = number_fields

    def read(
        self,
        entries: Sequence[Entry],
        codes: Sequence[str],
        deadline: Deadline | None = None,
        *,
        at_once: int | None = None,
    ) -> dict[int, SavedState]:
        """Return the records that exist, by position of the entry, with the fields ``codes``.

        They are read within ``deadline``, by default within that of the call, ``at_once`` in one request, by default as
        many as are written in one.
        """
        wanted: dict[str, list[tuple[str, int]]] = {}
        for entry in entries:
            code, value = entry.update_key or (RECORD_ID, entry.id or "")
            wanted.setdefault(code, []).append((value, entry.position))
        found: dict[int, SavedState] = {}
        for code, keys in wanted.items():
            source = RecordSource(self._caller, self._app, [RECORD_ID, REVISION, code, *codes])
            source.description = Message("reading the records of app {app} that are updated", app=self._app)
            if deadline is not None:
                source.end_within(deadline)
            chunks = list(_chunks(keys, at_once or limits.MAX_RECORDS_PER_WRITE))
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
        if code in self._number_fields:
            return _by_number(code, wanted, records)
        by_text = {str(_value(record.fields, code)): record for record in records}
        return {position: by_text[value] for value, position in wanted if value in by_text}


def _require_keys(records: Sequence[Mapping[str, Any]], code: str, description: Message) -> None:
    """Raise for records that do not show the key they were found by; otherwise the entry would be inserted again."""
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


def _chunks(wanted: Sequence[tuple[str, int]], at_once: int) -> Iterator[list[tuple[str, int]]]:
    """Divide keys so that neither their number nor the length of the query becomes too large."""
    chunk: list[tuple[str, int]] = []
    length = 0
    for value, position in wanted:
        size = len(quote(value)) + 2
        if chunk and (len(chunk) == at_once or length + size > MAX_QUERY_LENGTH):
            yield chunk
            chunk, length = [], 0
        chunk.append((value, position))
        length += size
    if chunk:
        yield chunk


def _query(code: str, chunk: Sequence[tuple[str, int]]) -> str:
    return f"{code} in ({', '.join(quote(value) for value, _ in chunk)}) limit {limits.MAX_RECORDS_PER_READ}"


def _value(record: Mapping[str, Any], code: str) -> object:
    return record[code]["value"] if code in record else None
