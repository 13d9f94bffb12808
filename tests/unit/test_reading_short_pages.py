"""Pages with fewer records than kintone counts: what follows is asked for once more, and told if it does not come."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kintone.errors import NotFoundError, UnknownResponseError
from kintone.reading.found_record import find_by_key
from kintone.reading.matches import Matches
from kintone.reading.pages import RecordSource
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import BY_NAME, add, ids_read, small_pages

MATCHES = 23
QUERIES = (
    "",
    "order by $id desc",
    "order by $id asc offset 3",
    "order by $id asc offset 21",
    "limit 4",
    "limit 30",
    "limit 14 offset 2",
    BY_NAME,
    f"{BY_NAME} limit 4",
    f"{BY_NAME} limit 12 offset 3",
)


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with small_pages(page=5, most_skipped=20):
        yield


def _reading(site: InProcess, query: str, max_records: int | None = None, ranges: int = 4) -> Reading:
    if not site.ids("limit 1"):
        add(site, range(1, MATCHES + 1))
    return read(site.client, ReadRequest(site.app, query, max_records=max_records, ranges=ranges))


def _expected(site: InProcess, query: str) -> list[int]:
    condition, _, offset = query.partition(" offset ")
    order, _, limit = condition.partition("limit ")
    implied = "order by $id desc" if limit else "order by $id asc"
    start = int(offset or 0)
    return site.ids(order.strip() or implied)[start : start + int(limit or MATCHES)]


def _shortened(site: InProcess, number: int, keep: Callable[[list[Any]], list[Any]]) -> None:
    """Have kintone leave records out of its answer to one request for records; the count stays."""

    def change(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "records": keep(body["records"])} if asked.number == number and "records" in body else body

    site.change = change


@pytest.mark.parametrize("ranges", [1, 4])
@pytest.mark.parametrize("kept", [0, 1, 3])
@pytest.mark.parametrize("query", QUERIES)
def test_all_records_come_when_the_first_page_is_short(site: InProcess, query: str, kept: int, ranges: int) -> None:
    """The count says more than the page holds, so the reading goes on behind its last record."""
    reading = _reading(site, query, ranges=ranges)
    _shortened(site, 1, lambda records: records[:kept])

    assert ids_read(reading) == _expected(site, query)
    assert reading.warnings == []
    assert reading.matches.count == MATCHES
    assert reading.matches.is_exact
    assert site.kintone.stats.live_cursors == 0


@pytest.mark.parametrize("ranges", [1, 2, 4])
@pytest.mark.parametrize("kept", [0, 1, 4])
@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
@pytest.mark.parametrize(
    "query", ["", "order by $id desc", "order by $id asc offset 21", "limit 17", "limit 14 offset 2"]
)
def test_all_records_come_when_a_later_page_is_short(
    site: InProcess, query: str, number: int, kept: int, ranges: int
) -> None:
    """In the order of the ids nothing is missed."""
    reading = _reading(site, query, ranges=ranges)
    _shortened(site, number, lambda records: records[:kept])

    assert ids_read(reading) == _expected(site, query)
    assert reading.warnings == []


@pytest.mark.parametrize("number", [2, 3, 4, 5])
@pytest.mark.parametrize("kept", [0, 1, 4])
def test_all_records_come_when_a_page_by_offset_is_short(site: InProcess, number: int, kept: int) -> None:
    """Without a cursor, what follows is asked for behind the offset that was reached."""
    site.kintone.settings.cursor_limit = 0
    reading = _reading(site, BY_NAME)
    expected = _expected(site, BY_NAME)
    pages = [1, 0, 0, 0, 0, 0]

    def change(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.call == "GET records":
            pages[0] += 1
            if pages[0] == number + 1:
                return {**body, "records": body["records"][:kept]}
        return body

    site.change = change
    assert ids_read(reading) == expected
    assert reading.matches == Matches(MATCHES)


def test_all_records_come_when_every_page_is_short(site: InProcess) -> None:
    """A proxy may let through fewer records than were asked for."""
    reading = _reading(site, "")
    site.change = lambda _asked, body: {**body, "records": body["records"][:3]}

    assert ids_read(reading) == list(range(1, MATCHES + 1))
    assert reading.warnings == []
    assert len(site.asked) < 30


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("query", ["", "order by $id desc", BY_NAME])
def test_record_that_is_left_out_within_a_page_is_not_missed_in_silence(
    site: InProcess, query: str, number: int
) -> None:
    """It cannot be asked for, but the count tells of it."""
    reading = _reading(site, query)
    _shortened(site, number, lambda records: records[:1] + records[2:])
    found = ids_read(reading)

    assert len(found) == MATCHES or len(reading.warnings) == 1
    assert reading.matches in {Matches(MATCHES), Matches(MATCHES - 1, counted=MATCHES)}


def _counting(site: InProcess, counted: int) -> None:
    site.change = lambda _asked, body: body | {"totalCount": str(counted)} if body.get("totalCount") else body


@pytest.mark.parametrize(
    ("query", "max_records"),
    [("", None), ("order by $id desc", None), ("limit 40", None), ("", 40), ("offset 3", None), (BY_NAME, None)],
)
@pytest.mark.parametrize("matching", [3, 5, 8, MATCHES])
def test_one_more_request_is_made_when_kintone_counts_more_than_it_gives(
    site: InProcess, query: str, max_records: int | None, matching: int
) -> None:
    """The reading stands, and the warning has both numbers; a cursor is not asked again."""
    add(site, range(1, matching + 1))
    ids_read(_reading(site, query, max_records, ranges=1))
    honest = len(site.asked)
    _counting(site, 40)
    reading = _reading(site, query, max_records, ranges=1)
    found = ids_read(reading)

    (warning,) = reading.warnings
    assert len(found) == matching - (3 if "offset" in query else 0)
    assert reading.matches.counted == 40
    assert all(
        word in str(warning) for word in ("40", "when the reading began", str(matching) if found else "offset 3")
    )
    # A cursor that is opened in vain takes two requests: it is created, and its only page is read.
    assert len(site.asked) - honest <= honest + (2 if query == BY_NAME else 1) + (not found)


@pytest.mark.parametrize("query", ["", "limit 3", 'b = "2" order by name asc', "offset 7"])
def test_no_record_is_not_called_no_match_when_kintone_counts_some(site: InProcess, query: str) -> None:
    """The first page is requested once more; then nothing is certain but that kintone contradicts itself."""
    site.kintone.change_form(site.app, {"a": {"type": "SINGLE_LINE_TEXT"}, "b": {"type": "SINGLE_LINE_TEXT"}})
    site.change = lambda _asked, _body: {"records": [], "totalCount": "40"}
    reading = read(site.client, ReadRequest(site.app, query.replace("name", "$id")))

    assert ids_read(reading) == []
    assert reading.matches == Matches(0, is_exact=False, counted=40)
    assert len(reading.warnings) == 1
    assert len(site.asked) == (3 if "offset" in query else 2)


@pytest.mark.parametrize(("query", "count"), [("limit 0", 0), ("offset 3", 20), ("limit 3", 3), ("", MATCHES)])
def test_records_come_when_only_the_first_answer_is_empty(site: InProcess, query: str, count: int) -> None:
    """The same request is sent again, and its answer counts."""
    reading = _reading(site, query)
    _shortened(site, 1, lambda _records: [])

    assert len(ids_read(reading)) == count
    assert reading.matches == Matches(MATCHES, truncated="limit" in query)
    assert reading.warnings == []
    assert site.asked[0].parameters == site.asked[1].parameters


@pytest.mark.parametrize("number", [1, 2])
def test_deep_offset_is_not_called_behind_the_last_record_when_a_step_is_empty(site: InProcess, number: int) -> None:
    """A step that finds no record is repeated once where kintone counts more than the offset."""
    add(site, range(1, 61))
    reading = read(site.client, ReadRequest(site.app, "order by $id asc offset 50"))
    _shortened(site, number, lambda _records: [])

    assert ids_read(reading) == list(range(51, 61))
    assert reading.matches == Matches(60)


def test_deep_offset_behind_the_last_record_costs_no_more(site: InProcess) -> None:
    """Two steps skip 42 records; the first page behind them is empty, and its count agrees."""
    add(site, range(1, 44))
    reading = read(site.client, ReadRequest(site.app, "order by $id asc offset 50"))

    assert ids_read(reading) == []
    assert (reading.matches, len(site.asked)) == (Matches(43), 3)


def test_reading_stands_when_records_were_deleted_meanwhile(site: InProcess) -> None:
    """The count of the first page is outdated then: one more request, and a warning that names both moments."""
    reading = _reading(site, "", ranges=1)
    site.before = lambda asked: site.delete([20, 21]) if asked.number == 3 else None
    found = ids_read(reading)

    assert found == [*range(1, 20), 22, 23]
    assert reading.matches == Matches(21, counted=23)
    assert "deleted meanwhile" in str(reading.warnings[0])
    assert len(site.asked) == 6


@pytest.mark.parametrize("ranges", [1, 4])
def test_reading_ends_when_kintone_counts_far_too_many_and_records_keep_appearing(site: InProcess, ranges: int) -> None:
    """After each page that looks like the last another record is there; the newest that was known ends the reading."""
    reading = _reading(site, "", ranges=ranges)
    _counting(site, 100_000)
    site.before = lambda _asked: site.kintone.add_records(site.app, [{}])
    found = ids_read(reading)

    assert found[:MATCHES] == list(range(1, MATCHES + 1))
    assert len(site.asked) < 20
    assert reading.matches.counted == 100_000


def _key(site: InProcess, answers: list[dict[str, Any]]) -> None:
    fields = {"a": {"type": "SINGLE_LINE_TEXT", "unique": True}}
    site.kintone.change_form(site.app, fields)
    site.kintone.add_records(site.app, [{"a": "x"}])
    site.change = lambda _asked, body: body | answers.pop(0) if answers else body


def test_record_is_found_when_only_the_first_answer_is_empty(site: InProcess) -> None:
    """One is counted and none given: kintone is asked once more."""
    _key(site, [{"records": []}])

    assert find_by_key(site.client, site.app, "a", "x").record["a"]["value"] == "x"
    assert len(site.asked) == 2


def test_record_is_not_called_missing_when_kintone_counts_one(site: InProcess) -> None:
    """Whoever is told that there is none may add it again."""
    _key(site, [{"records": []}, {"records": []}])
    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] "):
        find_by_key(site.client, site.app, "a", "x")

    with pytest.raises(NotFoundError):
        find_by_key(site.client, site.app, "a", "y")


@pytest.mark.parametrize(
    "queries",
    [["$id < 4 order by $id asc limit 5"], ["$id < 4 order by $id asc limit 5", "$id > 20 order by $id asc limit 5"]],
)
@pytest.mark.parametrize("times", [1, 2])
def test_saved_records_are_not_taken_for_missing_when_a_page_is_short(
    site: InProcess, queries: list[str], times: int
) -> None:
    """What an update does not find it writes as new records, so a page that lacks one is read again, then refused."""
    add(site, range(1, MATCHES + 1))
    left = [times]

    def shorten(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if "< 4" in asked.query and left[0]:
            left[0] -= 1
            return {**body, "records": body["records"][:2]}
        return body

    site.change = shorten
    source = RecordSource(site.client, int(site.app), ["name"])
    if times == 1:
        assert [page.ids for page in source.fetch_all(queries)] == [[1, 2, 3], [21, 22, 23]][: len(queries)]
        assert len(site.asked) == len(queries) + 1
    else:
        with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] .* 2 of 3 "):
            source.fetch_all(queries)


def test_cursor_that_counts_fewer_than_the_first_page_is_told(site: InProcess) -> None:
    """What was counted when the reading began is not forgotten."""
    reading = _reading(site, BY_NAME)
    site.change = lambda asked, body: body | {"totalCount": "40"} if asked.call == "GET records" else body

    assert len(ids_read(reading)) == MATCHES
    assert reading.matches == Matches(MATCHES, counted=40)
