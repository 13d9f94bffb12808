"""What every output mode does with the pages of a reading."""

from collections.abc import Iterable
from typing import Protocol

from kintone.reading.pages import Page
from tools.query_outputs.outcome import Outcome
from tools.results import Result, Sent


class Output(Protocol):
    """Takes the pages as they arrive and gives out messages, at once or in the end."""

    def take(self, page: Page, expected: int | None) -> Iterable[Sent]:
        """Take a page; ``expected`` is the number of all records to come, where it is known.

        Raises ``ResultTooLargeError`` as soon as it is known that the result cannot be carried.
        """

    def rest(self) -> Iterable[Sent]:
        """Give out what was kept until the last page was through, such as a file."""

    def result(self, outcome: Outcome) -> Result:
        """Return the account and what is left."""
