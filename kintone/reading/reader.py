"""Reading all records that a query matches; the fastest exact way is chosen for each query."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

from kintone import api, limits
from kintone.api import RequestSender
from kintone.errors import CursorLimitError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.by_cursor import open_cursor
from kintone.reading.by_id import KeysetPlan, KeysetReader
from kintone.reading.by_offset import max_reach, offset_pages, require_reachable
from kintone.reading.matches import Matches, ReadSoFar, matches_of, matches_of_zero, missing_records
from kintone.reading.pages import Page, RawPage, Record, RecordSource, checked_id
from kintone.reading.plan import Bound, IdOrder, ReadingPlan, plan_of, skip
from kintone.replies import misshapen

type Strategy = Literal["single", "record_id", "cursor", "offset"]
type Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read.

    ``query`` is in kintone's query language without kintone's maxima: no ``limit`` means all records, and ``limit`` and
    ``offset`` may be any whole number. ``fields`` are field codes; none means all. ``max_records`` limits the number of
    records, ``ranges`` the number of pages that are requested at once. With ``keeps_json`` pages hold the records as
    the JSON that kintone wrote, where they can.
    """

    app: int
    query: str = ""
    fields: Sequence[str] = ()
    max_records: int | None = None
    ranges: int = 4
    keeps_json: bool = False


class RecordsApi:
    """Reads records: one, or all that a query matches."""

    def __init__(self, caller: RequestSender) -> None:
        """Read through a caller."""
        self._caller = caller

    def read(
        self,
        request: ReadRequest,
        progress: Progress | None = None,
    ) -> "Reading":
        """Plan the reading of a query, as ``read`` does."""
        return read(self._caller, request, progress)

    def get(self, app: int, record_id: int | str) -> Record:
        """Return one record as kintone shows it: ``{"code": {"type": …, "value": …}}``; raises ``NotFoundError``.

        Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/get-record.
        """
        description = Message("reading record {record} of app {app}", record=record_id, app=app)
        request = api.get_record(description, app, record_id)
        record: Record = self._caller.call(request).body.get("record", {})
        found = checked_id(record, Message("the record"), description)
        if str(found) != str(record_id):
            raise misshapen(description, Message("the id of the record"), Message("that of another record"))
        return record


def read(
    caller: RequestSender,
    request: ReadRequest,
    progress: Progress | None = None,
) -> "Reading":
    """Plan the reading of a query; the first request is sent when its pages are read.

    ``progress`` is called after each page with the number of records read so far and the number to expect, None where
    that is not known. Raises ``InvalidParameterError`` for an invalid query, ``fields`` or ``max_records``.
    """
    plan = plan_of(request.query, request.max_records)
    source = RecordSource(caller, request.app, request.fields, keeps_json=request.keeps_json)
    return Reading(source, plan, request.ranges, progress)


