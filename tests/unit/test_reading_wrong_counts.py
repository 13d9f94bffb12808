"""A wrong ``totalCount`` does not shorten a reading, in any way of reading."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import CursorLimitError
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import add, ids_read, small_pages

MATCHES = 43
WRONG = (0, 1, 4, 5, 6, 10, 15, 40, 42, 44, 1000)


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with small_pages(page=5, most_skipped=20):
        yield


def _miscounting(site: InProcess, count: int) -> None:
    """Make kintone report a wrong ``totalCount`` in every answer that has one."""
    if not site.ids("limit 1"):
        add(site, range(1, MATCHES + 1))

    def miscount(_asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"totalCount": str(count)} if body.get("totalCount") is not None else body

    site.change = miscount


def _reading(site: InProcess, query: str, max_records: int | None = None, ranges: int = 4) -> Reading:
    return read(site.client, ReadRequest(site.app, query, max_records=max_records, ranges=ranges))


@pytest.mark.parametrize("ranges", [1, 4])
@pytest.mark.parametrize(
    ("query", "max_records", "expected"),
    [
        ("", None, range(1, 44)),
        ("order by $id desc", None, range(43, 0, -1)),
        ("order by $id asc offset 2", None, range(3, 44)),
        ("order by $id asc offset 25", None, range(26, 44)),
        ("limit 31", None, range(43, 12, -1)),
        ("limit 31 offset 3", None, range(40, 9, -1)),
        ("", 30, range(1, 31)),
        ("limit 40", 30, range(43, 13, -1)),
    ],
)
def test_every_record_comes_when_the_count_is_wrong_and_the_order_is_by_id(
    site: InProcess, query: str, max_records: int | None, expected: range, ranges: int
) -> None:
    """Only a page that is not full, or the requested maximum, ends a reading; a warning tells of records not given."""
    for count in WRONG:
        _miscounting(site, count)
        reading = _reading(site, query, max_records, ranges)

        assert ids_read(reading) == list(expected), count
        assert reading.total == len(expected), count
        is_stopped = max_records is not None or "limit" in query
        assert len(reading.warnings) == (count > MATCHES and not is_stopped), count
        assert reading.matches.counted == (count if reading.warnings else None), count


@pytest.mark.parametrize(
    ("options", "max_records", "start", "end"),
    [("", None, 0, 43), (" offset 7", None, 7, 43), (" limit 20 offset 7", None, 7, 27), ("", 21, 0, 21)],
)
def test_every_record_comes_when_the_count_of_a_cursor_is_wrong(
    site: InProcess, options: str, max_records: int | None, start: int, end: int
) -> None:
    """The cursor is read to its end, or to the requested maximum, and deleted."""
    for count in WRONG:
        _miscounting(site, count)
        reading = _reading(site, f"order by name asc{options}", max_records)

        assert ids_read(reading) == site.ids("order by name asc")[start:end], count
        assert reading.total == end - start, count
        assert len(reading.warnings) == (count > end == MATCHES), count
        assert site.kintone.stats.live_cursors == 0, count


def _without_cursors(site: InProcess, count: int) -> None:
    _miscounting(site, count)
    site.kintone.fail(method="POST", api="records/cursor", times=None, status=429, code="GAIA_TM12")


@pytest.mark.parametrize("count", [12, 25])
@pytest.mark.parametrize("options", ["", " limit 40"])
def test_warning_is_given_when_an_offset_does_not_reach_the_end(site: InProcess, count: int, options: str) -> None:
    """Records beyond the maximum offset cannot be read although the count suggests it, and a warning says so."""
    _without_cursors(site, count)
    reading = _reading(site, f"order by name asc{options}")

    assert ids_read(reading) == site.ids("order by name asc")[:25]
    assert any("cannot reach further records" in str(warning) for warning in reading.warnings)


def test_offsets_are_not_used_when_the_first_page_proves_the_count_wrong(site: InProcess) -> None:
    """The number of records is unknown in this case."""
    _without_cursors(site, 5)
    with pytest.raises(CursorLimitError, match=r"^\[GAIA_TM12\] "):
        ids_read(_reading(site, "order by name asc"))


def test_no_record_is_read_twice_when_the_count_is_right_and_the_last_page_full(site: InProcess) -> None:
    """One id is requested to find out that a full page is the last, in either order."""
    add(site, range(1, 6))
    for query in ("", "order by name asc"):
        reading = _reading(site, query)

        assert len(ids_read(reading)) == 5
        assert (reading.strategy, reading.requests_made) == ("single", 2)
        assert site.asked[-1].parameters["fields"] == ["$id"]


@pytest.mark.parametrize(("query", "vanishing", "last"), [("", 1, 6), ("order by $id desc", 6, 1)])
def test_record_behind_a_full_page_is_found_when_another_vanishes(
    site: InProcess, query: str, vanishing: int, last: int
) -> None:
    """It is looked for behind the last id that was read, since an offset would now lie behind it."""
    _miscounting(site, 5)
    site.delete(range(7, MATCHES + 1))
    site.before = lambda asked: site.delete([vanishing]) if asked.number == 2 else None

    assert ids_read(_reading(site, query))[-1] == last


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order by name asc offset 31", 12),
        ("order by name asc offset 7", 36),
        ("order by name asc limit 20 offset 31", 12),
        ("order by name asc limit 30 offset 7", 30),
        ("order by $id asc offset 7", 36),
        ("order by $id desc offset 7", 36),
        ("order by $id asc offset 24", 19),
        ("order by $id desc offset 24", 19),
        ("order by $id asc limit 15 offset 24", 15),
        ("order by $id asc offset 41", 2),
        ("order by $id desc offset 42", 1),
        ("order by $id desc limit 30 offset 30", 13),
    ],
)
@pytest.mark.parametrize("ranges", [1, 4])
def test_total_excludes_the_offset(site: InProcess, query: str, ranges: int, expected: int) -> None:
    """Progress and forecasts count the records after the offset, in every way of reading."""
    progress: list[tuple[int, int | None]] = []
    add(site, range(1, MATCHES + 1))

    request = ReadRequest(site.app, query, ranges=ranges)
    reading = read(site.client, request, lambda count, total: progress.append((count, total)))

    order = site.ids(query.partition(" limit")[0].partition(" offset")[0])
    offset = int(query.rpartition(" ")[2])
    assert ids_read(reading) == order[offset : offset + expected]
    assert {total for _, total in progress} == {expected}


def test_reading_by_id_ends_when_records_keep_appearing(site: InProcess) -> None:
    """All records that existed when the count proved wrong are read; later ones may be missing."""
    add(site, range(1, 7))

    def add_newest(_asked: Asked) -> None:
        newest = max(site.ids("order by $id desc limit 1"))
        add(site, range(newest + 1, newest + 8))

    site.before = add_newest
    reading = _reading(site, "")
    ids = ids_read(reading)

    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= 13
    assert len(reading.warnings) == 1
    assert "newest may be missing" in str(reading.warnings[0])
