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
    """A list, a JSON list or a text is accepted."""
    assert read_list("fields", value) == wanted


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_field_codes_with_unusual_line_separators(odd: str) -> None:
    """Only commas and usual line ends separate codes."""
    assert read_list("fields", f"a{odd}b,c") == [f"a{odd}b", "c"]


@pytest.mark.parametrize("value", ["x" * 129, ["a", "x" * 129], f'["{"x" * 129}"]', "a b c " * 30])
def test_field_codes_that_are_too_long_are_refused(value: object) -> None:
    """A code has at most 128 characters, https://github.com/kintone/rest-api-spec."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields: .*128"):
        read_list("fields", value)


def test_the_longest_field_codes_are_read() -> None:
    """A code of 128 characters is accepted."""
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
    """The message names the parameter."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields"):
        read_list("fields", value)


def test_a_number_in_a_list_is_its_digits() -> None:
    """A name that looks like a number may be given as one."""
    assert read_list("fields", '["a", 5]') == ["a", "5"]
