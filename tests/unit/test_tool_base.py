"""What all tools share, in the order in which it ends."""

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage

from tools import base
from tools.messages import text_message


def test_tool_when_dify_stops_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's own work ends before the client is closed, so that a cursor can still be given back."""
    ended: list[str] = []

    class Endless(base.KintoneTool):
        def run(self, call: base.Call) -> base.Messages:
            del call
            try:
                while True:
                    yield text_message("more")
            finally:
                ended.append("work")

    monkeypatch.setattr(base.Call, "close", lambda _: ended.append("client"))
    messages = Endless.from_credentials({}).invoke({})

    assert isinstance(next(messages), ToolInvokeMessage)
    messages.close()
    assert ended == ["work", "client"]
