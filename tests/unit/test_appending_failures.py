"""Appending while others write, and when reading fails."""

import json
from typing import Any

import pytest

from kintone.errors import (
    InvalidParameterError,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    RevisionConflictError,
    UnknownResponseError,
)
from kintone.writing.writer import CONCURRENT_EDITS, MAX_CONFLICTS
from tests.unit.appending_samples import SEVEN, Bench, by_id, by_key, by_number, failing, new, row, states

FOR_EVER = 1_000


def test_a_record_that_was_changed_is_read_and_written_again(bench: Bench) -> None:
    """Both the other writer's row and ours are there."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.add_row(6))
    report = bench.append(by_key(lines=SEVEN))

    assert bench.quantities() == ["5", "6", "7"]
    assert bench.calls() == ["GET records", "PUT records"] * 2
    assert report.results == [{"id": "1", "revision": "3", "operation": "UPDATE"}]


@pytest.mark.parametrize("atomic", [True, False])
def test_two_who_append_to_a_new_key_both_keep_their_rows(bench: Bench, atomic: bool) -> None:  # noqa: FBT001 - a case
    """Whoever comes second is refused as a duplicate, reads again and merges."""

    def first() -> None:
        bench.ask("POST", "record", record={"sku": {"value": "A"}, "lines": {"value": [row(qty="6")]}})

    bench.before("POST records", first)
    report = bench.append(by_key(lines=SEVEN), atomic=atomic)

    assert bench.quantities() == ["6", "7"]
    assert len(bench.kintone.records(bench.app)) == 1
    assert report.results == [{"id": "1", "revision": "2", "operation": "UPDATE"}]


def test_two_who_append_to_a_new_number_both_keep_their_rows(bench: Bench) -> None:
    """Theirs was written "8.0", ours "8"."""
    first = {"no": {"value": "8.0"}, "lines": {"value": [row(qty="6")]}}
    bench.before("POST records", lambda: bench.ask("POST", "record", record=first))
    bench.append(by_number("8", lines=SEVEN))

    assert bench.quantities() == ["6", "7"]


def test_a_record_that_was_deleted_meanwhile_is_inserted(bench: Bench) -> None:
    """It has a key, so it may be there again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.ask("DELETE", "records", ids=[1]))
    report = bench.append(by_key(lines=SEVEN))

    assert bench.quantities(2) == ["7"]
    assert report.results == [{"id": "2", "revision": "1", "operation": "INSERT"}]


def test_a_record_that_was_deleted_and_made_anew_is_merged(bench: Bench) -> None:
    """It has the same key and another id."""
    bench.save(sku="A", lines=[{"qty": "5"}])

    def renew() -> None:
        bench.ask("DELETE", "records", ids=[1])
        bench.ask("POST", "record", record={"sku": {"value": "A"}, "lines": {"value": [row(qty="6")]}})

    bench.before("PUT records", renew)
    bench.append(by_key(lines=SEVEN))

    assert bench.quantities(2) == ["6", "7"]


def test_a_record_named_by_id_that_was_deleted_meanwhile_is_an_error(bench: Bench) -> None:
    """Nothing is read or sent again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.ask("DELETE", "records", ids=[1]))
    error = failing(NotFoundError, bench, by_id(1, lines=SEVEN))

    assert (error.code, states(error)) == ("GAIA_RE01", [(1, 1, "REFUSED")])
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_conflict_that_never_ends_is_told(bench: Bench) -> None:
    """It is tried a few times, nothing of ours is written, and those who edit the record have to be asked."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", bench.touch, FOR_EVER)
    error = failing(RevisionConflictError, bench, by_key(lines=SEVEN))

    assert (error.code, error.remedy, states(error)) == ("GAIA_CO02", CONCURRENT_EDITS, [(1, 1, "REFUSED")])
    assert bench.calls().count("PUT records") == MAX_CONFLICTS
    assert bench.quantities() == ["5"]


def test_only_entries_whose_conflict_never_ends_stay_unsaved(bench: Bench) -> None:
    """Fewer and fewer go out together, until those before the one that others are at are saved."""
    for number in range(1, 9):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.touch(6), FOR_EVER)
    error = failing(RevisionConflictError, bench, *(by_key(f"k{number}", lines=SEVEN) for number in range(1, 9)))

    assert states(error) == [(1, 5, "SAVED"), (6, 8, "REFUSED")]
    assert [len(bench.quantities(number)) for number in range(1, 9)] == [2, 2, 2, 2, 2, 1, 1, 1]


