"""Uploads several files, and builds input for ``kintone_upsert_records`` from their file keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kintone.api import encode_json
from kintone.errors import CancelledError, InvalidParameterError, KintoneError, one_line
from kintone.file_names import rename_note, shown_name, shown_size
from kintone.files import FilesApi
from kintone.messages import Joined, Message, counted
from kintone.writing.entry_reading import read_entries
from tools.dify_files.source import DifyFile, FileSource, SourceLimits
from tools.results import NEXT_LINE

# The upload

MAX_PARALLEL_UPLOADS = 3


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An uploaded file, which kintone keeps for 3 days; ``size`` is in bytes, ``original_name`` its name in Dify."""

    file_key: str
    name: str
    size: int
    mime_type: str
    original_name: str = ""

    def as_variable(self) -> dict[str, object]:
        """Return the entry of the ``uploaded_files`` variable."""
        return {"fileKey": self.file_key, "file_name": self.name, "size": self.size, "mime_type": self.mime_type}

    def as_line(self) -> Message:
        """Return the line that a person or a model reads."""
        line = Message(
            "{name} ({mime_type}, {size}): fileKey {key}",
            name=shown_name(self.name),
            mime_type=self.mime_type,
            size=shown_size(self.size),
            key=self.file_key,
        )
        return Joined([line, rename_note(self.original_name, self.name)])


class UploadBatch:
    """Uploads files in parallel and returns them in the order given."""

    def __init__(self, api: FilesApi, files: Sequence[DifyFile], limits: SourceLimits) -> None:
        """Check what can be checked before a file is fetched; raises ``InvalidParameterError``."""
        self._api = api
        self._sources = [FileSource(file, limits) for file in files]
        self._limits = limits
        for source in self._sources:
            source.check()

    def run(self) -> list[Uploaded]:
        """Upload all files; if one fails, stop the others and list in the error the file keys obtained so far."""
        deadline = self._limits.deadline
        workers = deadline.runtime.workers(min(MAX_PARALLEL_UPLOADS, len(self._sources)), "kintone-file")
        futures = [workers.submit(self._upload, source) for source in self._sources]
        outcomes = [future.result() for future in futures]
        workers.shutdown(wait=False)
        failures = [(index, outcome) for index, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
        for index, failure in failures:
            if not isinstance(failure, CancelledError):
                raise self._with_keys(index, failure, outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, Uploaded)]

    def _upload(self, source: FileSource) -> Uploaded | Exception:
        deadline = self._limits.deadline
        if deadline.is_cancelled:
            return CancelledError()
        try:
            key = self._api.upload(source.open, source.file.name, source.file.mime_type, deadline)
        except Exception as failure:  # noqa: BLE001 - ``run`` raises it after the others stopped
            deadline.cancel()
            return failure
        return Uploaded(key, source.file.name, source.size, source.file.mime_type, source.file.original_name)

    def _with_keys(self, index: int, failure: Exception, outcomes: Sequence[object]) -> Exception:
        if len(outcomes) == 1:
            return failure
        if not isinstance(failure, KintoneError):
            return failure
        note = already_uploaded([outcome for outcome in outcomes if isinstance(outcome, Uploaded)])
        problem = Message(
            "file {number} of {count}, {name}: {problem}",
            number=index + 1,
            count=len(outcomes),
            name=shown_name(self._sources[index].file.name),
            problem=failure.problem,
        )
        return failure.copy_with(problem=problem, notes=[*failure.notes, note])


def already_uploaded(files: Sequence[Uploaded]) -> Message:
    """Return the note of an error that lists the file keys obtained before it."""
    if not files:
        return Message("no other file was uploaded")
    keys = [Message("{name} fileKey {key}", name=shown_name(file.name, 30), key=file.file_key) for file in files]
    return Message("uploaded already and valid for 3 days: {files}", files=Joined(keys, ", "))


# Input for kintone_upsert_records

PARAMETER = "records_mapping"
FIELD_KEY = "attachment_field"
EXAMPLE = '{"records": [{"attachment_field": "photos", "record": {}, "updateKey": {"field": "sku", "value": "A-1"}}]}'
PLACEHOLDER_KEY = "00000000-0000-0000-0000-000000000000"


class RecordsMapping:
    """Entries into which the file keys are put: one entry for all files, or one for each."""

    def __init__(self, structure: object, file_count: int) -> None:
        """Read the decoded parameter; raises ``InvalidParameterError`` for all that would make the write fail later."""
        self._entries = [_entry(position, item) for position, item in enumerate(_items(structure), start=1)]
        if len(self._entries) not in (1, file_count):
            raise InvalidParameterError(
                "{parameter} has {count} entries for {files}; give one entry that takes all files, or one entry for "
                "each file, in the same order",
                parameter=PARAMETER,
                count=len(self._entries),
                files=counted(file_count, Message("1 file"), Message("{count} files", count=file_count)),
            )
        read_entries(self._filled([PLACEHOLDER_KEY] * file_count), parameter=PARAMETER)

    def records_data(self, file_keys: Sequence[str]) -> str:
        """Return the JSON text with the keys in their fields, U+0085 escaped.

        Unescaped, U+0085 would be replaced by a line end when it is sent, which is not allowed in a JSON string.
        """
        return encode_json(self._filled(file_keys)).decode().replace(NEXT_LINE, r"\u0085")

    def _filled(self, file_keys: Sequence[str]) -> dict[str, object]:
        shares = [[key] for key in file_keys] if len(self._entries) > 1 else [list(file_keys)]
        return {"records": [_with_files(entry, keys) for entry, keys in zip(self._entries, shares, strict=True)]}


def _items(structure: object) -> Sequence[object]:
    inside = structure.get("records", structure) if isinstance(structure, Mapping) else structure
    if isinstance(inside, Mapping) and FIELD_KEY in inside:
        inside = [inside]
    if not isinstance(inside, list | tuple) or not inside:
        raise InvalidParameterError(
            "{parameter} must be a list of entries; write {example}", parameter=PARAMETER, example=EXAMPLE
        )
    return inside


def _entry(position: int, item: object) -> Mapping[str, object]:
    if not isinstance(item, Mapping):
        raise InvalidParameterError(
            "{parameter}: entry {position} is not an object; write {example}",
            parameter=PARAMETER,
            position=position,
            example=EXAMPLE,
        )
    code, record = item.get(FIELD_KEY), item.get("record", {})
    if not isinstance(code, str) or not code.strip():
        raise InvalidParameterError(
            '{parameter}: entry {position} has no "{key}"; write the code of the attachment field for the file',
            parameter=PARAMETER,
            position=position,
            key=FIELD_KEY,
        )
    if not isinstance(record, Mapping):
        raise InvalidParameterError(
            '{parameter}: the "record" of entry {position} is not an object; write {example}',
            parameter=PARAMETER,
            position=position,
            example=EXAMPLE,
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
    code, given = str(entry[FIELD_KEY]).strip(), entry.get("record", {})
    record = {**(given if isinstance(given, Mapping) else {}), code: {"value": [{"fileKey": key} for key in file_keys]}}
    return {**{name: value for name, value in entry.items() if name not in (FIELD_KEY, "record")}, "record": record}
