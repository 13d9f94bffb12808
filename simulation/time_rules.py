"""Rules for time: no cursor stays open, the budget is kept, no request follows a final refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulation.entry_evidence import is_final
from simulation.faults import DELETE_CURSOR, POST_FILE
from simulation.scenario import MOVE, REMOVE

if TYPE_CHECKING:
    from simulation.trace import Run, TracedRequest

GRACE = 3.0
"""Seconds allowed for cleanup."""

LOOKING_AFTERWARDS = (MOVE, REMOVE)
"""Tools that may read what became of the records after they were written, or why they were refused."""

REAL_SLACK = 3.0
"""Additional seconds if the time is real and the machine is shared."""


def time_violations(run: Run) -> Iterator[str]:
    """Yield exceeded budgets, late and early requests, and open cursors."""
    grace = GRACE if run.exact else GRACE + REAL_SLACK
    if run.seconds > run.scenario.budget + grace + 1e-6:
        yield f"the call took {run.seconds:.2f} s of a budget of {run.scenario.budget} s"
    yield from _cursors(run)
    yield from _too_early(run)
    for request in run.requests:
        if request.order > run.end_order and request.kind != DELETE_CURSOR:
            yield f"request {request.number} begins after the call has ended"
    for request in run.requests:
        if request.kind == DELETE_CURSOR or request.ended is None:
            continue
        why = _why_over(run, request)
        if why:
            yield from _after_the_end(run, request, why, grace)


def _too_early(run: Run) -> Iterator[str]:
    """Yield repeated requests that are sent before the end of Retry-After."""
    for request in run.requests:
        wait = request.fault.retry_after if request.fault is not None and request.received_status else None
        again = next(
            (later for later in run.requests if later.order > request.ended_order and _is_same(later, request)), None
        )
        if wait is not None and again is not None and again.started < (request.ended or 0.0) + wait - 1e-6:
            early = (request.ended or 0.0) + wait - again.started
            yield f"request {again.number} repeats request {request.number} {early:.2f} s before Retry-After"


def _is_same(later: TracedRequest, request: TracedRequest) -> bool:
    sent, earlier = (later.kind, later.target, later.body), (request.kind, request.target, request.body)
    return sent == earlier and later.kind != POST_FILE


def _cursors(run: Run) -> Iterator[str]:
    for cursor in run.open_cursors:
        made = next((request for request in run.requests if request.number == run.cursors.get(cursor)), None)
        if made is None or not made.delivered:
            # The plugin never received its id.
            continue
        tries = [
            request for request in run.requests if request.kind == DELETE_CURSOR and cursor.encode() in request.body
        ]
        if not tries:
            yield f"the cursor of request {made.number} stays open, and no request tried to delete it"
        elif all(request.fault is None or request.fault.applied for request in tries):
            yield f"the cursor of request {made.number} stays open"


def _why_over(run: Run, request: TracedRequest) -> str:
    """Return why the call must end with this request; blank if it need not."""
    if _looks_afterwards(run, request):
        return ""
    if is_final(run, request):
        return "was finally refused"
    wait = request.fault.retry_after if request.fault is not None and request.received_status else None
    if wait is not None and request.ended is not None and request.ended + wait > run.scenario.budget:
        return f"was told to wait {wait:.0f} s, which exceeds the budget"
    return ""


def _looks_afterwards(run: Run, request: TracedRequest) -> bool:
    """Tell whether a request only reads what became of an earlier write, so its failure changes nothing."""
    if run.scenario.tool not in LOOKING_AFTERWARDS or request.writes:
        return False
    return any(earlier.writes and earlier.order < request.order for earlier in run.requests)


def _after_the_end(run: Run, final: TracedRequest, why: str, grace: float) -> Iterator[str]:
    ended = final.ended or 0.0
    looking = [request for request in run.requests if _looks_afterwards(run, request)]
    for request in run.requests:
        if request.order < final.ended_order or request.kind == DELETE_CURSOR or request in looking:
            continue
        # A read that a worker starts at the same moment is allowed; a write is not.
        if request.writes or request.started > ended + (0.0 if run.exact else 0.2):
            yield f"request {request.number} follows request {final.number}, which {why}"
    ended = max([ended, *(request.ended or 0.0 for request in looking)])
    if run.seconds > ended + grace + 1e-6:
        yield f"the call ended {run.seconds - ended:.2f} s after request {final.number}, which {why}"
