"""Checking, adding and upserting records, in the real plugin process."""

import json
import re
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from local_kintone.numbers import NumberPrecision
from tests.wire.plugin import credentials_of

BEGINS_WITH_CODE = re.compile(r"\[[A-Z0-9_]+\] \S")


@pytest.fixture(autouse=True)
def _fresh(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


def run(host: DifyHost, site: LocalKintone, tool: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Run a tool with a credential that may do everything it needs."""
    return host.invoke(tool, parameters, credentials_of(site), timeout=60)


def failure(host: DifyHost, site: LocalKintone, tool: str, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - likewise
    """Run a tool that must fail, with one line."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, tool, **parameters)
    assert "\n" not in failed.value.message
    assert BEGINS_WITH_CODE.match(failed.value.message), failed.value.message
    return failed.value


def record_with(site: LocalKintone, sku: str) -> dict[str, Any]:
    """Return the stored record with this key."""
    return next(record for record in site.records(1) if record["sku"]["value"] == sku)


def test_validate_when_the_record_is_good(host: DifyHost, site: LocalKintone) -> None:
    """A good record is valid, comes back as kintone takes it, and nothing is written."""
    before = len(site.records(1))
    outcome = run(
        host, site, "kintone_validate_record_data", record_data={"sku": "V-1", "name": "n", "due": "2026/4/1"}
    )

    assert (outcome.variables["valid"], outcome.variables["errors"]) == (True, [])
    assert outcome.variables["record_data"]["due"] == {"value": "2026-04-01"}
    assert outcome.json[0]["valid"] is True
    assert "can be added" in outcome.text
    assert len(site.records(1)) == before


def test_validate_when_the_record_is_bad(host: DifyHost, site: LocalKintone) -> None:
    """A bad record is a result that lists all mistakes with field, row, code, message and suggestion."""
    record = {"sku": "V-1", "nmae": "x", "lines": [{"item": "a", "qty": "many"}, {"itme": "b"}]}
    outcome = run(host, site, "kintone_validate_record_data", record_data=json.dumps(record))

    found = {(error["field"], error["row"], error["code"]) for error in outcome.variables["errors"]}
    assert outcome.variables["valid"] is False
    assert {("nmae", None, "unknown_field"), ("qty", 1, "bad_format"), ("itme", 2, "unknown_column")} <= found
    assert all(set(error) == {"field", "row", "code", "message", "suggestion"} for error in outcome.variables["errors"])


def test_validate_when_it_is_an_update(host: DifyHost, site: LocalKintone) -> None:
    """An update needs no required field that it does not touch."""
    outcome = run(host, site, "kintone_validate_record_data", record_data={"stock": 1}, operation="update")

    assert outcome.variables["valid"] is True


def test_validate_when_the_form_just_changed(host: DifyHost, site: LocalKintone) -> None:
    """A form remembered from a moment ago does not make a new field unknown."""
    app = site.create_app("Growing", {"a": {"type": "SINGLE_LINE_TEXT"}})
    credentials = credentials_of(site, "view", app=app)
    host.invoke("kintone_validate_record_data", {"record_data": {"a": "1"}}, credentials)
    grown = site.create_app("Grown", {"a": {"type": "SINGLE_LINE_TEXT"}, "b": {"type": "SINGLE_LINE_TEXT"}})
    site.apps[app].form = site.apps[grown].form

    outcome = host.invoke("kintone_validate_record_data", {"record_data": {"b": "1"}}, credentials)

    assert outcome.variables["valid"] is True


@pytest.mark.parametrize("given", [None, "", "no json {", "[1, 2]", 5, [], "null", '"text"'])
def test_add_when_there_is_no_record(host: DifyHost, site: LocalKintone, given: object) -> None:
    """What is no record at all is refused by name before kintone is asked."""
    failed = failure(host, site, "kintone_add_record", record_data=given)

    assert failed.error_type == "InvalidParameterError"
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
def test_add_when_the_record_comes_in_any_shape(host: DifyHost, site: LocalKintone, sku: str, record: object) -> None:
    """Whatever way the record is written, it is added once and its number, revision and address come back."""
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
    """An unknown field, which kintone would drop in silence, is refused with the nearest real one."""
    failed = failure(host, site, "kintone_add_record", record_data={"sku": "U-1", "nmae": "x", "rank": "Top"})

    assert failed.error_type == "InvalidParameterError"
    assert 'did you mean "name"' in failed.message
    assert "rank" in failed.message
    assert "POST record" not in (site.stats.by_api or {})


def test_add_when_the_check_is_off(host: DifyHost, site: LocalKintone) -> None:
    """Without the check an unknown field goes out as it is, values are brought into shape, and the text says so."""
    outcome = run(
        host,
        site,
        "kintone_add_record",
        record_data={"sku": "OFF-1", "nmae": "x", "stock": "１２"},
        validate_before_write=False,
    )

    assert "validate_before_write is off" in outcome.text
    assert record_with(site, "OFF-1")["stock"]["value"] == "12"


@pytest.mark.parametrize("check", [True, False])
def test_number_when_the_app_keeps_fewer_decimals(host: DifyHost, site: LocalKintone, check: bool) -> None:  # noqa: FBT001
    """The number is stored as the text says, and how the app keeps numbers is asked once."""
    app = site.create_app("Prices", {"price": {"type": "NUMBER"}}, number_precision=NumberPrecision(10, 2))
    site.reset()
    credentials = credentials_of(site, app=app)

    for number in (0.1 + 0.2, "1.005"):
        data = {"record_data": {"price": number}, "validate_before_write": check}
        outcome = host.invoke("kintone_add_record", data, credentials)
        assert "the app keeps 2 decimals" in outcome.text

    assert [record["price"]["value"] for record in site.records(app)] == ["0.3", "1"]
    assert (site.stats.by_api or {}).get("GET app/settings") == 1


def test_number_when_the_settings_may_not_be_read(host: DifyHost, site: LocalKintone) -> None:
    """Kintone's default is named, the number goes out as it is, and kintone's rounding is not passed over."""
    app = site.create_app("Prices", {"price": {"type": "NUMBER"}})
    site.reset()
    site.fail(api="app/settings", times=None, status=403, code="CB_NO02", message="No privilege.")

    outcome = host.invoke("kintone_add_record", {"record_data": {"price": "1.23456"}}, credentials_of(site, app=app))

    assert [record["price"]["value"] for record in site.records(app)] == ["1.2346"]
    assert "kintone keeps 4 decimals" in outcome.text
    assert "could not be read" in outcome.text


@pytest.mark.parametrize("check", [True, False])
def test_upsert_when_a_number_key_has_more_decimals_than_the_app_keeps(
    host: DifyHost,
    site: LocalKintone,
    check: bool,  # noqa: FBT001
) -> None:
    """Rounded it would find the record of another number; one that fits finds its own, however it is written."""
    form: dict[str, Any] = {"no": {"type": "NUMBER", "unique": True}, "note": {"type": "SINGLE_LINE_TEXT"}}
    app = site.create_app("Keys", form, number_precision=NumberPrecision(10, 2))
    site.add_records(app, [{"no": "1.25", "note": "old"}])
    credentials = credentials_of(site, app=app)

    def write(key: str) -> None:
        entries = [{"updateKey": {"field": "no", "value": key}, "record": {"note": "new"}}]
        data = {"records_data": entries, "validate_before_write": check}
        host.invoke("kintone_upsert_records", data, credentials)

    with pytest.raises(PluginFailure, match=r"entry 1: no: 1\.2501 has more decimals"):
        write("1.2501")
    write("１．２５０")

    assert [(record["no"]["value"], record["note"]["value"]) for record in site.records(app)] == [("1.25", "new")]


@pytest.mark.parametrize("check", [True, False])
def test_upsert_when_an_insert_lacks_a_required_field(host: DifyHost, site: LocalKintone, check: bool) -> None:  # noqa: FBT001
    """Checked, nothing is sent; unchecked, kintone refuses. Either way no entry of the call is stored."""
    needed = {"type": "SINGLE_LINE_TEXT", "required": True}
    app = site.create_app("Needs", {"need": needed, "note": {"type": "SINGLE_LINE_TEXT"}})
    site.reset()
    entries = [{"record": {"need": "x"}}, {"record": {"note": "y"}}]
    data = {"records_data": entries, "validate_before_write": check}

    with pytest.raises(PluginFailure, match="need") as failed:
        host.invoke("kintone_upsert_records", data, credentials_of(site, app=app))

    assert "entry 2" in failed.value.message
    assert site.records(app) == []
    assert ("POST records" in (site.stats.by_api or {})) is not check


@pytest.mark.parametrize("check", [True, False])
def test_upsert_when_rows_are_plain(host: DifyHost, site: LocalKintone, check: bool) -> None:  # noqa: FBT001
    """Rows are stored as they were given, with and without the check, whatever their columns are called."""
    columns = {code: {"type": "SINGLE_LINE_TEXT"} for code in ("code", "value", "fileKey", "item")}
    app = site.create_app("Odd", {"lines": {"type": "SUBTABLE", "fields": columns}})
    site.reset()
    rows = [{"code": "c", "item": "i"}, {"value": "v"}, {"fileKey": "f"}]
    data = {"records_data": [{"record": {"lines": rows}}], "validate_before_write": check}

    host.invoke("kintone_upsert_records", data, credentials_of(site, app=app))

    stored = site.records(app)[0]["lines"]["value"]
    cells = [{code: cell["value"] for code, cell in row["value"].items() if cell["value"]} for row in stored]
    assert cells == rows


def test_upsert_when_the_form_may_not_be_read(host: DifyHost, site: LocalKintone) -> None:
    """Unchecked, plain texts are written, the text says what may become of them, and what needs the form is refused."""
    credentials = credentials_of(site, "edit")
    key = {"field": "sku", "value": "A-001"}
    entries: list[dict[str, Any]] = [{"id": record_with(site, "A-001")["$id"]["value"], "record": {"name": "新"}}]
    data = {"records_data": entries, "validate_before_write": False}
    outcome = host.invoke("kintone_upsert_records", data, credentials)

    assert record_with(site, "A-001")["name"]["value"] == "新"
    assert "form could not be read" in outcome.text
    entries = [{"updateKey": key, "record": {"lines": [{"item": "x"}]}}]
    data = {"records_data": entries, "validate_before_write": False}
    with pytest.raises(PluginFailure, match="lines"):
        host.invoke("kintone_upsert_records", data, credentials)


def test_add_when_the_token_may_not_read_the_form(host: DifyHost, site: LocalKintone) -> None:
    """A token that cannot read the form gets a sentence that names the switch."""
    credentials = credentials_of(site, "edit")

    with pytest.raises(PluginFailure, match="validate_before_write"):
        host.invoke("kintone_add_record", {"record_data": {"sku": "P-1"}}, credentials)


def test_add_when_kintone_refuses_the_record(host: DifyHost, site: LocalKintone) -> None:
    """What only kintone can know is told in kintone's words with its code and field."""
    failed = failure(host, site, "kintone_add_record", record_data={"sku": "A-001", "name": "double"})

    assert failed.error_type == "InvalidRequestError"
    assert failed.message.startswith("[CB_VA01] adding a record to app 1 failed: ")
    assert "sku" in failed.message
    assert "already exists" in failed.message
    assert "nothing is saved" in failed.message


def test_upsert_when_entries_are_of_every_kind(host: DifyHost, site: LocalKintone) -> None:
    """Entries with a key, with an id and with neither are written in one transaction; results are in input order."""
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


def test_upsert_when_the_id_is_unknown(host: DifyHost, site: LocalKintone) -> None:
    """An unknown id is an error, and nothing is written."""
    before = len(site.records(1))
    failed = failure(
        host,
        site,
        "kintone_upsert_records",
        records_data=[{"id": 99_999, "record": {"stock": 1}}, {"record": {"sku": "X-1", "name": "n"}}],
    )

    assert failed.error_type == "NotFoundError"
    assert failed.message.startswith("[GAIA_RE01] ")
    assert "entry 1" in failed.message
    assert "nothing is saved" in failed.message
    assert len(site.records(1)) == before


def test_upsert_when_entries_have_mistakes(host: DifyHost, site: LocalKintone) -> None:
    """All mistakes of all entries are told at once with their entry numbers, and nothing is written."""
    rows = [{"sku": "M-1", "stock": "many"}, {"sku": "M-2"}, {"sku": "M-3", "rank": "Top", "nmae": "x"}]
    failed = failure(host, site, "kintone_upsert_records", records_data=rows, update_key="sku")

    assert failed.error_type == "InvalidParameterError"
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
def test_upsert_when_the_entries_cannot_be_used(host: DifyHost, site: LocalKintone, given: object, words: str) -> None:
    """Unusable entries are refused with the place of the mistake."""
    update_key = "sku" if isinstance(given, list) and "sku" in given[0] else ""
    failed = failure(host, site, "kintone_upsert_records", records_data=given, update_key=update_key)

    assert failed.error_type == "InvalidParameterError"
    assert words in failed.message


APPENDED: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "lines": {"type": "SUBTABLE", "fields": {"code": {"type": "SINGLE_LINE_TEXT"}, "id": {"type": "NUMBER"}}},
}


def append_to(host: DifyHost, site: LocalKintone, app: int, code: str, *, check: bool) -> Outcome:
    """Append a row to the record K-1 and to a new one."""
    rows = [{"value": {"code": {"value": "new"}}}]
    entries = [
        {"updateKey": {"field": "key", "value": key}, "record": {code: {"value": rows}}} for key in ("K-1", "K-2")
    ]
    parameters = {"records_data": entries, "table_mode": "append", "validate_before_write": check}
    return host.invoke("kintone_upsert_records", parameters, credentials_of(site, "view", "add", "edit", app=app))


@pytest.mark.parametrize("check", [True, False])
def test_upsert_when_rows_are_appended(host: DifyHost, site: LocalKintone, *, check: bool) -> None:
    """The form tells which field is a table, with the check off too; saved rows stay, and the text warns of a retry."""
    app = site.create_app("Appending", APPENDED)
    site.add_records(app, [{"key": "K-1", "lines": [{"code": "old"}]}])
    outcome = append_to(host, site, app, "lines", check=check)

    records = site.records(app)
    assert [[row["value"]["code"]["value"] for row in record["lines"]["value"]] for record in records] == [
        ["old", "new"],
        ["new"],
    ]
    assert [result["operation"] for result in outcome.variables["results"]] == ["UPDATE", "INSERT"]
    assert "append their rows or files twice" in outcome.text
    assert site.stats.by_api == {"GET app/form/fields": 1, "GET records": 1, "POST bulkRequest": 1}


def test_upsert_when_rows_are_appended_to_a_table_that_is_new(host: DifyHost, site: LocalKintone) -> None:
    """A form remembered from a moment ago does not make it a field whose rows are replaced."""
    app = site.create_app("Growing", APPENDED)
    append_to(host, site, app, "lines", check=False)
    site.change_form(app, {"key": APPENDED["key"], "more": APPENDED["lines"]})
    credentials = credentials_of(site, "view", "add", "edit", app=app)
    [grown] = site.add_records(app, [{"key": "K-3"}])
    for cell in ("a", "b"):
        rows = [{"value": {"code": {"value": cell}}}]
        parameters = {
            "records_data": [{"id": grown, "record": {"more": {"value": rows}}}],
            "validate_before_write": False,
        }
        host.invoke("kintone_upsert_records", {**parameters, "table_mode": "append"}, credentials)

    assert [row["value"]["code"]["value"] for row in site.records(app)[-1]["more"]["value"]] == ["a", "b"]


def test_upsert_when_nothing_is_appended_after_all(host: DifyHost, site: LocalKintone) -> None:
    """The mode alone makes no repetition dangerous."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"stock": 5, "lines": []}}]
    outcome = run(host, site, "kintone_upsert_records", records_data=entries, table_mode="append")

    assert "is safe" in outcome.text
    assert "GET records" not in (site.stats.by_api or {})


@pytest.mark.parametrize("tool", ["kintone_add_record", "kintone_upsert_records"])
def test_form_is_read_anew_when_kintone_refused_what_it_allows(host: DifyHost, site: LocalKintone, tool: str) -> None:
    """A form that changed a moment ago costs one refusal by kintone; the next call knows it."""
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
def test_link_leads_to_the_record_when_the_app_is_in_a_guest_space(
    host: DifyHost, site: LocalKintone, space: int | None
) -> None:
    """The address in the browser names the space as the API's does."""
    app = site.create_app("guests", {"name": {"type": "SINGLE_LINE_TEXT"}}, guest_space=space)
    credentials = credentials_of(site, app=app) | {"kintone_guest_space_id": str(space or "")}
    outcome = host.invoke("kintone_add_record", {"record_data": {"name": "x"}}, credentials)

    path = f"/k/guest/{space}/{app}" if space else f"/k/{app}"
    assert outcome.variables["record_url"] == f"{site.url}{path}/show#record=1"
    assert outcome.variables["record_url"] in outcome.text


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_upsert_when_a_revision_is_given_for_a_record_that_is_gone(
    host: DifyHost, site: LocalKintone, mode: str
) -> None:
    """Whoever names a revision means a record that is there: nothing is inserted in its place."""
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


def test_upsert_when_a_column_is_called_file_key(host: DifyHost, site: LocalKintone) -> None:
    """A column is no file, so the advice about sending again is that of rows."""
    columns = {"fileKey": {"type": "SINGLE_LINE_TEXT"}}
    form: dict[str, Any] = {"key": {"type": "SINGLE_LINE_TEXT", "unique": True}}
    app = site.create_app("Odd", {**form, "lines": {"type": "SUBTABLE", "fields": columns}})
    entries = [{"updateKey": {"field": "key", "value": "K"}, "record": {"lines": [{"fileKey": "f"}]}}]
    data = {"records_data": entries, "table_mode": "append"}
    outcome = host.invoke("kintone_upsert_records", data, credentials_of(site, app=app))

    assert "twice" in outcome.text
    assert "serves once" not in outcome.text


def test_row_when_only_a_calculated_column_is_in_it(host: DifyHost, site: LocalKintone) -> None:
    """Without the check too it would be stored as a blank row."""
    columns = {"n": {"type": "NUMBER"}, "sum": {"type": "CALC", "expression": "n * 2"}}
    app = site.create_app("Sums", {"lines": {"type": "SUBTABLE", "fields": columns}})
    data = {"record_data": {"lines": [{"sum": "4"}]}, "validate_before_write": False}
    with pytest.raises(PluginFailure, match="row 1 of lines"):
        host.invoke("kintone_add_record", data, credentials_of(site, app=app))

    assert site.records(app) == []


@pytest.mark.parametrize("check", [True, False])
def test_append_when_the_token_may_not_read_the_form(host: DifyHost, site: LocalKintone, check: bool) -> None:  # noqa: FBT001
    """The advice is one that helps: switching the check off would not."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"lines": [{"item": "x"}]}}]
    data = {"records_data": entries, "table_mode": "append", "validate_before_write": check}
    with pytest.raises(PluginFailure, match="use the mode replace") as failed:
        host.invoke("kintone_upsert_records", data, credentials_of(site, "edit"))

    assert "validate_before_write" not in failed.value.message
