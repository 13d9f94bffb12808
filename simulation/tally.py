"""Counts how often each fault met each kind of request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.faults import CATALOGUE, KINDS, is_sensible

if TYPE_CHECKING:
    from simulation.trace import Run

NONE = "none"


class Tally:
    """What the runs so far have met."""

    def __init__(self) -> None:
        """Start at nought."""
        self.met: Counter[tuple[str, str]] = Counter()
        self.tools: Counter[tuple[str, bool]] = Counter()
        self.acts: Counter[str] = Counter()
        self.runs = 0

    def add(self, run: Run) -> None:
        """Count one run."""
        self.runs += 1
        self.tools[run.scenario.tool, not run.outcome.failure] += 1
        self.acts.update(act.what for act in run.scenario.acts)
        for asked in run.requests:
            self.met[asked.kind, asked.fault.column if asked.fault else NONE] += 1

    def merge(self, other: Tally) -> None:
        """Take over what another one has counted."""
        self.met += other.met
        self.tools += other.tools
        self.acts += other.acts
        self.runs += other.runs

    def thin(self, least: int) -> list[str]:
        """Return the pairs that were met less often than that."""
        return [
            f"{column} at {kind}: {self.met[kind, column]}"
            for kind in KINDS
            for column in CATALOGUE
            if is_sensible(kind, column) and self.met[kind, column] < least
        ]

    def table(self) -> str:
        """Return all counts, a line for each fault and a column for each kind of request."""
        width = max(len(column) for column in CATALOGUE) + 2
        heads = [kind.replace(" ", "\n") for kind in KINDS]
        rows = max(head.count("\n") for head in heads) + 1
        lines = [
            " " * width + "".join(f"{[*head.split(chr(10)), ''][row]:>9}" for head in heads) for row in range(rows)
        ]
        for column in (NONE, *CATALOGUE):
            counts = [
                f"{self.met[kind, column]:>9}" if column == NONE or is_sensible(kind, column) else f"{'-':>9}"
                for kind in KINDS
            ]
            lines.append(f"{column:<{width}}" + "".join(counts))
        return "\n".join(line.rstrip() for line in lines)

    def summary(self) -> str:
        """Return how the calls ended and what other writers did."""
        names = sorted({tool for tool, _ in self.tools})
        ends = [f"{tool} {self.tools[tool, True]} good, {self.tools[tool, False]} failed" for tool in names]
        acts = ", ".join(f"{what} {count}" for what, count in sorted(self.acts.items()))
        return f"calls: {'; '.join(ends)}\nother writers: {acts}"
