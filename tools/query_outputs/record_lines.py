"""The mode ``text_only``: records as text, their ids in a variable, and no JSON."""

from collections.abc import Iterable

from kintone.messages import Message
from kintone.reading.pages import Page
from tools.query_outputs.carrying_capacity import REMEDY, CarryingCapacity
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.record_text import RecordText
from tools.results import Result, Sent, size_of

REST = Message(
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
        self._capacity = CarryingCapacity(Message("the variable record_ids"))

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Keep what the text has room for; nothing is sent yet."""
        self._capacity.add(size_of(page.ids), len(page.ids), expected)
        self._ids.extend(page.ids)
        self._text.add(page)
        return ()

    def rest(self) -> Iterable[Sent]:
        """Give out nothing: all of it is in the result."""
        return ()

    def result(self, outcome: Outcome) -> Result:
        """Return text and variables."""
        variables = {"record_count": outcome.records, "record_ids": self._ids}
        return Result(self._text.lines(outcome, REST), variables=variables, remedy=REMEDY)
