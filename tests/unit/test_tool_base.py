"""What all tools share, in the order in which it ends."""

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.errors import InvalidParameterError, KintoneError, TimedOutError, UnexpectedError
from kintone.ledger import ONE_ENTRY, EntryState, WriteLedger
from kintone.messages import Message
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


def failing(error: Exception) -> type[base.KintoneTool]:
    """Return a tool that raises this, with a cause."""

    class Failing(base.KintoneTool):
        def run(self, call: base.Call) -> base.Messages:
            del call
            yield from ()
            raise error from ValueError("t0ken in the cause")

    return Failing


def raised_by(error: Exception) -> KintoneError:
    """Return what leaves the tool."""
    with pytest.raises(KintoneError) as raised:
        list(failing(error).from_credentials({}).invoke({}))
    return raised.value


def test_tool_when_it_fails_for_a_known_reason() -> None:
    """The very error leaves, its cause cut off: a cause may quote anything."""
    error = TimedOutError(Message("reading failed"))
    raised = raised_by(error)

    assert raised is error
    assert raised.__cause__ is None
    assert raised.__suppress_context__


@pytest.mark.parametrize("error", [ValueError("t0ken"), KeyError("t0ken"), RecursionError("t0ken")])
def test_tool_when_it_fails_for_an_unknown_reason(error: Exception) -> None:
    """Only the kind is told, since the text may hold anything, and what to do."""
    raised = raised_by(error)

    assert (type(raised), raised.code) == (UnexpectedError, "INTERNAL")
    assert str(raised).startswith("[INTERNAL] ")
    assert type(error).__name__ in str(raised)
    assert "t0ken" not in f"{raised} {raised!r} {raised.__dict__}"
    assert raised.remedy
    assert raised.__cause__ is None


def test_nothing_is_saved_is_said_of_failures_before_the_first_write() -> None:
    """The class, the code and the remedy stay; the ledger says that nothing was sent."""
    words = "reading the form failed; nothing is saved · wait"
    with pytest.raises(TimedOutError, match=words) as raised, base.nothing_is_saved():
        raise TimedOutError(Message("reading the form failed"), remedy=Message("wait"))

    assert raised.value.code == "TIMED_OUT"
    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.NOT_SENT


def test_nothing_is_saved_leaves_alone_what_knows_better() -> None:
    """A write's own ledger says more, and a parameter is refused before anybody thinks of saving."""
    ledger = WriteLedger(1)
    ledger.leave_unknown(ONE_ENTRY)
    with pytest.raises(TimedOutError) as lost, base.nothing_is_saved():
        raise TimedOutError(Message("writing failed"), ledger=ledger)
    with pytest.raises(InvalidParameterError) as refused, base.nothing_is_saved():
        raise InvalidParameterError("fields: empty")

    assert lost.value.ledger is ledger
    assert lost.value.maybe_saved
    assert refused.value.ledger is None


def test_traceback_is_masked_before_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No part of a token is left at the place where the log's line ends."""
    token = "t0ken" * 8
    lines = "x" * (base.LONGEST_TRACEBACK - 10) + token + "y" * 100
    monkeypatch.setattr("tools.base.traceback.format_tb", lambda _: [lines])

    with pytest.raises(UnexpectedError):
        list(failing(ValueError("oops")).from_credentials({"kintone_api_token": token}).invoke({}))

    assert "t0ken" not in caplog.text
    assert "xxxx" in caplog.text