def test_an_atomic_conflict_that_never_ends_saves_nothing(bench: Bench) -> None:
    """All or nothing: the whole is sent again, and in the end nothing of it is there."""
    for number in range(1, 4):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.touch(2), FOR_EVER)
    entries = [by_key(f"k{number}", lines=SEVEN) for number in range(1, 4)]
    error = failing(RevisionConflictError, bench, *entries, atomic=True)

    assert states(error) == [(1, 3, "REFUSED")]
    assert bench.calls().count("PUT records") == MAX_CONFLICTS
    assert [bench.quantities(number) for number in (1, 2, 3)] == [["5"]] * 3


def test_an_atomic_conflict_sends_the_whole_again(bench: Bench) -> None:
    """One record changed, one key appeared: all are saved in the end, each once."""
    bench.save(sku="k1", lines=[{"qty": "5"}])

    def meddle() -> None:
        bench.add_row(6)
        bench.ask("POST", "record", record={"sku": {"value": "k2"}, "lines": {"value": [row(qty="6")]}})

    bench.before("POST bulkRequest", meddle)
    bench.append(by_key("k1", lines=SEVEN), by_key("k2", lines=SEVEN), new(lines=SEVEN), atomic=True)

    assert (bench.quantities(1), bench.quantities(2)) == (["5", "6", "7"], ["6", "7"])
    assert len(bench.kintone.records(bench.app)) == 3


def test_a_revision_of_the_callers_own_is_compared_with_what_was_read(bench: Bench) -> None:
    """It is the caller's conflict: nothing is sent."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.touch()
    for own in ("1", "7"):
        error = failing(RevisionConflictError, bench, by_key(revision=own, lines=SEVEN))
        assert (error.code, states(error)) == ("GAIA_CO02", [(1, 1, "NOT_SENT")])
        assert bench.calls() == ["GET records"]

    bench.append(by_key(revision="2", lines=SEVEN))
    assert bench.quantities() == ["5", "7"]


def test_a_revision_of_the_callers_own_that_conflicts_later_is_not_tried_again(bench: Bench) -> None:
    """Others may have decided something that the caller does not know."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", bench.touch)
    error = failing(RevisionConflictError, bench, by_key(revision="1", lines=SEVEN))

    assert (error.code, states(error)) == ("GAIA_CO02", [(1, 1, "REFUSED")])
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_conflict_of_an_entry_that_appends_nothing_is_not_tried_again(bench: Bench) -> None:
    """What was read has not changed, so the other entry's own revision is the reason."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.save(sku="B")
    error = failing(RevisionConflictError, bench, by_key(lines=SEVEN), by_id(2, revision="9", name="x"))

    assert (error.code, states(error)) == ("GAIA_CO02", [(1, 2, "REFUSED")])
    assert bench.calls().count("PUT records") == 1
    assert bench.quantities() == ["5"]


def test_two_entries_for_the_same_record_are_saved_one_after_the_other(bench: Bench) -> None:
    """One names it by key, one by id; the second reads what the first one saved."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    entries = (by_key(lines=[row(qty="6")]), by_id(1, lines=SEVEN))
    report = bench.append(*entries)

    assert bench.quantities() == ["5", "6", "7"]
    assert [result["revision"] for result in report.results] == ["2", "3"]
    assert bench.calls().count("PUT records") == 3
    failing(InvalidParameterError, bench, *entries, atomic=True)
    assert bench.quantities() == ["5", "6", "7"]


