"""What ``kintone_upsert_records`` tells of rows and files that its entries removed by replacing."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import AuthenticationError, KintoneError, line_of
from tests.unit.in_process import Asked, InProcess
from tests.unit.tool_runs import run_tool
from tests.unit.writing_samples import small_batches
from tools.kintone_upsert_records import UpsertRecords
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}, "scans": {"type": "FILE"}}},
    "papers": {"type": "FILE"},
}
READ = "GET records"


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with the records A-1 to A-30, each with three rows."""
    with InProcess(FORM) as running:
        rows = [{"value": {"qty": {"value": str(number)}}} for number in range(3)]
        records = [{"sku": f"A-{number}", "no": str(number), "lines": rows} for number in range(1, 31)]
        running.kintone.add_records(running.app, records)
        yield running


def upsert(site: InProcess, entries: list[dict[str, Any]], **parameters: object) -> Result:
    """Run the tool."""
    given = {"records_data": entries, **parameters}
    return run_tool(site, UpsertRecords, given)


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def about(result: Result, record: int) -> str:
    """Return the one line about what went of a record, without its name; blank where there is none."""
    begin = f"- record {record}, "
    found = [line for line in map(str, result.lines) if line.startswith(begin)]
    return "; ".join(line.removeprefix(begin) for line in found)


def row_ids(site: InProcess, record: int) -> list[str]:
    """Return the ids of the rows of a record."""
    return [row["id"] for row in site.values("lines")[record - 1]]


def kept(*ids: str) -> list[dict[str, Any]]:
    """Return saved rows as they are sent to keep them."""
    return [{"id": row_id, "value": {"qty": "9"}} for row_id in ids]


def by_key(value: object, field: str = "sku", **record: object) -> dict[str, Any]:
    """Return an entry with an update key."""
    return {"updateKey": {"field": field, "value": value}, "record": record}


def test_rows_that_went_are_told_by_record_with_their_number_and_ids(site: InProcess) -> None:
    """By text key, number key and id; a record that loses no row is not named, and neither is a new one."""
    ids = {record: row_ids(site, record) for record in (1, 2, 3, 4)}
    result = upsert(
        site,
        [
            by_key("A-1", lines=[{"qty": 5}]),
            by_key(2, "no", lines=kept(ids[2][1])),
            {"id": 3, "record": {"lines": []}},
            by_key("A-4", lines=[*kept(*ids[4]), {"qty": 7}]),
            by_key("B-1", lines=[{"qty": 1}]),
            by_key("A-5", name="x"),
        ],
    )

    assert f"3 removed (ids {', '.join(ids[1])})" in about(result, 1)
    assert f"2 removed (ids {ids[2][0]}, {ids[2][2]})" in about(result, 2)
    assert f"3 removed (ids {', '.join(ids[3])})" in about(result, 3)
    assert [about(result, record) for record in (4, 5, 31)] == ["", "", ""]
    assert "8 rows" in text(result)
    assert "file" not in text(result)
    assert not set(ids[1]) & set(row_ids(site, 1))


def test_files_that_went_are_told_by_name(site: InProcess) -> None:
    """Those of an attachment field, and those in a row that stays."""

    def uploaded(name: str) -> list[dict[str, str]]:
        return [{"fileKey": site.kintone.site.files.upload(name, "text/plain", b"abc")}]

    row = row_ids(site, 1)[0]
    lines = [{"id": row, "value": {"scans": {"value": uploaded("scan.png")}}}]
    site.ask("PUT", "record", id=1, record={"papers": {"value": uploaded("old.txt")}, "lines": {"value": lines}})
    result = upsert(site, [{"id": 1, "record": {"papers": [], "lines": [{"id": row, "value": {"scans": []}}]}}])

    assert "papers: 1 removed (old.txt)" in about(result, 1)
    assert f"scans of row {row}: 1 removed (scan.png)" in about(result, 1)
    assert "2 files" in text(result)


@pytest.mark.parametrize(
    ("entries", "parameters"),
    [
        ([{"id": 1, "record": {"name": "x"}}, by_key("A-2", name="y")], {}),
        ([{"record": {"lines": [{"qty": 1}], "sku": "N"}}], {}),
        ([{"id": 1, "record": {"papers": []}}], {"file_mode": "append"}),
    ],
)
def test_nothing_is_read_where_nothing_is_replaced(
    site: InProcess, entries: list[dict[str, Any]], parameters: dict[str, str]
) -> None:
    """Entries without tables and attachment fields, new records, and what is appended to cost no request."""
    upsert(site, entries, **parameters)

    assert site.calls[READ] == 0


