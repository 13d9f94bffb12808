"""Reading in any order page by page with an offset, where no cursor is available."""

from collections.abc import Generator

from kintone import limits
from kintone.errors import CursorLimitError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.pages import RawPage, RecordSource


def max_reach() -> int:
    """Return how many records can be read by offset."""
    return limits.MAX_OFFSET + limits.MAX_RECORDS_PER_READ


def offset_pages(
    source: RecordSource, query: Query, offset: int, wanted: int | None, counted: int | None
) -> Generator[RawPage]:
    """Yield the records after the first ``offset`` ones, ``wanted`` at most, in pages that are not empty.

    Pages shift when records are added or deleted. A record that comes twice is dropped, and a warning says that others
    may be missing. The ids that are remembered for this are at most ``max_reach()``. A page that is not full is the
    last one, unless kintone ``counted`` more matches: then what follows is asked for once more.
    """
    source.warn(
        "all cursors of the kintone site were in use, so the pages were read by offset: "
        "records added, changed or deleted meanwhile may be missing"
    )
    seen: set[int] = set()
    first = offset
    reach = max_reach()
    end = reach if wanted is None else min(reach, offset + wanted)
    asks_again = False
    while offset < end:
        # A page that was not full leaves an offset that may be beyond kintone's; the known records are dropped then.
        offset = min(offset, limits.MAX_OFFSET)
        size = min(limits.MAX_RECORDS_PER_READ, end - offset)
        page = source.fetch(str(query.cut(size, offset)))
        is_last = page.is_last(size)
        new = _unseen(page, seen)
        seen.update(new.ids)
        offset += len(page.ids)
        del page
        is_end = is_last and ((asks_again and not new.ids) or counted is None or offset >= counted)
        asks_again = is_last
        if new.ids:
            yield new
        if is_end:
            return
    if wanted is None or first + wanted > end:
        source.warn("an offset cannot reach further records: if more match than kintone counted, they are missing")


def require_reachable(offset: int, count: int | None, refused: CursorLimitError) -> None:
    """Raise ``refused``, with advice, where not all ``count`` records can be read by offset."""
    if count is not None and offset <= limits.MAX_OFFSET and offset + count <= max_reach():
        return
    raise refused.copy_with(
        problem=Message(
            "all cursors of the kintone site stayed in use while waiting for one, and the result is too long to be "
            "read by offset (more than {max_records:,} records)",
            max_records=max_reach(),
        ),
        remedy=Message("try again in ten minutes, or read by record id: leave order by out, or write order by $id asc"),
    )


def _unseen(page: RawPage, seen: set[int]) -> RawPage:
    indexes = [index for index, record_id in enumerate(page.ids) if record_id not in seen]
    return RawPage([page.records[index] for index in indexes], [page.ids[index] for index in indexes])
