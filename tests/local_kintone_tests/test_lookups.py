"""Lookups whose key is a record number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, cells, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_FOUND = (400, "GAIA_LO04", set[str]())


def _looks_up(kind: str, app: str) -> dict[str, Any]:
    lookup = {
        "relatedApp": {"app": app, "code": ""},
        "relatedKeyField": "レコード番号",
        "fieldMappings": [{"field": f"title_{kind}_{app}", "relatedField": "title"}],
    }
    return {
        f"key_{kind}_{app}": {"type": kind, "lookup": lookup},
        f"title_{kind}_{app}": {"type": "SINGLE_LINE_TEXT"},
    }


@pytest.fixture
def shop() -> Iterator[LocalKintone]:
    """Create two source apps, the second with an app code, and an app that looks up record numbers in both."""
    kintone = LocalKintone(seed="none")
    title = {"title": {"type": "SINGLE_LINE_TEXT"}}
    for code in ("", "SRC"):
        app = kintone.create_app("source", title, code=code)
        kintone.add_records(app, [{"title": f"{number}{code}"} for number in range(1, 12)])
    fields: dict[str, dict[str, Any]] = {}
    for app_id in ("1", "2"):
        fields |= _looks_up("NUMBER", app_id) | _looks_up("SINGLE_LINE_TEXT", app_id)
    kintone.create_app("target", fields)
    yield kintone
    kintone.stop()


@pytest.fixture
def client(shop: LocalKintone) -> InProcessClient:
    """Return a client for the target app that also has the source apps' tokens."""
    return InProcessClient(shop, shop.token(3), shop.token(1, "view"), shop.token(2, "view"))


@pytest.mark.parametrize(
    ("source", "written", "copied"),
    [
        ("NUMBER_1", "11", "11"),
        ("NUMBER_1", 3, "3"),
        ("NUMBER_1", "3.0", "3"),
        ("NUMBER_1", "1e1", "10"),
        ("NUMBER_2", "3", "3SRC"),
        ("SINGLE_LINE_TEXT_1", "11", "11"),
        ("SINGLE_LINE_TEXT_2", "SRC-11", "11SRC"),
    ],
)
def test_record_number_is_looked_up(
    shop: LocalKintone, client: InProcessClient, source: str, written: object, copied: str
) -> None:
    """Fact sheet 6.5: the key may be the source's record number; in a number field it is a number."""
    number = client.add(3, **{f"key_{source}": written})
    assert values_of(shop, 3, number)[f"title_{source}"] == copied


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("NUMBER_1", "12"),
        ("NUMBER_1", "0"),
        ("NUMBER_1", "-3"),
        ("NUMBER_1", "3.5"),
        ("SINGLE_LINE_TEXT_1", "-3"),
        ("SINGLE_LINE_TEXT_1", "03"),
        ("SINGLE_LINE_TEXT_1", "３"),
        ("SINGLE_LINE_TEXT_1", "SRC-3"),
        ("SINGLE_LINE_TEXT_2", "3"),
        ("SINGLE_LINE_TEXT_2", "OTHER-3"),
        ("SINGLE_LINE_TEXT_2", "SRC-12"),
    ],
)
def test_what_is_no_record_number_of_the_source_is_not_found(
    client: InProcessClient, source: str, written: str
) -> None:
    """Fact sheet 6.5: an unknown key is GAIA_LO04 without `errors`; a similar text is not accepted."""
    body = {"app": 3, "record": cells(**{f"key_{source}": written})}
    assert refusal_of(client.send("POST", "record", body)) == NOT_FOUND


def test_record_number_of_a_deleted_record_is_not_found(shop: LocalKintone, client: InProcessClient) -> None:
    """Fact sheet 6.5: the number of a deleted record is not found."""
    InProcessClient(shop, shop.token(1)).send("DELETE", "records", {"app": 1, "ids": [3]})
    assert refusal_of(client.send("POST", "record", {"app": 3, "record": cells(key_NUMBER_1="3")})) == NOT_FOUND


def test_copies_from_a_record_that_lacks_the_field_are_blank(shop: LocalKintone, client: InProcessClient) -> None:
    """Fact sheet 6.5: mapped fields are copied unchanged; a field that an old source record lacks gives a blank."""
    fields = shop.apps[1].form.properties
    shop.change_form(1, {code: field for code, field in fields.items() if code != "title"})
    shop.change_form(1, fields)
    assert values_of(shop, 3, client.add(3, key_NUMBER_1="3"))["title_NUMBER_1"] == ""


def test_record_number_is_copied_as_a_number_into_a_number_field(shop: LocalKintone, client: InProcessClient) -> None:
    """Fact sheet 6.1 and 6.5: a text field gets the app's code and the id, a number field only the id."""
    key = shop.apps[3].form.properties["key_NUMBER_2"]
    mappings = [{"field": code, "relatedField": "レコード番号"} for code in ("as_number", "as_text")]
    looks_up = {**key, "lookup": {**key["lookup"], "fieldMappings": mappings}}
    fields = {"key": looks_up, "as_number": {"type": "NUMBER"}, "as_text": {"type": "SINGLE_LINE_TEXT"}}
    shop.change_form(3, fields)
    values = values_of(shop, 3, client.add(3, key="3"))
    assert (values["as_number"], values["as_text"]) == ("3", "SRC-3")
