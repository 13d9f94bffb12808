"""Appending rows with ``kintone_upsert_records``, in the plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import run


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


TEXT = {"type": "SINGLE_LINE_TEXT"}
APPEND_FORM: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "lines": {"type": "SUBTABLE", "fields": {"code": {"type": "SINGLE_LINE_TEXT"}, "id": {"type": "NUMBER"}}},
}


def append_to(host: DifyHost, site: LocalKintone, app: int, code: str, *, check: bool) -> Outcome:
    """Append a row to the record K-1 and to a new record."""
    rows = [{"value": {"code": {"value": "new"}}}]
    entries = [
        {"updateKey": {"field": "key", "value": key}, "record": {code: {"value": rows}}} for key in ("K-1", "K-2")
    ]
    parameters = {"records_data": entries, "table_mode": "append", "validate_before_write": check}
    return host.invoke("kintone_upsert_records", parameters, credentials_of(site, "view", "add", "edit", app=app))


@pytest.mark.parametrize("check", [True, False])
def test_upsert_when_rows_are_appended(host: DifyHost, site: LocalKintone, *, check: bool) -> None:
    """Saved rows are kept, with or without the check, and the text warns that a retry appends twice."""
    app = site.create_app("AppendPlan", APPEND_FORM)
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


def test_upsert_when_the_table_was_added_to_the_form(host: DifyHost, site: LocalKintone) -> None:
    """A cached form that lacks the table does not cause its rows to be replaced."""
    app = site.create_app("Growing", APPEND_FORM)
    append_to(host, site, app, "lines", check=False)
    site.change_form(app, {"key": APPEND_FORM["key"], "more": APPEND_FORM["lines"]})
    credentials = credentials_of(site, "view", "add", "edit", app=app)
    [new_id] = site.add_records(app, [{"key": "K-3"}])
    for cell in ("a", "b"):
        rows = [{"value": {"code": {"value": cell}}}]
        parameters = {
            "records_data": [{"id": new_id, "record": {"more": {"value": rows}}}],
            "validate_before_write": False,
        }
        host.invoke("kintone_upsert_records", {**parameters, "table_mode": "append"}, credentials)

    assert [row["value"]["code"]["value"] for row in site.records(app)[-1]["more"]["value"]] == ["a", "b"]


def test_upsert_when_the_table_was_removed_from_the_form(host: DifyHost, site: LocalKintone) -> None:
    """A table that the form no longer has is refused, since kintone would ignore its rows."""
    app = site.create_app("Shrinking", APPEND_FORM)
    append_to(host, site, app, "lines", check=True)
    site.change_form(app, {"key": APPEND_FORM["key"]})

    with pytest.raises(PluginFailure) as refused:
        append_to(host, site, app, "lines", check=True)

    assert refused.value.code == "INVALID_INPUT"
    assert "lines" in refused.value.message
    assert [record["$revision"]["value"] for record in site.records(app)] == ["1", "1"]


def test_upsert_when_append_mode_has_no_rows(host: DifyHost, site: LocalKintone) -> None:
    """Append mode without rows is still safe to repeat and reads no records."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"stock": 5, "lines": []}}]
    outcome = run(host, site, "kintone_upsert_records", records_data=entries, table_mode="append")

    assert "is safe" in outcome.text
    assert "GET records" not in (site.stats.by_api or {})


def test_upsert_when_a_column_is_called_file_key(host: DifyHost, site: LocalKintone) -> None:
    """A column named fileKey is not a file, so the advice about a retry is the one for rows."""
    columns = {"fileKey": {"type": "SINGLE_LINE_TEXT"}}
    form: dict[str, Any] = {"key": {"type": "SINGLE_LINE_TEXT", "unique": True}}
    app = site.create_app("Odd", {**form, "lines": {"type": "SUBTABLE", "fields": columns}})
    entries = [{"updateKey": {"field": "key", "value": "K"}, "record": {"lines": [{"fileKey": "f"}]}}]
    data = {"records_data": entries, "table_mode": "append"}
    outcome = host.invoke("kintone_upsert_records", data, credentials_of(site, app=app))

    assert "twice" in outcome.text
    assert "used once only" not in outcome.text


@pytest.mark.parametrize("check", [True, False])
def test_append_when_the_token_may_not_read_the_form(host: DifyHost, site: LocalKintone, check: bool) -> None:  # noqa: FBT001
    """The message advises the mode replace, not switching the check off, which would not help."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"lines": [{"item": "x"}]}}]
    data = {"records_data": entries, "table_mode": "append", "validate_before_write": check}
    with pytest.raises(PluginFailure, match="use the mode replace") as failed:
        host.invoke("kintone_upsert_records", data, credentials_of(site, "edit"))

    assert "validate_before_write" not in failed.value.message


def test_row_id_that_no_record_has_is_told_once(host: DifyHost, site: LocalKintone) -> None:
    """With all its entries, since a model pays for each repetition."""
    required = {"type": "SUBTABLE", "fields": {"code": {"type": "SINGLE_LINE_TEXT", "required": True}, "note": TEXT}}
    app = site.create_app("Foreign rows", {"key": APPEND_FORM["key"], "lines": required})
    ids = site.add_records(app, [{"key": f"K-{number}"} for number in range(12)])
    rows = [{"id": "9999", "value": {"note": {"value": "x"}}}]
    entries = [{"id": record, "record": {"lines": {"value": rows}}} for record in ids]
    parameters = {"records_data": entries, "table_mode": "append"}
    with pytest.raises(PluginFailure) as failed:
        host.invoke("kintone_upsert_records", parameters, credentials_of(site, "view", "add", "edit", app=app))

    assert failed.value.code == "CB_VA01"
    assert failed.value.message.count("9999") == 1
    assert "entries 1, 2, 3" in failed.value.message
    assert all(record["lines"]["value"] == [] for record in site.records(app))
