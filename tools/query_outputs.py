"""The output modes of ``kintone_query``, and how far a result may grow before it is refused."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.errors import ResultTooLargeError
from kintone.messages import Message, counted
from kintone.reading.pages import Page, Record
from tools.query_summary import QuerySummary
from tools.record_formats import PlainRecords, RecordJson
from tools.record_texts import RecordText
from tools.results import (
    MAX_MESSAGE_BYTES,
    OutgoingMessage,
    PreparedMessage,
    Result,
    WrittenList,
    blob_chunks,
    json_message,
    refuse_oversize,
    size_of,
)

# Size and progress

FORECAST_FACTOR = 3
"""The reading stops early only if the forecast exceeds the limit this many times: later records may be smaller."""

OTHER_MODE = Message(
    "for counts and sums use kintone_aggregate, if you have it; to look at some records set max_records "
    "to 20, or put a condition or "
    "limit in query, and name only the needed field codes in fields; in a workflow output_mode can be csv_file or "
    "jsonl_file, which carry any number of records, or json_stream, which carries about 12 MB"
)


class SizeBudget:
    """Counts the bytes of a message that grows with the number of records."""

    def __init__(self, content: Message) -> None:
        """Start at zero; ``content`` names the content of the message in the error."""
        self.size = 0
        self._content = content
        self._count = 0

    def add(self, size: int, count: int, expected: int | None) -> None:
        """Add a page of ``size`` bytes and ``count`` records; ``expected`` is the total number of records, if known.

        Raises ``ResultTooLargeError`` if the message is too large, or if the forecast for all records is far too large.
        """
        self.size += size
        self._count += count
        whole = self.size if expected is None else self.size * expected // max(1, self._count)
        if self.size > MAX_MESSAGE_BYTES or whole > FORECAST_FACTOR * MAX_MESSAGE_BYTES:
            raise ResultTooLargeError(self._sentence(max(self.size, whole), expected), remedy=OTHER_MODE)

    def _sentence(self, whole: int, expected: int | None) -> Message:
        return Message(
            "{content} would be too large for Dify: about {size:,} bytes, known after {records}; "
            "one message holds {largest:,} bytes",
            content=self._content,
            size=whole,
            records=records_read(self._count, expected),
            largest=MAX_MESSAGE_BYTES,
        )


def records_read(count: int, expected: int | None) -> Message:
    """Return the number of records read, and the total if that is known."""
    if expected:
        return Message("{count:,} of {expected:,} records", count=count, expected=expected)
    return Message("{count:,} records", count=count)


logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 2.0


class ProgressLog:
    """Logs the progress of a reading or writing, at most every ``SECONDS_BETWEEN`` seconds; short ones log nothing."""

    def __init__(self, app: int, work: str = "read", clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock; ``work`` is what is done with the records."""
        self._app = app
        self._work = work
        self._clock = clock
        self._last = clock()

    def __call__(self, count: int, total: int | None) -> None:
        """Take the number of records read so far, and the total if that is known."""
        now = self._clock()
        if now - self._last < SECONDS_BETWEEN:
            return
        self._last = now
        logger.info("app %d: %d of %s records %s", self._app, count, "?" if total is None else total, self._work)


# The output modes


class Output(Protocol):
    """Takes the pages as they arrive and returns messages, at once or at the end."""

    def take(self, page: Page, expected: int | None) -> Iterable[OutgoingMessage]:
        """Take a page and return messages to send now; ``expected`` is the total number of records, if known.

        Raises ``ResultTooLargeError`` as soon as it is known that the result is too large for Dify.
        """

    def finish(self) -> Iterable[OutgoingMessage]:
        """Return messages that are complete only after the last page, such as a file."""

    def result(self, summary: QuerySummary) -> Result:
        """Return the summary and what has not been sent yet."""


REST_IN_VARIABLES = Message("A workflow has all of them in the JSON output and in the variable records.")
ALL_RECORDS = Message("the JSON with all records")


