"""Rules for queries: every record that exists during the whole query is returned once, in the right order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulation.scenario import QUERY
from simulation.world import INSERT

if TYPE_CHECKING:
    from simulation.trace import Run


def read_violations(run: Run) -> Iterator[str]:
    """Yield missing, repeated, unknown and misplaced records in the result of a query."""
    outcome = run.outcome
    if run.scenario.tool != QUERY or outcome.failure or outcome.internal_error:
        return
    ids = outcome.variables.get("record_ids")
    if not isinstance(ids, list) or not all(isinstance(each, str) and each.isdecimal() for each in ids):
        yield f"record_ids is {ids!r}"
        return
    returned = [int(each) for each in ids]
    if outcome.variables.get("record_count") != len(returned):
        yield f"record_count is {outcome.variables.get('record_count')}, and {len(returned)} ids are returned"
    if outcome.variables.get("total_count") != len(returned):
        yield f"total_count is {outcome.variables.get('total_count')}, and all {len(returned)} matches are returned"
    if len(set(returned)) < len(returned):
        yield f"records are returned twice: {returned}"
    written = {write.record for write in run.writes}
    existing = set(range(1, len(run.scenario.records) + 1))
    added = {write.record for write in run.writes if write.action == INSERT}
    if missing := existing - written - set(returned):
        yield f"records {sorted(missing)} are missing"
    if unknown := set(returned) - existing - added:
        yield f"records {sorted(unknown)} never existed"
    stable = [number for number in returned if number in existing - written]
    amounts = [run.scenario.records[number - 1].amount for number in stable]
    sign = -1 if run.scenario.descending else 1
    wanted = sorted(stable, key=lambda number: (sign * run.scenario.records[number - 1].amount, number))
    if stable != wanted:
        yield f"the records are returned in the order {stable} with the amounts {amounts}"
