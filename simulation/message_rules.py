"""Rules for messages: what the outcome says about each entry is true and known to the plugin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulation.action_rules import TOLD, is_valid_call
from simulation.deletion_rules import deletion_failed
from simulation.entry_evidence import (
    EntryEvidence,
    expected_counts,
    inserted,
    is_final,
    may_be_merged,
    reported_entry,
    rows_of,
)
from simulation.faults import POST_FILE, REPEATED, Fault
from simulation.scenario import ADD, BY_KEY, MOVE, READING_TOOLS, REMOVE, UPDATE, UPSERT
from simulation.statements import SAVED, UNKNOWN, UNSAVED, StatementError, parse_entry_states, parse_single_state
from simulation.status_rules import refusal_explained
from simulation.world import DELETE, INSERT, key_text
from simulation.world import UPDATE as UPDATED

if TYPE_CHECKING:
    from simulation.trace import Run

MAX_CHARACTERS = 20_000
# An entry named with a wrong field; statements about saved entries are parsed separately.
_REPORTED_ENTRY = re.compile(r"\bentry (\d+)\b(?! is | may )")
_ROWS = re.compile(r"^rows: .*$", re.MULTILINE)
_COUNT = re.compile(r"\b(\d+) (?:rows? )?(added|kept|removed)\b")
_REMOVED_IDS = re.compile(r"removed \(ids? ([\d, ]+)\)")
_LAST_TRY = re.compile(r"\blast try\b", re.IGNORECASE)


def message_violations(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    """Yield false, unproven and malformed statements of the outcome."""
    outcome = run.outcome
    if outcome.internal_error:
        yield f"an internal error of the plugin: {outcome.internal_error}"
    if outcome.failure:
        yield from _form(run)
        yield from _failure_of(run, entries)
    elif not outcome.internal_error:
        yield from _success(run, entries)


def _form(run: Run) -> Iterator[str]:
    line = run.outcome.failure
    if len(line) > MAX_CHARACTERS:
        yield f"the error message has {len(line)} characters"
    if not line.isprintable():
        yield f"the error message is not one printable line: {line[:200]!r}"
    if line.startswith("[INTERNAL]"):
        yield f"an internal error: {line[:500]}"
    if any(secret in line for secret in run.secrets):
        yield "the error message contains a secret"


def _failure_of(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    """Check what a failed call says of its writes."""
    if run.scenario.tool == REMOVE:
        yield from deletion_failed(run)
    elif run.scenario.tool not in READING_TOOLS:
        yield from _failure(run, entries)
    if run.scenario.tool == MOVE:
        yield from refusal_explained(run)


def _failure(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    line = run.outcome.failure
    try:
        claimed = parse_entry_states(line, len(entries)) if run.scenario.tool == UPSERT else parse_single_state(line)
    except StatementError as error:
        yield f"{error}: {line[:1000]}"
        return
    if claimed is None:
        # An input error before the first write need not say what is saved.
        if not line.startswith("[INVALID_INPUT]") or any(request.writes for request in run.requests):
            yield f"a failed write does not say what is saved: {line[:1000]}"
        return
    for evidence in entries:
        for wrong in _claim(evidence, claimed[evidence.position]):
            yield f"{wrong}: {line[:1000]}"
    if run.scenario.tool == UPSERT and (reported := reported_entry(run)):
        position = next(
            (evidence.position for evidence in entries if evidence.entry and evidence.entry.number == reported), 0
        )
        named = _REPORTED_ENTRY.findall(line)
        if str(position) not in named:
            yield f"kintone reports entry {position}, but the message names {named or 'none'}: {line[:1000]}"
    if line.startswith(("[GAIA_RE20]", "[NOT_FOUND]")) and not _names_a_missing_key(run, line):
        yield f"the message does not name the entry and the key that no record has: {line[:1000]}"


def _names_a_missing_key(run: Run, line: str) -> bool:
    """Tell whether the message names the key of an entry that finds no record; an upsert also names the entry."""
    existing = {record.key for record in run.scenario.records}
    gone = {write.before["key"]["value"] for write in run.writes if write.action == DELETE and write.before}
    for position, entry in enumerate(run.scenario.entries, 1):
        if entry.target != BY_KEY:
            continue
        key = key_text(run.scenario, entry.key or 0)
        is_named = re.search(rf"\b{re.escape(key)}\b", line) is not None
        is_numbered = run.scenario.tool == UPDATE or str(position) in _REPORTED_ENTRY.findall(line)
        if is_named and is_numbered and (entry.key not in existing or key in gone):
            return True
    return False


def _claim(evidence: EntryEvidence, claimed: str) -> Iterator[str]:
    which = f"entry {evidence.position} is reported as {claimed}"
    if claimed == SAVED:
        if not evidence.applied:
            yield f"{which} but was not applied"
        elif evidence.state != SAVED and not evidence.confirmed:
            yield f"{which} without proof"
    if claimed == UNSAVED:
        if evidence.applied:
            yield f"{which} but was applied"
        elif evidence.state != UNSAVED:
            yield f"{which} without proof: its state is {evidence.state}"
    if claimed == UNKNOWN and evidence.state != UNKNOWN:
        yield f"{which}, but the responses prove {evidence.state}"


def _success(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    final = next((request for request in run.requests if is_final(run, request) and request.writes), None)
    if final is not None:
        yield f"the call succeeds although request {final.number} was finally refused"
    if run.scenario.tool in READING_TOOLS:
        return
    for evidence in entries if run.scenario.tool != REMOVE else ():
        yield from _claim(evidence, SAVED)
    variables = run.outcome.variables
    if run.scenario.tool in TOLD:
        yield from TOLD[run.scenario.tool](run, entries)
    if run.scenario.tool == ADD:
        yield from _added(entries[0], variables)
    if run.scenario.tool == UPDATE:
        yield from _updated(entries[0], variables)
        yield from _rows_told(run, entries[0])
    if run.scenario.tool == UPSERT:
        yield from _results(run, entries, variables)
        yield from _counts(run, entries, variables)


def _added(evidence: EntryEvidence, variables: dict[str, Any]) -> Iterator[str]:
    claimed = (variables.get("record_id"), variables.get("revision"))
    if evidence.applied and claimed != (str(evidence.applied[-1].record), "1"):
        added = evidence.applied[-1].record
        yield f"record {added} revision 1 was added, but record {claimed[0]} revision {claimed[1]} is reported"


def _updated(evidence: EntryEvidence, variables: dict[str, Any]) -> Iterator[str]:
    if not evidence.applied:
        return
    last = evidence.applied[-1]
    revision = last.after["$revision"]["value"] if last.after else ""
    claimed, true = (variables.get("record_id"), variables.get("revision")), (str(last.record), revision)
    if claimed != true:
        yield f"record {true[0]} revision {true[1]} was written, but record {claimed[0]} revision {claimed[1]} is told"


def _rows_told(run: Run, evidence: EntryEvidence) -> Iterator[str]:
    """Check what the text says of the rows against the record before and after the write."""
    told = _ROWS.search(run.outcome.text)
    if evidence.entry is None or not evidence.applied:
        return
    if evidence.entry.rows is None:
        if told:
            yield f"no rows were sent, and the text says {told.group()!r}"
        return
    last = evidence.applied[-1]
    before, after = ({row["id"] for row in rows_of(record)} for record in (last.before, last.after))
    if not told:
        # In append mode an empty list changes nothing, and nothing need be told.
        if before != after:
            yield "the text does not tell what became of the rows"
        return
    counts = {"added": len(after - before), "kept": len(after & before), "removed": len(before - after)}
    found = {word: int(number) for number, word in _COUNT.findall(told.group())}
    if {word: found.get(word, 0) for word in counts} != counts:
        yield f"the rows were {sorted(before)} and are {sorted(after)}, and the text says {told.group()!r}"
    ids = _REMOVED_IDS.search(told.group())
    if (set(ids[1].split(", ")) if ids else set()) != before - after:
        yield f"the rows {sorted(before - after)} are gone, and the text says {told.group()!r}"


def _results(run: Run, entries: list[EntryEvidence], variables: dict[str, Any]) -> Iterator[str]:
    results = variables.get("results")
    if not isinstance(results, list) or len(results) != len(entries):
        yield f"results has {len(results) if isinstance(results, list) else 'no'} entries for {len(entries)}"
        return
    excused = _LAST_TRY.search(run.outcome.text) is not None
    for evidence, result in zip(entries, results, strict=True):
        if not evidence.applied:
            continue
        last = evidence.applied[-1]
        revision = "" if last.after is None else last.after["$revision"]["value"]
        true = {"id": str(last.record), "revision": revision, "operation": INSERT if inserted(evidence) else UPDATED}
        wrong = {name for name, value in true.items() if str(result.get(name)) != value}
        if excused:
            wrong.discard("operation")
        if wrong:
            yield f"the result of entry {evidence.position} is {result} instead of {true}"


def _counts(run: Run, entries: list[EntryEvidence], variables: dict[str, Any]) -> Iterator[str]:
    claimed, true = variables.get("upsert_result"), expected_counts(entries)
    if claimed != true and all(evidence.applied for evidence in entries) and not _LAST_TRY.search(run.outcome.text):
        yield f"upsert_result is {claimed} instead of {true}"


def failure_violations(run: Run) -> Iterator[str]:
    """Yield a call that fails without a sufficient reason: valid writes and retryable faults must succeed."""
    scenario = run.scenario
    yield from _unmerged(run)
    if (
        not run.outcome.failure
        or scenario.competing_writes
        or not is_valid_call(scenario)
        or scenario.budget < MIN_BUDGET
    ):
        return
    faulty = [request for request in run.requests if request.fault is not None]
    if len(faulty) <= 1 and all(
        request.fault is None or _must_succeed(request.kind, request.fault) for request in faulty
    ):
        faults = faulty[0].fault.summary() if faulty and faulty[0].fault else "none"
        yield f"the call fails although only this fault occurred: {faults}: {run.outcome.failure[:500]}"


def _unmerged(run: Run) -> Iterator[str]:
    """Yield a call that fails although the write of another writer could have been read and merged."""
    last = next((request for request in reversed(run.requests) if request.writes), None)
    if not run.outcome.failure or last is None or last.reply is None or not last.delivered:
        return
    refused = [request for request in run.requests if request.reply and request.reply.code == last.reply.code]
    if not may_be_merged(last, run.scenario) or len(refused) >= MAX_CONFLICTS:
        return
    if any(entry.revision for entry in run.scenario.entries if entry.number in last.marks):
        # The caller's own revision may be outdated.
        return
    is_open = any(request.writes and request.is_open for request in run.requests)
    if not is_open and run.outcome.failure.startswith(f"[{last.reply.code}]"):
        yield f"request {last.number} was refused because of another writer, and nothing was merged"


MAX_CONFLICTS = 3
"""Number of conflicts after which a call may fail."""
MIN_BUDGET = 60
TRANSIENT_STATUSES = (500, 502, 503, 504)


def _must_succeed(kind: str, fault: Fault) -> bool:
    if fault.name in ("429", "429 Retry-After", "cut unsent") or fault.name.startswith("lock"):
        return True
    passes = fault.name in ("cut", "cut in answer") or (fault.name == "5xx page" and fault.status in TRANSIENT_STATUSES)
    return kind in REPEATED and kind != POST_FILE and passes
