"""Checking, adding and upserting records, in the plugin process."""

import json
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import failure, record_with, run


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


def test_validate_when_the_record_is_valid(host: DifyHost, site: LocalKintone) -> None:
    """A valid record is returned in kintone's format, and nothing is written."""
    before = len(site.records(1))
    outcome = run(
        host, site, "kintone_validate_record_data", record_data={"sku": "V-1", "name": "n", "due": "2026/4/1"}
    )

    assert (outcome.variables["valid"], outcome.variables["errors"]) == (True, [])
    assert outcome.variables["record_data"]["due"] == {"value": "2026-04-01"}
    assert outcome.json[0]["valid"] is True
    assert "can be added" in outcome.text
    # sku prohibits duplicates, and another record may have the same value.
    [warning] = outcome.json[0]["warnings"]
    assert "sku" in warning
    assert warning in outcome.text.splitlines()[0]
    assert len(site.records(1)) == before


def test_validate_when_the_record_is_invalid(host: DifyHost, site: LocalKintone) -> None:
    """The result lists all mistakes with field, row, code, message and suggestion."""
    record = {"sku": "V-1", "nmae": "x", "lines": [{"item": "a", "qty": "many"}, {"itme": "b"}]}
    outcome = run(host, site, "kintone_validate_record_data", record_data=json.dumps(record))

    found = {(error["field"], error["row"], error["code"]) for error in outcome.variables["errors"]}
    assert outcome.variables["valid"] is False
    assert {("nmae", None, "unknown_field"), ("qty", 1, "bad_format"), ("itme", 2, "unknown_column")} <= found
    assert all(set(error) == {"field", "row", "code", "message", "suggestion"} for error in outcome.variables["errors"])


def test_validate_when_it_is_an_update(host: DifyHost, site: LocalKintone) -> None:
    """An update may leave out required fields."""
    outcome = run(host, site, "kintone_validate_record_data", record_data={"stock": 1}, operation="update")

    assert (outcome.variables["valid"], outcome.json[0]["warnings"]) == (True, [])


def test_validate_tells_what_an_update_removes(host: DifyHost, site: LocalKintone) -> None:
    """The first line of an update of one row names the table whose other rows go; adding a record removes nothing."""
    record = {"sku": "V-1", "name": "n", "lines": [{"id": 7, "qty": 2}]}
    update, add = (
        run(host, site, "kintone_validate_record_data", record_data=record, operation=operation)
        for operation in ("update", "add")
    )

    assert [word in update.text.splitlines()[0] for word in ("lines", "table_mode")] == [True] * 2
    assert "table_mode" not in add.text


def test_validate_when_the_form_just_changed(host: DifyHost, site: LocalKintone) -> None:
    """A field that was added after the form was cached is not unknown."""
    app = site.create_app("Growing", {"a": {"type": "SINGLE_LINE_TEXT"}})
    credentials = credentials_of(site, "view", app=app)
    host.invoke("kintone_validate_record_data", {"record_data": {"a": "1"}}, credentials)
    grown = site.create_app("Grown", {"a": {"type": "SINGLE_LINE_TEXT"}, "b": {"type": "SINGLE_LINE_TEXT"}})
    site.apps[app].form = site.apps[grown].form

    outcome = host.invoke("kintone_validate_record_data", {"record_data": {"b": "1"}}, credentials)

    assert outcome.variables["valid"] is True


@pytest.mark.parametrize("given", [None, "", "no json {", "[1, 2]", 5, [], "null", '"text"'])
def test_add_when_there_is_no_record(host: DifyHost, site: LocalKintone, given: object) -> None:
    """A value that is no record is refused by the parameter's name before kintone is asked."""
    failed = failure(host, site, "kintone_add_record", record_data=given)

    assert failed.code == "INVALID_INPUT"
    assert failed.message.startswith("[INVALID_INPUT] ")
    assert "record_data" in failed.message
    assert site.stats.requests == 0


@pytest.mark.parametrize(
    ("sku", "record"),
    [
        ("A-10", '{"sku": {"value": "A-10"}, "name": {"value": "茶 🍵"}}'),
        ("A-11", {"sku": "A-11", "name": "茶 🍵"}),
        ("A-12", '```json\n{"record_data": {"sku": "A-12", "name": "茶 🍵"}}\n```'),
        ("A-13", "{'sku': 'A-13', 'name': '茶 🍵', 'memo': None}"),
    ],
)
def test_add_when_the_record_is_written_in_any_format(
    host: DifyHost, site: LocalKintone, sku: str, record: object
) -> None:
    """In any format the record is added once, and its number, revision and address are returned."""
    outcome = run(host, site, "kintone_add_record", record_data=record)

    stored = record_with(site, sku)
    assert stored["name"]["value"] == "茶 🍵"
    number = stored["$id"]["value"]
    assert outcome.variables["record_id"] == number
    assert outcome.variables["revision"] == "1"
    assert outcome.variables["record_url"] == f"{site.url}/k/1/show#record={number}"
    assert outcome.variables["response"] == {"id": number, "revision": "1"}
    assert f"record {number}" in outcome.text


