"""Answers to reads: fields, warnings and invalid answers."""

from typing import Any

import pytest

from kintone.errors import InvalidParameterError, KintoneError, UnknownResponseError
from kintone.reading.reader import Reading, ReadRequest, RecordsApi, read
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import add, ids_read, small_pages

CUT_OFF = "Filter aborted because of too many search results"


def _reading(site: InProcess, query: str = "", **options: Any) -> Reading:  # noqa: ANN401 - the request's own
    return read(site.client, ReadRequest(site.app, query, **options))


def _same(first: int, last: int) -> list[dict[str, Any]]:
    """Return records of these ids, in order."""
    return [{"$id": {"type": "__ID__", "value": str(number)}} for number in range(first, last + 1)]


def test_fields_are_asked_once_and_with_the_id_when_named(site: InProcess) -> None:
    """Duplicates are dropped, the order is kept, and ``$id`` is requested for paging but not returned.

    What kintone wrote says more than the records then, so it is not handed on.
    """
    add(site, [1, 2])
    reading = _reading(site, fields=["name", "other", "name"])

    page = next(iter(reading.pages()))

    assert site.asked[0].parameters["fields"] == ["name", "other", "$id"]
    assert reading.fields == ("name", "other")
    assert [list(record) for record in page.records] == [["name"]] * 2
    assert [record["name"]["value"] for record in page.records] == site.values("name")
    assert page.ids == ["1", "2"]


@pytest.mark.parametrize("most", [1, 5])
def test_answer_is_refused_when_it_has_more_records_than_asked_for(site: InProcess, most: int) -> None:
    """An answer with more records than requested is invalid."""
    add(site, range(1, most + 2))
    records = site.kintone.records(site.app)
    site.change = lambda _asked, body: {**body, "records": records}

    with pytest.raises(UnknownResponseError, match=f"number of records is {most + 1}"):
        list(_reading(site, max_records=most).pages())


def test_system_fields_stay_when_they_are_named(site: InProcess) -> None:
    """Requested system fields are returned."""
    add(site, [1])

    page = next(iter(_reading(site, fields=["$id", "$revision"]).pages()))

    assert list(page.records[0]) == ["$id", "$revision"]


def test_system_fields_that_were_not_requested_are_dropped(site: InProcess) -> None:
    """Other fields that were not requested are kept after the requested ones."""
    add(site, [1])
    unasked = {"$revision": {"type": "__REVISION__", "value": "5"}, "more": {"type": "NUMBER", "value": "1"}}
    site.change = lambda _asked, body: {**body, "records": [{**unasked, **record} for record in body["records"]]}

    (page,) = _reading(site, fields=["name"]).pages()

    assert [list(record) for record in page.records] == [["name", "more"]]


def test_records_come_as_kintone_sends_them_when_no_field_is_named(site: InProcess) -> None:
    """Without named fields no field is requested or removed."""
    add(site, [1])

    page = next(iter(_reading(site).pages()))

    assert "fields" not in site.asked[0].parameters
    assert page.records == site.kintone.records(site.app)


def test_fields_are_refused_when_there_are_more_than_kintone_takes(site: InProcess) -> None:
    """A request body may name a thousand fields, including ``$id``."""
    codes = [f"f{number}" for number in range(1000)]

    _reading(site, fields=codes[:-1])
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields: 1001 field codes"):
        _reading(site, fields=codes)


def test_warning_is_kept_once_when_pages_repeat_it(site: InProcess) -> None:
    """A search that kintone cut off is reported once, as a partial result."""
    add(site, range(1, 1201))
    site.kintone.fail(headers={"X-Cybozu-Warning": CUT_OFF}, times=None)
    reading = _reading(site)

    ids_read(reading)

    assert len(reading.warnings) == 1
    assert "partial" in str(reading.warnings[0])


def test_warning_is_passed_on_when_it_is_another_one(site: InProcess) -> None:
    """An unknown warning keeps kintone's words."""
    add(site, [1])
    site.kintone.fail(headers={"X-Cybozu-Warning": "Deprecated\toffset"})
    reading = _reading(site)

    ids_read(reading)

    assert reading.warnings == ["kintone warns: Deprecated offset"]


