"""What a failed exchange shows about its request, depending on its phase."""

from contextlib import closing

import pytest
import requests

from kintone.connections import Exchange, Phase, TrackedAdapter
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, CancelledError, KintoneError
from kintone.exchanges import Outgoing, send
from kintone.retry import FailureKind
from kintone.transport_failures import TransportError, failure_of
from tests.unit.fake_runtime import FakeRuntime


@pytest.fixture
def exchange() -> Exchange:
    """Return an exchange with ten seconds."""
    return Exchange(Deadline(10, FakeRuntime()), 5)


def test_an_unknown_error_before_the_first_phase_is_final(exchange: Exchange) -> None:
    """A request that cannot be prepared is not repeated."""
    failure = failure_of(requests.exceptions.InvalidHeader("x"), exchange)

    assert (failure.kind, failure.sent) == (FailureKind.FINAL, False)


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
def test_a_request_of_which_no_byte_has_left_was_not_sent(exchange: Exchange, error: Exception) -> None:
    """It may always be repeated; after the first byte, only a repeatable operation may."""
    exchange.phase = Phase.WAITING
    before = failure_of(error, exchange).kind
    exchange.sent = True

    assert (before, failure_of(error, exchange).kind is FailureKind.NOT_SENT) == (FailureKind.NOT_SENT, False)


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize(("end", "error"), [("over", BudgetExceededError), ("cancelled", CancelledError)])
def test_the_end_of_the_call_does_not_hide_whether_a_request_was_sent(
    exchange: Exchange, end: str, error: type[KintoneError], *, sent: bool
) -> None:
    """A write that was under way may have been carried out; one of which no byte left was not, and neither goes on."""
    exchange.phase, exchange.sent = Phase.WAITING if sent else Phase.CONNECTING, sent
    if end == "over":
        exchange.deadline.wait(10)
    else:
        exchange.deadline.cancel()
    failure = failure_of(ConnectionResetError(), exchange)

    assert (failure.kind, failure.sent, failure.failure.error) == (FailureKind.FINAL, sent, error)


def test_nothing_is_sent_when_the_call_was_cancelled(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call cancelled while waiting does not connect."""
    monkeypatch.setattr(TrackedAdapter, "send", lambda *_, **__: pytest.fail("it was sent"))
    exchange.deadline.cancel()
    with closing(TrackedAdapter()) as adapter, pytest.raises(TransportError) as raised:
        send(adapter, exchange, Outgoing("GET", "https://example.cybozu.com/", {}))

    assert (raised.value.kind, raised.value.sent) == (FailureKind.FINAL, False)
    assert raised.value.failure.error is CancelledError
