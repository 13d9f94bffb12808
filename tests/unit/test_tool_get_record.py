"""``kintone_get_record`` in this process: which requests it sends, and what it makes of the answers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolRuntime

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError, NotFoundError, UnknownResponseError
from tests.unit.in_process import Asked, InProcess
from tools.base import Call
from tools.kintone_get_record import GetRecord
from tools.parameters import Parameters
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "label": "品番", "unique": True},
    "number": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE", "unique": True},
    "moment": {"type": "DATETIME", "unique": True},
    "page": {"type": "LINK", "unique": True, "protocol": "WEB"},
    "owner": {"type": "SINGLE_LINE_TEXT", "label": "担当者"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}}},
}
READ, SEARCH, FORM_READ, APP_READ = "GET record", "GET records", "GET app/form/fields", "GET app"


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Return a kintone with five unique fields and three records."""
    with InProcess(FORM) as site:
        site.kintone.add_records(site.app, [{"sku": f"A-{number}", "owner": "sato"} for number in (1, 2, 3)])
        yield site


def result_of(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    call = Call(
        {"kintone_app_id": str(site.app)}, Parameters(parameters, GetRecord.declaration().parameters), Redactor([])
    )
    call.__dict__["client"] = site.client
    call.__dict__["settings"] = OperatorSettings()
    return GetRecord(runtime=ToolRuntime(credentials={}, user_id=None, session_id=None), session=None).run(call)


def refusal(site: InProcess, **parameters: object) -> str:
    """Return the line of the refusal of a call."""
    with pytest.raises(InvalidParameterError) as refused:
        result_of(site, **parameters)
    return str(refused.value)


def calls(site: InProcess) -> list[str]:
    """Return the requests in order."""
    return [asked.call for asked in site.asked]


def changing(site: InProcess, call: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change the answers to one kind of request."""
    site.change = lambda asked, answer: change(answer) if asked.call == call else answer


# By ID


@pytest.mark.parametrize("value", [2, 2.0, "2", " ２ ", "0002", "2.0"])
def test_record_by_id(shop: InProcess, value: object) -> None:
    """One request reads the record; ID, revision and address are variables beside it."""
    shop.ask("PUT", "record", id=2, record={"owner": {"value": "suzuki"}})
    result = result_of(shop, record_id=value)

    (record,) = shop.kintone.records(shop.app, "$id = 2")
    assert calls(shop) == [READ]
    assert result.variables["record"] == record
    assert (result.variables["record_id"], result.variables["revision"]) == ("2", "2")
    assert str(result.variables["record_url"]).endswith(f"/k/{shop.app}/show#record=2")
    assert result.json == {"record": record}


def test_record_by_id_when_there_is_none(shop: InProcess) -> None:
    """Kintone's code is passed on, and the advice names the parameters."""
    with pytest.raises(NotFoundError) as missing:
        result_of(shop, record_id="99")

    assert missing.value.code == "GAIA_RE01"
    assert "record_id" in str(missing.value.remedy)
    assert "kintone_app_id" in str(missing.value.remedy)


@pytest.mark.parametrize("value", ["-1", 0, "0", -3.0])
def test_id_when_it_is_not_positive(shop: InProcess, value: object) -> None:
    """A number that no record can have is refused without a request, and no key is proposed."""
    message = refusal(shop, record_id=value)

    assert "record_id" in message
    assert "update_key" not in message
    assert calls(shop) == []


@pytest.mark.parametrize("value", ["A", "茶", "12 or 13", "1,2", '{"id": 3}', True])
def test_id_when_it_is_no_number(shop: InProcess, value: object) -> None:
    """The refusal proposes update_key with the fields of this app that prohibit duplicates, with their labels."""
    message = refusal(shop, record_id=value)

    assert all(each in message for each in ("record_id", "update_key", "sku (品番)", "number", "day"))
    assert "owner" not in message
    assert calls(shop) == [FORM_READ]


def test_id_when_it_is_no_number_and_the_form_cannot_be_read(shop: InProcess) -> None:
    """The refusal proposes update_key without naming fields."""
    shop.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=None)

    message = refusal(shop, record_id="tea")

    assert "update_key" in message
    assert "sku" not in message


def test_id_when_it_is_no_number_and_no_field_is_unique() -> None:
    """The refusal proposes kintone_query, since no key could find the record."""
    with InProcess({"name": {"type": "SINGLE_LINE_TEXT"}}) as site:
        message = refusal(site, record_id="tea")

    assert "kintone_query" in message
    assert "update_key" not in message


def test_id_when_it_is_decorated(shop: InProcess) -> None:
    """The refusal of #2 says what to write and asks kintone nothing."""
    message = refusal(shop, record_id="#2")

    assert message.endswith(": 2")
    assert calls(shop) == []


def test_record_number_with_the_code_of_the_app(shop: InProcess) -> None:
    """APP-2 is record 2 of the app with the code APP; one more request reads the code."""
    shop.kintone.apps[shop.app].code = "APP"

    result = result_of(shop, record_id="APP-2")

    assert result.variables["record_id"] == "2"
    assert calls(shop) == [APP_READ, READ]


@pytest.mark.parametrize("code", ["MY-APP_1", "アプリ"])
def test_record_number_with_an_unusual_code(shop: InProcess, code: str) -> None:
    """The code may hold hyphens and any letters; the number follows the last hyphen."""
    shop.kintone.apps[shop.app].code = code

    assert result_of(shop, record_id=f"{code}-3").variables["record_id"] == "3"


@pytest.mark.parametrize(("own", "said"), [("SHOP", "SHOP"), ("", "no app code")])
def test_record_number_with_another_code(shop: InProcess, own: str, said: str) -> None:
    """The number of another app's record is not read here; the app's own code and its unique fields are named."""
    shop.kintone.apps[shop.app].code = own

    message = refusal(shop, record_id="TEA-2")

    assert said in message
    assert "sku (品番)" in message
    assert "only its last part" not in message
    assert READ not in calls(shop)


def test_record_number_when_the_app_cannot_be_read(shop: InProcess) -> None:
    """Whether the number is one of this app is not guessed: kintone's refusal is passed on."""
    shop.kintone.fail(api="app", status=403, code="GAIA_NO01")

    with pytest.raises(KintoneError) as refused:
        result_of(shop, record_id="APP-2")

    assert refused.value.code == "GAIA_NO01"
    assert str(shop.app) in str(refused.value.problem)


@pytest.mark.parametrize("answer", [{"appId": "99", "code": "APP"}, {"appId": "1"}, {"appId": "1", "code": None}])
def test_record_number_when_the_answer_is_not_of_this_app(shop: InProcess, answer: dict[str, object]) -> None:
    """An answer about another app, or without a code, says nothing about this one."""
    changing(shop, APP_READ, lambda _answer: answer)

    with pytest.raises(UnknownResponseError):
        result_of(shop, record_id="APP-2")


def test_many_unique_fields(shop: InProcess) -> None:
    """The first twenty are named and the others counted."""
    many = {f"key{number}": {"type": "SINGLE_LINE_TEXT", "unique": True} for number in range(25)}
    shop.kintone.change_form(shop.app, many)

    message = refusal(shop, record_id="tea")

    assert "key19, 5 more" in message
    assert "key20" not in message


def test_record_when_the_server_sends_another_one(shop: InProcess) -> None:
    """An answer with the record of another ID is not kintone's."""
    changing(shop, READ, lambda _answer: {"record": shop.kintone.records(shop.app, "$id = 1")[0]})

    with pytest.raises(UnknownResponseError):
        result_of(shop, record_id="2")


@pytest.mark.parametrize("revision", [None, {"type": "__REVISION__", "value": "x"}])
def test_record_when_its_revision_is_missing(shop: InProcess, revision: object) -> None:
    """A record without a revision is not an answer of kintone; none is made up."""

    def without_revision(answer: dict[str, Any]) -> dict[str, Any]:
        record = {code: field for code, field in answer["record"].items() if code != "$revision"}
        return {"record": {**record, "$revision": revision} if revision else record}

    changing(shop, READ, without_revision)

    with pytest.raises(UnknownResponseError, match="revision"):
        result_of(shop, record_id="2")


# By key


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


@pytest.mark.parametrize(("code", "found"), [("sku", "ａ-1"), ("number", "7.0"), ("sku", None)])
def test_key_that_the_server_compares_differently(shop: InProcess, code: str, found: str | None) -> None:
    """Another spelling of the same value is the same value, and a field that is not shown proves nothing."""
    shop.kintone.add_records(shop.app, [{"number": "7"}])

    def respelt(answer: dict[str, Any]) -> dict[str, Any]:
        record = dict(answer["records"][0])
        field = record.pop(code)
        return {**answer, "records": [record | ({code: {**field, "value": found}} if found else {})]}

    changing(shop, SEARCH, respelt)

    assert result_of(shop, update_key=code, update_key_value={"sku": "A-1", "number": "7"}[code]).json


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


# The two ways, and the fields


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, ["record_id", "update_key", "update_key_value"]),
        ({"record_id": " ", "update_key": "", "update_key_value": None}, ["record_id", "update_key"]),
        ({"record_id": "1", "update_key": "sku", "update_key_value": "A-1"}, ["record_id and update_key are both"]),
        ({"record_id": "1", "update_key_value": "A-1"}, ["record_id and update_key_value are both"]),
        ({"record_id": "1", "update_key": "sku"}, ["record_id and update_key are both"]),
        ({"update_key": "sku"}, ["update_key is", "without update_key_value;"]),
        ({"update_key_value": "A-1"}, ["update_key_value is", "without update_key;"]),
    ],
)
def test_ways_to_name_a_record(shop: InProcess, given: dict[str, object], named: list[str]) -> None:
    """Exactly one of the two ways is taken, whole; everything else is refused before any request."""
    message = refusal(shop, **given)

    assert [part for part in named if part not in message] == []
    assert calls(shop) == []


