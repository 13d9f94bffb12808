"""The number of all matching records, and whether a maximum stopped the reading before the last of them."""

from typing import Any

import pytest

from kintone.reading.matches import Matches
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import BY_NAME, add, ids_read, small_pages

MATCHING = 43


def _reading(site: InProcess, query: str, max_records: int | None = None) -> Reading:
    if not site.ids("limit 1"):
        add(site, range(1, MATCHING + 1))
    return read(site.client, ReadRequest(site.app, query, max_records=max_records))


def _counting(site: InProcess, count: int | None) -> None:
    """Have kintone answer every request for a count with this one."""

    def change(_asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        answer = None if count is None else str(count)
        return body | {"totalCount": answer} if body.get("totalCount") is not None else body

    site.change = change


@pytest.mark.parametrize(
    ("query", "max_records", "count", "total", "truncated", "requests"),
    [
        ("", None, 43, 43, False, None),
        ("", 3, 3, 43, True, 1),
        ("limit 3", None, 3, 43, True, 1),
        ("limit 5 offset 7", None, 5, 43, True, 1),
        ("order by name asc limit 4 offset 39", None, 4, 43, False, None),
        ("limit 5 offset 41", None, 2, 43, False, None),
        ("limit 5 offset 43", None, 0, 43, False, None),
        ("limit 3 offset 18", None, 3, 43, True, 1),
        ("limit 5 offset 20", None, 5, 43, True, 1),
        ("order by $id asc offset 20", None, 23, 43, False, 6),
        ("order by $id asc offset 50", 3, 0, 43, False, 3),
        ("order by $id asc limit 3 offset 30", None, 3, 43, True, 2),
        ("order by $id asc limit 12 offset 30", 11, 11, 43, True, None),
        ('a = "1" limit 2', None, 2, 22, True, 1),
        ("limit 0", None, 0, 43, True, 1),
        ("limit 0 offset 100", 5, 0, 43, True, 1),
        ('a = "no" limit 0', None, 0, 0, True, 1),
        ('a = "no" offset 3', None, 0, 0, False, 2),
        ('a = "no" limit 3', None, 0, 0, False, 1),
        ("limit 12", None, 12, 43, True, None),
        ("", 43, 43, 43, False, None),
        ("limit 44", None, 43, 43, False, None),
        (f"{BY_NAME} limit 12", None, 12, 43, True, None),
        (f"{BY_NAME} limit 12 offset 35", None, 8, 43, False, None),
        (f"{BY_NAME} offset 50", None, 0, 43, False, None),
    ],
)
def test_matches_count_all_records_whatever_limit_and_offset(  # noqa: PLR0913, PLR0917 - a table
    site: InProcess,
    query: str,
    max_records: int | None,
    count: int,
    total: int,
    truncated: bool,  # noqa: FBT001
    requests: int | None,
) -> None:
    """The total is exact in every way of reading, and a single page still takes one request."""
    with small_pages():
        reading = _reading(site, query, max_records)

        assert len(ids_read(reading)) == count
    assert reading.matches == Matches(total, truncated=truncated)
    assert requests is None or reading.requests_made == requests


@pytest.mark.parametrize(
    ("query", "max_records", "bound"),
    [
        ("", None, None),
        ("limit 3", None, "limit"),
        ("", 3, "max_records"),
        ("limit 3", 4, "limit"),
        ("limit 3", 3, "limit"),
        ("limit 3", 2, "max_records"),
    ],
)
def test_bound_is_the_smaller_maximum(site: InProcess, query: str, max_records: int | None, bound: str | None) -> None:
    """A text can name what stopped the reading."""
    assert _reading(site, query, max_records).bound == bound


@pytest.mark.parametrize("counted", [None, 0, 1, 2])
@pytest.mark.parametrize(
    ("query", "max_records"),
    [
        ("limit 3", None),
        (f"{BY_NAME} limit 3", None),
        ("", 3),
        ("order by $id asc limit 3 offset 30", None),
        ("limit 7", None),
    ],
)
def test_wrong_count_is_not_repeated_when_more_records_follow(
    site: InProcess, query: str, max_records: int | None, counted: int | None
) -> None:
    """A count below the records that were read cannot be right: one more record is looked for and found."""
    _counting(site, counted)
    with small_pages():
        reading = _reading(site, query, max_records)
        ids = ids_read(reading)

    offset = int(query.rpartition("offset ")[2]) if "offset" in query else 0
    assert reading.matches.truncated
    assert offset + len(ids) < reading.matches.count <= MATCHING


@pytest.mark.parametrize("counted", [None, 0, 1, 42])
@pytest.mark.parametrize("query", ["limit 43", f"{BY_NAME} limit 43", "order by $id asc limit 13 offset 30"])
def test_matches_are_exact_when_no_record_follows_and_the_count_is_wrong(
    site: InProcess, query: str, counted: int | None
) -> None:
    """One more request proves that the last record was read."""
    _counting(site, counted)
    with small_pages(page=50, most_skipped=100):
        reading = _reading(site, query)
        ids_read(reading)

    assert reading.matches == Matches(MATCHING)
    assert reading.requests_made == 2


@pytest.mark.parametrize("counted", [None, 0, 51, 1000])
@pytest.mark.parametrize("query", ["limit 5 offset 50", "order by $id asc offset 50", f"{BY_NAME} offset 50"])
def test_offset_behind_the_end_is_not_called_no_match_when_the_count_is_wrong(
    site: InProcess, query: str, counted: int | None
) -> None:
    """That some record matches is certain, how many is not; that kintone counts more than the offset is told."""
    _counting(site, counted)
    with small_pages(page=60, most_skipped=100):
        reading = _reading(site, query)

        assert ids_read(reading) == []
    promised = counted if counted and counted > 50 else None
    assert reading.matches == Matches(1, is_exact=False, counted=promised)
    assert len(reading.warnings) == bool(promised)


@pytest.mark.parametrize(
    ("counted", "query", "expected"),
    [
        (None, "limit 0", Matches(1, is_exact=False, truncated=True)),
        (0, "limit 0", Matches(1, is_exact=False, truncated=True)),
        (5, 'a = "no" limit 0', Matches(0, is_exact=False, truncated=True, counted=5)),
        (5, 'a = "no" limit 3', Matches(0, is_exact=False, counted=5)),
        (5, 'a = "no" offset 3', Matches(0, is_exact=False, counted=5)),
        (2, 'a = "no" offset 3', Matches(2)),
        (0, 'a = "no" limit 3', Matches(0)),
        (None, 'a = "no" offset 3', Matches(0)),
    ],
)
def test_records_decide_when_the_count_contradicts_them(
    site: InProcess, counted: int | None, query: str, expected: Matches
) -> None:
    """No record at the start means that none matches, unless kintone counts some; a record, that at least one does."""
    _counting(site, counted)
    reading = _reading(site, query)
    ids_read(reading)

    assert reading.matches == expected
    assert len(reading.warnings) == (expected.counted is not None)


def test_count_is_asked_again_when_records_were_added_meanwhile(site: InProcess) -> None:
    """The first count is smaller than what was read, so it is outdated; the second one is right."""
    add(site, range(1, 7))
    site.before = lambda asked: add(site, range(7, 31)) if asked.number == 2 else None
    with small_pages():
        reading = _reading(site, "", 12)

        assert ids_read(reading) == list(range(1, 13))
    assert reading.matches == Matches(30, truncated=True)


@pytest.mark.parametrize("counted", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("query", ["limit 12", "order by $id asc limit 3 offset 30", f"{BY_NAME} limit 12"])
def test_wrong_count_is_not_added_to_the_records_that_were_read(site: InProcess, query: str, counted: int) -> None:
    """Of a server whose count is below what was read, no other count is believed: one more than was read is certain."""
    _counting(site, counted)
    with small_pages():
        reading = _reading(site, query)
        ids_read(reading)

    reached = 33 if "offset" in query else 12
    assert reading.matches == Matches(reached + 1, is_exact=False, truncated=True)


@pytest.mark.parametrize("query", ["limit 2", "", f"{BY_NAME} limit 7", "offset 50", 'a = "no"', "limit 0"])
def test_count_of_a_search_that_kintone_cut_off_is_not_called_exact(site: InProcess, query: str) -> None:
    """More may match than kintone found."""
    site.kintone.fail(headers={"X-Cybozu-Warning": "Filter aborted because of too many search results"}, times=None)
    with small_pages():
        reading = _reading(site, query)
        ids_read(reading)

    assert not reading.matches.is_exact
    assert reading.matches.count == (0 if "no" in query else MATCHING)
    assert len(reading.warnings) == 1


def test_unreachable_end_is_not_called_the_last_record(site: InProcess) -> None:
    """Where an offset does not reach further, more may match than were read, and the total says so."""
    _counting(site, 12)
    site.kintone.settings.cursor_limit = 0
    with small_pages():
        reading = _reading(site, BY_NAME)

        assert len(ids_read(reading)) == 25
    assert reading.matches == Matches(25, is_exact=False, truncated=True)


def test_totals_cost_no_request_when_nothing_contradicts_them(site: InProcess) -> None:
    """The first page brings the count along; a limit of 0 is asked as a limit of 1, without an offset."""
    ids_read(_reading(site, "limit 3 offset 2"))
    ids_read(_reading(site, "order by name asc limit 0 offset 4"))

    assert [(asked.query, asked.parameters["totalCount"]) for asked in site.asked] == [
        ("limit 3 offset 2", "true"),
        ("order by name asc limit 1", "true"),
    ]
