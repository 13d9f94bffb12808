"""Whatever happens to records while they are read: none twice, none out of order, none that stayed is missing."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from kintone.operations import Operation
from kintone.reading.reader import ReadRequest, read
from tests.unit.reading_double import APP, KintoneDouble, ids_read, record_of, small_pages

IDS = st.sets(st.integers(1, 120), max_size=70)


@dataclass
class _Change:
    request: int
    gone: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)


CHANGES = st.lists(
    st.builds(_Change, st.integers(2, 20), st.sets(st.integers(1, 120), max_size=12), st.sets(st.integers(1, 150))),
    max_size=4,
)


def _changing(ids: set[int], changes: list[_Change]) -> tuple[KintoneDouble, set[int]]:
    """Return a double that changes between requests, and the ids that stay throughout."""
    double = KintoneDouble(ids, page=5, most_skipped=20)

    def change(number: int, _operation: Operation) -> None:
        for event in changes:
            if event.request == number:
                double.records = {i: record for i, record in double.records.items() if i not in event.gone}
                double.records.update({i: record_of(i) for i in event.new - set(double.records)})

    double.before = change
    return double, ids.difference(*(event.gone for event in changes))


@given(
    IDS,
    st.sampled_from(["", "order by $id asc", "order by $id desc", "order by name asc", "order by name desc"]),
    st.none() | st.integers(0, 90),
    st.none() | st.integers(0, 90),
    st.none() | st.integers(1, 90),
    st.integers(1, 6),
)
def test_paged_plan_equals_one_unlimited_evaluation_when_nothing_changes(  # noqa: PLR0913, PLR0917
    ids: set[int], order: str, limit: int | None, offset: int | None, max_records: int | None, ranges: int
) -> None:
    """The pages hold what kintone would give in one go if it had no limits."""
    double = KintoneDouble(ids, page=5, most_skipped=20)
    options = [order, "" if limit is None else f"limit {limit}", "" if offset is None else f"offset {offset}"]
    query = " ".join(filter(None, options))
    implied = "order by $id asc" if limit is None else "order by $id desc"
    cap = min([n for n in (limit, max_records) if n is not None], default=None)

    with small_pages():
        reading = read(double, ReadRequest(APP, query, max_records=max_records, ranges=ranges))
        found = ids_read(reading)

    assert found == double.matching(order or implied)[offset or 0 :][:cap]
    assert reading.total == len(found)
    assert double.cursors == {}


@given(
    ids=IDS,
    changes=CHANGES,
    order=st.sampled_from(["order by $id asc", "order by $id desc"]),
    ranges=st.integers(1, 6),
    counts=st.booleans(),
)
def test_every_unchanged_record_comes_once_when_others_come_and_go(
    ids: set[int], changes: list[_Change], order: str, ranges: int, *, counts: bool
) -> None:
    """Changes shift the pages; what stayed is read exactly once, in order."""
    double, stayed = _changing(ids, changes)
    double.counts = counts

    with small_pages():
        found = ids_read(read(double, ReadRequest(APP, order, ranges=ranges)))

    assert found == sorted(set(found), reverse="desc" in order)
    assert stayed <= set(found)


@given(IDS, CHANGES, st.integers(1, 60), st.integers(1, 6))
def test_limit_takes_the_first_ones_when_records_come_and_go(
    ids: set[int], changes: list[_Change], limit: int, ranges: int
) -> None:
    """With a limit, no record that stayed lies unread between those that were read."""
    double, stayed = _changing(ids, changes)

    with small_pages():
        found = ids_read(read(double, ReadRequest(APP, f"order by $id asc limit {limit}", ranges=ranges)))

    assert found == sorted(set(found))
    assert len(found) <= limit
    assert stayed.intersection(range(max(found, default=0) + 1)) <= set(found)
    assert len(found) == limit or stayed <= set(found)


@given(IDS, CHANGES)
def test_every_record_that_stayed_comes_once_when_read_by_cursor(ids: set[int], changes: list[_Change]) -> None:
    """A cursor keeps its set of records, and gives each that is still there."""
    double, stayed = _changing(ids, changes)

    with small_pages():
        found = ids_read(read(double, ReadRequest(APP, "order by name asc")))

    assert len(found) == len(set(found))
    assert stayed <= set(found)
    assert double.cursors == {}
