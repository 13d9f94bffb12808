"""What a failed exchange proves, by how far it came."""

from contextlib import closing

import pytest
import requests

from kintone.connections import Exchange, Phase, TrackedAdapter
from kintone.deadline import Deadline
from kintone.errors import CancelledError
from kintone.exchanges import Outgoing, send
from kintone.retry import FailureKind
from kintone.transport_failures import TransportError, failure_of
from tests.unit.still_runtime import StillRuntime


@pytest.fixture
def exchange() -> Exchange:
    """Return an exchange that has ten seconds."""
    return Exchange(Deadline(10, StillRuntime()), 5)


def test_an_unknown_mistake_before_anything_was_tried_is_final(exchange: Exchange) -> None:
    """What cannot even be prepared is not tried again; which setting it was nobody knows."""
    failure = failure_of(requests.exceptions.InvalidHeader("x"), exchange)

    assert (failure.kind, failure.sent) == (FailureKind.FINAL, False)


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
def test_a_request_of_which_no_byte_has_left_was_not_sent(exchange: Exchange, error: Exception) -> None:
    """It may be repeated, whatever it would have done; once a byte has left, only what may happen twice."""
    exchange.phase = Phase.WAITING
    before = failure_of(error, exchange).kind
    exchange.sent = True

    assert (before, failure_of(error, exchange).kind is FailureKind.NOT_SENT) == (FailureKind.NOT_SENT, False)


def test_nothing_is_sent_when_the_call_was_cancelled(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was cancelled in the queue does not even connect."""
    monkeypatch.setattr(TrackedAdapter, "send", lambda *_, **__: pytest.fail("it was sent"))
    exchange.deadline.cancel()
    with closing(TrackedAdapter()) as adapter, pytest.raises(TransportError) as raised:
        send(adapter, exchange, Outgoing("GET", "https://example.cybozu.com/", {}))

    assert (raised.value.kind, raised.value.sent) == (FailureKind.FINAL, False)
    assert raised.value.failure.error is CancelledError
