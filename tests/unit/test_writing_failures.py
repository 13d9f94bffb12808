"""A write that fails half-way: what is saved, what is not, what to send again."""

import pytest

from kintone.errors import (
    BudgetExceededError,
    ErrorReply,
    InvalidRequestError,
    KintoneError,
    LockedError,
    NotFoundError,
    RevisionConflictError,
    TimedOutError,
    UnknownResponseError,
)
from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import Message
from kintone.writing.entries import Entry, read_entries
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upsert import UpsertRequest, upsert
from tests.unit.writing_double import Failure, FakeKintone, lost


def rows(count: int) -> list[Entry]:
    """Return entries with the keys A-1, A-2 and so on."""
    return read_entries([{"sku": f"A-{number}", "name": {"value": "x"}} for number in range(1, count + 1)], "sku")


def failing[E: KintoneError](kind: type[E], kintone: FakeKintone, entries: list[Entry]) -> E:
    """Return the error with which writing the entries ends."""
    with pytest.raises(kind) as raised:
        upsert(kintone, UpsertRequest(12, entries))
    assert type(raised.value) is kind
    return raised.value


def ledger_of(error: KintoneError) -> WriteLedger:
    """Return what an error says of the entries."""
    assert error.ledger
    return error.ledger


def fates(error: KintoneError) -> list[tuple[int, int, str]]:
    """Return first and last entry and what is known of them."""
    return [(span.first, span.last, state.name) for span, state in ledger_of(error).spans()]


def refused(index: int | None, **field_errors: list[str]) -> InvalidRequestError:
    """Return what kintone says to bad values."""
    return InvalidRequestError(
        Message("writing failed: kintone refused the values"),
        remedy=Message("correct the fields"),
        reply=ErrorReply(400, "CB_VA01", "Missing or invalid input.", list(field_errors.items()), "abc", index),
    )


def test_a_failure_in_the_third_transaction_tells_exactly_what_is_saved() -> None:
    """Two are saved, nothing is sent after the failure, and kintone's complaint names the caller's entry."""
    error = refused(3, **{"records[7].name.value": ["Required."]})
    kintone = FakeKintone(failures={3: Failure(error)})
    partial = failing(InvalidRequestError, kintone, rows(10_000))

    assert fates(partial) == [(1, 4000, "SAVED"), (4001, 6000, "REFUSED"), (6001, 10_000, "NOT_SENT")]
    assert len(ledger_of(partial).results()) == 4000
    assert len(kintone.writes) == 3
    assert len(kintone.records) == 4000
    assert partial.field_errors == {"entry 4308, name": ["Required."]}
    assert partial.reply
    assert (partial.code, partial.status, partial.reply.error_id, partial.reply.index) == ("CB_VA01", 400, "abc", 3)
    assert not partial.maybe_saved
    line = str(partial)
    assert line.startswith("[CB_VA01] writing failed: kintone refused the values; entries 1 to 4000 are saved, entries")
    assert "entries 4001 to 10000 are not saved · correct what kintone names, then send entries 4001 to 10000" in line
    assert line.endswith("(entry 4308, name: Required.) · (kintone error id: abc)")


def test_a_failure_of_the_first_transaction_keeps_kintones_own_remedy() -> None:
    """Nothing is saved, and the sentence says so."""
    error = refused(None, **{"records[1].lines.value[0].value.qty.value": ["Required."]})
    raised = failing(InvalidRequestError, FakeKintone(failures={1: Failure(error)}), rows(3))

    assert raised.remedy == error.remedy
    assert error.ledger is None
    assert list(error.field_errors) == ["records[1].lines.value[0].value.qty.value"]
    assert raised.field_errors == {"entry 2, lines row 1, qty": ["Required."]}
    assert fates(raised) == [(1, 3, "REFUSED")]
    assert "; nothing is saved" in str(raised)


def test_a_lost_answer_tells_which_entries_may_have_been_saved() -> None:
    """All entries have keys, so sending them again is safe and said to be."""
    kintone = FakeKintone(failures={2: lost(applied=True)})
    partial = failing(TimedOutError, kintone, rows(4500))

    assert fates(partial) == [(1, 2000, "SAVED"), (2001, 4000, "UNKNOWN"), (4001, 4500, "NOT_SENT")]
    assert partial.code == "TIMED_OUT"
    line = str(partial)
    assert line.startswith("[TIMED_OUT] writing failed: no answer within 30 s; entries 1 to 2000 are saved, entries")
    assert "entries 2001 to 4000 may have been saved, entries 4001 to 4500 are not saved" in line
    assert "either all of these or none; sending these again is safe" in line
    assert "what is to be sent again is entries 2001 to 4500" in line


@pytest.mark.parametrize("applied", [True, False])
def test_sending_the_reported_rest_completes_without_duplicates_when_an_answer_is_lost(*, applied: bool) -> None:
    """Whether the lost transaction was saved makes no difference in the end."""
    kintone = FakeKintone(failures={3: lost(applied=applied)})
    entries = rows(6500)
    first = ledger_of(failing(TimedOutError, kintone, entries)).first_unsaved()
    assert first == 4001
    upsert(kintone, UpsertRequest(12, entries[first - 1 :]))

    assert sorted(kintone.values("sku")) == sorted(f"A-{number}" for number in range(1, 6501))


def test_a_call_out_of_time_keeps_its_own_advice() -> None:
    """What the operator may change stands behind what to send again."""
    error = BudgetExceededError(Message("writing took too long"), remedy=Message("ask for less"))
    kintone = FakeKintone(failures={1: Failure(error, is_unknown=True)})
    partial = failing(BudgetExceededError, kintone, rows(1))

    assert fates(partial) == [(1, 1, "UNKNOWN")]
    assert str(partial).startswith("[BUDGET_EXCEEDED] writing took too long; entry 1 may have been saved · ")
    assert str(partial).endswith("what is to be sent again is entry 1; ask for less")


