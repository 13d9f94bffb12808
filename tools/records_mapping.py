"""``records_mapping``: what uploaded files become in the records that ``kintone_upsert_records`` takes."""

from collections.abc import Mapping, Sequence

from kintone.errors import InvalidParameterError, one_line
from kintone.exchange.wire_format import encode_json
from kintone.writing.entries import read_entries

PARAMETER = "records_mapping"
FIELD = "attachment_field"
SHAPE = f'{{"records": [{{"{FIELD}": "photos", "record": {{}}, "updateKey": {{"field": "sku", "value": "A-1"}}}}]}}'
STAND_IN = "00000000-0000-0000-0000-000000000000"


class RecordsMapping:
    """Entries that wait for the keys of the files: one for all of them, or one each."""

    def __init__(self, structure: object, file_count: int) -> None:
        """Read the decoded parameter; raises ``InvalidParameterError`` for whatever would fail after the upload."""
        self._entries = [_entry(position, item) for position, item in enumerate(_items(structure), start=1)]
        if len(self._entries) not in (1, file_count):
            raise InvalidParameterError(
                f"{PARAMETER} has {len(self._entries)} entries for {_count(file_count)}; give one entry that takes all "
                "files, or one entry for each file, in the same order"
            )
        try:
            read_entries(self._filled([STAND_IN] * file_count))
        except InvalidParameterError as error:
            raise InvalidParameterError(f"{PARAMETER}: {str(error).removeprefix('records_data: ')}") from None

    def records_data(self, file_keys: Sequence[str]) -> str:
        """Return the JSON text with the keys in their fields."""
        return encode_json(self._filled(file_keys)).decode()

    def _filled(self, file_keys: Sequence[str]) -> dict[str, object]:
        shares = [[key] for key in file_keys] if len(self._entries) > 1 else [list(file_keys)]
        return {"records": [_with_files(entry, keys) for entry, keys in zip(self._entries, shares, strict=True)]}


def _items(structure: object) -> Sequence[object]:
    inside = structure.get("records", structure) if isinstance(structure, Mapping) else structure
    if isinstance(inside, Mapping) and FIELD in inside:
        inside = [inside]
    if not isinstance(inside, list | tuple) or not inside:
        raise InvalidParameterError(f"{PARAMETER} must be a list of entries; write {SHAPE}")
    return inside


def _entry(position: int, item: object) -> Mapping[str, object]:
    if not isinstance(item, Mapping):
        raise InvalidParameterError(f"{PARAMETER}: entry {position} is no object; write {SHAPE}")
    code, record = item.get(FIELD), item.get("record", {})
    if not isinstance(code, str) or not code.strip():
        raise InvalidParameterError(
            f'{PARAMETER}: entry {position} has no "{FIELD}"; write the code of the attachment field for the file'
        )
    if not isinstance(record, Mapping):
        raise InvalidParameterError(f'{PARAMETER}: the "record" of entry {position} is no object; write {SHAPE}')
    if code.strip() in record:
        raise InvalidParameterError(
            f"{PARAMETER}: the record of entry {position} already has {one_line(code, 60)}; leave it out, "
            "the uploaded files are put there"
        )
    return item


def _with_files(entry: Mapping[str, object], file_keys: Sequence[str]) -> dict[str, object]:
    code, given = str(entry[FIELD]).strip(), entry.get("record", {})
    record = {**(given if isinstance(given, Mapping) else {}), code: {"value": [{"fileKey": key} for key in file_keys]}}
    return {**{name: value for name, value in entry.items() if name not in (FIELD, "record")}, "record": record}


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"
