"""The comparison of readers."""

from dataclasses import dataclass
from functools import partial

from benchmarks import progress
from benchmarks.children import run_program
from benchmarks.failures import BenchmarkError
from benchmarks.ours import Plugins
from benchmarks.rounds import Attempt, Run, alternate
from benchmarks.scope import Cell, Scope
from benchmarks.server import KintoneServer, Target
from benchmarks.tasks import Task

type Readings = dict[Cell, dict[str, Run]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads what from where."""

    server: KintoneServer
    plugins: Plugins

    def measure(self, scope: Scope, targets: dict[int, Target]) -> Readings:
        """Measure every cell; the apps are given by their number of records."""
        readings: Readings = {}
        for cell in scope.cells:
            progress.heading(f"{cell.title}, {cell.latency_ms} ms")
            self.server.set_latency(cell.latency_ms)
            attempts = self._attempts(cell, targets[cell.records])
            readings[cell] = alternate(attempts, scope.rounds, scope.patience, progress.ran)
        return readings

    def _attempts(self, cell: Cell, target: Target) -> dict[str, Attempt]:
        programs: dict[str, Attempt] = {name: partial(self._plain, name, cell, target) for name in cell.programs}
        return programs | {mode: partial(self._ours, mode, cell, target) for mode in cell.modes}

    def _plain(self, name: str, cell: Cell, target: Target) -> Run:
        usage = run_program(name, Task(self.server.url, target.app, target.token, cell.fields), self.server)
        return _checked(name, cell, Run(usage, self.server.served()))

    def _ours(self, mode: str, cell: Cell, target: Target) -> Run:
        parameters = {"output_mode": mode, "fields": ", ".join(cell.fields)}
        called = self.plugins.of(mode).measured("kintone_query", parameters, target)
        size = sum(len(file.content) for file in called.outcome.files)
        usage = called.usage.moved(int(called.outcome.variables["record_count"]))
        run = Run(usage, self.server.served(), called.outcome.longest_line, size)
        return _checked(mode, cell, run)


def _checked(name: str, cell: Cell, run: Run) -> Run:
    if run.usage.count != cell.records:
        raise BenchmarkError(f"{name} read {run.usage.count:,} of {cell.records:,} records")
    return run
