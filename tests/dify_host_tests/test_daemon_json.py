"""JSON after Dify's daemon, which decodes it into Go maps."""

import pytest

from dify_host import DifyHost, HostViolation
from tests.dify_host_tests.scripts import Step, json, message, text, variable, written

NUMBERS = [
    (2**53 + 1, 2**53),
    (12345678901234567890, 12345678901234567000),
    (-(2**53) - 1, -(2**53)),
    (999_999_999_999_999, 999_999_999_999_999),
    (1.0, 1),
    (-0.0, 0),
    (0.1, 0.1),
    (1.5e300, 1.5e300),
    (10**22, 1e22),
]


@pytest.mark.parametrize(("sent", "arrives"), NUMBERS)
def test_number_is_a_float64(shared: DifyHost, sent: float, arrives: float) -> None:
    """A number arrives as the shortest digits of the nearest float64, and as an integer if it has no fraction."""
    outcome = shared.invoke("script", {"script": [json([{"n": sent}]), variable("v", sent)]}, {})

    assert (outcome.json, outcome.variables) == ([[{"n": arrives}]], {"v": arrives})
    assert {type(outcome.variables["v"]), type(outcome.json[0][0]["n"])} == {type(arrives)}


def test_number_beyond_float64_is_refused(scripted: DifyHost) -> None:
    """The daemon cannot decode a line with such a number."""
    with pytest.raises(HostViolation):
        scripted.invoke("script", {"script": [variable("v", 10**400)]}, {})


def test_keys_arrive_sorted(shared: DifyHost) -> None:
    """Objects arrive with their keys sorted by code points, at every depth."""
    sent = {"b": [{"z": 1, "あ": 2, "A": 3}], "a": {}}
    outcome = shared.invoke("script", {"script": [json(sent), variable("v", sent)]}, {})

    for arrived in (outcome.json[0], outcome.variables["v"]):
        assert list(arrived) == ["a", "b"]
        assert list(arrived["b"][0]) == ["A", "z", "あ"]


@pytest.mark.parametrize("sent", ["a\ud83cb", "\udf75"])
def test_half_of_a_character_is_replaced(shared: DifyHost, sent: str) -> None:
    """A lone surrogate becomes U+FFFD in texts, keys and values; a complete character stays."""
    arrives = sent.replace("\ud83c", "�").replace("\udf75", "�")
    script = [written(text(f"{sent}🍵"), escaped=True), written(variable("v", {sent: [sent]}), escaped=True)]
    outcome = shared.invoke("script", {"script": script}, {})

    assert (outcome.text, outcome.variables) == (f"{arrives}🍵", {"v": {arrives: [arrives]}})


BREAKING = [
    text("a\x85b"),
    json({"a": "\x85"}),
    json({"\x85": 1}),
    json({"a": "x" * 20_000 + "\x85"}),
    variable("v", ["\\\x85"]),
]


@pytest.mark.parametrize("keep_json", [True, False])
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("step", BREAKING)
def test_next_line_character_breaks_the_call(shared: DifyHost, step: Step, *, escaped: bool, keep_json: bool) -> None:
    """U+0085 ends a line for Dify's API server, escaped or not; only the call that sent it fails."""
    with pytest.raises(HostViolation, match=r"U\+0085"):
        shared.invoke("script", {"script": [written(step, escaped=escaped)]}, {}, keep_json=keep_json)

    assert shared.violations == []
    assert shared.invoke("script", {"script": [text("next")]}, {}).text == "next"


def test_next_line_character_breaks_a_failure(shared: DifyHost) -> None:
    """An error frame is also a line, so U+0085 breaks it."""
    error = ("session", {"type": "error", "data": {"error_type": "InvokeBadRequestError", "message": "a\x85"}})

    with pytest.raises(HostViolation, match=r"U\+0085"):
        shared.invoke("script", {"script": [error]}, {})


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\u2028", "\u2029", "\\u0085", "\\\\u0085"])
def test_other_line_ends_break_nothing(shared: DifyHost, character: str) -> None:
    """Go escapes the other line ends of Python; an escaped backslash before u0085 is not an escape."""
    script = [written(text(character), escaped=escaped) for escaped in (True, False)]

    assert shared.invoke("script", {"script": script}, {}).text == character * 2


def test_outputs_over_the_limit_of_variables_are_named(shared: DifyHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each output is counted separately: all texts, all JSON messages, stored or not, the last value of a variable."""
    monkeypatch.setattr("dify_host.outcome.VARIABLE_BYTES", 25_000)
    big, half = "x" * 25_000, "x" * 12_500
    script = [text(half), text(half), json([half]), json([half]), variable("a", big), variable("b", big)]
    script += [variable("b", half), variable("c", half, stream=True), variable("c", half, stream=True)]
    script += [message("link", {"text": "u"})]

    kept = shared.invoke("script", {"script": script}, {})
    dropped = shared.invoke("script", {"script": script}, {}, keep_json=False)

    assert kept.over_variable_limit == dropped.over_variable_limit == ["text", "json", "a", "c"]
    assert shared.invoke("script", {"script": [json([half]), text(half)]}, {}).over_variable_limit == []
