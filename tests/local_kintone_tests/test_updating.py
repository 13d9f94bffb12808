"""PUT and DELETE of records: merging, tables, revisions, keys, upsert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_kintone_tests.api import Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def _cells(**values: object) -> dict[str, Any]:
    return {code: {"value": value} for code, value in values.items()}


def _record(client: Api, number: int = 1) -> dict[str, Any]:
    record: dict[str, Any] = client.get("record", app=1, id=number).json()["record"]
    return record


def test_update_keeps_what_was_not_sent(orders: Api) -> None:
    """Absent fields keep their value, blank ones are cleared, and the revision is incremented."""
    answer = orders.send("PUT", "record", {"app": 1, "id": 1, "record": _cells(memo="", stock="7")})
    assert answer.json() == {"revision": "2"}
    record = _record(orders)
    assert (record["memo"]["value"], record["stock"]["value"]) == ("", "7")
    assert record["name"]["value"] == "りんごジュース"
    assert record["total"]["value"] == "3360"
    assert record["$revision"]["value"] == "2"


def test_update_key_names_the_record(orders: Api) -> None:
    """A unique text identifies the record; an unknown value is GAIA_RE20."""
    key = {"field": "sku", "value": "A-002"}
    assert orders.send("PUT", "record", {"app": 1, "updateKey": key, "record": _cells(stock="1")}).status_code == 200
    assert _record(orders, 2)["stock"]["value"] == "1"
    missing = {"field": "sku", "value": "none"}
    assert code_of(orders.send("PUT", "record", {"app": 1, "updateKey": missing})) == (404, "GAIA_RE20")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"updateKey": {"field": "nosuch", "value": "x"}}, "GAIA_IQ11"),
        ({"updateKey": {"field": "name", "value": "x"}}, "GAIA_IQ27"),
        ({"updateKey": {"field": "due", "value": "x"}}, "GAIA_IQ27"),
        ({"updateKey": {"field": "sku", "value": ""}}, "updateKey.value"),
        ({"updateKey": {"field": "sku", "value": "A-001"}, "id": 1}, "updateKey"),
        ({}, "id"),
    ],
)
def test_update_key_must_be_usable(orders: Api, body: dict[str, Any], expected: str) -> None:
    """Unknown or not unique fields, blank values, and key and id together are refused."""
    answer = orders.send("PUT", "record", {"app": 1, **body})
    assert answer.status_code == 400
    assert expected in {answer.json()["code"], *answer.json().get("errors", {})}


def test_number_key_is_compared_as_a_number(every: Api) -> None:
    """15 and 15.0 identify the same record."""
    key = {"field": "number", "value": "15.0"}
    assert every.send("PUT", "record", {"app": 3, "updateKey": key, "record": _cells(choice="りんご")}).ok


def test_stale_revision_is_gaia_co02(orders: Api) -> None:
    """A mismatch is a 409 and nothing is written; -1 and no revision skip the check."""
    body = {"app": 1, "id": 1, "record": _cells(stock="1"), "revision": 5}
    assert code_of(orders.send("PUT", "record", body)) == (409, "GAIA_CO02")
    assert _record(orders)["stock"]["value"] == "24"
    assert orders.send("PUT", "record", body | {"revision": -1}).ok
    assert orders.send("PUT", "record", body | {"revision": "2"}).ok


@pytest.mark.parametrize("code", ["レコード番号", "作成者", "作成日時", "更新者", "更新日時"])
def test_echoing_a_whole_record_fails(orders: Api, code: str) -> None:
    """Fields that only kintone sets cannot be sent; `$id` and `$revision` are ignored."""
    record = _record(orders)
    body = {"app": 1, "id": 1, "record": {code: record[code]}}
    assert code_of(orders.send("PUT", "record", body)) == (400, "GAIA_UN10")
    ignored = {"$id": record["$id"], "$revision": record["$revision"], "name": record["name"]}
    assert orders.send("PUT", "record", {"app": 1, "id": 1, "record": ignored}).ok


def test_required_check_sees_the_merged_record(kintone: LocalKintone, orders: Api) -> None:
    """A record with a blank required field cannot be updated until the field is filled."""
    properties = dict(kintone.apps[1].form.properties)
    kintone.change_form(1, {**properties, "memo": {**properties["memo"], "required": True}})
    body = {"app": 1, "id": 6, "record": _cells(stock="1")}
    assert keys_of(orders.send("PUT", "record", body)) == {"record.memo.value"}
    assert orders.send("PUT", "record", {"app": 1, "id": 6, "record": _cells(memo="x")}).ok


def test_table_is_replaced_by_what_is_sent(orders: Api) -> None:
    """Rows with an id keep their unsent cells, other rows are new, omitted rows and with [] all rows are deleted."""
    first, _ = _record(orders)["lines"]["value"]
    rows = [
        {"id": first["id"], "value": _cells(qty="5")},
        {"value": _cells(item="新")},
        {"id": "9999", "value": _cells(item="x")},
    ]
    assert orders.send("PUT", "record", {"app": 1, "id": 1, "record": _cells(lines=rows)}).ok
    kept, new, unknown = _record(orders)["lines"]["value"]
    assert kept["id"] == first["id"]
    assert (kept["value"]["item"]["value"], kept["value"]["qty"]["value"]) == ("りんご", "5")
    assert len({kept["id"], new["id"], unknown["id"], "9999"}) == 4
    assert orders.send("PUT", "record", {"app": 1, "id": 1, "record": _cells(stock="1")}).ok
    assert len(_record(orders)["lines"]["value"]) == 3
    assert orders.send("PUT", "record", {"app": 1, "id": 1, "record": _cells(lines=[])}).ok
    assert _record(orders)["lines"]["value"] == []


def test_row_ids_must_be_numbers_and_differ(orders: Api) -> None:
    """An id that is not a number is CB_IJ01, the same id twice is GAIA_SI01."""
    rows: list[dict[str, Any]] = [{"id": "x", "value": {}}]
    body = {"app": 1, "id": 1, "record": _cells(lines=rows)}
    assert code_of(orders.send("PUT", "record", body)) == (400, "CB_IJ01")
    rows[:] = [{"id": "1", "value": {}}, {"id": 1, "value": {}}]
    assert code_of(orders.send("PUT", "record", body)) == (400, "GAIA_SI01")


def test_batch_update_is_all_or_nothing(orders: Api) -> None:
    """One unknown id cancels the whole batch; error keys contain the position."""
    rows: list[dict[str, Any]] = [{"id": 1, "record": _cells(stock="1")}, {"id": 99, "record": {}}]
    assert code_of(orders.send("PUT", "records", {"app": 1, "records": rows})) == (404, "GAIA_RE01")
    assert _record(orders)["stock"]["value"] == "24"
    rows[1] = {"id": 2, "record": _cells(stock="x")}
    assert keys_of(orders.send("PUT", "records", {"app": 1, "records": rows})) == {"records[1][stock].value"}
    rows[1] = {"updateKey": {"field": "sku", "value": "A-002"}, "record": _cells(stock="2")}
    answer = orders.send("PUT", "records", {"app": 1, "records": rows}).json()
    assert answer == {"records": [{"id": "1", "revision": "2"}, {"id": "2", "revision": "2"}]}


def test_upsert_updates_or_inserts(orders: Api) -> None:
    """An unknown key inserts with the key's value, an unknown id inserts with a new id; others are updated."""
    rows: list[dict[str, Any]] = [
        {"updateKey": {"field": "sku", "value": "U-1"}, "record": _cells(stock="5")},
        {"updateKey": {"field": "sku", "value": "A-001"}, "record": _cells(stock="6")},
        {"id": 500, "record": _cells(sku="U-2")},
        {"id": 2, "revision": "1", "record": _cells(stock="8")},
    ]
    answer = orders.send("PUT", "records", {"app": 1, "upsert": True, "records": rows}).json()["records"]
    assert [(row["id"], row["operation"]) for row in answer] == [
        ("13", "INSERT"),
        ("1", "UPDATE"),
        ("14", "INSERT"),
        ("2", "UPDATE"),
    ]
    inserted = _record(orders, 13)
    assert (inserted["sku"]["value"], inserted["rank"]["value"]) == ("U-1", "Middle")