def test_add_when_a_field_is_unknown(host: DifyHost, site: LocalKintone) -> None:
    """An unknown field, which kintone would ignore, is refused with the nearest existing code."""
    failed = failure(host, site, "kintone_add_record", record_data={"sku": "U-1", "nmae": "x", "rank": "Top"})

    assert failed.code == "INVALID_INPUT"
    assert 'did you mean "name"' in failed.message
    assert "rank" in failed.message
    assert "POST record" not in (site.stats.by_api or {})


def test_add_when_kintone_refuses_the_record(host: DifyHost, site: LocalKintone) -> None:
    """The message has kintone's words, code and field."""
    failed = failure(host, site, "kintone_add_record", record_data={"sku": "A-001", "name": "double"})

    assert failed.message.startswith("[CB_VA01] adding a record to app 1 failed: ")
    assert "sku" in failed.message
    assert "already exists" in failed.message
    assert "nothing is saved" in failed.message


def test_upsert_when_entries_are_of_every_kind(host: DifyHost, site: LocalKintone) -> None:
    """Entries with a key, with an id and with neither are written in one call, with results in input order."""
    known = record_with(site, "A-001")["$id"]["value"]
    entries = [
        {"record": {"sku": "N-1", "name": "new"}},
        {"updateKey": {"field": "sku", "value": "A-002"}, "record": {"stock": 77}},
        {"id": known, "record": {"stock": 78}},
        {"updateKey": {"field": "sku", "value": "N-2"}, "record": {"name": "newer"}},
    ]
    outcome = run(host, site, "kintone_upsert_records", records_data=json.dumps({"records": entries}))

    assert outcome.variables["upsert_result"] == {"add": 2, "updated": 2, "requested": 4, "with_update_key": 2}
    assert [result["operation"] for result in outcome.variables["results"]] == ["INSERT", "UPDATE", "UPDATE", "INSERT"]
    assert outcome.variables["results"][2]["id"] == known
    assert record_with(site, "A-002")["stock"]["value"] == "77"
    assert record_with(site, "N-2")["name"]["value"] == "newer"
    assert "would insert them twice" in outcome.text


def test_upsert_when_there_are_several_batches(host: DifyHost, site: LocalKintone) -> None:
    """``response`` holds what kintone answered to each request, in the order of the entries."""
    app = site.create_app("Many", {"a": {"type": "SINGLE_LINE_TEXT"}})
    entries = [{"record": {"a": str(number)}} for number in range(2_001)]
    outcome = host.invoke("kintone_upsert_records", {"records_data": entries}, credentials_of(site, "add", app=app))

    batches = outcome.variables["response"]["batches"]
    assert [len(batches), len(batches[0]["results"])] == [2, 20]
    assert batches[1] == {"ids": ["2001"], "revisions": ["1"]}


def test_upsert_when_the_id_is_unknown(host: DifyHost, site: LocalKintone) -> None:
    """An unknown id is an error, and nothing is written."""
    before = len(site.records(1))
    failed = failure(
        host,
        site,
        "kintone_upsert_records",
        records_data=[{"id": 99_999, "record": {"stock": 1}}, {"record": {"sku": "X-1", "name": "n"}}],
    )

    assert failed.message.startswith("[GAIA_RE01] ")
    assert "entry 1" in failed.message
    assert "nothing is saved" in failed.message
    assert len(site.records(1)) == before


