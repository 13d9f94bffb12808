"""Reading several pages in parallel: its requests, and its reaction to changes and failures."""

import gc

import pytest

from kintone.errors import InvalidQueryError, KintoneError, UnavailableError
from kintone.reading.matches import Matches
from kintone.reading.pages import RawPage
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import FORM, add, ids_read, small_pages


def _reading(site: InProcess, count: int, query: str = "", ranges: int = 4) -> Reading:
    """Add records with the ids 1 to ``count`` and plan their reading."""
    add(site, range(1, count + 1))
    return read(site.client, ReadRequest(site.app, query, ranges=ranges))


def _expect_no_workers(site: InProcess) -> None:
    """Let stopped workers end, and expect that none remains."""
    site.pass_time(0.01)
    assert [name for name in site.scheduler.remaining_tasks() if name.startswith("kintone-")] == []


@pytest.mark.parametrize("vanishing", [1, 4, 5, 6, 7, 8, 10, 17])
def test_no_record_is_missed_when_one_vanishes_behind_the_first_page(site: InProcess, vanishing: int) -> None:
    """Only a page that does not overlap with the one before it is read again."""
    site.before = lambda asked: site.delete([vanishing]) if asked.number == 3 else None
    with small_pages(page=5, most_skipped=100):
        reading = _reading(site, 25)
        ids = ids_read(reading)

    assert set(ids) >= set(range(1, 26)) - {vanishing}
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 8


def test_no_record_is_missed_when_many_vanish_all_the_time(site: InProcess) -> None:
    """The overlap of pages grows with the shifts, which keeps the number of requests low.

    The last request asks for what kintone counted when the reading began, and a warning says that it did not come.
    """
    site.before = lambda asked: site.delete(range(asked.number * 400, asked.number * 400 + 3))
    reading = _reading(site, 8000)
    ids = ids_read(reading)

    assert set(ids) >= set(site.ids())
    assert ids == sorted(set(ids))
    assert reading.requests_made <= 22
    assert reading.matches == Matches(len(ids), counted=7997)


def test_record_at_the_end_is_not_missed_when_another_appears_before_it(site: InProcess) -> None:
    """The first count does not end the reading while records are left."""
    reading = _reading(site, 1001)
    site.delete([600])
    site.before = lambda asked: add(site, [600]) if asked.number == 2 else None

    assert ids_read(reading) == list(range(1, 1002))


def test_reading_ends_when_records_keep_appearing_at_the_end(site: InProcess) -> None:
    """New records are not followed endlessly, and a warning says so."""
    site.before = lambda _asked: site.kintone.add_records(site.app, [{}] * 7)
    with small_pages():
        reading = _reading(site, 6)
        ids = ids_read(reading)

    assert ids == list(range(1, len(ids) + 1))
    assert reading.requests_made < 60
    assert len(reading.warnings) == 1
    assert "newest may be missing" in str(reading.warnings[0])


def test_read_ahead_is_limited_when_the_reader_is_slow(site: InProcess) -> None:
    """At most as many pages as ranges are read ahead."""
    pages = _reading(site, 4000, ranges=3).pages()

    next(pages)
    site.pass_time(5)

    assert len(site.asked) == 1 + 3
    assert next(pages).number == 2
    site.pass_time(5)
    assert len(site.asked) == 1 + 4


def test_few_pages_are_alive_when_many_are_read(site: InProcess) -> None:
    """Pages that the reader has released are not kept in memory."""
    alive = 0
    gc.collect()  # what earlier tests let go

    for _page in _reading(site, 5000).pages():
        site.pass_time(1)
        alive = max(alive, sum(type(thing) is RawPage for thing in gc.get_objects()))

    assert alive <= 4 + 1


def test_requests_overlap_when_kintone_takes_its_time(site: InProcess) -> None:
    """The number of concurrent requests reaches the number of ranges and never exceeds it."""
    site.kintone.latency(request=0.1)

    ids_read(_reading(site, 3000, ranges=3))

    assert site.kintone.stats.max_running == 3


def test_four_pages_are_under_way_at_once_when_nobody_says_how_many(site: InProcess) -> None:
    """What the operator's setting promises where it is unset."""
    site.kintone.latency(request=0.1)
    add(site, range(1, 4001))
    ids_read(read(site.client, ReadRequest(site.app)))

    assert site.kintone.stats.max_running == 4


def test_offset_stays_in_kintones_limit_when_there_are_many_ranges(site: InProcess) -> None:
    """Pages beyond the maximum offset wait until earlier pages are known."""
    with small_pages(50, 1000):
        assert ids_read(_reading(site, 2500, ranges=30)) == list(range(1, 2501))


