"""What is being measured, on stderr, so that stdout holds the tables alone."""

import sys

from benchmarks.rounds import Run


def heading(text: str) -> None:
    """Say what comes."""
    print(f"· {text}", file=sys.stderr, flush=True)


def ran(name: str, run: Run) -> None:
    """Say how long a run took."""
    print(f"    {name}: {run.usage.wall:.2f} s", file=sys.stderr, flush=True)