class RecordObjects:
    """The modes both and flattened_json: keeps the records as JSON, in kintone's shape or as plain objects."""

    def __init__(self, text: RecordText, json: RecordJson, plain: PlainRecords | None = None) -> None:
        """Start without records."""
        self._text = text
        self._json = json
        self._plain = plain
        self._written: list[bytes] = []
        self._ids: list[str] = []
        self._budget = SizeBudget(ALL_RECORDS)

    def take(self, page: Page, expected: int | None) -> Iterable[OutgoingMessage]:
        """Keep a page; nothing is sent yet."""
        records = [self._plain.flatten(record) for record in page.records] if self._plain else page.records
        written = self._json.write(records)
        self._budget.add(len(written), len(records), expected)
        self._written.append(written[1:-1])
        self._ids.extend(page.ids)
        self._text.add(page)
        return ()

    def finish(self) -> Iterable[OutgoingMessage]:
        """Return nothing: everything is in the result."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return text, JSON and variables."""
        records = WrittenList(b"[%b]" % b",".join(self._written))
        summary = summary.with_warnings(*(self._plain.warnings if self._plain else ()), *self._json.warnings)
        return Result(
            self._text.lines(summary, REST_IN_VARIABLES),
            {"summary": summary.summary(), "records": records},
            summary.variables(record_ids=self._ids, records=records),
            OTHER_MODE,
        )


REST_IN_FILES = Message("A file holds all of them, where output_mode is csv_file or jsonl_file.")


class RecordLines:
    """The mode text_only: keeps the text up to its limit, and the IDs of all records."""

    def __init__(self, text: RecordText, json: RecordJson) -> None:
        """Start without records; ``json`` finds what the text shows in another way than it is saved."""
        self._text = text
        self._json = json
        self._ids: list[str] = []
        self._budget = SizeBudget(Message("the variable record_ids"))

    def take(self, page: Page, expected: int | None) -> Iterable[OutgoingMessage]:
        """Keep the page, as far as the text has room for it; nothing is sent yet."""
        self._budget.add(size_of(page.ids), len(page.ids), expected)
        self._ids.extend(page.ids)
        if added := self._text.add(page):
            self._json.write(page.records[:added])
        return ()

    def finish(self) -> Iterable[OutgoingMessage]:
        """Return nothing: everything is in the result."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return text and variables."""
        variables = summary.variables(record_ids=self._ids)
        summary = summary.with_warnings(*self._json.text_warnings)
        return Result(self._text.lines(summary, REST_IN_FILES), variables=variables, remedy=OTHER_MODE)


REST_IN_MESSAGE = Message("A workflow has all of them in the JSON output, as its only page.")
REST_IN_MESSAGES = Message(
    "A workflow has all of them in the JSON output, one message for each of {pages:,} pages.", pages=0
)
FEWER_FIELDS = Message("name only the needed field codes in fields")
WARNING_BYTES = 12_000_000
"""The summary warns above this many bytes of JSON in one call: Dify's variable store refuses 15 MB for one node, and a
run in its editor then never ends (seen with Dify 1.14.2)."""
LARGE_JSON = Message(
    "these are {size:,} bytes of JSON, and Dify keeps at most 15 MB for one node; for so many records set output_mode "
    "to csv_file or jsonl_file, which carry any number, or name only the needed field codes in fields",
    size=0,
)