def test_two_thousand_records_take_four_requests(site: InProcess) -> None:
    """Up to 500 records are read at once, those that do not exist among them, and of the fields only those that go."""
    upsert(site, [by_key(f"B-{number}", lines=[{"qty": 1}], name="x") for number in range(2000)])

    reads = [asked for asked in site.asked if asked.call == READ]
    assert len(reads) == 4
    assert all({"lines", "sku"} <= set(asked.parameters["fields"]) for asked in reads)
    assert not any({"name", "papers"} & set(asked.parameters["fields"]) for asked in reads)


def test_token_that_may_not_view_records_writes_all_the_same(site: InProcess) -> None:
    """The text says how many entries it cannot speak of, and why; only the first batch tries to read."""
    site.kintone.fail(api="records", method="GET", times=None, status=403, code="GAIA_NO01", message="No.")
    with small_batches():
        result = upsert(site, [by_key(f"A-{number}", lines=[]) for number in range(1, 31)] + [by_key("A-31", lines=[])])

    assert site.calls[READ] <= 4  # the requests of one batch, which are sent side by side
    assert site.values("lines")[:30] == [[]] * 30
    assert "31 entries" in text(result)
    assert "not known" in text(result)
    assert "- record" not in text(result)


@pytest.mark.parametrize(
    "failing", [{"hang": 40.0}, {"status": 200, "body": '{"records": 5}'}, {"status": 400, "code": "CB_VA01"}]
)
def test_reading_that_fails_by_itself_does_not_stop_the_writing(site: InProcess, failing: dict[str, Any]) -> None:
    """A late answer, one that cannot be read, a query that is refused; also where it takes several requests."""
    site.kintone.fail(api="records", method="GET", times=None, **failing)
    result = upsert(site, [by_key("A-1", lines=[]), *(by_key(f"B-{number}", lines=[]) for number in range(600))])

    assert site.values("lines")[0] == []
    assert "601 entries" in text(result)
    assert "not known" in text(result)


def test_refusal_that_would_meet_the_write_too_ends_the_call_before_it(site: InProcess) -> None:
    """Basic authentication is wanted: nothing is sent after that."""
    headers = {"WWW-Authenticate": 'Basic realm="kintone"'}
    site.kintone.fail(api="records", method="GET", times=None, status=401, body="<html></html>", headers=headers)
    with pytest.raises(AuthenticationError) as failed:
        upsert(site, [by_key("A-1", lines=[])])

    assert [asked.call for asked in site.asked if asked.method == "PUT"] == []
    assert "nothing is saved" in str(failed.value)


