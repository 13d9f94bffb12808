"""Reading in record id order, several pages at once.

Each page asked for ahead starts one record before the planned end of the page in front of it, counted from the last
record that is surely known. Where the two meet, nothing was missed; where they do not, records came or went
meanwhile, and the stretch is read again from the last known record. So gaps between the ids cost nothing, and a page
never has to be taken back.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass

from kintone.query import Query
from kintone.reading.pages import MOST_SKIPPED, RECORDS_PER_PAGE, Batch, FirstFailure, RecordSource
from kintone.reading.plan import IdOrder

LARGEST_OVERLAP = 64
OVERLAP_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Seek:
    """What to read: a query sorted by id, how many records at most, and how many pages at once."""

    source: RecordSource
    query: Query
    order: IdOrder
    wanted: int | None
    ranges: int

    def fetch(self, after: int | None, size: int, offset: int = 0) -> Batch:
        """Read a page that starts so many records after a known one, and check that it advances."""
        query = self.order.after(self.query, after).cut(size, offset)
        batch = self.source.fetch(str(query))
        self.order.check(batch, after, self.source.reading)
        return batch

    def newest(self) -> int | None:
        """Read the largest id of a match, which ends an ascending reading; a descending one ends by itself."""
        if self.order is IdOrder.DESCENDING:
            return None
        query = self.query.sorted_by("$id", IdOrder.DESCENDING.value).cut(limit=1)
        return next(iter(self.source.fetch(str(query), only_ids=True).ids), None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page on its way: which record it counts from, how many it skips and holds, where it should end."""

    after: int
    offset: int
    size: int
    end: int
    answer: Future[Batch]


class SeekRun:
    """One reading; ``batches`` runs it.

    At most ``ranges`` pages wait while the reader works on one; a reader that takes its time stops the reading ahead.
    """

    def __init__(self, seek: Seek, first: Batch, expected: int | None) -> None:
        """Start behind a first page that is not empty; ``expected`` counts all matches from its first record on."""
        seek.order.check(first, None, seek.source.reading)
        self._seek = seek
        # Popped when it is delivered: a page that the reader has let go must not stay in memory.
        self._first = [first]
        self._expected = expected
        self._delivered = len(first.ids)
        self._last = first.ids[-1]
        self._parallel = max(1, seek.ranges)
        self._overlap = 1
        self._newest: int | None = None
        self._ended = self._is_enough()
        self._asked: deque[_Asked] = deque()
        self._workers = seek.source.workers(self._parallel, "kintone-page")
        self._failure = FirstFailure(seek.source.deadline)

    def batches(self) -> Generator[Batch]:
        """Yield the first page and all that follow, none empty; closing the generator ends the workers."""
        try:
            self._ask_ahead()
            yield self._first.pop()
            while not self._ended:
                batch = self._next()
                if not self._ended:
                    self._ask_ahead()
                if batch.ids:
                    yield batch
        finally:
            self._workers.shutdown(wait=False, cancel_futures=True)

    def _is_enough(self) -> bool:
        return self._seek.wanted is not None and self._delivered >= self._seek.wanted

    def _ask_ahead(self) -> None:
        while not self._ended and len(self._asked) < self._parallel:
            start, end = self._delivered, self._delivered
            if self._asked:
                end = max(end, self._asked[-1].end)
                start = max(start, end - self._overlap)
            if self._is_planned(end) or start - self._delivered > MOST_SKIPPED:
                return
            self._asked.append(self._ask(start))

    def _is_planned(self, end: int) -> bool:
        bounds = [bound for bound in (self._seek.wanted, self._expected) if bound is not None]
        return bool(bounds) and end >= min(bounds)

    def _ask(self, start: int) -> _Asked:
        """Ask for the page at this place in the result."""
        wanted = self._seek.wanted
        size = RECORDS_PER_PAGE if wanted is None else min(RECORDS_PER_PAGE, wanted - start)
        offset = start - self._delivered
        answer = self._workers.submit(self._fetched, self._last, size, offset)
        return _Asked(self._last, offset, size, start + size, answer)

    def _fetched(self, after: int, size: int, offset: int) -> Batch:
        return self._failure.guard(lambda: self._seek.fetch(after, size, offset))

    def _next(self) -> Batch:
        """Return what the next page adds; nothing where it has to be asked for again."""
        if not self._asked:
            # The last page was full, and only a shorter one proves the end, whatever kintone counted.
            self._asked.append(self._ask(self._delivered))
        asked = self._asked.popleft()
        batch = self._failure.told(asked.answer.result)
        if asked.offset and not self._meets(batch):
            self._overlap = min(LARGEST_OVERLAP, self._overlap * OVERLAP_GROWTH)
            self._asked.appendleft(self._ask(self._delivered))
            return Batch([], [])
        return self._accept(asked, batch)

    def _meets(self, batch: Batch) -> bool:
        key = self._seek.order.key
        return bool(batch.ids) and key(batch.ids[0]) <= key(self._last)

    def _accept(self, asked: _Asked, batch: Batch) -> Batch:
        key = self._seek.order.key
        known = sum(key(record_id) <= key(self._last) for record_id in batch.ids)
        wanted = self._seek.wanted
        fresh = batch.part(known, None if wanted is None else known + wanted - self._delivered)
        self._delivered += len(fresh.ids)
        self._last = fresh.ids[-1] if fresh.ids else self._last
        self._ended = self._is_enough() or batch.is_last(asked.size) or self._is_behind_the_newest()
        if not self._ended and self._expected is not None and self._delivered > self._expected:
            # The count was wrong, or records appeared: read on without it, up to what is the newest record now.
            self._expected = None
            self._newest = self._seek.newest()
        return fresh

    def _is_behind_the_newest(self) -> bool:
        """Tell whether an end that was set is reached: records that keep appearing are not read on and on."""
        if self._newest is None or self._last < self._newest:
            return False
        if self._last > self._newest:
            self._seek.source.warn("records kept appearing while they were read: the newest may be missing")
        return True
