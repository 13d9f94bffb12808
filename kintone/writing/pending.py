"""The entries of an upsert that are not saved yet: all of a list, or of a file those that the next batch needs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from kintone import limits
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.messages import Message
from kintone.writing.batches import Item, max_entries
from kintone.writing.entries import Entry

READING = Message("reading the next entries")
SLICE = 200
"""Entries that are taken at once; no more are held than one batch has, in number and in bytes."""


class PendingItems:
    """Takes entries from their source as they are needed, and makes items of them.

    Of a file, one entry more than a batch holds is taken, so that it is known where the next batch begins.
    """

    def __init__(
        self, source: Iterator[Entry], prepare: Callable[[Sequence[Entry]], Sequence[Item]], *, all_at_once: bool
    ) -> None:
        """Take nothing yet; ``prepare`` may raise."""
        self.items: list[Item] = []
        self._source = source
        self._prepare = prepare
        self._at_once = None if all_at_once else max_entries() + 1
        self._failure: KintoneError | None = None

    def fill(self, deadline: Deadline | None = None) -> None:
        """Take the entries of the next batch.

        An error of the source is raised where a batch would lack entries; before, those that fill one are written.
        Raises ``BudgetExceededError`` where a file was awaited until the end of ``deadline``.
        """
        has_time = deadline is not None and deadline.remaining() > 0
        if self._failure is None and (self._at_once is None or len(self.items) < self._at_once):
            self._take()
        if self._failure is not None and len(self.items) < max_entries():
            raise self._failure
        if has_time and deadline is not None and self.items and self._at_once is not None:
            deadline.check(READING)

    def _take(self) -> None:
        if self._at_once is None:
            self.items += self._prepare(list(self._source))
            return
        size = sum(item.size for item in self.items)
        while self._failure is None and size <= limits.MAX_BULK_BYTES and len(self.items) < self._at_once:
            taken = self._next(min(SLICE, self._at_once - len(self.items)))
            if not taken:
                return
            items = self._prepare(taken)
            size += sum(item.size for item in items)
            self.items += items

    def _next(self, count: int) -> list[Entry]:
        taken: list[Entry] = []
        try:
            taken.extend(islice(self._source, count))
        except KintoneError as error:
            self._failure = error
        return taken

    def drop(self, count: int) -> None:
        """Forget entries that are saved."""
        del self.items[:count]
