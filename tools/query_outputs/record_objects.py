"""The modes ``both`` and ``flattened_json``: text, JSON and variables, sent when all of it is known to fit."""

from collections.abc import Callable, Iterable

from kintone.messages import Message
from kintone.reading.pages import Page, Record
from tools.query_outputs.carrying_capacity import REMEDY, CarryingCapacity
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.record_json import RecordJson
from tools.query_outputs.record_text import RecordText
from tools.results import Result, Sent, WrittenList

REST = Message(
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
        self._capacity = CarryingCapacity(ALL_RECORDS)

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

    def result(self, outcome: Outcome) -> Result:
        """Return text, JSON and variables."""
        records = WrittenList(f"[{','.join(self._written)}]")
        outcome = outcome.but_warned(*self._json.warnings)
        return Result(
            self._text.lines(outcome, REST),
            {"summary": outcome.summary(), "records": records},
            {"record_count": outcome.records, "record_ids": self._ids, "records": records},
            REMEDY,
        )
