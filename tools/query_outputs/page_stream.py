"""The mode ``json_stream``: a JSON message per page as it arrives; only the first lines of the text are kept."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.record_json import RecordJson
from tools.query_outputs.record_text import RecordText
from tools.results import (
    LARGEST_MESSAGE,
    PreparedMessage,
    Result,
    Sent,
    WrittenList,
    json_message,
    refuse_oversize,
    size_of,
)

REST = Message(
    "A workflow has all of them in the JSON output, one message for each of {pages:,} pages; to read on here, "
    "{onward}, name fewer fields, or add a condition.",
    pages=0,
    onward="",
)
REMEDY = Message("name only the needed field codes in fields")
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
        room = LARGEST_MESSAGE - size_of({"page": page.number, "records": []})
        for written in self._parts(page.records, page.ids, room):
            self._size += len(written)
            yield PreparedMessage(partial(_message, page.number), WrittenList(written.decode()))

    def rest(self) -> Iterable[Sent]:
        """Give out nothing: all pages are sent."""
        return ()

    def result(self, outcome: Outcome) -> Result:
        """Return the account."""
        outcome = outcome.but_warned(*self._json.warnings)
        if self._size > MUCH_JSON:
            outcome = outcome.but_warned(NEARLY_TOO_MUCH.but(size=self._size))
        lines = self._text.lines(outcome, REST.but(pages=outcome.pages))
        return Result(lines, {"summary": outcome.summary()}, {"record_count": outcome.records})

    def _parts(self, records: list[Record], ids: list[str], room: int) -> Iterator[bytes]:
        """Halve the records until each part fits; yield the parts in order as JSON."""
        written = self._json.write(records)
        if len(written) <= room:
            yield written
        elif len(records) == 1:
            refuse_oversize(len(written), Message("record {id} alone", id=ids[0]), REMEDY)
        else:
            middle = len(records) // 2
            for half in (slice(None, middle), slice(middle, None)):
                yield from self._parts(records[half], ids[half], room)


def _message(page: int, records: Any) -> ToolInvokeMessage:  # noqa: ANN401 - the records, or a mark in their place
    return json_message({"page": page, "records": records})
