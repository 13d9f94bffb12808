"""What somebody probably meant by a name that does not exist."""

import pytest

from kintone.forms.near_matches import nearest, nearest_codes, one_of

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
    """Fields that share a label are all meant, codes that match come first, each once."""
    assert nearest_codes(wanted, NAMES) == codes
    assert nearest(wanted, NAMES) == (codes[0] if codes else None)


def test_codes_stand_in_quotes_when_they_are_told() -> None:
    """Control characters do not leave as they are."""
    assert str(one_of(["a", "b\n"])) == '"a" or "b\\n"'
