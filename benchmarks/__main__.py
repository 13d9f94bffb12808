"""`make bench`, or `python -m benchmarks [--quick | --full]`."""

import argparse
import sys
import time

from benchmarks import BenchmarkError, scope
from benchmarks.agent_tasks.player import characters_by_task
from benchmarks.comparisons import Comparisons, log_progress
from benchmarks.report import Report
from benchmarks.runs import Plugins
from benchmarks.scope import Scope
from benchmarks.server import ROOT, KintoneServer
from dify_host import HostViolation, PluginFailure, PluginStopped, PluginTimedOut

REPORT = ROOT / "build" / "benchmark.md"


def main() -> int:
    """Measure, print the tables, write the report; the exit status is 0 if all programs succeeded."""
    started = time.monotonic()
    try:
        report = _measured(_scope())
    except (BenchmarkError, PluginFailure, PluginStopped, PluginTimedOut, HostViolation) as error:
        print(f"The benchmark failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report.full_text(), encoding="utf-8")
    print(report.summary())
    print("\n".join(("", "Goals:", "", *report.goal_results())))
    where = REPORT.relative_to(ROOT)
    print(f"\nAll numbers are in {where}; the benchmark took {time.monotonic() - started:.0f} s.", file=sys.stderr)
    return 0


def _scope() -> Scope:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compares the plugin with plain programs."
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quick", action="store_true", help="one minute: 10,000 records at 50 ms")
    choice.add_argument("--full", action="store_true", help="half an hour: every reader at every latency, three times")
    given = parser.parse_args()
    return scope.quick() if given.quick else scope.full() if given.full else scope.usual()


def _measured(chosen: Scope) -> Report:
    with KintoneServer() as server:
        log_progress("creating records")
        targets = {
            records: server.create_seeded_app(records) for records in sorted({cell.records for cell in chosen.cells})
        }
        with Plugins(server, targets[min(targets)]) as plugins:
            comparisons = Comparisons(server, plugins, chosen)
            read_results = comparisons.readers(targets)
            largest = max(targets)
            aggregations = comparisons.aggregations(largest, targets[largest])
            writing, files = comparisons.writers(), comparisons.transfers()
            imports, loops = comparisons.imports(), comparisons.loop_imports()
            answers = comparisons.answers()
            tasks = characters_by_task()
            gap = plugins.heartbeat_gap
            return Report(read_results, aggregations, writing, imports, files, answers, tasks, gap, loops)


if __name__ == "__main__":
    sys.exit(main())
