"""Rules for writes: the given values are applied, once, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulation.entry_evidence import (
    EntryEvidence,
    as_json,
    cell_texts,
    deleted_later,
    file_names,
    given_files,
    never_adds,
    rows_of,
    same_key,
    same_number,
)
from simulation.scenario import APPEND, BY_ID, NEW, READING_TOOLS, Entry, Scenario
from simulation.world import DELETE, INSERT, PLUGIN, UPDATE, AppliedWrite

if TYPE_CHECKING:
    from simulation.trace import Run

_PLAIN = ("key", "note", "other", "amount")
_GIVEN_PRODUCT, _GIVEN_NAME = "c2", "new name 2"


def write_violations(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    """Yield wrong writes in kintone's log."""
    mine = [write for write in run.writes if write.author == PLUGIN]
    if run.scenario.tool in READING_TOOLS:
        yield from ("a call that reads has written" for _ in mine)
        return
    claimed = {id(write) for evidence in entries for write in evidence.applied}
    for write in mine:
        if id(write) not in claimed:
            yield f"record {write.record} was written with values of no entry"
        if write.action == DELETE:
            yield f"record {write.record} was deleted"
    for evidence in entries:
        yield from _entry(run, evidence)


def _entry(run: Run, evidence: EntryEvidence) -> Iterator[str]:
    for index, write in enumerate(evidence.applied):
        if write.action == INSERT and index and not deleted_later(run, evidence.applied[index - 1]):
            yield f"entry {evidence.position} was inserted again (record {write.record})"
        if evidence.entry is None:
            yield from _files(run.scenario, write)
        else:
            yield from _target(run.scenario, evidence.position, evidence.entry, write)
            yield from _values(run.scenario, evidence.position, evidence.entry, write)


def _files(scenario: Scenario, write: AppliedWrite) -> Iterator[str]:
    """Check that an attach changes the files and nothing else."""
    given = given_files(scenario)
    before, after = file_names(write.before), file_names(write.after)
    kept = before if scenario.file_mode == APPEND else []
    if write.record != scenario.record or write.action != UPDATE:
        yield f"record {write.record} was written instead of record {scenario.record}"
    elif after != [*kept, *given]:
        yield f"record {write.record} had the files {before} and has {after} after {scenario.file_mode} of {given}"
    yield from untouched(write, {"files"})


def _target(scenario: Scenario, position: int, entry: Entry, write: AppliedWrite) -> Iterator[str]:
    if entry.target == BY_ID and (write.record != entry.record or write.action != UPDATE):
        yield f"entry {position} is for record {entry.record}, but the write is {write.action} of record {write.record}"
    if never_adds(scenario, entry) and write.action == INSERT:
        yield f"entry {position} must not add a record, and record {write.record} was added"
    if entry.target == NEW and write.action != INSERT:
        yield f"entry {position} must be inserted, but the write is {write.action} of record {write.record}"
    if write.after is not None and not same_key(scenario, write.after["key"]["value"], entry.key):
        yield f"entry {position} has the key number {entry.key}, its record {write.after['key']['value']!r}"
    if entry.revision is not None and write.before is not None:
        found = write.before["$revision"]["value"]
        if found != str(entry.revision):
            yield f"entry {position} is for revision {entry.revision} and was written over revision {found}"


def _values(scenario: Scenario, position: int, entry: Entry, write: AppliedWrite) -> Iterator[str]:
    after = write.after or {}
    if entry.note and after["note"]["value"] != note_of(entry):
        yield f"the note of entry {position} is {after['note']['value']!r}"
    given = {"mark", "key"} | ({"note"} if entry.note else set())
    if entry.rows is not None:
        given.add("rows")
        yield from _rows(scenario, position, entry, write)
    yield from untouched(write, given)


def _rows(scenario: Scenario, position: int, entry: Entry, write: AppliedWrite) -> Iterator[str]:
    before, after = rows_of(write.before), rows_of(write.after)
    own = set(entry.cells())
    # A first attempt may already have added the same rows; they must not be added twice.
    kept = [row for row in before if row["value"]["cell"]["value"] not in own] if scenario.table_mode == APPEND else []
    cells = cell_texts(after)
    if cells != [*cell_texts(kept), *entry.cells()]:
        yield f"the rows of entry {position} were {cell_texts(before)} and are {cells} after {scenario.table_mode}"
        return
    for old, new in zip(kept, after, strict=False):
        if as_json(old) != as_json(new):
            yield f"entry {position} changed an existing row: {as_json(old)} became {as_json(new)}"
    for row in after[len(kept) :]:
        cell: dict[str, Any] = row["value"]
        right = cell["product"]["value"] == _GIVEN_PRODUCT and cell["named"]["value"] == _GIVEN_NAME
        if not right or not same_number(cell["count"]["value"], entry.number):
            yield f"a row of entry {position} is {as_json(cell)}"


def untouched(write: AppliedWrite, given: set[str]) -> Iterator[str]:
    """Check that a write changes nothing else."""
    if write.before is None or write.after is None:
        return
    for code in {"mark", *_PLAIN} - given:
        old, new = write.before[code]["value"], write.after[code]["value"]
        if old != new:
            yield f"{code} of record {write.record} was changed from {old!r} to {new!r} without a request"
    if "rows" not in given and as_json(rows_of(write.before)) != as_json(rows_of(write.after)):
        yield f"rows of record {write.record} were changed without a request"
    if "files" not in given and file_names(write.before) != file_names(write.after):
        yield f"files of record {write.record} were changed without a request"


def note_of(entry: Entry) -> str:
    """Return the note that an entry writes."""
    return f"note by {entry.mark}"


def row_of(entry: Entry, cell: str) -> dict[str, str]:
    """Return the columns of a row that an entry writes."""
    return {"cell": cell, "count": str(entry.number), "product": _GIVEN_PRODUCT}