def test_update_refuses_the_key_within_the_record(orders: Api) -> None:
    """Fact sheet 2.4: the key's field in `record` is CB_VA01, also in upserts."""
    row = {"updateKey": {"field": "sku", "value": "A-001"}, "record": _cells(sku="A-001", stock="1")}
    assert keys_of(orders.send("PUT", "record", {"app": 1, **row})) == {"sku"}
    assert keys_of(orders.send("PUT", "records", {"app": 1, "records": [row]})) == {"records[0].sku"}
    assert _record(orders)["stock"]["value"] == "24"


def test_upsert_refuses_the_key_within_the_record(orders: Api) -> None:
    """The key's field must not be in `record`; inserts require the required fields."""
    key = {"field": "sku", "value": "A-001"}
    rows: list[dict[str, Any]] = [{"updateKey": key, "record": _cells(sku="A-001")}]
    assert keys_of(orders.send("PUT", "records", {"app": 1, "upsert": True, "records": rows})) == {"records[0].sku"}
    rows = [{"id": 999, "record": _cells(stock="1")}]
    answer = orders.send("PUT", "records", {"app": 1, "upsert": True, "records": rows})
    assert keys_of(answer) == {"records[0].sku.value"}


def test_delete_is_all_or_nothing(orders: Api) -> None:
    """Unknown ids and stale revisions cancel the whole call, an empty list is refused, ids are not reused."""
    assert code_of(orders.send("DELETE", "records", {"app": 1, "ids": [1, 99]})) == (404, "GAIA_RE01")
    stale = {"app": 1, "ids": [1, 2], "revisions": [1, 7]}
    assert code_of(orders.send("DELETE", "records", stale)) == (409, "GAIA_CO02")
    assert keys_of(orders.send("DELETE", "records", {"app": 1, "ids": []})) == {"ids"}
    assert len(orders.found("")) == 12
    assert orders.send("DELETE", "records", {"app": 1, "ids": [11, "12"], "revisions": [-1, 1]}).json() == {}
    url = f"{orders.url}/k/v1/records.json?app=1&ids%5B0%5D=10"
    assert orders.session.delete(url, timeout=10).json() == {}
    assert orders.send("POST", "record", {"app": 1, "record": _cells(sku="D-003")}).json()["id"] == "13"