def test_more_entries_than_are_read_are_counted(site: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand are read at most; the batches before are told, and how many entries are not."""
    monkeypatch.setattr("kintone.writing.removals.MAX_ENTRIES", 50)
    entries = [by_key(f"A-{number}", lines=[]) for number in range(1, 31)]
    entries += [by_key(f"B-{number}", lines=[{"qty": 1}]) for number in range(100)]
    with small_batches():
        result = upsert(site, entries)

    assert "90 rows" in text(result)
    assert "80 entries" in text(result)
    assert "at most 50" in text(result)


def test_slow_reading_is_not_done_again(site: InProcess) -> None:
    """After a batch whose records took more than twenty seconds, the others are written without."""

    def delay(asked: Asked) -> None:
        if asked.call == READ:
            site.pass_time(12)

    site.before = delay
    with small_batches(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.limits.MAX_RECORDS_PER_READ", 10)
        patch.setattr("kintone.writing.removals.MAX_SHARE", 0.9)
        result = upsert(site, [by_key(f"A-{number}", lines=[]) for number in range(1, 120)])

    assert site.calls[READ] == 5
    assert "69 entries" in text(result)
    assert "too long" in text(result)


def test_row_that_another_writer_adds_meanwhile_is_not_told_as_read(site: InProcess) -> None:
    """The text says as of when it speaks, and names the rows that were there then."""
    before = row_ids(site, 1)

    def add_row(asked: Asked) -> None:
        if asked.method == "PUT" and len(row_ids(site, 1)) == 3:
            rows = [*({"id": row_id} for row_id in before), {"value": {"qty": {"value": "8"}}}]
            site.ask("PUT", "record", id=1, record={"lines": {"value": rows}})

    site.before = add_row
    result = upsert(site, [by_key("A-1", lines=[])])

    assert site.values("lines")[0] == []
    assert about(result, 1) == f"lines: 3 removed (ids {', '.join(before)})"
    assert "read just before" in text(result)


def test_record_that_two_entries_write_is_told_once(site: InProcess) -> None:
    """Each row that went is named once."""
    ids = row_ids(site, 1)
    result = upsert(site, [by_key("A-1", lines=kept(ids[0])), {"id": 1, "record": {"lines": kept(ids[1])}}])

    assert set(about(result, 1).partition("(ids ")[2].rstrip(")").split(", ")) == set(ids)
    assert text(result).count("record 1,") == 1


@pytest.mark.parametrize("applied", [False, True])
def test_failure_tells_what_the_saved_entries_removed(
    site: InProcess, monkeypatch: pytest.MonkeyPatch, *, applied: bool
) -> None:
    """Records of the first batch are named as certain, those of the batch of unknown outcome as possible."""
    ids = {record: row_ids(site, record) for record in (1, 3)}
    site.kintone.fail(api="records", method="PUT", after=1, status=500, body="<html></html>", applied=applied)
    monkeypatch.setattr("kintone.limits.MAX_BULK_REQUESTS", 1)
    monkeypatch.setattr("kintone.limits.MAX_RECORDS_PER_WRITE", 2)
    # An entry with a revision is not sent again after an unknown outcome.
    entries: list[dict[str, Any]] = [
        {"id": number, "revision": 1, "record": {"lines": []}} for number in (1, 2, 3, 4, 5, 6)
    ]
    with pytest.raises(KintoneError) as failed:
        upsert(site, entries)

    line = line_of(failed.value)
    certain, _, possible = line.partition("may have been saved, if they are")
    assert f"record 1, lines: 3 removed (ids {', '.join(ids[1])})" in certain
    assert "record 3," not in certain
    assert f"record 3, lines: 3 removed (ids {', '.join(ids[3])})" in possible
    assert "record 5," not in line


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_row_under_the_id_of_another_records_row_is_told_to_be_new(site: InProcess, mode: str) -> None:
    """Kintone adds it; who sent it meant to change a row."""
    own, other = (site.values("lines")[record][0]["id"] for record in (0, 1))
    rows = [{"id": own, "qty": 7}, {"id": other, "qty": 8}]
    result = upsert(site, [{"id": 1, "record": {"lines": rows}}], table_mode=mode)

    saved = {row["id"]: row["value"]["qty"]["value"] for row in site.values("lines")[0]}
    assert saved[own] == "7"
    assert other not in saved
    (line,) = [line for line in map(str, result.lines) if line.startswith("Record 1, lines:")]
    assert f"id {other}," in line
    assert own not in line.split(":")[1]


def test_rows_with_ids_of_saved_rows_are_not_told(site: InProcess) -> None:
    """Nothing is new."""
    own = site.values("lines")[0][0]["id"]
    for mode in ("append", "replace"):
        result = upsert(site, [{"id": 1, "record": {"lines": [{"id": own, "qty": 7}]}}], table_mode=mode)
        assert "Record 1" not in text(result)


def test_entries_that_reach_one_record_are_named(site: InProcess) -> None:
    """Only kintone's answer shows that a key and an ID are those of the same record."""
    entries: list[dict[str, Any]] = [
        {"id": 1, "record": {"name": "first"}},
        {"updateKey": {"field": "sku", "value": "A-2"}, "record": {"name": "alone"}},
        {"updateKey": {"field": "sku", "value": "A-1"}, "record": {"name": "second"}},
        {"updateKey": {"field": "no", "value": "1"}, "record": {"name": "third"}},
    ]
    result = upsert(site, entries)

    assert site.values("name")[:2] == ["third", "alone"]
    (warning,) = [line for line in map(str, result.lines) if line.startswith("Warning")]
    assert "1, 3, 4" in warning
    assert "Updated records: 1, 2." in text(result)


def test_entries_of_different_records_are_not_named(site: InProcess) -> None:
    """The usual upsert says nothing of it."""
    result = upsert(site, [{"id": number, "record": {"name": "x"}} for number in (1, 2)])

    assert "reached the same record" not in text(result)


def test_an_empty_list_that_appends_nothing_is_told_to_keep_what_is_saved(site: InProcess) -> None:
    """Who sends it may have meant to empty the table, and would believe it empty."""
    entries: list[dict[str, Any]] = [{"id": number, "record": {"lines": ""}} for number in (1, 2)]
    result = upsert(site, [*entries, {"id": 3, "record": {"lines": [{"qty": 9}]}}], table_mode="append")

    assert [len(lines) for lines in site.values("lines")[:3]] == [3, 3, 4]
    (line,) = [line for line in map(str, result.lines) if "nothing to append" in line]
    assert line.startswith("2 entries")
    assert "lines" in line
    assert "nothing to append" not in text(upsert(site, entries))
