"""Lists of field codes."""

import pytest

from kintone.errors import InvalidParameterError
from tools.name_lists import read_list


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, []),
        (" ", []),
        ("a", ["a"]),
        ("a, b,c", ["a", "b", "c"]),
        ("a\n b\r\nc,", ["a", "b", "c"]),
        ("会社名、住所", ["会社名", "住所"]),
        ('["a", "b,c"]', ["a", "b,c"]),
        ("['a', 'b']", ["a", "b"]),
        ('```json\n["a"]\n```', ["a"]),
        ('These fields:\n```json\n["a", "b"]\n```\nwill do.', ["a", "b"]),
        ("Use ```['a', 'b']```", ["a", "b"]),
        ('{"fields": ["a", "b"]}', ["a", "b"]),
        (["a", " b "], ["a", "b"]),
        ([], []),
        ("[]", []),
        ("[5]", ["5"]),
        ("$id", ["$id"]),
        ('"a"', ["a"]),
        ("""'a', "b" , c""", ["a", "b", "c"]),
        ("a; b；c", ["a", "b", "c"]),
    ],
)
def test_field_codes_are_separated_by_commas_or_lines(value: object, wanted: list[str]) -> None:
    """A list, a JSON list or a text."""
    assert read_list("fields", value) == wanted


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_field_codes_may_hold_what_only_some_take_for_a_line_end(odd: str) -> None:
    """Codes end at commas and at the ends of lines that people type."""
    assert read_list("fields", f"a{odd}b,c") == [f"a{odd}b", "c"]


@pytest.mark.parametrize("value", ["x" * 129, ["a", "x" * 129], f'["{"x" * 129}"]', "a b c " * 30])
def test_field_codes_are_refused_when_kintone_has_none_so_long(value: object) -> None:
    """A code has at most 128 characters, https://github.com/kintone/rest-api-spec."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields: .*128"):
        read_list("fields", value)


def test_the_longest_field_codes_are_read() -> None:
    """128 characters are a code."""
    assert read_list("fields", ["é" * 128]) == ["é" * 128]


@pytest.mark.parametrize(
    "value",
    [
        '["a"',
        '["a", {}]',
        '{"a": 1}',
        [None],
        [True],
        [["a"]],
        5,
        ["a\x00"],
        "a\ud800",
        ["\udc00"],
        "[a, b]",
        "[None]",
        "[{'code': 'a'}]",
        '[["a"]]',
        "[a",
    ],
)
def test_what_is_no_list_of_names_is_refused(value: object) -> None:
    """The sentence names the parameter."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields"):
        read_list("fields", value)


def test_a_number_in_a_list_is_its_digits() -> None:
    """A name that looks like a number arrives as one."""
    assert read_list("fields", '["a", 5]') == ["a", "5"]
