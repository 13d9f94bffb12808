"""Reading several pages at once: what it asks, and what it makes of changes and failures."""

import gc
import threading
import time

import pytest

from kintone.errors import ErrorReply, InvalidQueryError, KintoneError, RateLimitedError, ServiceUnavailableError
from kintone.messages import Message
from kintone.operations import Operation
from kintone.reading.pages import Batch
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.reading_double import APP, KintoneDouble, ids_read, record_of, small_pages


def _reading(double: KintoneDouble, query: str = "", ranges: int = 4) -> Reading:
    return read(double, ReadRequest(APP, query, ranges=ranges))


def _expect_no_threads() -> None:
    """Wait for the threads that were told to end; one that goes on is named."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("kintone-")]
    for thread in threads:
        thread.join(10)
    assert [thread.name for thread in threads if thread.is_alive()] == []


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


@pytest.mark.parametrize("error", [RateLimitedError, ServiceUnavailableError, InvalidQueryError])
def test_other_pages_are_given_up_when_one_has_failed_for_certain(error: type[KintoneError]) -> None:
    """The failure that was the cause is raised, at once, and not what became of the pages that were cancelled."""
    double = KintoneDouble(range(1, 8001))
    all_asked = threading.Event()

    def fail(number: int, operation: Operation) -> None:
        if number == 1:
            return
        if number == 5:
            all_asked.set()
        assert all_asked.wait(10)
        if "offset 998" in str(operation.parameters["query"]):
            raise error(Message("refused"))
        deadline = double.deadlines[double.operations.index(operation)]
        deadline.wait(30)
        deadline.check(operation.description)

    double.before = fail
    reading = _reading(double)
    started = time.monotonic()

    with pytest.raises(error, match="refused"):
        ids_read(reading)
    assert time.monotonic() - started < 10
    assert reading.requests_made == 1 + 4
    assert not double.deadline.is_cancelled
    _expect_no_threads()


def test_no_page_is_asked_for_again_when_kintone_refuses_it() -> None:
    """Whether to repeat is decided where requests are carried out, so a refusal that comes here is final."""
    double = KintoneDouble(range(1, 8001))

    def refuse(number: int, _operation: Operation) -> None:
        if number > 1:
            raise RateLimitedError(Message("too many requests"), reply=ErrorReply(429))

    double.before = refuse
    reading = _reading(double)

    with pytest.raises(RateLimitedError, match=r"^\[UNAVAILABLE\] "):
        ids_read(reading)
    assert reading.requests_made <= 1 + 4
    _expect_no_threads()


def test_failure_surfaces_after_the_pages_before_it_when_a_page_fails() -> None:
    """What was read is delivered, the failure comes once, and no thread stays."""
    double = KintoneDouble(range(1, 8001))

    def fail(_number: int, operation: Operation) -> None:
        if "offset 998" in str(operation.parameters["query"]):
            raise ServiceUnavailableError(Message("maintenance"), reply=ErrorReply(503))

    double.before = fail
    pages = _reading(double).pages()

    assert [next(pages).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ServiceUnavailableError):
        next(pages)
    assert list(pages) == []
    _expect_no_threads()


def test_workers_end_when_the_reader_stops_early() -> None:
    """Closing the pages leaves no thread and asks for nothing more."""
    double = KintoneDouble(range(1, 20_001))
    pages = _reading(double).pages()
    next(pages)

    pages.close()

    asked = len(double.operations)
    threading.Event().wait(0.02)
    assert len(double.operations) == asked
    _expect_no_threads()


def test_workers_end_when_everything_was_read() -> None:
    """A reading that ran through leaves no thread."""
    ids_read(_reading(KintoneDouble(range(1, 3001))))

    _expect_no_threads()


def test_first_error_is_raised_when_the_first_request_fails() -> None:
    """A failure before any page is the failure of the reading."""
    double = KintoneDouble()

    def fail(_number: int, _operation: Operation) -> None:
        raise KintoneError(Message("no"))

    double.before = fail

    with pytest.raises(KintoneError, match=r"^\[INTERNAL\] no$"):
        ids_read(_reading(double))
