"""Whom the parameter ``mentions`` names, in the ways in which people, workflows and models write it."""

import pytest

from kintone.comments import Mention
from kintone.errors import InvalidParameterError
from tools.mentions import read_mentions

SATO, SUZUKI, SALES = Mention("sato"), Mention("suzuki"), Mention("sales", "ORGANIZATION")


@pytest.mark.parametrize("nothing", [None, "", " ", "\u3000", "[]", [], ",", '[""]'])
def test_nobody(nothing: object) -> None:
    """Absent, blank and empty mean the same."""
    assert read_mentions(nothing) == []


@pytest.mark.parametrize(
    "written",
    [
        "sato, suzuki",
        "sato;suzuki",
        " sato\nsuzuki\r\n",
        "sato、suzuki",
        "sato，suzuki,",
        '"sato", "suzuki"',
        '["sato", "suzuki"]',
        "['sato', 'suzuki']",
        '```json\n["sato", "suzuki"]\n```',
        '{"mentions": ["sato", "suzuki"]}',
        ["sato", " suzuki "],
        [{"code": "sato", "type": "USER"}, {"code": "suzuki", "type": "user"}],
        [{"code": "sato", "name": "佐藤 昇"}, "suzuki"],
        '[{"code": "sato", "type": ""}, {"code": "suzuki"}]',
    ],
)
def test_login_names(written: object) -> None:
    """Text, JSON, a fence, a Python literal, a list, and people as kintone's records show them."""
    assert read_mentions(written) == [SATO, SUZUKI]


@pytest.mark.parametrize(
    "written",
    [
        '{"code": "sales", "type": "ORGANIZATION"}',
        '[{"code": "sales", "type": " organization "}]',
        {"code": "sales", "type": "ORGANIZATION"},
        "[{'code': 'sales', 'type': 'ORGANIZATION'}]",
    ],
)
def test_department(written: object) -> None:
    """An object alone is one mention; the type in any letter case."""
    assert read_mentions(written) == [SALES]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("guest/mika@example.com", "guest/mika@example.com"),
        ("営業本部_OZKQWZ", "営業本部_OZKQWZ"),
        (1024, "1024"),
        ("[1024]", "1024"),
        ("山田 太郎", "山田 太郎"),
        ('["a, b"]', "a, b"),
    ],
)
def test_codes_stay_as_they_are(written: object, code: str) -> None:
    """Guests, Japanese codes, digits, blanks inside; in a JSON list also a comma."""
    assert read_mentions(written) == [Mention(code)]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('["sato", {"type": "USER"}]', "entry 2"),
        ([{"code": "", "type": "USER"}], "entry 1"),
        ([{"code": ["sato"]}], "entry 1"),
        ([{"code": "sato", "login": "x"}], "entry 1"),
        ([{"user": "sato"}], "entry 1"),
        ("[null]", "entry 1"),
        ([True], "entry 1"),
        ([["sato"]], "entry 1"),
        ([{"code": "sato", "type": "DEPARTMENT"}], "ORGANIZATION"),
        ([{"code": "sato", "type": 1}], "ORGANIZATION"),
        ("a" * 600, "entry 1"),
        (["a\0b"], "entry 1"),
        (["a\nb"], "entry 1"),
        ('["sato"', "line 1"),
        ({}, "entry 1"),
        (True, "mentions"),
        (1.5, "mentions"),
    ],
)
def test_what_names_nobody_is_refused(written: object, place: str) -> None:
    """The refusal names the parameter and the entry."""
    with pytest.raises(InvalidParameterError) as refused:
        read_mentions(written)

    assert "mentions" in str(refused.value)
    assert place in str(refused.value)


def test_the_same_twice_counts_once() -> None:
    """Somebody who is named eleven times is one mention; a user and a department of one code are two."""
    written = [*["sato"] * 11, {"code": "sales"}, {"code": "sales", "type": "ORGANIZATION"}, "sato"]

    assert read_mentions(written) == [SATO, Mention("sales"), SALES]
