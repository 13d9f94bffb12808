"""Reading through a cursor: complete, in order, without duplicates, and what answers are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from kintone.errors import (
    UnknownResponseError,
)
from kintone.reading.matches import Matches
from tests.unit.cursor_samples import DELETE, HOLE, READ, live_cursors, reading_by_cursor
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import BY_NAME, add, ids_read, small_pages


def test_all_records_come_in_order_when_sorted_by_a_field(site: InProcess) -> None:
    """A cursor that was read to its end needs no deletion."""
    add(site, range(1, 1301))
    reading = reading_by_cursor(site)

    assert ids_read(reading) == site.ids(BY_NAME)
    assert site.calls == {"GET records": 1, "POST records/cursor": 1, READ: 3}
    assert (reading.strategy, reading.total, reading.requests_made) == ("cursor", 1300, 5)


def test_cursor_is_asked_for_without_limit_and_offset_when_the_query_has_both(site: InProcess) -> None:
    """Both are applied while reading, and the cursor is deleted once enough records were read."""
    add(site, range(1, 3001))
    reading = reading_by_cursor(site, f'a != "9" {BY_NAME} limit 700 offset 400')
    ids = ids_read(reading)

    assert site.writes[0].parameters == {"app": site.app, "query": f'a != "9" {BY_NAME}', "size": 500}
    assert ids == site.ids(BY_NAME)[400:1100]
    assert reading.total == 700
    assert site.calls[DELETE] == 1
    assert live_cursors(site) == 0


@pytest.mark.parametrize("offset", [104, 119, 120, 130])
def test_offset_may_be_above_kintones_maximum(site: InProcess, offset: int) -> None:
    """The records before the offset are read and dropped."""
    add(site, range(1, 121))
    with small_pages(5, 100):
        found = ids_read(reading_by_cursor(site, f"{BY_NAME} offset {offset}"))

    assert found == site.ids(BY_NAME)[offset:]
    assert live_cursors(site) == 0


@pytest.mark.parametrize(("limit", "offset"), [(5, 0), (500, 0), (500, 800), (500, 10_000)])
def test_no_cursor_is_taken_when_one_request_is_enough(site: InProcess, limit: int, offset: int) -> None:
    """Cursors are limited, so a single page is read without one."""
    add(site, range(1, 1301))
    ids = ids_read(reading_by_cursor(site, f"{BY_NAME} limit {limit} offset {offset}"))

    assert ids == site.ids(BY_NAME)[offset : offset + limit]
    assert site.calls == {"GET records": 1}


def test_second_request_is_made_when_one_record_more_is_wanted_than_a_page_holds(site: InProcess) -> None:
    """A page has up to 500 records."""
    add(site, range(1, 1301))

    assert ids_read(reading_by_cursor(site, f"{BY_NAME} limit 501")) == site.ids(BY_NAME)[:501]


@pytest.mark.parametrize(("offset", "cursors"), [(14, 0), (15, 0), (16, 1), (20, 1)])
def test_end_behind_a_full_page_is_asked_for_as_far_as_an_offset_reaches(
    site: InProcess, offset: int, cursors: int
) -> None:
    """Five records stand behind the offset, a whole page; a record behind them is looked for within the first 20."""
    add(site, range(1, offset + 6))
    with small_pages(5, 20):
        found = ids_read(reading_by_cursor(site, f"{BY_NAME} offset {offset}"))

    assert found == site.ids(BY_NAME)[offset:]
    assert site.calls["POST records/cursor"] == cursors
    assert site.calls["GET records"] == 2 - cursors


def test_bare_id_is_left_to_kintone_when_no_direction_is_written(site: InProcess) -> None:
    """The query is sent unchanged, and kintone chooses the direction."""
    add(site, range(1, 1301))
    reading = reading_by_cursor(site, "order by $id")

    assert ids_read(reading) == site.ids("order by $id")
    assert reading.strategy == "cursor"


def test_empty_page_is_not_the_end_when_more_follows(site: InProcess) -> None:
    """Records deleted after the cursor was made may leave empty pages."""
    add(site, range(1, 2001))
    ids = site.ids(BY_NAME)

    def delete_records(asked: Asked) -> None:
        if asked.call == READ and site.calls[READ] == 1:
            site.delete(ids[500:1000])

    site.before = delete_records

    assert ids_read(reading_by_cursor(site)) == ids[:500] + ids[1000:]


@pytest.mark.parametrize(
    "change", [{"next": None}, {"next": "true"}, {"records": None}, {"id": None}, {"id": ""}, {"totalCount": None}]
)
def test_invalid_answer_about_a_cursor_is_refused(site: InProcess, change: dict[str, object]) -> None:
    """Each required part is checked, and the cursor is deleted."""
    add(site, range(1, 3001))
    site.change = lambda asked, body: {
        name: change.get(name, value) if asked.api == "records/cursor" else value for name, value in body.items()
    }

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] reading records of app 1: "):
        ids_read(reading_by_cursor(site))
    assert live_cursors(site) == (1 if "id" in change else 0)


def test_reading_ends_with_an_error_when_the_cursor_never_ends(site: InProcess) -> None:
    """Reading stops after more pages than the cursor's records can fill."""
    add(site, range(1, 1001))
    site.kintone.fail(method="GET", api="records/cursor", status=200, body=HOLE, times=None)

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] .*does not end"):
        ids_read(reading_by_cursor(site))
    assert live_cursors(site) == 0


