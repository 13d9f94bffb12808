"""What appending makes of the records as kintone shows them: what it needs of them, and what it sends back."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest

from kintone.errors import KintoneError, UnknownResponseError
from kintone.writing.entries import Entry
from tests.unit.appending_samples import NEW_ROWS, Bench, by_id, by_key, by_number, failing, row, states

CHECKED = {"type": "CHECK_BOX", "value": ["a"]}
UPLOADED = {"fileKey": "new"}
SHOWN: dict[str, Any] = {
    "$id": {"type": "__ID__", "value": "1"},
    "$revision": {"type": "__REVISION__", "value": "4"},
    "sku": {"type": "SINGLE_LINE_TEXT", "value": "A"},
    "lines": {"type": "SUBTABLE", "value": []},
    "papers": {"type": "FILE", "value": []},
}


def shown_row(**cells: dict[str, Any]) -> dict[str, Any]:
    """Return a saved row with the id 5 as the value of the table."""
    return {"type": "SUBTABLE", "value": [{"id": "5", "value": cells}]}


def answer_with(bench: Bench, record: dict[str, Any]) -> None:
    """Have kintone show this record when it is asked next."""
    body = json.dumps({"records": [record]})
    bench.kintone.fail(api="records", method="GET", status=200, body=body, content_type="application/json")


@pytest.mark.parametrize(
    ("entry", "changes"),
    [
        pytest.param(by_key(lines=NEW_ROWS), {"lines": CHECKED}, id="options instead of rows"),
        pytest.param(by_key(lines=NEW_ROWS), {"lines": {"type": "FILE", "value": [{"fileKey": "k"}]}}, id="files"),
        pytest.param(
            by_key(lines=NEW_ROWS), {"lines": {"type": "NUMBER", "value": None}}, id="nothing instead of rows"
        ),
        pytest.param(by_key(papers=[UPLOADED]), {"papers": CHECKED}, id="options instead of files"),
        pytest.param(
            by_key(papers=[UPLOADED]), {"papers": {"type": "CHECK_BOX", "value": []}}, id="no options instead of files"
        ),
        pytest.param(by_key(papers=[UPLOADED]), {"papers": shown_row()}, id="rows instead of files"),
        pytest.param(by_key(papers=[UPLOADED]), {"papers": {"type": "FILE", "value": ["k"]}}, id="no object"),
        pytest.param(by_key(papers=[UPLOADED]), {"papers": {"type": "FILE", "value": [{"name": "a"}]}}, id="no key"),
        pytest.param(
            by_key(lines=[row("5", scan=[UPLOADED])]),
            {"lines": shown_row(scan={"type": "FILE", "value": [{"name": "a"}]})},
            id="no key in a row",
        ),
        pytest.param(
            by_key(lines=[row("5", scan=[UPLOADED])]),
            {"lines": shown_row(scan={"type": "FILE", "value": ["k"]})},
            id="no object in a row",
        ),
        pytest.param(
            by_key(lines=[row("5", scan=[UPLOADED])]), {"lines": shown_row(scan=CHECKED)}, id="options in row"
        ),
        pytest.param(
            by_key(lines=NEW_ROWS), {"sku": {"type": "SINGLE_LINE_TEXT", "value": None}}, id="key without value"
        ),
        pytest.param(by_key(lines=NEW_ROWS), {"sku": None}, id="no key field"),
        pytest.param(by_key(lines=NEW_ROWS), {"$revision": None}, id="no revision"),
        pytest.param(by_key(lines=NEW_ROWS), {"$revision": {"type": "__REVISION__", "value": "x"}}, id="odd revision"),
    ],
)
def test_nothing_is_written_where_the_saved_rows_files_or_revision_cannot_be_told(
    bench: Bench, entry: Entry, changes: dict[str, Any]
) -> None:
    """Kintone deletes the rows and files that an update leaves out, so that guessing would lose them."""
    form = bench.form()
    record = {code: shown for code, shown in {**SHOWN, **changes}.items() if shown is not None}
    answer_with(bench, record)
    error = failing(UnknownResponseError, bench, entry, form=form)

    assert (error.code, states(error)) == ("NOT_KINTONE", [(1, 1, "NOT_SENT")])
    assert bench.calls() == ["GET records"]


def test_failed_search_says_what_was_read(bench: Bench) -> None:
    """The call writes: why it reads at all is told."""
    form = bench.form()
    bench.kintone.fail(api="records", method="GET", status=200, body="{}", content_type="application/json")

    assert "that are updated" in str(failing(UnknownResponseError, bench, by_key(lines=NEW_ROWS), form=form).problem)


@pytest.mark.parametrize("place", [1, 2])
def test_record_that_does_not_show_its_key_is_named_by_its_place_in_the_answer(bench: Bench, place: int) -> None:
    """Places count from 1."""
    form = bench.form()
    records = [{**SHOWN, "$id": {"type": "__ID__", "value": str(number)}} for number in (1, 2)]
    records[place - 1]["sku"] = {"type": "SINGLE_LINE_TEXT", "value": None}
    body = json.dumps({"records": records})
    bench.kintone.fail(api="records", method="GET", status=200, body=body, content_type="application/json")

    assert f"sku of entry {place} " in str(failing(UnknownResponseError, bench, by_key(lines=NEW_ROWS), form=form))


def answer_with_none(bench: Bench) -> None:
    """Have kintone's search find nothing."""
    body = json.dumps({"records": []})
    bench.kintone.fail(api="records", method="GET", status=200, body=body, content_type="application/json")


