"""Properties of readings during changes: no duplicates, the right order, and no unchanged record missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.reading.reader import ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import FORM, add, ids_read, small_pages

IDS = st.sets(st.integers(1, 120), max_size=70)
SEEDS = st.integers(0, 9)


@dataclass
class _Change:
    request: int
    gone: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)


CHANGES = st.lists(
    st.builds(_Change, st.integers(2, 20), st.sets(st.integers(1, 120), max_size=12), st.sets(st.integers(1, 150))),
    max_size=4,
)


@contextmanager
def _site(ids: set[int], changes: list[_Change], seed: int) -> Iterator[tuple[InProcess, set[int]]]:
    """Yield a kintone that changes between requests, and the ids that remain throughout."""
    with small_pages(), InProcess(FORM, seed=seed) as site:
        add(site, ids)

        def change(asked: Asked) -> None:
            for event in changes:
                if event.request == asked.number:
                    site.delete(event.gone)
                    add(site, event.new)

        site.before = change
        yield site, ids.difference(*(event.gone for event in changes))


@settings(deadline=None)
@given(
    IDS,
    st.sampled_from(["", "order by $id asc", "order by $id desc", "order by name asc", "order by name desc"]),
    st.none() | st.integers(1, 90),
    st.none() | st.integers(0, 90),
    st.none() | st.integers(1, 90),
    st.integers(1, 6),
)
def test_paged_plan_equals_one_unlimited_evaluation_when_nothing_changes(  # noqa: PLR0913, PLR0917
    ids: set[int], order: str, limit: int | None, offset: int | None, max_records: int | None, ranges: int
) -> None:
    """The pages have the records that one request without limits would return."""
    options = [order, "" if limit is None else f"limit {limit}", "" if offset is None else f"offset {offset}"]
    query = " ".join(filter(None, options))
    implied = "order by $id asc" if limit is None else "order by $id desc"
    cap = min([n for n in (limit, max_records) if n is not None], default=None)

    with _site(ids, [], 0) as (site, _):
        reading = read(site.client, ReadRequest(site.app, query, max_records=max_records, ranges=ranges))
        found = ids_read(reading)

        assert found == site.ids(order or implied)[offset or 0 :][:cap]
        assert reading.total == len(found)
        assert site.kintone.stats.live_cursors == 0


@settings(deadline=None)
@given(
    ids=IDS,
    changes=CHANGES,
    order=st.sampled_from(["order by $id asc", "order by $id desc"]),
    ranges=st.integers(1, 6),
    seed=SEEDS,
    counts=st.booleans(),
)
def test_every_unchanged_record_comes_once_when_others_come_and_go(  # noqa: PLR0913
    ids: set[int], changes: list[_Change], order: str, ranges: int, seed: int, *, counts: bool
) -> None:
    """Changes shift the pages; every unchanged record is read exactly once, in order."""
    with _site(ids, changes, seed) as (site, stayed):
        if not counts:
            site.change = lambda _asked, body: {**body, "totalCount": None}
        found = ids_read(read(site.client, ReadRequest(site.app, order, ranges=ranges)))

    assert found == sorted(set(found), reverse="desc" in order)
    assert stayed <= set(found)


@settings(deadline=None)
@given(IDS, CHANGES, st.integers(1, 60), st.integers(1, 6), SEEDS)
def test_limit_takes_the_first_ones_when_records_come_and_go(
    ids: set[int], changes: list[_Change], limit: int, ranges: int, seed: int
) -> None:
    """With a limit, no unchanged record between those that were read is skipped."""
    with _site(ids, changes, seed) as (site, stayed):
        query = f"order by $id asc limit {limit}"
        found = ids_read(read(site.client, ReadRequest(site.app, query, ranges=ranges)))

    assert found == sorted(set(found))
    assert len(found) <= limit
    assert stayed.intersection(range(max(found, default=0) + 1)) <= set(found)
    assert len(found) == limit or stayed <= set(found)


@settings(deadline=None)
@given(IDS, CHANGES, SEEDS)
def test_every_record_that_stayed_comes_once_when_read_by_cursor(
    ids: set[int], changes: list[_Change], seed: int
) -> None:
    """A cursor returns each record of its set that still exists."""
    with _site(ids, changes, seed) as (site, stayed):
        found = ids_read(read(site.client, ReadRequest(site.app, "order by name asc")))

        assert len(found) == len(set(found))
        assert stayed <= set(found)
        assert site.kintone.stats.live_cursors == 0
