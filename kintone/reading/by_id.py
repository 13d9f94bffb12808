"""Reading in the order of record ids (keyset pagination), several pages at once.

A page that is requested ahead begins with the last record of the page before it, at an offset from the last record
that is known. If the two pages overlap in that record, no record between them was missed. If they do not, records were
added or deleted in the meantime, and the page is requested again from the last known record. Gaps between the ids cost
nothing, and a page that was yielded never has to be corrected.
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
"""Records that two pages may share at most; the overlap begins at one and grows where pages did not meet."""
OVERLAP_GROWTH = 4


@dataclass(frozen=True, slots=True)
class KeysetPlan:
    """What to read: a query sorted by id, how many records at most, and how many pages at once (``ranges``)."""

    source: RecordSource
    query: Query
    order: IdOrder
    wanted: int | None
    ranges: int

    def fetch(self, after: int | None, size: int, offset: int) -> RawPage:
        """Read a page that starts ``offset`` records after the record ``after``, and check that its ids advance."""
        query = self.order.after(self.query, after).cut(size, offset)
        page = self.source.fetch(str(query))
        self.order.check(page, after, self.source.description)
        return page

    def newest(self) -> int | None:
        """Read the largest matching id, at which an ascending reading ends; None for a descending one."""
        if self.order is IdOrder.DESCENDING:
            return None
        query = self.query.sorted_by("$id", IdOrder.DESCENDING.value).cut(limit=1)
        return next(iter(self.source.fetch(str(query), only_ids=True).ids), None)


@dataclass(frozen=True, slots=True)
class _RequestedPage:
    """A page that was requested: the record it counts from, how many records it skips and holds, its planned end."""

    after: int
    offset: int
    size: int
    end: int
    answer: Future[RawPage]


class KeysetReader:
    """Reads the pages of one query; ``raw_pages`` yields them.

    At most ``ranges`` pages are requested ahead, so that a slow caller slows the reading down.
    """

    def __init__(self, plan: KeysetPlan, first: RawPage, expected: int | None) -> None:
        """Start after a first page that is not empty; ``expected`` counts all matches from its first record on."""
        plan.order.check(first, None, plan.source.description)
        self._plan = plan
        # A list, from which the page is removed when it is yielded, so that it does not stay in memory.
        self._first = [first]
        self._expected = expected
        self._count = len(first.ids)
        self._last = first.ids[-1]
        self._max_requested = max(1, plan.ranges)
        self._overlap = 1
        self._newest: int | None = None
        self._asks_again = False
        self._ended = self._has_all()
        self._requested: deque[_RequestedPage] = deque()
        self._workers = plan.source.workers(self._max_requested, "kintone-page")
        self._failure = FirstFailure(plan.source.deadline)

    def raw_pages(self) -> Generator[RawPage]:
        """Yield the first page and all that follow, none of them empty; closing the generator ends the workers."""
        try:
            self._request_ahead()
            yield self._first.pop()
            while not self._ended:
                page = self._next()
                if not self._ended:
                    self._request_ahead()
                if page.ids:
                    yield page
        finally:
            self._workers.shutdown(wait=False, cancel_futures=True)

    def _has_all(self) -> bool:
        return self._plan.wanted is not None and self._count >= self._plan.wanted

    def _request_ahead(self) -> None:
        while not (self._ended or self._asks_again) and len(self._requested) < self._max_requested:
            start, end = self._count, self._count
            if self._requested:
                end = max(end, self._requested[-1].end)
                start = max(start, end - self._overlap)
            if self._is_complete(end) or start - self._count > limits.MAX_OFFSET:
                return
            self._requested.append(self._request(start))

    def _is_complete(self, end: int) -> bool:
        """Tell whether the pages up to ``end`` hold all records that are wanted or expected."""
        bounds = [bound for bound in (self._plan.wanted, self._expected) if bound is not None]
        return bool(bounds) and end >= min(bounds)

    def _request(self, start: int) -> _RequestedPage:
        """Request the page that begins at ``start``, counted in records of the result."""
        wanted = self._plan.wanted
        size = limits.MAX_RECORDS_PER_READ if wanted is None else min(limits.MAX_RECORDS_PER_READ, wanted - start)
        offset = start - self._count
        answer = self._workers.submit(self._fetch, self._last, size, offset)
        return _RequestedPage(self._last, offset, size, start + size, answer)

    def _fetch(self, after: int, size: int, offset: int) -> RawPage:
        return self._failure.guard(lambda: self._plan.fetch(after, size, offset))

    def _next(self) -> RawPage:
        """Return the new records of the next page; an empty page where it was requested again."""
        if not self._requested:
            # Only a page that is not full proves the end; where kintone counted more, the page after it.
            self._requested.append(self._request(self._count))
        requested = self._requested.popleft()
        page = self._failure.result_of(requested.answer.result)
        if requested.offset and not self._overlaps(page):
            self._overlap = min(MAX_OVERLAP, self._overlap * OVERLAP_GROWTH)
            self._requested.appendleft(self._request(self._count))
            return RawPage([], [])
        return self._accept(requested, page)

    def _overlaps(self, page: RawPage) -> bool:
        key = self._plan.order.key
        return bool(page.ids) and key(page.ids[0]) <= key(self._last)

    def _accept(self, requested: _RequestedPage, page: RawPage) -> RawPage:
        """Return the records of a page that are not known yet, and note where the reading stands."""
        key = self._plan.order.key
        known = sum(key(record_id) <= key(self._last) for record_id in page.ids)
        wanted = self._plan.wanted
        new = page.part(known, None if wanted is None else known + wanted - self._count)
        self._count += len(new.ids)
        self._last = new.ids[-1] if new.ids else self._last
        was_asked_again = self._asks_again
        self._ended = self._has_all() or self._is_end(page, requested.size, new) or self._is_past_the_newest()
        if not self._ended and self._expected is not None and self._count > self._expected:
            # The count was wrong, or records were added: read on without it, up to the record that is the newest now.
            self._expected = None
            self._newest = self._plan.newest()
        elif not self._ended and was_asked_again and self._newest is None:
            # Records came after a page that looked like the last: read on, up to the record that is the newest now.
            self._newest = self._plan.newest()
        return new

    def _is_end(self, page: RawPage, size: int, new: RawPage) -> bool:
        """Tell whether the reading ends with a page of ``size`` records at most.

        A page with fewer proves the end, unless kintone counted more records: then the next page must prove it, one
        that was requested ahead or a last one.
        """
        is_last = page.is_last(size)
        if is_last and self._asks_again and not new.ids:
            return True
        self._asks_again = is_last and self._expected is not None and self._count < self._expected
        return is_last and not self._asks_again

    def _is_past_the_newest(self) -> bool:
        """Tell whether the newest record is reached, where one was set: added records must not prolong the reading."""
        if self._newest is None or self._last < self._newest:
            return False
        if self._last > self._newest:
            self._plan.source.warn("records kept appearing while they were read: the newest may be missing")
        return True
