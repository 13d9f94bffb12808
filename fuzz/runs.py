"""Running one target for a while, and counting."""

import time
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings

from fuzz.targets import Target, attempt

EXAMPLES_AT_ONCE = 2_000


@dataclass(slots=True)
class Tally:
    """What came of a target: inputs tried, taken and refused, the slowest of them in seconds."""

    tried: int = 0
    taken: int = 0
    slowest: float = 0.0
    slowest_input: str = field(default="", repr=False)

    def count(self, value: object, seconds: float, *, taken: bool) -> None:
        """Count one input."""
        self.tried += 1
        self.taken += taken
        if seconds > self.slowest:
            self.slowest = seconds
            self.slowest_input = ascii(value[:200]) if isinstance(value, str) else f"a {type(value).__name__}"


def run(target: Target, tally: Tally, examples: int, *, seeded: bool = False) -> None:
    """Try so many inputs; raises what a reader raised, with the smallest input that makes it do so.

    ``seeded`` runs try the same inputs each time.
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
        taken = attempt(target, value)
        tally.count(value, time.perf_counter() - started, taken=taken)

    one()


def run_for(target: Target, tally: Tally, seconds: float) -> None:
    """Try inputs until the time is over; at least one bundle of them."""
    ends = time.monotonic() + seconds
    while True:
        run(target, tally, EXAMPLES_AT_ONCE)
        if time.monotonic() >= ends:
            return
