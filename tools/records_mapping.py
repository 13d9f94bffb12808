"""``records_mapping``: what uploaded files become in the records that ``kintone_upsert_records`` takes."""

from collections.abc import Mapping, Sequence

from kintone.errors import InvalidParameterError, one_line
from kintone.messages import Message, counted
from kintone.wire_format import encode_json
from kintone.writing.entries import read_entries
from tools.results import NEXT_LINE

PARAMETER = "records_mapping"
FIELD = "attachment_field"
SHAPE = '{"records": [{"attachment_field": "photos", "record": {}, "updateKey": {"field": "sku", "value": "A-1"}}]}'
STAND_IN = "00000000-0000-0000-0000-000000000000"


class RecordsMapping:
    """Entries that wait for the keys of the files: one for all of them, or one each."""

    def __init__(self, structure: object, file_count: int) -> None:
        """Read the decoded parameter; raises ``InvalidParameterError`` for whatever would fail after the upload."""
        self._entries = [_entry(position, item) for position, item in enumerate(_items(structure), start=1)]
        if len(self._entries) not in (1, file_count):
            raise InvalidParameterError(
                "{parameter} has {count} entries for {files}; give one entry that takes all files, or one entry for "
                "each file, in the same order",
                parameter=PARAMETER,
                count=len(self._entries),
                files=counted(file_count, Message("1 file"), Message("{count} files", count=file_count)),
            )
        read_entries(self._filled([STAND_IN] * file_count), parameter=PARAMETER)

    def records_data(self, file_keys: Sequence[str]) -> str:
        """Return the JSON text with the keys in their fields, U+0085 escaped.

        A line end takes its place in everything that is sent, and within quotes of JSON that would be none.
        """
        return encode_json(self._filled(file_keys)).decode().replace(NEXT_LINE, r"\u0085")

    def _filled(self, file_keys: Sequence[str]) -> dict[str, object]:
        shares = [[key] for key in file_keys] if len(self._entries) > 1 else [list(file_keys)]
        return {"records": [_with_files(entry, keys) for entry, keys in zip(self._entries, shares, strict=True)]}


def _items(structure: object) -> Sequence[object]:
    inside = structure.get("records", structure) if isinstance(structure, Mapping) else structure
    if isinstance(inside, Mapping) and FIELD in inside:
        inside = [inside]
    if not isinstance(inside, list | tuple) or not inside:
        raise InvalidParameterError(
            "{parameter} must be a list of entries; write {shape}", parameter=PARAMETER, shape=SHAPE
        )
    return inside


def _entry(position: int, item: object) -> Mapping[str, object]:
    if not isinstance(item, Mapping):
        raise InvalidParameterError(
            "{parameter}: entry {position} is not an object; write {shape}",
            parameter=PARAMETER,
            position=position,
            shape=SHAPE,
        )
    code, record = item.get(FIELD), item.get("record", {})
    if not isinstance(code, str) or not code.strip():
        raise InvalidParameterError(
            '{parameter}: entry {position} has no "{key}"; write the code of the attachment field for the file',
            parameter=PARAMETER,
            position=position,
            key=FIELD,
        )
    if not isinstance(record, Mapping):
        raise InvalidParameterError(
            '{parameter}: the "record" of entry {position} is not an object; write {shape}',
            parameter=PARAMETER,
            position=position,
            shape=SHAPE,
        )
    if code.strip() in record:
        raise InvalidParameterError(
            "{parameter}: the record of entry {position} already has {code}; leave it out, the uploaded files are put "
            "there",
            parameter=PARAMETER,
            position=position,
            code=one_line(code, 60),
        )
    return item


def _with_files(entry: Mapping[str, object], file_keys: Sequence[str]) -> dict[str, object]:
    code, given = str(entry[FIELD]).strip(), entry.get("record", {})
    record = {**(given if isinstance(given, Mapping) else {}), code: {"value": [{"fileKey": key} for key in file_keys]}}
    return {**{name: value for name, value in entry.items() if name not in (FIELD, "record")}, "record": record}
