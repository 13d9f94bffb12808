"""A ``totalCount`` that is wrong makes no answer short, whichever way the records are read."""

from collections.abc import Iterator

import pytest

from kintone.errors import CursorLimitError, ErrorReply
from kintone.messages import Message
from kintone.operations import Operation, Repeat
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.reading_double import APP, KintoneDouble, ids_read, record_of, small_pages

MATCHES = 43
WRONG = (0, 1, 4, 5, 6, 10, 15, 40, 42, 44, 1000)


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with small_pages(page=5, most_skipped=20):
        yield


def _double(count: int | None) -> KintoneDouble:
    double = KintoneDouble(range(1, MATCHES + 1), page=5, most_skipped=20)
    double.wrong_count = count
    return double


def _reading(double: KintoneDouble, query: str, max_records: int | None = None, ranges: int = 4) -> Reading:
    return read(double, ReadRequest(APP, query, max_records=max_records, ranges=ranges))


@pytest.mark.parametrize("count", WRONG)
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
    query: str, max_records: int | None, expected: range, count: int, ranges: int
) -> None:
    """Only a page that is not full ends a reading, or the cap that was asked for."""
    reading = _reading(_double(count), query, max_records, ranges)

    assert ids_read(reading) == list(expected)
    assert reading.total == len(expected)
    assert reading.warnings == []


@pytest.mark.parametrize("count", WRONG)
@pytest.mark.parametrize(
    ("options", "max_records", "start", "end"),
    [("", None, 0, 43), (" offset 7", None, 7, 43), (" limit 20 offset 7", None, 7, 27), ("", 21, 0, 21)],
)
def test_every_record_comes_when_the_count_of_a_cursor_is_wrong(
    options: str, max_records: int | None, start: int, end: int, count: int
) -> None:
    """The cursor is read to its own end, or to the cap, and given back."""
    double = _double(count)
    reading = _reading(double, f"order by name asc{options}", max_records)

    assert ids_read(reading) == double.matching("order by name asc")[start:end]
    assert reading.total == end - start
    assert double.cursors == {}


def _without_cursors(count: int) -> KintoneDouble:
    double = _double(count)

    def refuse(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_CREATE:
            raise CursorLimitError(Message("all taken"), reply=ErrorReply(429, "GAIA_TM12"))

    double.before = refuse
    return double


@pytest.mark.parametrize("count", [12, 25])
@pytest.mark.parametrize("options", ["", " limit 40"])
def test_reader_is_told_when_an_offset_does_not_reach_the_end(count: int, options: str) -> None:
    """By the count everything is within an offset's reach; what lies behind it cannot be read, and that is said."""
    double = _without_cursors(count)
    reading = _reading(double, f"order by name asc{options}")

    assert ids_read(reading) == double.matching("order by name asc")[:25]
    assert any("no record further on" in warning for warning in reading.warnings)


def test_offsets_are_not_used_when_the_first_page_proves_the_count_wrong() -> None:
    """How many records there are is not known then."""
    with pytest.raises(CursorLimitError, match=r"^\[GAIA_TM12\] "):
        ids_read(_reading(_without_cursors(5), "order by name asc"))


def test_no_record_is_read_twice_when_the_count_is_right_and_the_last_page_full() -> None:
    """One id is asked for to know that a full page is the last, in either order."""
    for query in ("", "order by name asc"):
        double = KintoneDouble(range(1, 6), page=5)
        reading = _reading(double, query)

        assert len(ids_read(reading)) == 5
        assert (reading.strategy, reading.requests_made) == ("single", 2)
        assert double.operations[-1].parameters["fields"] == ["$id"]


def test_total_is_that_behind_the_offset_when_a_cursor_counts_all() -> None:
    """Progress and forecasts go by the records to come."""
    told: list[tuple[int, int | None]] = []
    double = KintoneDouble(range(1, MATCHES + 1), page=5)

    reading = read(
        double, ReadRequest(APP, "order by name asc offset 31"), lambda count, total: told.append((count, total))
    )

    assert len(ids_read(reading)) == 12
    assert {total for _, total in told} == {12}


def test_reading_by_id_ends_when_records_keep_appearing() -> None:
    """What was there when the count proved wrong is read, in either order; what came later may be missing."""
    double = KintoneDouble(range(1, 7), page=5)

    def appear(_number: int, _operation: Operation) -> None:
        newest = max(double.records)
        double.records.update({i: record_of(i) for i in range(newest + 1, newest + 8)})

    double.before = appear
    reading = _reading(double, "")
    ids = ids_read(reading)

    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= 13
    assert reading.warnings == ["records kept appearing while they were read: the newest may be missing"]
