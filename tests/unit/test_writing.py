"""Writing many entries, and adding one record."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kintone.api import Answer, Request, RetrySafety
from kintone.errors import (
    BudgetExceededError,
    InvalidParameterError,
    InvalidRequestError,
    KintoneError,
    TimedOutError,
    UnknownResponseError,
)
from kintone.messages import Message
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from kintone.writing.one_record import add_record, write_one
from kintone.writing.repeating import EntryTraits, repeat_notice, resend_advice
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from tests.unit.form_samples import field, make_form
from tests.unit.in_process import InProcess
from tests.unit.writing_samples import STOCK, TOO_MUCH, mixed, rows, save_records, states


def unreadable(stock: InProcess, answer: dict[str, Any], entries: list[Entry]) -> UnknownResponseError:
    """Return the error of a write that gets this answer, whose entries are all unknown."""
    save_records(stock, 1)
    stock.change = lambda _asked, _body: answer
    with pytest.raises(UnknownResponseError) as raised:
        upsert(stock.client, UpsertRequest(stock.app, entries))
    assert states(raised.value) == [(1, len(entries), "UNKNOWN")]
    assert len(stock.asked) == 1
    assert any(words in str(raised.value) for words in ("look in kintone first", "sending these again is safe"))
    return raised.value


def test_three_entries_go_out_in_one_request_and_come_back_in_order(stock: InProcess) -> None:
    """An insert by key, an update by id and an insert are one bulk request."""
    stock.kintone.add_records(stock.app, [{"sku": "B"}])
    entries = read_entries(
        [
            {"record": {"name": {"value": "new"}}},
            {"updateKey": {"field": "sku", "value": "A"}, "record": {"name": {"value": "a"}}},
            {"id": 1, "record": {"name": {"value": "b"}}},
        ]
    )
    report = upsert(stock.client, UpsertRequest(stock.app, entries))

    assert report.results == [
        {"id": "2", "revision": "1", "operation": "INSERT"},
        {"id": "3", "revision": "1", "operation": "INSERT"},
        {"id": "1", "revision": "2", "operation": "UPDATE"},
    ]
    assert report.summary() == {"add": 2, "updated": 1, "requested": 3, "with_update_key": 1}
    assert stock.calls == {"POST bulkRequest": 1}
    assert report.responses[0].keys() == {"results"}
    assert (stock.values("sku"), stock.values("name")) == (["B", "", "A"], ["b", "new", "a"])


def test_entries_are_counted_from_one_when_the_rest_is_sent(stock: InProcess) -> None:
    """Results and messages count from 1, whatever the entries' positions were."""
    report = upsert(stock.client, UpsertRequest(stock.app, [*rows(3)[2:], *rows(1)]))

    assert [record["id"] for record in report.results] == ["1", "2"]


def test_four_thousand_and_one_entries_are_three_requests(stock: InProcess) -> None:
    """Each request has up to 2,000 entries, and nothing is read."""
    report = upsert(stock.client, UpsertRequest(stock.app, rows(4001)))

    assert stock.calls == {"POST bulkRequest": 2, "PUT records": 1}
    assert [record["id"] for record in report.results] == [str(number) for number in range(1, 4002)]
    assert stock.values("sku") == [f"A-{number}" for number in range(1, 4002)]


def test_more_than_one_batch_is_refused_when_atomic(stock: InProcess) -> None:
    """An atomic write has at most 2,000 entries; otherwise nothing is sent."""
    with pytest.raises(InvalidParameterError, match=r"\] atomic: .* 2000 .* 2001"):
        upsert(stock.client, UpsertRequest(stock.app, rows(2001), atomic=True))

    assert stock.asked == []


def test_what_needs_more_than_twenty_calls_is_refused_when_atomic(stock: InProcess) -> None:
    """The message explains why fewer than 2,000 entries may be too many."""
    with pytest.raises(InvalidParameterError, match=r"\] atomic: .*20 times 100 .* 5 MB "):
        upsert(stock.client, UpsertRequest(stock.app, mixed("k" * 950 + "n" * 1050), atomic=True))

    assert stock.asked == []


