"""The output modes of ``kintone_query``: what each makes of the pages it reads."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.query_summary import QuerySummary
from tools.record_formats import RecordJson
from tools.record_texts import RecordText
from tools.results import (
    MAX_MESSAGE_BYTES,
    PreparedMessage,
    Result,
    Sent,
    WrittenList,
    blob_chunks,
    json_message,
    refuse_oversize,
    size_of,
)

HOPELESS_BYTES = 3
"""How many times too large a forecast must be to be believed: later records may be smaller than the first ones."""

OTHER_MODE = Message(
    "set output_mode to csv_file or jsonl_file, which carry any number of records, or to json_stream, which carries "
    "about 12 MB, or read less: name only the needed field codes in fields, set max_records, or add a condition or "
    "limit to query"
)


class SizeBudget:
    """Counts the bytes of what grows with the records, as one message will hold them."""

    def __init__(self, what: Message) -> None:
        """Count for a message; ``what`` names its content in the error."""
        self.size = 0
        self._what = what
        self._count = 0

    def add(self, size: int, count: int, expected: int | None) -> None:
        """Count a page of so many bytes and records, ``expected`` records being known to come in all.

        Raises ``ResultTooLargeError`` for what is too large, and for what is bound to become far too large.
        """
        self.size += size
        self._count += count
        whole = self.size if expected is None else self.size * expected // max(1, self._count)
        if self.size > MAX_MESSAGE_BYTES or whole > HOPELESS_BYTES * MAX_MESSAGE_BYTES:
            raise ResultTooLargeError(self._sentence(max(self.size, whole), expected), remedy=OTHER_MODE)

    def _sentence(self, whole: int, expected: int | None) -> Message:
        return Message(
            "{what} would be too large for Dify: about {size:,} bytes, known after {records}; "
            "one message holds {largest:,} bytes",
            what=self._what,
            size=whole,
            records=records_read(self._count, expected),
            largest=MAX_MESSAGE_BYTES,
        )


def records_read(count: int, expected: int | None) -> Message:
    """Say how many records were read, and of how many where that is known."""
    if expected:
        return Message("{count:,} of {expected:,} records", count=count, expected=expected)
    return Message("{count:,} records", count=count)


logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 2.0


class ProgressLog:
    """Called after each page; says something only now and then, so that short readings say nothing."""

    def __init__(self, app: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock."""
        self._app = app
        self._clock = clock
        self._last = clock()

    def __call__(self, count: int, total: int | None) -> None:
        """Take note of so many records read, of so many where that is known."""
        now = self._clock()
        if now - self._last < SECONDS_BETWEEN:
            return
        self._last = now
        logger.info("app %d: %d of %s records read", self._app, count, "?" if total is None else total)


class Output(Protocol):
    """Takes the pages as they arrive and gives out messages, at once or in the end."""

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Take a page; ``expected`` is the number of all records to come, where it is known.

        Raises ``ResultTooLargeError`` as soon as it is known that the result cannot be carried.
        """

    def rest(self) -> Iterable[Sent]:
        """Give out what was kept until the last page was through, such as a file."""

    def result(self, summary: QuerySummary) -> Result:
        """Return the account and what is left."""


REST_IN_VARIABLES = Message(
    "A workflow has all of them in the JSON output and in the variable records; to read on here, {onward}, name "
    "fewer fields, or add a condition.",
    onward="",
)
ALL_RECORDS = Message("the JSON with all records")


class RecordObjects:
    """Keeps the records as JSON, in kintone's shape or in another."""

    def __init__(self, text: RecordText, json: RecordJson, shape: Callable[[Record], Record] | None = None) -> None:
        """Start without records."""
        self._text = text
        self._json = json
        self._shape = shape
        self._written: list[str] = []
        self._ids: list[str] = []
        self._capacity = SizeBudget(ALL_RECORDS)

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Keep a page; nothing is sent yet."""
        records = [self._shape(record) for record in page.records] if self._shape else page.records
        written = self._json.write(records)
        self._capacity.add(len(written), len(records), expected)
        self._written.append(written[1:-1].decode())
        self._ids.extend(page.ids)
        self._text.add(page)
        return ()

    def rest(self) -> Iterable[Sent]:
        """Give out nothing: all of it is in the result."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return text, JSON and variables."""
        records = WrittenList(f"[{','.join(self._written)}]")
        summary = summary.but_warned(*self._json.warnings)
        return Result(
            self._text.lines(summary, REST_IN_VARIABLES),
            {"summary": summary.summary(), "records": records},
            {"record_count": summary.records, "record_ids": self._ids, "records": records},
            OTHER_MODE,
        )


