"""Requests, order and number of records of a reading."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import add, ids_read, small_pages


def _reading(site: InProcess, query: str = "", max_records: int | None = None, ranges: int = 4) -> Reading:
    return read(site.client, ReadRequest(site.app, query, max_records=max_records, ranges=ranges))


@pytest.mark.parametrize(
    ("count", "requests", "strategy"),
    [
        (0, 1, "single"),
        (499, 1, "single"),
        (500, 2, "single"),
        (501, 2, "record_id"),
        (1000, 3, "record_id"),
        (1200, 3, "record_id"),
        (10_000, 21, "record_id"),
    ],
)
def test_all_records_come_once_when_there_is_no_limit(
    site: InProcess, count: int, requests: int, strategy: str
) -> None:
    """Every record is returned once, in ascending order, with few requests more than pages."""
    add(site, range(3, 3 + 7 * count, 7))
    reading = _reading(site)

    assert ids_read(reading) == site.ids()
    assert (reading.requests_made, reading.strategy, reading.total) == (requests, strategy, count)
    assert len(site.asked) == requests


def test_condition_is_guarded_in_parentheses_when_pages_follow(site: InProcess) -> None:
    """The first request has the caller's condition unchanged; later ones put it in parentheses."""
    add(site, range(1, 1201))

    assert ids_read(_reading(site, 'a = "1" or b = "2"')) == list(range(1, 1201))

    assert [asked.query for asked in site.asked] == [
        'a = "1" or b = "2" order by $id asc limit 500',
        '(a = "1" or b = "2") and $id > 500 order by $id asc limit 500',
        '(a = "1" or b = "2") and $id > 500 order by $id asc limit 500 offset 499',
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit 3", [30, 29, 28]),
        ("limit 7", list(range(30, 23, -1))),
        ("limit 7 offset 11", list(range(19, 12, -1))),
        ("order by $id desc", list(range(30, 0, -1))),
        ("order by $id ASC limit 15 offset 20", list(range(21, 31))),
        ("order by $id asc offset 29", [30]),
        ("order by $id asc offset 50", []),
        ("limit 10", list(range(30, 20, -1))),
    ],
)
def test_limit_and_offset_may_be_any_number(site: InProcess, query: str, expected: list[int]) -> None:
    """A limit above a page is read in pages; without an order the newest come first, as in kintone."""
    add(site, range(1, 31))
    with small_pages(page=5, most_skipped=100):
        for ranges in (1, 2, 4, 9):
            assert ids_read(_reading(site, query, ranges=ranges)) == expected, ranges


def test_offset_may_be_above_ten_thousand(site: InProcess) -> None:
    """Records are skipped by reading one id for each ten thousand."""
    add(site, range(1, 22_001))
    for query, first, last, requests in (
        ("order by $id asc limit 5 offset 10001", 10_002, 10_006, 2),
        ("order by $id asc limit 1200 offset 20500", 20_501, 21_700, 5),
        ("limit 700 offset 20002", 1_998, 1_299, 4),
    ):
        reading = _reading(site, query)

        ids = ids_read(reading)

        assert (ids[0], ids[-1]) == (first, last), query
        assert reading.strategy == "record_id", query
        assert reading.requests_made == requests, query
        assert reading.total == len(ids), query


def test_offset_behind_the_end_gives_no_records(site: InProcess) -> None:
    """An offset behind the last record is an empty result, not an error."""
    add(site, range(1, 10_002))
    for offset in (10_001, 20_000, 50_000):
        reading = _reading(site, f"order by $id asc offset {offset}")

        assert ids_read(reading) == [], offset
        assert (reading.strategy, reading.total) == ("record_id", 0), offset


@pytest.mark.parametrize(
    ("query", "max_records", "expected"),
    [
        ("", 2, [1, 2]),
        ("", 1100, list(range(1, 1101))),
        ("limit 5", 2, [1200, 1199]),
        ("limit 2", 5, [1200, 1199]),
        ("limit 900", 600, list(range(1200, 600, -1))),
    ],
)
def test_max_records_caps_the_result_when_it_is_the_smaller_number(
    site: InProcess, query: str, max_records: int, expected: list[int]
) -> None:
    """The smaller of limit and max_records applies, in the order of the query."""
    add(site, range(1, 1201))
    assert ids_read(_reading(site, query, max_records)) == expected


def test_last_page_asks_only_for_missing_records_up_to_the_cap(site: InProcess) -> None:
    """The last request reads the missing records and one of overlap, without a total count."""
    add(site, range(1, 1011))

    ids_read(_reading(site, "order by $id asc limit 1010"))

    assert site.asked[-1].query == "$id > 500 order by $id asc limit 11 offset 499"
    assert "totalCount" not in site.asked[-1].parameters


def test_max_records_is_refused_when_it_is_no_number_of_records(site: InProcess) -> None:
    """Zero is not a valid maximum."""
    with pytest.raises(InvalidParameterError, match="max_records"):
        _reading(site, max_records=0)


@pytest.mark.parametrize(
    ("query", "max_records", "effective"),
    [
        ("", None, "order by $id asc"),
        ("a = 1 LIMIT 5", None, "a = 1 limit 5"),
        ("a = 1 limit 700 offset 3", None, "a = 1 order by $id desc limit 700 offset 3"),
        ("a = 1 order by b", 600, "a = 1 order by b limit 600"),
        ("a = 1", 7, "a = 1 order by $id asc limit 7"),
    ],
)
def test_effective_query_gives_the_same_records_in_one_request(
    site: InProcess, query: str, max_records: int | None, effective: str
) -> None:
    """The effective query contains the order and the limit that were used."""
    assert _reading(site, query, max_records).effective_query == effective


def test_progress_is_reported_after_each_page(site: InProcess) -> None:
    """Progress has the records so far and the expected total."""
    progress: list[tuple[int, int | None]] = []
    add(site, range(1, 1201))

    ids_read(read(site.client, ReadRequest(site.app), lambda count, total: progress.append((count, total))))

    assert progress == [(500, 1200), (1000, 1200), (1200, 1200)]


def test_planning_sends_no_request(site: InProcess) -> None:
    """Requests are sent only when pages are taken."""
    add(site, range(1, 10))

    reading = _reading(site)

    assert (reading.requests_made, site.asked) == (0, [])


@pytest.mark.parametrize(
    "query", ["limit 0", "order by $id asc limit 0 offset 3", "order by name asc limit 0 offset 20000"]
)
def test_limit_of_zero_gives_no_records(site: InProcess, query: str) -> None:
    """Kintone refuses a limit of 0, so one record is requested and dropped."""
    add(site, range(1, 8))
    reading = read(site.client, ReadRequest(site.app, query))

    assert ids_read(reading) == []
    assert (reading.total, reading.requests_made) == (0, 1)
    assert site.asked[0].query.endswith("limit 1")


def test_query_of_the_maximum_length_is_accepted(site: InProcess) -> None:
    """A longer query is refused before a request."""
    query = f'a = "{"x" * (200_000 - len('a = ""'))}"'

    assert _reading(site, query).effective_query.startswith(query)
    with pytest.raises(InvalidParameterError, match="200,001 characters"):
        _reading(site, f"{query} ")
    assert site.asked == []
