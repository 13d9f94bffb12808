"""Point 4: no cursor stays open, the budget is kept, nothing follows what is certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulation.faults import DELETE_CURSOR, POST_FILE
from simulation.knowledge import is_final

if TYPE_CHECKING:
    from simulation.trace import Asked, Run

GRACE = 3.0
"""Seconds that cleaning up may take."""

REAL_SLACK = 3.0
"""Seconds more where the time is real and the machine shared."""


def broken_by_time(run: Run) -> Iterator[str]:
    """Yield what lasted too long, came too late, or was left lying."""
    grace = GRACE if run.exact else GRACE + REAL_SLACK
    if run.seconds > run.scenario.budget + grace + 1e-6:
        yield f"the call took {run.seconds:.2f} s of a budget of {run.scenario.budget} s"
    yield from _cursors(run)
    yield from _too_early(run)
    for asked in run.requests:
        if asked.order > run.over and asked.kind != DELETE_CURSOR:
            yield f"request {asked.number} begins after the call has ended"
    for asked in run.requests:
        if asked.kind == DELETE_CURSOR or asked.ended is None:
            continue
        why = _why_over(run, asked)
        if why:
            yield from _after_the_end(run, asked, why, grace)


def _too_early(run: Run) -> Iterator[str]:
    """Compare when a request is sent again with when kintone asked for that."""
    for asked in run.requests:
        wait = asked.fault.retry_after if asked.fault is not None and asked.told else None
        again = next(
            (later for later in run.requests if later.order > asked.ended_order and _is_same(later, asked)), None
        )
        if wait is not None and again is not None and again.started < (asked.ended or 0.0) + wait - 1e-6:
            early = (asked.ended or 0.0) + wait - again.started
            yield f"request {again.number} repeats request {asked.number} {early:.2f} s before Retry-After"


def _is_same(later: Asked, asked: Asked) -> bool:
    sent, earlier = (later.kind, later.target, later.body), (asked.kind, asked.target, asked.body)
    return sent == earlier and later.kind != POST_FILE


def _cursors(run: Run) -> Iterator[str]:
    for cursor in run.open_cursors:
        made = next((asked for asked in run.requests if asked.number == run.cursors.get(cursor)), None)
        if made is None or not made.delivered:
            # Nobody has been told its id.
            continue
        tries = [asked for asked in run.requests if asked.kind == DELETE_CURSOR and cursor.encode() in asked.body]
        if not tries:
            yield f"the cursor that request {made.number} made stays open, and nobody tried to delete it"
        elif all(asked.fault is None or asked.fault.applied for asked in tries):
            yield f"the cursor that request {made.number} made stays open"


def _why_over(run: Run, asked: Asked) -> str:
    """Return why the call is over with the end of this request; blank where it is not."""
    if is_final(asked, run.scenario):
        return "was refused for good"
    wait = asked.fault.retry_after if asked.fault is not None and asked.told else None
    if wait is not None and asked.ended is not None and asked.ended + wait > run.scenario.budget:
        return f"was told to wait {wait:.0f} s, which the budget does not hold"
    return ""


def _after_the_end(run: Run, final: Asked, why: str, grace: float) -> Iterator[str]:
    ended = final.ended or 0.0
    for asked in run.requests:
        if asked.order < final.ended_order or asked.kind == DELETE_CURSOR:
            continue
        # Workers that set out at that very moment cannot know yet; a write is never one of them.
        if asked.writes or asked.started > ended + (0.0 if run.exact else 0.2):
            yield f"request {asked.number} follows request {final.number}, which {why}"
    if run.seconds > ended + grace + 1e-6:
        yield f"the call ended {run.seconds - ended:.2f} s after request {final.number}, which {why}"