@pytest.mark.parametrize("by_key", [False, True])
def test_fields_that_are_named(shop: InProcess, *, by_key: bool) -> None:
    """Only these fields are returned, in this order; ID and revision are variables all the same."""
    way = {"update_key": "sku", "update_key_value": "A-2"} if by_key else {"record_id": "2"}
    result = result_of(shop, **way, fields="owner, sku, owner")
    record: Any = result.variables["record"]

    assert list(record) == ["owner", "sku"]
    assert (result.variables["record_id"], result.variables["revision"]) == ("2", "1")
    assert not any("Warning" in str(line) for line in result.lines)


@pytest.mark.parametrize("fields", ["*", "", '["*"]', " , "])
def test_fields_that_are_not_named(shop: InProcess, fields: str) -> None:
    """Blank and ``*`` mean all fields."""
    record: Any = result_of(shop, record_id="2", fields=fields).variables["record"]

    assert record.keys() >= {"$id", "$revision", "sku", "owner", "lines"}


@pytest.mark.parametrize(
    ("fields", "present"),
    [("sku, ownr", ["ownr", "owner"]), ("sku, 担当者", ["担当者", "owner"]), ("sku, qty", ["qty", "lines"])],
)
def test_fields_that_the_record_does_not_have(shop: InProcess, fields: str, present: list[str]) -> None:
    """A warning names the code, and the field or table that was probably meant; the other fields are returned."""
    result = result_of(shop, record_id="2", fields=fields)
    (warning,) = [str(line) for line in result.lines if "Warning" in str(line)]
    record: Any = result.variables["record"]

    assert [part for part in present if part not in warning] == []
    assert list(record) == ["sku"]


