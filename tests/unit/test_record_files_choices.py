"""Cells of options, users, departments and groups whose names and codes hold separators, blanks and brackets."""

import pytest

from tests.unit.form_samples import field, make_form, options
from tests.unit.record_file_samples import read
from tests.unit.test_record_files_cells import file_of, value_of

# Options whose names hold what separates them

ODD = ["A", "B", "A, B", "C、D", "x\ny", " z ", "z", "  q", "q ", "\u3000"]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("A, B", ["A, B"]),
        ("A, B\nA", ["A, B", "A"]),
        ("A\nB", ["A", "B"]),
        ("C、D", ["C、D"]),
        ("x\ny", ["x\ny"]),
        ("A\nx\ny\nB", ["A", "x\ny", "B"]),
        (" z ", [" z "]),
        ("z", ["z"]),
        ("z\n z ", ["z", " z "]),
        ("  q", ["  q"]),
        ("A\n\u3000", ["A", "\u3000"]),
        ("\u3000", ["\u3000"]),
        ("q", "unknown_option"),
        ("A\nC,D", "unknown_option"),
    ],
)
def test_options_are_told_by_their_exact_names(cell: str, expected: object, *, exact: bool) -> None:
    """Whatever they hold, in files of people and of programs, one a line."""
    form = make_form(field("SINGLE_LINE_TEXT", "sku"), field("MULTI_SELECT", "odd", options=options(*ODD)))
    outcome = read(file_of("odd", cell, quoted=exact), form)

    assert outcome.error == ""
    assert (outcome.problems[0][2] if outcome.problems else outcome.values[0]["odd"]) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("A,B", "ambiguous"),
        ("A ,B", "ambiguous"),
        ("a，b", "unknown_option"),
        ("A、B", "ambiguous"),
        ("B,A", ["B", "A"]),
        ("B, A", ["B", "A"]),
        ("A,z", ["A", "z"]),
        ("C,D", "unknown_option"),
        ("x,y", "unknown_option"),
        ("B,A,B", "ambiguous"),
    ],
)
def test_text_that_nearly_is_an_option_is_not_split(cell: str, expected: object) -> None:
    """A,B may be the option "A, B" with a blank lost; other texts are split at their commas."""
    form = make_form(field("SINGLE_LINE_TEXT", "sku"), field("CHECK_BOX", "odd", options=options(*ODD)))
    outcome = read(file_of("odd", cell), form)

    assert (outcome.problems[0][2] if outcome.problems else outcome.values[0]["odd"]) == expected


def test_lines_that_are_one_option_or_several_are_refused() -> None:
    """Neither format of ours can tell them apart."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "sku"), field("CHECK_BOX", "odd", options=options("x", "y", "x\ny", "y\nx"))
    )
    for exact in (False, True):
        assert read(file_of("odd", "x\ny", quoted=exact), form).problems == [(2, "odd", "ambiguous")]
        assert read(file_of("odd", "x", quoted=exact), form).values[0]["odd"] == ["x"]


@pytest.mark.parametrize(("code", "kind"), [("tags", "CHECK_BOX"), ("one", "DROP_DOWN")])
def test_guard_of_an_option_comes_off_where_both_are_options(code: str, kind: str) -> None:
    """'=1 in a readable file is the option =1, and ''=1 the option '=1."""
    form = make_form(field("SINGLE_LINE_TEXT", "sku"), field(kind, code, options=options("=1", "'=1", "'+x")))
    cells = {"'=1": "=1", "''=1": "'=1", "'+x": "'+x", "=1": "=1"}

    for cell, expected in cells.items():
        found = read(file_of(code, cell), form).values[0][code]
        assert found == ([expected] if kind == "CHECK_BOX" else expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("(株)山田 (yamada)", ["yamada"]),
        ("佐藤 (営業) (sato)", ["sato"]),
        ("佐藤（sato）", ["sato"]),
        ('Sales ("sales (tokyo)")', ["sales (tokyo)"]),
        ('x ("a, b")\nSato (sato)', ["a, b", "sato"]),
        ("(x)", ["(x)"]),
        ("sales tokyo", ["sales tokyo"]),
        ("Sales (sales tokyo)", "ambiguous"),
        ("Sales (a(b))", "ambiguous"),
        ("営業（東京 本社）", "ambiguous"),
        ("Sato, Taro (sato)", "ambiguous"),
        (r'x ("\q")', "bad_format"),
    ],
)
def test_people_with_brackets_are_told_apart_or_refused(cell: str, expected: object) -> None:
    """Codes may hold brackets and blanks, names too."""
    assert value_of("owner", cell) == expected
