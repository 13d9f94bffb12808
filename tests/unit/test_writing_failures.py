"""Writes that fail part-way: which entries are saved, which are not, and what to send again."""

import json
from collections.abc import Iterator, Mapping

import pytest

from kintone.deadline import Deadline
from kintone.errors import (
    BudgetExceededError,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    RevisionConflictError,
    UnavailableError,
    UnknownResponseError,
    UnreachableError,
)
from kintone.ledger import Span
from kintone.limiter import Limiter
from kintone.messages import Message
from kintone.writing.entries import Entry
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from tests.unit.in_process import Asked, InProcess
from tests.unit.writing_samples import (
    NOT_FOUND,
    STOCK,
    TOO_LONG,
    TOO_MUCH,
    ledger_of,
    mixed,
    rows,
    save_records,
    small_batches,
    states,
)

REFUSAL = {"code": "CB_VA01", "id": "abc", "message": "Missing or invalid input."}


@pytest.fixture
def _small_batches() -> Iterator[None]:
    with small_batches():
        yield


def failing[E: KintoneError](kind: type[E], stock: InProcess, entries: list[Entry]) -> E:
    """Return the error that writing the entries raises."""
    with pytest.raises(kind) as raised:
        upsert(stock.client, UpsertRequest(stock.app, entries))
    assert type(raised.value) is kind
    assert str(raised.value).startswith("[")
    return raised.value


def with_value(entries: list[Entry], position: int, record: Mapping[str, object]) -> list[Entry]:
    """Return the entries with another record at one position."""
    entries[position - 1] = entries[position - 1].with_record(record)
    return entries


@pytest.mark.usefixtures("_small_batches")
def test_a_failure_in_the_third_batch_reports_what_is_saved(stock: InProcess) -> None:
    """Two batches are saved, nothing is sent after the failure, and the field error names the caller's entry."""
    partial = failing(InvalidRequestError, stock, with_value(rows(250), 128, TOO_LONG))

    assert states(partial) == [(1, 100, "SAVED"), (101, 150, "REFUSED"), (151, 250, "NOT_SENT")]
    assert len(ledger_of(partial).results()) == 100
    assert len(stock.asked) == 3
    assert len(stock.ids()) == 100
    assert list(partial.field_errors) == ["entry 128, name"]
    assert partial.reply
    assert partial.reply.error_id
    assert (partial.code, partial.status, partial.reply.index) == ("CB_VA01", 400, 2)
    assert not partial.maybe_saved
    assert "entries 101 to 250" in str(partial.remedy)


def test_a_failure_of_the_first_batch_keeps_kintones_own_remedy(stock: InProcess) -> None:
    """Nothing is saved, and the message says so."""
    raised = failing(InvalidRequestError, stock, with_value(rows(3), 2, TOO_MUCH))

    assert "correct the fields" in str(raised.remedy)
    assert list(raised.field_errors) == ["entry 2, lines row 1, qty"]
    assert states(raised) == [(1, 3, "REFUSED")]
    assert "; nothing is saved" in str(raised)
    assert stock.ids() == []


@pytest.mark.usefixtures("_small_batches")
def test_a_lost_answer_tells_which_entries_may_have_been_saved(stock: InProcess) -> None:
    """All entries have keys, so the advice is that sending them again is safe."""
    stock.kintone.fail(after=1, times=None, cut="after")
    partial = failing(UnreachableError, stock, rows(130))

    assert states(partial) == [(1, 50, "SAVED"), (51, 100, "UNKNOWN"), (101, 130, "NOT_SENT")]
    assert partial.code == "UNREACHABLE"
    line = str(partial)
    assert "; entries 1 to 50 are saved, entries 51 to 100 may have been saved, entries 101 to 130 are" in line
    assert "either all of these or none; sending these again is safe" in line
    assert "; send entries 51 to 130 again" in line


def test_a_call_out_of_time_keeps_its_own_advice() -> None:
    """The operator's setting is named after the advice about sending again."""
    with InProcess(STOCK, budget=20) as stock:
        stock.kintone.fail(hang=30)
        partial = failing(BudgetExceededError, stock, rows(1))

    assert states(partial) == [(1, 1, "UNKNOWN")]
    assert partial.code == "BUDGET_EXCEEDED"
    assert "; send entry 1 again; let the operator raise" in str(partial)


