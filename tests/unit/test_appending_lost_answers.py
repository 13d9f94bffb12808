"""Appending where an answer is lost: what is certain, what is sent again, and what stays unknown."""

from typing import Any

import pytest

from kintone.errors import (
    KintoneError,
    UnavailableError,
    UnreachableError,
)
from tests.unit.appending_samples import SEVEN, Bench, by_key, failing, new, row, states


@pytest.mark.parametrize("lost", [{"cut": "after"}, {"status": 503, "applied": True}, {"status": 502, "applied": True}])
def test_nothing_is_made_of_records_that_changed_after_a_lost_answer(bench: Bench, lost: dict[str, Any]) -> None:
    """They show what was sent, but somebody else may have written the very same; sending it again would double it."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, **lost)
    error = failing(KintoneError, bench, by_key("A", lines=SEVEN), by_key("B", lines=SEVEN))

    assert states(error) == [(1, 2, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST bulkRequest", "GET records"]
    assert (bench.quantities(1), bench.quantities(2)) == (["5", "7"], ["7"])


@pytest.mark.parametrize("rival", [{"qty": "7"}, {"qty": "7", "price": "1"}])
def test_the_row_of_a_rival_is_not_taken_for_ones_own(bench: Bench, rival: dict[str, str]) -> None:
    """The try left nothing, and somebody else writes the same row, or one that holds more, before it is looked at."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=False)
    saved = [{"id": each["id"]} for each in bench.row_objects(1)]
    record = {"lines": {"value": [*saved, row(**rival)]}}
    bench.before("GET records", lambda: bench.ask("PUT", "record", id=1, record=record), after=1)
    error = failing(KintoneError, bench, by_key("A", lines=SEVEN))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.quantities(1) == ["5", "7"]


def test_a_write_that_never_arrived_is_sent_again(bench: Bench) -> None:
    """The records are as they were read, and their revisions let one of two tries through at most."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, status=503, applied=False)
    report = bench.append(by_key("A", lines=SEVEN), by_key("B", lines=SEVEN))

    assert bench.calls() == ["GET records", "POST bulkRequest", "GET records", "POST bulkRequest"]
    assert (bench.quantities(1), bench.quantities(2)) == (["5", "7"], ["7"])
    assert list(report.repeated) == []
    assert [result["operation"] for result in report.results] == ["UPDATE", "INSERT"]


def test_a_lost_answer_stays_unknown_when_somebody_wrote_since(bench: Bench) -> None:
    """The rows are there, and so may be somebody else's of the same look."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, cut="after")
    bench.before("GET records", bench.touch, after=1)
    error = failing(UnreachableError, bench, by_key(lines=SEVEN))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "PUT records", "GET records"]
    assert bench.quantities() == ["5", "7"]


def test_a_lost_answer_stays_unknown_when_the_next_revision_holds_something_else(bench: Bench) -> None:
    """Somebody else was first; whether ours was refused or is still on its way, nobody knows."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.add_row(6))
    bench.kintone.fail(api="records", method="PUT", times=1, status=503)
    error = failing(KintoneError, bench, by_key(lines=SEVEN))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.quantities() == ["5", "6"]


def test_a_lost_answer_stays_unknown_when_it_cannot_be_read_again(bench: Bench) -> None:
    """The failure of the write is told, not that of the reading."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=True)
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", after=1, times=None, status=403, code="GAIA_NO01")
    error = failing(UnavailableError, bench, by_key(lines=SEVEN), form=form)

    assert states(error) == [(1, 1, "UNKNOWN")]


def test_a_lost_answer_with_plain_inserts_beside_is_not_settled(bench: Bench) -> None:
    """An insert without a key cannot be found again, so all of its transaction stays unknown and nothing is resent."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="bulkRequest", times=1, cut="after")
    error = failing(UnreachableError, bench, by_key(lines=SEVEN), new(lines=SEVEN))

    assert states(error) == [(1, 2, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST bulkRequest"]
    assert len(bench.kintone.records(bench.app)) == 2


def test_a_lost_insert_stays_unknown_when_somebody_wrote_since(bench: Bench) -> None:
    """Only the first revision comes of the insert alone."""
    bench.kintone.fail(api="records", method="POST", times=1, status=503, applied=True)
    bench.before("GET records", bench.touch, after=1)
    error = failing(UnavailableError, bench, by_key(lines=SEVEN))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "POST records", "GET records"]


def test_a_second_try_that_is_refused_for_another_reason_ends_the_call(bench: Bench) -> None:
    """It says nothing of the first one, and reading once more would not either."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=False)
    bench.kintone.fail(api="records", method="PUT", times=1, status=403, code="GAIA_NO01")
    error = failing(KintoneError, bench, by_key(lines=SEVEN))

    assert (error.code, states(error)) == ("GAIA_NO01", [(1, 1, "UNKNOWN")])
    assert bench.calls() == ["GET records", "PUT records"] * 2


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_with_file_keys_is_not_settled(bench: Bench, applied: bool) -> None:  # noqa: FBT001 - a case
    """The key of an upload serves once: it is never sent again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=1, status=503, applied=applied)
    error = failing(UnavailableError, bench, by_key(papers=[bench.upload("a.txt")]))

    assert states(error) == [(1, 1, "UNKNOWN")]
    assert bench.calls() == ["GET records", "PUT records"]
    assert bench.files() == ["a.txt"] * applied


def test_a_conflict_after_file_keys_were_sent_uses_them_again(bench: Bench) -> None:
    """It is a refusal before anything was written, so the key is still good."""
    bench.save(sku="A")
    bench.before("PUT records", bench.touch)
    bench.append(by_key(papers=[bench.upload("a.txt")]))

    assert bench.files() == ["a.txt"]
