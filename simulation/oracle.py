"""The judge: it knows kintone's log, the fate of each request and what the user is told, and nothing of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulation.knowledge import entries_of
from simulation.rules_of_reading import broken_by_reading
from simulation.rules_of_time import broken_by_time
from simulation.rules_of_words import broken_by_failing, broken_by_words
from simulation.rules_of_writes import broken_by_writes
from simulation.scenario import QUERY

if TYPE_CHECKING:
    from simulation.trace import Run


class Violation(NamedTuple):
    """A promise that was broken: the rule by its name, and how."""

    rule: str
    what: str


def judge(run: Run) -> list[Violation]:
    """Return all that is wrong with a run."""
    entries = [] if run.scenario.tool == QUERY else entries_of(run)
    found = {
        "writes": broken_by_writes(run, entries),
        "words": broken_by_words(run, entries),
        "time": broken_by_time(run),
        "reading": broken_by_reading(run),
        "failing": broken_by_failing(run),
    }
    return [Violation(rule, what) for rule, wrongs in found.items() for what in wrongs]
