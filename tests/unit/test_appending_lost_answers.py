"""Appending where an answer is lost: what is sent again, and which entries stay unknown."""

from typing import Any

import pytest

from kintone.errors import (
    KintoneError,
    UnavailableError,
    UnreachableError,
)
from tests.unit.appending_samples import NEW_ROWS, Bench, by_key, failing, new, row, states


@pytest.mark.parametrize("lost", [{"cut": "after"}, {"status": 503, "applied": True}, {"status": 502, "applied": True}])
def test_entries_stay_unknown_when_records_changed_after_a_lost_answer(bench: Bench, lost: dict[str, Any]) -> None:
    """Another user may have written the same values, so the changed records prove nothing and nothing is resent."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, **lost)
    error = failing(KintoneError, bench, by_key("A", lines=NEW_ROWS), by_key("B", lines=NEW_ROWS))

    assert states(error) == [(1, 2, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST bulkRequest", "GET records"]
    assert (bench.quantities(1), bench.quantities(2)) == (["5", "7"], ["7"])


@pytest.mark.parametrize("other_row", [{"qty": "7"}, {"qty": "7", "price": "1"}])
def test_another_users_row_does_not_count_as_the_lost_write(bench: Bench, other_row: dict[str, str]) -> None:
    """The failed write saved nothing, and another user adds an equal or larger row before the check."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=False)
    saved = [{"id": each["id"]} for each in bench.row_objects(1)]
    record = {"lines": {"value": [*saved, row(**other_row)]}}
    bench.before("GET records", lambda: bench.ask("PUT", "record", id=1, record=record), after=1)
    error = failing(KintoneError, bench, by_key("A", lines=NEW_ROWS))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.quantities(1) == ["5", "7"]


def test_a_write_that_never_arrived_is_sent_again(bench: Bench) -> None:
    """Unchanged revisions show that nothing was saved, and at most one of two writes can pass the revision check."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, status=503, applied=False)
    report = bench.append(by_key("A", lines=NEW_ROWS), by_key("B", lines=NEW_ROWS))

    assert bench.calls() == ["GET records", "POST bulkRequest", "GET records", "POST bulkRequest"]
    assert (bench.quantities(1), bench.quantities(2)) == (["5", "7"], ["7"])
    assert list(report.repeated) == []
    assert [result["operation"] for result in report.results] == ["UPDATE", "INSERT"]


def test_a_lost_answer_stays_unknown_when_another_user_wrote_since(bench: Bench) -> None:
    """The new rows exist, but another user may have added them."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, cut="after")
    bench.before("GET records", bench.touch, after=1)
    error = failing(UnreachableError, bench, by_key(lines=NEW_ROWS))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "PUT records", "GET records"]
    assert bench.quantities() == ["5", "7"]


def test_a_lost_answer_stays_unknown_when_the_next_revision_holds_something_else(bench: Bench) -> None:
    """Another user wrote first; the lost write was refused or may still arrive."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.add_row(6))
    bench.kintone.fail(api="records", method="PUT", times=1, status=503)
    error = failing(KintoneError, bench, by_key(lines=NEW_ROWS))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.quantities() == ["5", "6"]


def test_a_lost_answer_stays_unknown_when_it_cannot_be_read_again(bench: Bench) -> None:
    """The error of the write is raised, not that of the read."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=True)
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", after=1, times=None, status=403, code="GAIA_NO01")
    error = failing(UnavailableError, bench, by_key(lines=NEW_ROWS), form=form)

    assert states(error) == [(1, 1, "UNKNOWN")]


def test_a_lost_answer_to_a_batch_with_plain_inserts_stays_unknown(bench: Bench) -> None:
    """An insert without a key cannot be found again, so its whole batch stays unknown and is not resent."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, cut="after")
    error = failing(UnreachableError, bench, by_key(lines=NEW_ROWS), new(lines=NEW_ROWS))

    assert states(error) == [(1, 2, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST bulkRequest"]
    assert len(bench.kintone.records(bench.app)) == 2


def test_a_lost_insert_stays_unknown_when_another_user_wrote_since(bench: Bench) -> None:
    """Only a record in its first revision proves that the insert was saved unchanged."""
    bench.kintone.fail(api="records", method="POST", times=1, status=503, applied=True)
    bench.before("GET records", bench.touch, after=1)
    error = failing(UnavailableError, bench, by_key(lines=NEW_ROWS))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST records", "GET records"]


def test_a_second_try_that_is_refused_for_another_reason_ends_the_call(bench: Bench) -> None:
    """The refusal does not show what the first try did, so the entry stays unknown."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=False)
    bench.kintone.fail(api="records", method="PUT", times=1, status=403, code="GAIA_NO01")
    error = failing(KintoneError, bench, by_key(lines=NEW_ROWS))

    assert (error.code, states(error)) == ("GAIA_NO01", [(1, 1, "UNKNOWN")])
    assert bench.calls() == ["GET records", "PUT records"] * 2


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_to_a_write_with_file_keys_stays_unknown(bench: Bench, applied: bool) -> None:  # noqa: FBT001 - a case
    """A file key can be used once, so the write is not sent again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=applied)
    error = failing(UnavailableError, bench, by_key(papers=[bench.upload("a.txt")]))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "PUT records"]
    assert bench.files() == ["a.txt"] * applied


def test_a_conflict_after_file_keys_were_sent_uses_them_again(bench: Bench) -> None:
    """A conflict is refused before anything is written, so the file key stays valid."""
    bench.save(sku="A")
    bench.before("PUT records", bench.touch)
    bench.append(by_key(papers=[bench.upload("a.txt")]))

    assert bench.files() == ["a.txt"]
