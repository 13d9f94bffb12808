"""Reading through a cursor: complete, never twice, and always given back."""

import logging

import pytest

from kintone.deadline import CLEANUP_SECONDS
from kintone.errors import (
    BudgetExceededError,
    CursorGoneError,
    InvalidQueryError,
    TimedOutError,
    UnknownResponseError,
)
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import BUDGET, Asked, InProcess
from tests.unit.readings import BY_NAME, add, ids_read, small_pages

READ, DELETE = "GET records/cursor", "DELETE records/cursor"


def _reading(site: InProcess, query: str = BY_NAME) -> Reading:
    return read(site.client, ReadRequest(site.app, query))


def _live(site: InProcess) -> int:
    return site.kintone.stats.live_cursors


def test_all_records_come_in_order_when_sorted_by_a_field(site: InProcess) -> None:
    """The cursor's pages follow one another, and a cursor read to its end needs no deletion."""
    add(site, range(1, 1301))
    reading = _reading(site)

    assert ids_read(reading) == site.ids(BY_NAME)
    assert site.calls == {"GET records": 1, "POST records/cursor": 1, READ: 3}
    assert (reading.strategy, reading.total, reading.requests_made) == ("cursor", 1300, 5)


def test_cursor_is_asked_for_without_limit_and_offset_when_the_query_has_both(site: InProcess) -> None:
    """Kintone takes neither; they are kept while reading, and the cursor is given back when enough was read."""
    add(site, range(1, 3001))
    reading = _reading(site, f'a != "9" {BY_NAME} limit 700 offset 400')
    ids = ids_read(reading)

    assert site.writes[0].parameters == {"app": site.app, "query": f'a != "9" {BY_NAME}', "size": 500}
    assert ids == site.ids(BY_NAME)[400:1100]
    assert reading.total == 700
    assert site.calls[DELETE] == 1
    assert _live(site) == 0


@pytest.mark.parametrize("offset", [104, 119, 120, 130])
def test_offset_holds_when_it_is_above_what_kintone_skips(site: InProcess, offset: int) -> None:
    """Records in front of it are read and dropped."""
    add(site, range(1, 121))
    with small_pages(5, 100):
        found = ids_read(_reading(site, f"{BY_NAME} offset {offset}"))

    assert found == site.ids(BY_NAME)[offset:]
    assert _live(site) == 0


@pytest.mark.parametrize(("limit", "offset"), [(5, 0), (500, 0), (500, 800), (500, 10_000)])
def test_no_cursor_is_taken_when_one_request_is_enough(site: InProcess, limit: int, offset: int) -> None:
    """Cursors are few, so a single page does without."""
    add(site, range(1, 1301))
    ids = ids_read(_reading(site, f"{BY_NAME} limit {limit} offset {offset}"))

    assert ids == site.ids(BY_NAME)[offset : offset + limit]
    assert site.calls == {"GET records": 1}


def test_second_request_is_made_when_one_record_more_is_wanted_than_a_page_holds(site: InProcess) -> None:
    """A page holds 500."""
    add(site, range(1, 1301))

    assert ids_read(_reading(site, f"{BY_NAME} limit 501")) == site.ids(BY_NAME)[:501]


@pytest.mark.parametrize(("offset", "cursors"), [(14, 0), (15, 0), (16, 1), (20, 1)])
def test_end_behind_a_full_page_is_asked_for_as_far_as_an_offset_reaches(
    site: InProcess, offset: int, cursors: int
) -> None:
    """Five records stand behind the offset, a whole page; a record behind them is looked for within the first 20."""
    add(site, range(1, offset + 6))
    with small_pages(5, 20):
        found = ids_read(_reading(site, f"{BY_NAME} offset {offset}"))

    assert found == site.ids(BY_NAME)[offset:]
    assert site.calls["POST records/cursor"] == cursors
    assert site.calls["GET records"] == 2 - cursors


def test_bare_id_is_left_to_kintone_when_no_direction_is_written(site: InProcess) -> None:
    """Which way kintone sorts then is its own affair."""
    add(site, range(1, 1301))
    reading = _reading(site, "order by $id")

    assert ids_read(reading) == site.ids("order by $id")
    assert reading.strategy == "cursor"


def test_empty_page_is_not_the_end_when_more_follows(site: InProcess) -> None:
    """Records deleted since the cursor was made leave holes, even whole pages of them."""
    add(site, range(1, 2001))
    ids = site.ids(BY_NAME)

    def vanish(asked: Asked) -> None:
        if asked.call == READ and site.calls[READ] == 1:
            site.delete(ids[500:1000])

    site.before = vanish

    assert ids_read(_reading(site)) == ids[:500] + ids[1000:]


