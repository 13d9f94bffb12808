"""The comparison of writers: the upsert tool beside one request per 100 entries."""

import itertools
import json
from dataclasses import dataclass, field

from benchmarks import progress
from benchmarks.children import run_program
from benchmarks.contestants import WRITER
from benchmarks.entries import entries
from benchmarks.failures import BenchmarkError
from benchmarks.ours import Plugins
from benchmarks.rounds import Attempt, Run, alternate
from benchmarks.scope import ENTRIES, WRITE_LATENCY, Scope
from benchmarks.server import KintoneServer
from benchmarks.tasks import Task

OURS = "kintone_upsert_records"


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes where; every run writes to an app of its own and inserts every entry."""

    server: KintoneServer
    plugins: Plugins
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def measure(self, scope: Scope) -> dict[str, Run]:
        """Measure both writers."""
        progress.heading(f"{ENTRIES:,} entries written, {WRITE_LATENCY} ms")
        self.server.set_latency(WRITE_LATENCY)
        attempts: dict[str, Attempt] = {WRITER: self._plain, OURS: self._ours}
        return alternate(attempts, scope.rounds, scope.patience, progress.ran)

    def _plain(self) -> Run:
        target = self.server.plant(1)
        task = Task(self.server.url, target.app, target.token, entries=ENTRIES, prefix=self._prefix())
        return _checked(WRITER, Run(run_program(WRITER, task, self.server), self.server.served()))

    def _ours(self) -> Run:
        target = self.server.plant(1)
        records = json.dumps({"records": list(entries(self._prefix(), ENTRIES))}, ensure_ascii=False)
        called = self.plugins.of(OURS).measured(OURS, {"records_data": records}, target)
        counts = called.outcome.variables["upsert_result"]
        usage = called.usage.moved(int(counts["add"]))
        return _checked(OURS, Run(usage, self.server.served(), called.outcome.longest_line))

    def _prefix(self) -> str:
        return f"N{next(self._numbers)}-"


def _checked(name: str, run: Run) -> Run:
    if run.usage.count != ENTRIES:
        raise BenchmarkError(f"{name} inserted {run.usage.count:,} of {ENTRIES:,} entries")
    return run
