"""Writing many entries, and adding one record."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.errors import ErrorReply, InvalidParameterError, InvalidRequestError, TimedOutError, UnknownResponseError
from kintone.ledger import EntryState
from kintone.messages import Message
from kintone.operations import Repeat
from kintone.writing.adding import add_record
from kintone.writing.entries import Entry, read_entries
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upsert import UpsertRequest, repeat_notice, upsert
from tests.unit.writing_double import Failure, FakeKintone, lost


def rows(count: int) -> list[Entry]:
    """Return entries with the keys A-1, A-2 and so on."""
    return read_entries([{"sku": f"A-{number}", "name": {"value": "x"}} for number in range(1, count + 1)], "sku")


def unreadable(answer: dict[str, Any], entries: list[Entry]) -> UnknownResponseError:
    """Return the error of a write that is answered with this; all its entries are unknown then."""
    kintone = FakeKintone(change_answer=lambda _body: answer)
    kintone.add(name="x")
    with pytest.raises(UnknownResponseError) as raised:
        upsert(kintone, UpsertRequest(12, entries))
    assert raised.value.ledger
    assert raised.value.ledger.count(EntryState.UNKNOWN) == len(raised.value.ledger) == len(entries)
    assert any(words in str(raised.value) for words in ("look in kintone first", "sending these again is safe"))
    return raised.value


def test_three_entries_go_out_in_one_request_and_come_back_in_order() -> None:
    """One inserted by key, one updated by id, one inserted: one transaction."""
    kintone = FakeKintone()
    kintone.add(sku="B")
    entries = read_entries(
        [
            {"record": {"name": {"value": "new"}}},
            {"updateKey": {"field": "sku", "value": "A"}, "record": {"name": {"value": "a"}}},
            {"id": 1, "record": {"name": {"value": "b"}}},
        ]
    )
    report = upsert(kintone, UpsertRequest(12, entries))

    assert report.results == [
        {"id": "2", "revision": "1", "operation": "INSERT"},
        {"id": "3", "revision": "1", "operation": "INSERT"},
        {"id": "1", "revision": "2", "operation": "UPDATE"},
    ]
    assert report.summary() == {"add": 2, "updated": 1, "requested": 3, "with_update_key": 1}
    assert [operation.api for operation in kintone.operations] == ["bulkRequest"]
    assert report.responses[0].keys() == {"results"}


def test_entries_are_counted_anew_when_a_rest_is_sent() -> None:
    """Whatever their positions were, results and sentences count from 1."""
    report = upsert(FakeKintone(), UpsertRequest(12, [*rows(3)[2:], *rows(1)]))

    assert [record["id"] for record in report.results] == ["1", "2"]


def test_ten_thousand_entries_are_five_requests() -> None:
    """Two thousand go out in each, and nothing is read."""
    kintone = FakeKintone()
    report = upsert(kintone, UpsertRequest(12, rows(10_000)))

    assert len(kintone.operations) == 5
    assert [record["id"] for record in report.results] == [str(number) for number in range(1, 10_001)]


def test_more_than_one_transaction_is_refused_when_atomic() -> None:
    """All or nothing ends at 2,000 entries, and nothing is sent."""
    kintone = FakeKintone()
    with pytest.raises(InvalidParameterError, match=r"atomic: kintone saves at most 2000 entries .* these are 2001"):
        upsert(kintone, UpsertRequest(12, rows(2001), atomic=True))

    assert kintone.operations == []


def test_what_needs_more_than_twenty_calls_is_refused_when_atomic() -> None:
    """The sentence says why fewer than 2,000 may be too many."""
    mixed = [*rows(950), *(Entry(position, {}) for position in range(951, 2001))]
    with pytest.raises(InvalidParameterError, match="20 times 100 entries of one kind"):
        upsert(FakeKintone(), UpsertRequest(12, mixed, atomic=True))


def test_two_thousand_entries_are_written_when_atomic() -> None:
    """They fit into one transaction."""
    kintone = FakeKintone()
    assert upsert(kintone, UpsertRequest(12, rows(2000), atomic=True)).added == 2000
    assert len(kintone.operations) == 1


def test_equal_number_keys_are_refused_before_anything_is_sent() -> None:
    """The app's form tells which keys are numbers."""
    kintone = FakeKintone()
    with pytest.raises(InvalidParameterError, match="same update key"):
        upsert(kintone, UpsertRequest(12, read_entries([{"no": "1"}, {"no": "1.0"}], "no"), number_fields={"no"}))

    assert kintone.operations == []


def test_an_operation_that_kintone_does_not_name_is_told_by_the_revision() -> None:
    """Only a new record has revision 1."""
    kintone = FakeKintone()
    kintone.add(sku="A-1")
    kintone.change_answer = lambda body: {
        "records": [{"id": record["id"], "revision": record["revision"]} for record in body["records"]]
    }
    report = upsert(kintone, UpsertRequest(12, rows(2)))

    assert [record["operation"] for record in report.results] == ["UPDATE", "INSERT"]


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
def test_an_answer_that_does_not_fit_leaves_the_entries_unknown(answer: dict[str, Any]) -> None:
    """The request succeeded, so nobody should believe that nothing was done."""
    error = unreadable(answer, rows(2))

    assert error.code == "NOT_KINTONE"
    assert "entries 1 to 2 may have been saved" in str(error)


