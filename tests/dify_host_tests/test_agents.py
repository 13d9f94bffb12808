"""The text of an outcome for an agent's model."""

import pytest

from dify_host import DifyHost
from tests.dify_host_tests.scripts import Step, chunk, json, message, text, variable

QUIET = json({"b": 1, "a": "茶"}, suppress_output=True)


@pytest.mark.parametrize(
    ("script", "in_app", "in_node"),
    [
        ([text("one"), text("two")], "onetwo", "onetwo"),
        ([json({"b": 1, "a": "茶"}), text("one")], 'one{"a": "茶", "b": 1}', 'tool response: {"a": "茶", "b": 1}.one'),
        ([text("one"), QUIET], "one", 'onetool response: {"a": "茶", "b": 1}.'),
        ([json({"a": 1}, suppress_output=False)], '{"a": 1}', 'tool response: {"a": 1}.'),
        ([text('{"a": 1}'), json({"a": 1})], '{"a": 1}', '{"a": 1}tool response: {"a": 1}.'),
        ([json({"a": 1}), json({"a": 1})], '{"a": 1}{"a": 1}', 'tool response: {"a": 1}.tool response: {"a": 1}.'),
        ([json({})], "{}", "tool response: {}."),
        ([variable("v", "unseen"), message("log", {"label": "l"})], "", ""),
        (
            [message("link", {"text": "https://e.test/"})],
            "result link: https://e.test/. please tell user to check it.",
            "result link: https://e.test/. please tell user to check it.",
        ),
    ],
)
def test_messages_as_an_agent_reads_them(shared: DifyHost, script: list[Step], in_app: str, in_node: str) -> None:
    """An app joins texts, then JSON without `suppress_output`; an Agent node joins all; both skip variables."""
    outcome = shared.invoke("script", {"script": script}, {})

    assert (outcome.agent_view, outcome.agent_node_view) == (in_app, in_node)


def test_marked_json_reaches_the_workflow(shared: DifyHost) -> None:
    """`suppress_output` does not affect the next node of a workflow."""
    assert shared.invoke("script", {"script": [QUIET]}, {}).json == [{"b": 1, "a": "茶"}]


def test_file_is_an_address_in_a_repr(shared: DifyHost) -> None:
    """For a file the model gets the repr of Dify's message; for an image, that it was sent."""
    meta = {"filename": "a.csv", "mime_type": "text/csv"}
    outcome = shared.invoke("script", {"script": [chunk(b"", 0, 0, end=True, meta=meta)]}, {})
    image = {"filename": "a.png", "mime_type": "image/png"}
    pictured = shared.invoke("script", {"script": [chunk(b"", 0, 0, end=True, meta=image)]}, {})

    assert outcome.agent_view.startswith("text='/files/tools/")
    assert outcome.agent_view.endswith(".csv'")
    assert outcome.agent_node_view == f"tool response: TextMessage({outcome.agent_view})."
    assert pictured.agent_view.startswith("image has been created")


def test_agent_view_is_refused_when_the_json_was_not_kept(shared: DifyHost) -> None:
    """An agent's view needs the JSON messages, so it is refused without them."""
    outcome = shared.invoke("script", {"script": [json({"a": 1})]}, {}, keep_json=False)

    with pytest.raises(ValueError, match="not stored"):
        _ = outcome.agent_view
