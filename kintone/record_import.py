"""Importing a file of records: its mistakes are looked for first, then it is written while it is read.

A file of up to 2,000 lines is read as a whole before anything is written, twice where it is too large to be held. A
larger one may be read twice: once for its mistakes, once for its records. No more than two batches are held.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Final, Self

from kintone import limits
from kintone.api import RequestSender
from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, KintoneError, TimedOutError, UnreadableFileError
from kintone.messages import NOTHING, Joined, Message
from kintone.record_files import FileOptions, FileRecord, Mistakes, RecordFile
from kintone.record_files.contents import PARAMETER
from kintone.runtime import yield_thread
from kintone.writing.batches import SavedRecord, max_entries
from kintone.writing.entries import Entry
from kintone.writing.removals import Removals
from kintone.writing.upserts import EntryStream, UpsertReport, UpsertRequest
from kintone.writing.writer import upsert_file

MAX_LINES_AT_ONCE: Final = 10_000
"""Physical lines that are read before anything is written; a record with a table may have thousands."""
MAX_BYTES_AT_ONCE: Final = 8_000_000
"""Bytes that are read before anything is written; they take some thirty megabytes as records."""
MAX_BYTES_AHEAD: Final = 2 * limits.MAX_BULK_BYTES // 5
"""Bytes that are read while a batch is written; as many records as a batch takes, with their field codes."""
CHECK_SHARE: Final = 1 / 3
"""Of the time of a call, the most that reading a file for its mistakes alone may take."""
RECORDS_BETWEEN_YIELDS: Final = 100
MAX_NOTES: Final = 20

CHECKED: Final = Message("The file was read twice: it was checked as a whole before anything was written.")
NOT_WANTED: Final = Message(
    "The file has more than {lines:,} lines and validate_before_write is off, so it was not checked as a whole before "
    "writing: mistakes end the import where they are met.",
    lines=max_entries(),
)

NOTHING_WRITTEN: Final = Message("nothing was written")

type OpenFile = Callable[[Deadline], AbstractContextManager[Iterator[bytes]]]
"""Opens the file, each time from its beginning; its errors are those of ``Iterator`` too."""
type Progress = Callable[[int, int | None], object]
"""Takes the position of the last saved record in its file and that of the last one, where all were counted."""


@dataclass(slots=True)
class ImportReport:
    """The outcome of an import.

    ``written`` counts entries, ``cleared`` the cells that were emptied in records that existed. ``told`` are notes on
    values that are stored differently or were not used, ``unlisted`` counts those that were not kept. ``file`` tells
    how the file was read and which of its columns were not used. ``how_checked`` says of a file that is not held as a
    whole whether its mistakes were looked for before anything was written, and if not, why.
    """

    written: UpsertReport = field(default_factory=UpsertReport)
    cleared: int = 0
    told: list[Message] = field(default_factory=list)
    unlisted: int = 0
    file: RecordFile | None = None
    how_checked: Message = NOTHING


class RecordImport:
    """One import: the call that writes, what it is asked, the file, and how it is read."""

    def __init__(
        self, caller: RequestSender, request: UpsertRequest, options: FileOptions, open_file: OpenFile
    ) -> None:
        """Keep the arguments; nothing is read yet. ``request`` has no entries of its own."""
        self._caller = caller
        self._request = request
        self._options = options
        self._open = open_file
        self._report = ImportReport()
        self._unsaved: deque[FileRecord] = deque()
        self._progress: Progress = _ignore
        self._total: int | None = None

    def run(
        self,
        removals: Removals,
        *,
        checks_first: bool,
        stops_early: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Read the file and write its records; ``progress`` is told after each batch how many of how many are written.

        With ``checks_first`` a large file is read for its mistakes before anything is written. Raises
        ``InvalidParameterError`` for the mistakes of the file, and the errors of ``upsert_file``, with a note where
        the file was not checked before.
        """
        self._progress = progress or _ignore
        deadline = self._caller.deadline
        # It is cancelled at the end, so that nobody waits for bytes that are not needed any more.
        with deadline.within(deadline.remaining()) as limit, self._opened(limit) as chunks:
            reading = _Reading(chunks, self._options)
            head = reading.head()
            if reading.is_at_end:
                self._total = head[-1].position if head else None
            else:
                self._report.how_checked = self._check(reading, in_full=checks_first)
            reading.raise_mistakes()
            if not head and self._options.first_entry > 1:
                raise InvalidParameterError(
                    "first_entry is {first:,}, and the file has fewer records; nothing was written",
                    first=self._options.first_entry,
                )
            entries = self._entries(reading, head)
            if reading.is_at_end:
                self._write(entries, removals, stops_early=stops_early)
            else:
                with _ReadAhead(entries, reading, limit) as ahead:
                    self._write(iter(ahead), removals, stops_early=stops_early)
            self._report.file = reading.file
        return self._report

    @contextmanager
    def _opened(self, limit: Deadline) -> Iterator[Iterator[bytes]]:
        """Open the file to be written."""
        with ExitStack() as stack:
            try:
                chunks = stack.enter_context(self._open(limit))
            except KintoneError as error:
                raise _without_writing(error) from None
            yield chunks

    def _write(self, entries: Iterator[Entry], removals: Removals, *, stops_early: bool) -> None:
        stream = EntryStream(entries, self._options.first_entry, stops_early, on_saved=self._note_saved)
        try:
            self._report.written = upsert_file(self._caller, self._request, stream, removals)
        except KintoneError as caught:
            told, error = self._report.how_checked, caught if caught.ledger else _without_writing(caught)
            raise error.copy_with(notes=[*error.notes, *([told] if told not in (NOTHING, CHECKED) else [])]) from None

    def _entries(self, reading: "_Reading", head: deque[FileRecord]) -> Iterator[Entry]:
        """Yield the entries of a file; ``head`` is emptied, so that what is written is not kept."""
        for record in chain(_emptied(head), reading.records):
            if record.problems:
                raise reading.mistakes_from(record)
            if record.cleared or record.notes:
                kept = self._request.appending.lists(record.entry) if record.cleared else {}
                cleared = record.cleared - sum(not given for given in kept.values())
                self._unsaved.append(replace(record, cleared=cleared))
            yield record.entry

    def _note_saved(self, entries: Sequence[Entry], results: Sequence[SavedRecord]) -> None:
        """Count what a saved batch emptied, and keep what is to be told of its values."""
        report, first = self._report, entries[0].position
        while self._unsaved and self._unsaved[0].position <= entries[-1].position:
            record = self._unsaved.popleft()
            if results[record.position - first]["operation"] == "UPDATE":
                report.cleared += record.cleared
            room = max(0, MAX_NOTES - len(report.told))
            report.told += record.notes[:room]
            report.unlisted += len(record.notes[room:])
        self._progress(entries[-1].position, self._total)

    # Looking for mistakes

    def _check(self, first: "_Reading", *, in_full: bool) -> Message:
        """Read the whole file for its mistakes; return whether that was done, and if not, why.

        Without ``in_full`` that is done for a file of few lines, and not to its end for any other. Raises
        ``InvalidParameterError`` for the mistakes that were found.
        """
        if not in_full and first.lines > max_entries():
            return NOT_WANTED
        deadline = self._caller.deadline
        mistakes = Mistakes()
        last = 0
        reading: _Reading | None = None
        limit = deadline.within(deadline.budget * CHECK_SHARE)
        try:
            with self._open(limit) as chunks:
                reading = _Reading(chunks, self._options)
                for record in reading.records:
                    mistakes.add(record.problems)
                    last = record.position
                    if not in_full and record.line > max_entries():
                        in_full = False
                        break
                else:
                    in_full = True
                    self._total = last
        except KintoneError as error:
            if reading is not None and error is not reading.source_failure:
                raise _refusal(mistakes, error) from None
            if not mistakes.count:
                return self._not_checked(error)
        finally:
            limit.close()
        if mistakes.count:
            raise _refusal(mistakes)
        return CHECKED if in_full else NOT_WANTED

    def _not_checked(self, error: KintoneError) -> Message:
        if isinstance(error, TimedOutError):
            return Message(
                "Checking the file as a whole before writing would have taken more than a third of the time of one "
                "call, so it was given up: mistakes end the import where they are met."
            )
        return Message(
            "The file could not be read twice, so it was not checked as a whole before writing and mistakes end the "
            "import where they are met ({problem}).",
            problem=error.problem,
        )


