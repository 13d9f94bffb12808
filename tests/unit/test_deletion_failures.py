"""Deletions that break off: what is told of each record is what the local kintone has stored."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kintone.errors import KintoneError, NotFoundError, PermissionDeniedError, UnavailableError
from kintone.ledger import EntryState
from tests.unit.delete_tool import BULK, LIST, PLAIN, add, delete, failure, gone, text
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import FORM
from tests.unit.writing_samples import ledger_of, small_batches, states

ALL = {"query": "$id > 0", "confirm_count": 120}
BY_ID = {"record_ids": list(range(1, 121))}
LOST: list[dict[str, Any]] = [{"status": 503, "applied": True}, {"cut": "after"}, {"hang": 40.0, "applied": True}]
"""What can happen to an answer of a request that kintone carries out."""
NOT_ARRIVED: list[dict[str, Any]] = [{"status": 503}, {"cut": "before"}, {"status": 502}]
DELETES: dict[str, Any] = {"api": "bulkRequest", "method": "POST"}


@pytest.fixture
def records(site: InProcess) -> Iterator[InProcess]:
    """Run a kintone with 120 records, which are three batches of 50, 50 and 20."""
    with small_batches():
        add(site, 120)
        yield site


def broken_off(site: InProcess, ids: Sequence[int] = range(1, 121), **parameters: object) -> KintoneError:
    """Return the error of a call that breaks off; what its ledger says of each record is what kintone did."""
    before = len(site.kintone.writes)
    error = failure(site, **(parameters or ALL))
    there = set(site.ids())
    mine = {write.record_id for write in site.kintone.writes[before:] if write.author != "others"}
    ledger = ledger_of(error)
    assert len(ledger) == len(ids)
    for position, record_id in enumerate(ids, start=1):
        state = ledger.state(position)
        assert record_id not in (there if state is EntryState.SAVED else ()), record_id
        assert record_id not in (mine if state in (EntryState.REFUSED, EntryState.NOT_SENT) else ()), record_id
    return error


def refuse_to_show(site: InProcess) -> None:
    """Show no records any more as soon as one deletion was sent."""

    def refuse(asked: Asked) -> None:
        if asked.call == LIST and any(each.call == BULK for each in site.asked):
            site.kintone.fail(api="records", method="GET", status=503)

    site.before = refuse


# Sent again


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "code": "GAIA_TO04"},
        {"status": 400, "code": "GAIA_DA02"},
        {"status": 520, "code": "GAIA_DA02"},
        {"status": 400, "code": "GAIA_RE18"},
        *NOT_ARRIVED,
    ],
)
def test_what_did_not_arrive_is_sent_again(records: InProcess, fault: dict[str, Any]) -> None:
    """The second try deletes the batch, and its answer proves it."""
    records.kintone.fail(**DELETES, after=1, times=2, **fault)

    deleted = delete(records, **ALL)

    assert gone(deleted) == list(range(1, 121))
    assert records.ids() == []
    assert len(deleted.lines) == 1
    assert [asked.call for asked in records.writes] == [BULK] * 5


@pytest.mark.parametrize("given", [ALL, BY_ID])
@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_settled_by_looking(records: InProcess, fault: dict[str, Any], given: dict[str, Any]) -> None:
    """The second try is refused, since the records are gone; that they are is read, and the rest is deleted."""
    records.kintone.fail(**DELETES, after=1, times=1, **fault)

    deleted = delete(records, **given)

    assert gone(deleted) == list(range(1, 121))
    assert records.ids() == []
    assert "records 51 to 100" in text(deleted)
    assert records.kintone.writes[-1].record_id == 120
    assert len(records.kintone.writes) == 120


# Nothing certain


def test_an_outage_leaves_a_batch_unknown(records: InProcess) -> None:
    """The records are there when they are looked up, but the lost request may still be carried out."""
    records.kintone.fail(**DELETES, after=1, times=None, status=503)

    error = broken_off(records)

    assert isinstance(error, UnavailableError)
    assert states(error) == [(1, 50, "SAVED"), (51, 100, "UNKNOWN"), (101, 120, "NOT_SENT")]
    assert records.ids() == list(range(51, 121))
    line = str(error)
    assert "deleted: records 1 to 50;" in line
    assert "may have been deleted: records 51 to 100;" in line
    assert "still there" in line
    assert "not deleted by this call: records 101 to 120" in line
    assert "cannot be restored" in line
    assert "entr" not in line
    assert "saved" not in line
    assert "try again" not in line


def test_a_call_that_runs_out_of_time() -> None:
    """Too little time is left to send the second batch: it is not deleted, and nothing has to be looked up."""
    with small_batches(), InProcess(FORM, budget=20) as site:
        add(site, 120)
        site.before = lambda asked: site.pass_time(19.95) if asked.call == BULK else None
        error = broken_off(site)

    assert error.code == "BUDGET_EXCEEDED"
    assert states(error) == [(1, 50, "SAVED"), (51, 120, "NOT_SENT")]
    assert "confirm_count 70" in str(error)
    assert "KINTONE_CALL_BUDGET" not in str(error)
    assert "wait a minute" not in str(error)


@pytest.mark.parametrize("fault", [LOST[0], NOT_ARRIVED[0]])
def test_what_cannot_be_looked_up_stays_unknown(records: InProcess, fault: dict[str, Any]) -> None:
    """Whether the batch was deleted or not, the same is told."""
    records.kintone.fail(**DELETES, after=1, times=None, **fault)
    refuse_to_show(records)
    error = broken_off(records)

    assert states(error) == [(1, 50, "SAVED"), (51, 100, "UNKNOWN"), (101, 120, "NOT_SENT")]
    assert records.ids() == list(range(101 if fault["status"] and fault.get("applied") else 51, 121))
    assert "may have been deleted: records 51 to 100;" in str(error)
    assert "still there" not in str(error)
    assert ["could not be looked up" in str(error), "all of these or none" in str(error)] == [True, True]


@pytest.mark.parametrize("given", [ALL, BY_ID])
@pytest.mark.parametrize("late", [True, False])
def test_a_batch_that_is_cut_by_the_end_of_the_time(given: dict[str, Any], *, late: bool) -> None:
    """Nothing can be looked up any more; whether kintone deletes it then or not, the same is told."""
    with small_batches(), InProcess(FORM, budget=20) as site:
        add(site, 120)

        def before(asked: Asked) -> None:
            if asked.call == BULK and site.calls[BULK] > 1:
                site.pass_time(60 if late else 1_000_000)

        site.before = before
        error = broken_off(site, **given)
        site.before = lambda _asked: None
        site.pass_time(120)
        left = site.ids()

    assert error.code == "BUDGET_EXCEEDED"
    assert states(error) == [(1, 50, "SAVED"), (51, 100, "UNKNOWN"), (101, 120, "NOT_SENT")]
    assert left == list(range(101 if late else 51, 121))
    line = str(error)
    assert "may have been deleted: records 51 to 100;" in line
    assert "no time left to look this up" in line
    assert ["all of these or none" in line, "wait a minute" in line] == [True, True]
    assert "not deleted by this call: records 101 to 120" in line


def test_a_request_that_arrives_late_was_told(records: InProcess) -> None:
    """A deletion that kintone carries out after everything else is one that may have been deleted."""
    records.kintone.fail(**DELETES, times=None, after=1, status=503)
    error = broken_off(records)
    records.ask("DELETE", "records", ids=list(range(51, 101)))

    assert records.ids() == list(range(101, 121))
    assert "may still be carried out" in str(error)


@pytest.mark.parametrize("given", [ALL, BY_ID])
def test_going_on_after_an_unknown_outcome(records: InProcess, given: dict[str, Any]) -> None:
    """The same call once more deletes nothing else; the advice names what leads on."""
    records.kintone.fail(**DELETES, after=1, times=6, **LOST[0])
    refuse_to_show(records)
    error = broken_off(records, **given)
    records.before = lambda _asked: None
    records.kintone.clear_failures()
    assert records.ids() == list(range(101, 121))
    assert ("confirm_count" if given is ALL else "record_ids") in str(error)

    repeated = failure(records, **given)

    assert repeated.code == ("INVALID_INPUT" if given is ALL else "GAIA_RE01")
    assert records.ids() == list(range(101, 121))
    assert len(gone(delete(records, query="$id > 0", confirm_count=20))) == 20


# Records that are not there


def vanish(site: InProcess, *ids: int) -> None:
    """Have others delete records when the second batch is sent."""
    site.before = lambda asked: site.delete(ids) if asked.call == BULK and len(site.writes) == 2 else None


def test_each_missing_record_is_named(records: InProcess) -> None:
    """Forty IDs of a list that must be taken out of it: without each of them the advice could not be followed."""
    missing = [*range(1_001, 1_081, 2)]
    error = failure(records, record_ids=[1, 2, 3, *missing])

    assert error.code == "GAIA_RE01"
    assert all(f"{each}" in str(error) for each in missing)
    assert len(records.ids()) == 120


@pytest.mark.parametrize("given", [ALL, BY_ID])
def test_records_that_others_delete_meanwhile(records: InProcess, given: dict[str, Any]) -> None:
    """Nothing of their batch is deleted; they are named, though kintone names the first alone."""
    vanish(records, 60, 99, 110)

    error = broken_off(records, **given)

    assert isinstance(error, NotFoundError)
    assert error.code == "GAIA_RE01"
    assert states(error) == [(1, 50, "SAVED"), (51, 100, "REFUSED"), (101, 120, "NOT_SENT")]
    assert records.ids() == [each for each in range(51, 121) if each not in (60, 99, 110)]
    line = str(error)
    assert "records 60, 99" in line
    assert "deleted: records 1 to 50;" in line
    assert "not deleted by this call: 68 records from 51 to 120" in line
    assert "may have been" not in line
    assert ("confirm_count 68" if given is ALL else "record_ids without records 60, 99") in line


def test_an_id_without_a_record(records: InProcess) -> None:
    """Nothing is deleted, and the id is named."""
    error = broken_off(records, (1, 2, 500), record_ids="1, 2, 500")

    assert error.code == "GAIA_RE01"
    assert states(error) == [(1, 3, "REFUSED")]
    assert len(records.ids()) == 120
    assert "record 500" in str(error)
    assert "nothing was deleted" in str(error)


def test_an_id_without_a_record_is_named_without_permission_to_view(records: InProcess) -> None:
    """The words of kintone name it, in any language."""
    records.kintone.fail(api="records", method="GET", status=403, code="GAIA_NO01", times=None)
    error = broken_off(records, (1, 2, 500, 501), record_ids="1, 2, 500, 501")
    assert "record 500" in str(error)
    assert "501" not in str(error).partition("nothing was deleted")[0]


def test_a_lost_answer_and_other_writers(records: InProcess) -> None:
    """Some are gone and some are not: so the batch was not carried out, and cannot be any more."""
    records.kintone.fail(**DELETES, after=1, times=1, cut="before")
    vanish(records, 60, 99)

    error = broken_off(records)

    assert error.code == "GAIA_RE01"
    assert states(error) == [(1, 50, "SAVED"), (51, 100, "REFUSED"), (101, 120, "NOT_SENT")]
    assert "records 60, 99" in str(error)
    assert "may have been" not in str(error)


def test_a_batch_that_is_carried_out_while_it_is_looked_up(records: InProcess) -> None:
    """The first half was there, the second is gone: that alone does not prove that others deleted the second."""
    records.kintone.fail(**DELETES, after=1, times=None, status=503)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.limits.MAX_RECORDS_PER_READ", 25)
        looks = [asked for asked in records.asked if asked.call == LIST]

        def late(asked: Asked) -> None:
            if asked.call == LIST and " in (" in asked.query:
                looks.append(asked)
            if len(looks) == 2:
                records.delete(range(51, 101))

        records.before = late
        error = broken_off(records, **BY_ID)

    assert states(error)[0] == (1, 100, "SAVED")
    assert records.ids() == list(range(101, 121))


def test_the_rest_of_a_batch_is_deleted_by_others_after_one_lookup(records: InProcess) -> None:
    """A page that shows records and lacks one proves that the batch was refused, even if all are gone later."""
    records.kintone.fail(**DELETES, after=1, times=None, status=503)
    deletions = [[60], [number for number in range(51, 101) if number != 60]]

    def others(asked: Asked) -> None:
        if asked.call == LIST and " in (" in asked.query and deletions:
            records.delete(deletions.pop(0))

    records.before = others
    error = broken_off(records)

    assert states(error) == [(1, 50, "SAVED"), (51, 100, "REFUSED"), (101, 120, "NOT_SENT")]
    assert "record 60" in str(error)


def test_a_search_that_leaves_records_out_settles_nothing(records: InProcess) -> None:
    """An answer with fewer records than it counts is no proof that the others are gone."""
    records.kintone.fail(**DELETES, after=1, times=None, status=503)
    records.change = lambda asked, body: {**body, "records": []} if " in (" in asked.query else body
    error = broken_off(records, **BY_ID)
    assert states(error) == [(1, 50, "SAVED"), (51, 100, "UNKNOWN"), (101, 120, "NOT_SENT")]
    records.change = lambda asked, body: {**body, "records": [], "totalCount": None} if " in (" in asked.query else body
    error = failure(records, record_ids=list(range(51, 121)))
    assert states(error) == [(1, 50, "UNKNOWN"), (51, 70, "NOT_SENT")]


# Refusals


def test_a_token_without_the_permission(site: InProcess) -> None:
    """The refusal names the permission by its name on kintone's screen; nothing was deleted."""
    add(site, 3)
    for _ in range(2):
        site.kintone.fail(api="records", method="DELETE", status=403, code="GAIA_NO01")
        error = failure(site, query="$id > 0", confirm_count=3)
        assert isinstance(error, PermissionDeniedError)
        assert "tick Delete records for" in str(error)
        assert "lookup" not in str(error)
        assert "nothing was deleted" in str(error)
    assert site.ids() == [1, 2, 3]