def test_a_lost_answer_is_reported_when_no_slot_is_free_for_a_second_try(
    stock: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another call holds the only slot until the call's time ends; the first try's outcome is reported."""
    execution, limiter = stock.client.execution, Limiter(1)
    monkeypatch.setattr(execution, "_limiter", limiter)

    def keep_the_slot() -> None:
        with limiter.slot(0, Deadline(10_000, execution.deadline.runtime), Message("another call")):
            stock.pass_time(1_000)

    def queue_up(_asked: Asked) -> None:
        stock.before = lambda _asked: None
        stock.scheduler.spawn(keep_the_slot, "another call")

    stock.before = queue_up
    stock.kintone.fail(cut="after", applied=True)
    raised = failing(BudgetExceededError, stock, rows(2))

    assert (len(stock.writes), len(stock.ids())) == (1, 2)
    assert states(raised) == [(1, 2, "UNKNOWN")]
    assert "may have been saved" in str(raised)


@pytest.mark.usefixtures("_small_batches")
def test_a_temporary_failure_advises_waiting_before_the_rest_is_sent(stock: InProcess) -> None:
    """A database lock needs no correction of the entries."""
    stock.kintone.fail(after=1, times=None, status=400, code="GAIA_DA02")
    partial = failing(UnavailableError, stock, rows(51))

    assert states(partial) == [(1, 50, "SAVED"), (51, 51, "REFUSED")]
    assert "wait a minute, then send entry 51 again" in str(partial)


def test_a_lock_that_outlasted_the_repeats_leaves_nothing_saved(stock: InProcess) -> None:
    """The entries are refused, and no entry is named as the cause."""
    stock.kintone.fail(times=None, status=400, code="GAIA_DA02")
    raised = failing(UnavailableError, stock, rows(1))

    assert raised.code == "GAIA_DA02"
    assert states(raised) == [(1, 1, "REFUSED")]
    assert "; nothing is saved" in str(raised)
    assert "(entry 1)" not in str(raised)


def test_a_lost_answer_warns_when_entries_could_be_inserted_twice(stock: InProcess) -> None:
    """Entries with neither key nor id must be looked for first, and are sent once."""
    stock.kintone.fail(times=None, cut="after")
    partial = failing(UnreachableError, stock, mixed("kknn"))

    assert states(partial) == [(1, 4, "UNKNOWN")]
    assert ledger_of(partial).first_unsaved() == 1
    assert "look in kintone first: 2 of these entries (the first is entry 3)" in str(partial)
    assert len(stock.asked) == 1


def test_entries_that_may_exist_are_not_advised_to_be_sent_again(stock: InProcess) -> None:
    """The usual advice for an unavailable kintone would insert them twice."""
    stock.kintone.fail(times=None, status=503, applied=True)
    unsure = failing(UnavailableError, stock, mixed("nn"))

    assert states(unsure) == [(1, 2, "UNKNOWN")]
    assert "look in kintone first" in str(unsure)
    assert "try again" not in str(unsure)
    assert "of entries 1 to 2, send again those that are not there" in str(unsure)


def test_a_lost_answer_warns_when_an_entry_has_a_revision(stock: InProcess) -> None:
    """A saved entry with a revision would be refused when sent again."""
    save_records(stock, 1)
    stock.kintone.fail(times=None, cut="after")
    partial = failing(UnreachableError, stock, [Entry(1, {}, None, "1", "1")])

    assert states(partial) == [(1, 1, "UNKNOWN")]
    assert "look in kintone first" in str(partial)
    assert "revision" in str(partial)
    assert len(stock.asked) == 1


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("readable", [0, 1])
def test_an_unreadable_answer_leaves_its_own_batch_unknown(stock: InProcess, readable: int) -> None:
    """The batches before it are saved, and those after it are not sent."""
    stock.change = lambda asked, body: body if asked.number <= readable else {}
    error = failing(UnknownResponseError, stock, rows(101))
    saved = [(1, 50, "SAVED")][:readable]

    assert error.code == "NOT_KINTONE"
    assert states(error) == [
        *saved,
        (50 * readable + 1, 50 * readable + 50, "UNKNOWN"),
        (50 * readable + 51, 101, "NOT_SENT"),
    ]
    assert ledger_of(error).has_unknown(Span(50 * readable + 1, 50 * readable + 50))


def test_an_unknown_id_is_named_by_its_entry(stock: InProcess) -> None:
    """Kintone's message has the id but not the entry, which is added."""
    save_records(stock, 1)
    entries = mixed("iik")
    entries[1] = Entry(2, {}, None, "77")
    error = failing(NotFoundError, stock, entries)

    assert error.code == "GAIA_RE01"
    assert "(entry 2); nothing is saved" in str(error)
    assert states(error) == [(1, 3, "REFUSED")]
    assert stock.values("name") == ["old"]


def test_the_entries_of_the_failing_call_are_named_when_kintone_names_none(stock: InProcess) -> None:
    """A lookup error has neither field nor index, but the failing call is known."""
    error = failing(InvalidRequestError, stock, with_value(rows(250), 150, NOT_FOUND))

    assert (error.code, error.field_errors) == ("GAIA_LO04", {})
    assert "(one of entries 101 to 200)" in str(error)


def test_entries_of_one_kind_are_named_when_the_failing_call_is_scattered(stock: InProcess) -> None:
    """A call with entries from several places is described by how its entries are found."""
    error = failing(InvalidRequestError, stock, with_value(mixed("kn" * 30), 20, NOT_FOUND))

    assert "between 2 and 60)" in str(error)


def test_the_conflicting_entry_is_named_when_only_one_has_a_revision(stock: InProcess) -> None:
    """Only an entry with a revision can conflict; the remedy is kintone's, and nothing is read or repeated."""
    save_records(stock, 3)
    entries = [Entry(1, {}, None, "1"), Entry(2, {}, None, "2", "5"), Entry(3, {}, None, "3")]
    error = failing(RevisionConflictError, stock, entries)

    assert error.code == "GAIA_CO02"
    assert "(entry 2)" in str(error)
    assert len(stock.asked) == 1


@pytest.mark.parametrize(
    ("count", "answer", "place"),
    [
        (250, {"results": [*[{}] * 20, {**REFUSAL, "errors": {"records[0].name.value": {"messages": ["x"]}}}]}, 0),
        (3, {**REFUSAL, "errors": {"records[100].name.value": {"messages": ["x"]}}}, 100),
    ],
)
def test_an_impossible_index_is_kept_unchanged(
    stock: InProcess, count: int, answer: dict[str, object], place: int
) -> None:
    """An answer about a call or a record that was not sent causes no other error."""
    stock.kintone.fail(status=400, body=json.dumps(answer), content_type="application/json")
    error = failing(InvalidRequestError, stock, rows(count))

    assert error.field_errors == {f"records[{place}].name.value": ["x"]}
    assert states(error) == [(1, count, "REFUSED")]
