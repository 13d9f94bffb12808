"""POST of records: defaults, checks, ignored fields and refused fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_kintone_tests.api import Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone

type Cells = dict[str, Any]


def _cells(**values: object) -> Cells:
    return {code: {"value": value} for code, value in values.items()}


def _added(client: Api, app: int, **values: object) -> Cells:
    answer = client.send("POST", "record", {"app": app, "record": _cells(**values)})
    assert answer.status_code == 200, answer.text
    record = client.get("record", app=app, id=answer.json()["id"]).json()["record"]
    return {code: cell["value"] for code, cell in record.items()}


def _refused(client: Api, app: int, **values: object) -> set[str]:
    return keys_of(client.send("POST", "record", {"app": app, "record": _cells(**values)}))


def test_new_record_has_defaults_for_what_was_not_sent(orders: Api) -> None:
    """Absent fields get the default; fields that are sent blank stay blank."""
    answer = orders.send("POST", "record", {"app": 1, "record": _cells(sku="N-1")})
    assert answer.json() == {"id": "13", "revision": "1"}
    record = orders.get("record", app=1, id=13).json()["record"]
    assert (record["stock"]["value"], record["rank"]["value"]) == ("0", "Middle")
    assert _added(orders, 1, sku="N-2", stock="", rank="")["stock"] == ""
    assert _added(orders, 1, sku="N-3", rank=None)["rank"] is None


def test_record_may_be_left_out(every: Api) -> None:
    """Without `record` all fields have their defaults."""
    answer = every.send("POST", "record", {"app": 3})
    record = every.get("record", app=3, id=answer.json()["id"]).json()["record"]
    assert record["text"]["value"] == "初期値"
    assert record["users"]["value"] == [{"code": "Administrator", "name": "Administrator"}]
    assert len(record["date"]["value"]) == 10


@pytest.mark.parametrize(
    ("code", "written", "stored"),
    [
        ("number", " 42 ", "42"),
        ("number", "1.6e1", "16"),
        ("number", 12.34567, "12.3457"),
        ("number", "0.12345", "0.1234"),
        ("number", "999999", "999999"),
        ("text", 5, "5"),
        ("date", "2026-4-1", "2026-04-01"),
        ("date", "2026", "2026-01-01"),
        ("date", "2026-07", "2026-07-01"),
        ("date", "", None),
        ("time", "9:05", "09:05"),
        ("moment", "2026-04-01T09:00:30+09:00", "2026-04-01T00:00:00Z"),
        ("moment", "2026-04-01", "2026-04-01T00:00:00Z"),
        ("checks", ["りんご", "みかん"], ["りんご", "みかん"]),
        ("rich", "<div><b>x</b></div>", "<div><b>x</b></div>"),
        ("paragraph", "a\nb", "a\nb"),
        ("mail", "a@example.com", "a@example.com"),
        ("users", [{"code": "sato", "type": "USER"}], [{"code": "sato", "name": "佐藤 昇"}]),
        ("organizations", [{"code": "sales"}], [{"code": "sales", "name": "営業部"}]),
    ],
)
def test_value_is_stored_in_kintones_form(every: Api, code: str, written: object, stored: object) -> None:
    """Numbers, dates and users are normalised."""
    assert _added(every, 3, **{code: written})[code] == stored


@pytest.mark.parametrize(
    ("code", "written", "key"),
    [
        ("number", "abc", "record[number].value"),
        ("number", "1,000", "record[number].value"),
        ("number", "NaN", "record[number].value"),
        ("number", "1234567890123", "record.number.value"),
        ("number", "1000001", "record.number.value"),
        ("number", "-1001", "record.number.value"),
        ("text", "x" * 65, "record.text.value"),
        ("text", "", "record.text.value"),
        ("choice", "なし", "record.choice.value"),
        ("radio", "なし", "record.radio.value"),
        ("checks", ["りんご", "なし"], "record.checks.values[1].value"),
        ("choices", ["なし"], "record.choices.values[0].value"),
        ("date", "2026-02-30", "record.date.value"),
        ("date", "0999-01-01", "record.date.value"),
        ("time", "25:00", "record.time.value"),
        ("moment", "2026-04-01 09:00", "record.moment.value"),
        ("web", "example.com", "record.web.value"),
        ("mail", "nobody", "record.mail.value"),
        ("code", "E-1", "record.code.value"),
        ("number", "15.0", "record.number.value"),
        ("table", [{"value": {"cell_choice": {"value": "なし"}}}], "record.table.value[0].value.cell_choice.value"),
        (
            "table",
            [{"value": {}}, {"value": {"cell_checks": {"value": ["なし"]}}}],
            "record.table.value[1].value.cell_checks.values[0].value",
        ),
    ],
)
def test_bad_value_is_complained_about_under_its_key(every: Api, code: str, written: object, key: str) -> None:
    """The keys of `errors` follow kintone's grammar."""
    assert _refused(every, 3, **{code: written}) == {key}


def test_length_messages_name_the_first_forbidden_length(every: Api) -> None:
    """The message names the first length that is not allowed."""
    answer = every.send("POST", "record", {"app": 3, "record": _cells(text="x" * 65)})
    assert answer.json()["errors"]["record.text.value"]["messages"] == ["Enter less than 65 characters."]


def test_required_keys_differ_by_type(bare: LocalKintone) -> None:
    """A blank required field has the key value, values or values.value; radio buttons are not reported."""
    kinds = {"a": "SINGLE_LINE_TEXT", "b": "CHECK_BOX", "c": "FILE", "d": "USER_SELECT", "e": "RADIO_BUTTON"}
    fields: dict[str, Any] = {code: {"type": kind, "required": True} for code, kind in kinds.items()}
    app = bare.create_app("Required", fields)
    client = Api(bare.url, bare.token(app))
    assert _refused(client, app) == {
        "record.a.value",
        "record.b.values",
        "record.c.values",
        "record.d.values.value",
    }


