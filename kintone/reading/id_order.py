"""The two orders in which record ids make a page's place certain."""

from enum import Enum

from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.reading.pages import MOST_SKIPPED, Batch
from kintone.reading.query import Query
from kintone.reading.record_source import RecordSource


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

    def check(self, batch: Batch, after: int | None, reading: str | Message) -> None:
        """Raise ``UnknownResponseError`` unless every id lies behind the one before it; reading on would never end."""
        previous = None if after is None else self.key(after)
        for record_id in batch.ids:
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
    while offset > MOST_SKIPPED:
        hop = order.after(query, last).cut(limit=1, offset=MOST_SKIPPED)
        batch = source.fetch(str(hop), only_ids=True)
        order.check(batch, last, source.reading)
        if not batch.ids:
            return None
        last = batch.ids[0]
        offset -= MOST_SKIPPED + 1
    return last, offset
