"""Parameters as the plugin receives them, by the types that the tool declares."""

from typing import Any

import pytest

from dify_host import DifyHost, ParametersRefused, rendered
from dify_host.parameters import GivenBy

FILE = {"dify_model_identity": "__dify__file__", "url": "http://e.test/f"}


def received(host: DifyHost, given_by: GivenBy, **parameters: object) -> dict[str, Any]:
    """Return what the plugin receives."""
    outcome = host.invoke("echo", parameters, {}, given_by=given_by)
    parameters_of_plugin: dict[str, Any] = outcome.variables["received"]
    return parameters_of_plugin


@pytest.mark.parametrize(
    ("name", "bound", "arrives"),
    [
        ("string", None, ""),
        ("string", 12.0, "12.0"),
        ("string", 12, "12"),
        ("string", True, "True"),
        ("string", {"a": "b"}, "{'a': 'b'}"),
        ("select", 1, "1"),
        ("select", None, ""),
        ("secret", 12345678, "12345678"),
        ("number", 12.0, 12),
        ("number", 1.5, 1.5),
        ("number", "12", 12),
        ("number", " 12 ", 12),
        ("number", "1.5", 1.5),
        ("number", "1.5e3", 1500),
        ("number", "", None),
        ("number", None, None),
        ("number", [1], None),
        ("boolean", None, False),
        ("boolean", "", False),
        ("boolean", "Yes", True),
        ("boolean", "y", True),
        ("boolean", "1", True),
        ("boolean", "NO", False),
        ("boolean", "n", False),
        ("boolean", "0", False),
        ("boolean", "off", True),
        ("boolean", 0, False),
        ("boolean", 2, True),
        ("file", FILE, FILE),
        ("file", [FILE], FILE),
        ("files", FILE, [FILE]),
        ("files", [FILE, FILE], [FILE, FILE]),
        ("files", None, [None]),
        ("files", [], []),
        ("array", [1], [1]),
        ("array", "[1, 2]", [1, 2]),
        ("array", '{"a": 1}', ['{"a": 1}']),
        ("array", "text", ["text"]),
        ("array", None, [None]),
        ("object", {"b": 1, "a": 12345678901234567890}, {"a": 12345678901234567000, "b": 1}),
        ("object", '{"a": "12345678901234567890"}', {"a": "12345678901234567890"}),
        ("object", "no json", {}),
        ("object", "[1]", {}),
        ("any", [1], [1]),
        ("any", None, None),
        ("any", "\ud83c", "\ufffd"),
        ("app", {"app_id": "1"}, {"app_id": "1"}),
        ("date", 20260101, "20260101"),
    ],
)
@pytest.mark.parametrize("given_by", ["workflow", "agent"])
def test_value_is_cast_by_its_declared_type(
    shared: DifyHost, given_by: GivenBy, name: str, bound: object, arrives: object
) -> None:
    """Each value is cast as in Dify and encoded by the daemon."""
    parameters = received(shared, given_by, **{name: bound})

    assert parameters[name] == arrives
    assert type(parameters[name]) is type(arrives)


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("number", "abc"),
        ("number", "1e3"),
        ("number", "1,000"),
        ("number", "two"),
        ("number", float("nan")),
        ("file", []),
        ("file", [FILE, FILE]),
        ("any", {1}),
        ("app", "1"),
        ("object", {"a": 10**400}),
    ],
)
def test_value_is_refused_before_the_plugin_when_it_cannot_be_cast(shared: DifyHost, name: str, bound: object) -> None:
    """A node and an agent get Dify's own message."""
    with pytest.raises(ParametersRefused) as caught:
        received(shared, "workflow", **{name: bound})

    assert caught.value.workflow_view == caught.value.message != ""
    assert caught.value.agent_view == f"tool invoke error: {caught.value.message}"


def test_number_is_refused_in_the_words_of_python(shared: DifyHost) -> None:
    """An invalid number has Python's message."""
    with pytest.raises(ParametersRefused, match="invalid literal for int"):
        received(shared, "workflow", number="two")


def test_undeclared_name_depends_on_who_gives_it(shared: DifyHost) -> None:
    """A node replaces its value by null, an agent passes it unchanged."""
    assert received(shared, "workflow", limit=5) == {"limit": None}
    assert received(shared, "agent", limit=5)["limit"] == 5
    assert received(shared, "raw", limit=5, number="two") == {"limit": 5, "number": "two"}


def test_settings_of_an_author_arrive_with_their_defaults_from_an_agent_alone(shared: DifyHost) -> None:
    """An agent app adds the YAML's defaults, and casts None for a setting without one. A node adds nothing."""
    assert received(shared, "workflow") == {}
    assert received(shared, "agent") == {"secret": "", "wait": 30, "check": True, "mode": "a"}
    assert received(shared, "agent", wait=0, check=False, mode="b", secret="s")["wait"] == 0
    assert received(shared, "agent", wait=None, check=False, mode="b") == {
        "secret": "", "wait": 30, "check": False, "mode": "b"
    }  # fmt: skip
    with pytest.raises(ParametersRefused, match="not in options"):
        received(shared, "agent", mode="c")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": "茶", "a": [True, None]}, '{"b": "茶", "a": [true, null]}'),
        (["茶", "b"], '["茶", "b"]'),
        ([{"a": None, "b": True}], "[{'a': None, 'b': True}]"),
        ([1, 2.0], "[1, 2.0]"),
        (["a", 1], "['a', 1]"),
        ([True], "[True]"),
        ([], ""),
        (None, ""),
        (FILE, ""),
        ([FILE, FILE], ""),
        (12.0, "12.0"),
        (True, "True"),
        ("text", "text"),
    ],
)
def test_value_is_rendered_into_a_text(value: object, text: str) -> None:
    """Objects and lists of texts become JSON, other lists a Python literal, files and blanks an empty text."""
    assert rendered(value) == text
