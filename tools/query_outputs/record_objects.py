"""The modes ``both`` and ``flattened_json``: text, JSON and variables, sent when all of it is known to fit."""

from collections.abc import Callable

from pydantic_core import to_json

from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.messages import json_message, refuse_oversize, size_of, text_message, variable_message
from tools.prepared_message import PreparedMessage
from tools.query_outputs.carrying_capacity import REMEDY, CarryingCapacity
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.output import Messages
from tools.query_outputs.record_text import RecordText

REST = "All of them are whole in the JSON output and in the variable records."
ALL_RECORDS = Message("the JSON with all records")


class RecordObjects:
    """Keeps the records, in kintone's shape or in another."""

    def __init__(self, text: RecordText, shape: Callable[[Record], Record] | None = None) -> None:
        """Start without records."""
        self._text = text
        self._shape = shape
        self._records: list[Record] = []
        self._written: list[str] = []
        self._ids: list[str] = []
        self._capacity = CarryingCapacity(ALL_RECORDS)

    def take(self, page: Page, expected: int | None) -> Messages:
        """Keep a page; nothing is sent yet."""
        records = [self._shape(record) for record in page.records] if self._shape else page.records
        written = to_json(records)
        self._capacity.add(len(written), len(records), expected)
        self._written.append(written[1:-1].decode())
        self._records.extend(records)
        self._ids.extend(page.ids)
        self._text.add(page.records)
        return ()

    def finish(self, outcome: Outcome) -> Messages:
        """Build all messages, so that one too large stops all of them, then send them."""
        summary = outcome.summary()
        refuse_oversize(size_of(summary) + self._capacity.size, ALL_RECORDS, REMEDY)
        written = f"[{','.join(self._written)}]"
        return [
            text_message(self._text.text(outcome, REST)),
            PreparedMessage.of(
                lambda records: json_message({"summary": summary, "records": records}, size=0), self._records, written
            ),
            variable_message("record_count", outcome.records),
            variable_message("record_ids", self._ids, remedy=REMEDY),
            PreparedMessage.of(lambda records: variable_message("records", records, size=0), self._records, written),
        ]
