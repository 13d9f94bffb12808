"""Plays a scenario with a client, on virtual time, and returns the whole run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol

from simulation.oracle import Violation, judge
from simulation.scheduler import Scheduler, StuckError
from simulation.trace import Outcome, Run
from simulation.wire import Wire
from simulation.world import World

if TYPE_CHECKING:
    from simulation.scenario import Scenario

DAY = datetime(2026, 4, 1, tzinfo=UTC)


class Client(Protocol):
    """Something that makes the call of a scenario."""

    def __call__(self, scenario: Scenario, wire: Wire, scheduler: Scheduler) -> Outcome:
        """Make the call as a task of the scheduler and return how it ended."""


class VirtualClock:
    """The scheduler's time as the local kintone reads it."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Keep the scheduler."""
        self._scheduler = scheduler

    def monotonic(self) -> float:
        """Return the virtual second."""
        return self._scheduler.now()

    def sleep(self, seconds: float) -> None:
        """Let the task that asks wait."""
        self._scheduler.sleep(seconds)

    def now(self) -> datetime:
        """Return the virtual second of a day in 2026."""
        return DAY + timedelta(seconds=self._scheduler.now())


def play(scenario: Scenario, client: Client) -> Run:
    """Play a scenario from beginning to end on virtual time."""
    # The order of tasks has a seed of its own, so that a shrunken scenario keeps it.
    scheduler = Scheduler(Random(scenario.seed + 1))
    world = World(scenario, VirtualClock(scheduler))
    try:
        wire = Wire(world, scheduler)
        try:
            outcome = scheduler.run(lambda: client(scenario, wire, scheduler))
        except StuckError as stuck:
            outcome = Outcome(mistake=str(stuck))
        return run_of(world, wire, outcome, scheduler.now())
    finally:
        world.close()


def run_of(world: World, wire: Wire, outcome: Outcome, seconds: float, *, exact: bool = True) -> Run:
    """Put together what the oracle needs."""
    end = outcome.failure or outcome.mistake or f"success: {outcome.text.strip()}"
    wire.note(end)
    return Run(
        scenario=world.scenario,
        requests=wire.requests,
        writes=world.writes,
        cursors=wire.cursors,
        open_cursors=world.live_cursors(),
        outcome=outcome,
        seconds=seconds,
        lines=wire.lines,
        secrets=tuple(world.token.split(",")),
        exact=exact,
    )


def violations(scenario: Scenario, client: Client) -> list[Violation]:
    """Play a scenario and judge it."""
    return judge(play(scenario, client))
