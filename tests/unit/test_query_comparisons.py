"""Reading conditions: their comparisons, and the first place that cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.query.comparisons import OperandKind, Reason, read_condition


def _shown(condition: str) -> list[tuple[str, str, list[str]]]:
    found = read_condition(condition).comparisons
    return [(each.code, each.operator, [operand.text for operand in each.operands]) for each in found]


def test_comparisons_are_read_in_order_with_their_places() -> None:
    """Operators are in one spelling, operands as written, and every place points into the text."""
    text = '(a = "x\\"" OR $id NOT  IN (1,"2")) and memo is  not empty and d >= FROM_TODAY(-7, DAYS) and r.c like "x"'
    found = read_condition(text)

    assert _shown(text) == [
        ("a", "=", ['"x\\""']),
        ("$id", "not in", ["1", '"2"']),
        ("memo", "is not empty", []),
        ("d", ">=", ["FROM_TODAY(-7, DAYS)"]),
        ("r.c", "like", ['"x"']),
    ]
    assert found.broken is None
    assert [text[each.start] for each in found.comparisons] == ["a", "$", "m", "d", "r"]
    operands = [operand for each in found.comparisons for operand in each.operands]
    assert [text[each.start : each.end] for each in operands] == [each.text for each in operands]
    assert [each.kind for each in operands] == [
        OperandKind.TEXT, OperandKind.NUMBER, OperandKind.TEXT, OperandKind.FUNCTION, OperandKind.TEXT,
    ]  # fmt: skip
    assert (operands[0].value, operands[3].value, operands[3].arguments) == ('x"', "FROM_TODAY", ("-7", "DAYS"))


@pytest.mark.parametrize(
    ("condition", "reason", "place"),
    [
        ('"a" = 1', Reason.NO_CODE, 0),
        ("a = 1 and", Reason.NO_CODE, None),
        ("a = 1 and or b = 2", Reason.NO_CODE, 10),
        ("()", Reason.NO_CODE, 1),
        ("a", Reason.NO_OPERATOR, None),
        ('a contains "x"', Reason.NO_OPERATOR, 2),
        ("a is null", Reason.NO_OPERATOR, 2),
        ("a not 1", Reason.NO_OPERATOR, 2),
        ("a =", Reason.NO_VALUE, None),
        ("a = x", Reason.NO_VALUE, 4),
        ("a = and b = 1", Reason.NO_VALUE, 4),
        ("a in ()", Reason.NO_VALUE, 6),
        ('a in "x"', Reason.NO_LIST, 5),
        ('a = ("x")', Reason.LIST_NOT_ALLOWED, 4),
        ('a in ("x" "y")', Reason.LIST_GOES_ON, 10),
        ('a in ("x"', Reason.LIST_GOES_ON, None),
        ("a = 1 b = 2", Reason.NO_CONNECTOR, 6),
        ("a = 1, b = 2", Reason.NO_CONNECTOR, 5),
        ("(a = 1", Reason.NOT_CLOSED, None),
        ("a > F(1", Reason.NOT_CLOSED, None),
        ("a = 1)", Reason.NOT_OPENED, 5),
    ],
)
def test_first_place_that_cannot_be_read(condition: str, reason: Reason, place: int | None) -> None:
    """The reason and the place are those of the first break."""
    broken = read_condition(condition).broken

    assert broken is not None
    assert broken.reason is reason
    assert (broken.token.start if broken.token else None) == place


def test_reading_goes_on_behind_a_place_that_cannot_be_read() -> None:
    """At the next connector, so that later comparisons are known too."""
    assert _shown('a = x and "b" = 2 or c between 1 and d = 4') == [("a", "=", ["x"]), ("d", "=", ["4"])]


def test_connectors_may_be_field_codes() -> None:
    """A word before an operator is a code."""
    assert _shown("and = 1 and or in (2)") == [("and", "=", ["1"]), ("or", "in", ["2"])]


@given(
    st.lists(st.sampled_from([*'()",=<>!', " and ", " or ", " in ", " not ", " is ", "like ", "a", "1", '"x"', "F("]))
)
def test_any_text_is_read_or_has_an_open_quote(parts: list[str]) -> None:
    """No text raises anything else, and every comparison lies within the text."""
    text = "".join(parts)
    try:
        found = read_condition(text)
    except InvalidParameterError:
        return

    assert all(0 <= each.start < each.end <= len(text) for each in found.comparisons)
