"""Reading several pages at once: what it asks, and what it makes of changes and failures."""

import gc

import pytest

from kintone.errors import InvalidQueryError, KintoneError, UnavailableError
from kintone.reading.pages import RawPage
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.readings import add, ids_read, small_pages


def _reading(site: InProcess, count: int, query: str = "", ranges: int = 4) -> Reading:
    """Plan to read records from 1 to a count."""
    add(site, range(1, count + 1))
    return read(site.client, ReadRequest(site.app, query, ranges=ranges))


def _expect_no_workers(site: InProcess) -> None:
    """Let those end that were told to; one that goes on is named."""
    site.pass_time(0.01)
    assert [name for name in site.scheduler.remaining_tasks() if name.startswith("kintone-")] == []


@pytest.mark.parametrize("vanishing", [1, 4, 5, 6, 7, 8, 10, 17])
def test_no_record_is_missed_when_one_vanishes_behind_the_first_page(site: InProcess, vanishing: int) -> None:
    """A page that does not meet the one before it is read again, and only that one."""
    site.before = lambda asked: site.delete([vanishing]) if asked.number == 3 else None
    with small_pages(page=5, most_skipped=100):
        reading = _reading(site, 25)
        ids = ids_read(reading)

    assert set(ids) >= set(range(1, 26)) - {vanishing}
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 8


def test_no_record_is_missed_when_many_vanish_all_the_time(site: InProcess) -> None:
    """The overlap of pages grows with the shifts, so that they cost few requests."""
    site.before = lambda asked: site.delete(range(asked.number * 400, asked.number * 400 + 3))
    reading = _reading(site, 8000)
    ids = ids_read(reading)

    assert set(ids) >= set(site.ids())
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 21


def test_record_at_the_end_is_not_missed_when_another_appears_before_it(site: InProcess) -> None:
    """A count from the beginning does not end the reading while records are left."""
    reading = _reading(site, 1001)
    site.delete([600])
    site.before = lambda asked: add(site, [600]) if asked.number == 2 else None

    assert ids_read(reading) == list(range(1, 1002))


def test_reading_ends_when_records_keep_appearing_at_the_end(site: InProcess) -> None:
    """New records are not chased for ever, and the reader is told."""
    site.before = lambda _asked: site.kintone.add_records(site.app, [{}] * 7)
    with small_pages():
        reading = _reading(site, 6)
        ids = ids_read(reading)

    assert ids == list(range(1, len(ids) + 1))
    assert reading.requests_made < 60
    assert len(reading.warnings) == 1
    assert "newest may be missing" in reading.warnings[0]


def test_pages_are_asked_for_at_once_but_not_all_when_the_reader_takes_its_time(site: InProcess) -> None:
    """Read-ahead stops at the number of ranges; the rest waits for the reader."""
    pages = _reading(site, 4000, ranges=3).pages()

    next(pages)
    site.pass_time(5)

    assert len(site.asked) == 1 + 3
    assert next(pages).number == 2
    site.pass_time(5)
    assert len(site.asked) == 1 + 4


def test_few_pages_are_alive_when_many_are_read(site: InProcess) -> None:
    """A page that the reader has let go is not kept, however many follow."""
    alive = 0
    gc.collect()  # what earlier tests let go

    for _page in _reading(site, 5000).pages():
        site.pass_time(1)
        alive = max(alive, sum(type(thing) is RawPage for thing in gc.get_objects()))

    assert alive <= 4 + 1


def test_requests_overlap_when_kintone_takes_its_time(site: InProcess) -> None:
    """As many requests are on their way at once as there are ranges, and never more."""
    site.kintone.latency(request=0.1)

    ids_read(_reading(site, 3000, ranges=3))

    assert site.kintone.stats.max_running == 3


def test_offset_stays_in_kintones_limit_when_there_are_many_ranges(site: InProcess) -> None:
    """Pages farther ahead than an offset reaches wait until the ones in front are known."""
    with small_pages(50, 1000):
        assert ids_read(_reading(site, 2500, ranges=30)) == list(range(1, 2501))


def test_no_page_is_asked_for_in_vain_when_the_count_is_known(site: InProcess) -> None:
    """Nothing is read behind the end, however many ranges there are."""
    ids_read(_reading(site, 601, ranges=20))

    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("status", "code", "error"), [(503, None, UnavailableError), (400, "GAIA_IQ11", InvalidQueryError)]
)
def test_other_pages_are_given_up_when_one_has_failed_for_certain(
    site: InProcess, status: int, code: str | None, error: type[KintoneError]
) -> None:
    """The failure that was the cause is raised, at once, and not what became of the pages that were cancelled."""

    def fail(asked: Asked) -> None:
        if "offset 998" in asked.query:
            site.kintone.fail(status=status, code=code)
        elif asked.number > 1:
            site.pass_time(29)

    site.before = fail
    reading = _reading(site, 4000)

    with pytest.raises(error):
        ids_read(reading)
    assert site.scheduler.now() < 25
    assert reading.requests_made == 1 + 4
    assert not site.client.deadline.is_cancelled
    _expect_no_workers(site)


def test_no_page_is_asked_for_again_when_kintone_refuses_it(site: InProcess) -> None:
    """Whether to repeat is decided where requests are carried out, so a refusal that comes here is final."""
    site.kintone.fail(status=400, code="GAIA_IQ11", after=1, times=None)
    reading = _reading(site, 4000)

    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_IQ11\] "):
        ids_read(reading)
    assert reading.requests_made <= 1 + 4
    assert len(site.asked) <= 1 + 4
    _expect_no_workers(site)


def test_failure_surfaces_after_the_pages_before_it_when_a_page_fails(site: InProcess) -> None:
    """What was read is delivered, the failure comes once, and no thread stays."""

    def fail(asked: Asked) -> None:
        if "offset 998" in asked.query:
            site.pass_time(1)
            site.kintone.fail(status=503)

    site.before = fail
    pages = _reading(site, 4000).pages()

    assert [next(pages).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(UnavailableError):
        next(pages)
    assert list(pages) == []
    _expect_no_workers(site)


def test_workers_end_when_the_reader_stops_early(site: InProcess) -> None:
    """Closing the pages leaves no thread and asks for nothing more."""
    pages = _reading(site, 4000).pages()
    next(pages)

    pages.close()

    asked = len(site.asked)
    _expect_no_workers(site)
    assert len(site.asked) == asked


def test_workers_end_when_everything_was_read(site: InProcess) -> None:
    """A reading that ran through leaves no thread."""
    ids_read(_reading(site, 3000))

    _expect_no_workers(site)


def test_first_error_is_raised_when_the_first_request_fails(site: InProcess) -> None:
    """A failure before any page is the failure of the reading."""
    site.kintone.fail(status=520, code="GAIA_IL23")

    with pytest.raises(KintoneError, match=r"^\[GAIA_IL23\] "):
        ids_read(_reading(site, 0))
    assert len(site.asked) == 1
