"""The rules of the tools that comment on records, delete them or move them, by tool."""

from __future__ import annotations

from simulation.comment_rules import comment_told, comment_writes
from simulation.deletion_rules import deletion_evidence, deletion_told, deletion_writes
from simulation.entry_evidence import EntryEvidence, collect_evidence, is_valid, whole_call
from simulation.scenario import COMMENT, MOVE, READING_TOOLS, REMOVE, Scenario
from simulation.status_rules import is_valid_move, move_told, move_writes
from simulation.trace import Run

WRITES = {COMMENT: comment_writes, REMOVE: deletion_writes, MOVE: move_writes}
TOLD = {COMMENT: comment_told, REMOVE: deletion_told, MOVE: move_told}


def evidence_of(run: Run) -> list[EntryEvidence]:
    """Return what is known of each entry, of each record to delete, or of a call that is carried out as a whole."""
    tool = run.scenario.tool
    if tool in READING_TOOLS:
        return []
    if tool == REMOVE:
        return deletion_evidence(run)
    return [whole_call(run)] if tool in WRITES else collect_evidence(run)


def is_valid_call(scenario: Scenario) -> bool:
    """Tell whether kintone carries out the call if there are no faults and no competing writes."""
    existing = range(1, len(scenario.records) + 1)
    if scenario.tool in (COMMENT, *READING_TOOLS):
        return scenario.record in existing
    if scenario.tool == REMOVE:
        return not scenario.miscount and all(number in existing for number in scenario.chosen)
    return is_valid_move(scenario) if scenario.tool == MOVE else is_valid(scenario)
