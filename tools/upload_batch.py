"""Several files on their way to kintone, a few at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from kintone.errors import CancelledError, KintoneError
from kintone.files.files_api import FilesApi
from kintone.files.names import change_of, shown_name, shown_size
from kintone.messages import Joined, Message
from tools.file_source.source import FileSource, HandedFile, SourceLimits

AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that kintone holds for three days; ``size`` is in bytes, ``told`` the name that it was given."""

    file_key: str
    name: str
    size: int
    mime_type: str
    told: str = ""

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
        return Joined([line, change_of(self.told, self.name)])


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
        return Uploaded(key, source.file.name, source.size, source.file.mime_type, source.file.told)

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
        return failure.but(problem=problem, notes=[*failure.notes, note])


def already_uploaded(files: Sequence[Uploaded]) -> Message:
    """Return the part of an error that tells which file keys were obtained before it."""
    if not files:
        return Message("no other file was uploaded")
    listed = [Message("{name} fileKey {key}", name=shown_name(file.name, 30), key=file.file_key) for file in files]
    return Message("uploaded already and good for 3 days: {files}", files=Joined(listed, ", "))
