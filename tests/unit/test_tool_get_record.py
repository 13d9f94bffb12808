"""``kintone_get_record`` by ID: which requests it sends, and what it makes of the answers."""

from typing import Any

import pytest

from kintone.errors import KintoneError, NotFoundError, UnknownResponseError
from tests.unit.get_record_tool import APP_READ, FORM_READ, READ, SEARCH, calls, changing, refusal, result_of
from tests.unit.in_process import Asked, InProcess

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


@pytest.mark.parametrize("value", ["A", "茶", "1,234", "id3", "A 3", '{"id": 3}', True])
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


@pytest.mark.parametrize(
    "value",
    ["#2", "＃２", "record 2", "Record #2", "record_id: 2", "$id = 2", "id=2", "レコード2", "レコード番号 2", "2番",
     "记录 2", "[2]", '["2"]', [2], ["2"]],
)  # fmt: skip
def test_id_when_it_is_decorated(shop: InProcess, value: object) -> None:
    """What can only mean record 2 reads record 2."""
    assert result_of(shop, record_id=value).variables["record_id"] == "2"
    assert calls(shop) == [READ]


@pytest.mark.parametrize("end", ["", "&l.view=20&l.q&l.next=3", "&mode=edit"])
def test_id_when_it_is_the_address_of_the_record(shop: InProcess, end: str) -> None:
    """The address that the tool itself returns names the record, as a browser shows it too."""
    address = str(result_of(shop, record_id="2").variables["record_url"])
    path = address[address.index("/k/") :]

    for written in (address, address.partition("//")[2], path, address.replace("/k/", "/k/m/").replace("#", "?")):
        assert result_of(shop, record_id=written + end).variables["record_id"] == "2"


def test_id_when_it_is_the_address_of_another_app(shop: InProcess) -> None:
    """The refusal names the app of the address and the one that is read; nothing is read."""
    message = refusal(shop, record_id=f"https://example.cybozu.com/k/{shop.app + 11}/show#record=2")

    assert all(part in message for part in (f"app {shop.app + 11}", f"app {shop.app};", "kintone_app_id"))
    assert calls(shop) == []


@pytest.mark.parametrize("place", ["https://other.cybozu.com/k/{}", "/k/guest/7/{}"])
def test_id_when_it_is_an_address_of_another_place(shop: InProcess, place: str) -> None:
    """A record of another site, or of a guest space, is not the one of the same number here."""
    message = refusal(shop, record_id=f"{place.format(shop.app)}/show#record=2")

    assert message.endswith(": 2")
    assert calls(shop) == []


@pytest.mark.parametrize("value", ["1, 2", "1,2", "1、2", "[1, 2]", "1 or 2", "1 and 2", "1\n2", [1, 2], ["1", "2"]])
def test_several_ids(shop: InProcess, value: object) -> None:
    """The refusal says that this tool reads one record, and which query reads them all."""
    message = refusal(shop, record_id=value)

    assert "kintone_query" in message
    assert "$id in (1, 2)" in message
    assert calls(shop) == []


def test_very_many_ids(shop: InProcess) -> None:
    """They are not repeated all."""
    assert len(refusal(shop, record_id=list(range(1, 5_001)))) < 400


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

    assert "key19 and 5 more" in message
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

    with pytest.raises(UnknownResponseError, match="revision") as refused:
        result_of(shop, record_id="2")

    assert ("missing" in str(refused.value)) == (revision is None)
    assert "null" not in str(refused.value)


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


@pytest.mark.parametrize("nothing", ["null", "None", " undefined "])
def test_word_for_nothing_beside_the_other_way(shop: InProcess, nothing: str) -> None:
    """What a template leaves where it gives nothing counts as not given beside the other way."""
    by_key = {"update_key": "sku", "update_key_value": "A-2"}
    no_key = {"update_key": nothing, "update_key_value": nothing}

    assert result_of(shop, record_id=nothing, **by_key).variables["record_id"] == "2"
    assert result_of(shop, record_id="2", **no_key).variables["record_id"] == "2"
    assert "record_id is missing" in refusal(shop, record_id=nothing)
    assert "both" in refusal(shop, record_id="2", update_key="sku", update_key_value=nothing)


def test_key_value_that_is_the_word_null(shop: InProcess) -> None:
    """Without an ID it is the text that the record has in its key field."""
    shop.kintone.add_records(shop.app, [{"sku": "null"}])

    assert result_of(shop, update_key="sku", update_key_value="null").variables["record_id"] == "4"


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


@pytest.mark.parametrize(("column", "warns"), [("id", True), ("qty", False)])
def test_plain_rows_with_a_column_called_id(column: str, *, warns: bool) -> None:
    """The column takes the place of the row's ID, and a warning names the table."""
    with InProcess({"t": {"type": "SUBTABLE", "fields": {column: {"type": "SINGLE_LINE_TEXT"}}}}) as site:
        site.kintone.add_records(site.app, [{"t": [{column: "own"}]}])
        result = result_of(site, record_id="1", output_mode="flattened_json")
        whole = result_of(site, record_id="1")

    warnings = [str(line) for line in result.lines if "Warning" in str(line)]
    assert len(warnings) == warns
    assert all(" t " in warning for warning in warnings)
    assert not any("Warning" in str(line) for line in whole.lines)


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
