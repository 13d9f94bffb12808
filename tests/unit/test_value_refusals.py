"""What a refusal of values hides: ids of rows that the record does not have, and keys that no record has."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import InvalidRequestError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.base import KintoneTool
from tools.kintone_add_record import AddRecord
from tools.kintone_update_record import UpdateRecord
from tools.kintone_upsert_records import UpsertRecords

FORM: dict[str, dict[str, Any]] = {
    "no": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "件名": {"type": "SINGLE_LINE_TEXT", "required": True},
    "rank": {"type": "SINGLE_LINE_TEXT"},
    "対応履歴": {
        "type": "SUBTABLE",
        "fields": {"対応日": {"type": "DATE", "required": True}, "memo": {"type": "SINGLE_LINE_TEXT"}},
    },
}
ROW = {"対応日": "2026-03-10", "memo": "received"}


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with two records of one row each: row 1 and row 2."""
    with InProcess(FORM) as running:
        records = [{"no": f"N-{number}", "件名": "x", "対応履歴": [ROW]} for number in (1, 2)]
        running.kintone.add_records(running.app, records)
        yield running


def refusal(site: InProcess, tool: type[KintoneTool], **parameters: object) -> InvalidRequestError:
    """Return the error of a call that kintone refuses."""
    before = site.kintone.records(site.app)
    with pytest.raises(InvalidRequestError) as refused:
        run_tool(site, tool, parameters)
    assert site.kintone.records(site.app) == before
    return refused.value


def notes(error: InvalidRequestError) -> str:
    """Return what the error says beside what failed and what to do."""
    return " | ".join(map(str, error.notes))


def entry(key: str, **record: object) -> dict[str, Any]:
    """Return an entry with an update key."""
    return {"updateKey": {"field": "no", "value": key}, "record": record}


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_row_id_that_the_record_lacks_is_named_in_an_update(site: InProcess, mode: str) -> None:
    """Kintone only asks for the required column of a row that it takes for a new one."""
    rows = [{"id": 99, "memo": "x"}]
    error = refusal(site, UpdateRecord, record_id="1", record_data={"対応履歴": rows}, table_mode=mode)

    assert [word in notes(error) for word in ("99", "対応履歴")] == [True] * 2


def test_row_id_that_the_record_has_is_not_blamed(site: InProcess) -> None:
    """The new row beside it lacks the column."""
    rows = [{"id": 1, "memo": "x"}, {"memo": "y"}]
    given = {"record_data": {"対応履歴": rows}, "table_mode": "append", "validate_before_write": False}
    error = refusal(site, UpdateRecord, record_id="1", **given)

    assert "対応日" in str(error)
    assert notes(error) == ""


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_row_id_that_the_record_lacks_is_named_in_an_upsert(site: InProcess, mode: str) -> None:
    """With the entry; the id 2 belongs to a row of another record."""
    entries = [entry("N-2", rank="A"), entry("N-1", 対応履歴=[{"id": 2, "memo": "x"}])]
    error = refusal(site, UpsertRecords, records_data=entries, table_mode=mode)

    assert [word in notes(error) for word in ("entry 2", "id 2", "対応履歴")] == [True] * 3
    assert "when_missing" not in notes(error)


def test_key_that_no_record_has_is_named(site: InProcess) -> None:
    """Kintone only asks for the required field of a record that it would add."""
    error = refusal(site, UpsertRecords, records_data=[entry("N-1", rank="A"), entry("N-00002", rank="B")])

    assert [word in notes(error) for word in ("entry 2", "N-00002", "when_missing")] == [True] * 3
    assert "entry 1" not in notes(error)


def test_key_that_no_record_has_is_named_in_append_mode(site: InProcess) -> None:
    """The record was looked for before; nothing is read a second time."""
    entries = [entry("N-9", 対応履歴=[ROW])]
    error = refusal(site, UpsertRecords, records_data=entries, table_mode="append")

    assert [word in notes(error) for word in ("entry 1", "N-9", "when_missing")] == [True] * 3
    assert site.calls["GET records"] == 1


def test_key_that_a_record_has_is_not_blamed(site: InProcess) -> None:
    """The emptied field is the only mistake, as when a model empties it on purpose; no key is looked up for it."""
    error = refusal(site, UpsertRecords, records_data=[entry("N-1", 件名="")], validate_before_write=False)

    assert (notes(error), site.calls["GET records"]) == ("", 0)


def test_refusal_stays_when_the_keys_cannot_be_looked_up(site: InProcess) -> None:
    """The note is left out, and looking for the key soon ends."""
    site.kintone.fail(api="records", method="GET", status=503, times=99)
    start = site.scheduler.now()
    error = refusal(site, UpsertRecords, records_data=[entry("N-9", rank="A")])

    assert (error.code, notes(error)) == ("CB_VA01", "")
    assert site.scheduler.now() - start < 10


# Lookups

ADDED = {"no": "N-9", "件名": "x"}


def looked_up_in(app: int) -> dict[str, Any]:
    """Return a lookup by the code of a record of an app."""
    return {"relatedApp": {"app": str(app), "code": ""}, "relatedKeyField": "code", "fieldMappings": []}


@pytest.fixture
def desk() -> Iterator[InProcess]:
    """Run a kintone whose app looks values up in two apps that the token may not view; record 1 is there."""
    form: dict[str, dict[str, Any]] = {
        **FORM,
        "customer": {"type": "SINGLE_LINE_TEXT", "lookup": looked_up_in(98)},
        "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT", "lookup": looked_up_in(99)}}},
    }
    with InProcess(form) as running:
        running.kintone.add_records(running.app, [{"no": "N-1", "件名": "x"}])
        yield running


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("tool", [AddRecord, UpdateRecord])
def test_lookups_are_named_with_value_and_source(desk: InProcess, tool: type[KintoneTool], *, check: bool) -> None:
    """Kintone tells neither the field nor the value nor the app."""
    record = {**ADDED, "customer": "C-099", "lines": [{"item": ""}, {"item": "G-7"}]}
    where = {"record_id": "1"} if tool is UpdateRecord else {}
    error = refusal(desk, tool, record_data=record, validate_before_write=check, **where)

    assert error.code == "GAIA_LO04"
    assert all(
        word in notes(error) for word in ("customer", "C-099", "item in row 2 of lines", "G-7", "app 98", "app 99")
    )


def test_lookups_of_entries_are_named(desk: InProcess) -> None:
    """With the entry, of the first ones; those without a lookup are left out."""
    entries = [{"record": ADDED}, *({"record": {"件名": "x", "customer": f"C-{number}"}} for number in range(12))]
    error = refusal(desk, UpsertRecords, records_data=entries)

    assert error.code == "GAIA_LO04"
    assert [word in notes(error) for word in ("entry 1:", "entry 2:", "C-9", "C-10", "2 more")] == [
        False, True, True, False, True,
    ]  # fmt: skip


def test_other_refusals_name_no_lookups(desk: InProcess) -> None:
    """They are about other values."""
    desk.kintone.fail(api="record", method="POST", status=400, code="CB_VA01", message="No.")

    assert notes(refusal(desk, AddRecord, record_data={**ADDED, "customer": "C-099"})) == ""
