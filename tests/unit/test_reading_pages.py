"""Pages of records: which answers are pages, and how the others are told."""

from typing import Any

import pytest

from kintone.api import Answer
from kintone.errors import BudgetExceededError, InvalidQueryError, KintoneError, UnknownResponseError
from kintone.messages import Message
from kintone.reading.pages import Page, RawPage, RecordSource, checked_id, count_of, raw_page_of
from simulation.network import OutgoingRequest, Pause
from simulation.world import Reply
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import add

READING = Message("reading records of app 12")


def record(record_id: object = "1", **fields: object) -> dict[str, Any]:
    """Return a record as kintone shows it."""
    return {**fields, "$id": {"type": "__ID__", "value": record_id}}


def table(*rows: object) -> dict[str, object]:
    """Return a table."""
    return {"type": "SUBTABLE", "value": list(rows)}


CELL = {"type": "NUMBER", "value": "1"}
NO_FIELDS: list[object] = [
    None,
    "text",
    5,
    [],
    {},
    {"type": "NUMBER"},
    {"value": "1"},
    {"type": None, "value": "1"},
    {"type": 5, "value": "1"},
    {"type": 5, "value": None},
    {"type": ["NUMBER"], "value": "1"},
    {"type": {}, "value": "1"},
    {"type": "NUMBER", "value": 1},
    {"type": "SINGLE_LINE_TEXT", "value": ["1"]},
    {"type": "CHECK_BOX", "value": "1"},
    {"type": "CHECK_BOX", "value": None},
    {"type": "FILE", "value": {}},
    {"type": "SUBTABLE", "value": None},
    {"type": "SUBTABLE", "value": "text"},
    {"type": "SUBTABLE", "value": {"id": "1", "value": {}}},
    table(None),
    table("row"),
    table(5),
    table([]),
    table({"id": "1"}),
    table({"value": {}}),
    table({"id": "", "value": {}}),
    table({"id": None, "value": {}}),
    table({"id": True, "value": {}}),
    table({"id": "1", "value": None}),
    table({"id": "1", "value": []}),
    table({"id": "1", "value": "text"}),
    table({"id": "1", "value": {"qty": "1"}}),
    table({"id": "1", "value": {"qty": {"type": "NUMBER", "value": 1}}}),
    table({"id": "1", "value": {"qty": CELL}}, {"id": "2", "value": {"qty": {"type": "NUMBER"}}}),
]


@pytest.mark.parametrize("field", NO_FIELDS, ids=str)
def test_a_field_of_another_shape_is_named(field: object) -> None:
    """The entry counts from one; the code is that of the field, or of its table."""
    answer = Answer({"records": [record("1"), record("2", a=CELL, b=field)]})
    with pytest.raises(UnknownResponseError) as raised:
        raw_page_of(answer, READING)

    assert str(raised.value).startswith("[NOT_KINTONE] reading records of app 12: the field b of entry 2 is ")


@pytest.mark.parametrize(
    "field",
    [
        CELL,
        {"type": "NUMBER", "value": None},
        {"type": "NUMBER", "value": ""},
        {"type": "CHECK_BOX", "value": []},
        {"type": "CREATOR", "value": {"code": "a", "name": "A"}},
        {"type": "NEW_TYPE", "value": {"any": 1}},
        {"type": "NEW_TYPE", "value": None},
        table(),
        table({"id": "1", "value": {}}),
        table({"id": 300, "value": {"qty": CELL, "files": {"type": "FILE", "value": []}}}),
    ],
    ids=str,
)
def test_a_field_of_kintones_shape_is_taken_as_it_is(field: object) -> None:
    """Also one of a type that kintone may have tomorrow."""
    page = raw_page_of(Answer({"records": [record("7", a=field)]}), READING)

    assert (page.records, page.ids, page.total) == ([record("7", a=field)], [7], None)


@pytest.mark.parametrize("record_id", [None, "", "0", 0, True, "A-1", "-1", 1.5, ["1"], {}])
def test_a_record_without_an_id_is_refused(record_id: object) -> None:
    """Without it a page cannot be followed by the next."""
    with pytest.raises(UnknownResponseError, match=r"entry 1 is "):
        raw_page_of(Answer({"records": [record(record_id)]}), READING)
    with pytest.raises(UnknownResponseError, match=r"the record is "):
        checked_id(record(record_id), Message("the record"), READING)


@pytest.mark.parametrize("broken", [None, "text", 5, [], [record()]])
def test_a_record_that_is_no_object_is_refused(broken: object) -> None:
    """It has no fields."""
    with pytest.raises(UnknownResponseError, match=r"entry 2 is "):
        raw_page_of(Answer({"records": [record(), broken]}), READING)
    with pytest.raises(UnknownResponseError, match=r"the record is "):
        checked_id(broken, Message("the record"), READING)


def test_a_record_without_id_and_field_is_refused() -> None:
    """An empty object is no record."""
    with pytest.raises(UnknownResponseError, match=r"\$id of entry 1 is null"):
        raw_page_of(Answer({"records": [{}]}), READING)


