"""The two orders in which record ids make a page's place certain."""

from dataclasses import dataclass
from enum import Enum

from kintone import limits
from kintone.errors import InvalidParameterError, UnknownResponseError
from kintone.messages import Message
from kintone.query import Query, parse
from kintone.reading.pages import RawPage, RecordSource


class IdOrder(Enum):
    """Ascending or descending by ``$id``."""

    ASCENDING = "asc"
    DESCENDING = "desc"

    def key(self, record_id: int) -> int:
        """Return a number that grows along this order."""
        return record_id if self is IdOrder.ASCENDING else -record_id

    def after(self, query: Query, record_id: int | None) -> Query:
        """Return the query for the records that follow a record; for all where there is none."""
        if record_id is None:
            return query
        return query.with_guard(f"$id {'>' if self is IdOrder.ASCENDING else '<'} {record_id}")

    def check(self, page: RawPage, after: int | None, reading: str | Message) -> None:
        """Raise ``UnknownResponseError`` unless every id lies behind the one before it; reading on would never end."""
        previous = None if after is None else self.key(after)
        for record_id in page.ids:
            key = self.key(record_id)
            if previous is not None and key <= previous:
                raise UnknownResponseError(
                    Message(
                        "{reading}: kintone's answer does not advance: record {record} follows record {previous}",
                        reading=reading,
                        record=record_id,
                        previous=abs(previous),
                    ),
                    remedy=Message("run the query again; if it fails again, tell the operator of the proxy in between"),
                )
            previous = key


def skip(source: RecordSource, query: Query, order: IdOrder, offset: int) -> tuple[int | None, int] | None:
    """Jump over as many records as an offset allows, again and again, reading one id each time.

    Returns the last record jumped over and the offset that is left, or nothing where fewer records match. ``query`` is
    sorted by id.
    """
    last: int | None = None
    while offset > limits.MAX_OFFSET:
        hop = order.after(query, last).cut(limit=1, offset=limits.MAX_OFFSET)
        page = source.fetch(str(hop), only_ids=True)
        order.check(page, last, source.reading)
        if not page.ids:
            return None
        last = page.ids[0]
        offset -= limits.MAX_OFFSET + 1
    return last, offset


"""Characters; ours, since kintone names no ceiling: taking a query apart takes a second for so many."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query asks for.

    ``query`` has the caller's condition and order alone. ``id_order`` is set where the order is by record id.
    ``wanted`` is the number of records at most, nothing where there is no cap.
    """

    query: Query
    id_order: IdOrder | None
    wanted: int | None
    offset: int

    @property
    def in_one_request(self) -> bool:
        """Tell whether one page holds whatever comes."""
        return self.wanted is not None and self.wanted <= limits.MAX_LIMIT and not self.is_deep

    @property
    def is_deep(self) -> bool:
        """Tell whether more records are skipped than kintone skips in one request."""
        return self.offset > limits.MAX_OFFSET

    @property
    def page_size(self) -> int:
        """Return the number of records to ask for first."""
        return limits.MAX_LIMIT if self.wanted is None else min(limits.MAX_LIMIT, self.wanted)

    @property
    def keyset_query(self) -> Query:
        """Return the query with its order by record id written out."""
        return self.query.sorted_by("$id", self.id_order.value) if self.id_order else self.query

    @property
    def first_query(self) -> Query:
        """Return the query of the first request; one that needs no other leaves a missing order to kintone."""
        query = self.query if self.in_one_request and self.id_order is IdOrder.DESCENDING else self.keyset_query
        return query.cut(self.page_size, self.offset)

    @property
    def effective_query(self) -> str:
        """Return the query as kintone would have to read it to give the same records in one go."""
        query = self.first_query if self.in_one_request else self.keyset_query
        return str(query.cut(self.wanted, self.offset))


def plan_of(text: str, max_records: int | None) -> Plan:
    """Plan a reading; raises ``InvalidParameterError`` for a query or a cap that makes no sense."""
    if max_records is not None and max_records < 1:
        raise InvalidParameterError(
            "max_records: {given} is not a number of records; write 1 or more, or leave it blank", given=max_records
        )
    if len(text) > limits.MAX_TEXT_LENGTH:
        raise InvalidParameterError(
            "query has {length:,} characters, and at most {longest:,} are taken; "
            "ask for fewer values at once, by several calls",
            length=len(text),
            longest=limits.MAX_TEXT_LENGTH,
        )
    query = parse(text)
    caps = [cap for cap in (query.limit, max_records) if cap is not None]
    return Plan(
        query=query.cut(),
        id_order=_id_order(query),
        wanted=min(caps) if caps else None,
        offset=query.offset or 0,
    )


def _id_order(query: Query) -> IdOrder | None:
    """Return the order by record id, as written or as kintone understands its absence.

    Without a ``limit`` the whole result is read and ascends; with one, kintone's own order (newest first) decides which
    records come. A bare ``$id`` without direction is left to kintone.
    """
    if query.order_by is None:
        return IdOrder.ASCENDING if query.limit is None else IdOrder.DESCENDING
    for order in IdOrder:
        if query.sort_keys == (("$id", order.value),):
            return order
    return None
