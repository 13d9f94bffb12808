"""What the plugin promises of its speed, held against the numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.ratios import cpu_per_thousand, faster_than_bare, memory_beside_file, over_possible
from benchmarks.reading import Readings
from benchmarks.rounds import Run
from benchmarks.scope import MIDDLE, MODES, Cell
from benchmarks.writing import OURS

type Value = Callable[[Run, Mapping[str, Run]], float | None]

LONGEST_LINE = 5_242_880
WRITE_REQUESTS = 7
HEARTBEAT_GAP = 15.0


@dataclass(frozen=True, slots=True)
class Aim:
    """A value that every large read must keep to.

    Attributes:
        text: What is promised; `{}` stands for the bound.
        bound: The largest value allowed, or the smallest where `at_least`.
    """

    text: str
    bound: float
    value: Value
    at_least: bool = False
    with_latency: bool = False


AIMS = (
    Aim("wall time at most {:g} times the larger of the practical limit and the plugin's own CPU", 1.2, over_possible),
    Aim("at least {:g} times faster than the bare loop", 4.0, faster_than_bare, at_least=True, with_latency=True),
    Aim("CPU seconds per 1,000 records under {:g}", 0.06, lambda run, _: cpu_per_thousand(run)),
    Aim("memory over the idle process under {:g} MB, without the file", 40.0, lambda run, _: _megabytes(run)),
)


def verdicts(readings: Readings, writing: Mapping[str, Run], heartbeat_gap: float) -> Iterator[str]:
    """Yield a line for each aim with its worst value."""
    for aim in AIMS:
        values = list(_values(aim, readings))
        if values:
            worst, where = min(values) if aim.at_least else max(values)
            holds = worst >= aim.bound if aim.at_least else worst <= aim.bound
            yield _line(aim.text.format(aim.bound), f"{worst:.3g} ({where})", holds=holds)
    runs = [*writing.values(), *(run for group in readings.values() for run in group.values())]
    longest = max((run.longest_line or 0 for run in runs), default=0)
    yield _line(f"no line on stdout over {LONGEST_LINE:,} bytes", f"longest {longest:,}", holds=longest <= LONGEST_LINE)
    gap = f"longest gap {heartbeat_gap:.1f} s"
    yield _line(f"a heartbeat every {HEARTBEAT_GAP:g} s", gap, holds=heartbeat_gap <= HEARTBEAT_GAP)
    if OURS in writing:
        requests = writing[OURS].served.requests
        text = f"10,000 entries written with at most {WRITE_REQUESTS} requests"
        yield _line(text, f"{requests}", holds=requests <= WRITE_REQUESTS)


def _values(aim: Aim, readings: Readings) -> Iterator[tuple[float, str]]:
    for cell, runs in readings.items():
        if cell.records < MIDDLE or (aim.with_latency and not cell.latency_ms):
            continue
        for mode in MODES:
            if mode in runs and (value := aim.value(runs[mode], runs)) is not None:
                yield value, _where(cell, mode)


def _where(cell: Cell, mode: str) -> str:
    return f"{mode}, {cell.title}, {cell.latency_ms} ms"


def _megabytes(run: Run) -> float | None:
    memory = memory_beside_file(run)
    return None if memory is None else memory / 1e6


def _line(text: str, value: str, *, holds: bool) -> str:
    return f"* {'met' if holds else '**missed**'}: {text}; {value}"
