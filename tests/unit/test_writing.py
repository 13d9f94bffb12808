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
from kintone.writing.entries import Entry, read_entries
from kintone.writing.failures import resend_advice
from kintone.writing.one_record import add_record, write_one
from kintone.writing.writer import UpsertRequest, repeat_notice, upsert
from tests.unit.form_samples import field, make_form
from tests.unit.in_process import InProcess
from tests.unit.writings import STOCK, TOO_MUCH, fates, have, mixed, rows


def unreadable(stock: InProcess, answer: dict[str, Any], entries: list[Entry]) -> UnknownResponseError:
    """Return the error of a write that is answered with this; all its entries are unknown then."""
    have(stock, 1)
    stock.change = lambda _asked, _body: answer
    with pytest.raises(UnknownResponseError) as raised:
        upsert(stock.client, UpsertRequest(stock.app, entries))
    assert fates(raised.value) == [(1, len(entries), "UNKNOWN")]
    assert len(stock.asked) == 1
    assert any(words in str(raised.value) for words in ("look in kintone first", "sending these again is safe"))
    return raised.value


def test_three_entries_go_out_in_one_request_and_come_back_in_order(stock: InProcess) -> None:
    """One inserted by key, one updated by id, one inserted: one transaction."""
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


def test_entries_are_counted_anew_when_a_rest_is_sent(stock: InProcess) -> None:
    """Whatever their positions were, results and sentences count from 1."""
    report = upsert(stock.client, UpsertRequest(stock.app, [*rows(3)[2:], *rows(1)]))

    assert [record["id"] for record in report.results] == ["1", "2"]


def test_four_thousand_and_one_entries_are_three_requests(stock: InProcess) -> None:
    """Two thousand go out in each, and nothing is read."""
    report = upsert(stock.client, UpsertRequest(stock.app, rows(4001)))

    assert stock.calls == {"POST bulkRequest": 2, "PUT records": 1}
    assert [record["id"] for record in report.results] == [str(number) for number in range(1, 4002)]
    assert stock.values("sku") == [f"A-{number}" for number in range(1, 4002)]


def test_more_than_one_transaction_is_refused_when_atomic(stock: InProcess) -> None:
    """All or nothing ends at 2,000 entries, and nothing is sent."""
    with pytest.raises(InvalidParameterError, match=r"\] atomic: .* 2000 .* 2001"):
        upsert(stock.client, UpsertRequest(stock.app, rows(2001), atomic=True))

    assert stock.asked == []


def test_what_needs_more_than_twenty_calls_is_refused_when_atomic(stock: InProcess) -> None:
    """The sentence says why fewer than 2,000 may be too many."""
    with pytest.raises(InvalidParameterError, match=r"\] atomic: .*20 times 100"):
        upsert(stock.client, UpsertRequest(stock.app, mixed("k" * 950 + "n" * 1050), atomic=True))

    assert stock.asked == []


def test_two_thousand_entries_are_written_when_atomic(stock: InProcess) -> None:
    """They fit into one transaction."""
    assert upsert(stock.client, UpsertRequest(stock.app, rows(2000), atomic=True)).added == 2000
    assert len(stock.asked) == 1


def test_equal_number_keys_are_refused_before_anything_is_sent(stock: InProcess) -> None:
    """The app's form tells which keys are numbers."""
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
def test_an_answer_that_does_not_fit_leaves_the_entries_unknown(stock: InProcess, answer: dict[str, Any]) -> None:
    """The request succeeded, so nobody should believe that nothing was done."""
    error = unreadable(stock, answer, rows(2))

    assert error.code == "NOT_KINTONE"
    assert "entries 1 to 2 may have been saved" in str(error)


@pytest.mark.parametrize(
    "answer", [{"results": []}, {"results": "x"}, {"results": [{}, {}]}, {"results": [None, None]}]
)
def test_a_bulk_answer_that_does_not_fit_is_an_unknown_response(stock: InProcess, answer: dict[str, Any]) -> None:
    """Missing and wrong results are told apart from success."""
    unreadable(stock, answer, rows(101))


@pytest.mark.parametrize(
    "answer", [{"ids": ["1"]}, {"ids": ["1"], "revisions": []}, {"ids": ["1", "2"], "revisions": ["1", "1"]}]
)
def test_an_insert_answer_that_does_not_fit_is_an_unknown_response(stock: InProcess, answer: dict[str, Any]) -> None:
    """One id and one revision belong to each inserted entry."""
    unreadable(stock, answer, [Entry(1, {})])


def test_an_answer_for_another_record_is_an_unknown_response(stock: InProcess) -> None:
    """An update by id comes back with that id."""
    unreadable(stock, {"records": [{"id": "9", "revision": "2"}]}, [Entry(1, {}, None, "1")])


def test_the_notice_warns_when_an_entry_has_neither_key_nor_id() -> None:
    """A retry of the node would insert it twice."""
    notice = str(repeat_notice([*rows(2), Entry(3, {})]))

    assert notice.startswith("Warning: 1 of 3 entries (the first is entry 3")
    assert "twice" in notice


