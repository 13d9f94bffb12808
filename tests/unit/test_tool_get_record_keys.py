"""``kintone_get_record`` by the value of a field that prohibits duplicates."""

import json
from typing import Any

import pytest

from kintone.errors import InvalidQueryError, KintoneError, NotFoundError, UnknownResponseError
from tests.unit.get_record_tool import FORM, FORM_READ, SEARCH, calls, changing, refusal, result_of
from tests.unit.in_process import InProcess


def test_record_by_key(shop: InProcess) -> None:
    """The first call reads the form too, the next ones send one request for at most two records."""
    results = [result_of(shop, update_key="sku", update_key_value=f"A-{number}") for number in (2, 3)]

    assert [result.variables["record_id"] for result in results] == ["2", "3"]
    assert calls(shop) == [FORM_READ, SEARCH, SEARCH]
    assert shop.asked[-1].query == 'sku = "A-3" limit 2'


@pytest.mark.parametrize(
    "value",
    [
        '27" wide',
        "a\\b",
        "\\",
        'x" or sku != "',
        "a\nb",
        "tab\there",
        "茶 🍵",
        "x" * 64,
        " padded ",
        "' or 1",
        "%",
        "*",
    ],
)
def test_key_with_unusual_characters(shop: InProcess, value: str) -> None:
    """Any text is found whole, and none ends the quoted text of the query."""
    shop.kintone.add_records(shop.app, [{"sku": value}])

    result = result_of(shop, update_key="sku", update_key_value=value)

    assert result.variables["record_id"] == "4"


@pytest.mark.parametrize(
    ("code", "stored", "given"),
    [
        ("number", "12.5", "12.50"),
        ("number", "1000", 1000.0),
        ("number", "1000", "１，０００"),
        ("number", "-3", -3),
        ("day", "2026-04-01", "2026-04-01"),
        ("day", "2026-04-01", "2026/4/1"),
        ("moment", "2026-04-01T00:30:00Z", "2026-04-01T09:30:00+09:00"),
        ("page", "https://example.com/a?b=1", "https://example.com/a?b=1"),
        ("sku", "5", 5),
        ("sku", "K-1", {"value": "K-1"}),
    ],
)
def test_key_of_every_type(shop: InProcess, code: str, stored: str, given: object) -> None:
    """Keys of numbers, dates, times and links are found however they are written."""
    shop.kintone.add_records(shop.app, [{code: stored}])

    assert result_of(shop, update_key=code, update_key_value=given).variables["record_id"] == "4"


@pytest.mark.parametrize(
    ("code", "value"),
    [("number", "many"), ("day", "2026-02-30"), ("moment", "2026-04-01 09:30"), ("sku", "x" * 65), ("sku", ["A-1"])],
)
def test_key_value_that_the_field_cannot_have(shop: InProcess, code: str, value: object) -> None:
    """The value is refused before any record is searched; a date and time without an offset is one such value."""
    assert "update_key_value" in refusal(shop, update_key=code, update_key_value=value)
    assert calls(shop) == [FORM_READ]


def test_key_when_no_record_has_it(shop: InProcess) -> None:
    """The failure is our own NOT_FOUND, with the value, the field and the app."""
    with pytest.raises(NotFoundError) as missing:
        result_of(shop, update_key="sku", update_key_value="A-9")

    assert missing.value.code == "NOT_FOUND"
    assert all(part in str(missing.value) for part in ('"A-9"', "sku", f"app {shop.app}", "kintone_query"))
    assert "blanks" not in str(missing.value)


@pytest.mark.parametrize("value", ["7", "v1.0", "7.00", "A.0"])
def test_key_that_was_no_number_in_the_workflow(shop: InProcess, value: str) -> None:
    """Only a whole number with .0 looks like one that Dify changed."""
    with pytest.raises(NotFoundError) as missing:
        result_of(shop, update_key="sku", update_key_value=value)

    assert "workflow" not in str(missing.value)


def test_key_when_it_has_blanks_around_it(shop: InProcess) -> None:
    """Blanks are part of a text; if no record is found, they are named as the probable reason."""
    with pytest.raises(NotFoundError, match="blanks"):
        result_of(shop, update_key="sku", update_key_value="A-1\n")


