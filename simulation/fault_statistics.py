"""Counts how often each fault hit each kind of request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.faults import CATALOGUE, REQUEST_KINDS, is_applicable

if TYPE_CHECKING:
    from simulation.trace import Run

NONE = "none"


class FaultStatistics:
    """Counts of faults, outcomes and competing writes in the runs so far."""

    def __init__(self) -> None:
        """Start at zero."""
        self.counts: Counter[tuple[str, str]] = Counter()
        self.tools: Counter[tuple[str, bool]] = Counter()
        self.competing_writes: Counter[str] = Counter()
        self.runs = 0

    def add(self, run: Run) -> None:
        """Count one run."""
        self.runs += 1
        self.tools[run.scenario.tool, not run.outcome.failure] += 1
        self.competing_writes.update(competing.what for competing in run.scenario.competing_writes)
        for request in run.requests:
            self.counts[request.kind, request.fault.column if request.fault else NONE] += 1

    def merge(self, other: FaultStatistics) -> None:
        """Add the counts of another object."""
        self.counts += other.counts
        self.tools += other.tools
        self.competing_writes += other.competing_writes
        self.runs += other.runs

    def rare_pairs(self, minimum: int) -> list[str]:
        """Return the pairs of fault and request kind that occurred less often than `minimum`."""
        return [
            f"{column} at {kind}: {self.counts[kind, column]}"
            for kind in REQUEST_KINDS
            for column in CATALOGUE
            if is_applicable(kind, column) and self.counts[kind, column] < minimum
        ]

    def table(self) -> str:
        """Return a table of all counts: one line per fault, one column per kind of request."""
        width = max(len(column) for column in CATALOGUE) + 2
        heads = [kind.replace(" ", "\n") for kind in REQUEST_KINDS]
        rows = max(head.count("\n") for head in heads) + 1
        lines = [
            " " * width + "".join(f"{[*head.split(chr(10)), ''][row]:>9}" for head in heads) for row in range(rows)
        ]
        for column in (NONE, *CATALOGUE):
            counts = [
                f"{self.counts[kind, column]:>9}" if column == NONE or is_applicable(kind, column) else f"{'-':>9}"
                for kind in REQUEST_KINDS
            ]
            lines.append(f"{column:<{width}}" + "".join(counts))
        return "\n".join(line.rstrip() for line in lines)

    def summary(self) -> str:
        """Return the counts of outcomes and of competing writes."""
        names = sorted({tool for tool, _ in self.tools})
        ends = [f"{tool} {self.tools[tool, True]} succeeded, {self.tools[tool, False]} failed" for tool in names]
        competing_writes = ", ".join(f"{what} {count}" for what, count in sorted(self.competing_writes.items()))
        return f"calls: {'; '.join(ends)}\nother writers: {competing_writes}"
