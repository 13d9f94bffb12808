"""Cursors: fixed sets of records, pages, the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_kintone_tests.api import Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def _create(client: Api, **parameters: object) -> str:
    answer = client.send("POST", "records/cursor", {"app": 1, **parameters})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_cursor_reads_page_by_page_and_ends_itself(orders: Api, kintone: LocalKintone) -> None:
    """Pages keep the query's order; the last page deletes the cursor."""
    answer = orders.send(
        "POST", "records/cursor", {"app": 1, "query": "order by price desc", "size": 5, "fields": ["$id"]}
    )
    assert answer.json()["totalCount"] == "12"
    name, seen, sizes = answer.json()["id"], [], []
    assert kintone.stats.live_cursors == 1
    more = True
    while more:
        page = orders.get("records/cursor", id=name).json()
        more = page["next"]
        sizes.append(len(page["records"]))
        seen += [int(record["$id"]["value"]) for record in page["records"]]
    assert sizes == [5, 5, 2]
    assert seen == orders.found("order by price desc")
    assert kintone.stats.live_cursors == 0
    assert code_of(orders.get("records/cursor", id=name)) == (404, "GAIA_CN01")


def test_set_is_frozen_but_values_are_not(orders: Api) -> None:
    """New records are not added, deleted ones are missing from their pages, values are current."""
    name = _create(orders, query="order by $id asc", size=2)
    orders.send("DELETE", "records", {"app": 1, "ids": [1, 2, 4]})
    orders.send("PUT", "record", {"app": 1, "id": 3, "record": {"stock": {"value": "77"}}})
    orders.send("POST", "record", {"app": 1, "record": {"sku": {"value": "new"}}})
    first = orders.get("records/cursor", id=name).json()
    assert first == {"records": [], "next": True}
    second = orders.get("records/cursor", id=name).json()["records"]
    assert [(record["$id"]["value"], record["stock"]["value"]) for record in second] == [("3", "77")]


def test_eleventh_cursor_is_gaia_tm12(orders: Api, kintone: LocalKintone) -> None:
    """The server has at most ten cursors; deleting one allows another."""
    names = [_create(orders) for _ in range(10)]
    other = Api(kintone.url, kintone.token(2))
    assert code_of(other.send("POST", "records/cursor", {"app": 2})) == (429, "GAIA_TM12")
    assert orders.send("DELETE", "records/cursor", {"id": names[0]}).json() == {}
    assert code_of(orders.send("DELETE", "records/cursor", {"id": names[0]})) == (404, "GAIA_CN01")
    assert other.send("POST", "records/cursor", {"app": 2}).ok


def test_cursor_expires(orders: Api, kintone: LocalKintone) -> None:
    """A cursor that is not read expires after its lifetime."""
    kintone.settings.cursor_seconds = -1
    name = _create(orders)
    assert code_of(orders.get("records/cursor", id=name)) == (404, "GAIA_CN01")


def test_cursor_takes_neither_limit_nor_large_pages(orders: Api) -> None:
    """limit, offset and a size above 500 are refused."""
    for query in ("limit 5", "offset 5"):
        assert keys_of(orders.send("POST", "records/cursor", {"app": 1, "query": query})) == {"query"}
    assert keys_of(orders.send("POST", "records/cursor", {"app": 1, "size": 501})) == {"size"}
