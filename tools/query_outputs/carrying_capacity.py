"""Telling early that a result will not fit into one message."""

from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from tools.results import LARGEST_MESSAGE

FAR_TOO_LARGE = 3
"""How many times too large a forecast must be to be believed: later records may be smaller than the first ones."""

REMEDY = Message(
    "set output_mode to csv_file or jsonl_file, which carry any number of records, or to json_stream, which carries "
    "about 12 MB, or read less: name only the needed field codes in fields, set max_records, or add a condition or "
    "limit to query"
)


class CarryingCapacity:
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
        if self.size > LARGEST_MESSAGE or whole > FAR_TOO_LARGE * LARGEST_MESSAGE:
            raise ResultTooLargeError(self._sentence(max(self.size, whole), expected), remedy=REMEDY)

    def _sentence(self, whole: int, expected: int | None) -> Message:
        return Message(
            "{what} would be too large for Dify: about {size:,} bytes, known after {records}; "
            "one message holds {largest:,} bytes",
            what=self._what,
            size=whole,
            records=records_read(self._count, expected),
            largest=LARGEST_MESSAGE,
        )


def records_read(count: int, expected: int | None) -> Message:
    """Say how many records were read, and of how many where that is known."""
    if expected:
        return Message("{count:,} of {expected:,} records", count=count, expected=expected)
    return Message("{count:,} records", count=count)
