"""Running programs in turn, so that a busy moment of the machine meets all of them alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from benchmarks.meter import Usage
from benchmarks.server import Served


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program.

    Attributes:
        usage: What its process used.
        served: What the server counted.
        longest_line: Bytes of the longest line on stdout; None for programs that speak no protocol.
        file_bytes: Bytes of the file that it made.
    """

    usage: Usage
    served: Served
    longest_line: int | None = None
    file_bytes: int = 0


type Attempt = Callable[[], Run]
type Said = Callable[[str, Run], None]


def alternate(attempts: Mapping[str, Attempt], rounds: int, patience: float, said: Said) -> dict[str, Run]:
    """Run all in turn, up to so many rounds; return the best run of each.

    A program that has used up its patience, in seconds, does not run again.
    """
    runs: dict[str, list[Run]] = {name: [] for name in attempts}
    for _ in range(rounds):
        for name, attempt in attempts.items():
            if sum(run.usage.wall for run in runs[name]) < patience:
                runs[name].append(attempt())
                said(name, runs[name][-1])
    return {name: best(tried) for name, tried in runs.items()}


def best(runs: list[Run]) -> Run:
    """Return the fastest run, with the most memory that any of the runs took."""
    fastest = min(runs, key=lambda run: run.usage.wall)
    memory = max((run.usage.memory for run in runs if run.usage.memory is not None), default=None)
    return replace(fastest, usage=replace(fastest.usage, memory=memory))
