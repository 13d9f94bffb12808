"""The way between the plugin and the kintone of a scenario: where faults meet requests and other writers act."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

from simulation.faults import AFTER, BEFORE, HTML, JSON, POST_CURSOR, Fault, field_type
from simulation.trace import Asked, marks_in, ranges
from simulation.world import Reply, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SLOWEST = 0.4


type Pause = Callable[[float], object]
"""Lets time pass, and returns something true where it was ended early."""


class BrokenError(Exception):
    """No whole answer came; `sent` tells whether bytes of the request had left, `part` what of an answer had come."""

    def __init__(self, *, sent: bool, how: str = "broken", part: Reply | None = None) -> None:
        """Take both, and how it ended."""
        super().__init__(how)
        self.sent = sent
        self.how = how
        self.part = part


class Letter(NamedTuple):
    """A request as it leaves: the target is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Clock(Protocol):
    """Where time passes: virtually or really."""

    def now(self) -> float:
        """Return the second."""

    def sleep(self, seconds: float) -> object:
        """Let so much time pass."""


class Wire:
    """Carries requests of one call and keeps the trace."""

    def __init__(self, world: World, clock: Clock, *, slowest: float = SLOWEST) -> None:
        """Carry to a world; answers take up to `slowest` seconds, drawn from the scenario's seed."""
        self.world = world
        self.requests: list[Asked] = []
        self.lines: list[str] = []
        self.cursors: dict[str, int] = {}
        self._clock = clock
        self._slowest = slowest
        self._random = Random(world.scenario.seed)
        self._counts: Counter[str] = Counter()
        self._orders = 0
        self.over = 0

    def send(self, letter: Letter, seconds: float, pause: Pause | None = None) -> Reply:
        """Carry a request and return the answer that reaches the plugin.

        Raises:
            BrokenError: no whole answer within so many seconds, or the pause was ended early.
        """
        asked = self._begin(letter)
        try:
            reply = self._carry(asked, letter, _Patience(self._clock, seconds, pause))
        except BrokenError as broken:
            asked.left = broken.sent
            self._end(asked, broken.how)
            raise
        asked.told = reply.status
        asked.delivered = reply is asked.reply
        self._end(asked, f"{reply.status} {reply.code}".rstrip())
        return reply

    def close(self, text: str) -> None:
        """Note the end of the call."""
        self.over = self._order()
        self.note(text)

    def _begin(self, letter: Letter) -> Asked:
        body = letter.body
        names = {name.lower(): value for name, value in letter.headers.items()}
        kind = field_type(names.get("x-http-method-override", letter.method), letter.target.partition("?")[0])
        self._counts[kind] += 1
        nth = self._counts[kind]
        asked = Asked(len(self.requests) + 1, kind, nth, marks_in(body), self._clock.now(), body, letter.target)
        asked.order = self._order()
        asked.fault = self.world.scenario.fault_of(kind, nth)
        self.requests.append(asked)
        entries = f" of {ranges(asked.marks)}" if asked.marks else ""
        fault = f": {asked.fault.short()}" if asked.fault else ""
        self.note(f"{asked.number:3} → {kind} no. {nth}{entries}{fault}")
        return asked

    def _end(self, asked: Asked, how: str) -> None:
        asked.ended = self._clock.now()
        asked.ended_order = self._order()
        real = f" (kintone said {asked.reply.status} {asked.reply.code})" if asked.reply and not asked.delivered else ""
        self.note(f"{asked.number:3} ← {how}{real}")

    def note(self, text: str) -> None:
        """Add a line to the trace."""
        self.lines.append(f"{self._clock.now():8.2f} {text}")

    def _order(self) -> int:
        self._orders += 1
        return self._orders

    def _carry(self, asked: Asked, letter: Letter, patience: _Patience) -> Reply:
        fault = asked.fault
        latency = self._random.uniform(self._slowest / 8, self._slowest)
        self._act(asked, BEFORE)
        if fault is not None and fault.breaks == "unsent":
            patience.wait(latency / 2, sent=False)
            raise BrokenError(sent=False)
        patience.wait(latency / 2)
        if fault is None or fault.applied:
            asked.reply = self.world.exchange(letter.method, letter.target, letter.headers, letter.body, asked.number)
            self._note_cursor(asked)
        self._act(asked, AFTER)
        patience.wait(latency / 2 + (fault.delay if fault is not None else 0.0))
        if fault is None or fault.delay:
            return _required(asked.reply)
        if fault.breaks:
            whole = asked.reply if fault.breaks == "answer" else None
            part = Reply(whole.status, whole.headers, whole.body[: len(whole.body) // 2]) if whole else None
            raise BrokenError(sent=True, part=part)
        return answer_of(fault, self._random)

    def _act(self, asked: Asked, when: str) -> None:
        for act in self.world.scenario.acts_at(asked.kind, asked.nth, when):
            status = self.world.act(act)
            self.note(f"    * {act.short()}: {status}")

    def _note_cursor(self, asked: Asked) -> None:
        if asked.kind == POST_CURSOR and asked.reply is not None and not asked.reply.code:
            self.cursors[json.loads(asked.reply.body)["id"]] = asked.number


class _Patience:
    """How long the plugin waits for one answer."""

    def __init__(self, clock: Clock, seconds: float, pause: Pause | None) -> None:
        self._clock = clock
        self._until = clock.now() + seconds
        self._pause = pause or clock.sleep

    def wait(self, seconds: float, *, sent: bool = True) -> None:
        """Let time pass; raises BrokenError where it is up, or where the plugin gives the request up."""
        left = max(0.0, self._until - self._clock.now())
        late = seconds > left
        if self._pause(left if late else seconds):
            raise BrokenError(sent=sent, how="given up")
        if late:
            raise BrokenError(sent=sent, how="time is up")


def answer_of(fault: Fault, random: Random) -> Reply:
    """Return the answer that stands in the place of kintone's."""
    headers = dict(fault.headers)
    if fault.code:
        told = {
            "code": fault.code,
            "id": str(uuid.UUID(int=random.getrandbits(128))),
            "message": "A fault of the simulation.",
        }
        return Reply(fault.status, {"Content-Type": JSON, **headers}, json.dumps(told).encode())
    kind = JSON if fault.body.startswith("{") else HTML
    return Reply(fault.status, {"Content-Type": kind, **headers}, fault.body.encode())


def _required(reply: Reply | None) -> Reply:
    if reply is None:
        raise RuntimeError("an answer is due that was never given")
    return reply
