"""Several files on their way to kintone, a few at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from kintone.errors import InvalidParameterError, KintoneError
from kintone.files.files_api import FilesApi
from kintone.files.names import shown_name, shown_size
from tools.file_source.source import FileSource, HandedFile, SourceLimits, StoppedError

AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that kintone holds for three days; ``size`` is in bytes."""

    file_key: str
    name: str
    size: int
    mime_type: str

    def as_variable(self) -> dict[str, object]:
        """Return the entry of the ``uploaded_files`` variable."""
        return {"fileKey": self.file_key, "file_name": self.name, "size": self.size, "mime_type": self.mime_type}

    def as_line(self) -> str:
        """Return the line that a person or a model reads."""
        return f"{shown_name(self.name)} ({self.mime_type}, {shown_size(self.size)}): fileKey {self.file_key}"


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
        with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(self._sources))) as threads:
            outcomes = list(threads.map(self._outcome, self._sources))
        failures = [(place, outcome) for place, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
        for place, failure in failures:
            if not isinstance(failure, StoppedError):
                raise self._told(place, failure, outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, Uploaded)]

    def _outcome(self, source: FileSource) -> Uploaded | Exception:
        if self._limits.stop.is_set():
            return StoppedError()
        try:
            key = self._api.upload(source.open, source.file.name, source.file.mime_type)
        except Exception as failure:  # noqa: BLE001 - raised by run, in the caller's thread, after the others stopped
            self._limits.stop.set()
            return failure
        return Uploaded(key, source.file.name, source.size, source.file.mime_type)

    def _told(self, place: int, failure: Exception, outcomes: Sequence[object]) -> Exception:
        if len(outcomes) == 1:
            return failure
        which = f"file {place + 1} of {len(outcomes)}, {shown_name(self._sources[place].file.name)}"
        note = already_uploaded([outcome for outcome in outcomes if isinstance(outcome, Uploaded)])
        if isinstance(failure, InvalidParameterError):
            return InvalidParameterError(f"{which}: {failure} · {note}")
        if isinstance(failure, KintoneError):
            failure.failed = f"{which}: {failure.failed}"
            failure.remedy = f"{failure.remedy} · {note}" if failure.remedy else note
        return failure


def already_uploaded(files: Sequence[Uploaded]) -> str:
    """Return the part of an error that tells which file keys were obtained before it."""
    if not files:
        return "no other file was uploaded"
    listed = ", ".join(f"{shown_name(file.name, 30)} fileKey {file.file_key}" for file in files)
    return f"uploaded already and good for 3 days: {listed}"