def test_a_failure_that_passes_asks_to_wait_before_the_rest_is_sent() -> None:
    """There is nothing to correct when the database was locked."""
    locked = LockedError(Message("writing failed: locked"), reply=ErrorReply(400, "GAIA_DA02"))
    partial = failing(LockedError, FakeKintone(failures={2: Failure(locked)}), rows(2001))

    assert fates(partial) == [(1, 2000, "SAVED"), (2001, 2001, "REFUSED")]
    assert "wait a minute, then send entry 2001 again and none of those before" in str(partial)


def test_a_lost_answer_warns_when_entries_could_be_inserted_twice() -> None:
    """Entries with neither key nor id must be looked for first."""
    entries = [*rows(2), Entry(3, {}), Entry(4, {})]
    partial = failing(TimedOutError, FakeKintone(failures={1: lost()}), entries)

    assert fates(partial) == [(1, 4, "UNKNOWN")]
    assert ledger_of(partial).first_unsaved() == 1
    assert "look in kintone first: 2 of these entries (the first is entry 3) have neither" in str(partial)


def test_a_lost_answer_warns_when_an_entry_has_a_revision() -> None:
    """It would be refused when it is sent again after it was saved."""
    kintone = FakeKintone(failures={1: lost(applied=True)})
    kintone.add(name="x")
    partial = failing(TimedOutError, kintone, [Entry(1, {}, None, "1", "1")])

    assert fates(partial) == [(1, 1, "UNKNOWN")]
    assert "look in kintone first: an entry with a revision" in str(partial)


@pytest.mark.parametrize("readable", [0, 1])
def test_an_answer_that_cannot_be_read_leaves_its_own_transaction_unknown(readable: int) -> None:
    """The transactions before are surely saved, those behind were not sent."""
    kintone = FakeKintone()
    kintone.change_answer = lambda body: body if len(kintone.writes) <= readable else {}
    error = failing(UnknownResponseError, kintone, rows(4001))
    ledger = ledger_of(error)

    assert error.code == "NOT_KINTONE"
    assert ledger.count(EntryState.SAVED) == 2000 * readable
    assert ledger.has_unknown(Span(2000 * readable + 1, 2000 * readable + 2000))
    assert ledger.count(EntryState.UNKNOWN) == 2000
    assert ledger.state(4001) is EntryState.NOT_SENT


def test_an_unknown_id_is_named_by_its_entry() -> None:
    """Kintone's message names the id but not the place."""
    kintone = FakeKintone()
    kintone.add(name="x")
    entries = [Entry(1, {}, None, "1"), Entry(2, {}, None, "77"), Entry(3, {}, UpdateKey("sku", "A"))]
    error = failing(NotFoundError, kintone, entries)

    assert error.code == "GAIA_RE01"
    assert "gone (entry 2); nothing is saved" in str(error)
    assert fates(error) == [(1, 3, "REFUSED")]
    assert list(kintone.records) == ["1"]


def test_entries_among_which_the_culprit_is_are_named_when_kintone_names_none() -> None:
    """A lookup error has neither field nor index; the failing call has."""
    error = failing(InvalidRequestError, FakeKintone(failures={1: Failure(refused(1))}), rows(250))

    assert "(one of entries 101 to 200)" in str(error)


def test_entries_of_one_kind_are_named_when_the_failing_call_is_scattered() -> None:
    """Grouped calls are described by how their entries are found."""
    entries = [*rows(60)]
    mixed = [entry if entry.position % 2 else Entry(entry.position, {}) for entry in entries]
    error = failing(InvalidRequestError, FakeKintone(failures={1: Failure(refused(1))}), mixed)

    assert "(one of the entries with neither key nor id between 2 and 60)" in str(error)


def test_the_conflicting_entry_is_named_when_only_one_has_a_revision() -> None:
    """Only entries with a revision can conflict; the remedy is kintone's usual one, and nothing is read or repeated."""
    kintone = FakeKintone()
    for _ in range(3):
        kintone.add(name="x")
    entries = [Entry(1, {}, None, "1"), Entry(2, {}, None, "2", "5"), Entry(3, {}, None, "3")]
    error = failing(RevisionConflictError, kintone, entries)

    assert "(entry 2)" in str(error)
    assert len(kintone.operations) == 1


@pytest.mark.parametrize("index", [20, -1])
def test_an_impossible_place_is_not_followed(index: int) -> None:
    """A hostile answer cannot make us stumble."""
    field_errors = {"records[0].name.value": ["x"]}
    error = failing(InvalidRequestError, FakeKintone(failures={1: Failure(refused(index, **field_errors))}), rows(250))

    assert error.field_errors == field_errors


def test_a_complaint_beyond_the_call_is_kept_as_it_is() -> None:
    """records[100] does not exist in a call of three."""
    field_errors = {"records[100].name.value": ["x"]}
    error = failing(InvalidRequestError, FakeKintone(failures={1: Failure(refused(None, **field_errors))}), rows(3))

    assert error.field_errors == field_errors


def test_a_lock_that_outlasted_the_repeats_leaves_nothing_saved() -> None:
    """Its fate is known, and it is no entry's fault."""
    error = LockedError(Message("writing failed: locked"), reply=ErrorReply(400, "GAIA_DA02"))
    raised = failing(LockedError, FakeKintone(failures={1: Failure(error)}), rows(1))

    assert fates(raised) == [(1, 1, "REFUSED")]
    assert "[GAIA_DA02] writing failed: locked; nothing is saved" in str(raised)