@pytest.mark.parametrize(
    ("code", "present", "absent"),
    [
        ("品番", ["sku (品番)", "did you mean"], ["number"]),
        ("SKU", ["sku (品番)", "did you mean"], ["number"]),
        ("担当者", ["owner (担当者)", "permits", "sku (品番)", "number"], ["did you mean"]),
        ("zzz", ["zzz", "sku (品番)", "number"], ["owner", "did you mean"]),
        ("qty", ["column", "lines", "sku (品番)"], ["did you mean"]),
        ("owner", ["owner (担当者)", "permits", "sku (品番)", "number"], ["did you mean"]),
        ("lines", ["lines", "permits", "sku (品番)"], []),
        ('sku = "A-1" or sku', ["no field", "sku (品番)"], []),
    ],
)
def test_key_that_finds_no_single_record(shop: InProcess, code: str, present: list[str], absent: list[str]) -> None:
    """An unknown or not unique key is refused with the nearest unique field, or with all of them, by code and label."""
    message = refusal(shop, update_key=code, update_key_value="A-1")

    assert [part for part in present if part not in message] == []
    assert [part for part in absent if part in message] == []
    assert SEARCH not in calls(shop)


@pytest.mark.parametrize("unique", [True, False])
def test_key_by_a_label_that_very_many_fields_share(shop: InProcess, *, unique: bool) -> None:
    """Not all of their codes are named."""
    twins = {
        f"c{number}_{'長' * 60}": {"type": "SINGLE_LINE_TEXT", "label": "数量", "unique": unique}
        for number in range(60)
    }
    shop.kintone.change_form(shop.app, twins)

    message = refusal(shop, update_key="数量", update_key_value="A-1")

    assert "c0_" in message
    assert len(message) < 1_400


def test_key_when_no_field_is_unique() -> None:
    """The refusal sends the caller to kintone_query."""
    with InProcess({"name": {"type": "SINGLE_LINE_TEXT"}}) as site:
        assert "kintone_query" in refusal(site, update_key="name", update_key_value="x")


def test_key_that_became_unique_after_the_form_was_remembered(shop: InProcess) -> None:
    """A remembered form is read again before a key is refused."""
    result_of(shop, update_key="sku", update_key_value="A-1")
    shop.kintone.change_form(shop.app, {**FORM, "code": {"type": "SINGLE_LINE_TEXT", "unique": True}})
    shop.kintone.add_records(shop.app, [{"code": "N"}])

    assert result_of(shop, update_key="code", update_key_value="N").variables["record_id"] == "4"
    refusal(shop, update_key="owner", update_key_value="N")
    assert shop.calls[FORM_READ] == 3


def test_key_that_was_removed_after_the_form_was_remembered(shop: InProcess) -> None:
    """When kintone no longer knows the field, the refusal names the fields that there are now."""
    result_of(shop, update_key="sku", update_key_value="A-1")
    shop.kintone.change_form(shop.app, {code: field for code, field in FORM.items() if code != "sku"})

    message = refusal(shop, update_key="sku", update_key_value="A-1")

    assert '"sku"' in message
    assert "number" in message


def test_key_when_kintone_refuses_the_query(shop: InProcess) -> None:
    """If the key is right by the form as it is now, kintone's own refusal is passed on."""
    shop.kintone.fail(api="records", status=400, code="GAIA_IQ03")

    with pytest.raises(InvalidQueryError) as refused:
        result_of(shop, update_key="sku", update_key_value="A-1")

    assert refused.value.code == "GAIA_IQ03"


def test_key_when_several_records_have_it(shop: InProcess) -> None:
    """A field that lost its setting meanwhile may find several: none of them is chosen, and their IDs are told."""
    result_of(shop, update_key="sku", update_key_value="A-1")
    shop.kintone.change_form(shop.app, {**FORM, "sku": {"type": "SINGLE_LINE_TEXT"}})
    shop.kintone.add_records(shop.app, [{"sku": "A-1"}, {"sku": "A-1"}])

    message = refusal(shop, update_key="sku", update_key_value="A-1")

    assert "3 records" in message
    assert "5, 4" in message
    assert "record_id" in message


def test_key_when_the_count_contradicts_the_record(shop: InProcess) -> None:
    """A count of two with one record is no answer that names one record."""
    changing(shop, SEARCH, lambda answer: {**answer, "totalCount": "2"})

    assert "2 records" in refusal(shop, update_key="sku", update_key_value="A-1")


@pytest.mark.parametrize("total", [None, "0", "1"])
def test_key_when_the_count_contradicts_two_records(shop: InProcess, total: str | None) -> None:
    """Two records are not one, whatever the count says; a missing count beside one record is no reason to refuse."""
    two = shop.kintone.records(shop.app, "$id < 3")
    changing(shop, SEARCH, lambda _answer: {"records": two, "totalCount": total})
    assert "2 records" in refusal(shop, update_key="sku", update_key_value="A-1")

    changing(shop, SEARCH, lambda answer: {**answer, "totalCount": total})
    assert result_of(shop, update_key="sku", update_key_value="A-1").variables["record_id"] == "1"


