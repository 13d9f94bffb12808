"""How many records match a query, and whether its reading was stopped before the last of them.

Source: kintone's ``totalCount`` counts all matches, whatever ``limit`` and ``offset``:
https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records. It costs kintone time and no request. It is believed
only where the records that were read do not contradict it; where they do, one more request settles what it can.
"""

from dataclasses import dataclass

from kintone import limits
from kintone.reading.pages import RecordSource
from kintone.reading.plan import ReadingPlan


@dataclass(frozen=True, slots=True)
class Matches:
    """How many records match a query, whatever its offset and limit.

    ``count`` is the number, or where ``is_exact`` is False the smallest that it can be. ``truncated`` says that a limit
    kept matching records back; with a limit of 0 it is always set.
    """

    count: int
    is_exact: bool = True
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ReadSoFar:
    """A finished reading: how many records were read, the last one's id, and whether none follows it.

    ``counted`` is kintone's count of all matches, None where it gave none.
    """

    records: int
    last_id: int | None
    is_complete: bool
    counted: int | None


def matches_of(source: RecordSource, plan: ReadingPlan, read: ReadSoFar) -> Matches:
    """Return how many records match; sends a request only where kintone's count is missing or cannot be right."""
    if not read.records:
        return _matches_of_none_read(source, plan, read.counted)
    reached = plan.offset + read.records
    if read.is_complete:
        return Matches(reached)
    if read.counted is not None and read.counted >= reached:
        return Matches(read.counted, truncated=read.counted > reached)
    return _counted_again(source, plan, reached, read.last_id)


def matches_of_zero(counted: int | None, *, has_record: bool) -> Matches:
    """Return how many records match a query with a limit of 0, given kintone's count and whether it has a record."""
    if not has_record:
        return Matches(0, truncated=True)
    return Matches(counted, truncated=True) if counted else Matches(1, is_exact=False, truncated=True)


def _matches_of_none_read(source: RecordSource, plan: ReadingPlan, counted: int | None) -> Matches:
    """Return how many records the offset skipped."""
    if not plan.offset:
        return Matches(0)
    if counted is not None and 0 < counted <= plan.offset:
        return Matches(counted)
    page = source.fetch(str(plan.query.cut(limit=1)), counted=True, only_ids=True)
    if not page.ids:
        return Matches(0)
    is_possible = page.total is not None and 0 < page.total <= plan.offset
    return Matches(page.total or 1) if is_possible else Matches(1, is_exact=False)


def _counted_again(source: RecordSource, plan: ReadingPlan, reached: int, last_id: int | None) -> Matches:
    """Look for a record behind the last one that was read, and count again."""
    order = plan.id_order
    if order:
        query, before = order.after(plan.keyset_query, last_id).cut(limit=1), reached
    elif reached <= limits.MAX_OFFSET:
        query, before = plan.query.cut(limit=1, offset=reached), 0
    else:
        return Matches(reached, is_exact=False, truncated=True)
    page = source.fetch(str(query), counted=True, only_ids=True)
    if not page.ids:
        return Matches(reached)
    counted = before + (page.total or 0)
    if counted > reached:
        return Matches(counted, truncated=True)
    return Matches(reached + 1, is_exact=False, truncated=True)
