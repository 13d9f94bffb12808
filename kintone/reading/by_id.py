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

from kintone import limits
from kintone.query import Query
from kintone.reading.pages import FirstFailure, RawPage, RecordSource
from kintone.reading.plan import IdOrder

MAX_OVERLAP = 64
OVERLAP_GROWTH = 4


@dataclass(frozen=True, slots=True)
class KeysetPlan:
    """What to read: a query sorted by id, how many records at most, and how many pages at once."""

    source: RecordSource
    query: Query
    order: IdOrder
    wanted: int | None
    ranges: int

    def fetch(self, after: int | None, size: int, offset: int = 0) -> RawPage:
        """Read a page that starts so many records after a known one, and check that it advances."""
        query = self.order.after(self.query, after).cut(size, offset)
        page = self.source.fetch(str(query))
        self.order.check(page, after, self.source.reading)
        return page

    def newest(self) -> int | None:
        """Read the largest id of a match, which ends an ascending reading; a descending one ends by itself."""
        if self.order is IdOrder.DESCENDING:
            return None
        query = self.query.sorted_by("$id", IdOrder.DESCENDING.value).cut(limit=1)
        return next(iter(self.source.fetch(str(query), only_ids=True).ids), None)


@dataclass(frozen=True, slots=True)
class _RequestedPage:
    """A page on its way: which record it counts from, how many it skips and holds, where it should end."""

    after: int
    offset: int
    size: int
    end: int
    answer: Future[RawPage]


class KeysetReader:
    """One reading; ``raw_pages`` runs it.

    At most ``ranges`` pages wait while the reader works on one; a reader that takes its time stops the reading ahead.
    """

    def __init__(self, plan: KeysetPlan, first: RawPage, expected: int | None) -> None:
        """Start behind a first page that is not empty; ``expected`` counts all matches from its first record on."""
        plan.order.check(first, None, plan.source.reading)
        self._plan = plan
        # Popped when it is delivered: a page that the reader has let go must not stay in memory.
        self._first = [first]
        self._expected = expected
        self._delivered = len(first.ids)
        self._last = first.ids[-1]
        self._parallel = max(1, plan.ranges)
        self._overlap = 1
        self._newest: int | None = None
        self._ended = self._has_all()
        self._asked: deque[_RequestedPage] = deque()
        self._workers = plan.source.workers(self._parallel, "kintone-page")
        self._failure = FirstFailure(plan.source.deadline)

    def raw_pages(self) -> Generator[RawPage]:
        """Yield the first page and all that follow, none empty; closing the generator ends the workers."""
        try:
            self._ask_ahead()
            yield self._first.pop()
            while not self._ended:
                page = self._next()
                if not self._ended:
                    self._ask_ahead()
                if page.ids:
                    yield page
        finally:
            self._workers.shutdown(wait=False, cancel_futures=True)

    def _has_all(self) -> bool:
        return self._plan.wanted is not None and self._delivered >= self._plan.wanted

    def _ask_ahead(self) -> None:
        while not self._ended and len(self._asked) < self._parallel:
            start, end = self._delivered, self._delivered
            if self._asked:
                end = max(end, self._asked[-1].end)
                start = max(start, end - self._overlap)
            if self._is_planned(end) or start - self._delivered > limits.MAX_OFFSET:
                return
            self._asked.append(self._ask(start))

    def _is_planned(self, end: int) -> bool:
        bounds = [bound for bound in (self._plan.wanted, self._expected) if bound is not None]
        return bool(bounds) and end >= min(bounds)

    def _ask(self, start: int) -> _RequestedPage:
        """Ask for the page at this place in the result."""
        wanted = self._plan.wanted
        size = limits.MAX_LIMIT if wanted is None else min(limits.MAX_LIMIT, wanted - start)
        offset = start - self._delivered
        answer = self._workers.submit(self._fetched, self._last, size, offset)
        return _RequestedPage(self._last, offset, size, start + size, answer)

    def _fetched(self, after: int, size: int, offset: int) -> RawPage:
        return self._failure.guard(lambda: self._plan.fetch(after, size, offset))

    def _next(self) -> RawPage:
        """Return what the next page adds; nothing where it has to be asked for again."""
        if not self._asked:
            # The last page was full, and only a shorter one proves the end, whatever kintone counted.
            self._asked.append(self._ask(self._delivered))
        asked = self._asked.popleft()
        page = self._failure.told(asked.answer.result)
        if asked.offset and not self._overlaps(page):
            self._overlap = min(MAX_OVERLAP, self._overlap * OVERLAP_GROWTH)
            self._asked.appendleft(self._ask(self._delivered))
            return RawPage([], [])
        return self._accept(asked, page)

    def _overlaps(self, page: RawPage) -> bool:
        key = self._plan.order.key
        return bool(page.ids) and key(page.ids[0]) <= key(self._last)

    def _accept(self, asked: _RequestedPage, page: RawPage) -> RawPage:
        key = self._plan.order.key
        known = sum(key(record_id) <= key(self._last) for record_id in page.ids)
        wanted = self._plan.wanted
        fresh = page.part(known, None if wanted is None else known + wanted - self._delivered)
        self._delivered += len(fresh.ids)
        self._last = fresh.ids[-1] if fresh.ids else self._last
        self._ended = self._has_all() or page.is_last(asked.size) or self._is_past_the_newest()
        if not self._ended and self._expected is not None and self._delivered > self._expected:
            # The count was wrong, or records appeared: read on without it, up to what is the newest record now.
            self._expected = None
            self._newest = self._plan.newest()
        return fresh

    def _is_past_the_newest(self) -> bool:
        """Tell whether an end that was set is reached: records that keep appearing are not read on and on."""
        if self._newest is None or self._last < self._newest:
            return False
        if self._last > self._newest:
            self._plan.source.warn("records kept appearing while they were read: the newest may be missing")
        return True
