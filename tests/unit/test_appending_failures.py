"""Appending while other users write, and when reading fails."""

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
from tests.unit.appending_samples import NEW_ROWS, Bench, by_id, by_key, by_number, failing, new, row, states

ENDLESS = 1_000


def test_a_record_that_was_changed_is_read_and_written_again(bench: Bench) -> None:
    """After a conflict the record has the other user's row and the new row."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.add_row(6))
    report = bench.append(by_key(lines=NEW_ROWS))

    assert bench.quantities() == ["5", "6", "7"]
    assert bench.calls() == ["GET records", "PUT records"] * 2
    assert report.results == [{"id": "1", "revision": "3", "operation": "UPDATE"}]


@pytest.mark.parametrize("atomic", [True, False])
def test_two_writers_of_a_new_key_both_keep_their_rows(bench: Bench, atomic: bool) -> None:  # noqa: FBT001 - a case
    """The second writer is refused as a duplicate, reads again and appends to the first writer's record."""

    def first() -> None:
        bench.ask("POST", "record", record={"sku": {"value": "A"}, "lines": {"value": [row(qty="6")]}})

    bench.before("POST records", first)
    report = bench.append(by_key(lines=NEW_ROWS), atomic=atomic)

    assert bench.quantities() == ["6", "7"]
    assert len(bench.kintone.records(bench.app)) == 1
    assert report.results == [{"id": "1", "revision": "2", "operation": "UPDATE"}]


def test_two_writers_of_a_new_number_key_both_keep_their_rows(bench: Bench) -> None:
    """The duplicate is recognised although the numbers are written "8.0" and "8"."""
    first = {"no": {"value": "8.0"}, "lines": {"value": [row(qty="6")]}}
    bench.before("POST records", lambda: bench.ask("POST", "record", record=first))
    bench.append(by_number("8", lines=NEW_ROWS))

    assert bench.quantities() == ["6", "7"]


def test_a_record_that_was_deleted_meanwhile_is_inserted(bench: Bench) -> None:
    """An entry with a key inserts a record that was deleted between read and write."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.ask("DELETE", "records", ids=[1]))
    report = bench.append(by_key(lines=NEW_ROWS))

    assert bench.quantities(2) == ["7"]
    assert report.results == [{"id": "2", "revision": "1", "operation": "INSERT"}]


def test_a_record_that_was_deleted_and_made_anew_is_merged(bench: Bench) -> None:
    """Rows are appended to the new record, which has the same key and another id."""
    bench.save(sku="A", lines=[{"qty": "5"}])

    def delete_and_insert() -> None:
        bench.ask("DELETE", "records", ids=[1])
        bench.ask("POST", "record", record={"sku": {"value": "A"}, "lines": {"value": [row(qty="6")]}})

    bench.before("PUT records", delete_and_insert)
    bench.append(by_key(lines=NEW_ROWS))

    assert bench.quantities(2) == ["6", "7"]


def test_a_record_named_by_id_that_was_deleted_meanwhile_is_an_error(bench: Bench) -> None:
    """A missing record id is refused without another read or write."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.ask("DELETE", "records", ids=[1]))
    error = failing(NotFoundError, bench, by_id(1, lines=NEW_ROWS))

    assert (error.code, states(error)) == ("GAIA_RE01", [(1, 1, "REFUSED")])
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_conflict_on_every_attempt_is_an_error(bench: Bench) -> None:
    """After a few attempts nothing is written, and the remedy is about the concurrent edits."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", bench.touch, ENDLESS)
    error = failing(RevisionConflictError, bench, by_key(lines=NEW_ROWS))

    assert (error.code, error.remedy, states(error)) == ("GAIA_CO02", CONCURRENT_EDITS, [(1, 1, "REFUSED")])
    assert bench.calls().count("PUT records") == MAX_CONFLICTS
    assert bench.quantities() == ["5"]


def test_entries_before_a_lasting_conflict_are_saved(bench: Bench) -> None:
    """Batches get smaller with each conflict until the entries before the conflicting one are saved."""
    for number in range(1, 9):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.touch(6), ENDLESS)
    error = failing(RevisionConflictError, bench, *(by_key(f"k{number}", lines=NEW_ROWS) for number in range(1, 9)))

    assert states(error) == [(1, 5, "SAVED"), (6, 8, "REFUSED")]
    assert [len(bench.quantities(number)) for number in range(1, 9)] == [2, 2, 2, 2, 2, 1, 1, 1]


def test_an_atomic_conflict_on_every_attempt_saves_nothing(bench: Bench) -> None:
    """An atomic request is repeated as a whole, and after the last conflict no entry is saved."""
    for number in range(1, 4):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}])
    bench.before("PUT records", lambda: bench.touch(2), ENDLESS)
    entries = [by_key(f"k{number}", lines=NEW_ROWS) for number in range(1, 4)]
    error = failing(RevisionConflictError, bench, *entries, atomic=True)

    assert states(error) == [(1, 3, "REFUSED")]
    assert bench.calls().count("PUT records") == MAX_CONFLICTS
    assert [bench.quantities(number) for number in (1, 2, 3)] == [["5"]] * 3


def test_an_atomic_conflict_sends_the_whole_again(bench: Bench) -> None:
    """After a changed record and a new key, the whole request is repeated, and each entry is saved once."""
    bench.save(sku="k1", lines=[{"qty": "5"}])

    def write_as_another() -> None:
        bench.add_row(6)
        bench.ask("POST", "record", record={"sku": {"value": "k2"}, "lines": {"value": [row(qty="6")]}})

    bench.before("POST bulkRequest", write_as_another)
    bench.append(by_key("k1", lines=NEW_ROWS), by_key("k2", lines=NEW_ROWS), new(lines=NEW_ROWS), atomic=True)

    assert (bench.quantities(1), bench.quantities(2)) == (["5", "6", "7"], ["6", "7"])
    assert len(bench.kintone.records(bench.app)) == 3


def test_a_revision_of_the_callers_own_is_compared_with_what_was_read(bench: Bench) -> None:
    """A revision of the caller that does not match the read record is a conflict, and nothing is sent."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.touch()
    for own in ("1", "7"):
        error = failing(RevisionConflictError, bench, by_key(revision=own, lines=NEW_ROWS))
        assert (error.code, states(error)) == ("GAIA_CO02", [(1, 1, "NOT_SENT")])
        assert "new revision" in str(error.remedy)
        assert bench.calls() == ["GET records"]

    bench.append(by_key(revision="2", lines=NEW_ROWS))
    assert bench.quantities() == ["5", "7"]