def test_record_that_a_search_does_not_show_is_asked_for_by_its_id(bench: Bench) -> None:
    """The answer says whether it is missing; one that is there is appended to."""
    bench.save(lines=[{"qty": "5"}])
    form = bench.form()
    answer_with_none(bench)
    bench.append(by_id(1, lines=NEW_ROWS), form=form)

    assert bench.calls() == ["GET records", "GET record", "PUT records"]
    assert bench.quantities() == ["5", "7"]


def test_record_without_a_revision_is_not_written(bench: Bench) -> None:
    """Whoever wrote in between would be overwritten; the record is named."""
    form = bench.form()
    answer_with_none(bench)
    body = json.dumps({"record": {code: shown for code, shown in SHOWN.items() if code != "$revision"}})
    bench.kintone.fail(api="record", method="GET", status=200, body=body, content_type="application/json")
    error = failing(UnknownResponseError, bench, by_id(1, lines=NEW_ROWS), form=form)

    assert (error.code, states(error)) == ("NOT_KINTONE", [(1, 1, "NOT_SENT")])
    assert "record 1" in str(error.problem)
    assert bench.calls() == ["GET records", "GET record"]


def test_ids_revisions_and_row_ids_may_be_shown_as_numbers(bench: Bench) -> None:
    """Kintone's OpenAPI description says numbers; what is sent is the same, and a row is found by its id."""
    bench.save(sku="A", lines=[{"qty": "5"}, {"qty": "6"}])
    [first, second] = [int(each["id"]) for each in bench.row_objects()]
    form = bench.form()
    rows = {"type": "SUBTABLE", "value": [{"id": number, "value": {}} for number in (first, second)]}
    numbers = {"$id": {"type": "__ID__", "value": 1}, "$revision": {"type": "__REVISION__", "value": 1}, "lines": rows}
    answer_with(bench, {**SHOWN, **numbers})
    bench.append(by_id(1, lines=[row(str(second), qty="8"), row(qty="7")]), form=form)

    [sent] = bench.sent("PUT records")["records"]
    assert (sent["id"], sent["revision"]) == ("1", "1")
    assert sent["record"]["lines"]["value"] == [{"id": str(first)}, row(str(second), qty="8"), row(qty="7")]
    assert bench.quantities() == ["5", "8", "7"]


