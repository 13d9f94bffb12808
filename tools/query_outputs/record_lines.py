"""The mode ``text_only``: records as text, their ids in a variable."""

from kintone.messages import Message
from kintone.reading.pages import Page
from tools.messages import json_message, size_of, text_message, variable_message
from tools.query_outputs.carrying_capacity import REMEDY, CarryingCapacity
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.output import Messages
from tools.query_outputs.record_text import RecordText

REST = (
    "For the others put offset {offset} at the end of query, name fewer fields, add a condition, "
    "or have output_mode changed to both, json_stream, csv_file or jsonl_file."
)


class RecordLines:
    """Keeps the text as far as it may be shown, and the ids of all records."""

    def __init__(self, text: RecordText) -> None:
        """Start without records."""
        self._text = text
        self._ids: list[str] = []
        self._capacity = CarryingCapacity(Message("the variable record_ids"))

    def take(self, page: Page, expected: int | None) -> Messages:
        """Keep what the text has room for; nothing is sent yet."""
        self._capacity.add(size_of(page.ids), len(page.ids), expected)
        self._ids.extend(page.ids)
        self._text.add(page.records)
        return ()

    def finish(self, outcome: Outcome) -> Messages:
        """Build all messages, so that one too large stops all of them, then send them."""
        return [
            text_message(self._text.text(outcome, REST)),
            json_message({"summary": outcome.summary()}),
            variable_message("record_count", outcome.records),
            variable_message("record_ids", self._ids, size=self._capacity.size, remedy=REMEDY),
        ]
