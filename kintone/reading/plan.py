"""What a query asks for: its order by record id, the number of records wanted, and deep offsets.

``reader.py`` chooses from it how to read: one request, ranges of ids, a cursor or offsets.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from kintone import limits
from kintone.errors import InvalidParameterError, UnknownResponseError
from kintone.messages import Message
from kintone.query import Query, parse
from kintone.reading.pages import RawPage, RecordSource

type Bound = Literal["limit", "max_records"]
"""What sets the maximum number of records: the query's own limit, or the parameter."""


class IdOrder(Enum):
    """Ascending or descending by ``$id``: the orders in which reading can continue after any record."""

    ASCENDING = "asc"
    DESCENDING = "desc"

    def key(self, record_id: int) -> int:
        """Return a number that increases along this order."""
        return record_id if self is IdOrder.ASCENDING else -record_id

    def after(self, query: Query, record_id: int | None) -> Query:
        """Return the query for the records that follow a record; for all records where it is None."""
        if record_id is None:
            return query
        return query.with_condition(f"$id {'>' if self is IdOrder.ASCENDING else '<'} {record_id}")

    def check(self, page: RawPage, after: int | None, description: Message) -> None:
        """Raise ``UnknownResponseError`` unless every id follows the one before it; otherwise reading would not end."""
        previous = None if after is None else self.key(after)
        for record_id in page.ids:
            key = self.key(record_id)
            if previous is not None and key <= previous:
                raise UnknownResponseError(
                    Message(
                        "{description}: kintone's answer does not advance: record {record} follows record {previous}",
                        description=description,
                        record=record_id,
                        previous=abs(previous),
                    ),
                    remedy=Message("run the query again; if it fails again, tell the operator of the proxy in between"),
                )
            previous = key


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What a query asks for.

    ``query`` has the caller's condition and order alone. ``id_order`` is set where the order is by record id.
    ``wanted`` is the maximum number of records and ``bound`` what sets it; both are None without a maximum.
    ``other_maximum`` is the other of the two where both are given. ``has_offset`` tells whether an offset is written,
    though it may be 0.
    """

    query: Query
    id_order: IdOrder | None
    wanted: int | None
    bound: Bound | None
    offset: int
    other_maximum: int | None = None
    has_offset: bool = False

    @property
    def in_one_request(self) -> bool:
        """Tell whether one page holds all records that are wanted."""
        return self.wanted is not None and self.wanted <= limits.MAX_RECORDS_PER_READ and not self.is_deep

    @property
    def is_deep(self) -> bool:
        """Tell whether the offset is larger than kintone allows."""
        return self.offset > limits.MAX_OFFSET

    @property
    def page_size(self) -> int:
        """The number of records in the first request."""
        return limits.MAX_RECORDS_PER_READ if self.wanted is None else min(limits.MAX_RECORDS_PER_READ, self.wanted)

    @property
    def keyset_query(self) -> Query:
        """The query with its order by record id written out."""
        return self.query.sorted_by("$id", self.id_order.value) if self.id_order else self.query

    @property
    def first_query(self) -> Query:
        """The query of the first request; where it is the only one, a missing order is left to kintone."""
        query = self.query if self.in_one_request and self.id_order is IdOrder.DESCENDING else self.keyset_query
        return query.cut(self.page_size, self.offset)

    @property
    def effective_query(self) -> str:
        """The query that would give the same records in one request, if kintone had no limits."""
        query = self.first_query if self.in_one_request else self.keyset_query
        return str(query.cut(self.wanted, self.offset))


def plan_of(text: str, max_records: int | None) -> ReadingPlan:
    """Plan the reading of a query; raises ``InvalidParameterError`` for a query or ``max_records`` that is invalid."""
    if max_records is not None and max_records < 1:
        raise InvalidParameterError(
            "max_records: {given} is not a number of records; write 1 or more, or leave it blank", given=max_records
        )
    if len(text) > limits.MAX_TEXT_LENGTH:
        raise InvalidParameterError(
            "query has {length:,} characters, and at most {max_length:,} are accepted; "
            "ask for fewer values at once, by several calls",
            length=len(text),
            max_length=limits.MAX_TEXT_LENGTH,
        )
    query = parse(text)
    wanted, bound = _maximum(query.limit, max_records)
    return ReadingPlan(
        query=query.cut(),
        id_order=_id_order(query),
        wanted=wanted,
        bound=bound,
        offset=query.offset or 0,
        other_maximum=max_records if bound == "limit" else query.limit,
        has_offset=query.offset is not None,
    )


def _maximum(limit: int | None, max_records: int | None) -> tuple[int | None, Bound | None]:
    """Return the smaller of the two maxima and which one it is."""
    if limit is not None and (max_records is None or limit <= max_records):
        return limit, "limit"
    return max_records, None if max_records is None else "max_records"


def _id_order(query: Query) -> IdOrder | None:
    """Return the order by record id, as written or as it follows from a missing ``order by``.

    Without ``order by`` and ``limit`` the whole result is read in ascending order. With a ``limit``, kintone's default
    order (newest first) decides which records are returned. A ``$id`` without direction is left to kintone.
    """
    if query.order_by is None:
        return IdOrder.ASCENDING if query.limit is None else IdOrder.DESCENDING
    for order in IdOrder:
        if query.sort_keys == (("$id", order.value),):
            return order
    return None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Where a reading begins behind a deep offset: the last record skipped, and the offset that is left.

    ``last`` is None where no record was found there. ``counted`` is kintone's count of all matches, None without one.
    """

    last: int | None
    offset: int
    counted: int | None


def skip(source: RecordSource, query: Query, order: IdOrder, offset: int) -> Skipped:
    """Skip more records than kintone's offset allows, in steps that each read one id.

    The first step also counts the matches. Where none is found although kintone counted more than the offset, a step is
    repeated once. ``query`` is sorted by id.
    """
    last: int | None = None
    counted: int | None = None
    left = offset
    while left > limits.MAX_OFFSET:
        step = str(order.after(query, last).cut(limit=1, offset=limits.MAX_OFFSET))
        page = source.fetch(step, counted=last is None, only_ids=True)
        counted = page.total if last is None else counted
        if not page.ids and counted is not None and counted > offset:
            page = source.fetch(step, only_ids=True)
        order.check(page, last, source.description)
        if not page.ids:
            return Skipped(None, left, counted)
        last = page.ids[0]
        left -= limits.MAX_OFFSET + 1
    return Skipped(last, left, counted)
