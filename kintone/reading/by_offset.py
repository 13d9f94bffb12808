"""Reading in any order page by page with an offset, for want of a cursor."""

from collections.abc import Generator

from kintone import limits
from kintone.errors import CursorLimitError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.pages import RawPage, RecordSource


def max_reach() -> int:
    """Return the number of the last record that an offset reaches."""
    return limits.MAX_OFFSET + limits.MAX_LIMIT


def offset_pages(source: RecordSource, query: Query, offset: int, wanted: int | None) -> Generator[RawPage]:
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
    reach = max_reach()
    end = reach if wanted is None else min(reach, offset + wanted)
    while offset < end:
        size = min(limits.MAX_LIMIT, end - offset)
        page = source.fetch(str(query.cut(size, offset)))
        is_last = page.is_last(size)
        fresh = _unseen(page, seen)
        seen.update(fresh.ids)
        offset += size
        del page
        if fresh.ids:
            yield fresh
        if is_last:
            return
    if end == reach and (wanted is None or first + wanted > end):
        source.warn("an offset reaches no record further on: if more match than kintone counted, they are missing")


def require_reachable(offset: int, count: int | None, refused: CursorLimitError) -> None:
    """Raise the refusal, in words that say what to do, where an offset does not reach all ``count`` records."""
    if count is not None and offset <= limits.MAX_OFFSET and offset + count <= max_reach():
        return
    raise refused.copy_with(
        problem=Message(
            "all cursors of the kintone site stayed taken while waiting for one, and the result is too long to be read "
            "by offset (more than {most:,} records)",
            most=max_reach(),
        ),
        remedy=Message("try again in ten minutes, or read by record id: leave order by out, or write order by $id asc"),
    )


def _unseen(page: RawPage, seen: set[int]) -> RawPage:
    places = [place for place, record_id in enumerate(page.ids) if record_id not in seen]
    return RawPage([page.records[place] for place in places], [page.ids[place] for place in places])