@pytest.mark.parametrize("record_id", ["7", 7, "18446744073709551615"])
def test_an_id_is_a_number_however_it_is_written(record_id: object) -> None:
    """A text by kintone's pages, a number by its OpenAPI description."""
    assert checked_id(record(record_id), Message("the record"), READING) == int(str(record_id))


def test_a_page_has_no_more_records_than_kintone_gives_at_once() -> None:
    """500: https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records."""
    records = [record(str(number)) for number in range(1, 502)]

    assert len(raw_page_of(Answer({"records": records[:500]}), READING).ids) == 500
    with pytest.raises(KintoneError, match="the number of records is 501"):
        raw_page_of(Answer({"records": records}), READING)


def test_a_record_stands_on_a_page_once() -> None:
    """The same id twice would be read and counted twice."""
    with pytest.raises(UnknownResponseError, match="the number of records is more than"):
        raw_page_of(Answer({"records": [record("1"), record("2"), record("1")]}), READING)


@pytest.mark.parametrize(("given", "total"), [("0", 0), ("12", 12), (12, 12), (None, None)])
def test_total_is_a_count_or_missing(given: object, total: int | None) -> None:
    """It comes only where it was asked for."""
    assert raw_page_of(Answer({"records": [], "totalCount": given}), READING).total == total
    assert count_of(given) == total


@pytest.mark.parametrize("given", [True, "", "-1", "many", 1.5, [], {}])
def test_total_is_nothing_else(given: object) -> None:
    """What came is told by its type."""
    with pytest.raises(UnknownResponseError, match="totalCount of the answer is "):
        raw_page_of(Answer({"records": [], "totalCount": given}), READING)


@pytest.mark.parametrize("records", [None, {}, "text", 5])
def test_records_are_a_list(records: object) -> None:
    """Anything else is no page."""
    with pytest.raises(UnknownResponseError, match="records of the answer is "):
        raw_page_of(Answer({"records": records}), READING)


def test_pages_do_not_show_what_they_hold() -> None:
    """Where a page is shown by accident, no record is, and no list of ten thousand ids."""
    records = [record("4711", a={"type": "NUMBER", "value": "confidential"})]

    for page in (RawPage(records, [4711], 1), Page(1, records, ["4711"])):
        assert not any(word in repr(page) for word in ("confidential", "4711"))


# Several pages at once


def test_pages_for_several_queries_come_in_the_order_of_the_queries(site: InProcess) -> None:
    """Four at once at most, whichever is answered first; no thread stays, and nothing of the call ends."""
    add(site, range(1, 13))
    site.kintone.latency(request=0.1)
    source = RecordSource(site.client, int(site.app), ["name"])
    pages = source.fetch_all([f"$id = {number}" for number in (7, 3, 5, 1, 9, 2)])
    site.pass_time(0.01)

    assert [page.ids for page in pages] == [[7], [3], [5], [1], [9], [2]]
    assert (source.requests_made, site.kintone.stats.max_running) == (6, 4)
    assert not [name for name in site.scheduler.remaining_tasks() if name.startswith("kintone-")]
    assert not site.client.deadline.is_cancelled


def test_the_first_failure_among_several_queries_is_raised_at_once(site: InProcess) -> None:
    """The others are not waited for, and those that have not begun do not begin."""

    def fail(asked: Asked) -> None:
        if "$id = 2" in asked.query:
            site.kintone.fail(status=400, code="GAIA_IQ11")
        else:
            site.pass_time(25)

    site.before = fail
    source = RecordSource(site.client, int(site.app), [])
    with pytest.raises(InvalidQueryError):
        source.fetch_all([f"$id = {number}" for number in range(1, 9)])
    site.pass_time(0.01)

    assert site.scheduler.now() < 5
    assert len(site.asked) <= 5
    assert not [name for name in site.scheduler.remaining_tasks() if name.startswith("kintone-")]


@pytest.mark.parametrize("count", [1, 2])
def test_pages_are_read_within_a_part_of_the_time_of_the_call(site: InProcess, count: int) -> None:
    """The part ends the reading, also of several pages at once; the call goes on."""
    site.kintone.latency(request=25)
    source = RecordSource(site.client, int(site.app), [])
    with site.client.deadline.within(5) as deadline:
        source.end_within(deadline)
        with pytest.raises(BudgetExceededError):
            source.fetch_all([f"$id = {number}" for number in range(1, count + 1)])

    assert site.scheduler.now() < 6
    assert not site.client.deadline.is_over


def test_a_failure_is_raised_at_once_though_pages_after_it_cannot_be_stopped(
    site: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can end a connection that is just being made: it goes on alone."""
    send = site.send

    def send_without_a_stop(outgoing: OutgoingRequest, seconds: float, _stop: Pause) -> Reply:
        return send(outgoing, seconds)

    def fail(asked: Asked) -> None:
        site.pass_time(1 if "$id = 1" in asked.query else 25)
        site.kintone.fail(status=400, code="GAIA_IQ11")

    site.before = fail
    monkeypatch.setattr(site, "send", send_without_a_stop)
    with pytest.raises(InvalidQueryError):
        RecordSource(site.client, int(site.app), []).fetch_all(["$id = 1", "$id = 2"])

    assert site.scheduler.now() < 5
