"""Rules for deletions: exactly the records that were named, or found and counted, are deleted, and it is told which."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from simulation.entry_evidence import EntryEvidence, state_after
from simulation.faults import GET_RECORDS
from simulation.statements import SAVED, UNKNOWN, UNSAVED, StatementError
from simulation.world import DELETE, PLUGIN

if TYPE_CHECKING:
    from simulation.trace import Run, TracedRequest

MISSING = "missing"
GONE = "gone"
"""Not there after an answer that was lost; nobody knows whether it was there before."""
_STATES = {
    "may have been deleted": UNKNOWN,
    "not deleted by this call": UNSAVED,
    "deleted": SAVED,
    "no longer there, or never were": MISSING,
    "gone, or never there, after an answer that was lost, so whether this call deleted them is not known": GONE,
}
_CLAIM = re.compile(
    rf"\b({'|'.join(_STATES)}): "
    r"(?:([\d,]+) records from (\d+) to (\d+)|records (\d+) to (\d+)|records? (\d+(?:, \d+)*))"
)
_NOTHING_DELETED = re.compile(r"\bnothing was deleted\b", re.IGNORECASE)


def deletion_targets(run: Run) -> list[int]:
    """Return the ids that the call is to delete: those named, or those that it has read with its query."""
    if not run.scenario.by_query:
        return sorted(run.scenario.chosen)
    first = next((request.order for request in run.requests if request.writes), run.end_order)
    return sorted({number for request, ids in _pages(run, 0) if request.ended_order < first for number in ids})


def _pages(run: Run, begin: int) -> list[tuple[TracedRequest, set[int]]]:
    """Return the requests for records after a position that the plugin has received, with the ids of their pages."""
    return [
        (request, {int(record["$id"]["value"]) for record in json.loads(request.reply.body)["records"]})
        for request in run.requests
        if request.kind == GET_RECORDS and request.reply and request.succeeded and request.order > begin
    ]


def ids_in(request: TracedRequest) -> set[int]:
    """Return the ids that a request deletes."""
    body = json.loads(request.body) if request.writes else {}
    parts = [part["payload"] for part in body["requests"]] if "requests" in body else [body]
    return {int(number) for part in parts for number in part.get("ids", ())}


def deletion_evidence(run: Run) -> list[EntryEvidence]:
    """Return the evidence of each record to delete."""
    carried = [(ids_in(request), request) for request in run.requests if request.writes]
    return [
        EntryEvidence(
            position,
            None,
            [write for write in run.writes if write.author == PLUGIN and write.record == number],
            state_after([request for ids, request in carried if number in ids]),
            confirmed=False,
        )
        for position, number in enumerate(deletion_targets(run), 1)
    ]


def deletion_writes(run: Run) -> Iterator[str]:
    """Yield deletions that nobody asked for, and other writes."""
    targets = set(deletion_targets(run))
    for write in run.writes:
        if write.author == PLUGIN and (write.action != DELETE or write.record not in targets):
            yield f"the write is {write.action} of record {write.record}; the records to delete are {sorted(targets)}"
    is_writing = any(request.writes for request in run.requests)
    if run.scenario.by_query and is_writing and len(targets) != _confirmed(run):
        yield f"{len(targets)} records were found and {_confirmed(run)} confirmed, and the call deletes"


def _confirmed(run: Run) -> int:
    return max(0, len(run.scenario.chosen) + run.scenario.miscount)


def deletion_told(run: Run, _entries: list[EntryEvidence]) -> Iterator[str]:
    """Check the number and the ids that a success returns: all targets are gone, and each is known to be."""
    targets = deletion_targets(run)
    variables = run.outcome.variables
    if (variables.get("deleted_count"), variables.get("record_ids")) != (len(targets), list(map(str, targets))):
        yield f"the records {targets} were to be deleted, and the call returns {variables}"
    if run.scenario.by_query and len(targets) != _confirmed(run):
        yield f"{len(targets)} records were deleted, and {_confirmed(run)} confirmed"
    yield from _false_claims(run, dict.fromkeys(targets, SAVED))


def deletion_failed(run: Run) -> Iterator[str]:
    """Yield what the message of a failed deletion says and is not true, or not known."""
    line = run.outcome.failure
    try:
        claims = parse_deletion_states(line, deletion_targets(run))
    except StatementError as error:
        yield f"{error}: {line[:1000]}"
        return
    yield from (f"{wrong}: {line[:1000]}" for wrong in _false_claims(run, claims))
    if not run.scenario.by_query:
        yield from (f"{wrong}: {line[:1000]}" for wrong in _overstated(run, claims))


def _overstated(run: Run, claims: dict[int, str]) -> Iterator[str]:
    """Yield ids that were given, and are told as deleted or as gone, against kintone's own word for it."""
    for number, evidence in zip(deletion_targets(run), deletion_evidence(run), strict=True):
        if (claims[number], evidence.state == SAVED) in ((SAVED, False), (GONE, True)):
            yield f"record {number} is reported as {claims[number]}, but the responses prove {evidence.state}"