@pytest.mark.parametrize(("holes", "ends"), [(4, True), (5, False)])
def test_empty_pages_are_read_past_as_many_as_there_can_be(site: InProcess, *, holes: int, ends: bool) -> None:
    """Two pages of records, all deleted one by one, leave few holes; more are no cursor of kintone's."""
    add(site, range(1, 1001))
    site.kintone.fail(method="GET", api="records/cursor", status=200, body=HOLE, times=holes)
    reading = reading_by_cursor(site)

    if ends:
        assert ids_read(reading) == site.ids(BY_NAME)
    else:
        with pytest.raises(UnknownResponseError, match="does not end after its 1000 records"):
            ids_read(reading)
    assert site.calls[READ] == (holes + 2 if ends else holes)


@pytest.mark.parametrize("more", [0, 1])
def test_reading_ends_with_an_error_when_a_page_comes_again(site: InProcess, more: int) -> None:
    """By its first record a page is known, however many follow it."""
    add(site, range(1, 1301))
    pages: list[dict[str, object]] = []

    def again(asked: Asked, body: dict[str, object]) -> dict[str, object]:
        if asked.call != READ:
            return body
        pages.append({**body, "next": True})
        records = pages[0]["records"]
        assert isinstance(records, list)
        return pages[0] if len(pages) == 1 else {"records": records[: 10 + more], "next": True}

    site.change = again
    first = site.ids(BY_NAME)[0]
    with pytest.raises(UnknownResponseError, match=rf"^\[NOT_KINTONE\] .*record {first} twice"):
        ids_read(reading_by_cursor(site))
    assert site.calls[READ] == 2


@pytest.mark.parametrize(
    ("read", "repeated"),
    [
        (2, lambda earlier, _now: [*reversed(earlier[0])]),
        (2, lambda earlier, now: [*now[:200], earlier[0][250], *now[201:]]),
        (3, lambda earlier, now: [earlier[1][499], *now[1:]]),
        (3, lambda earlier, _now: [*reversed(earlier[0])]),
        (3, lambda earlier, _now: earlier[0][:1]),
    ],
)
def test_reading_ends_with_an_error_when_a_record_comes_again(
    site: InProcess, read: int, repeated: Callable[[list[list[object]], list[object]], list[object]]
) -> None:
    """A page that is turned round, or shares a record with the page before it, is no page of a cursor."""
    add(site, range(1, 2101))
    earlier: list[list[object]] = []

    def again(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.call == READ:
            if site.calls[READ] == read:
                body["records"] = repeated(earlier, body["records"])
            earlier.append(body["records"])
        return body

    site.change = again
    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] .* twice"):
        ids_read(reading_by_cursor(site))
    assert live_cursors(site) == 0


@pytest.mark.parametrize("gone", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("options", "warned"), [("", True), (" limit 18", True), (" offset 3", True), (" limit 11", False)]
)
def test_warning_is_given_when_a_cursor_gives_fewer_records_than_it_counts(
    site: InProcess, options: str, gone: int, *, warned: bool
) -> None:
    """To ask again would take another cursor, so nothing more is sent; a maximum that is reached is enough."""
    add(site, range(1, 18))

    def shorten(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.call == READ and site.calls[READ] == gone:
            del body["records"][-1]
        return body

    site.change = shorten
    with small_pages():
        reading = reading_by_cursor(site, f"{BY_NAME}{options}")
        found = ids_read(reading)

    reached = len(found) + (3 if "offset" in options else 0)
    assert reached == (16 if warned else 11)
    assert site.calls["GET records"] == site.calls["POST records/cursor"] == 1
    assert [word for word in ("17", "16") if warned and word not in str(reading.warnings[0])] == []
    assert len(reading.warnings) == warned
    assert reading.matches == (Matches(16, counted=17) if warned else Matches(17, truncated=True))


def test_total_of_a_cursor_that_is_none_is_told_by_what_it_is(site: InProcess) -> None:
    """What came instead is named by its type."""
    add(site, range(1, 1301))
    site.change = lambda asked, body: {**body, "totalCount": ["1300"]} if asked.call == "POST records/cursor" else body

    with pytest.raises(UnknownResponseError, match="the number of records of the cursor is a list"):
        ids_read(reading_by_cursor(site))