def test_a_token_that_may_not_read(site: InProcess) -> None:
    """A query needs the permission to view; nothing was deleted."""
    add(site, 3)
    site.kintone.fail(api="records", method="GET", status=403, code="GAIA_NO01")
    error = failure(site, query="$id > 0", confirm_count=3)
    assert "View records" in str(error)
    assert "nothing was deleted" in str(error)
    assert not error.maybe_saved


@pytest.mark.parametrize(
    "body",
    [
        {"results": [{}]},
        {"results": [{}] * 4},
        {"results": {}},
        {"results": [{"code": "x"}] * 5},
        {},
        {"records": []},
    ],
)
def test_an_answer_that_is_not_that_of_a_deletion(records: InProcess, body: dict[str, Any]) -> None:
    """It proves nothing, so the records are looked up; they are gone."""
    records.change = lambda asked, answer: body if asked.call == BULK else answer
    deleted = delete(records, **ALL)
    assert gone(deleted) == list(range(1, 121))
    assert "records 1 to 120" in text(deleted)


def test_a_plain_answer_with_content(site: InProcess) -> None:
    """The answer to a deletion is an empty object; another proves nothing."""
    add(site, 3)
    site.change = lambda asked, answer: {"records": []} if asked.call == PLAIN else answer
    assert "records 1, 2, 3" in text(delete(site, record_ids="1, 2, 3"))


