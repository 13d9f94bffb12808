"""The whole report in Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import machine
from benchmarks.aims import verdicts
from benchmarks.reading import Readings
from benchmarks.rounds import Run
from benchmarks.scope import ENTRIES, FILE_BYTES, WRITE_LATENCY
from benchmarks.tables import detail_table, file_table, reading_table, writing_table

HOW = """\
Local kintone over HTTPS in its own process; every request takes the latency longer, every new connection twice the
latency; answers are compressed. All programs warmed up, run in turn; the fastest run counts, for memory the largest.
In parentheses: wall time divided by that of the practical limit, and how many times faster than a request per page
without a session. CPU and memory (over the idle process) are those of the program; the plugin also writes everything
to its standard output, where Dify reads it."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured."""

    readings: Readings
    writing: Mapping[str, Run]
    files: Mapping[str, Run]
    heartbeat_gap: float

    def short(self) -> str:
        """Return the tables for people who want to compare."""
        return "\n\n".join(
            [
                f"Measured on {machine.description()}.\n\n{HOW}",
                reading_table(self.readings),
                f"Writing {ENTRIES:,} new entries, {WRITE_LATENCY} ms:",
                writing_table(self.writing),
                f"A file of {FILE_BYTES / 1e6:.0f} MB, no latency:",
                file_table(self.files),
            ]
        )

    def whole(self) -> str:
        """Return the same, then the aims and every number."""
        aims = "\n".join(verdicts(self.readings, self.writing, self.heartbeat_gap))
        return "\n\n".join(
            ["# Benchmark", self.short(), "## Aims", aims, "## Every number", f"{detail_table(self.readings)}\n"]
        )