def test_two_thousand_entries_are_written_when_atomic(stock: InProcess) -> None:
    """The entries fit into one batch."""
    assert upsert(stock.client, UpsertRequest(stock.app, rows(2000), atomic=True)).added == 2000
    assert len(stock.asked) == 1


def test_equal_number_keys_are_refused_before_anything_is_sent(stock: InProcess) -> None:
    """The app's form shows which keys are numbers."""
    entries = read_entries([{"no": "1"}, {"no": "1.0"}], "no")
    with pytest.raises(InvalidParameterError, match="same update key"):
        upsert(stock.client, UpsertRequest(stock.app, entries, form=make_form(field("NUMBER", "no", unique=True))))

    assert stock.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"records": None},
        {"records": []},
        {"records": [{"id": "1", "revision": "1"}]},
        {"records": [{"id": "1", "revision": "1"}, {"id": "x", "revision": "1"}]},
        {"records": [{"id": "1", "revision": "1"}, {"id": "2"}]},
        {"records": [{"id": "1", "revision": "1"}, None]},
        {"records": [{"id": "1", "revision": "1"}, {"id": True, "revision": "1"}]},
    ],
)
def test_an_invalid_answer_leaves_the_entries_unknown(stock: InProcess, answer: dict[str, Any]) -> None:
    """The request may have succeeded although its answer is invalid."""
    error = unreadable(stock, answer, rows(2))

    assert error.code == "NOT_KINTONE"
    assert "entries 1 to 2 may have been saved" in str(error)


@pytest.mark.parametrize(
    "answer", [{"results": []}, {"results": "x"}, {"results": [{}, {}]}, {"results": [None, None]}]
)
def test_a_bulk_answer_that_does_not_fit_is_an_unknown_response(stock: InProcess, answer: dict[str, Any]) -> None:
    """Missing and wrong results do not count as success."""
    unreadable(stock, answer, rows(101))


@pytest.mark.parametrize(
    "answer", [{"ids": ["1"]}, {"ids": ["1"], "revisions": []}, {"ids": ["1", "2"], "revisions": ["1", "1"]}]
)
def test_an_insert_answer_that_does_not_fit_is_an_unknown_response(stock: InProcess, answer: dict[str, Any]) -> None:
    """The answer must have one id and one revision for each inserted entry."""
    unreadable(stock, answer, [Entry(1, {})])


def test_an_answer_for_another_record_is_an_unknown_response(stock: InProcess) -> None:
    """The answer to an update must have the id of the request."""
    unreadable(stock, {"records": [{"id": "9", "revision": "2"}]}, [Entry(1, {}, None, "1")])


def test_the_notice_warns_when_an_entry_has_neither_key_nor_id() -> None:
    """A retry of the node would insert it twice."""
    notice = str(repeat_notice(EntryTraits().add([*rows(2), Entry(3, {})])))

    assert notice.startswith("Warning: 1 of 3 entries (the first is entry 3")
    assert "twice" in notice


def test_the_notice_says_that_it_is_safe_when_every_entry_can_be_found_again() -> None:
    """Keys and ids find the same records, unless rows are appended."""
    assert "twice" not in str(repeat_notice(EntryTraits().add(rows(2))))
    assert "twice" in str(repeat_notice(EntryTraits(appends=True).add(rows(2))))


def test_the_notice_warns_when_an_entry_renames_a_key() -> None:
    """A second write would find another record for the key, or none."""
    entries = [*rows(2), Entry(3, {"sku": {"value": "A-1"}}, None, "7")]

    assert "safe" not in str(repeat_notice(EntryTraits().add(entries)))
    assert str(repeat_notice(EntryTraits().add(entries))).startswith("Warning: ")
    assert str(resend_advice(EntryTraits(appends=False).add(entries))).startswith(
        "wait a minute and look in kintone first"
    )
    assert str(resend_advice(EntryTraits(appends=False).add(rows(2)))) != str(
        resend_advice(EntryTraits(appends=False).add(entries))
    )


def test_a_write_is_not_sent_just_before_the_end_of_the_call() -> None:
    """A write sent a tenth of a second before the end would become unknown."""
    with InProcess(STOCK, budget=20) as stock:
        stock.pass_time(19.95)
        with pytest.raises(BudgetExceededError) as raised:
            add_record(stock.client, stock.app, {})

    assert not raised.value.maybe_saved
    assert stock.asked == []


