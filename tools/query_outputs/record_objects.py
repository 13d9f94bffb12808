"""The modes ``both`` and ``flattened_json``: text, JSON and variables, sent when all of it is known to fit."""

from collections.abc import Callable

from kintone.pages import Page, Record
from tools.carried_json import CarriedRecords
from tools.messages import json_message, size_of, text_message, variable_message
from tools.query_outputs.carrying_capacity import REMEDY, CarryingCapacity
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.output import Messages
from tools.query_outputs.record_text import RecordText

REST = "All of them are whole in the JSON output and in the variable records."


class RecordObjects:
    """Keeps the records, in kintone's shape or in another."""

    def __init__(self, text: RecordText, shape: Callable[[Record], Record] | None = None) -> None:
        """Start without records."""
        self._text = text
        self._shape = shape
        self._records = CarriedRecords()
        self._ids: list[str] = []
        self._capacity = CarryingCapacity("the JSON with all records")

    def take(self, page: Page, expected: int | None) -> Messages:
        """Keep a page; nothing is sent yet."""
        records = [self._shape(record) for record in page.records] if self._shape else page.records
        self._capacity.add(size_of(records), len(records), expected)
        self._records.extend(records)
        self._ids.extend(page.ids)
        self._text.add(page.records)
        return ()

    def finish(self, outcome: Outcome) -> Messages:
        """Build all messages, so that one too large stops all of them, then send them."""
        summary = outcome.summary()
        content = {"summary": summary, "records": self._records}
        size = size_of({"summary": summary, "records": []}) + self._capacity.size
        return [
            text_message(self._text.text(outcome, REST)),
            json_message(content, size=size, remedy=REMEDY),
            variable_message("record_count", outcome.records),
            variable_message("record_ids", self._ids, remedy=REMEDY),
            variable_message("records", self._records, size=self._capacity.size, remedy=REMEDY),
        ]