@pytest.mark.parametrize("wanted", [None, 601, 2000])
def test_no_page_is_asked_for_in_vain_when_the_count_is_known(site: InProcess, wanted: int | None) -> None:
    """No request goes beyond the last record, however many records were wanted and pages are read at once."""
    add(site, range(1, 602))
    ids_read(read(site.client, ReadRequest(site.app, max_records=wanted, ranges=20)))

    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("status", "code", "error"), [(503, None, UnavailableError), (400, "GAIA_IQ11", InvalidQueryError)]
)
def test_other_pages_are_cancelled_when_one_has_failed(
    site: InProcess, status: int, code: str | None, error: type[KintoneError]
) -> None:
    """The error of the failed page is raised at once, not those of the cancelled pages."""

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
    """Retries happen in the execution, so an error that reaches the reader is final."""
    site.kintone.fail(status=400, code="GAIA_IQ11", after=1, times=None)
    reading = _reading(site, 4000)

    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_IQ11\] "):
        ids_read(reading)
    assert reading.requests_made <= 1 + 4
    assert len(site.asked) <= 1 + 4
    _expect_no_workers(site)


def test_failure_surfaces_after_the_pages_before_it_when_a_page_fails(site: InProcess) -> None:
    """Earlier pages are returned, the error is raised once, and no thread remains."""

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
    """Closing the pages leaves no thread and sends no further request."""
    pages = _reading(site, 4000).pages()
    next(pages)

    pages.close()

    asked = len(site.asked)
    _expect_no_workers(site)
    assert len(site.asked) == asked


def test_workers_end_when_everything_was_read(site: InProcess) -> None:
    """A complete reading leaves no thread."""
    ids_read(_reading(site, 3000))

    _expect_no_workers(site)


def test_first_error_is_raised_when_the_first_request_fails(site: InProcess) -> None:
    """The error of the first request is the error of the reading."""
    site.kintone.fail(status=520, code="GAIA_IL23")

    with pytest.raises(KintoneError, match=r"^\[GAIA_IL23\] "):
        ids_read(_reading(site, 0))
    assert len(site.asked) == 1


@pytest.mark.parametrize("wanted", [1100, 1400])
def test_no_page_is_asked_for_behind_what_is_wanted(site: InProcess, wanted: int) -> None:
    """Far more match, and there are ranges left: three pages hold what is wanted."""
    add(site, range(1, 4001))
    reading = read(site.client, ReadRequest(site.app, max_records=wanted, ranges=8))

    assert ids_read(reading) == list(range(1, wanted + 1))
    assert len(site.asked) == 3


@pytest.mark.parametrize(("there", "added", "warned"), [(15, 0, False), (15, 1, False), (12, 5, True)])
def test_reading_ends_at_the_newest_record_when_the_count_proved_wrong(
    site: InProcess, there: int, added: int, *, warned: bool
) -> None:
    """The newest is asked for by its id alone; the warning comes only where more was read than there was then."""

    def appear(asked: Asked) -> None:
        if "$id > 10" in asked.query:
            add(site, range(there + 1, there + 1 + added))

    add(site, range(1, there + 1))
    site.change = lambda _asked, body: body | {"totalCount": "6"} if body.get("totalCount") else body
    site.before = appear
    with small_pages():
        reading = read(site.client, ReadRequest(site.app, fields=["name"], ranges=1))
        ids = ids_read(reading)

    assert [asked.parameters["fields"] for asked in site.asked if "desc" in asked.query] == [["$id"]]
    assert (ids, len(site.asked)) == (list(range(1, 16)), 4)
    assert bool(reading.warnings) is warned


@pytest.mark.parametrize("seed", range(6))
def test_no_more_than_what_is_wanted_comes_when_records_vanish_in_an_overlap(seed: int) -> None:
    """A page that was to share more records with the one before it has more new ones than were asked for then."""
    vanishing = {3: [10], 6: [22, 25]}
    with InProcess(FORM, seed=seed) as site, small_pages(page=5, most_skipped=100):
        site.before = lambda asked: site.delete(vanishing.get(asked.number, []))
        add(site, range(1, 41))
        ids = ids_read(read(site.client, ReadRequest(site.app, max_records=17, ranges=3)))

    assert len(ids) == 17
    assert ids == sorted(set(ids))


def test_the_newest_record_is_not_asked_for_when_the_end_is_reached(site: InProcess) -> None:
    """A page that is not full proves the end, whatever kintone counted."""
    site.change = lambda _asked, body: body | {"totalCount": "6"} if body.get("totalCount") else body
    with small_pages():
        reading = _reading(site, 8, ranges=1)

        assert ids_read(reading) == list(range(1, 9))
    assert len(site.asked) == 2
