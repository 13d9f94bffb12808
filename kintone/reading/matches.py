"""How many records match a query, and whether its reading was stopped before the last of them.

Source: kintone's ``totalCount`` counts all matches, whatever ``limit`` and ``offset``:
https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records. It costs kintone time and no request. It is believed
only where the records that were read do not contradict it; where they do, more requests settle what they can.
"""

from dataclasses import dataclass

from kintone import limits
from kintone.messages import Message
from kintone.reading.pages import RecordSource
from kintone.reading.plan import ReadingPlan


@dataclass(frozen=True, slots=True)
class Matches:
    """How many records match a query, whatever its offset and limit.

    ``count`` is the number, or where ``is_exact`` is False the smallest that it can be. ``truncated`` says that a limit
    kept matching records back; with a limit of 0 it is always set. ``counted`` is kintone's own count where it promised
    records that did not come although nothing stopped the reading, else None.
    """

    count: int
    is_exact: bool = True
    truncated: bool = False
    counted: int | None = None


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
        return Matches(reached, counted=_above(reached, read.counted))
    if read.counted is not None and read.counted >= reached:
        return Matches(read.counted, truncated=read.counted > reached)
    return _counted_again(source, plan, reached, read.last_id)


def matches_of_zero(counted: int | None, *, has_record: bool) -> Matches:
    """Return how many records match a query with a limit of 0, given kintone's count and whether it has a record."""
    if not has_record:
        return _none(counted, truncated=True)
    return Matches(counted, truncated=True) if counted else Matches(1, is_exact=False, truncated=True)


def missing_records(matches: Matches, offset: int, records: int) -> Message | None:
    """Return a warning where kintone promised records that did not come; None where all came.

    It blames nobody: other users may have deleted them during the reading.
    """
    if matches.counted is None:
        return None
    if records or not offset:
        return Message(
            "kintone counted {counted:,} matching records when the reading began, and {reached:,} came: the rest "
            "was deleted meanwhile, or is missing here; another query would tell",
            counted=matches.counted,
            reached=offset + records,
        )
    return Message(
        "kintone counted {counted:,} matching records when the reading began, and none came from offset {offset} on: "
        "they were deleted meanwhile, or are missing here; another query would tell",
        counted=matches.counted,
        offset=offset,
    )


def _above(reached: int, counted: int | None) -> int | None:
    """Return a count if it promises more than was reached."""
    return counted if counted is not None and counted > reached else None


def _none(counted: int | None, *, truncated: bool = False) -> Matches:
    """Return the matches of a query that has no record even without an offset; a count may contradict that."""
    promised = _above(0, counted)
    return Matches(0, is_exact=promised is None, truncated=truncated, counted=promised)


def _matches_of_none_read(source: RecordSource, plan: ReadingPlan, counted: int | None) -> Matches:
    """Return how many records the offset skipped."""
    if not plan.offset:
        return _none(counted)
    if counted is not None and 0 < counted <= plan.offset:
        return Matches(counted)
    page = source.fetch(str(plan.query.cut(limit=1)), counted=True, only_ids=True)
    if not page.ids:
        return _none(page.total)
    if page.total is not None and 0 < page.total <= plan.offset:
        return Matches(page.total)
    return Matches(1, is_exact=False, counted=_above(plan.offset, page.total))


def _counted_again(source: RecordSource, plan: ReadingPlan, reached: int, last_id: int | None) -> Matches:
    """Look for a record behind the last one that was read, and count again.

    The new count is believed only if it agrees with that record: a first count that was too small may have been
    outdated, or wrong like every other one of this server.
    """
    order = plan.id_order
    if not order and reached > limits.MAX_OFFSET:
        return Matches(reached, is_exact=False, truncated=True)
    behind = order.after(plan.keyset_query, last_id) if order else plan.query
    page = source.fetch(str(behind.cut(limit=1, offset=None if order else reached)), counted=not order, only_ids=True)
    if not page.ids:
        return Matches(reached)
    counted = page.total
    if order:
        counted = source.fetch(str(plan.query.cut(limit=1)), counted=True, only_ids=True).total
    if counted is not None and counted > reached:
        return Matches(counted, truncated=True)
    return Matches(reached + 1, is_exact=False, truncated=True)
