"""Records that entries are going to update, read by key or id, a hundred at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kintone.errors import UnknownResponseError
from kintone.limits import FIELDS_IN_BODY, READ_PAGE, WRITE_BATCH
from kintone.messages import Message
from kintone.operations import Caller, Operation, Repeat
from kintone.reading.query import quote
from kintone.writing.answers import number_text
from kintone.writing.entries import Entry
from kintone.writing.update_keys import number_of

RECORD_ID = "$id"


@dataclass(frozen=True, slots=True)
class Existing:
    """A saved record with the revision at which it was read."""

    revision: str
    fields: Mapping[str, Any] = field(repr=False)

    def kind(self, code: str) -> str:
        """Return the type of a field, or nothing for a field that the record does not have."""
        wrapper = self.fields.get(code)
        return str(wrapper.get("type", "")) if isinstance(wrapper, Mapping) else ""

    def items(self, code: str) -> Sequence[object]:
        """Return the rows of a table or the files of an attachment field."""
        value = self.fields[code].get("value")
        return value if isinstance(value, list) else []


def read_existing(caller: Caller, app: int, entries: Sequence[Entry], codes: Sequence[str]) -> dict[int, Existing]:
    """Return the records that are there, by position of the entry; of the fields only those asked for."""
    by_field: dict[str, list[tuple[str, int]]] = {}
    for entry in entries:
        code, value = entry.update_key or (RECORD_ID, entry.id or "")
        by_field.setdefault(code, []).append((value, entry.position))
    found: dict[int, Existing] = {}
    for code, wanted in by_field.items():
        for start in range(0, len(wanted), WRITE_BATCH):
            part = wanted[start : start + WRITE_BATCH]
            records = _read(caller, app, code, [value for value, _ in part], codes)
            found.update(_matched(code, part, records))
    return found


def _read(caller: Caller, app: int, code: str, values: Sequence[str], codes: Sequence[str]) -> list[Mapping[str, Any]]:
    reading = Message("reading the records of app {app} to which is to be appended", app=app)
    fields = list(dict.fromkeys([RECORD_ID, "$revision", code, *codes]))
    query = f"{code} in ({', '.join(quote(value) for value in values)}) limit {READ_PAGE}"
    parameters: dict[str, object] = {"app": app, "query": query}
    if len(fields) <= FIELDS_IN_BODY:
        parameters["fields"] = fields
    records = caller.call(Operation(reading, "GET", "records", parameters, Repeat.READ)).body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UnknownResponseError(Message("{reading}: the answer holds no list of records", reading=reading))
    if any(number_text(_value(record, "$revision")) is None for record in records):
        raise UnknownResponseError(Message("{reading}: the answer holds a record without a revision", reading=reading))
    return records


def _matched(code: str, wanted: Sequence[tuple[str, int]], records: Sequence[Mapping[str, Any]]) -> dict[int, Existing]:
    by_key = {_identity(record, code): record for record in records}
    found = {}
    for value, position in wanted:
        number = number_of(value)
        record = by_key.get(value) or (by_key.get(number) if number is not None else None)
        if record is not None:
            found[position] = Existing(str(_value(record, "$revision")), record)
    return found


def _identity(record: Mapping[str, Any], code: str) -> object:
    """Return what tells the record apart: its key as text, or as number where kintone compares numbers."""
    value = str(_value(record, code))
    wrapper = record.get(code)
    is_number = isinstance(wrapper, Mapping) and wrapper.get("type") == "NUMBER"
    return number_of(value) if is_number else value


def _value(record: Mapping[str, Any], code: str) -> object:
    wrapper = record.get(code)
    return wrapper.get("value") if isinstance(wrapper, Mapping) else None