@pytest.mark.parametrize(
    "answer", [{"results": []}, {"results": "x"}, {"results": [{}, {}]}, {"results": [None, None]}]
)
def test_a_bulk_answer_that_does_not_fit_is_an_unknown_response(answer: dict[str, Any]) -> None:
    """Missing and wrong results are told apart from success."""
    unreadable(answer, rows(101))


@pytest.mark.parametrize(
    "answer", [{"ids": ["1"]}, {"ids": ["1"], "revisions": []}, {"ids": ["1", "2"], "revisions": ["1", "1"]}]
)
def test_an_insert_answer_that_does_not_fit_is_an_unknown_response(answer: dict[str, Any]) -> None:
    """One id and one revision belong to each inserted entry."""
    unreadable(answer, [Entry(1, {})])


def test_an_answer_for_another_record_is_an_unknown_response() -> None:
    """An update by id comes back with that id."""
    unreadable({"records": [{"id": "9", "revision": "2"}]}, [Entry(1, {}, None, "1")])


def test_the_notice_warns_when_an_entry_has_neither_key_nor_id() -> None:
    """A retry of the node would insert it twice."""
    notice = repeat_notice([*rows(2), Entry(3, {})])

    assert notice.startswith("Warning: 1 of 3 entries (the first is entry 3)")
    assert "twice" in notice


def test_the_notice_says_that_it_is_safe_when_every_entry_can_be_found_again() -> None:
    """Keys and ids find the same records, unless rows are appended."""
    assert "is safe" in repeat_notice(rows(2))
    assert "append their rows or files twice" in repeat_notice(rows(2), appends=True)


def test_a_record_is_added_with_one_request_that_is_never_repeated_blindly() -> None:
    """Id, revision and kintone's answer come back."""
    kintone = FakeKintone()
    added = add_record(kintone, 12, {"name": {"value": "x"}})

    assert (added.id, added.revision, added.response) == ("1", "1", {"id": "1", "revision": "1"})
    [operation] = kintone.operations
    assert (operation.method, operation.api, operation.repeat) == ("POST", "record", Repeat.INSERT)
    assert operation.parameters == {"app": 12, "record": {"name": {"value": "x"}}}


def test_fields_of_an_added_record_are_named_with_rows_from_one() -> None:
    """Kintone counts them from 0."""
    fields = [("record.lines.value[0].value.qty.value", ["Required."]), ("app", ["x"])]
    refused = InvalidRequestError(Message("refused"), reply=ErrorReply(400, "CB_VA01", fields=fields))
    with pytest.raises(InvalidRequestError) as raised:
        add_record(FakeKintone(failures={1: Failure(refused)}), 12, {})

    assert raised.value.field_errors == {"lines row 1, qty": ["Required."], "app": ["x"]}
    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.REFUSED


@pytest.mark.parametrize("answer", [{}, {"id": "x", "revision": "1"}, {"id": "1", "revision": None}])
def test_an_added_record_without_id_may_have_been_saved(answer: dict[str, Any]) -> None:
    """An unreadable success is no failure: whoever reads of it looks in kintone first."""
    with pytest.raises(UnknownResponseError, match="it may have been saved · look in kintone") as raised:
        add_record(FakeKintone(change_answer=lambda _body: answer), 12, {})

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN


def test_an_added_record_whose_answer_is_lost_is_not_sent_again() -> None:
    """It may be there; the advice is to look, then what the error itself advises."""
    kintone = FakeKintone(failures={1: lost(applied=True)})
    with pytest.raises(TimedOutError, match="look in kintone before sending it again; raise request_timeout") as raised:
        add_record(kintone, 12, {})

    assert raised.value.maybe_saved
    assert len(kintone.records) == len(kintone.operations) == 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from("kin"), min_size=1, max_size=400))
def test_results_come_back_in_input_order_whatever_the_mixture(letters: list[str]) -> None:
    """Each entry finds its own value under the id that its result names."""
    kintone = FakeKintone()
    for _ in letters:
        kintone.add(value="old")
    entries = [
        Entry(
            position,
            {"value": {"value": f"v{position}"}},
            UpdateKey("sku", f"A-{position}") if letter == "k" else None,
            str(position) if letter == "i" else None,
        )
        for position, letter in enumerate(letters, start=1)
    ]
    report = upsert(kintone, UpsertRequest(12, entries))

    values = [kintone.records[result["id"]]["value"]["value"] for result in report.results]
    assert values == [f"v{position}" for position in range(1, len(letters) + 1)]
    assert report.updated == letters.count("i")
