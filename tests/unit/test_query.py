"""Taking a query apart and joining it again."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.query import Query, parse, quote


@pytest.mark.parametrize(
    ("text", "condition", "order_by", "limit", "offset"),
    [
        ("", "", None, None, None),
        (" \u3000\n", "", None, None, None),
        ('a = "1"', 'a = "1"', None, None, None),
        ('a = "1" or b = "2" limit 5', 'a = "1" or b = "2"', None, 5, None),
        ("limit 500 offset 0", "", None, 500, 0),
        ("a = 1\nOrder\tBY b DESC, c\u3000LIMIT 7\nOFFSET 3", "a = 1", "b DESC, c", 7, 3),
        ('memo = "limit 5 order by x"', 'memo = "limit 5 order by x"', None, None, None),
        ('limit = "5" limit 10', 'limit = "5"', None, 10, None),
        ('limit in ("5") and offset not in (1) limit 10', 'limit in ("5") and offset not in (1)', None, 10, None),
        ('offset like "x" or limit is not empty offset 3', 'offset like "x" or limit is not empty', None, None, 3),
        ("order in (1) order by order desc", "order in (1)", "order desc", None, None),
        ("order by limit, offset desc limit 5", "", "limit, offset desc", 5, None),
        ("order by by limit 5", "", "by", 5, None),
        ('a in ("x")order by b limit 2', 'a in ("x")', "b", 2, None),
        ("d = THIS_MONTH(LIMIT) limit 2", "d = THIS_MONTH(LIMIT)", None, 2, None),
        ("(a = 1 limit 5", "(a = 1 limit 5", None, None, None),
        ("a = 1) limit 5", "a = 1)", None, 5, None),
        ("a ~ b ; c", "a ~ b ; c", None, None, None),
        ("limit10", "limit10", None, None, None),
    ],
)
def test_parse_splits_options_from_condition_when_given(
    text: str, condition: str, order_by: str | None, limit: int | None, offset: int | None
) -> None:
    """Options are recognised by their place, not by their spelling, and the rest is left as it was written."""
    query = parse(text)

    assert (query.condition, query.order_by, query.limit, query.offset) == (condition, order_by, limit, offset)


@pytest.mark.parametrize(
    ("order_by", "keys"),
    [
        ("$id", (("$id", ""),)),
        ("$id ASC", (("$id", "asc"),)),
        ("a desc,b", (("a", "desc"), ("b", ""))),
        ("a desc nulls last", ()),
        ("a b", ()),
        ("a,", ()),
        ('"a" desc', ()),
    ],
)
def test_sort_keys_are_read_when_the_order_has_the_known_form(order_by: str, keys: tuple[tuple[str, str], ...]) -> None:
    """An order of another form is kept as text and has no keys."""
    query = parse(f"order by {order_by}")

    assert query.sort_keys == keys
    assert query.order_by == order_by


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('limit 5 a = "1"', 'a = "1" limit 5'),
        ("a = 1 limit 5 order by b asc", "a = 1 order by b asc limit 5"),
        ("a = 1 offset 3 limit 5", "a = 1 limit 5 offset 3"),
        ("a = 1 limit 5 and b = 2 offset 3", "a = 1 and b = 2 limit 5 offset 3"),
        ("a = 1 limit 5 b = 2", "a = 1 and b = 2 limit 5"),
        ("offset 1 order by x limit 2", "order by x limit 2 offset 1"),
    ],
)
def test_disorder_is_refused_when_parts_stand_in_a_wrong_order(text: str, right: str) -> None:
    """The sentence shows the caller's own parts in the right order."""
    with pytest.raises(InvalidParameterError) as caught:
        parse(text)

    assert str(caught.value.problem).startswith("query: ")
    assert str(caught.value.problem).endswith(f": {right}")


@pytest.mark.parametrize("value", ["", '"5"', "5, 10", "9" * 5000])
def test_number_is_refused_when_limit_is_no_whole_number(value: str) -> None:
    """The sentence names the parameter and the option."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] query: "):
        parse(f"a = 1 limit {value}")


@pytest.mark.parametrize("text", ["limit 5 limit 6", "order by a order by b", "offset 1 limit 2 offset 3"])
def test_option_is_refused_when_it_stands_twice(text: str) -> None:
    """Which of the two is meant cannot be known."""
    with pytest.raises(InvalidParameterError, match="given twice"):
        parse(text)


def test_order_by_is_refused_when_it_names_no_field() -> None:
    """An order without a field is said to be one, with an example."""
    with pytest.raises(InvalidParameterError, match="names no field"):
        parse("a = 1 order by")


def test_guard_puts_the_condition_in_parentheses_when_there_is_one() -> None:
    """``and`` binds tighter than ``or``, so the caller's condition is kept together."""
    assert (
        str(parse('a = "1" or b = "2" limit 5').with_condition("$id > 5")) == '(a = "1" or b = "2") and $id > 5 limit 5'
    )
    assert str(Query().with_condition("$id > 5")) == "$id > 5"


def test_quote_escapes_what_would_end_or_break_a_text() -> None:
    """Backslashes come first, then quotes, then control characters."""
    assert quote('a\\"b\n\t\r') == r'"a\\\"b\n\t\r"'
