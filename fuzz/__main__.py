"""``python -m fuzz --minutes 60``: runs all targets and prints the number of inputs."""

import argparse
import sys
import traceback

from fuzz.runs import InputStatistics, run_for
from fuzz.targets import TARGETS


def main() -> int:
    """Run the targets; return 1 if a parser neither accepted nor refused an input."""
    options = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0, help="total time for all targets (60)")
    options.add_argument("--only", choices=sorted(TARGETS), help="run only this target")
    given = options.parse_args()
    chosen = [given.only] if given.only else list(TARGETS)
    failures = 0
    total = 0
    for name in chosen:
        statistics = InputStatistics()
        try:
            run_for(TARGETS[name], statistics, given.minutes * 60 / len(chosen))
        except Exception:  # noqa: BLE001 - every other exception is a failure of the target
            failures += 1
            _print_line(f"{name}: FAILED after {statistics.tried:,} inputs\n{traceback.format_exc()}")
        total += statistics.tried
        counts = f"{name:16} {statistics.tried:>12,} inputs, {statistics.accepted:>12,} accepted"
        slowest = f"slowest {statistics.slowest * 1000:8.1f} ms  {statistics.slowest_input[:60]}"
        _print_line(f"{counts}, {slowest}")
    _print_line(f"{total:,} inputs, {failures} failures")
    return 1 if failures else 0


def _print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
