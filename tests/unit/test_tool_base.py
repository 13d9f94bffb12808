"""The behaviour that all tools share, and the order in which a call ends."""

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage
from dify_plugin.errors.model import InvokeBadRequestError

from kintone.errors import (
    MAX_SENTENCE,
    ErrorReply,
    InvalidParameterError,
    InvalidRequestError,
    TimedOutError,
)
from kintone.ledger import ONE_ENTRY, EntryState, WriteLedger
from kintone.messages import Message
from tools import base
from tools.declarations import Declaration, parameters_named
from tools.failures import MAX_TRACEBACK
from tools.parameters import Parameters
from tools.results import text_message

NONE = Declaration("nothing", {}, frozenset())


def test_tool_when_dify_stops_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's generator ends before the client is closed, so that a cursor can still be deleted."""
    ended: list[str] = []

    class Endless(base.KintoneTool):
        @classmethod
        def declaration(cls) -> Declaration:
            return NONE

        def run(self, call: base.Call) -> base.Streaming:
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


def failing(error: Exception, declared: Declaration = NONE) -> type[base.KintoneTool]:
    """Return a tool that raises this error with a cause."""

    class Failing(base.KintoneTool):
        @classmethod
        def declaration(cls) -> Declaration:
            return declared

        def run(self, call: base.Call) -> base.Result:
            del call
            raise error from ValueError("t0ken in the cause")

    return Failing


class Offline(base.OfflineTool):
    """A tool that asks kintone nothing and repeats its parameter."""

    declared = Declaration("offline", parameters_named(["record_data"]), frozenset())

    @classmethod
    def declaration(cls) -> Declaration:
        """Return the declaration."""
        return cls.declared

    def answer(self, parameters: Parameters) -> base.Result:
        """Return the parameter as text."""
        return base.Result([parameters.text("record_data")])


@pytest.mark.parametrize("stored", [{}, {"kintone_domain": "kintone.example", "kintone_api_token": "no token"}])
def test_offline_tool_needs_no_valid_credential(monkeypatch: pytest.MonkeyPatch, stored: dict[str, str]) -> None:
    """It answers without one, with a refused one, and with a wrong setting of the operator."""
    monkeypatch.setenv("KINTONE_CALL_BUDGET", "x")

    messages = list(Offline.from_credentials(stored).invoke({"record_data": "hello"}))

    assert [message.message.model_dump() for message in messages] == [{"text": "hello\n"}]


def test_offline_tool_masks_the_token_of_the_credential() -> None:
    """A token that is in its data is masked in its result, as in that of every tool."""
    token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123"

    (message,) = Offline.from_credentials({"kintone_api_token": token}).invoke({"record_data": f"a {token}"})

    assert message.message.model_dump() == {"text": "a ***\n"}


def test_offline_tool_refuses_the_parameters_of_the_network() -> None:
    """It has no site, app or token, so one that is given was meant for another tool."""
    with pytest.raises(InvokeBadRequestError, match="no parameter kintone_app_id"):
        list(Offline.from_credentials({}).invoke({"record_data": "x", "kintone_app_id": 1}))


def raised_by(error: Exception, **credentials: str) -> InvokeBadRequestError:
    """Return the error that leaves the tool."""
    with pytest.raises(InvokeBadRequestError) as raised:
        list(failing(error).from_credentials(credentials).invoke({}))
    return raised.value


def test_tool_when_it_fails_for_a_known_reason() -> None:
    """The error's class is one whose message Dify shows, with the code first and without its cause."""
    raised = raised_by(TimedOutError(Message("reading failed")))

    assert type(raised).__name__ == "InvokeBadRequestError"
    assert str(raised).startswith("[TIMED_OUT] ")
    assert raised.__cause__ is None
    assert raised.__suppress_context__


@pytest.mark.parametrize("error", [ValueError("t0ken"), KeyError("t0ken"), RecursionError("t0ken")])
def test_tool_when_it_fails_for_an_unknown_reason(error: Exception) -> None:
    """Only the error's class and advice are shown, since its text may hold secrets."""
    raised = raised_by(error)

    assert str(raised).startswith("[INTERNAL] ")
    assert type(error).__name__ in str(raised)
    assert "t0ken" not in f"{raised} {raised!r} {raised.__dict__}"
    assert raised.__cause__ is None


@pytest.mark.parametrize("filler", [0, MAX_SENTENCE - 45, MAX_SENTENCE - 10, 4 * MAX_SENTENCE - 10])
def test_failure_when_a_server_repeats_the_token(filler: int) -> None:
    """Kintone's message is masked before it is cut: no eight characters of a token remain."""
    token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123"
    reply = ErrorReply(400, "CB_VA01", "x" * filler + token, [("place " + token, [token])], token)

    message = str(raised_by(InvalidRequestError(Message("writing failed"), reply=reply), kintone_api_token=token))

    assert not [start for start in range(len(token) - 7) if token[start : start + 8] in message]


@pytest.mark.parametrize("value", ["abc12345token", "x ABC12345TOKEN y", "abc12345%74oken"])
def test_tool_when_its_token_is_in_another_parameter(value: str) -> None:
    """The call is refused before a request, and the token is not shown."""
    declared = Declaration("x", parameters_named(["query", "kintone_api_token", "record_data"]), frozenset())
    tool = failing(ValueError("it ran"), declared)

    def message(**given: object) -> str:
        with pytest.raises(InvokeBadRequestError) as raised:
            list(tool.from_credentials({"kintone_api_token": "abc12345token"}).invoke(given))
        return str(raised.value)

    assert message(query=value).startswith("[INVALID_INPUT] query ")
    assert "12345" not in message(query=value)
    # The token's own parameter and data are accepted.
    assert message(kintone_api_token="abc12345token", record_data=value).startswith("[INTERNAL]")


def test_nothing_saved_yet_is_said_of_failures_before_the_first_write() -> None:
    """Class, code and remedy stay, and the ledger says that nothing was sent."""
    words = "reading the form failed; nothing is saved · wait"
    with pytest.raises(TimedOutError, match=words) as raised, base.nothing_saved_yet():
        raise TimedOutError(Message("reading the form failed"), remedy=Message("wait"))

    assert raised.value.code == "TIMED_OUT"
    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.NOT_SENT


def test_nothing_saved_yet_keeps_existing_ledgers() -> None:
    """A write's own ledger, and a refused parameter, are not changed."""
    ledger = WriteLedger(1)
    ledger.mark_unknown(ONE_ENTRY)
    with pytest.raises(TimedOutError) as lost, base.nothing_saved_yet():
        raise TimedOutError(Message("writing failed"), ledger=ledger)
    with pytest.raises(InvalidParameterError) as refused, base.nothing_saved_yet():
        raise InvalidParameterError("fields: empty")

    assert lost.value.ledger is ledger
    assert lost.value.maybe_saved
    assert refused.value.ledger is None


@pytest.mark.parametrize("left", [5, 7, 10])
def test_traceback_is_masked_before_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    """No part of a token remains where the log message is cut."""
    token = "t0ken" * 8
    lines = "x" * (MAX_TRACEBACK - left) + token + "y" * 100
    monkeypatch.setattr("tools.failures.traceback.format_tb", lambda _: [lines])

    with pytest.raises(InvokeBadRequestError):
        list(failing(ValueError("oops")).from_credentials({"kintone_api_token": token}).invoke({}))

    assert "t0ken" not in caplog.text
    assert "xxxx" in caplog.text
