"""Appending when records change meanwhile, cannot be read or grow too large."""

from typing import Any

import pytest

from kintone.deadline import Deadline
from kintone.errors import ErrorReply, InvalidParameterError, RevisionConflictError, TimedOutError, UnknownResponseError
from kintone.ledger import EntryState
from kintone.messages import Message
from kintone.operations import Answer, Operation
from kintone.writing.appending import ListMode
from kintone.writing.entries import Entry
from kintone.writing.upsert import UpsertRequest, upsert
from tests.unit.appending_double import Failure, FakeKintone, lost
from tests.unit.appending_samples import KEPT_ROW, NEW_ROW, TYPES, append, by_key, site


def test_a_conflict_is_answered_by_reading_and_writing_once_more() -> None:
    """The second try sends what is saved by then."""
    kintone = site()
    second = {"id": "382", "value": {"qty": {"type": "NUMBER", "value": "9"}}}

    def somebody_adds_a_row(number: int) -> None:
        if number == 1:
            kintone.records["1"]["lines"]["value"].append(second)
            kintone.touch("1")

    kintone.before_write = somebody_adds_a_row
    row = append(kintone, [by_key(lines=[NEW_ROW])])

    assert row["record"]["lines"]["value"] == [KEPT_ROW, {"id": "382", "value": {"qty": {"value": "9"}}}, NEW_ROW]
    assert row["revision"] == "2"
    assert (len(kintone.reads), len(kintone.writes)) == (2, 2)


def test_a_second_conflict_says_who_must_decide() -> None:
    """Whoever edits these records at the same time has to be asked."""
    kintone = site()
    kintone.before_write = lambda _number: kintone.touch("1")
    with pytest.raises(RevisionConflictError, match="somebody else is editing these records") as raised:
        append(kintone, [by_key(lines=[NEW_ROW])])

    assert "agree with those who edit them" in str(raised.value)
    assert "(entry 1); nothing is saved" in str(raised.value)
    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.REFUSED
    assert len(kintone.writes) == 2


def test_a_revision_of_the_callers_own_is_not_replaced() -> None:
    """It is sent, and when it is outdated nothing is sent again."""
    kintone = site()
    kintone.touch("1")
    with pytest.raises(RevisionConflictError, match="decide"):
        append(kintone, [by_key(revision="1", lines=[NEW_ROW])])

    [write] = kintone.writes
    assert write.parameters["records"][0]["revision"] == "1"  # type: ignore[index]


def test_a_lost_answer_warns_when_rows_would_be_appended_twice() -> None:
    """A key alone does not make appending safe to repeat."""
    kintone = site()
    kintone.failures = {1: lost(applied=True)}
    with pytest.raises(TimedOutError, match="rows or files that are there would be appended twice") as raised:
        append(kintone, [by_key(lines=[NEW_ROW])])

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN


def test_a_conflict_after_a_lost_answer_is_not_tried_again() -> None:
    """It may be a conflict with what we saved ourselves."""
    kintone = site()
    conflict = RevisionConflictError(Message("conflict"), reply=ErrorReply(409, "GAIA_CO02"))
    kintone.failures = {1: Failure(conflict, applied=True, is_unknown=True)}
    with pytest.raises(RevisionConflictError) as raised:
        append(kintone, [by_key(lines=[NEW_ROW])])

    assert raised.value.maybe_saved
    assert (len(kintone.reads), len(kintone.writes)) == (1, 1)


def test_a_failed_read_leaves_the_earlier_transactions_saved() -> None:
    """What was written before the read is reported, nothing else."""

    class Unreadable(FakeKintone):
        def call(self, operation: Operation, deadline: Deadline | None = None) -> Answer:
            if operation.method == "GET" and self.writes:
                return Answer({"records": [{"sku": {"type": "SINGLE_LINE_TEXT", "value": "B"}}]})
            return super().call(operation, deadline)

    kintone = Unreadable(types=TYPES)
    entries = [by_key(number, f"k{number}", lines=[NEW_ROW]) for number in range(1, 2002)]
    with pytest.raises(UnknownResponseError, match="without a revision; entries 1 to 2000 are saved") as raised:
        upsert(kintone, UpsertRequest(12, entries, table_mode=ListMode.APPEND))

    ledger = raised.value.ledger
    assert ledger
    assert (ledger.count(EntryState.SAVED), ledger.state(2001)) == (2000, EntryState.NOT_SENT)


@pytest.mark.parametrize("answer", [{}, {"records": {}}, {"records": [5]}, {"records": [{"$revision": "x"}]}])
def test_a_read_that_is_none_stops_before_writing(answer: dict[str, Any]) -> None:
    """Without the saved rows nothing can be kept."""

    class Hostile(FakeKintone):
        def _read(self, api: str, parameters: dict[str, Any]) -> dict[str, Any]:
            assert api == "records"
            assert parameters
            return answer

    kintone = Hostile()
    with pytest.raises(UnknownResponseError, match="to which is to be appended") as raised:
        append(kintone, [by_key(lines=[NEW_ROW])])

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.NOT_SENT

    assert kintone.writes == []


def large_site() -> tuple[FakeKintone, list[Entry]]:
    """Return three records with rows of 2 MB each, and an entry for each."""
    kintone = FakeKintone(types=TYPES)
    for number in range(1, 4):
        saved = {"id": str(number), "value": {"text": {"type": "MULTI_LINE_TEXT", "value": "x" * 2_000_000}}}
        kintone.add(sku=f"k{number}", lines=[saved])
    return kintone, [by_key(number, f"k{number}", lines=[NEW_ROW]) for number in range(1, 4)]


def test_entries_that_grow_too_large_by_what_is_saved_are_split() -> None:
    """What no longer fits is read and written in the next transaction."""
    kintone, entries = large_site()
    report = upsert(kintone, UpsertRequest(12, entries, table_mode=ListMode.APPEND))

    assert [record["id"] for record in report.results] == ["1", "2", "3"]
    assert len(kintone.writes) == 2
    assert [len(value) for value in kintone.values("lines")] == [2, 2, 2]


def test_entries_that_grow_too_large_by_what_is_saved_are_refused_when_atomic() -> None:
    """Nothing is written."""
    kintone, entries = large_site()
    with pytest.raises(InvalidParameterError, match="5 MB at once"):
        upsert(kintone, UpsertRequest(12, entries, atomic=True, table_mode=ListMode.APPEND))

    assert kintone.writes == []
