"""Runs a scenario with a client in virtual time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol
from unittest.mock import patch

from simulation.network import Network
from simulation.scheduler import DeadlockError, Scheduler
from simulation.trace import Outcome, Run
from simulation.world import World

if TYPE_CHECKING:
    from simulation.scenario import Scenario

LINGER_SECONDS = 3.0
"""Seconds that a call's tasks may continue after its end; their cleanup is still traced."""

DAY = datetime(2026, 4, 1, tzinfo=UTC)


class Client(Protocol):
    """Makes the call of a scenario."""

    def __call__(self, scenario: Scenario, network: Network, scheduler: Scheduler) -> Outcome:
        """Make the call as a task of the scheduler and return its outcome."""


class VirtualClock:
    """The local kintone's clock with the scheduler's time."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Take the scheduler."""
        self._scheduler = scheduler

    def monotonic(self) -> float:
        """Return the virtual time in seconds."""
        return self._scheduler.now()

    def sleep(self, seconds: float) -> None:
        """Let the calling task wait."""
        self._scheduler.sleep(seconds)

    def now(self) -> datetime:
        """Return the virtual time as a date-time of a fixed day in 2026."""
        return DAY + timedelta(seconds=self._scheduler.now())


def run_scenario(scenario: Scenario, client: Client) -> Run:
    """Run a scenario from start to end in virtual time."""
    # The order of tasks has its own seed, so a shrunk scenario keeps the order.
    scheduler = Scheduler(Random(scenario.seed + 1))
    world = World(scenario, VirtualClock(scheduler))
    numbers = Random(scenario.seed + 2)
    # Error ids, file keys and cursor ids must also be reproducible.
    drawn = patch.object(uuid, "uuid4", lambda: uuid.UUID(int=numbers.getrandbits(128), version=4))
    try:
        network = Network(world, scheduler)

        def call() -> tuple[Outcome, float]:
            outcome = client(scenario, network, scheduler)
            network.close(ending(outcome))
            return outcome, scheduler.now()

        try:
            with drawn:
                outcome, seconds = scheduler.run(call, linger=LINGER_SECONDS)
        except DeadlockError as deadlock:
            outcome, seconds = Outcome(internal_error=str(deadlock)), scheduler.now()
            network.close(ending(outcome))
        return build_run(world, network, outcome, seconds)
    finally:
        world.close()


def ending(outcome: Outcome) -> str:
    """Return the outcome of a call as a line of the trace."""
    return outcome.internal_error or outcome.failure or f"success: {outcome.text.strip()}"


def build_run(world: World, network: Network, outcome: Outcome, seconds: float, *, exact: bool = True) -> Run:
    """Collect the data for the oracle."""
    return Run(
        scenario=world.scenario,
        requests=network.requests,
        writes=world.writes,
        cursors=network.cursors,
        open_cursors=world.live_cursors(),
        outcome=outcome,
        seconds=seconds,
        end_order=network.end_order,
        lines=network.lines,
        secrets=tuple(world.token.split(",")),
        exact=exact,
    )