def test_a_saved_row_without_the_column_gets_the_files_alone(bench: Bench) -> None:
    """The row is older than the column; a file that is given again is there once."""
    form = bench.form()
    answer_with(bench, {**SHOWN, "lines": shown_row(qty={"type": "NUMBER", "value": "5"})})
    with suppress(KintoneError):
        bench.append(by_id(1, lines=[row("5", scan=[UPLOADED])]), form=form)

    assert bench.sent("PUT records")["records"][0]["record"]["lines"]["value"] == [row("5", scan=[UPLOADED])]


def test_a_file_of_a_row_that_is_given_again_is_there_once(bench: Bench) -> None:
    """The saved key stands first, and new files follow."""
    bench.append(by_key(lines=[row(qty="1", scan=[bench.upload("a.txt")])]))
    [saved] = bench.row_objects()
    kept = {"fileKey": saved["value"]["scan"]["value"][0]["fileKey"]}
    bench.append(by_key(lines=[row(saved["id"], scan=[kept, bench.upload("b.txt")])]))

    assert [[file["name"] for file in line["scan"]] for line in bench.rows()] == [["a.txt", "b.txt"]]


@pytest.mark.parametrize("given", [5, None, {}, {"id": None}, {"id": "99", "value": {"qty": {"value": "7"}}}])
def test_a_given_row_that_names_no_saved_row_stands_behind_the_saved_ones(bench: Bench, given: object) -> None:
    """Kintone judges it; the saved rows go before it by their ids."""
    bench.save(sku="A", lines=[{"qty": "5"}])
    [saved] = bench.row_objects()
    with suppress(KintoneError):
        bench.append(by_key(lines=[given]))

    assert bench.sent("PUT records")["records"][0]["record"]["lines"]["value"] == [{"id": saved["id"]}, given]


@pytest.mark.parametrize(("count", "reads"), [(100, 1), (101, 2), (200, 2), (201, 3)])
def test_a_hundred_keys_are_read_at_once(bench: Bench, count: int, reads: int) -> None:
    """As many as one call writes."""
    bench.kintone.add_records(bench.app, [{"sku": f"k{number}"} for number in range(count)])
    bench.append(*(by_key(f"k{number}", lines=NEW_ROWS) for number in range(count)))

    assert bench.calls().count("GET records") == reads
    assert all(len(bench.quantities(number)) == 1 for number in range(1, count + 1))


@pytest.mark.parametrize(("longest", "reads"), [(20, 1), (19, 2)])
def test_a_query_that_is_exactly_as_long_as_allowed_is_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, longest: int, reads: int
) -> None:
    """Quotes, comma and blank count: two keys of six characters take ten each."""
    monkeypatch.setattr("kintone.writing.saved_records.MAX_QUERY_LENGTH", longest)
    for key in ("aaaaaa", "bbbbbb"):
        bench.save(sku=key)
    bench.append(by_key("aaaaaa", lines=NEW_ROWS), by_key("bbbbbb", lines=NEW_ROWS))

    assert bench.calls().count("GET records") == reads
    assert [bench.quantities(number) for number in (1, 2)] == [["7"], ["7"]]


@pytest.mark.parametrize("order", [iter, reversed])
def test_numbers_that_kintone_rounds_go_to_their_nearest_keys(
    bench: Bench, order: Callable[[list[Any]], Iterable[Any]]
) -> None:
    """Each record belongs to one key, whatever the order of the answer; a key that equals a number comes first."""
    for number in ("1.2346", "5.5556", "5.55"):
        bench.save(no=number, lines=[{"qty": "1"}])
    form = bench.form()
    body = json.dumps({"records": list(order(bench.kintone.records(bench.app)))})
    bench.kintone.fail(api="records", method="GET", status=200, body=body, content_type="application/json")
    entries = [("5.55561", "2"), ("1.234561", "3"), ("5.55", "4")]
    bench.append(*(by_number(number, lines=[row(qty=quantity)]) for number, quantity in entries), form=form)

    assert [bench.quantities(number) for number in (1, 2, 3)] == [["1", "3"], ["1", "2"], ["1", "4"]]
