"""Runs many seeds: each is run, judged, counted, and shrunk if it shows a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulation.fault_statistics import FaultStatistics
from simulation.oracle import Violation, judge
from simulation.runner import Client, run_scenario
from simulation.scenario_generator import generate_scenario
from simulation.shrinking import shrink

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.trace import Run

MIN_HITS = 30
"""Minimum number of times that each fault must hit each kind of request in 10,000 scenarios."""


class FailingCase(NamedTuple):
    """A broken promise: its seed, the smallest scenario found that shows it, and the run of that scenario."""

    seed: int
    scenario: Scenario
    run: Run
    violations: list[Violation]


class Campaign:
    """Runs seeds with a client; the default is the plugin."""

    def __init__(self, client: Client | None = None, *, real_sockets: bool = False) -> None:
        """Take the client, or the mode with real sockets."""
        self.statistics = FaultStatistics()
        self._real_sockets = real_sockets
        self._client = client

    def generate_scenario(self, seed: int) -> Scenario:
        """Return the scenario of a seed."""
        return generate_scenario(seed)

    def run_scenario(self, scenario: Scenario) -> Run:
        """Run a scenario."""
        if self._real_sockets:
            # Imported only here, because the plugin's SDK patches sockets and threads of the whole process.
            from simulation.sockets import run_over_sockets  # noqa: PLC0415

            return run_over_sockets(scenario)
        if self._client is None:
            from simulation.plugin import PluginClient  # noqa: PLC0415 - as above

            self._client = PluginClient()
        return run_scenario(scenario, self._client)

    def try_seed(self, seed: int) -> FailingCase | None:
        """Run a seed; return the smallest failing case if a promise is broken, otherwise None."""
        run = self.run_scenario(self.generate_scenario(seed))
        self.statistics.add(run)
        violations = judge(run)
        if not violations:
            return None
        rule = violations[0].rule

        def reproduces(scenario: Scenario) -> bool:
            return any(each.rule == rule for each in judge(self.run_scenario(scenario)))

        smallest = run.scenario if self._real_sockets else shrink(run.scenario, reproduces)
        again = run if smallest == run.scenario else self.run_scenario(smallest)
        return FailingCase(seed, smallest, again, [each for each in judge(again) if each.rule == rule] or violations)


def print_case(failing: FailingCase) -> None:
    """Print a failing case."""
    print(f"\nSEED {failing.seed}")
    for violation in failing.violations[:10]:
        print(f"  {violation.rule}: {violation.what}")
    print(f"  smallest scenario found: {failing.scenario}")
    print(failing.run.trace())
    print()