def test_the_notice_says_that_it_is_safe_when_every_entry_can_be_found_again() -> None:
    """Keys and ids find the same records, unless rows are appended."""
    assert "twice" not in str(repeat_notice(rows(2)))
    assert "twice" in str(repeat_notice(rows(2), appends=True))


def test_who_renames_a_key_is_warned_of_sending_it_again() -> None:
    """The second time the key finds another record, or none; so it is where nobody knows whether it was saved."""
    entries = [*rows(2), Entry(3, {"sku": {"value": "A-1"}}, None, "7")]

    assert "safe" not in str(repeat_notice(entries))
    assert str(repeat_notice(entries)).startswith("Warning: ")
    assert str(resend_advice(entries, appends=False)).startswith("look in kintone first")
    assert str(resend_advice(rows(2), appends=False)) != str(resend_advice(entries, appends=False))


def test_a_write_is_not_sent_when_nobody_would_wait_for_its_answer() -> None:
    """A tenth of a second before the end of the call it would only become unknown."""
    with InProcess(STOCK, budget=20) as stock:
        stock.pass_time(19.95)
        with pytest.raises(BudgetExceededError) as raised:
            add_record(stock.client, stock.app, {})

    assert not raised.value.maybe_saved
    assert stock.asked == []


def test_an_answer_over_which_its_reader_stumbles_leaves_the_write_unknown(
    stock: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the mistake is, kintone has answered; of the mistake only its kind is logged."""
    body = {"app": stock.app, "record": {}}
    operation = Request(Message("adding a record"), "POST", "record", body, RetrySafety.INSERT)

    def stumble(_answer: Answer) -> None:
        raise KeyError("an answer that is nobody's business")

    with pytest.raises(KintoneError) as raised:
        write_one(stock.client, operation, stumble)

    assert raised.value.maybe_saved
    assert len(stock.ids()) == len(stock.asked) == 1
    assert "KeyError" in caplog.text
    assert "business" not in caplog.text + str(raised.value)


def test_a_record_is_added_with_one_request(stock: InProcess) -> None:
    """Id, revision and kintone's answer come back."""
    added = add_record(stock.client, stock.app, {"name": {"value": "x"}})

    assert (added.id, added.revision, added.response) == ("1", "1", {"id": "1", "revision": "1"})
    [asked] = stock.asked
    assert (asked.call, asked.parameters) == ("POST record", {"app": stock.app, "record": {"name": {"value": "x"}}})


def test_fields_of_an_added_record_are_named_with_rows_from_one(stock: InProcess) -> None:
    """Kintone counts them from 0."""
    with pytest.raises(InvalidRequestError) as raised:
        add_record(stock.client, stock.app, TOO_MUCH)

    assert list(raised.value.field_errors) == ["lines row 1, qty"]
    assert fates(raised.value) == [(1, 1, "REFUSED")]


@pytest.mark.parametrize("answer", [{}, {"id": "x", "revision": "1"}, {"id": "1", "revision": None}])
def test_an_added_record_without_id_may_have_been_saved(stock: InProcess, answer: dict[str, Any]) -> None:
    """An unreadable success is no failure: whoever reads of it looks in kintone first."""
    stock.change = lambda _asked, _body: answer
    with pytest.raises(UnknownResponseError, match="look in kintone") as raised:
        add_record(stock.client, stock.app, {})

    assert fates(raised.value) == [(1, 1, "UNKNOWN")]


def test_an_added_record_whose_answer_is_lost_is_not_sent_again(stock: InProcess) -> None:
    """It may be there; the advice is to look, then what the error itself advises."""
    stock.kintone.fail(hang=40, applied=True)
    with pytest.raises(TimedOutError, match=r"look in kintone .*request_timeout") as raised:
        add_record(stock.client, stock.app, {})

    assert raised.value.maybe_saved
    assert len(stock.ids()) == len(stock.asked) == 1


@pytest.mark.parametrize(("status", "code"), [(503, None), (503, "CB_MN01"), (504, None), (520, None), (418, None)])
def test_an_added_record_that_may_be_there_is_never_simply_tried_again(
    stock: InProcess, status: int, code: str | None
) -> None:
    """Whoever believes "try again" adds it twice: the one thing said of sending it again is to look first."""
    stock.kintone.fail(api="record", status=status, code=code, applied=True)
    with pytest.raises(KintoneError) as raised:
        add_record(stock.client, stock.app, {})

    assert raised.value.maybe_saved
    assert "try again" not in str(raised.value)
    assert str(raised.value).count("again") == 1
    assert str(raised.value.remedy).startswith("look in kintone")


@settings(deadline=None, max_examples=50)
@example("kin" * 10)
@given(st.text(alphabet="kin", min_size=1, max_size=400))
def test_results_come_back_in_input_order_whatever_the_mixture(letters: str) -> None:
    """Each entry finds its own value under the id that its result names."""
    with InProcess(STOCK) as stock:
        have(stock, len(letters))
        report = upsert(stock.client, UpsertRequest(stock.app, mixed(letters)))
        names = dict(zip(map(str, stock.ids("order by $id asc")), stock.values("name"), strict=True))

    assert [names[result["id"]] for result in report.results] == [f"v{n}" for n in range(1, len(letters) + 1)]
    assert report.updated == letters.count("i")
