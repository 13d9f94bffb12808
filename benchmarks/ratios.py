"""What the numbers mean beside each other."""

from collections.abc import Mapping

from benchmarks.contestants import BARE, LIMIT
from benchmarks.rounds import Run


def over_limit(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the wall time as a multiple of the practical limit's; None where that was not measured."""
    limit = others.get(LIMIT)
    return run.usage.wall / limit.usage.wall if limit else None


def over_possible(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the wall time as a multiple of the larger of the practical limit's and the program's own CPU time."""
    limit = others.get(LIMIT)
    return run.usage.wall / max(limit.usage.wall, run.usage.cpu or 0.0) if limit else None


def faster_than_bare(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return how many times faster than the bare loop; None where that was not measured."""
    bare = others.get(BARE)
    return bare.usage.wall / run.usage.wall if bare else None


def cpu_per_thousand(run: Run) -> float | None:
    """Return CPU seconds per 1,000 records or entries."""
    return None if run.usage.cpu is None or not run.usage.count else run.usage.cpu * 1000 / run.usage.count


def memory_beside_file(run: Run) -> int | None:
    """Return the bytes over the idle process without those of the file that was made."""
    return None if run.usage.memory is None else max(0, run.usage.memory - run.file_bytes)


def megabytes_per_second(run: Run) -> float:
    """Return the throughput of a run that counted bytes."""
    return run.usage.count / run.usage.wall / 1e6