def test_an_error_while_reading_the_answer_leaves_the_write_unknown(
    stock: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Kintone has answered; of the unexpected error only its class is logged."""
    body = {"app": stock.app, "record": {}}
    operation = Request(Message("adding a record"), "POST", "record", body, RetrySafety.INSERT)

    def fail(_answer: Answer) -> None:
        raise KeyError("an answer that is nobody's business")

    with pytest.raises(KintoneError) as raised:
        write_one(stock.client, operation, fail)

    assert raised.value.maybe_saved
    assert len(stock.ids()) == len(stock.asked) == 1
    assert "KeyError" in caplog.text
    assert "business" not in caplog.text + str(raised.value)


def test_a_record_is_added_with_one_request(stock: InProcess) -> None:
    """Id, revision and kintone's answer are returned."""
    added = add_record(stock.client, stock.app, {"name": {"value": "x"}})

    assert (added.id, added.revision, added.response) == ("1", "1", {"id": "1", "revision": "1"})
    [asked] = stock.asked
    assert (asked.call, asked.parameters) == ("POST record", {"app": stock.app, "record": {"name": {"value": "x"}}})


def test_fields_of_an_added_record_are_named_with_rows_from_one(stock: InProcess) -> None:
    """Rows in messages count from 1, while kintone counts from 0."""
    with pytest.raises(InvalidRequestError) as raised:
        add_record(stock.client, stock.app, TOO_MUCH)

    assert list(raised.value.field_errors) == ["lines row 1, qty"]
    assert states(raised.value) == [(1, 1, "REFUSED")]


@pytest.mark.parametrize("answer", [{}, {"id": "x", "revision": "1"}, {"id": "1", "revision": None}])
def test_an_added_record_without_id_may_have_been_saved(stock: InProcess, answer: dict[str, Any]) -> None:
    """The error advises looking in kintone first."""
    stock.change = lambda _asked, _body: answer
    with pytest.raises(UnknownResponseError, match="look in kintone") as raised:
        add_record(stock.client, stock.app, {})

    assert states(raised.value) == [(1, 1, "UNKNOWN")]


def test_an_added_record_whose_answer_is_lost_is_not_sent_again(stock: InProcess) -> None:
    """The record may exist; the advice is to look first, then the error's own advice."""
    stock.kintone.fail(hang=40, applied=True)
    with pytest.raises(TimedOutError, match=r"look in kintone .*request_timeout") as raised:
        add_record(stock.client, stock.app, {})

    assert raised.value.maybe_saved
    assert len(stock.ids()) == len(stock.asked) == 1


@pytest.mark.parametrize(("status", "code"), [(503, None), (503, "CB_MN01"), (504, None), (520, None), (418, None)])
def test_an_added_record_that_may_exist_is_not_advised_to_be_sent_again(
    stock: InProcess, status: int, code: str | None
) -> None:
    """The only advice about sending again is to look first, since a second write would add it twice."""
    stock.kintone.fail(api="record", status=status, code=code, applied=True)
    with pytest.raises(KintoneError) as raised:
        add_record(stock.client, stock.app, {})

    assert raised.value.maybe_saved
    assert "try again" not in str(raised.value)
    assert str(raised.value).count("again") == 1
    assert str(raised.value.remedy).startswith("wait a minute and look in kintone")


@settings(deadline=None, max_examples=50)
@example("kin" * 10)
@given(st.text(alphabet="kin", min_size=1, max_size=400))
def test_results_are_in_input_order_for_any_mixture(letters: str) -> None:
    """Each entry's value is stored under the id of its result."""
    with InProcess(STOCK) as stock:
        save_records(stock, len(letters))
        report = upsert(stock.client, UpsertRequest(stock.app, mixed(letters)))
        names = dict(zip(map(str, stock.ids("order by $id asc")), stock.values("name"), strict=True))

    assert [names[result["id"]] for result in report.results] == [f"v{n}" for n in range(1, len(letters) + 1)]
    assert report.updated == letters.count("i")