def test_all_complaints_of_a_batch_come_at_once(orders: Api) -> None:
    """The keys contain each record's position from 0; nothing is stored."""
    records = [_cells(sku="N-1"), _cells(stock="abc"), _cells(sku="N-1"), _cells(sku="N-2", rank="?")]
    answer = orders.send("POST", "records", {"app": 1, "records": records})
    keys = keys_of(answer)
    assert {"records[1][stock].value", "records[1].sku.value", "records[3].rank.value"} <= keys
    assert len(orders.found("")) == 12
    twice = orders.send("POST", "records", {"app": 1, "records": [_cells(sku="N-1"), _cells(sku="N-1")]})
    assert keys_of(twice) == {"records[1].sku.value"}


def test_batch_is_bounded_and_may_be_empty(orders: Api) -> None:
    """At most 100 records; an empty list is allowed."""
    assert keys_of(orders.send("POST", "records", {"app": 1, "records": [{}] * 101})) == {"records"}
    assert orders.send("POST", "records", {"app": 1, "records": []}).json() == {"ids": [], "revisions": []}
    many = [_cells(sku=f"M-{number}") for number in range(100)]
    answer = orders.send("POST", "records", {"app": 1, "records": many}).json()
    assert answer["ids"] == [str(number) for number in range(13, 113)]
    assert set(answer["revisions"]) == {"1"}


def test_unknown_codes_columns_and_computed_fields_are_ignored(orders: Api) -> None:
    """Unknown codes, columns, computed fields and lookup copies are ignored without an error."""
    record = _added(orders, 1, sku="N-1", nosuch="x", item="x", total="99", company="x", price="3", stock="4")
    assert record["total"] == "12"
    assert record["company"] == ""
    assert "nosuch" not in record


@pytest.mark.parametrize(
    ("code", "value", "status", "error"),
    [
        ("レコード番号", "1", 400, "GAIA_UN10"),
        ("ステータス", "完了", 400, "GAIA_UN10"),
        ("group", "x", 400, "GAIA_UN10"),
        ("カテゴリー", ["x"], 400, "GA_UO01"),
        ("related", [], 400, "CB_IJ01"),
        ("作成者", {"code": "sato"}, 403, "GAIA_BF02"),
        ("users", [{"code": "nobody"}], 400, "GAIA_IL26"),
        ("organizations", [{"code": "nowhere"}], 400, "GAIA_IL28"),
        ("customer", "C-999", 400, "GAIA_LO04"),
        ("text", {"a": 1}, 400, "CB_IJ01"),
        ("checks", "りんご", 400, "CB_IJ01"),
        ("files", [{"fileKey": "nosuch"}], 404, "GAIA_BL01"),
    ],
)
def test_what_cannot_be_written_has_its_own_code(every: Api, code: str, value: object, status: int, error: str) -> None:
    """Fields that only kintone sets, unknown users and wrong shapes have their own error codes."""
    answer = every.send("POST", "record", {"app": 3, "record": _cells(**{code: value})})
    assert code_of(answer) == (status, error)
    assert "errors" not in answer.json()


def test_management_permission_sets_creator_and_time(kintone: LocalKintone) -> None:
    """With the permission to manage the app a new record can set its creator and times."""
    client = Api(kintone.url, kintone.token(3, "view", "add", "manage"))
    record = _added(client, 3, 作成者={"code": "sato"}, 作成日時="2020-01-02T03:04:00Z")
    assert record["作成者"]["code"] == "sato"
    assert record["作成日時"] == "2020-01-02T03:04:00Z"


def test_lookup_copies_from_the_source(kintone: LocalKintone, orders: Api) -> None:
    """A key fills the copies, a blank key clears them, and without the source app's token it fails."""
    assert _added(orders, 1, sku="N-1", customer="C-003")["company"] == "北海道フーズ"
    orders.send("PUT", "record", {"app": 1, "id": 1, "record": _cells(customer="")})
    assert orders.get("record", app=1, id=1).json()["record"]["company"]["value"] == ""
    alone = Api(kintone.url, kintone.token(1))
    answer = alone.send("POST", "record", {"app": 1, "record": _cells(sku="N-2", customer="C-003")})
    assert code_of(answer) == (400, "GAIA_LO04")


def test_bad_number_in_a_table_is_stored_blank(every: Api) -> None:
    """Only outside of tables is it an error; computed cells use the blank value."""
    rows = [{"value": _cells(cell_number="1,000")}, {"value": _cells(cell_number="4")}]
    record = _added(every, 3, table=rows, number="1")
    assert [row["value"]["cell_number"]["value"] for row in record["table"]] == ["", "4"]
    assert record["table"][1]["value"]["cell_double"]["value"] == "8"
    assert record["sum"] == "6"


def test_app_code_precedes_the_record_number(bare: LocalKintone) -> None:
    """The record number contains the app's code, `$id` does not, and both find the record."""
    app = bare.create_app("Coded", {"a": {"type": "NUMBER"}}, code="SALES")
    client = Api(bare.url, bare.token(app))
    record = _added(client, app, a="1")
    assert (record["レコード番号"], record["$id"]) == ("SALES-1", "1")
    assert client.found('レコード番号 = "SALES-1"', app) == client.found("レコード番号 = 1", app) == [1]
