"""What a call of the plugin runs on in the simulation: virtual time, tasks for threads, the wire for the network."""

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
from kintone.retry import FailureKind
from kintone.transport import UploadBody
from kintone.transport_failures import REDIRECT, TransportError, failure_of
from simulation.scheduler import Event, Scheduler, Workers
from simulation.wire import BrokenError, Letter, Pause

if TYPE_CHECKING:
    from simulation.world import Reply

REDIRECTS = range(HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.BAD_REQUEST)
CHUNK = 64 * 1024


class Carrier(Protocol):
    """Whatever takes a request to a kintone and brings back its answer."""

    def send(self, letter: Letter, seconds: float, pause: Pause | None = None) -> Reply:
        """Return the answer; raises BrokenError where none comes within so many seconds, or the pause ends early."""


class Timer:
    """A callback that is due later."""

    def __init__(self, called_off: Event) -> None:
        """Keep what calls it off."""
        self._called_off = called_off

    def cancel(self) -> None:
        """Call it off."""
        self._called_off.set()


class VirtualRuntime:
    """Time and threads of the scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Keep the scheduler."""
        self._scheduler = scheduler

    def monotonic(self) -> float:
        """Return the virtual second."""
        return self._scheduler.now()

    def event(self) -> Event:
        """Return a new event."""
        return Event(self._scheduler)

    def after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run a callback later, in a task of its own."""
        called_off = Event(self._scheduler)

        def wait() -> None:
            if not called_off.wait(max(0.0, seconds)):
                callback()

        self._scheduler.spawn(wait, "timer")
        return Timer(called_off)

    def workers(self, count: int, name: str) -> Any:  # noqa: ANN401 - its futures are not the standard library's
        """Return so many tasks."""
        return Workers(self._scheduler, count, name)


class _Streamed:
    """An answer, or the part of one after which the connection breaks."""

    def __init__(self, reply: Reply, broken: TransportError | None) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._body = reply.body
        self._broken = broken

    def chunks(self, _most: int) -> Iterator[bytes]:
        """Yield the body."""
        for start in range(0, len(self._body), CHUNK):
            yield self._body[start : start + CHUNK]
        if self._broken is not None:
            raise self._broken


class SimulatedTransport:
    """Carries requests over the wire of the simulation."""

    def __init__(self, wire: Carrier, scheduler: Scheduler) -> None:
        """Keep both."""
        self._wire = wire
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
        """Send the request and hand over the answer; raises TransportError as the real one does."""
        exchange = Exchange(deadline, timeout)
        headers = {"User-Agent": "simulated", **request.headers, "X-Cybozu-API-Token": access.tokens.header_value()}
        content = request.body or b""
        if body is not None:
            headers["Content-Type"] = body.content_type
            content = b"".join(iter(lambda: body.read(CHUNK), b""))
        given_up = Event(self._scheduler)
        leave = deadline.on_end(given_up.set)
        try:
            letter = Letter(request.method, request.target, headers, content)
            yield self._answered(letter, exchange, given_up)
        finally:
            leave()
            exchange.finish()

    def _answered(self, letter: Letter, exchange: Exchange, given_up: Event) -> _Streamed:
        try:
            reply = self._wire.send(letter, exchange.limit(), given_up.wait)
        except BrokenError as broken:
            failure = _failure(exchange, broken)
            if broken.part is None:
                raise failure from None
            return _Streamed(broken.part, failure)
        if reply.status in REDIRECTS and "Location" in reply.headers:
            raise TransportError(FailureKind.FINAL, REDIRECT.copy_with(status=reply.status), sent=True)
        return _Streamed(reply, None)


def _failure(exchange: Exchange, broken: BrokenError) -> TransportError:
    """Note how far the exchange came, and let the plugin's own table say what that means."""
    exchange.sent = broken.sent
    exchange.phase = Phase.READING if broken.part else Phase.WAITING if broken.sent else Phase.CONNECTING
    exchange.is_late = broken.how == "time is up"
    return failure_of(TimeoutError() if exchange.is_late else ConnectionResetError(), exchange)


def engine_for(wire: Carrier, scheduler: Scheduler) -> Engine:
    """Return what a call runs on."""
    return Engine(VirtualRuntime(scheduler), SimulatedTransport(wire, scheduler))
