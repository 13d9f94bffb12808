"""The simulated network between the plugin and a scenario's kintone; it injects faults and competing writes."""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

from simulation.faults import AFTER, BEFORE, HTML, JSON, POST_CURSOR, Fault, request_kind
from simulation.trace import TracedRequest, marks_in, ranges
from simulation.world import Reply, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_LATENCY = 0.4


type Pause = Callable[[float], object]
"""Waits for a number of seconds; the result is true if the wait was ended early."""


class BrokenError(Exception):
    """The response is missing or incomplete.

    Attributes:
        sent: whether bytes of the request were sent.
        how: "broken", "cancelled" or "timed out".
        part: the received part of a response, or None.
    """

    def __init__(self, *, sent: bool, how: str = "broken", part: Reply | None = None) -> None:
        """Take the attributes."""
        super().__init__(how)
        self.sent = sent
        self.how = how
        self.part = part


class OutgoingRequest(NamedTuple):
    """An outgoing request; the target is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Clock(Protocol):
    """A virtual or real clock."""

    def now(self) -> float:
        """Return the time in seconds."""

    def sleep(self, seconds: float) -> object:
        """Wait for a number of seconds."""


class Network:
    """Sends the requests of one call and records the trace."""

    def __init__(self, world: World, clock: Clock, *, max_latency: float = MAX_LATENCY) -> None:
        """Carry to a world; answers take up to `slowest` seconds, drawn from the scenario's seed."""
        self.world = world
        self.requests: list[TracedRequest] = []
        self.lines: list[str] = []
        self.cursors: dict[str, int] = {}
        self._clock = clock
        self._max_latency = max_latency
        self._random = Random(world.scenario.seed)
        self._counts: Counter[str] = Counter()
        self._orders = 0
        self._late: list[tuple[float, TracedRequest, OutgoingRequest]] = []
        self.end_order = 0

    def send(self, outgoing: OutgoingRequest, seconds: float, pause: Pause | None = None) -> Reply:
        """Send a request and return the response that the plugin receives.

        Raises:
            BrokenError: There is no complete response within the seconds, or the pause was ended early.
        """
        request = self._begin(outgoing)
        try:
            reply = self._transmit(request, outgoing, _ResponseTimeout(self._clock, seconds, pause))
        except BrokenError as broken:
            request.sent = broken.sent
            self._end(request, broken.how)
            raise
        request.received_status = reply.status
        request.delivered = reply is request.reply
        self._end(request, f"{reply.status} {reply.code}".rstrip())
        return reply

    def close(self, text: str) -> None:
        """Record the end of the call; what is still to be executed is executed afterwards."""
        self.end_order = self._order()
        self.note(text)
        self._execute_late()

    def _begin(self, outgoing: OutgoingRequest) -> TracedRequest:
        body = outgoing.body
        names = {name.lower(): value for name, value in outgoing.headers.items()}
        kind = request_kind(names.get("x-http-method-override", outgoing.method), outgoing.target.partition("?")[0])
        self._counts[kind] += 1
        nth = self._counts[kind]
        request = TracedRequest(
            len(self.requests) + 1, kind, nth, marks_in(body), self._clock.now(), body, outgoing.target
        )
        request.order = self._order()
        request.fault = self.world.scenario.fault_of(kind, nth)
        self.requests.append(request)
        entries = f" of {ranges(request.marks)}" if request.marks else ""
        fault = f": {request.fault.summary()}" if request.fault else ""
        self.note(f"{request.number:3} → {kind} no. {nth}{entries}{fault}")
        return request

    def _end(self, request: TracedRequest, how: str) -> None:
        request.ended = self._clock.now()
        request.ended_order = self._order()
        real = (
            f" (kintone answered {request.reply.status} {request.reply.code})"
            if request.reply and not request.delivered
            else ""
        )
        self.note(f"{request.number:3} ← {how}{real}")

    def note(self, text: str) -> None:
        """Add a line to the trace."""
        self.lines.append(f"{self._clock.now():8.2f} {text}")

    def _order(self) -> int:
        self._orders += 1
        return self._orders

    def _transmit(self, request: TracedRequest, outgoing: OutgoingRequest, timeout: _ResponseTimeout) -> Reply:
        fault = request.fault
        latency = self._random.uniform(self._max_latency / 8, self._max_latency)
        self._execute_late(self._clock.now())
        self._apply_competing(request, BEFORE)
        if fault is not None and fault.cut_at == "unsent":
            timeout.wait(latency / 2, sent=False)
            raise BrokenError(sent=False)
        timeout.wait(latency / 2)
        if fault is None or fault.applied:
            self._execute(request, outgoing)
            self._note_cursor(request)
        elif fault.late:
            self._late.append((self._clock.now() + fault.late, request, outgoing))
        self._apply_competing(request, AFTER)
        timeout.wait(latency / 2 + (fault.delay if fault is not None else 0.0))
        if fault is None or fault.delay:
            return _required(request.reply)
        if fault.cut_at:
            whole = request.reply if fault.cut_at == "answer" else None
            part = Reply(whole.status, whole.headers, whole.body[: len(whole.body) // 2]) if whole else None
            raise BrokenError(sent=True, part=part)
        return answer_of(fault, self._random)

    def _execute(self, request: TracedRequest, outgoing: OutgoingRequest) -> None:
        request.reply = self.world.exchange(
            outgoing.method, outgoing.target, outgoing.headers, outgoing.body, request.number
        )

    def _execute_late(self, now: float = math.inf) -> None:
        """Execute the requests whose time has come."""
        due = [each for each in self._late if each[0] <= now]
        self._late = [each for each in self._late if each[0] > now]
        for _, request, outgoing in due:
            self._execute(request, outgoing)
            self.note(
                f"    * request {request.number} is executed late: {request.reply.status if request.reply else 0}"
            )

    def _apply_competing(self, request: TracedRequest, when: str) -> None:
        for competing in self.world.scenario.competing_writes_at(request.kind, request.nth, when):
            status = self.world.apply_competing(competing)
            self.note(f"    * {competing.summary()}: {status}")

    def _note_cursor(self, request: TracedRequest) -> None:
        if request.kind == POST_CURSOR and request.reply is not None and not request.reply.code:
            self.cursors[json.loads(request.reply.body)["id"]] = request.number


class _ResponseTimeout:
    """The plugin's timeout for one response."""

    def __init__(self, clock: Clock, seconds: float, pause: Pause | None) -> None:
        self._clock = clock
        self._until = clock.now() + seconds
        self._pause = pause or clock.sleep

    def wait(self, seconds: float, *, sent: bool = True) -> None:
        """Wait; raise BrokenError after the timeout or if the plugin cancels the request."""
        left = max(0.0, self._until - self._clock.now())
        late = seconds > left
        if self._pause(left if late else seconds):
            raise BrokenError(sent=sent, how="cancelled")
        if late:
            raise BrokenError(sent=sent, how="timed out")


def answer_of(fault: Fault, random: Random) -> Reply:
    """Return the response that a fault sends instead of kintone's."""
    headers = dict(fault.headers)
    if fault.code:
        error = {
            "code": fault.code,
            "id": str(uuid.UUID(int=random.getrandbits(128))),
            "message": "A fault of the simulation.",
        }
        return Reply(fault.status, {"Content-Type": JSON, **headers}, json.dumps(error).encode())
    kind = JSON if fault.body.startswith("{") else HTML
    return Reply(fault.status, {"Content-Type": kind, **headers}, fault.body.encode())


def _required(reply: Reply | None) -> Reply:
    if reply is None:
        raise RuntimeError("kintone has not answered this request")
    return reply
