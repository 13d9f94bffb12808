"""Reading in any order page by page with an offset, for want of a cursor."""

from collections.abc import Generator

from kintone.errors import CursorLimitError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.pages import MOST_SKIPPED, RECORDS_PER_PAGE, Batch, RecordSource

FARTHEST = MOST_SKIPPED + RECORDS_PER_PAGE
"""The last record an offset reaches."""


def offset_batches(source: RecordSource, query: Query, offset: int, wanted: int | None) -> Generator[Batch]:
    """Yield what lies behind the first ``offset`` records, ``wanted`` at most, none empty.

    Pages shift when records come or go, so one that comes twice is dropped, and the reader is told that others may be
    missing. The ids kept for that are never more than an offset reaches.
    """
    source.warn(
        "all cursors of the kintone site were taken, so the pages were read by offset: "
        "records added, changed or deleted meanwhile may be missing"
    )
    seen: set[int] = set()
    first = offset
    end = FARTHEST if wanted is None else min(FARTHEST, offset + wanted)
    while offset < end:
        size = min(RECORDS_PER_PAGE, end - offset)
        batch = source.fetch(str(query.cut(size, offset)))
        is_last = batch.is_last(size)
        fresh = _unseen(batch, seen)
        seen.update(fresh.ids)
        offset += size
        del batch
        if fresh.ids:
            yield fresh
        if is_last:
            return
    if end == FARTHEST and (wanted is None or first + wanted > end):
        source.warn("an offset reaches no record further on: if more match than kintone counted, they are missing")


def refuse_unless_it_fits(offset: int, count: int | None, refused: CursorLimitError) -> None:
    """Raise the refusal, in words that say what to do, where an offset does not reach all ``count`` records."""
    if count is not None and offset <= MOST_SKIPPED and offset + count <= FARTHEST:
        return
    raise refused.but(
        problem=Message(
            "all cursors of the kintone site stayed taken while waiting for one, and the result is too long to be read "
            "by offset (more than {most:,} records)",
            most=FARTHEST,
        ),
        remedy=Message("try again in ten minutes, or read by record id: leave order by out, or write order by $id asc"),
    )


def _unseen(batch: Batch, seen: set[int]) -> Batch:
    places = [place for place, record_id in enumerate(batch.ids) if record_id not in seen]
    return Batch([batch.records[place] for place in places], [batch.ids[place] for place in places])