def test_upsert_when_entries_have_mistakes(host: DifyHost, site: LocalKintone) -> None:
    """All mistakes of all entries are listed with their entry numbers, and nothing is written."""
    rows = [{"sku": "M-1", "stock": "many"}, {"sku": "M-2"}, {"sku": "M-3", "rank": "Top", "nmae": "x"}]
    failed = failure(host, site, "kintone_upsert_records", records_data=rows, update_key="sku")

    assert failed.code == "INVALID_INPUT"
    for words in ("entry 1: stock", "entry 3: rank", "entry 3: nmae", "nothing was written"):
        assert words in failed.message
    assert set(site.stats.by_api or {}) <= {"GET app/form/fields"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "records_data is missing"),
        ("[]", "records_data"),
        ([{"sku": "D-1"}, {"sku": "D-1"}], "entries 1 and 2"),
        ([{"updateKey": {"field": "name", "value": "x"}, "record": {}}], "update key"),
        ([{"updateKey": {"field": "no", "value": "x"}, "record": {}}], "entry 1"),
    ],
)
def test_upsert_when_the_entries_are_invalid(host: DifyHost, site: LocalKintone, given: object, words: str) -> None:
    """Invalid entries are refused with the place of the mistake."""
    update_key = "sku" if isinstance(given, list) and "sku" in given[0] else ""
    failed = failure(host, site, "kintone_upsert_records", records_data=given, update_key=update_key)

    assert failed.code == "INVALID_INPUT"
    assert words in failed.message


@pytest.mark.parametrize("tool", ["kintone_add_record", "kintone_upsert_records"])
def test_form_is_read_again_after_kintone_refused_a_checked_record(
    host: DifyHost, site: LocalKintone, tool: str
) -> None:
    """After kintone refused a record that the cached form allows, the next call uses the current form."""
    form: dict[str, Any] = {"name": {"type": "SINGLE_LINE_TEXT"}}
    app = site.create_app("changing", form)
    credentials = credentials_of(site, "view", "add", "edit", app=app)
    record = {"name": "x"}
    data = {"record_data": record} if tool == "kintone_add_record" else {"records_data": [{"record": record}]}
    host.invoke(tool, data, credentials)
    site.change_form(app, {**form, "extra": {"type": "NUMBER", "required": True}})

    refusals: list[str] = []
    for _ in range(2):
        with pytest.raises(PluginFailure) as refused:
            host.invoke(tool, data, credentials)
        refusals.append(refused.value.message)

    assert refusals[0].startswith("[CB_VA01] ")
    assert refusals[1].startswith("[INVALID_INPUT] ")
    assert "extra" in refusals[1]
    assert len(site.records(app)) == 1


@pytest.mark.parametrize("space", [None, 5])
def test_record_link_when_the_app_is_in_a_guest_space(host: DifyHost, site: LocalKintone, space: int | None) -> None:
    """The record's link names the guest space as the API's path does."""
    app = site.create_app("guests", {"name": {"type": "SINGLE_LINE_TEXT"}}, guest_space=space)
    credentials = credentials_of(site, app=app) | {"kintone_guest_space_id": str(space or "")}
    outcome = host.invoke("kintone_add_record", {"record_data": {"name": "x"}}, credentials)

    path = f"/k/guest/{space}/{app}" if space else f"/k/{app}"
    assert outcome.variables["record_url"] == f"{site.url}{path}/show#record=1"
    assert outcome.variables["record_url"] in outcome.text


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_upsert_when_a_revision_is_given_for_a_missing_record(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """The record of an entry with a revision must exist, so nothing is inserted."""
    before = len(site.records(1))
    entries = [
        {
            "updateKey": {"field": "sku", "value": "GONE-1"},
            "revision": 1,
            "record": {"name": "x", "lines": [{"item": "a"}]},
        }
    ]
    failed = failure(host, site, "kintone_upsert_records", records_data=entries, table_mode=mode)

    assert "entry 1" in failed.message
    assert len(site.records(1)) == before


def test_upsert_when_rows_are_replaced(host: DifyHost, site: LocalKintone) -> None:
    """The text names the record and the rows that went, by their ids."""
    table = {"type": "SUBTABLE", "fields": {"code": {"type": "SINGLE_LINE_TEXT"}}}
    app = site.create_app("Replacing", {"key": {"type": "SINGLE_LINE_TEXT", "unique": True}, "lines": table})
    [record] = site.add_records(app, [{"key": "K-1", "lines": [{"code": "a"}, {"code": "b"}]}])
    kept, gone = (row["id"] for row in site.records(app)[0]["lines"]["value"])
    rows = [{"id": kept, "value": {"code": "c"}}]
    parameters = {"records_data": [{"key": "K-1", "lines": rows}, {"key": "K-2", "lines": rows}], "update_key": "key"}
    outcome = host.invoke("kintone_upsert_records", parameters, credentials_of(site, "view", "add", "edit", app=app))

    assert f"record {record}, lines: 1 removed (id {gone})" in outcome.text
    assert "1 row " in outcome.text
    assert outcome.variables["upsert_result"] == {"add": 1, "updated": 1, "requested": 2, "with_update_key": 2}
