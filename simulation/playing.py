"""Plays a scenario with a client, on virtual time, and returns the whole run."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol
from unittest.mock import patch

from simulation.oracle import Violation, judge
from simulation.scheduler import Scheduler, StuckError
from simulation.trace import Outcome, Run
from simulation.wire import Wire
from simulation.world import World

if TYPE_CHECKING:
    from simulation.scenario import Scenario

LINGER = 3.0
"""Seconds that threads of a call may go on after it; what they clean up still counts."""

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
    numbers = Random(scenario.seed + 2)
    # Error ids, file keys and cursors must be the same again too.
    drawn = patch.object(uuid, "uuid4", lambda: uuid.UUID(int=numbers.getrandbits(128), version=4))
    try:
        wire = Wire(world, scheduler)

        def call() -> tuple[Outcome, float]:
            outcome = client(scenario, wire, scheduler)
            wire.close(ending(outcome))
            return outcome, scheduler.now()

        try:
            with drawn:
                outcome, seconds = scheduler.run(call, linger=LINGER)
        except StuckError as stuck:
            outcome, seconds = Outcome(mistake=str(stuck)), scheduler.now()
            wire.close(ending(outcome))
        return run_of(world, wire, outcome, seconds)
    finally:
        world.close()


def ending(outcome: Outcome) -> str:
    """Return the end of a call as a line of the trace."""
    return outcome.mistake or outcome.failure or f"success: {outcome.text.strip()}"


def run_of(world: World, wire: Wire, outcome: Outcome, seconds: float, *, exact: bool = True) -> Run:
    """Put together what the oracle needs."""
    return Run(
        scenario=world.scenario,
        requests=wire.requests,
        writes=world.writes,
        cursors=wire.cursors,
        open_cursors=world.live_cursors(),
        outcome=outcome,
        seconds=seconds,
        over=wire.over,
        lines=wire.lines,
        secrets=tuple(world.token.split(",")),
        exact=exact,
    )


def violations(scenario: Scenario, client: Client) -> list[Violation]:
    """Play a scenario and judge it."""
    return judge(play(scenario, client))
