"""The mode ``json_stream``: a JSON message per page as it arrives; nothing is kept."""

from collections.abc import Iterator
from functools import partial

from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import to_json

from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.messages import LARGEST_MESSAGE, json_message, refuse_oversize, size_of, text_message, variable_message
from tools.prepared_message import PreparedMessage
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.output import Messages

REMEDY = Message("name only the needed field codes in fields")


class PageStream:
    """Sends each page, in parts with the same ``page`` where one message cannot hold it."""

    def take(self, page: Page, expected: int | None) -> Messages:
        """Send a page."""
        del expected
        around = size_of({"page": page.number, "records": []})
        build = partial(_message, page.number)
        room = LARGEST_MESSAGE - around
        if page.text is not None and len(page.text.encode()) + len("[]") <= room:
            yield PreparedMessage.of(build, page.records, f"[{page.text}]")
            return
        for records, written in _parts(page.records, page.ids, room):
            yield PreparedMessage.of(build, records, written.decode())

    def finish(self, outcome: Outcome) -> Messages:
        """Send the account."""
        pages = "1 page" if outcome.pages == 1 else f"{outcome.pages:,} pages"
        where = f" The records are in the JSON output, {pages}." if outcome.records else ""
        yield json_message({"summary": outcome.summary()})
        yield text_message(f"{outcome.headline()}.{where}")
        yield variable_message("record_count", outcome.records)


def _message(page: int, records: list[Record]) -> ToolInvokeMessage:
    return json_message({"page": page, "records": records}, size=0)


def _parts(records: list[Record], ids: list[str], room: int) -> Iterator[tuple[list[Record], bytes]]:
    """Halve the records until each part fits; yield the parts in order, each with its JSON."""
    written = to_json(records)
    if len(written) <= room:
        yield records, written
    elif len(records) == 1:
        refuse_oversize(len(written), Message("record {id} alone", id=ids[0]), REMEDY)
    else:
        middle = len(records) // 2
        for half in (slice(None, middle), slice(middle, None)):
            yield from _parts(records[half], ids[half], room)
