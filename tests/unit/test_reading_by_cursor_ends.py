"""Reading through a cursor that ends early, fails or takes too long: the cursor is deleted."""

import logging

import pytest

from kintone.deadline import CLEANUP_SECONDS
from kintone.errors import (
    BudgetExceededError,
    CancelledError,
    CursorGoneError,
    InvalidQueryError,
    KintoneError,
    TimedOutError,
)
from tests.unit.cursor_samples import DELETE, READ, live_cursors, reading_by_cursor
from tests.unit.in_process import BUDGET, Asked, InProcess
from tests.unit.reading_samples import BY_NAME, add, ids_read


def test_cursor_is_deleted_when_the_reader_stops_early(site: InProcess) -> None:
    """Closing the pages deletes the cursor."""
    add(site, range(1, 3001))
    pages = reading_by_cursor(site).pages()
    next(pages)

    pages.close()

    assert site.calls[DELETE] == 1
    assert live_cursors(site) == 0


def test_cursor_is_deleted_and_its_read_not_repeated_when_a_read_fails(site: InProcess) -> None:
    """The failed read may have advanced the cursor."""
    add(site, range(1, 3001))
    site.kintone.fail(method="GET", api="records/cursor", after=1, hang=40, applied=True)
    pages = reading_by_cursor(site).pages()
    next(pages)

    with pytest.raises(TimedOutError):
        next(pages)
    assert site.calls[READ] == 2
    assert live_cursors(site) == 0


def test_first_failure_is_raised_when_the_deletion_fails_too(site: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    """A failed deletion is logged and neither hides nor delays the error of the reading."""
    add(site, range(1, 3001))
    site.kintone.fail(method="GET", api="records/cursor", status=503)
    deletion = site.kintone.fail(method="DELETE", api="records/cursor", hang=40, times=None)

    with caplog.at_level(logging.WARNING), pytest.raises(Exception, match=r"^\[UNAVAILABLE\] "):
        ids_read(reading_by_cursor(site))
    assert deletion.hits == 1
    assert site.scheduler.now() <= CLEANUP_SECONDS
    assert "the deletion of a cursor" in caplog.text


def test_missing_cursor_is_explained(site: InProcess) -> None:
    """The error advises running the query again, and the missing cursor is not deleted."""
    add(site, range(1, 3001))
    site.kintone.settings.cursor_seconds = 1
    site.before = lambda asked: site.pass_time(2) if asked.call == READ else None

    with pytest.raises(CursorGoneError, match=r"^\[GAIA_CN01\] .*run the query again"):
        ids_read(reading_by_cursor(site))
    assert site.calls[DELETE] == 0


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_cursor_is_deleted_in_a_time_of_its_own_when_the_call_is_over(site: InProcess, end: str) -> None:
    """The cursor is deleted also after a cancellation or the end of the time, even between two pages."""
    add(site, range(1, 3001))
    pages = reading_by_cursor(site).pages()
    next(pages)

    if end == "cancelled":
        site.client.deadline.cancel()
    else:
        site.pass_time(BUDGET + CLEANUP_SECONDS)

    assert live_cursors(site) == 0
    pages.close()
    assert site.calls[DELETE] == 1


@pytest.mark.parametrize(("end", "kind"), [("cancelled", CancelledError), ("over", BudgetExceededError)])
def test_reading_that_ends_between_two_pages_is_not_taken_for_complete(
    site: InProcess, end: str, kind: type[KintoneError]
) -> None:
    """The page that was read ahead still comes; that more would follow is an error."""
    add(site, range(1, 3001))
    reading = reading_by_cursor(site)
    pages = reading.pages()
    next(pages)
    site.pass_time(1)
    if end == "cancelled":
        site.client.deadline.cancel()
    else:
        site.pass_time(BUDGET)

    assert next(pages).number == 2
    with pytest.raises(kind):
        next(pages)
    assert (site.calls[READ], site.calls[DELETE]) == (2, 1)


def test_cursor_is_deleted_once_when_the_call_is_cancelled_while_a_page_arrives(site: InProcess) -> None:
    """That the page says more would follow does not bring the cursor back."""
    add(site, range(1, 3001))

    def cancel(asked: Asked, body: dict[str, object]) -> dict[str, object]:
        if asked.call == READ:
            site.client.deadline.cancel()
        return body

    site.change = cancel
    with pytest.raises(CancelledError):
        ids_read(reading_by_cursor(site))

    assert (site.calls[DELETE], live_cursors(site)) == (1, 0)


def test_cursor_is_deleted_also_by_a_kintone_that_takes_two_seconds(
    site: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """A call ends three seconds after its time at most; its cleaning up has most of these."""
    add(site, range(1, 3001))
    pages = reading_by_cursor(site).pages()
    next(pages)
    site.kintone.fail(method="DELETE", api="records/cursor", delay=2, times=None)
    with caplog.at_level(logging.WARNING):
        site.pass_time(BUDGET + 3)
        pages.close()

    assert (site.calls[DELETE], live_cursors(site)) == (1, 0)
    assert "the deletion of a cursor" not in caplog.text


def test_reading_ends_when_the_time_of_the_call_is_over(site: InProcess) -> None:
    """The pages read so far are returned before the error about the time."""
    add(site, range(1, 3001))
    site.before = lambda asked: site.pass_time(25) if asked.call == READ else None
    pages = reading_by_cursor(site).pages()

    assert next(pages).number == 1
    with pytest.raises(BudgetExceededError, match=r"^\[BUDGET_EXCEEDED\] reading records of app 1 "):
        list(pages)
    assert live_cursors(site) == 0


def test_error_is_passed_on_when_kintone_refuses_the_order(site: InProcess) -> None:
    """Kintone's error about a field that cannot be sorted by is raised unchanged."""
    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_"):
        ids_read(reading_by_cursor(site, "order by memo asc offset 10001"))
    assert site.calls == {"POST records/cursor": 1}


@pytest.mark.parametrize("query", [BY_NAME, "order by $id asc"])
def test_nobody_waits_for_a_page_that_is_not_wanted_any_more(site: InProcess, query: str) -> None:
    """Whoever stops early goes on at once, though the next page is on its way for another half minute."""
    add(site, range(1, 3001))
    first_pages = 3 if query == BY_NAME else 1
    site.before = lambda asked: site.pass_time(29) if asked.number > first_pages else None
    pages = reading_by_cursor(site, query).pages()
    next(pages)
    site.pass_time(1)
    pages.close()

    assert site.scheduler.now() <= 1 + CLEANUP_SECONDS
