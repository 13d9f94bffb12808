"""Runs one target and collects statistics."""

import time
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings

from fuzz.targets import Target, attempt

EXAMPLES_AT_ONCE = 2_000


@dataclass(slots=True)
class InputStatistics:
    """Statistics of a target: number of inputs, number of accepted inputs, the slowest input and its seconds."""

    tried: int = 0
    accepted: int = 0
    slowest: float = 0.0
    slowest_input: str = field(default="", repr=False)

    def count(self, value: object, seconds: float, *, accepted: bool) -> None:
        """Count one input."""
        self.tried += 1
        self.accepted += accepted
        if seconds > self.slowest:
            self.slowest = seconds
            self.slowest_input = ascii(value[:200]) if isinstance(value, str) else f"a {type(value).__name__}"


def run(target: Target, statistics: InputStatistics, examples: int, *, seeded: bool = False) -> None:
    """Run a number of inputs; a failure raises the parser's exception for the smallest failing input found.

    ``seeded`` runs use the same inputs each time.
    """

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=seeded,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def one(value: object) -> None:
        started = time.perf_counter()
        accepted = attempt(target, value)
        statistics.count(value, time.perf_counter() - started, accepted=accepted)

    one()


def run_for(target: Target, statistics: InputStatistics, seconds: float) -> None:
    """Run inputs until the time is over, at least ``EXAMPLES_AT_ONCE``."""
    ends = time.monotonic() + seconds
    while True:
        run(target, statistics, EXAMPLES_AT_ONCE)
        if time.monotonic() >= ends:
            return
