"""Appending to the rows and files that records already have: what is sent, and what is stored afterwards."""

import json
from typing import Any

import pytest

from kintone.errors import InvalidParameterError, InvalidRequestError, NotFoundError
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.upserts import UpsertRequest
from tests.unit.appending_samples import Bench, by_id, by_key, by_number, new, row

SAVED: dict[str, Any] = {"qty": "5", "item": "pen", "price": "80", "rank": "Low"}


def test_saved_rows_are_sent_by_their_id_alone_with_the_revision_that_was_read(bench: Bench) -> None:
    """Only ids, revisions, keys and the appended fields are read; new rows are sent in full behind the saved ones."""
    bench.save(sku="A", lines=[SAVED, {"qty": "6"}])
    before = bench.row_objects()
    bench.append(by_key(lines=[row(qty="7")], name="x"))

    assert bench.calls() == ["GET records", "PUT records"]
    assert bench.sent("PUT records")["records"] == [
        {
            "id": "1",
            "record": {
                "lines": {"value": [{"id": before[0]["id"]}, {"id": before[1]["id"]}, row(qty="7")]},
                "name": {"value": "x"},
            },
            "revision": "1",
        }
    ]
    asked = bench.kintone.requests[0].query
    assert [code in asked for code in ("%24id", "%24revision", "sku", "lines", "papers", "name")] == [True] * 4 + [
        False
    ] * 2
    assert bench.row_objects()[:2] == before
    assert bench.quantities() == ["5", "6", "7"]


def test_lookups_in_saved_rows_keep_what_they_copied(bench: Bench) -> None:
    """A saved row keeps the price that its lookup copied, and a new row gets the current price."""
    bench.save(sku="A", lines=[SAVED])
    bench.append(by_key(lines=[row(qty="1", item="pen")]))

    assert [line["price"] for line in bench.rows()] == ["80", "100"]


@pytest.mark.parametrize(
    "saved",
    [
        {"item": "gone", "price": "80"},
        {"rank": "Removed"},
        {"who": [{"code": "left", "name": "Left"}]},
    ],
)
def test_values_that_can_no_longer_be_written_stay_in_saved_rows(bench: Bench, saved: dict[str, Any]) -> None:
    """A missing product, a removed option or a deleted user in a saved row is kept, since it is not written."""
    bench.save(sku="A", lines=[saved])
    before = bench.row_objects()
    bench.append(by_key(lines=[row(qty="7")]))

    assert bench.row_objects()[0] == before[0]
    assert bench.quantities()[1:] == ["7"]


@pytest.mark.parametrize("column", ["id", "code", "value", "fileKey"])
def test_a_column_may_have_any_code(bench: Bench, column: str) -> None:
    """Tables are recognised by the form, not by the shape of their rows."""
    bench.save(sku="A", lines=[{column: "old"}])
    bench.append(by_key(lines=[row(**{column: "new"})]))

    assert [line[column] for line in bench.rows()] == ["old", "new"]


def test_a_row_with_a_saved_id_changes_that_row(bench: Bench) -> None:
    """The row keeps its position, and only the given columns are sent."""
    bench.save(sku="A", lines=[SAVED, {"qty": "6"}])
    first = bench.row_objects()[0]["id"]
    bench.append(by_key(lines=[row(qty="7"), row(first, qty="8")]))

    sent = bench.sent("PUT records")["records"][0]["record"]["lines"]["value"]
    assert sent[0] == {"id": first, "value": {"qty": {"value": "8"}}}
    assert bench.quantities() == ["8", "6", "7"]
    assert bench.rows()[0]["price"] == "80"


def test_a_changed_row_keeps_its_attachments(bench: Bench) -> None:
    """With files in append mode, new files are added to a changed row, and an empty list changes nothing."""
    bench.append(by_key(lines=[row(qty="1", scan=[bench.upload("a.txt")]), row(qty="2", scan=[bench.upload("b.txt")])]))
    first, second = (line["id"] for line in bench.row_objects())
    bench.append(by_key(lines=[row(first, scan=[bench.upload("c.txt")]), row(second, scan=[])]))
    assert [[file["name"] for file in line["scan"]] for line in bench.rows()] == [["a.txt", "c.txt"], ["b.txt"]]

    bench.append(by_key(lines=[row(first, scan=[bench.upload("d.txt")])]), files=False)
    assert [[file["name"] for file in line["scan"]] for line in bench.rows()] == [["d.txt"], ["b.txt"]]


def test_new_files_follow_the_saved_files(bench: Bench) -> None:
    """Saved files are sent by their keys; a saved file that is given again is not duplicated."""
    bench.append(by_key(papers=[bench.upload("a.txt")]))
    saved = {"fileKey": bench.record()["papers"]["value"][0]["fileKey"]}
    bench.append(by_key(papers=[saved, bench.upload("b.txt")]))

    assert bench.files() == ["a.txt", "b.txt"]


