"""The oracle: it judges a run by kintone's log, the traced requests and the outcome, independently of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulation.action_rules import WRITES, evidence_of
from simulation.comment_rules import read_comment_violations
from simulation.message_rules import failure_violations, message_violations
from simulation.read_rules import read_violations
from simulation.time_rules import time_violations
from simulation.write_rules import write_violations

if TYPE_CHECKING:
    from simulation.trace import Run


class Violation(NamedTuple):
    """A broken promise: the name of the rule and a description."""

    rule: str
    what: str


def judge(run: Run) -> list[Violation]:
    """Return all violations of a run."""
    entries = evidence_of(run)
    wrong_writes = WRITES.get(run.scenario.tool)
    found = {
        "writes": wrong_writes(run) if wrong_writes else write_violations(run, entries),
        "messages": message_violations(run, entries),
        "time": time_violations(run),
        "reads": [*read_violations(run), *read_comment_violations(run)],
        "failures": failure_violations(run),
    }
    return [Violation(rule, what) for rule, wrongs in found.items() for what in wrongs]
