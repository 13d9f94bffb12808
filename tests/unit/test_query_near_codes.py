"""Suggestions for field codes that the app does not have."""

import re

import pytest

from kintone.forms.answers import parse_form
from kintone.query import code_hints

FORM = parse_form(
    {
        "properties": {
            "name": {"type": "SINGLE_LINE_TEXT", "code": "name", "label": "Product"},
            "在庫数": {"type": "NUMBER", "code": "在庫数", "label": "Stock"},
            "owner": {"type": "USER_SELECT", "code": "owner", "label": "担当者"},
            "deputy": {"type": "USER_SELECT", "code": "deputy", "label": "担当者"},
            "lines": {
                "type": "SUBTABLE",
                "code": "lines",
                "label": "Lines",
                "fields": {"quantity": {"type": "NUMBER", "code": "quantity", "label": "Qty"}},
            },
        },
        "revision": "1",
    },
    "1",
)


@pytest.mark.parametrize(
    ("query", "hints"),
    [
        ('nmae = "x"', [["name", "nmae"]]),
        ("在庫 >= 5 and $id > 3", [["在庫数", "在庫"]]),
        ("Stock > 5 order by NAME desc", [["在庫数", "Stock"], ["name", "NAME"]]),
        ("担当者 in (LOGINUSER())", [["owner", "deputy", "担当者"]]),
        ("quantty not in (1)", [["quantity", "quantty"]]),
        ('name = "nmae = 5" and quantity > 1', []),
        ("zzzzzz = 1", []),
        ("", []),
    ],
)
def test_near_codes_when_a_query_names_fields(query: str, hints: list[list[str]]) -> None:
    """Words in the position of a field code are compared with codes and labels; quoted texts are not."""
    assert [re.findall('"(.+?)"', str(hint)) for hint in code_hints(query, [], FORM)] == hints


def test_near_codes_when_fields_are_listed() -> None:
    """Listed codes are compared too, each once."""
    [hint] = code_hints("nmae = 1", ["nmae", "name"], FORM)

    assert '"name" instead of "nmae"' in str(hint)