class PageStream:
    """The mode json_stream: sends each page; a large one in several messages with the same ``page`` number."""

    def __init__(self, text: RecordText, json: RecordJson) -> None:
        """Start without records."""
        self._text = text
        self._json = json
        self._size = 0

    def take(self, page: Page, expected: int | None) -> Iterable[OutgoingMessage]:
        """Send a page."""
        del expected
        self._text.add(page)
        room = MAX_MESSAGE_BYTES - size_of({"page": page.number, "records": []})
        for written in self._parts(page.records, page.ids, room):
            self._size += len(written)
            yield PreparedMessage(partial(_message, page.number), WrittenList(written))

    def finish(self) -> Iterable[OutgoingMessage]:
        """Return nothing: all pages are sent."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return the summary."""
        summary = summary.with_warnings(*self._json.warnings)
        if self._size > WARNING_BYTES:
            summary = summary.with_warnings(LARGE_JSON.copy_with(size=self._size))
        rest = counted(summary.pages, REST_IN_MESSAGE, REST_IN_MESSAGES.copy_with(pages=summary.pages))
        lines = self._text.lines(summary, rest)
        return Result(lines, {"summary": summary.summary()}, summary.variables())

    def _parts(self, records: Sequence[Record], ids: list[str], room: int) -> Iterator[bytes]:
        """Halve the records until each part fits into ``room`` bytes; yield the parts in order as JSON."""
        written = self._json.write(records)
        if len(written) <= room:
            yield written
        elif len(records) == 1:
            refuse_oversize(len(written), Message("record {id} alone", id=ids[0]), FEWER_FIELDS)
        else:
            middle = len(records) // 2
            for half in (slice(None, middle), slice(middle, None)):
                yield from self._parts(records[half], ids[half], room)


def _message(page: int, records: Any) -> ToolInvokeMessage:  # noqa: ANN401 - the records, or a placeholder for them
    return json_message({"page": page, "records": records})


SMALLER_FILE = Message("name only the needed field codes in fields, add a condition to query, or set max_records")


class Export(Protocol):
    """A file format."""

    extension: str
    mime_type: str

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the file leaves out."""

    def part(self, records: Sequence[Record], ids: Sequence[str]) -> bytes:
        """Return the bytes that these records add to the file; for no records, the content of an empty export.

        ``ids`` are the records' own, for an error that names one of them. Raises ``InvalidParameterError`` for a record
        that the file cannot hold as it is.
        """


class RecordFile:
    """The modes csv_file and jsonl_file: collects the parts of one file and sends it at the end.

    A file is the user's data, byte for byte: neither U+0085 nor a token that a record holds is replaced in it. Dify
    carries its bytes unread, and what is imported again must be what was saved.
    """

    def __init__(
        self, export: Export, app: int, max_bytes: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Name the file after the app and the current time in UTC; ``max_bytes`` is the largest size of the file."""
        self.name = f"app{app}_{now():%Y%m%d-%H%M%S}.{export.extension}"
        self._export = export
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._records = 0

    def take(self, page: Page, expected: int | None) -> Iterable[OutgoingMessage]:
        """Add a page; raises ``ResultTooLargeError`` if the file has more than ``max_bytes`` bytes."""
        self._records += len(page.records)
        self._add(self._export.part(page.records, page.ids))
        if self._size > self._max_bytes:
            raise ResultTooLargeError(
                Message(
                    "the file is too large for Dify: {records} take more than {most:,} bytes",
                    records=records_read(self._records, expected),
                    most=self._max_bytes,
                ),
                remedy=SMALLER_FILE,
            )
        return ()

    def finish(self) -> Iterable[OutgoingMessage]:
        """Send the file."""
        if not self._parts:
            self._add(self._export.part([], []))
        yield from blob_chunks(self._released_parts(), self._size, self.name, self._export.mime_type)

    def result(self, summary: QuerySummary) -> Result:
        """Return the summary."""
        summary = summary.with_warnings(*self._export.warnings)
        line = Message("The file is {name} ({size:,} bytes).", name=self.name, size=self._size)
        return Result([*summary.opening(), line], {"summary": summary.summary()}, summary.variables())

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)

    def _released_parts(self) -> Iterator[bytes]:
        """Yield the parts and release each, so that the file is not in memory twice."""
        self._parts.reverse()
        while self._parts:
            yield self._parts.pop()