def test_an_entry_that_appends_nothing_may_change_the_same_record(bench: Bench) -> None:
    """Where it is found by its key nobody knows that before kintone refuses: then they go out one after the other."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.append(by_id(1, name="x"), by_key(lines=SEVEN))
    assert (bench.quantities(), bench.record()["name"]["value"]) == (["5", "7"], "x")

    bench.append(by_key(name="y"), by_id(1, lines=[row(qty="8")]))
    assert (bench.quantities(), bench.record()["name"]["value"]) == (["5", "7", "8"], "y")


def test_a_complaint_counts_the_callers_rows(bench: Bench) -> None:
    """Saved rows do not count; a row that is changed has the number that the caller gave it."""
    bench.save(sku="A", lines=[{"qty": "5"}, {"qty": "6"}])
    first = bench.row_objects()[0]["id"]
    error = failing(InvalidRequestError, bench, by_key(lines=[row(qty="1"), row(qty="100"), row(first, qty="200")]))

    assert list(error.field_errors) == ["entry 1, lines row 3, qty", "entry 1, lines row 2, qty"]
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_complaint_about_a_key_that_nobody_has_is_told(bench: Bench) -> None:
    """It is read once more and is not there, so it is no duplicate."""
    error = failing(InvalidRequestError, bench, by_key("A", needed="", lines=SEVEN))
    assert list(error.field_errors) == ["entry 1, needed"]
    assert bench.calls() == ["GET records", "POST records"]

    bench.kintone.fail(api="records", method="POST", status=400, code="CB_VA01", times=None)
    failing(InvalidRequestError, bench, by_key("A", lines=SEVEN))
    assert bench.calls() == ["GET records", "POST records"]


def test_a_read_that_fails_is_told_at_once_and_nothing_is_written(bench: Bench) -> None:
    """One of several reads fails for good; the others are stopped."""
    bench.kintone.add_records(bench.app, [{"sku": f"k{number}"} for number in range(301)])
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", status=403, code="GAIA_NO01", after=1, times=1)
    error = failing(KintoneError, bench, *(by_key(f"k{number}", lines=SEVEN) for number in range(301)), form=form)

    assert (error.code, states(error)) == ("GAIA_NO01", [(1, 301, "NOT_SENT")])
    assert "POST bulkRequest" not in bench.calls()


ID = {"type": "__ID__", "value": "1"}
SHOWN = {
    "$id": ID,
    "$revision": {"type": "__REVISION__", "value": "1"},
    "sku": {"type": "SINGLE_LINE_TEXT", "value": "A"},
    "lines": {"type": "SUBTABLE", "value": []},
    "papers": {"type": "FILE", "value": []},
}
ROWS: list[object] = [5, None, [5], [{}], [{"id": "x"}], {"a": []}]
FILES: list[object] = [[{"name": "a.txt"}], [{"fileKey": 5}]]
HOSTILE: list[dict[str, Any]] = [
    {},
    {"records": {}},
    {"records": [5]},
    {"records": [{"$id": ID}]},
    *({"records": [{**SHOWN, "lines": {"type": "SUBTABLE", "value": value}}]} for value in ROWS),
    *({"records": [{**SHOWN, "papers": {"type": "FILE", "value": value}}]} for value in FILES),
    {"records": [{**SHOWN, "lines": {"type": "NUMBER", "value": ""}}]},
]


@pytest.mark.parametrize("body", HOSTILE)
def test_an_answer_that_is_none_stops_before_writing(bench: Bench, body: dict[str, object]) -> None:
    """Without the saved rows and files nothing can be kept."""
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", status=200, body=json.dumps(body), content_type="application/json")
    entry = by_key(lines=SEVEN, papers=[{"fileKey": "k"}])
    error = failing(UnknownResponseError, bench, entry, form=form)

    assert states(error) == [(1, 1, "NOT_SENT")]
    assert bench.calls() == ["GET records"]


def test_a_lock_is_waited_for(bench: Bench) -> None:
    """Nothing was saved, and the same is sent again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=2, status=400, code="GAIA_DA02")
    bench.append(by_key(lines=SEVEN))

    assert bench.quantities() == ["5", "7"]


def test_tables_with_many_rows_are_sent_in_several_transactions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit any more is sent next, and is not read again; all or nothing, it is refused."""
    monkeypatch.setattr("kintone.limits.MAX_BULK_BYTES", 1_000)
    for number in range(1, 4):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}] * 50)
    entries = [by_key(f"k{number}", lines=SEVEN) for number in range(1, 4)]
    failing(InvalidParameterError, bench, *entries, atomic=True)
    bench.append(*entries)

    assert bench.calls() == ["GET records", "PUT records", "PUT records", "PUT records"]
    assert [len(bench.quantities(number)) for number in range(1, 4)] == [51, 51, 51]