# Many


def test_fifty_thousand_cut_in_the_middle(site: InProcess) -> None:
    """A 503 before batch 13, and in the next call one after batch 7: what is gone is told exactly, by ranges of ids."""
    ids = list(range(7, 150_007, 3))
    site.kintone.add_records(site.app, [{"$id": number} for number in ids])
    site.kintone.fail(**DELETES, after=12, times=6, status=503)

    first = broken_off(site, ids, query="$id > 6", confirm_count=50_000)

    assert states(first) == [(1, 24_000, "SAVED"), (24_001, 26_000, "UNKNOWN"), (26_001, 50_000, "NOT_SENT")]
    left = ids[24_000:]
    assert site.ids() == left
    assert f" deleted: 24,000 records from 7 to {ids[23_999]};" in str(first)
    assert f"may have been deleted: 2,000 records from {left[0]} to {left[1_999]};" in str(first)
    assert f"not deleted by this call: 24,000 records from {left[2_000]} to {ids[-1]} " in str(first)
    assert "still there" in str(first)

    site.asked.clear()
    refuse_to_show(site)
    site.kintone.fail(**DELETES, after=6, times=None, status=503, applied=True)
    second = broken_off(site, left, query="$id > 6", confirm_count=26_000)

    assert states(second) == [(1, 12_000, "SAVED"), (12_001, 14_000, "UNKNOWN"), (14_001, 26_000, "NOT_SENT")]
    assert site.ids() == left[14_000:]
    assert f" deleted: 12,000 records from {left[0]} to {left[11_999]};" in str(second)
    assert f"may have been deleted: 2,000 records from {left[12_000]} to {left[13_999]};" in str(second)
    assert "still there" not in str(second)
