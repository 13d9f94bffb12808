"""What is made of kintone's answers: fields, warnings, and answers that are not kintone's."""

from collections.abc import Callable
from typing import Any

import pytest

from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, KintoneError, UnknownResponseError
from kintone.operations import Answer, Operation
from kintone.reading.reader import ReadRequest, read
from kintone.reading.records import RecordsApi
from tests.unit.reading_double import APP, KintoneDouble, ids_read, record_of

CUT_OFF = "Filter aborted because of too many search results"


class _Answering(KintoneDouble):
    """Gives one answer to everything."""

    def __init__(self, answer: Callable[[Operation], dict[str, Any]]) -> None:
        super().__init__()
        self._answer = answer

    def _body(self, operation: Operation) -> dict[str, Any]:
        return self._answer(operation)


def test_fields_are_asked_once_and_with_the_id_when_named() -> None:
    """Duplicates go, order stays, and ``$id`` is read for the pages' sake but not handed out."""
    double = KintoneDouble([1, 2])
    reading = read(double, ReadRequest(APP, fields=["name", "other", "name"]))

    page = next(iter(reading.pages()))

    assert double.operations[0].parameters["fields"] == ["name", "other", "$id"]
    assert reading.fields == ("name", "other")
    assert page.records == [{"name": record_of(i)["name"]} for i in (1, 2)]
    assert page.ids == ["1", "2"]


def test_system_fields_stay_when_they_are_named() -> None:
    """What the caller asked for is handed out."""
    double = KintoneDouble([1])

    page = next(iter(read(double, ReadRequest(APP, fields=["$id", "$revision"])).pages()))

    assert list(page.records[0]) == ["$id", "$revision"]


def test_records_come_as_kintone_sends_them_when_no_field_is_named() -> None:
    """Nothing is asked for by name and nothing is taken away."""
    double = KintoneDouble([1])

    page = next(iter(read(double, ReadRequest(APP)).pages()))

    assert "fields" not in double.operations[0].parameters
    assert page.records == [record_of(1)]


def test_fields_are_refused_when_there_are_more_than_kintone_takes() -> None:
    """A thousand by request body, ``$id`` among them."""
    codes = [f"f{number}" for number in range(1000)]

    read(KintoneDouble(), ReadRequest(APP, fields=codes[:-1]))
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields: 1001 field codes"):
        read(KintoneDouble(), ReadRequest(APP, fields=codes))


def test_warning_is_kept_once_when_pages_repeat_it() -> None:
    """A search that kintone cut off is said to be partial, in words for people."""
    double = KintoneDouble(range(1, 1201))
    double.warning = CUT_OFF
    reading = read(double, ReadRequest(APP))

    ids_read(reading)

    assert len(reading.warnings) == 1
    assert reading.warnings[0].startswith("kintone stopped the search at 100,000 hits: the answer is partial")


def test_warning_is_passed_on_when_it_is_another_one() -> None:
    """An unknown warning keeps kintone's words."""
    double = KintoneDouble([1])
    double.warning = "Deprecated\noffset"
    reading = read(double, ReadRequest(APP))

    ids_read(reading)

    assert reading.warnings == ["kintone warns: Deprecated offset"]


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
def test_answer_is_refused_when_it_holds_no_records_with_ids(body: dict[str, Any]) -> None:
    """The sentence says what was read and what is wrong."""
    reading = read(_Answering(lambda _operation: body), ReadRequest(APP))

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] reading records of app 12: "):
        ids_read(reading)


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("query", ["", "order by $id desc", "order by $id asc offset 12000"])
def test_reading_ends_with_an_error_when_the_same_page_comes_for_ever(query: str, *, counts: bool) -> None:
    """An answer that does not advance is not asked for endlessly."""
    same = [record_of(record_id) for record_id in range(1, 501)]
    if "desc" in query:
        same.reverse()
    double = _Answering(lambda _operation: {"records": same, "totalCount": "100000" if counts else None})

    with pytest.raises(KintoneError, match="does not advance"):
        ids_read(read(double, ReadRequest(APP, query)))


def test_reading_ends_with_an_error_when_ids_are_out_of_order() -> None:
    """Without their order, pages cannot be told apart."""
    mixed = {"records": [record_of(record_id) for record_id in (*range(2, 501), 1)], "totalCount": "501"}
    after = {"records": [record_of(501)], "totalCount": "1"}
    double = _Answering(lambda operation: after if ">" in str(operation.parameters["query"]) else mixed)

    with pytest.raises(KintoneError, match="does not advance: record 1 follows record 500"):
        ids_read(read(double, ReadRequest(APP)))


@pytest.mark.parametrize(("offset", "requests"), [(10_001, 2), (30_000, 2)])
def test_reading_ends_with_an_error_when_jumping_over_records_leads_nowhere(offset: int, requests: int) -> None:
    """A guard that is not obeyed shows at the first answer that lies before it."""
    same = [record_of(record_id) for record_id in range(1, 6)]
    double = _Answering(lambda _operation: {"records": same})

    with pytest.raises(KintoneError, match="does not advance"):
        ids_read(read(double, ReadRequest(APP, f"order by $id asc limit 5 offset {offset}")))
    assert len(double.operations) == requests


@pytest.mark.parametrize("total", ["3", "-1", "many", None, ""])
def test_count_is_ignored_when_the_page_disproves_it(total: str | None) -> None:
    """A count that is smaller than the page, or none, is as good as none: reading goes on to a short page."""
    double = KintoneDouble(range(1, 12_001))
    original = double.call

    def call(operation: Operation, deadline: Deadline | None = None) -> Answer:
        answer = original(operation, deadline)
        answer.body["totalCount"] = total
        return answer

    double.call = call  # type: ignore[method-assign]

    assert ids_read(read(double, ReadRequest(APP))) == list(range(1, 12_001))


def test_get_returns_the_record_when_it_exists() -> None:
    """One record, as kintone shows it."""
    double = KintoneDouble([7])

    assert RecordsApi(double).get(APP, "7") == record_of(7)
    assert dict(double.operations[0].parameters) == {"app": APP, "id": "7"}


def test_get_refuses_the_answer_when_it_holds_no_record() -> None:
    """An answer of another shape is not passed on as a record."""
    with pytest.raises(UnknownResponseError, match="reading record 7 of app 12"):
        RecordsApi(_Answering(lambda _operation: {"record": []})).get(APP, 7)


def test_api_reads_a_query_when_asked_for_pages() -> None:
    """The records API hands out readings."""
    assert ids_read(RecordsApi(KintoneDouble([3, 1])).read(ReadRequest(APP))) == [1, 3]