@pytest.mark.parametrize(("code", "found"), [("sku", "ａ-1"), ("number", "7.0")])
def test_key_that_the_server_compares_differently(shop: InProcess, code: str, found: str) -> None:
    """Another spelling of the same value may be what kintone takes for the same."""
    shop.kintone.add_records(shop.app, [{"number": "7"}])

    def respelt(answer: dict[str, Any]) -> dict[str, Any]:
        record = dict(answer["records"][0])
        field = record.pop(code)
        return {**answer, "records": [{**record, code: {**field, "value": found}}]}

    changing(shop, SEARCH, respelt)

    assert result_of(shop, update_key=code, update_key_value={"sku": "A-1", "number": "7"}[code]).json


@pytest.mark.parametrize("fields", ["", "owner"])
def test_key_when_the_record_does_not_show_it(shop: InProcess, fields: str) -> None:
    """A record without the key field may be any record: it is not taken for the one that was asked for."""

    def without_key(answer: dict[str, Any]) -> dict[str, Any]:
        (record,) = answer["records"]
        return {**answer, "records": [{code: field for code, field in record.items() if code != "sku"}]}

    changing(shop, SEARCH, without_key)

    with pytest.raises(UnknownResponseError, match="missing"):
        result_of(shop, update_key="sku", update_key_value="A-1", fields=fields)


@pytest.mark.parametrize("found", ["abc", "sNaN", "", None])
def test_number_key_when_the_server_answers_no_number(shop: InProcess, found: str | None) -> None:
    """A value that is not the number is not the record that was asked for."""
    shop.kintone.add_records(shop.app, [{"number": "7"}])
    changing(
        shop,
        SEARCH,
        lambda answer: {
            **answer,
            "records": [{**answer["records"][0], "number": {"type": "NUMBER", "value": found}}],
        },
    )

    with pytest.raises(UnknownResponseError):
        result_of(shop, update_key="number", update_key_value="7")


@pytest.mark.parametrize("code", ["sku", "number", "day", "page"])
def test_key_when_the_server_overlooks_the_condition(shop: InProcess, code: str) -> None:
    """A record with another value in the key field is not the one that was asked for."""
    values = {"sku": "A-7", "number": "7", "day": "2026-04-07", "page": "https://example.com/7"}
    others = {"sku": "A-8", "number": "8", "day": "2026-04-08", "page": "https://example.com/8"}
    shop.kintone.add_records(shop.app, [values])
    changing(
        shop,
        SEARCH,
        lambda answer: {
            **answer,
            "records": [{**answer["records"][0], code: {**answer["records"][0][code], "value": others[code]}}],
        },
    )

    with pytest.raises(UnknownResponseError):
        result_of(shop, update_key=code, update_key_value=values[code])


def test_key_when_the_form_cannot_be_read(shop: InProcess) -> None:
    """Without the form nobody knows whether the key is unique: kintone's refusal is passed on, with the other way."""
    shop.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=None)

    with pytest.raises(KintoneError) as refused:
        result_of(shop, update_key="sku", update_key_value="A-1")

    assert refused.value.code == "GAIA_NO01"
    assert "record_id" in str(refused.value)
    assert SEARCH not in calls(shop)


def test_key_when_kintone_warns(shop: InProcess) -> None:
    """A warning of kintone about a partial search is not lost."""
    body = json.dumps({"records": shop.kintone.records(shop.app, "$id = 1"), "totalCount": "1"})
    warning = {"X-Cybozu-Warning": "Filter aborted because of too many search results"}
    shop.kintone.fail(api="records", status=200, body=body, content_type="application/json", headers=warning)

    assert any("partial" in str(line) for line in result_of(shop, update_key="sku", update_key_value="A-1").lines)


def test_key_that_was_a_number_in_the_workflow(shop: InProcess) -> None:
    """Dify makes 5.0 of a whole number; the text is not changed, and the failure says what was probably meant."""
    shop.kintone.add_records(shop.app, [{"sku": "5"}, {"sku": "6.0"}])

    assert result_of(shop, update_key="sku", update_key_value="6.0").variables["record_id"] == "5"
    with pytest.raises(NotFoundError, match=r"5\.0.*write 5"):
        result_of(shop, update_key="sku", update_key_value="5.0")