def test_warnings_are_all_kept_when_they_differ(site: InProcess) -> None:
    """No warning replaces another, in any order."""
    add(site, range(1, 1201))
    for warning in (CUT_OFF, "Deprecated offset", "Deprecated query"):
        site.kintone.fail(headers={"X-Cybozu-Warning": warning})
    reading = _reading(site)

    ids_read(reading)

    other_warnings = [
        warning for warning in map(str, reading.warnings) if not warning.startswith("kintone stopped the search")
    ]
    assert sorted(other_warnings) == ["kintone warns: Deprecated offset", "kintone warns: Deprecated query"]
    assert len(reading.warnings) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": None},
        {"records": {"1": {}}},
        {"records": ["x"]},
        {"records": [{"name": {"value": "x"}}]},
        {"records": [{"$id": {"value": None}}]},
        {"records": [{"$id": {"value": "APP-1"}}]},
        {"records": [{"$id": "1"}]},
    ],
)
def test_answer_is_refused_when_it_holds_no_records_with_ids(site: InProcess, body: dict[str, Any]) -> None:
    """The message says what was read and what is wrong."""
    site.change = lambda _asked, _body: body

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] reading records of app 1: "):
        ids_read(_reading(site))


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("query", ["", "order by $id desc", "order by $id asc offset 12000"])
def test_reading_ends_with_an_error_when_the_same_page_repeats(site: InProcess, query: str, *, counts: bool) -> None:
    """A page without progress is not requested endlessly."""
    same = _same(1, 500)
    if "desc" in query:
        same.reverse()
    site.change = lambda _asked, _body: {"records": same, "totalCount": "100000" if counts else None}

    with pytest.raises(KintoneError, match="does not advance"):
        ids_read(_reading(site, query))


def test_reading_ends_with_an_error_when_ids_are_out_of_order(site: InProcess) -> None:
    """Paging depends on the order of the ids."""
    mixed = {"records": [*_same(2, 500), *_same(1, 1)], "totalCount": "501"}
    after = {"records": _same(501, 501), "totalCount": "1"}
    site.change = lambda asked, _body: after if ">" in asked.query else mixed

    with pytest.raises(KintoneError, match="record 1 follows record 500"):
        ids_read(_reading(site))


@pytest.mark.parametrize(("offset", "requests"), [(10_001, 2), (30_000, 2)])
def test_reading_ends_with_an_error_when_skipping_makes_no_progress(
    site: InProcess, offset: int, requests: int
) -> None:
    """An answer that ignores the condition on ids is invalid."""
    site.change = lambda _asked, _body: {"records": _same(1, 5)}

    with pytest.raises(KintoneError, match="does not advance"):
        ids_read(_reading(site, f"order by $id asc limit 5 offset {offset}"))
    assert len(site.asked) == requests


@pytest.mark.parametrize("total", ["3", "0", None])
def test_count_is_ignored_when_the_page_disproves_it(site: InProcess, total: str | None) -> None:
    """With a missing count, or one smaller than the page, reading goes on to a short page."""
    add(site, range(1, 201))
    site.change = lambda _asked, body: {**body, "totalCount": total}

    with small_pages():
        assert ids_read(_reading(site)) == list(range(1, 201))


def test_get_returns_the_record_when_it_exists(site: InProcess) -> None:
    """The record is returned in kintone's shape."""
    add(site, [7])

    assert RecordsApi(site.client).get(site.app, "7") == site.kintone.records(site.app)[0]
    assert site.asked[0].parameters == {"app": "1", "id": "7"}


def test_get_refuses_the_answer_when_it_holds_no_record(site: InProcess) -> None:
    """An answer in another shape is an error."""
    add(site, [7])
    site.change = lambda _asked, _body: {"record": []}

    with pytest.raises(UnknownResponseError, match="reading record 7 of app 1"):
        RecordsApi(site.client).get(site.app, 7)


def test_get_refuses_the_answer_when_it_holds_another_record(site: InProcess) -> None:
    """What is shown as record 7 must be record 7."""
    add(site, [7, 8])
    other = site.kintone.records(site.app)[1]
    site.change = lambda _asked, _body: {"record": other}

    with pytest.raises(UnknownResponseError, match="the id of the record is that of another record"):
        RecordsApi(site.client).get(site.app, "7")


def test_api_reads_a_query_when_asked_for_pages(site: InProcess) -> None:
    """The records API returns readings."""
    add(site, [3, 1])

    assert ids_read(RecordsApi(site.client).read(ReadRequest(site.app))) == [1, 3]
