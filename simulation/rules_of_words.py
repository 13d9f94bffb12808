"""Points 1 and 5: what is told of each entry is so, and is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulation.faults import Fault
from simulation.knowledge import Known, blamed_entry, expected_counts, inserted, is_final, is_valid, may_be_merged
from simulation.scenario import ADD, QUERY, UPSERT
from simulation.statements import SAVED, UNKNOWN, UNSAVED, StatementError, restated_for_one, told_of_entries
from simulation.world import INSERT, UPDATE

if TYPE_CHECKING:
    from simulation.trace import Run

MOST_CHARACTERS = 20_000
# An entry beside the field that is wrong; what is said of saved entries has a grammar of its own.
_BLAMED = re.compile(r"\bentry (\d+)\b(?! is | may )")
_LAST_TRY = re.compile(r"\blast try\b", re.IGNORECASE)


def broken_by_words(run: Run, entries: list[Known]) -> Iterator[str]:
    """Yield what the end of the call says and should not."""
    outcome = run.outcome
    if outcome.mistake:
        yield f"the plugin made a mistake: {outcome.mistake}"
    if outcome.failure:
        yield from _form(run)
        yield from _failure(run, entries)
    elif not outcome.mistake:
        yield from _success(run, entries)


def _form(run: Run) -> Iterator[str]:
    line = run.outcome.failure
    if len(line) > MOST_CHARACTERS:
        yield f"the line of the error has {len(line)} characters"
    if not line.isprintable():
        yield f"the error is not one printable line: {line[:200]!r}"
    if line.startswith("[INTERNAL]"):
        yield f"an internal error: {line[:500]}"
    if any(secret in line for secret in run.secrets):
        yield "the line of the error holds a secret"


def _failure(run: Run, entries: list[Known]) -> Iterator[str]:
    if run.scenario.tool == QUERY:
        return
    line = run.outcome.failure
    try:
        told = told_of_entries(line, len(entries)) if run.scenario.tool == UPSERT else restated_for_one(line)
    except StatementError as mistake:
        yield f"{mistake}: {line[:1000]}"
        return
    if told is None:
        # What was refused before anything was sent needs no word about what is saved.
        if not line.startswith("[INVALID_INPUT]") or any(asked.writes for asked in run.requests):
            yield f"a failed write does not say what is saved: {line[:1000]}"
        return
    for known in entries:
        for wrong in _claim(known, told[known.position]):
            yield f"{wrong}: {line[:1000]}"
    if run.scenario.tool == UPSERT and (blamed := blamed_entry(run)):
        position = next((known.position for known in entries if known.entry and known.entry.number == blamed), 0)
        named = _BLAMED.findall(line)
        if str(position) not in named:
            yield f"kintone complains about entry {position}, and the line names {named or 'none'}: {line[:1000]}"


def _claim(known: Known, told: str) -> Iterator[str]:
    which = f"entry {known.position} is told as {told}"
    if told == SAVED:
        if not known.applied:
            yield f"{which} and is not there"
        elif known.fate != SAVED and not known.seen:
            yield f"{which}, which nothing proves"
    if told == UNSAVED:
        if known.applied:
            yield f"{which} and is there"
        elif known.fate != UNSAVED:
            yield f"{which}, which nothing proves: what became of it is {known.fate}"
    if told == UNKNOWN and known.fate != UNKNOWN:
        yield f"{which}, and no fault leaves that open: it is {known.fate}"


def _success(run: Run, entries: list[Known]) -> Iterator[str]:
    final = next((asked for asked in run.requests if is_final(asked, run.scenario) and asked.writes), None)
    if final is not None:
        yield f"the call succeeds although request {final.number} was refused for good"
    if run.scenario.tool == QUERY:
        return
    for known in entries:
        yield from _claim(known, SAVED)
    variables = run.outcome.variables
    if run.scenario.tool == ADD:
        yield from _added(entries[0], variables)
    if run.scenario.tool == UPSERT:
        yield from _results(run, entries, variables)
        yield from _counts(run, entries, variables)


def _added(known: Known, variables: dict[str, Any]) -> Iterator[str]:
    told = (variables.get("record_id"), variables.get("revision"))
    if known.applied and told != (str(known.applied[-1].record), "1"):
        yield f"record {known.applied[-1].record} revision 1 was added, and record {told[0]} revision {told[1]} is told"


def _results(run: Run, entries: list[Known], variables: dict[str, Any]) -> Iterator[str]:
    results = variables.get("results")
    if not isinstance(results, list) or len(results) != len(entries):
        yield f"results has {len(results) if isinstance(results, list) else 'no'} entries for {len(entries)}"
        return
    excused = _LAST_TRY.search(run.outcome.text) is not None
    for known, result in zip(entries, results, strict=True):
        if not known.applied:
            continue
        last = known.applied[-1]
        revision = "" if last.after is None else last.after["$revision"]["value"]
        true = {"id": str(last.record), "revision": revision, "operation": INSERT if inserted(known) else UPDATE}
        wrong = {name for name, value in true.items() if str(result.get(name)) != value}
        if excused:
            wrong.discard("operation")
        if wrong:
            yield f"the result of entry {known.position} is {result}, true is {true}"


def _counts(run: Run, entries: list[Known], variables: dict[str, Any]) -> Iterator[str]:
    told, true = variables.get("upsert_result"), expected_counts(entries)
    if told != true and all(known.applied for known in entries) and not _LAST_TRY.search(run.outcome.text):
        yield f"upsert_result is {told}, true is {true}"


def broken_by_failing(run: Run) -> Iterator[str]:
    """Yield a failure that nothing explains: what kintone asks to repeat is repeated, and what is good is taken."""
    scenario = run.scenario
    yield from _unmerged(run)
    if not run.outcome.failure or scenario.acts or not is_valid(scenario) or scenario.budget < ENOUGH:
        return
    met = [asked for asked in run.requests if asked.fault is not None]
    if len(met) <= 1 and all(asked.fault is None or _is_overcome(asked.kind, asked.fault) for asked in met):
        faults = met[0].fault.short() if met and met[0].fault else "nothing"
        yield f"the call fails although {faults} went wrong: {run.outcome.failure[:500]}"


def _unmerged(run: Run) -> Iterator[str]:
    """Yield a call that ends although what another writer did could have been read and merged."""
    last = next((asked for asked in reversed(run.requests) if asked.writes), None)
    if not run.outcome.failure or last is None or last.reply is None or not last.delivered:
        return
    refused = [asked for asked in run.requests if asked.reply and asked.reply.code == last.reply.code]
    if not may_be_merged(last, run.scenario) or len(refused) >= PATIENCE:
        return
    if any(entry.revision for entry in run.scenario.entries if entry.number in last.marks):
        # It may be the caller's own revision that is outdated.
        return
    is_open = any(asked.writes and asked.is_open for asked in run.requests)
    if not is_open and run.outcome.failure.startswith(f"[{last.reply.code}]"):
        yield f"request {last.number} was refused because others were first, and nothing was merged"


PATIENCE = 3
"""Times that one may be second before giving up."""
ENOUGH = 60
PASSING = (500, 502, 503, 504)
_READS = ("GET form", "GET record", "GET records")


def _is_overcome(kind: str, fault: Fault) -> bool:
    if fault.name in ("429", "429 Retry-After", "cut unsent") or fault.name.startswith("lock"):
        return True
    passes = fault.name in ("cut", "cut in answer") or (fault.name == "5xx page" and fault.status in PASSING)
    return kind in _READS and passes