def test_cursor_is_deleted_when_the_reader_stops_early(site: InProcess) -> None:
    """Closing the pages gives the cursor back."""
    add(site, range(1, 3001))
    pages = _reading(site).pages()
    next(pages)

    pages.close()

    assert site.calls[DELETE] == 1
    assert _live(site) == 0


def test_cursor_is_deleted_and_its_read_not_repeated_when_a_read_fails(site: InProcess) -> None:
    """A lost answer may have moved the cursor on."""
    add(site, range(1, 3001))
    site.kintone.fail(method="GET", api="records/cursor", after=1, hang=40, applied=True)
    pages = _reading(site).pages()
    next(pages)

    with pytest.raises(TimedOutError):
        next(pages)
    assert site.calls[READ] == 2
    assert _live(site) == 0


def test_first_failure_is_raised_when_the_deletion_fails_too(site: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    """A cursor that cannot be given back is logged; it neither hides why the reading failed nor holds it up."""
    add(site, range(1, 3001))
    site.kintone.fail(method="GET", api="records/cursor", status=503)
    deletion = site.kintone.fail(method="DELETE", api="records/cursor", hang=40, times=None)

    with caplog.at_level(logging.WARNING), pytest.raises(Exception, match=r"^\[UNAVAILABLE\] "):
        ids_read(_reading(site))
    assert deletion.hits == 1
    assert site.scheduler.now() <= CLEANUP_SECONDS
    assert "the deletion of a cursor" in caplog.text


def test_cursor_that_is_gone_is_explained_when_a_read_meets_it(site: InProcess) -> None:
    """The reader is told to run the query again, and nothing tries to delete what is gone."""
    add(site, range(1, 3001))
    site.kintone.settings.cursor_seconds = 1
    site.before = lambda asked: site.pass_time(2) if asked.call == READ else None

    with pytest.raises(CursorGoneError, match=r"^\[GAIA_CN01\] .*run the query again"):
        ids_read(_reading(site))
    assert site.calls[DELETE] == 0


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_cursor_is_deleted_in_a_time_of_its_own_when_the_call_is_over(site: InProcess, end: str) -> None:
    """Neither a call that is cancelled nor one out of time leaves a cursor behind, also while nobody asks for pages."""
    add(site, range(1, 3001))
    pages = _reading(site).pages()
    next(pages)

    if end == "cancelled":
        site.client.deadline.cancel()
    else:
        site.pass_time(BUDGET + CLEANUP_SECONDS)

    assert _live(site) == 0
    pages.close()
    assert site.calls[DELETE] == 1


def test_reading_ends_when_the_time_of_the_call_is_over(site: InProcess) -> None:
    """The pages in front are delivered, then the one error that says so comes."""
    add(site, range(1, 3001))
    site.before = lambda asked: site.pass_time(25) if asked.call == READ else None
    pages = _reading(site).pages()

    assert next(pages).number == 1
    with pytest.raises(BudgetExceededError, match=r"^\[BUDGET_EXCEEDED\] reading records of app 1 "):
        list(pages)
    assert _live(site) == 0


@pytest.mark.parametrize(
    "change", [{"next": None}, {"next": "true"}, {"records": None}, {"id": None}, {"id": ""}, {"totalCount": None}]
)
def test_answer_is_refused_when_it_is_not_a_cursors(site: InProcess, change: dict[str, object]) -> None:
    """Each part that reading depends on is checked, and the cursor is not left behind."""
    add(site, range(1, 3001))
    site.change = lambda asked, body: {
        name: change.get(name, value) if asked.api == "records/cursor" else value for name, value in body.items()
    }

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] reading records of app 1: "):
        ids_read(_reading(site))
    assert _live(site) == (1 if "id" in change else 0)


def test_reading_ends_with_an_error_when_the_cursor_never_ends(site: InProcess) -> None:
    """More pages than the cursor's records can fill are not read on and on."""
    add(site, range(1, 1001))
    body = '{"records": [], "next": true}'
    site.kintone.fail(method="GET", api="records/cursor", status=200, body=body, times=None)

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] .*does not end"):
        ids_read(_reading(site))
    assert _live(site) == 0


def test_error_is_passed_on_when_kintone_refuses_the_order(site: InProcess) -> None:
    """A field that cannot be sorted by is kintone's to name."""
    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_"):
        ids_read(_reading(site, "order by memo asc offset 10001"))
    assert site.calls == {"POST records/cursor": 1}
