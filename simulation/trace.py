"""What happened: every request of the plugin with its fate, and how the call ended as Dify would show it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulation.faults import WRITES, Fault

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.world import Applied, Reply

_MARK = re.compile(rb'"mark(\d+)"')
SUCCESS = range(200, 300)


@dataclass(slots=True)
class Asked:
    """One request of the plugin.

    Attributes:
        number: its place among all, from 1.
        kind: what is asked; `nth` which one of this kind.
        marks: numbers of the entries whose marks stand in its body.
        started: virtual second at which it began.
        body: what was sent.
        target: path and query that it was sent to.
        fault: what goes wrong with it.
        reply: what kintone really answered, None where it was not reached.
        order: place of its start among all starts and ends.
        ended: virtual second at which the plugin knew its end; None while it is under way.
        ended_order: place of its end among all starts and ends.
        delivered: whether kintone's true answer has reached the plugin.
        told: status of the answer that reached the plugin, 0 for none.
        left: whether bytes of it have left.
    """

    number: int
    kind: str
    nth: int
    marks: frozenset[int]
    started: float
    body: bytes = b""
    target: str = ""
    fault: Fault | None = None
    reply: Reply | None = None
    order: int = 0
    ended: float | None = None
    ended_order: int = 0
    delivered: bool = False
    told: int = 0
    left: bool = True

    @property
    def writes(self) -> bool:
        """Whether it writes records."""
        return self.kind in WRITES

    @property
    def succeeded(self) -> bool:
        """Whether kintone's own success has reached the plugin."""
        return self.delivered and self.reply is not None and self.reply.status in SUCCESS

    @property
    def refused(self) -> bool:
        """Whether the plugin knows for certain that nothing was done."""
        if not self.left:
            return True
        if self.delivered:
            return not self.succeeded
        return self.ended is not None and self.fault is not None and self.told > 0 and not self.fault.opens

    @property
    def is_open(self) -> bool:
        """Whether nobody can know from it what became of a write."""
        return not self.succeeded and not self.refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a call as Dify would show it.

    Attributes:
        failure: the line of the error; blank for a success.
        text: the text messages of a success.
        variables: result variables by name.
        mistake: what a driver found wrong with the end itself (an unexpected exception); blank for nothing.
    """

    failure: str = ""
    text: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    mistake: str = ""


@dataclass(slots=True)
class Run:
    """A whole simulated call, for the oracle.

    Attributes:
        cursors: the request that made each cursor, by the cursor's id; `open_cursors` are those that are left.
        seconds: how long the call lasted.
        over: place of its end among all starts and ends of requests.
        secrets: what must not be told.
        exact: whether time is virtual.
    """

    scenario: Scenario
    requests: list[Asked]
    writes: list[Applied]
    cursors: dict[str, int]
    open_cursors: list[str]
    outcome: Outcome
    seconds: float
    lines: list[str]
    over: int = 0
    secrets: tuple[str, ...] = ()
    exact: bool = True

    def trace(self) -> str:
        """Return the whole story, a line for each event."""
        return "\n".join(self.lines)


def marks_in(body: bytes) -> frozenset[int]:
    """Return the numbers of the entries that a body writes."""
    return frozenset(int(number) for number in _MARK.findall(body))


def ranges(numbers: frozenset[int]) -> str:
    """Return numbers as "1-3,7" for a trace."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in parts)
