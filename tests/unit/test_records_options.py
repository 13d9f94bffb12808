"""Options written as one text or as a list: how the text is divided, and what is said where it cannot be."""

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kintone import limits
from kintone.records import CheckedRecord, check_record
from tests.unit.form_samples import field, make_form, options

PIECES = ("a", "b", "c")
NAMES = sorted({",".join(part) for size in (1, 2, 3, 4) for part in combinations("abcab", size)})


def chosen(names: list[str], value: object, kind: str = "CHECK_BOX") -> CheckedRecord:
    """Return what becomes of the value of a field with these options."""
    return check_record({"x": value}, make_form(field(kind, "x", options=options(*names))), "update")


def ways(parts: list[str], names: frozenset[str]) -> list[list[str]]:
    """Return every way to make options of parts that stand between commas."""
    if not parts:
        return [[]]
    heads = [(",".join(parts[:end]), parts[end:]) for end in range(1, len(parts) + 1)]
    return [[head, *rest] for head, left in heads if head in names for rest in ways(left, names)]


@settings(max_examples=400, deadline=None)
@example({"a", "b", "a,b,c,a"}, ["a", "b"])
@example({"a", "b", "a,b"}, ["a", "b"])
@example({"c", "c,a", "a,a"}, ["c", "a", "a"])
@example({"a", "a,b", "b,c", "c"}, ["a", "b", "c"])
@given(
    st.sets(st.sampled_from(NAMES), min_size=1, max_size=6), st.lists(st.sampled_from(PIECES), min_size=1, max_size=6)
)
def test_text_is_divided_into_options_only_where_there_is_one_way(names: set[str], parts: list[str]) -> None:
    """Several ways are told; a text that is an option as a whole is that option."""
    text = ",".join(parts)
    found = ways(parts, frozenset(names))
    for written in (text, " , ".join(parts)) if not any("," in name for name in names) else (text,):
        read = chosen(sorted(names), written)
        if text in names:
            assert read.record == {"x": {"value": [text]}}
        elif len(found) == 1:
            assert read.record == {"x": {"value": list(dict.fromkeys(found[0]))}}
        else:
            assert [problem.code for problem in read.problems] == ["ambiguous" if found else "unknown_option"]
            assert read.record == {}


def test_blanks_around_a_text_that_is_one_option_do_not_matter() -> None:
    """An option with a comma in its name is one option, also with blanks around it or in its own name."""
    assert chosen(["a, b", "a", "b"], " a, b ").record == {"x": {"value": ["a, b"]}}
    assert chosen([" a, b ", "a"], "a, b").record == {"x": {"value": [" a, b "]}}
    assert chosen(["x ", " x", "x"], ["x ", " x", "x"]).record == {"x": {"value": ["x ", " x", "x"]}}


def test_blanks_around_an_option_with_a_comma_do_not_matter_beside_an_unknown_one() -> None:
    """Only what is no option is told."""
    [problem] = chosen(["a, b"], "x, a, b ,y").problems

    assert problem.code == "unknown_option"
    assert '"x", "y" are not options' in str(problem.message)


def test_long_text_is_refused_with_the_number_of_its_parts() -> None:
    """No field has so many options: 1,000 of 128 characters."""
    longest = limits.MAX_OPTIONS * (limits.MAX_NAME_LENGTH + 2)
    at_most = chosen(["a"], ("a," * longest)[:longest])
    more = chosen(["a"], ("a," * longest)[: longest + 1])

    assert (at_most.record, at_most.problems) == ({"x": {"value": ["a"]}}, [])
    assert [problem.code for problem in more.problems] == ["too_long"]
    assert f"{longest // 2 + 1}" in str(more.problems[0].message)


@pytest.mark.parametrize("kind", ["DROP_DOWN", "CHECK_BOX"])
def test_whole_number_names_an_option_of_its_digits(kind: str) -> None:
    """Also one of 38 digits; true, null and numbers with a point name none."""
    names = ["0", "-3", str(2**127)]
    for name in names:
        wanted = name if kind == "DROP_DOWN" else [name]
        assert chosen(names, int(name), kind).record == {"x": {"value": wanted}}
    for odd in (True, 1.5, [None], [True], {"value": {"a": 1}}):
        assert [problem.code for problem in chosen(["1", "True"], odd, kind).problems] == ["wrong_type"]
    assert [problem.code for problem in chosen(names, 10**5000, kind).problems] == ["unknown_option"]


def test_true_and_false_choose_the_only_option_of_a_check_box() -> None:
    """Not where there are two, and not in a multiple choice."""
    assert chosen(["yes"], value=True).record == {"x": {"value": ["yes"]}}
    assert chosen(["yes"], value=False).record == {"x": {"value": []}}
    for names, kind in ((["yes", "no"], "CHECK_BOX"), (["yes"], "MULTI_SELECT")):
        assert [problem.code for problem in chosen(names, value=True, kind=kind).problems] == ["wrong_type"]


@pytest.mark.parametrize(
    ("given", "taken"), [(["a"], "a"), (["a", "b"], None), ([["a"]], None), ('["a"]', "a"), ('["a", "b"]', None)]
)
def test_drop_down_takes_a_list_of_one(given: object, taken: str | None) -> None:
    """Of two options none is preferred."""
    read = chosen(["a", "b"], given, "DROP_DOWN")
    if taken:
        assert read.record == {"x": {"value": taken}}
    else:
        assert [problem.code for problem in read.problems] == ["wrong_type"]
        assert '"a"' in str(read.problems[0].suggestion)
        assert "only one option" in str(read.problems[0].message)


@pytest.mark.parametrize(("text", "kind"), [('["a"]', "DROP_DOWN"), ('["a"]', "CHECK_BOX"), ("[1]", "DROP_DOWN")])
def test_option_that_looks_like_a_list_comes_first(text: str, kind: str) -> None:
    """Its exact name is no list."""
    assert chosen([text, "a"], text, kind).record == {"x": {"value": text if kind == "DROP_DOWN" else [text]}}


def test_unknown_options_are_named_with_those_that_were_probably_meant() -> None:
    """Three of them; the message speaks of one or of several, and the options follow, ten at most."""
    names = [f"Option{letter}" for letter in "ABCDEFGHIJKL"]
    [one] = chosen(names, ["optiona"]).problems
    [many] = chosen(names, ["optionb", "zzz", "optiona", "optionc"]).problems

    assert " is not an option" in str(one.message)
    assert " are not options" in str(many.message)
    assert str(one.suggestion).startswith('did you mean "OptionA"? choose from "OptionA", "OptionB"')
    assert str(many.suggestion).startswith('did you mean "OptionB" and "OptionA"? ')
    assert '"optionc"' not in str(many.message)
    assert '"OptionJ"' in str(one.suggestion)
    assert '"OptionK"' not in str(one.suggestion)
    assert "did you mean" not in str(chosen(names, ["zzz"]).problems[0].suggestion)