def test_id_and_revision_among_the_fields(shop: InProcess) -> None:
    """They are fields like others in the record, and stay in the text's first line alone."""
    result = result_of(shop, record_id="2", fields="$revision, $id")

    assert result.json == {
        "record": {"$revision": {"type": "__REVISION__", "value": "1"}, "$id": {"type": "__ID__", "value": "2"}}
    }
    assert len(result.lines) == 1
    assert "revision 1" in str(result.lines[0])


# Modes


def test_plain_values(shop: InProcess) -> None:
    """In flattened_json the record holds values, with the rows of tables as plain objects, in JSON and variable."""
    shop.kintone.add_records(shop.app, [{"sku": "R", "lines": [{"qty": "2"}]}])

    result = result_of(shop, record_id="4", fields="sku, lines", output_mode="flattened_json")
    record: Any = result.variables["record"]

    assert record["sku"] == "R"
    assert [{"qty": row["qty"]} for row in record["lines"]] == [{"qty": "2"}]
    assert result.json == {"record": record}


def test_text_only(shop: InProcess) -> None:
    """No JSON is sent, and the variables are."""
    result = result_of(shop, record_id="1", output_mode="text_only")

    assert result.json is None
    assert result.variables.keys() == {"record", "record_id", "revision", "record_url"}


def test_another_writer_between_form_and_record(shop: InProcess) -> None:
    """The revision is that of the record that was read, not of an earlier one."""

    def write_first(asked: Asked) -> None:
        if asked.call == SEARCH:
            shop.before = lambda _asked: None
            shop.ask("PUT", "record", id=1, record={"owner": {"value": "tanaka"}})

    shop.before = write_first
    result = result_of(shop, update_key="sku", update_key_value="A-1")
    record: Any = result.variables["record"]

    assert (record["owner"]["value"], result.variables["revision"]) == ("tanaka", "2")
