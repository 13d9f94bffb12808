"""Writes with the check switched off, and numbers that the app would round, in the plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from local_kintone.numbers import NumberPrecision
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import record_with, run


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


def test_add_when_the_check_is_off(host: DifyHost, site: LocalKintone) -> None:
    """An unknown field is sent as it is, values are converted, and the text says that the check is off."""
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
    """The stored number is the one in the text, and the app's precision is requested once."""
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
    """The number is sent unchanged, and the text warns that kintone keeps 4 decimals by default."""
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
    """A key that kintone would round is refused; one that fits finds its record in any spelling."""
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
    """Nothing is stored: with the check nothing is sent, without it kintone refuses the request."""
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
    """Rows are stored as given, with or without the check, whatever the codes of their columns."""
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
    """Unchecked, plain texts are written with a warning, and values that need the form are refused."""
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
    """The message names validate_before_write."""
    credentials = credentials_of(site, "edit")

    with pytest.raises(PluginFailure, match="validate_before_write"):
        host.invoke("kintone_add_record", {"record_data": {"sku": "P-1"}}, credentials)


def test_row_when_it_has_only_a_calculated_column(host: DifyHost, site: LocalKintone) -> None:
    """It is refused without the check too, since kintone would store an empty row."""
    columns = {"n": {"type": "NUMBER"}, "sum": {"type": "CALC", "expression": "n * 2"}}
    app = site.create_app("Sums", {"lines": {"type": "SUBTABLE", "fields": columns}})
    data = {"record_data": {"lines": [{"sum": "4"}]}, "validate_before_write": False}
    with pytest.raises(PluginFailure, match="row 1 of lines"):
        host.invoke("kintone_add_record", data, credentials_of(site, app=app))

    assert site.records(app) == []
