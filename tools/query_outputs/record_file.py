"""The modes ``csv_file`` and ``jsonl_file``: a file that grows page by page; the records themselves are not kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.blob_chunks import blob_chunks
from tools.query_outputs.carrying_capacity import records_read
from tools.query_outputs.outcome import Outcome
from tools.results import Result, Sent

REMEDY = Message("name only the needed field codes in fields, add a condition to query, or set max_records")


class Export(Protocol):
    """A file format."""

    extension: str
    mime_type: str

    def part(self, records: Sequence[Record]) -> bytes:
        """Return what these records add to the file; without any, what a file without records holds."""


class RecordFile:
    """Collects the parts of one file and sends it in the end."""

    def __init__(
        self, export: Export, app: int, most_bytes: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Start a file that is named after the app and this moment, in UTC."""
        self.name = f"app{app}_{now():%Y%m%d-%H%M%S}.{export.extension}"
        self._export = export
        self._most_bytes = most_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._records = 0

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Add a page; raises ``ResultTooLargeError`` for more bytes than Dify takes in a file."""
        self._records += len(page.records)
        self._add(self._export.part(page.records))
        if self._size > self._most_bytes:
            raise ResultTooLargeError(
                Message(
                    "the file is too large for Dify: {records} take more than {most:,} bytes",
                    records=records_read(self._records, expected),
                    most=self._most_bytes,
                ),
                remedy=REMEDY,
            )
        return ()

    def rest(self) -> Iterable[Sent]:
        """Send the file."""
        if not self._parts:
            self._add(self._export.part([]))
        yield from blob_chunks(self._handed_over(), self._size, self.name, self._export.mime_type)

    def result(self, outcome: Outcome) -> Result:
        """Return the account."""
        line = Message(
            "{headline}. The file is {name} ({size:,} bytes).",
            headline=outcome.headline(),
            name=self.name,
            size=self._size,
        )
        summary = {"summary": outcome.summary()}
        return Result([*outcome.warning_lines(), line], summary, {"record_count": outcome.records})

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)

    def _handed_over(self) -> Iterator[bytes]:
        """Yield the parts and let each go."""
        self._parts.reverse()
        while self._parts:
            yield self._parts.pop()
