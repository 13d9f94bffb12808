"""The tool ``kintone_build_records_data``: plain rows, or records that were read, as the entries of an upsert."""

from collections.abc import Mapping, Sequence

from kintone.errors import InvalidParameterError
from kintone.field_types import RECORD_ID
from kintone.messages import Message, counted
from kintone.texts import printable
from kintone.writing.entries import Entry, raise_if_any
from kintone.writing.entry_reading import read_entries
from tools import base
from tools.flat_records import Source, Wanted, read_records
from tools.object_lines import json_text, object_lines
from tools.parameters import Parameters
from tools.results import Result
from tools.writable_values import WritableValues, known_type, value_of

SOURCE, KEY = "records_source", "updateKey"
LESS = Message(
    "hand over fewer records at once, or give the plain rows to kintone_upsert_records itself, if you have it, with "
    "update_key"
)


class BuildRecordsData(base.OfflineTool):
    """Makes the entries of an upsert, each with the update key from its own row."""

    tool_name = "kintone_build_records_data"

    def answer(self, parameters: Parameters) -> Result:
        """Build the entries; the text has one a line."""
        key = parameters.text(KEY)
        if not key:
            raise InvalidParameterError(
                "updateKey is missing; write the code of the field by which records are found, such as sku, or $id"
            )
        records = read_records(SOURCE, parameters.raw(SOURCE), Wanted.ENTRIES)
        _require_key_type(key, records)
        if key == RECORD_ID:
            entries = read_entries(_with_ids(records), parameter=SOURCE)
        else:
            entries = read_entries(records, key, parameter=SOURCE, key_parameter=KEY)
        values = WritableValues()
        built = [_written(entry, values) for entry in entries]
        payload = {"records": built}
        lines = [*values.notes(), _headline(len(built), key), *object_lines(built, "records_data")]
        return Result(lines, {"records_data": payload}, {"records_data": json_text(payload)}, LESS)


def _require_key_type(key: str, records: Sequence[Source]) -> None:
    """Raise ``InvalidParameterError`` if the type beside the key's value shows that kintone finds no record by it."""
    for position, record in enumerate(records, start=1):
        inner = record.get("record")
        fields = inner if key not in record and isinstance(inner, Mapping) else record
        kind = known_type(fields.get(key))
        if kind is not None and not kind.update_key and key != RECORD_ID:
            raise InvalidParameterError(
                "updateKey: {key} is {words} in entry {position}, and kintone finds no record by it; name a text or "
                "number field that prohibits duplicate values, or $id",
                key=printable(key),
                words=kind.words,
                position=position,
            )


def _with_ids(records: Sequence[Source]) -> list[Source]:
    """Return entries that update the records of these IDs."""
    entries: list[Source] = []
    problems: list[Message] = []
    for position, record in enumerate(records, start=1):
        if RECORD_ID in record:
            fields = {code: value for code, value in record.items() if code != RECORD_ID}
            entries.append({"id": value_of(record[RECORD_ID]), "record": fields})
        elif "id" in record and isinstance(record.get("record"), Mapping):
            entries.append(record)
        else:
            problems.append(
                Message("entry {position}: has no $id, which updateKey names; every row needs it", position=position)
            )
    raise_if_any(problems, SOURCE)
    return entries


def _written(entry: Entry, values: WritableValues) -> dict[str, object]:
    found_by: dict[str, object] = {"updateKey": entry.update_key._asdict()} if entry.update_key else {}
    if entry.id is not None:
        found_by["id"] = entry.id
    if entry.revision is not None:
        found_by["revision"] = entry.revision
    return {**found_by, "record": values.cells(entry.record)}


def _headline(count: int, key: str) -> Message:
    return counted(
        count,
        Message("1 entry, its record found by {key}:", key=printable(key)),
        Message("{count:,} entries, their records found by {key}:", count=count, key=printable(key)),
    )
