"""Reading what Dify hands over."""

import pytest

from kintone.errors import InvalidParameterError
from tools.declarations import Parameter
from tools.parameters import Parameters

NUMBER = Parameter("it", default=30, minimum=1, maximum=300)


def given(value: object) -> Parameters:
    """Return parameters in which ``it`` has this value."""
    return Parameters({"it": value, "undeclared": 1}, {"it": NUMBER, "missing": NUMBER})


def chosen(value: object, default: object) -> Parameters:
    """Return parameters in which ``it`` is one of two options, or a yes or no."""
    return Parameters({"it": value}, {"it": Parameter("it", ("both", "text_only"), default)})


@pytest.mark.parametrize("value", [None, "", "  ", "\n"])
def test_parameters_when_blank(value: object) -> None:
    """Absent, None and blank mean the same for every reader."""
    parameters = given(value)

    for name in ("it", "missing"):
        assert parameters.raw(name) is None
        assert parameters.text(name) == ""
        assert parameters.number(name) == 30.0
        assert parameters.count(name) is None
    assert chosen(value, "text_only").choice("it") == "text_only"
    assert chosen(value, default=True).flag("it") is True


def test_parameters_when_a_name_is_not_declared() -> None:
    """A tool that reads what its declaration does not name fails loudly."""
    with pytest.raises(KeyError):
        given(1).text("undeclared")


@pytest.mark.parametrize(("value", "text"), [(" a ", "a"), (12, "12"), (1.5, "1.5"), ("日本", "日本")])
def test_text_when_it_is_text_or_number(value: object, text: str) -> None:
    """Text is stripped; a number is as good."""
    assert given(value).text("it") == text


@pytest.mark.parametrize("value", [True, [], ["a"], {}, {"a": 1}, "\ud800x", "a\0b", b"x"])
def test_text_when_it_is_not(value: object) -> None:
    """Lists, objects, booleans and broken text are refused by name."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] it "):
        given(value).text("it")


@pytest.mark.parametrize(("value", "number"), [(5, 5.0), ("5", 5.0), ("５．５", 5.5), (1, 1.0), (300, 300.0)])
def test_number_when_in_range(value: object, number: float) -> None:
    """Numbers and numeric text of any width are read."""
    assert given(value).number("it") == number


@pytest.mark.parametrize(
    "value", [0, 301, "0.5", "abc", float("nan"), float("inf"), "nan", "1e400", 10**400, True, [], "9" * 100]
)
def test_number_when_out_of_range(value: object) -> None:
    """Out of range is an error that names the range, never clamped."""
    with pytest.raises(InvalidParameterError, match="it must be a number from 1 to 300"):
        given(value).number("it")


@pytest.mark.parametrize("value", [0, -1])
def test_count_when_there_is_nothing_to_count(value: object) -> None:
    """Whole numbers begin at 1."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] it .* 1"):
        given(value).count("it")


def test_choice_when_spelled_loosely() -> None:
    """Case and blanks around an option do not matter; another word does."""
    assert chosen(" Both ", "text_only").choice("it") == "both"
    wrong_ones: tuple[object, ...] = ("all", 1, [], True)
    for wrong in wrong_ones:
        with pytest.raises(InvalidParameterError, match="it must be one of both, text_only"):
            chosen(wrong, "both").choice("it")


@pytest.mark.parametrize(
    ("value", "answer"), [(True, True), ("true", True), ("No", False), (1, True), (0, False), ("off", False)]
)
def test_flag_when_understood(value: object, *, answer: bool) -> None:
    """Dify's ways to say yes and no are understood."""
    assert chosen(value, default=not answer).flag("it") is answer


@pytest.mark.parametrize("value", ["maybe", 2, [], {}, 0.5])
def test_flag_when_not_understood(value: object) -> None:
    """Anything else is refused instead of counting as yes."""
    with pytest.raises(InvalidParameterError, match="it must be true or false"):
        chosen(value, default=True).flag("it")
