"""The simulated runtime of a plugin call: virtual time, tasks instead of threads, a simulated network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from kintone.access.credentials import Access
from kintone.api import EncodedRequest
from kintone.connections import Exchange, Phase
from kintone.deadline import Deadline
from kintone.execution import Engine
from kintone.failure_sentences import REDIRECT
from kintone.retry import FailureKind
from kintone.transport import UploadBody
from kintone.transport_failures import TransportError, failure_of
from simulation.network import BrokenError, OutgoingRequest, Pause
from simulation.scheduler import Event, Scheduler, Workers

if TYPE_CHECKING:
    from simulation.world import Reply

REDIRECTS = range(HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.BAD_REQUEST)
CHUNK = 64 * 1024


class RequestSender(Protocol):
    """Sends a request to a kintone and returns its response."""

    def send(self, outgoing: OutgoingRequest, seconds: float, pause: Pause | None = None) -> Reply:
        """Return the response; raise BrokenError if none arrives within the seconds or the pause is ended early."""


class Timer:
    """A scheduled callback."""

    def __init__(self, cancelled: Event) -> None:
        """Take the event that cancels the callback."""
        self._cancelled = cancelled

    def cancel(self) -> None:
        """Cancel the callback."""
        self._cancelled.set()


class VirtualRuntime:
    """The plugin's runtime with the scheduler's clock and tasks."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Take the scheduler."""
        self._scheduler = scheduler

    def monotonic(self) -> float:
        """Return the virtual time in seconds."""
        return self._scheduler.now()

    def event(self) -> Event:
        """Return a new event."""
        return Event(self._scheduler)

    def after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run a callback later in a separate task."""
        cancelled = Event(self._scheduler)

        def wait() -> None:
            if not cancelled.wait(max(0.0, seconds)):
                callback()

        self._scheduler.spawn(wait, "timer")
        return Timer(cancelled)

    def workers(self, count: int, name: str) -> Any:  # noqa: ANN401 - its futures are not the standard library's
        """Return a pool of worker tasks."""
        return Workers(self._scheduler, count, name)


class _Streamed:
    """A response, or the part of it that arrives before the connection breaks."""

    def __init__(self, reply: Reply, broken: TransportError | None) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._body = reply.body
        self._broken = broken

    def chunks(self, _max_bytes: int) -> Iterator[bytes]:
        """Yield the body."""
        for start in range(0, len(self._body), CHUNK):
            yield self._body[start : start + CHUNK]
        if self._broken is not None:
            raise self._broken


class SimulatedTransport:
    """Sends requests over the simulated network."""

    def __init__(self, network: RequestSender, scheduler: Scheduler) -> None:
        """Take the network and the scheduler."""
        self._network = network
        self._scheduler = scheduler

    @contextmanager
    def open(
        self,
        request: EncodedRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> Iterator[_Streamed]:
        """Send the request and yield the response; raise TransportError like the real transport."""
        exchange = Exchange(deadline, timeout)
        headers = {"User-Agent": "simulated", **request.headers, "X-Cybozu-API-Token": access.tokens.header_value()}
        content = request.body or b""
        if body is not None:
            headers["Content-Type"] = body.content_type
            content = b"".join(iter(lambda: body.read(CHUNK), b""))
        abandoned = Event(self._scheduler)
        unregister = deadline.on_end(abandoned.set)
        try:
            outgoing = OutgoingRequest(request.method, request.target, headers, content)
            yield self._answered(outgoing, exchange, abandoned)
        finally:
            unregister()
            exchange.finish()

    def _answered(self, outgoing: OutgoingRequest, exchange: Exchange, abandoned: Event) -> _Streamed:
        try:
            reply = self._network.send(outgoing, exchange.limit(), abandoned.wait)
        except BrokenError as broken:
            failure = _failure(exchange, broken)
            if broken.part is None:
                raise failure from None
            return _Streamed(broken.part, failure)
        if reply.status in REDIRECTS and "Location" in reply.headers:
            raise TransportError(FailureKind.FINAL, REDIRECT.copy_with(status=reply.status), sent=True)
        return _Streamed(reply, None)


def _failure(exchange: Exchange, broken: BrokenError) -> TransportError:
    """Record the progress of the exchange and derive the failure with the plugin's own table."""
    exchange.sent = broken.sent
    exchange.phase = Phase.READING if broken.part else Phase.WAITING if broken.sent else Phase.CONNECTING
    exchange.is_late = broken.how == "timed out"
    return failure_of(TimeoutError() if exchange.is_late else ConnectionResetError(), exchange)


def engine_for(network: RequestSender, scheduler: Scheduler) -> Engine:
    """Return the plugin's engine for a simulated call."""
    return Engine(VirtualRuntime(scheduler), SimulatedTransport(network, scheduler))