class _Reading:
    """One pass through a file."""

    def __init__(self, chunks: Iterator[bytes], options: FileOptions) -> None:
        """Begin; nothing is read yet."""
        self.file = RecordFile(self._watched(chunks), options)
        self.records = self._shared(iter(self.file))
        self.is_at_end = False
        self.source_failure: KintoneError | None = None
        self.received = 0
        self.lines = 0
        self._mistakes = Mistakes()
        self._failure: KintoneError | None = None

    def head(self) -> deque[FileRecord]:
        """Return the first records, one more than a batch has, and note their mistakes."""
        head: deque[FileRecord] = deque()
        try:
            for record in self.records:
                head.append(record)
                self.lines = record.line
                self._mistakes.add(record.problems)
                if (
                    len(head) > max_entries()
                    or record.line > head[0].line + MAX_LINES_AT_ONCE
                    or self.received > MAX_BYTES_AT_ONCE
                ):
                    return head
        except KintoneError as error:
            self._failure = error
        self.is_at_end = True
        return head

    def raise_mistakes(self) -> None:
        """Raise the mistakes of the first records, and the error that ended them."""
        if self._mistakes.count or self._failure is not None:
            raise _refusal(self._mistakes, self._failure)

    def mistakes_from(self, record: FileRecord) -> InvalidParameterError:
        """Return the error for the mistakes of a record and of those behind it that belong to the same batch."""
        mistakes = Mistakes()
        mistakes.add(record.problems)
        try:
            for other in islice(self.records, max_entries()):
                mistakes.add(other.problems)
        except KintoneError:
            # What ends the file later is told when the mistakes before it are corrected.
            pass
        return InvalidParameterError(
            "{parameter}: {problems}", parameter=PARAMETER, problems=Joined(mistakes.lines, " | ")
        )

    def _watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the bytes, and note the error that ends them: it is not one of the content."""
        try:
            for chunk in chunks:
                self.received += len(chunk)
                yield chunk
        except InvalidParameterError as error:
            is_unreadable = isinstance(error, UnreadableFileError)
            self.source_failure = error if is_unreadable else UnreadableFileError(error.problem)
            raise self.source_failure from None
        except KintoneError as error:
            self.source_failure = error
            raise

    def _shared(self, records: Iterator[FileRecord]) -> Iterator[FileRecord]:
        """Yield the records and let other calls of the process run in between."""
        for count, record in enumerate(records):
            if count % RECORDS_BETWEEN_YIELDS == 0:
                yield_thread()
            yield record


class _ReadAhead:
    """Takes the next entries from a file in a thread, a batch at a time, while those before are written."""

    def __init__(self, entries: Iterator[Entry], reading: _Reading, limit: Deadline) -> None:
        """Start nothing yet; the end of the block cancels ``limit``, within which the file is read."""
        self._entries = entries
        self._reading = reading
        self._limit = limit
        self._workers = limit.runtime.workers(1, "kintone-reading")
        self._running: Future[tuple[list[Entry], Exception | None]] | None = None

    def __enter__(self) -> Self:
        """Return the object."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the reading, and wait until it has ended."""
        self._limit.cancel()
        if self._running is not None:
            self._running.result()
        self._workers.shutdown(wait=False)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries; the error that ends them is raised behind those before it."""
        self._running = self._workers.submit(self._take)
        while True:
            taken, failure = self._running.result()
            if taken and failure is None:
                self._running = self._workers.submit(self._take)
            yield from taken
            if failure is not None:
                raise failure
            if not taken:
                return

    def _take(self) -> tuple[list[Entry], Exception | None]:
        taken: list[Entry] = []
        begin = self._reading.received
        try:
            for entry in self._entries:
                taken.append(entry)
                if len(taken) >= max_entries() or self._reading.received - begin > MAX_BYTES_AHEAD:
                    break
        except Exception as error:  # noqa: BLE001 - raised again in the thread that writes
            return taken, error
        return taken, None


def _refusal(mistakes: Mistakes, failure: KintoneError | None = None) -> KintoneError:
    """Return the error for mistakes that were found before anything was written, and for what ended the file."""
    if not mistakes.count and failure is not None:
        return _without_writing(failure)
    return InvalidParameterError(
        "{parameter}: nothing was written; mistakes: {count:,}; correct this and send it again: {problems}",
        parameter=PARAMETER,
        count=mistakes.count,
        problems=Joined([*mistakes.lines, failure.problem if failure else NOTHING], " | "),
    )


def _without_writing(error: KintoneError) -> KintoneError:
    """Return an error that ended the import before anything was written; it says so."""
    return error.copy_with(notes=[*error.notes, NOTHING_WRITTEN])


def _emptied(records: deque[FileRecord]) -> Iterator[FileRecord]:
    while records:
        yield records.popleft()


def _ignore(_count: int, _total: int | None) -> None:
    """Do nothing."""
