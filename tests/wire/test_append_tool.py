"""Appending rows by ``kintone_upsert_records``, in the real plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import run


@pytest.fixture(autouse=True)
def _fresh(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


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
    app = site.create_app("AppendPlan", APPENDED)
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


def test_upsert_when_rows_are_appended_to_a_table_that_is_gone(host: DifyHost, site: LocalKintone) -> None:
    """A form remembered from a moment ago would have kintone drop the rows without a word."""
    app = site.create_app("Shrinking", APPENDED)
    append_to(host, site, app, "lines", check=True)
    site.change_form(app, {"key": APPENDED["key"]})

    with pytest.raises(PluginFailure) as refused:
        append_to(host, site, app, "lines", check=True)

    assert refused.value.code == "INVALID_INPUT"
    assert "lines" in refused.value.message
    assert [record["$revision"]["value"] for record in site.records(app)] == ["1", "1"]


def test_upsert_when_nothing_is_appended_after_all(host: DifyHost, site: LocalKintone) -> None:
    """The mode alone makes no repetition dangerous."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"stock": 5, "lines": []}}]
    outcome = run(host, site, "kintone_upsert_records", records_data=entries, table_mode="append")

    assert "is safe" in outcome.text
    assert "GET records" not in (site.stats.by_api or {})


def test_upsert_when_a_column_is_called_file_key(host: DifyHost, site: LocalKintone) -> None:
    """A column is no file, so the advice about sending again is that of rows."""
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
    """The advice is one that helps: switching the check off would not."""
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"lines": [{"item": "x"}]}}]
    data = {"records_data": entries, "table_mode": "append", "validate_before_write": check}
    with pytest.raises(PluginFailure, match="use the mode replace") as failed:
        host.invoke("kintone_upsert_records", data, credentials_of(site, "edit"))

    assert "validate_before_write" not in failed.value.message
