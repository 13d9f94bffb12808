"""Rules for changes of status: all named records are moved once by the named action, or none is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulation.faults import GET_RECORDS
from simulation.scenario import Scenario
from simulation.world import ACTIONS, ADMINISTRATOR, ASSIGNEE_FIELD, ASSIGNEES, CHOSEN, MOVED, PLUGIN, STATUS_FIELD
from simulation.write_rules import untouched

if TYPE_CHECKING:
    from simulation.entry_evidence import EntryEvidence
    from simulation.trace import Run
    from simulation.world import AppliedWrite


def is_valid_move(scenario: Scenario) -> bool:
    """Tell whether kintone carries out the action if there are no faults and no other writers."""
    if max(scenario.chosen, default=0) > len(scenario.records):
        return False
    possible = all((scenario.records[number - 1].status, scenario.action) in ACTIONS for number in scenario.chosen)
    fits = (scenario.assignee in ASSIGNEES) if scenario.action == "choose" else not scenario.assignee
    return possible and fits


def move_writes(run: Run) -> Iterator[str]:
    """Yield moves that nobody asked for, that are repeated or incomplete, and other changes."""
    mine = [write for write in run.writes if write.author == PLUGIN]
    moved = [write.record for write in mine]
    if mine and sorted(moved) != sorted(run.scenario.chosen):
        yield f"the records {sorted(moved)} were moved instead of {sorted(run.scenario.chosen)}"
    for write in mine:
        yield from untouched(write, set())
        before, after = (write.before or {}), (write.after or {})
        if write.action != MOVED or (_status(after), _people(after)) != _expected(run.scenario, before):
            yield (
                f"the write is {write.action} of record {write.record}, which was {_status(before)!r} of "
                f"{_people(before)} and is {_status(after)!r} of {_people(after)} after {run.scenario.action!r}"
            )


def _expected(scenario: Scenario, before: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the status and the assignees after the action; while others have to act the status stays."""
    others = [code for code in _people(before) if code != ADMINISTRATOR]
    if others:
        return _status(before), others
    after = ACTIONS.get((_status(before), scenario.action), "")
    return after, [scenario.assignee] if after == CHOSEN else []


def _status(record: dict[str, Any]) -> str:
    return str(record[STATUS_FIELD]["value"])


def _people(record: dict[str, Any]) -> list[str]:
    return [person["code"] for person in record[ASSIGNEE_FIELD]["value"]]


def move_told(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    """Check the id, the revision and the status that the call returns of each record."""
    results = run.outcome.variables.get("results")
    ids = [str(number) for number in run.scenario.chosen]
    if not isinstance(results, list) or [result.get("id") for result in results] != ids:
        yield f"results is {results} for the records {ids}"
        return
    for result in results:
        mine = next((write for write in entries[0].applied if str(write.record) == result["id"]), None)
        if mine is not None:
            yield from _version(run, mine, result)


def refusal_explained(run: Run) -> Iterator[str]:
    """Yield which statuses and possible actions a refused action does not tell, of the records that were then read."""
    line = run.outcome.failure
    asked = next((request.ended_order for request in reversed(run.requests) if request.writes), run.end_order)
    answered = [request for request in run.requests if request.order > asked and request.succeeded]
    found = next((request.reply for request in answered if request.kind == GET_RECORDS), None)
    if not line.startswith("[GAIA_IL03]") or found is None:
        return
    is_process_known = any("app/status" in request.target for request in answered)
    statuses = {_status(each) for each in json.loads(found.body)["records"]}
    for status in sorted(each for each in statuses if (each, run.scenario.action) not in ACTIONS):
        possible = [name for before, name in ACTIONS if before == status] if is_process_known else []
        if missing := [name for name in (status, *possible) if f'"{name}"' not in line]:
            yield f"the message does not tell {missing}, and a record is {status!r}: {line[:1000]}"


def _was_read(run: Run, mine: AppliedWrite) -> bool:
    """Tell whether the plugin has received the record after it had moved it."""
    moving = next(request for request in run.requests if request.number == mine.request)
    answers = [each for each in run.requests if each.kind == GET_RECORDS and each.order > moving.ended_order]
    return any(
        record["$id"]["value"] == str(mine.record)
        for request in answers
        if request.succeeded and request.reply
        for record in json.loads(request.reply.body)["records"]
    )


def _version(run: Run, mine: AppliedWrite, result: dict[str, Any]) -> Iterator[str]:
    """Check that the record had the returned status at some moment after the call moved it."""
    if result.get("status") == "" and not _was_read(run, mine):
        return
    later = run.writes[run.writes.index(mine) :]
    versions = [write.after for write in later if write.record == mine.record and write.after and "mark" in write.after]
    statuses = {_status(version) for version in versions}
    revisions = {version["$revision"]["value"] for version in versions}
    if result.get("status") not in statuses or result.get("revision") not in revisions:
        yield f"the result is {result}, and since the action the record had {sorted(statuses)}, {sorted(revisions)}"
