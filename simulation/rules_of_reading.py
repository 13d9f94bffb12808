"""What a query returns: every record that was there all the time, once, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulation.scenario import QUERY
from simulation.world import INSERT

if TYPE_CHECKING:
    from simulation.trace import Run


def broken_by_reading(run: Run) -> Iterator[str]:
    """Yield what is missing, double or out of order in the result of a query."""
    outcome = run.outcome
    if run.scenario.tool != QUERY or outcome.failure or outcome.mistake:
        return
    ids = outcome.variables.get("record_ids")
    if not isinstance(ids, list) or not all(isinstance(each, str) and each.isdecimal() for each in ids):
        yield f"record_ids is {ids!r}"
        return
    told = [int(each) for each in ids]
    if outcome.variables.get("record_count") != len(told):
        yield f"record_count is {outcome.variables.get('record_count')}, and {len(told)} ids are told"
    if len(set(told)) < len(told):
        yield f"records are told twice: {told}"
    touched = {write.record for write in run.writes}
    there = set(range(1, len(run.scenario.records) + 1))
    added = {write.record for write in run.writes if write.action == INSERT}
    if missing := there - touched - set(told):
        yield f"records {sorted(missing)} are missing"
    if strange := set(told) - there - added:
        yield f"records {sorted(strange)} were never there"
    stable = [number for number in told if number in there - touched]
    amounts = [run.scenario.records[number - 1].amount for number in stable]
    sign = -1 if run.scenario.descending else 1
    wanted = sorted(stable, key=lambda number: (sign * run.scenario.records[number - 1].amount, number))
    if stable != wanted:
        yield f"the records come in the order {stable} with the amounts {amounts}"