def test_a_revision_of_the_callers_own_that_conflicts_later_is_not_tried_again(bench: Bench) -> None:
    """A conflict with the caller's own revision is final."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.before("PUT records", bench.touch)
    error = failing(RevisionConflictError, bench, by_key(revision="1", lines=NEW_ROWS))

    assert (error.code, states(error)) == ("GAIA_CO02", [(1, 1, "REFUSED")])
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_conflict_of_an_entry_that_appends_nothing_is_not_tried_again(bench: Bench) -> None:
    """If the read records are unchanged, the conflict is about another entry's own revision and is final."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.save(sku="B")
    error = failing(RevisionConflictError, bench, by_key(lines=NEW_ROWS), by_id(2, revision="9", name="x"))

    assert (error.code, states(error)) == ("GAIA_CO02", [(1, 2, "REFUSED")])
    assert bench.calls().count("PUT records") == 1
    assert bench.quantities() == ["5"]


def test_two_entries_for_the_same_record_are_saved_one_after_the_other(bench: Bench) -> None:
    """An entry by key and one by id for the same record are written in turn, and refused when atomic."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    entries = (by_key(lines=[row(qty="6")]), by_id(1, lines=NEW_ROWS))
    report = bench.append(*entries)

    assert bench.quantities() == ["5", "6", "7"]
    assert [result["revision"] for result in report.results] == ["2", "3"]
    assert bench.calls().count("PUT records") == 3
    error = failing(InvalidParameterError, bench, *entries, atomic=True)
    assert "entries 1 and 2 " in str(error)
    assert bench.quantities() == ["5", "6", "7"]


def test_an_entry_that_appends_nothing_may_change_the_same_record(bench: Bench) -> None:
    """Kintone refuses both in one request when the key's record id is unknown; they are then written in turn."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.append(by_id(1, name="x"), by_key(lines=NEW_ROWS))
    assert (bench.quantities(), bench.record()["name"]["value"]) == (["5", "7"], "x")

    bench.append(by_key(name="y"), by_id(1, lines=[row(qty="8")]))
    assert (bench.quantities(), bench.record()["name"]["value"]) == (["5", "7", "8"], "y")