REST_NOT_SENT = Message(
    "For the others {onward}, name fewer fields, add a condition, "
    "or have output_mode changed to csv_file or jsonl_file.",
    onward="",
)


class RecordLines:
    """Keeps the text as far as it may be shown, and the ids of all records."""

    def __init__(self, text: RecordText) -> None:
        """Start without records."""
        self._text = text
        self._ids: list[str] = []
        self._capacity = SizeBudget(Message("the variable record_ids"))

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Keep what the text has room for; nothing is sent yet."""
        self._capacity.add(size_of(page.ids), len(page.ids), expected)
        self._ids.extend(page.ids)
        self._text.add(page)
        return ()

    def rest(self) -> Iterable[Sent]:
        """Give out nothing: all of it is in the result."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return text and variables."""
        variables = {"record_count": summary.records, "record_ids": self._ids}
        return Result(self._text.lines(summary, REST_NOT_SENT), variables=variables, remedy=OTHER_MODE)


REST_IN_MESSAGES = Message(
    "A workflow has all of them in the JSON output, one message for each of {pages:,} pages; to read on here, "
    "{onward}, name fewer fields, or add a condition.",
    pages=0,
    onward="",
)
FEWER_FIELDS = Message("name only the needed field codes in fields")
MUCH_JSON = 12_000_000
"""Bytes of JSON in one call from which on the summary warns: Dify's variable store refuses 15 MB for one node, and a
run in its editor then never ends (seen with Dify 1.14.2)."""
NEARLY_TOO_MUCH = Message(
    "these are {size:,} bytes of JSON, and Dify keeps at most 15 MB for one node; for so many records set output_mode "
    "to csv_file or jsonl_file, which carry any number, or name only the needed field codes in fields",
    size=0,
)


class PageStream:
    """Sends each page, in parts with the same ``page`` where one message cannot hold it."""

    def __init__(self, text: RecordText, json: RecordJson) -> None:
        """Start without records."""
        self._text = text
        self._json = json
        self._size = 0

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Send a page."""
        del expected
        self._text.add(page)
        room = MAX_MESSAGE_BYTES - size_of({"page": page.number, "records": []})
        for written in self._parts(page.records, page.ids, room):
            self._size += len(written)
            yield PreparedMessage(partial(_message, page.number), WrittenList(written.decode()))

    def rest(self) -> Iterable[Sent]:
        """Give out nothing: all pages are sent."""
        return ()

    def result(self, summary: QuerySummary) -> Result:
        """Return the account."""
        summary = summary.but_warned(*self._json.warnings)
        if self._size > MUCH_JSON:
            summary = summary.but_warned(NEARLY_TOO_MUCH.copy_with(size=self._size))
        lines = self._text.lines(summary, REST_IN_MESSAGES.copy_with(pages=summary.pages))
        return Result(lines, {"summary": summary.summary()}, {"record_count": summary.records})

    def _parts(self, records: list[Record], ids: list[str], room: int) -> Iterator[bytes]:
        """Halve the records until each part fits; yield the parts in order as JSON."""
        written = self._json.write(records)
        if len(written) <= room:
            yield written
        elif len(records) == 1:
            refuse_oversize(len(written), Message("record {id} alone", id=ids[0]), FEWER_FIELDS)
        else:
            middle = len(records) // 2
            for half in (slice(None, middle), slice(middle, None)):
                yield from self._parts(records[half], ids[half], room)


def _message(page: int, records: Any) -> ToolInvokeMessage:  # noqa: ANN401 - the records, or a mark in their place
    return json_message({"page": page, "records": records})


SMALLER_FILE = Message("name only the needed field codes in fields, add a condition to query, or set max_records")


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
                remedy=SMALLER_FILE,
            )
        return ()

    def rest(self) -> Iterable[Sent]:
        """Send the file."""
        if not self._parts:
            self._add(self._export.part([]))
        yield from blob_chunks(self._handed_over(), self._size, self.name, self._export.mime_type)

    def result(self, summary: QuerySummary) -> Result:
        """Return the account."""
        line = Message(
            "{headline}. The file is {name} ({size:,} bytes).",
            headline=summary.headline(),
            name=self.name,
            size=self._size,
        )
        account = {"summary": summary.summary()}
        return Result([*summary.warning_lines(), line], account, {"record_count": summary.records})

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)

    def _handed_over(self) -> Iterator[bytes]:
        """Yield the parts and let each go."""
        self._parts.reverse()
        while self._parts:
            yield self._parts.pop()
