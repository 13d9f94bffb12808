"""Several files on their way to kintone, and what they become in the records that ``kintone_upsert_records`` takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kintone.api import encode_json
from kintone.errors import CancelledError, InvalidParameterError, KintoneError, one_line
from kintone.file_names import rename_note, shown_name, shown_size
from kintone.files import FilesApi
from kintone.messages import Joined, Message, counted
from kintone.writing.entries import read_entries
from tools.dify_files.source import FileSource, HandedFile, SourceLimits
from tools.results import NEXT_LINE

AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that kintone holds for three days; ``size`` is in bytes, ``original_name`` the one that it was given."""

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
    """Uploads files in any order and tells of them in theirs."""

    def __init__(self, api: FilesApi, files: Sequence[HandedFile], limits: SourceLimits) -> None:
        """Check what can be checked without asking for a file; raises ``InvalidParameterError``."""
        self._api = api
        self._sources = [FileSource(file, limits) for file in files]
        self._limits = limits
        for source in self._sources:
            source.check()

    def run(self) -> list[Uploaded]:
        """Upload all files; when one fails, stop the others and tell in the error which file keys there are."""
        deadline = self._limits.deadline
        workers = deadline.runtime.workers(min(AT_ONCE, len(self._sources)), "kintone-file")
        futures = [workers.submit(self._outcome, source) for source in self._sources]
        outcomes = [future.result() for future in futures]
        workers.shutdown(wait=False)
        failures = [(place, outcome) for place, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
        for place, failure in failures:
            if not isinstance(failure, CancelledError):
                raise self._told(place, failure, outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, Uploaded)]

    def _outcome(self, source: FileSource) -> Uploaded | Exception:
        deadline = self._limits.deadline
        if deadline.is_cancelled:
            return CancelledError()
        try:
            key = self._api.upload(source.open, source.file.name, source.file.mime_type, deadline)
        except Exception as failure:  # noqa: BLE001 - raised by run, in the caller's thread, after the others stopped
            deadline.cancel()
            return failure
        return Uploaded(key, source.file.name, source.size, source.file.mime_type, source.file.original_name)

    def _told(self, place: int, failure: Exception, outcomes: Sequence[object]) -> Exception:
        if len(outcomes) == 1:
            return failure
        if not isinstance(failure, KintoneError):
            return failure
        note = already_uploaded([outcome for outcome in outcomes if isinstance(outcome, Uploaded)])
        problem = Message(
            "file {number} of {count}, {name}: {problem}",
            number=place + 1,
            count=len(outcomes),
            name=shown_name(self._sources[place].file.name),
            problem=failure.problem,
        )
        return failure.copy_with(problem=problem, notes=[*failure.notes, note])


def already_uploaded(files: Sequence[Uploaded]) -> Message:
    """Return the part of an error that tells which file keys were obtained before it."""
    if not files:
        return Message("no other file was uploaded")
    listed = [Message("{name} fileKey {key}", name=shown_name(file.name, 30), key=file.file_key) for file in files]
    return Message("uploaded already and good for 3 days: {files}", files=Joined(listed, ", "))


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