def test_field_errors_count_the_callers_rows(bench: Bench) -> None:
    """Row numbers in errors are those of the caller's list, without the saved rows."""
    bench.save(sku="A", lines=[{"qty": "5"}, {"qty": "6"}])
    first = bench.row_objects()[0]["id"]
    error = failing(InvalidRequestError, bench, by_key(lines=[row(qty="1"), row(qty="100"), row(first, qty="200")]))

    assert list(error.field_errors) == ["entry 1, lines row 3, qty", "entry 1, lines row 2, qty"]
    assert bench.calls() == ["GET records", "PUT records"]


def test_a_refused_insert_of_a_key_that_does_not_exist_is_an_error(bench: Bench) -> None:
    """A refused insert is only repeated when the key exists, which would mean a duplicate."""
    error = failing(InvalidRequestError, bench, by_key("A", needed="", lines=NEW_ROWS))
    assert list(error.field_errors) == ["entry 1, needed"]
    assert bench.calls() == ["GET records", "POST records"]

    bench.kintone.fail(api="records", method="POST", status=400, code="CB_VA01", times=None)
    failing(InvalidRequestError, bench, by_key("A", lines=NEW_ROWS))
    assert bench.calls() == ["GET records", "POST records"]


def test_a_failed_read_is_raised_and_nothing_is_written(bench: Bench) -> None:
    """When one of several reads fails permanently, its error is raised."""
    bench.kintone.add_records(bench.app, [{"sku": f"k{number}"} for number in range(301)])
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", status=403, code="GAIA_NO01", after=1, times=1)
    error = failing(KintoneError, bench, *(by_key(f"k{number}", lines=NEW_ROWS) for number in range(301)), form=form)

    assert (error.code, states(error)) == ("GAIA_NO01", [(1, 301, "NOT_SENT")])
    assert "POST bulkRequest" not in bench.calls()


ID = {"type": "__ID__", "value": "1"}
VALID_RECORD = {
    "$id": ID,
    "$revision": {"type": "__REVISION__", "value": "1"},
    "sku": {"type": "SINGLE_LINE_TEXT", "value": "A"},
    "lines": {"type": "SUBTABLE", "value": []},
    "papers": {"type": "FILE", "value": []},
}
ROWS: list[object] = [5, None, [5], [{}], [{"id": "x"}], {"a": []}]
FILES: list[object] = [[{"name": "a.txt"}], [{"fileKey": 5}]]
INVALID_ANSWERS: list[dict[str, Any]] = [
    {},
    {"records": {}},
    {"records": [5]},
    {"records": [{"$id": ID}]},
    *({"records": [{**VALID_RECORD, "lines": {"type": "SUBTABLE", "value": value}}]} for value in ROWS),
    *({"records": [{**VALID_RECORD, "papers": {"type": "FILE", "value": value}}]} for value in FILES),
    {"records": [{**VALID_RECORD, "lines": {"type": "NUMBER", "value": ""}}]},
]


@pytest.mark.parametrize("body", INVALID_ANSWERS)
def test_an_invalid_answer_to_the_read_stops_before_writing(bench: Bench, body: dict[str, object]) -> None:
    """Without valid saved rows and files nothing is written."""
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", status=200, body=json.dumps(body), content_type="application/json")
    entry = by_key(lines=NEW_ROWS, papers=[{"fileKey": "k"}])
    error = failing(UnknownResponseError, bench, entry, form=form)

    assert states(error) == [(1, 1, "NOT_SENT")]
    assert bench.calls() == ["GET records"]


def test_a_lock_is_waited_for(bench: Bench) -> None:
    """A write that kintone refuses because of a lock is sent again."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    bench.kintone.fail(api="records", method="PUT", times=2, status=400, code="GAIA_DA02")
    bench.append(by_key(lines=NEW_ROWS))

    assert bench.quantities() == ["5", "7"]


def test_tables_with_many_rows_are_sent_in_several_batches(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries over the size limit go into the next batch without another read; atomic requests are refused."""
    monkeypatch.setattr("kintone.limits.MAX_BULK_BYTES", 1_000)
    for number in range(1, 4):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}] * 50)
    entries = [by_key(f"k{number}", lines=NEW_ROWS) for number in range(1, 4)]
    failing(InvalidParameterError, bench, *entries, atomic=True)
    bench.append(*entries)

    assert bench.calls() == ["GET records", "PUT records", "PUT records", "PUT records"]
    assert [len(bench.quantities(number)) for number in range(1, 4)] == [51, 51, 51]
