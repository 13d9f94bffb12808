"""Many seeds one after the other: play, judge, count, and shrink what shows a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulation.drawing import draw
from simulation.oracle import Violation, judge
from simulation.playing import Client, play
from simulation.shrinking import shrink
from simulation.tally import Tally

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.trace import Run

LEAST_HITS = 50
"""So often each fault must have met each kind of request in 10,000 scenarios."""


class Case(NamedTuple):
    """A broken promise: its seed, the shortest scenario that shows it, and how that goes."""

    seed: int
    scenario: Scenario
    run: Run
    violations: list[Violation]


def found_in(run: Run) -> list[Violation]:
    """Return what is wrong with a run."""
    return judge(run)


class Campaign:
    """Plays seeds with a client, that of the plugin unless another is given."""

    def __init__(self, client: Client | None = None, *, real_sockets: bool = False) -> None:
        """Keep what is to be played with."""
        self.tally = Tally()
        self._real_sockets = real_sockets
        self._client = client

    def draw(self, seed: int) -> Scenario:
        """Return the scenario of a seed."""
        return draw(seed)

    def play(self, scenario: Scenario) -> Run:
        """Play a scenario."""
        if self._real_sockets:
            # Imported only here: the plugin's SDK changes sockets and threads of the whole process.
            from simulation.sockets import play_really  # noqa: PLC0415

            return play_really(scenario)
        if self._client is None:
            from simulation.plugin import PluginClient  # noqa: PLC0415 - likewise

            self._client = PluginClient()
        return play(scenario, self._client)

    def try_seed(self, seed: int) -> Case | None:
        """Play a seed; returns the smallest case where a promise is broken."""
        run = self.play(self.draw(seed))
        self.tally.add(run)
        violations = judge(run)
        if not violations:
            return None
        rule = violations[0].rule

        def shows(scenario: Scenario) -> bool:
            return any(each.rule == rule for each in judge(self.play(scenario)))

        smallest = run.scenario if self._real_sockets else shrink(run.scenario, shows)
        again = run if smallest == run.scenario else self.play(smallest)
        return Case(seed, smallest, again, [each for each in judge(again) if each.rule == rule] or violations)


def tell(case: Case) -> None:
    """Print a case."""
    print(f"\nSEED {case.seed}")
    for violation in case.violations[:10]:
        print(f"  {violation.rule}: {violation.what}")
    print(f"  shortest scenario found: {case.scenario}")
    print(case.run.trace())
    print()
