"""Suggestions for a name that does not exist."""

import pytest

from kintone.forms.near_matches import listed, nearest, nearest_codes, one_of
from kintone.messages import Message

NAMES = (
    ("name", "Name"),
    ("price_net", "Price"),
    ("price_gross", "Ｐｒｉｃｅ"),
    ("price", "List price"),
    ("a", "担当者"),
    ("b", "担当者"),
    ("c", "担当 者"),
)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ("担当者", ("a", "b", "c")),
        ("担当", ("a", "b", "c")),
        ("Price", ("price", "price_net", "price_gross")),
        ("NAME", ("name",)),
        ("list price", ("price",)),
        ("prise_net", ("price_net",)),
        ("zzzzzz", ()),
        (" ", ()),
        ("x" * 1000, ()),
    ],
)
def test_all_codes_come_when_several_are_equally_near(wanted: str, codes: tuple[str, ...]) -> None:
    """All fields with the same label are suggested, each once, matching codes first."""
    assert nearest_codes(wanted, NAMES) == codes
    assert nearest(wanted, NAMES) == (codes[0] if codes else None)


def test_suggested_codes_are_quoted() -> None:
    """Control characters are escaped."""
    assert str(one_of(["a", "b\n"])) == '"a" or "b\\n"'


def test_suggested_codes_are_bounded() -> None:
    """At most thirty codes and about a thousand characters, then how many more there are; one code in any case."""
    many = str(one_of([f"c{number}" for number in range(90)]))
    long = str(one_of([f"{number:02}{'長' * 126}" for number in range(90)]))

    assert many.endswith('"c29" and 60 more')
    assert len(long) < 1_100
    assert long.endswith(" and 83 more")
    assert str(listed([Message("x" * 2_000), Message("y")])) == f"{'x' * 2_000} and 1 more"