class Reading:
    """The records of one query, page by page.

    ``strategy`` is the way the records are read, ``total`` their number where it is known, ``matches`` the number of
    records that match, whatever offset and limit; all are final when all pages are read.
    """

    def __init__(
        self,
        source: RecordSource,
        plan: ReadingPlan,
        ranges: int,
        progress: Progress | None,
    ) -> None:
        """Keep a plan that ``read`` made."""
        self.strategy: Strategy = "single"
        self.total: int | None = None
        self.matches = Matches(0, is_exact=False)
        self.effective_query = plan.effective_query
        self._source = source
        self._plan = plan
        self._ranges = ranges
        self._progress = progress
        self._counted: int | None = None
        self._missing: Message | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The field codes that the caller asked for, each once; none means all."""
        return self._source.fields

    @property
    def bound(self) -> Bound | None:
        """What sets the maximum number of records; None without a maximum."""
        return self._plan.bound

    @property
    def other_bound(self) -> Bound | None:
        """The other maximum, where it too must be raised before all matches can be read; None where it need not."""
        other = self._plan.other_maximum
        if other is None or (self.matches.is_exact and other >= self.matches.count - self.offset):
            return None
        return "limit" if self.bound == "max_records" else "max_records"

    @property
    def id_order(self) -> IdOrder | None:
        """The order by record id, as written or as it follows from a missing ``order by``; None for another order."""
        return self._plan.id_order

    @property
    def offset(self) -> int:
        """How many matching records are skipped."""
        return self._plan.offset

    @property
    def has_offset(self) -> bool:
        """Whether the query has an offset, though it may be 0."""
        return self._plan.has_offset

    @property
    def requests_made(self) -> int:
        """The number of requests so far, without retries."""
        return self._source.requests_made

    @property
    def is_partial(self) -> bool:
        """Whether kintone stopped a search, so that more records may match than it tells."""
        return self._source.is_partial

    @property
    def warnings(self) -> list[Message | str]:
        """The warnings of kintone and of this reading about the result, each sentence once."""
        return [*self._source.warnings, *([self._missing] if self._missing else ())]

    def pages(self) -> Generator[Page]:
        """Yield the pages in order, none of them empty; can be used once.

        Closing the generator early stops the reading and deletes a cursor. Raises subclasses of ``KintoneError``,
        without waiting for pages that had not arrived before the failure.
        """
        count, last_id = 0, None
        with self._source.working(), closing(self._raw_pages()) as raw_pages:
            for number, page in enumerate(raw_pages, start=1):
                count, last_id = count + len(page.ids), page.ids[-1]
                if self._plan.wanted is not None and count > self._plan.wanted:
                    found = Message("{count}", count=count)
                    raise misshapen(self._source.description, Message("the number of records"), found)
                if self.total is not None and count > self.total:
                    self.total = None
                if self._progress:
                    self._progress(count, self.total)
                yield Page(number, self._source.in_order(page.records), [str(record_id) for record_id in page.ids])
            self.total = count
            if self._plan.wanted != 0:
                read = ReadSoFar(count, last_id, self._is_complete(count), self._counted)
                self.matches = matches_of(self._source, self._plan, read)
            self._missing = missing_records(self.matches, self._plan.offset if self._plan.wanted != 0 else 0, count)
            if self._source.is_partial:
                self.matches = replace(self.matches, is_exact=False)

    def _is_complete(self, count: int) -> bool:
        """Tell whether the reading ended because no record followed."""
        if self._plan.wanted is not None and count >= self._plan.wanted:
            return False
        return self.strategy != "offset" or self._plan.offset + count < max_reach()

    def _raw_pages(self) -> Generator[RawPage]:
        """Choose the strategy by the plan or, where the plan does not decide it, by the first page."""
        if self._plan.wanted == 0:
            return self._no_records()
        if self._plan.is_deep:
            return self._after_deep_offset()
        plan = self._plan
        first = self._first_page(plan.first_query, plan.offset)
        self._counted = first.total
        return self._from_first_page(first, _count_after(first, plan.offset))

    def _from_first_page(self, first: RawPage, count: int | None) -> Generator[RawPage]:
        """Return the pages from the first on; ``count`` is that of the matches from its first record on."""
        plan = self._plan
        if self._is_all(first, count):
            self.total = len(first.ids)
            return _single_page(first)
        self._expect(None if count == plan.page_size else count)
        return self._by_record_id(first, plan.id_order) if plan.id_order else self._by_cursor()

    def _first_page(self, query: Query, offset: int) -> RawPage:
        """Request the first page and the count; once more where it is empty although records are counted."""
        first = self._source.fetch(str(query), counted=True)
        if not first.ids and first.total is not None and first.total > offset:
            first = self._source.fetch(str(query), counted=True)
        return first

    def _is_all(self, first: RawPage, count: int | None) -> bool:
        """Tell whether the first page holds all records that are wanted.

        One more record is requested where a full page holds as many as kintone counted, and where another holds fewer.
        """
        wanted, size = self._plan.wanted, self._plan.page_size
        if not first.ids or len(first.ids) == wanted:
            return True
        if first.is_last(size):
            return count is None or count == len(first.ids) or self._is_end(first)
        return count == size and self._is_end(first)

    def _no_records(self) -> Generator[RawPage]:
        """Request one record and yield none: a wrong query must fail, and kintone does not accept a ``limit`` of 0."""
        page = self._first_page(self._plan.query.cut(limit=1), 0)
        self.matches = matches_of_zero(page.total, has_record=bool(page.ids))
        return _single_page(RawPage([], []))

    def _after_deep_offset(self) -> Generator[RawPage]:
        plan, order = self._plan, self._plan.id_order
        if order is None:
            return self._by_cursor()
        self.strategy = "record_id"
        skipped = skip(self._source, plan.keyset_query, order, plan.offset)
        self._counted = skipped.counted
        if skipped.last is None:
            return _single_page(RawPage([], []))
        query = order.after(plan.keyset_query, skipped.last).cut(plan.page_size, skipped.offset)
        first = self._first_page(query, skipped.offset)
        order.check(first, skipped.last, self._source.description)
        if self._counted is None and first.total is not None:
            self._counted = plan.offset - skipped.offset + first.total
        return self._from_first_page(first, _count_after(first, skipped.offset))

    def _is_end(self, first: RawPage) -> bool:
        """Tell whether no record follows the first page, by requesting one more record.

        kintone's count may be wrong. False where an offset does not reach that record.
        """
        plan = self._plan
        if plan.id_order:
            query = plan.id_order.after(plan.keyset_query, first.ids[-1]).cut(limit=1)
        elif plan.offset + len(first.ids) <= limits.MAX_OFFSET:
            query = plan.query.cut(limit=1, offset=plan.offset + len(first.ids))
        else:
            return False
        return not self._source.fetch(str(query), only_ids=True).ids

    def _by_record_id(self, first: RawPage, order: IdOrder) -> Generator[RawPage]:
        self.strategy = "record_id"
        plan = KeysetPlan(self._source, self._plan.keyset_query, order, self._plan.wanted, self._ranges)
        return KeysetReader(plan, first, self.total).raw_pages()

    def _by_cursor(self) -> Generator[RawPage]:
        plan = self._plan
        self.strategy = "cursor"
        try:
            cursor = open_cursor(self._source, plan.query)
        except CursorLimitError as refused:
            count = plan.wanted if self.total is None else self.total
            require_reachable(plan.offset, count, refused)
            self.strategy = "offset"
            return offset_pages(self._source, plan.query, plan.offset, plan.wanted, self._counted)
        # Where the two counts differ, the larger one is that of the moment when the reading began, or a wrong one.
        self._counted = max(cursor.total, self._counted or 0)
        self._expect(max(0, cursor.total - plan.offset))
        return cursor.raw_pages(plan.offset, plan.wanted)

    def _expect(self, count: int | None) -> None:
        """Set ``total``, given how many records match after the offset."""
        bounds = [bound for bound in (count, self._plan.wanted) if bound is not None]
        self.total = min(bounds) if count is not None else None


def _count_after(first: RawPage, offset: int) -> int | None:
    """Return the number of matches from the first page on, None where kintone's count is missing or too small."""
    if first.total is None or first.total < offset + len(first.ids):
        return None
    return first.total - offset


def _single_page(page: RawPage) -> Generator[RawPage]:
    if page.ids:
        yield page
