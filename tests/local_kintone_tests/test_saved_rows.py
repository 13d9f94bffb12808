"""Sending saved rows and values again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, cells, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GOODS: dict[str, dict[str, Any]] = {
    "code": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "title": {"type": "SINGLE_LINE_TEXT"},
    "price": {"type": "NUMBER"},
}
LOOKUP = {
    "relatedApp": {"app": "1", "code": ""},
    "relatedKeyField": "code",
    "fieldMappings": [{"field": "shown", "relatedField": "title"}],
    "lookupPickerFields": [],
    "filterCond": "",
    "sort": "",
}
SALES: dict[str, dict[str, Any]] = {
    "note": {"type": "SINGLE_LINE_TEXT"},
    "state": {"type": "DROP_DOWN", "options": ["open", "done"]},
    "people": {"type": "USER_SELECT"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {
            "goods": {"type": "SINGLE_LINE_TEXT", "lookup": LOOKUP},
            "shown": {"type": "SINGLE_LINE_TEXT"},
            "qty": {"type": "NUMBER"},
            "tags": {"type": "CHECK_BOX", "options": ["x", "y"]},
            "owner": {"type": "USER_SELECT"},
        },
    },
}


@pytest.fixture
def shop() -> Iterator[LocalKintone]:
    """Create two apps with one record each: goods, and sales whose rows look up goods."""
    kintone = LocalKintone(seed="none")
    kintone.create_app("goods", GOODS)
    kintone.create_app("sales", SALES)
    kintone.add_records(1, [{"code": "A", "title": "old"}, {"code": "B", "title": "other"}])
    yield kintone
    kintone.stop()


@pytest.fixture
def client(shop: LocalKintone) -> InProcessClient:
    """Return a client for sales that also has the token of goods."""
    return InProcessClient(shop, shop.token(2), shop.token(1, "view", "edit", "delete"))


def _row(**values: object) -> dict[str, Any]:
    return {"value": cells(**values)}


@pytest.fixture
def row(shop: LocalKintone, client: InProcessClient) -> str:
    """Add a sale with one row and return the row's id."""
    line = _row(goods="A", qty="2", tags=["x"], owner=[{"code": "sato"}])
    client.add(2, note="n", state="open", people=[{"code": "sato"}], lines=[line])
    return str(values_of(shop, 2, 1)["lines"][0]["id"])


def _line(shop: LocalKintone, index: int = 0) -> dict[str, Any]:
    line = values_of(shop, 2, 1)["lines"][index]
    return {code: cell["value"] for code, cell in line["value"].items()}


def test_key_of_a_saved_row_fetches_anew_even_when_unchanged(
    shop: LocalKintone, client: InProcessClient, row: str
) -> None:
    """The source's current values replace the copies; a row that is sent by its id alone is not changed."""
    assert _line(shop)["shown"] == "old"
    client.update(1, 1, title="new")
    assert client.update(2, 1, lines=[{"id": row}]).status == 200
    assert _line(shop)["shown"] == "old"
    assert client.update(2, 1, lines=[{"id": row, **_row(qty="3")}]).status == 200
    assert (_line(shop)["shown"], _line(shop)["qty"]) == ("old", "3")
    assert client.update(2, 1, lines=[{"id": row, **_row(goods="A")}]).status == 200
    assert (_line(shop)["shown"], _line(shop)["qty"]) == ("new", "3")


def test_key_whose_source_is_gone_is_gaia_lo04(client: InProcessClient, row: str) -> None:
    """Sending a saved key again fails without `errors`; not sending it works."""
    client.send("DELETE", "records", {"app": 1, "ids": [1]})
    assert refusal_of(client.update(2, 1, lines=[{"id": row, **_row(goods="A")}])) == (400, "GAIA_LO04", set())
    assert client.update(2, 1, lines=[{"id": row, **_row(qty="9")}, {"id": ""} | _row(goods="B")]).status == 200
    assert client.update(2, 1, note="x").status == 200


def test_saved_option_that_was_removed_is_refused_when_sent_again(
    shop: LocalKintone, client: InProcessClient, row: str
) -> None:
    """This applies to records and to saved rows; values that are not sent stay."""
    lines = {**SALES["lines"], "fields": {**SALES["lines"]["fields"], "tags": {"type": "CHECK_BOX", "options": ["y"]}}}
    shop.change_form(2, {**SALES, "state": {"type": "DROP_DOWN", "options": ["done"]}, "lines": lines})
    assert refusal_of(client.update(2, 1, state="open")) == (400, "CB_VA01", {"record.state.value"})
    answer = client.update(2, 1, lines=[{"id": row, **_row(tags=["x"])}])
    assert refusal_of(answer)[2] == {"record.lines.value[0].value.tags.values[0].value"}
    assert client.update(2, 1, lines=[{"id": row}], note="kept").status == 200
    assert (values_of(shop, 2, 1)["state"], _line(shop)["tags"]) == ("open", ["x"])


def test_saved_user_who_was_deleted_is_refused_when_sent_again(
    shop: LocalKintone, client: InProcessClient, row: str
) -> None:
    """This applies to records and to saved rows; values that are not sent stay."""
    del shop.settings.users["sato"]
    sato = [{"code": "sato"}]
    assert refusal_of(client.update(2, 1, people=sato))[:2] == (400, "GAIA_IL26")
    assert refusal_of(client.update(2, 1, lines=[{"id": row, **_row(owner=sato)}]))[:2] == (400, "GAIA_IL26")
    assert client.update(2, 1, lines=[{"id": row}], note="kept").status == 200
    assert _line(shop)["owner"][0]["code"] == "sato"


@pytest.mark.parametrize("beginning", [{}, {"id": None}, {"id": ""}, {"id": "99999"}])
def test_row_without_a_known_id_is_new_and_requires_a_value(
    shop: LocalKintone, client: InProcessClient, row: str, beginning: dict[str, Any]
) -> None:
    """No id, a blank one and an unknown one create a new row, which requires `value`."""
    assert refusal_of(client.update(2, 1, lines=[{"id": row}, beginning])) == (
        400,
        "CB_VA01",
        {"record.lines.value[1].value"},
    )
    assert client.update(2, 1, lines=[{"id": row}, {**beginning, **_row(qty="7")}]).status == 200
    first, second = values_of(shop, 2, 1)["lines"]
    assert first["id"] == row
    assert second["id"] not in {row, "", "99999"}
    assert _line(shop, 1)["qty"] == "7"


@pytest.mark.parametrize("again", ["{}", "0{}"])
def test_same_row_id_twice_is_gaia_si01(client: InProcessClient, row: str, again: str) -> None:
    """All spellings of the id are compared, with or without a value."""
    answer = client.update(2, 1, lines=[{"id": row}, {"id": again.format(row)}])
    assert refusal_of(answer)[:2] == (400, "GAIA_SI01")


def test_columns_that_were_not_sent_can_be_made_to_lose_their_values(
    shop: LocalKintone, client: InProcessClient, row: str
) -> None:
    """Fact sheet 6.3: measurements differ on whether unsent columns are kept; a setting follows the older ones."""
    shop.settings.unsent_columns = "blanked"
    assert client.update(2, 1, lines=[{"id": row, **_row(qty="3")}]).status == 200
    assert _line(shop) == {"goods": "", "shown": "", "qty": "3", "tags": [], "owner": []}
    assert values_of(shop, 2, 1)["lines"][0]["id"] == row
    assert client.update(2, 1, note="x").status == 200
    assert _line(shop)["qty"] == "3"