@pytest.mark.parametrize("empty", [[], None, ""])
def test_appending_nothing_reads_nothing_and_leaves_the_lists_alone(bench: Bench, empty: object) -> None:
    """In append mode an empty list deletes nothing and needs no read."""
    bench.save(sku="A", lines=[SAVED])
    bench.append(by_key(lines=empty, papers=empty, name="x"))

    assert bench.calls() == ["PUT records"]
    assert bench.sent("PUT records")["records"][0]["record"] == {"name": {"value": "x"}}
    assert bench.quantities() == ["5"]


def test_other_lists_and_empty_values_are_sent_as_they_are(bench: Bench) -> None:
    """Append mode does not affect check boxes and empty values."""
    bench.save(sku="A", tags=["a"], name="x")
    bench.append(by_key(tags=["b"], name=None))

    assert bench.calls() == ["PUT records"]
    assert (bench.record()["tags"]["value"], bench.record()["name"]["value"]) == (["b"], "")


def test_only_the_chosen_kind_is_appended(bench: Bench) -> None:
    """Tables and files have separate modes."""
    bench.append(by_key(lines=[row(qty="1")], papers=[bench.upload("a.txt")]))
    bench.append(by_key(lines=[row(qty="2")], papers=[bench.upload("b.txt")]), tables=False)
    assert (bench.quantities(), bench.files()) == (["2"], ["a.txt", "b.txt"])

    bench.append(by_key(lines=[row(qty="3")], papers=[bench.upload("c.txt")]), files=False)
    assert (bench.quantities(), bench.files()) == (["2", "3"], ["c.txt"])


def test_a_key_that_does_not_exist_is_inserted_with_post(bench: Bench) -> None:
    """A POST is refused if another user adds the key meanwhile; an upsert would overwrite that record."""
    report = bench.append(by_key("B", lines=[row(qty="7")]))

    assert bench.calls() == ["GET records", "POST records"]
    assert bench.sent("POST records")["records"] == [{"lines": {"value": [row(qty="7")]}, "sku": {"value": "B"}}]
    assert report.summary() == {"add": 1, "updated": 0, "requested": 1, "with_update_key": 1}
    assert bench.record()["needed"]["value"] == "x"


def test_inserts_merges_and_untouched_entries_go_out_together(bench: Bench) -> None:
    """All entries need one read and one bulk request, and the results follow the order of the entries."""
    bench.save(sku="A", lines=[SAVED])
    bench.save(sku="B", lines=[SAVED])
    report = bench.append(
        new(sku="N", lines=[row(qty="1")]),
        by_key("A", lines=[row(qty="2")]),
        by_key("C", lines=[row(qty="3")]),
        by_key("B", lines=[], name="x"),
        atomic=True,
    )

    assert bench.calls() == ["GET records", "POST bulkRequest"]
    assert [(result["id"], result["operation"]) for result in report.results] == [
        ("3", "INSERT"),
        ("1", "UPDATE"),
        ("4", "INSERT"),
        ("2", "UPDATE"),
    ]
    assert [bench.quantities(number) for number in (1, 2, 3, 4)] == [["5", "2"], ["5"], ["1"], ["3"]]


def test_nothing_is_read_for_entries_that_are_inserted_anyway(bench: Bench) -> None:
    """Entries with neither key nor id are inserted without a read, with or without rows."""
    bench.append(new(lines=[row(qty="1")]), new(lines=[]))

    assert bench.calls() == ["POST records"]


def test_two_thousand_records_are_read_and_written_in_few_requests(bench: Bench) -> None:
    """Each read asks for many keys at once, and all entries fit into one bulk request."""
    bench.kintone.add_records(bench.app, [{"sku": f'k"{number}', "lines": [SAVED]} for number in range(2000)])
    report = bench.append(*(by_key(f'k"{number}', lines=[row(qty="7")]) for number in range(2000)), atomic=True)

    assert report.updated == 2000
    assert len(bench.calls()) <= 60
    assert all(len(record["lines"]["value"]) == 2 for record in bench.kintone.records(bench.app))


@pytest.mark.parametrize("written", ["1", "1.0", "１", "1e0"])
def test_a_number_key_finds_its_record_however_it_is_written(bench: Bench, written: str) -> None:
    """Number keys are compared as numbers: kintone returns "1.00" as it was saved."""
    bench.save(no="1.00", lines=[SAVED])
    bench.append(by_number(written, lines=[row(qty="7")]))

    assert bench.quantities() == ["5", "7"]
    assert len(bench.kintone.records(bench.app)) == 1


def test_number_keys_that_are_equal_are_refused(bench: Bench) -> None:
    """Keys of a number field are equal when their numbers are, as the form shows."""
    with pytest.raises(InvalidParameterError):
        bench.append(by_number("1", lines=[row(qty="7")]), by_number("1.0", lines=[row(qty="8")]))

    assert bench.calls() == []


def test_a_number_key_with_more_decimals_than_the_app_keeps_loses_no_rows(bench: Bench) -> None:
    """When the app's precision is unknown the record is not found, and kintone refuses the rounded number."""
    bench.save(no="1.2346", lines=[SAVED])
    with pytest.raises(InvalidRequestError) as raised:
        bench.append(by_number("1.234567", lines=[row(qty="7")]))

    assert (raised.value.code, list(raised.value.field_errors)) == ("CB_VA01", ["entry 1, no"])
    assert bench.quantities() == ["5"]