def parse_deletion_states(line: str, targets: list[int]) -> dict[int, str]:
    """Return the state of each record that is to be deleted.

    Raises:
        StatementError: The message omits a record, names one twice or names one that is not to be deleted.
    """
    states: dict[int, str] = {}
    for words, count, least, most, first, last, listed in _CLAIM.findall(line):
        named = [int(number) for number in listed.split(", ")] if listed else []
        if not listed:
            low, high = int(least or first), int(most or last)
            named = [number for number in targets if low <= number <= high and number not in states]
            told = int(count.replace(",", "")) if count else high - low + 1
            if len(named) != told:
                raise StatementError(f"{words}: {len(named)} records are meant, and {told} are told")
        for number in named:
            if number in states or number not in targets:
                raise StatementError(f"record {number} is named twice, or is not to be deleted")
            states[number] = _STATES[words]
    if _NOTHING_DELETED.search(line):
        if {SAVED, UNKNOWN} & set(states.values()):
            raise StatementError("“nothing was deleted” contradicts the other statements")
        return {**dict.fromkeys(targets, UNSAVED), **states}
    if not states or len(states) < len(targets):
        raise StatementError(f"the records {sorted(set(targets) - set(states))} are not named")
    return states


def _false_claims(run: Run, claims: dict[int, str]) -> Iterator[str]:
    gone = {write.record: write.author for write in run.writes if write.action == DELETE}
    existing = {*range(1, len(run.scenario.records) + 1), *(write.record for write in run.writes)}
    targets = deletion_targets(run)
    for number, evidence in zip(targets, deletion_evidence(run), strict=True):
        claimed = claims[number]
        which = f"record {number} is reported as {claimed}"
        seen, settled = _looked_up(run, number)
        if claimed in (SAVED, GONE) and number in existing and number not in gone:
            yield f"{which}, and it is there"
        if claimed in (SAVED, GONE) and evidence.state != SAVED and (settled or seen is not False):
            yield f"{which} without proof"
        if claimed in (UNSAVED, MISSING) and gone.get(number) == PLUGIN:
            yield f"{which}, and the call deleted it"
        if claimed in (UNSAVED, MISSING) and not (evidence.state == UNSAVED or settled):
            yield f"{which} without proof: its state is {evidence.state}"
        if claimed == MISSING and number not in gone and number in existing:
            yield f"{which}, and it is there"
        if claimed == UNKNOWN and evidence.state != UNKNOWN:
            yield f"{which}, but the responses prove {evidence.state}"


def _looked_up(run: Run, number: int) -> tuple[bool | None, bool]:
    """Return whether the last lookup after a deletion saw the record, None without one; and whether it proves more.

    A batch is deleted as a whole or not at all. A record that is seen after another of its batch was missing proves
    that the batch was not carried out, and never will be.
    """
    carrying = [request for request in run.requests if number in ids_in(request)]
    if not carrying:
        return None, False
    batch = ids_in(carrying[-1])
    lookups = [(_asked_for(request) & batch, found & batch) for request, found in _pages(run, carrying[-1].ended_order)]
    mine = [number in found for asked, found in lookups if number in asked]
    # Every record of a later page that is there is seen after one that was missing.
    settled = any(
        asked - found and any(later for _, later in lookups[index:]) for index, (asked, found) in enumerate(lookups)
    )
    return (mine[-1] if mine else None), settled


def _asked_for(request: TracedRequest) -> set[int]:
    """Return the ids that a lookup asks for."""
    inside = re.search(r"\$id in \(([^)]*)\)", unquote_plus(request.target) + request.body.decode())
    return {int(number) for number in re.findall(r"\d+", inside[1])} if inside else set()
