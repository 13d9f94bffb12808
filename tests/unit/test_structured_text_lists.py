"""Lists of field codes and of file names."""

import pytest

from kintone.errors import InvalidParameterError
from tools.text_input.name_lists import read_list


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
        ("$id", ["$id"]),
    ],
)
def test_field_codes_are_separated_by_commas_or_lines(value: object, wanted: list[str]) -> None:
    """A list, a JSON list or a text."""
    assert read_list("fields", value) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a, b.txt", ["a, b.txt"]),
        ("a.txt\nb、c.txt\r\n", ["a.txt", "b、c.txt"]),
        ("a.txt\n\nc.txt", ["a.txt", "", "c.txt"]),
        ("[draft] a.txt", ["[draft] a.txt"]),
        ('["a, b.txt", ""]', ["a, b.txt", ""]),
        (["x.pdf"], ["x.pdf"]),
    ],
)
def test_file_names_stand_one_per_line(value: object, wanted: list[str]) -> None:
    """File names may hold commas and brackets, and an empty one keeps its place."""
    assert read_list("file_names", value, commas=False) == wanted


@pytest.mark.parametrize(
    "value", ['["a"', '["a", {}]', '{"a": 1}', [None], [True], [["a"]], 5, ["a\x00"], "a\ud800", ["\udc00"]]
)
def test_what_is_no_list_of_names_is_refused(value: object) -> None:
    """The sentence names the parameter."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields"):
        read_list("fields", value)


def test_a_number_in_a_list_is_its_digits() -> None:
    """A name that looks like a number arrives as one."""
    assert read_list("fields", '["a", 5]') == ["a", "5"]
