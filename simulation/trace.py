"""The trace of a run: every request of the plugin with its response, and the outcome as Dify would show it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulation.faults import WRITES, Fault

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.world import AppliedWrite, Reply

_MARK = re.compile(rb'"mark(\d+)"')
SUCCESS = range(200, 300)


@dataclass(slots=True)
class TracedRequest:
    """One request of the plugin.

    Attributes:
        number: number among all requests, from 1.
        kind: kind of the request.
        nth: number within its kind, from 1.
        marks: numbers of the entries whose marks the body contains.
        started: virtual second of the start.
        body: request body.
        target: path and query.
        fault: the injected fault, or None.
        reply: kintone's true response; None if the request did not reach kintone.
        order: position of its start among all starts and ends.
        ended: virtual second of the end for the plugin; None while it is running.
        ended_order: position of its end among all starts and ends.
        delivered: whether the plugin received kintone's true response.
        received_status: status of the response that the plugin received; 0 for none.
        sent: whether bytes of the request were sent.
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
    received_status: int = 0
    sent: bool = True

    @property
    def writes(self) -> bool:
        """Whether it writes records."""
        return self.kind in WRITES

    @property
    def succeeded(self) -> bool:
        """Whether the plugin received a success from kintone."""
        return self.delivered and self.reply is not None and self.reply.status in SUCCESS

    @property
    def refused(self) -> bool:
        """Whether the plugin knows that the request was not executed."""
        if not self.sent:
            return True
        if self.delivered:
            return not self.succeeded
        return (
            self.ended is not None
            and self.fault is not None
            and self.received_status > 0
            and not self.fault.leaves_unknown
        )

    @property
    def is_open(self) -> bool:
        """Whether it is unknown from the response if a write was applied."""
        return not self.succeeded and not self.refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a call as Dify would show it.

    Attributes:
        failure: the error message; blank for a success.
        text: the text messages of a success.
        variables: result variables by name.
        internal_error: an unexpected exception or deadlock; blank for none.
    """

    failure: str = ""
    text: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    internal_error: str = ""


@dataclass(slots=True)
class Run:
    """A complete simulated call, for the oracle.

    Attributes:
        scenario: the scenario.
        requests: the plugin's requests, in order.
        writes: the applied writes of all writers, in order.
        cursors: number of the request that created each cursor, by cursor id.
        open_cursors: ids of the cursors that still exist.
        outcome: the outcome.
        seconds: duration of the call.
        lines: the lines of the trace.
        end_order: position of the call's end among all starts and ends of requests.
        secrets: texts that must not appear in messages.
        exact: whether the time is virtual.
    """

    scenario: Scenario
    requests: list[TracedRequest]
    writes: list[AppliedWrite]
    cursors: dict[str, int]
    open_cursors: list[str]
    outcome: Outcome
    seconds: float
    lines: list[str]
    end_order: int = 0
    secrets: tuple[str, ...] = ()
    exact: bool = True

    def trace(self) -> str:
        """Return the trace, one line per event."""
        return "\n".join(self.lines)


def marks_in(body: bytes) -> frozenset[int]:
    """Return the numbers of the entries whose marks a body contains."""
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
