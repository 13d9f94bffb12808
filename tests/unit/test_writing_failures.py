"""A write that fails half-way: what is saved, what is not, what to send again."""

import pytest

from kintone.errors import (
    BudgetExceededError,
    InvalidRequestError,
    KintoneError,
    LockedError,
    NotFoundError,
    PartialWriteError,
    RevisionConflictError,
    UnknownResponseError,
)
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


def refused(result_index: int | None, **field_errors: list[str]) -> InvalidRequestError:
    """Return what kintone says to bad values."""
    return InvalidRequestError(
        "writing failed: kintone refused the values",
        remedy="correct the fields",
        code="CB_VA01",
        status=400,
        message="Missing or invalid input.",
        field_errors=field_errors,
        error_id="abc",
        result_index=result_index,
    )


def test_a_failure_in_the_third_transaction_tells_exactly_what_is_saved() -> None:
    """Two are saved, nothing is sent after the failure, and kintone's complaint names the caller's entry."""
    error = refused(3, **{"records[7].name.value": ["Required."]})
    kintone = FakeKintone(failures={3: Failure(error)})
    partial = failing(PartialWriteError, kintone, rows(10_000))

    assert (partial.saved, partial.next_entry, len(partial.results)) == (4000, 4001, 4000)
    assert len(kintone.writes) == 3
    assert len(kintone.records) == 4000
    assert partial.field_errors == {"entry 4308, name": ["Required."]}
    assert (partial.code, partial.status, partial.error_id, partial.result_index) == ("CB_VA01", 400, "abc", 3)
    assert not partial.maybe_saved
    assert str(partial) == (
        "[CB_VA01] writing failed: kintone refused the values; entries 1 to 4000 are saved, from entry 4001 on nothing "
        "is · correct what kintone names, then send entries 4001 to 10000 again and none of those before "
        "· kintone says: Missing or invalid input. (entry 4308, name: Required.) · (kintone error id: abc)"
    )


def test_a_failure_of_the_first_transaction_is_kintones_own_error() -> None:
    """Nothing is saved, and the sentence says so."""
    error = refused(None, **{"records[1].lines.value[0].value.qty.value": ["Required."]})
    raised = failing(InvalidRequestError, FakeKintone(failures={1: Failure(error)}), rows(3))

    assert raised is error
    assert raised.field_errors == {"entry 2, lines row 1, qty": ["Required."]}
    assert "; nothing is saved" in str(raised)


def test_a_lost_answer_tells_which_entries_may_have_been_saved() -> None:
    """All entries have keys, so sending them again is safe and said to be."""
    kintone = FakeKintone(failures={2: Failure(lost(), applied=True)})
    partial = failing(PartialWriteError, kintone, rows(4500))

    assert (partial.saved, partial.next_entry, partial.maybe_saved) == (2000, 2001, True)
    assert str(partial) == (
        "writing failed: no answer within 30 s; entries 1 to 2000 are saved, entries 2001 to 4000 may have been saved "
        "(all of them or none), from entry 4001 on nothing is · sending these again is safe, since an update key or id "
        "finds the same records again; what is to be sent again is entries 2001 to 4500"
    )


@pytest.mark.parametrize("applied", [True, False])
def test_sending_the_reported_rest_completes_without_duplicates_when_an_answer_is_lost(*, applied: bool) -> None:
    """Whether the lost transaction was saved makes no difference in the end."""
    kintone = FakeKintone(failures={3: Failure(lost(), applied=applied)})
    entries = rows(6500)
    partial = failing(PartialWriteError, kintone, entries)
    upsert(kintone, UpsertRequest(12, entries[partial.next_entry - 1 :]))

    assert sorted(kintone.values("sku")) == sorted(f"A-{number}" for number in range(1, 6501))


def test_a_call_out_of_time_keeps_its_own_advice() -> None:
    """What the operator may change stands behind what to send again."""
    error = BudgetExceededError(
        "writing took too long; it may have been saved", remedy="ask for less", maybe_saved=True
    )
    partial = failing(PartialWriteError, FakeKintone(failures={1: Failure(error)}), rows(1))

    assert str(partial).startswith("writing took too long; entry 1 may have been saved · ")
    assert str(partial).endswith("what is to be sent again is entry 1; ask for less")


def test_a_lost_answer_warns_when_entries_could_be_inserted_twice() -> None:
    """Entries with neither key nor id must be looked for first."""
    entries = [*rows(2), Entry(3, {}), Entry(4, {})]
    partial = failing(PartialWriteError, FakeKintone(failures={1: Failure(lost())}), entries)

    assert (partial.saved, partial.next_entry) == (0, 1)
    assert "look in kintone first: 2 of these entries (the first is entry 3) have neither" in str(partial)
    assert "entries 1 to 4 may have been saved (all of them or none)" in str(partial)


def test_a_later_answer_that_cannot_be_read_is_a_partial_write() -> None:
    """The transactions before are surely saved, the last one perhaps."""
    kintone = FakeKintone()
    kintone.change_answer = lambda body: body if len(kintone.writes) < 2 else {}
    partial = failing(PartialWriteError, kintone, rows(2001))

    assert (partial.saved, partial.maybe_saved) == (2000, True)
    assert "entry 2001 may have been saved" in str(partial)


def test_a_first_answer_that_cannot_be_read_is_an_unknown_response() -> None:
    """The class says what is wrong; the sentence what became of the entries."""
    error = failing(UnknownResponseError, FakeKintone(change_answer=lambda _body: {}), rows(2001))

    assert "entries 1 to 2000 may have been saved (all of them or none), from entry 2001 on nothing is" in str(error)


def test_an_unknown_id_is_named_by_its_entry() -> None:
    """Kintone's message names the id but not the place."""
    kintone = FakeKintone()
    kintone.add(name="x")
    entries = [Entry(1, {}, None, "1"), Entry(2, {}, None, "77"), Entry(3, {}, UpdateKey("sku", "A"))]
    error = failing(NotFoundError, kintone, entries)

    assert "gone (entry 2); nothing is saved" in str(error)
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
    error = LockedError("writing failed: locked", code="GAIA_DA02")
    raised = failing(LockedError, FakeKintone(failures={1: Failure(error)}), rows(1))

    assert "writing failed: locked; nothing is saved" in str(raised)
