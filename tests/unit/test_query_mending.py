"""Slips in queries that can only mean one thing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.query import quote
from kintone.query.mending import mended, told


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("name = “Open”", 'name = "Open"'),
        ("name = „Open“ or a like ”x”", 'name = "Open" or a like "x"'),
        ("name=＂山田＂", 'name="山田"'),
        ("name = 'Open' and a = 1", 'name = "Open" and a = 1'),
        ("name = ‘O’Brien’ limit 5", 'name = "O’Brien" limit 5'),
        ("name = 'O'Brien'", 'name = "O\'Brien"'),
        ("name = ''", 'name = ""'),
        ("rank in ('A', “B”,'C')", 'rank in ("A", "B","C")'),
        ("owner in (LOGINUSER(), 'sato')", 'owner in (LOGINUSER(), "sato")'),
        ("owner in (F('x'), 'sato')", "owner in (F('x'), \"sato\")"),
        ("rank in （“A”、“B”）", 'rank in ("A","B")'),
        ("a == 1 and b === 2", "a = 1 and b = 2"),
        ("a <> 1 or b !== 2", "a != 1 or b != 2"),
        ("a => 1 and b =< 2", "a >= 1 and b <= 2"),
        ("a >== 1 and b <== 2", "a >= 1 and b <= 2"),
        ("a > 5;", "a > 5"),
        ('a = "x;" ; ;', 'a = "x;"  '),
        ("order by a desc limit 3;", "order by a desc limit 3"),
        ("a ≧ 1 and b≦2 and c ≠ 3", "a >= 1 and b<=2 and c != 3"),
        ("a＝1 and b ！＝ 2 and c＞＝3", "a=1 and b != 2 and c>=3"),
        ("a = 1 && b = 2||c = 3", "a = 1 and b = 2 or c = 3"),
        ("a >= １，０００", "a >= 1,０００"),
        ("a >= １０．５", "a >= 10.5"),
        ('where a = "x" order by b asc', 'a = "x" order by b asc'),
        ("WHERE (a = 1)", "(a = 1)"),
        ("name = “a\tb”", r'name = "a\tb"'),
    ],
)
def test_slip_is_mended_when_it_can_mean_one_thing_only(written: str, sent: str) -> None:
    """Quotes, operators and punctuation of other keyboards and languages become kintone's."""
    text, changes = mended(written)

    assert text == sent
    assert changes


@pytest.mark.parametrize(
    "query",
    [
        'name = "“Open”" and memo like "a == b && c <> d"',
        "name = \"where 'x'\"",
        "where = 1",
        "where in (1) and a = 2",
        "where not in (1)",
        "where and = 1",
        "name = 'rock 'n' roll'",
        "name = 'a and memo like 'b'",
        "name = 'O''Brien'",
        r"name = 'a\'b'",
        "name = “a ”b” c”",
        "name = 「東京」",
        "name = “never closed",
        "name “x”",
        'name = "never closed and b == 1',
        "a <=> 1",
        "a & b | c",
        "a ~ b ; c",
        "order by a desc limit 5",
        "",
    ],
)
def test_query_is_left_alone_when_it_is_right_or_may_mean_something_else(query: str) -> None:
    """Nothing is guessed, and kintone decides."""
    assert mended(query) == (query, ())


def test_nothing_behind_an_uncertain_text_is_mended() -> None:
    """Where a text ends is not known, so that what follows may be a part of it."""
    text, _ = mended("a == 1 and name = 'x 'y' and b == 2")

    assert text == "a = 1 and name = 'x 'y' and b == 2"


def test_each_different_change_is_told_once() -> None:
    """The sentence names the parameter, what was written and what was sent; from the eleventh on only the number."""
    text, changes = mended(" and ".join(f"a{number} == “{number}”" for number in range(15)))
    sentence = str(told(changes))

    assert sentence.startswith("query: ")
    assert sentence.count("== was sent as =") == 1
    assert '“8” was sent as "8"' in sentence
    assert "“9”" not in sentence
    assert "6 more" in sentence
    assert text.count("==") == 0


_ODD = st.text(alphabet="\"\\'“”‘’=<>!≠＝（）(),、& |\tab1 １;", max_size=40)
_PARTS = st.sampled_from(
    [
        "a ",
        " = ",
        " == ",
        " like ",
        " in ",
        "(",
        ")",
        ", ",
        "'x'",
        "“x”",
        '"“x”"',
        '"a == b"',
        " && ",
        "||",
        " and ",
        "where ",
    ]
)


@given(st.one_of(_ODD, st.lists(_PARTS, max_size=12).map("".join)))
def test_mending_again_changes_nothing(query: str) -> None:
    """What was mended has nothing left to mend, however odd the query is."""
    once, _ = mended(query)

    assert mended(once) == (once, ())


@given(st.lists(st.tuples(_PARTS, st.text(max_size=15)), max_size=6))
def test_texts_in_double_quotes_are_never_changed(parts: list[tuple[str, str]]) -> None:
    """Whatever they hold and whatever stands around them, they are sent as written, in their order."""
    without_quotes = [(re.sub("[\"'“”‘’]", "", before), quote(text)) for before, text in parts]
    query = " ".join(f"{before} = {text}" for before, text in without_quotes)
    sent, _ = mended(query)

    assert re.findall(r'"(?:[^"\\]|\\.)*"', sent, re.DOTALL) == [text for _, text in without_quotes]