def test_a_number_that_kintone_itself_rounds_is_matched_by_what_it_answers(bench: Bench) -> None:
    """A returned record whose number equals none of the keys belongs to the nearest key."""
    bench.save(no="1.2346", lines=[SAVED])
    bench.save(no="7", lines=[SAVED])
    form = bench.form()
    records = json.dumps({"records": bench.kintone.records(bench.app)})
    bench.kintone.fail(api="records", method="GET", status=200, body=records, content_type="application/json")
    bench.append(by_number("7", lines=[row(qty="8")]), by_number("1.234567", lines=[row(qty="7")]), form=form)

    assert (bench.quantities(1), bench.quantities(2)) == (["5", "7"], ["5", "8"])


def test_long_keys_are_read_in_several_queries(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The length of a query is limited."""
    monkeypatch.setattr("kintone.writing.saved_records.MAX_QUERY_LENGTH", 100)
    for letter in "abc":
        bench.save(sku=letter * 60, lines=[SAVED])
    bench.append(*(by_key(letter * 60, lines=[row(qty="7")]) for letter in "abc"))

    assert bench.calls() == ["GET records"] * 3 + ["PUT records"]
    assert [bench.quantities(number) for number in (1, 2, 3)] == [["5", "7"]] * 3


def test_an_unknown_id_is_an_error(bench: Bench) -> None:
    """Nothing is written, and the error names the entry."""
    bench.save(sku="A", lines=[SAVED])
    with pytest.raises(NotFoundError, match="entry 2") as raised:
        bench.append(by_id(1, lines=[row(qty="7")]), by_id(99, lines=[row(qty="7")]))

    assert raised.value.code == "GAIA_RE01"
    assert bench.quantities() == ["5"]


@pytest.mark.parametrize("value", ["abc", 5, {"value": []}])
def test_what_is_no_list_is_refused(bench: Bench, value: object) -> None:
    """A value that is not a list might replace the saved rows, so it is refused."""
    bench.save(sku="A", lines=[SAVED])
    with pytest.raises(InvalidParameterError, match="entry 1: lines"):
        bench.append(by_key(lines=value))
    with pytest.raises(InvalidParameterError, match="entry 1: lines"):
        bench.append(Entry(1, {"lines": [row(qty="1")]}, None, "1"))

    assert bench.quantities() == ["5"]


@pytest.mark.parametrize("field", ["name", "missing"])
def test_a_key_that_is_not_unique_is_refused(bench: Bench, field: str) -> None:
    """A field that allows duplicates, or does not exist, cannot be an update key."""
    entry = by_key(lines=[row(qty="7")])
    assert entry.update_key
    with pytest.raises(InvalidParameterError, match=field):
        bench.append(Entry(1, entry.record, entry.update_key._replace(field=field)))

    assert bench.calls() == []


def test_appending_without_a_form_is_a_type_error() -> None:
    """Appending needs the form to recognise tables."""
    with pytest.raises(TypeError):
        UpsertRequest(1, [by_key()], table_mode=ListMode.APPEND)


def test_a_field_added_after_the_record_was_saved_counts_as_empty(bench: Bench) -> None:
    """Kintone omits such a field until the record is saved again."""
    bench.save(sku="A", lines=[SAVED])
    fields = bench.kintone.apps[bench.app].form.properties
    more = {"type": "SUBTABLE", "fields": {"n": {"type": "NUMBER"}}}
    bench.kintone.change_form(bench.app, {**fields, "more": more, "scans": {"type": "FILE"}})
    assert "more" not in bench.record(1)
    bench.append(by_key(more=[row(n="7")], scans=[bench.upload("a.txt")]))

    assert [each["value"]["n"]["value"] for each in bench.record(1)["more"]["value"]] == ["7"]
    assert [file["name"] for file in bench.record(1)["scans"]["value"]] == ["a.txt"]
    assert bench.quantities(1) == [SAVED["qty"]]


def test_a_request_knows_whether_it_adds_rows_in_any_case(bench: Bench) -> None:
    """An entry with a key or an id does, with a row that has no id or with a file; rows with ids may be saved ones."""
    form = bench.form()

    def appends(*entries: Entry, mode: ListMode = ListMode.APPEND) -> bool:
        request = UpsertRequest(bench.app, entries, table_mode=mode, file_mode=mode, form=form)
        return any(map(request.appending.adds, entries))

    assert appends(by_key(), by_key(lines=[row(qty="1")]))
    assert not appends(by_key(lines=[]), by_key(name="x"), new(lines=[row(qty="1")]))
    assert not appends(by_key(lines=[row(qty="1")]), mode=ListMode.REPLACE)
    assert not appends(by_key(lines=[{"id": "7", **row(qty="1")}]))
    assert appends(by_key(lines=[{"id": "7", **row(qty="1")}, row(qty="2")]))
    assert appends(by_key(papers=[{"fileKey": "k"}]))
