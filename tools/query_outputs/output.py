"""What every output mode does with the pages of a reading."""

from collections.abc import Iterable
from typing import Protocol

from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.reading.pages import Page
from tools.query_outputs.outcome import Outcome

type Messages = Iterable[ToolInvokeMessage]


class Output(Protocol):
    """Takes the pages as they arrive and gives out messages, at once or in the end."""

    def take(self, page: Page, expected: int | None) -> Messages:
        """Take a page; ``expected`` is the number of all records to come, where it is known.

        Raises ``ResultTooLargeError`` as soon as it is known that the result cannot be carried.
        """

    def finish(self, outcome: Outcome) -> Messages:
        """Give out what is left, the summary included."""
