"""Reading several pages at once: what it asks, and what it makes of changes and failures."""

import gc
import threading

import pytest

from kintone.errors import KintoneError, RateLimitedError, ServiceUnavailableError
from kintone.operations import Operation
from kintone.reading.pages import Batch
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.reading_double import APP, KintoneDouble, ids_read, record_of, small_pages


def _reading(double: KintoneDouble, query: str = "", ranges: int = 4) -> Reading:
    return read(double, ReadRequest(APP, query, ranges=ranges))


def _page_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("kintone-")]


@pytest.mark.parametrize("vanishing", [1, 499, 500, 501, 750, 998, 1000, 1700])
def test_no_record_is_missed_when_one_vanishes_behind_the_first_page(vanishing: int) -> None:
    """A page that does not meet the one before it is read again, and only that one."""
    double = KintoneDouble(range(1, 5001))

    def vanish(number: int, _operation: Operation) -> None:
        if number == 3:
            double.records.pop(vanishing, None)

    double.before = vanish
    reading = _reading(double)
    ids = ids_read(reading)

    assert set(ids) >= set(double.records)
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 13


def test_no_record_is_missed_when_many_vanish_all_the_time() -> None:
    """The overlap of pages grows with the shifts, so that they cost few requests."""
    double = KintoneDouble(range(1, 20_001))

    def vanish(number: int, _operation: Operation) -> None:
        for record_id in range(number * 400, number * 400 + 3):
            double.records.pop(record_id, None)

    double.before = vanish
    reading = _reading(double)
    ids = ids_read(reading)

    assert set(ids) >= set(double.records)
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 50


def test_record_at_the_end_is_not_missed_when_another_appears_before_it() -> None:
    """A count from the beginning does not end the reading while records are left."""
    double = KintoneDouble([*range(1, 600), *range(601, 1002)])

    def appear(number: int, _operation: Operation) -> None:
        if number == 2:
            double.records[600] = record_of(600)

    double.before = appear

    assert ids_read(_reading(double)) == list(range(1, 1002))


def test_reading_ends_when_records_keep_appearing_at_the_end() -> None:
    """New records are not chased for ever, and the reader is told."""
    double = KintoneDouble(range(1, 7))

    def appear(_number: int, _operation: Operation) -> None:
        newest = max(double.records)
        double.records.update({i: record_of(i) for i in range(newest + 1, newest + 8)})

    double.before = appear
    with small_pages():
        reading = _reading(double)
        ids = ids_read(reading)

    assert ids == list(range(1, len(ids) + 1))
    assert reading.requests_made < 60
    assert reading.warnings == ["records kept appearing while they were read: the newest may be missing"]


def test_pages_are_asked_for_at_once_but_not_all_when_the_reader_takes_its_time() -> None:
    """Read-ahead stops at the number of ranges; the rest waits for the reader."""
    double = KintoneDouble(range(1, 20_001))
    pages = _reading(double, ranges=3).pages()

    next(pages)
    threading.Event().wait(0.05)

    assert len(double.operations) == 1 + 3
    assert next(pages).number == 2
    threading.Event().wait(0.05)
    assert len(double.operations) == 1 + 4


def test_few_pages_are_alive_when_many_are_read() -> None:
    """A page that the reader has let go is not kept, however many follow."""
    alive = 0

    for _page in _reading(KintoneDouble(range(1, 10_001))).pages():
        threading.Event().wait(0.001)
        alive = max(alive, sum(type(thing) is Batch for thing in gc.get_objects()))

    assert alive <= 4 + 2


def test_requests_overlap_when_kintone_takes_its_time() -> None:
    """As many requests are on their way at once as there are ranges, and never more."""
    double = KintoneDouble(range(1, 10_001))

    def pause(_number: int, _operation: Operation) -> None:
        threading.Event().wait(0.01)

    double.before = pause

    ids_read(_reading(double, ranges=3))

    assert double.most_at_once == 3


def test_offset_stays_in_kintones_limit_when_there_are_many_ranges() -> None:
    """Pages farther ahead than an offset reaches wait until the ones in front are known."""
    double = KintoneDouble(range(1, 25_001))

    assert ids_read(_reading(double, ranges=30)) == list(range(1, 25_001))


def test_no_page_is_asked_for_in_vain_when_the_count_is_known() -> None:
    """Nothing is read behind the end, however many ranges there are."""
    double = KintoneDouble(range(1, 602))

    ids_read(_reading(double, ranges=20))

    assert len(double.operations) == 2


@pytest.mark.parametrize(("failing", "left"), [([3], 2), ([2, 3, 4, 5], 2), ([3, 10], 1), ([6, 7, 8], 2)])
def test_parallelism_falls_when_kintone_has_too_many_requests(failing: list[int], left: int) -> None:
    """The page is asked for again when the others are through, then fewer are asked at once, and nothing is lost."""
    double = KintoneDouble(range(1, 12_001))
    at_once: list[int] = []
    asked_again: list[int] = []

    def refuse(number: int, operation: Operation) -> None:
        at_once.append(double.at_once)
        if number > 2 and "offset" not in str(operation.parameters["query"]):
            asked_again.append(double.at_once)
        threading.Event().wait(0.001)
        if number in failing:
            raise RateLimitedError("too many requests", status=429)

    double.before = refuse
    ids = ids_read(_reading(double))

    assert ids == list(range(1, 12_001))
    assert asked_again[0] == 1
    assert max(at_once) == 4
    assert max(at_once[-8:]) == left


def test_reading_fails_when_kintone_refuses_one_request_at_a_time() -> None:
    """Where nothing is left to lower, the refusal is passed on."""
    double = KintoneDouble(range(1, 8001))

    def refuse(number: int, _operation: Operation) -> None:
        if number > 1:
            raise RateLimitedError("too many requests", status=429)

    double.before = refuse
    reading = _reading(double)

    with pytest.raises(RateLimitedError):
        ids_read(reading)
    assert reading.requests_made <= 1 + 4 + 3 + 3
    assert _page_threads() == []


def test_failure_surfaces_after_the_pages_before_it_when_a_page_fails() -> None:
    """What was read is delivered, the failure comes once, and no thread stays."""
    double = KintoneDouble(range(1, 8001))

    def fail(_number: int, operation: Operation) -> None:
        if "offset 998" in str(operation.parameters["query"]):
            raise ServiceUnavailableError("maintenance", status=503)

    double.before = fail
    pages = _reading(double).pages()

    assert [next(pages).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ServiceUnavailableError):
        next(pages)
    assert list(pages) == []
    assert _page_threads() == []


def test_workers_end_when_the_reader_stops_early() -> None:
    """Closing the pages leaves no thread and asks for nothing more."""
    double = KintoneDouble(range(1, 20_001))
    pages = _reading(double).pages()
    next(pages)

    pages.close()

    asked = len(double.operations)
    threading.Event().wait(0.02)
    assert len(double.operations) == asked
    assert _page_threads() == []


def test_workers_end_when_everything_was_read() -> None:
    """A reading that ran through leaves no thread."""
    ids_read(_reading(KintoneDouble(range(1, 3001))))

    assert _page_threads() == []


def test_first_error_is_raised_when_the_first_request_fails() -> None:
    """A failure before any page is the failure of the reading."""
    double = KintoneDouble()

    def fail(_number: int, _operation: Operation) -> None:
        raise KintoneError("no")

    double.before = fail

    with pytest.raises(KintoneError, match="no"):
        ids_read(_reading(double))
