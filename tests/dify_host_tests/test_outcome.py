"""How messages become the outputs of a tool node."""

import pytest

from dify_host import DifyHost
from tests.dify_host_tests.scripts import json, message, text, variable


def test_texts_are_joined_without_a_separator(scripted: DifyHost) -> None:
    """Texts are joined without line ends."""
    assert scripted.invoke("script", {"script": [text("one"), text("two\n"), text("三")]}, {}).text == "onetwo\n三"


def test_link_becomes_a_line_of_text(scripted: DifyHost) -> None:
    """A link is added to the text output."""
    link = message("link", {"text": "https://example.test/"})

    assert scripted.invoke("script", {"script": [link]}, {}).text == "Link: https://example.test/\n"


def test_json_messages_become_a_list_without_the_empty_ones(scripted: DifyHost) -> None:
    """Each JSON message is one element; `{}` and `[]` are dropped."""
    script = [json({"a": 1}), json({}), json([]), json([1, 2])]

    assert scripted.invoke("script", {"script": script}, {}).json == [{"a": 1}, [1, 2]]


@pytest.mark.parametrize("script", [[], [json({})], [text("only text")]])
def test_json_is_a_placeholder_when_no_message_remains(scripted: DifyHost, script: list[object]) -> None:
    """Without JSON messages the output is Dify's placeholder."""
    assert scripted.invoke("script", {"script": script}, {}).json == [{"data": []}]


@pytest.mark.parametrize("value", [{"a": 1}, [1], "text", 1, 1.5, True, None])
def test_variable_keeps_its_value(scripted: DifyHost, value: object) -> None:
    """Values of every type arrive unchanged."""
    assert scripted.invoke("script", {"script": [variable("v", value)]}, {}).variables == {"v": value}


def test_last_value_of_a_variable_wins(scripted: DifyHost) -> None:
    """A variable sent twice has its last value."""
    assert scripted.invoke("script", {"script": [variable("v", 1), variable("v", 2)]}, {}).variables == {"v": 2}


def test_stream_variable_is_joined(scripted: DifyHost) -> None:
    """The parts of a stream variable are joined into one text."""
    script = [variable("v", "a", stream=True), variable("v", "b", stream=True)]

    assert scripted.invoke("script", {"script": script}, {}).variables == {"v": "ab"}


def test_images_and_logs_are_only_recorded(scripted: DifyHost) -> None:
    """Messages without their own output are listed in the messages."""
    outcome = scripted.invoke(
        "script", {"script": [message("image", {"text": "u"}), message("log", {"label": "l"})]}, {}
    )

    assert outcome.text == ""
    assert [message.type for message in outcome.messages] == ["image", "log"]
