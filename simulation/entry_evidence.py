"""For each entry what was applied and what a client can know, from kintone's log and the traced requests."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from simulation.faults import LOCKS
from simulation.scenario import (
    APPEND,
    ATTACH,
    BY_ID,
    BY_KEY,
    FAIL,
    FIRST_REVISION,
    NEW,
    NUMBER,
    REMOVE,
    REPLACE,
    UPDATE,
    Entry,
    Scenario,
)
from simulation.statements import SAVED, UNKNOWN, UNSAVED
from simulation.world import DELETE, INSERT, OTHERS, PLUGIN, AppliedWrite, key_text

if TYPE_CHECKING:
    from simulation.trace import Run, TracedRequest

BUSY = 429
_RECORD_INDEX = re.compile(r"records\[(\d+)\]")
_MARK = re.compile(r'"mark(\d+)"')
_NUMBER = re.compile(r"\(ID: (\d+)\)")
CONFLICT, MISSING, REFUSED = "GAIA_CO02", "GAIA_RE01", "CB_VA01"


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """One entry: its applied writes and what its requests prove.

    Attributes:
        position: position among the entries, from 1.
        entry: the entry; None for an attach.
        applied: its applied writes, in order.
        state: the state that follows from the responses: "saved", "unknown" or "not saved".
        confirmed: whether a later read shows that it is saved.
    """

    position: int
    entry: Entry | None
    applied: list[AppliedWrite]
    state: str
    confirmed: bool


def collect_evidence(run: Run) -> list[EntryEvidence]:
    """Return the evidence of each entry, in their order."""
    if run.scenario.tool == ATTACH:
        return [_attach(run)]
    by_mark: dict[str, list[AppliedWrite]] = {}
    for write in run.writes:
        if write.author == PLUGIN and write.after is not None:
            by_mark.setdefault(write.after["mark"]["value"], []).append(write)
    carrying: dict[int, list[TracedRequest]] = {}
    for request in run.requests:
        if request.writes:
            for number in request.marks:
                carrying.setdefault(number, []).append(request)
    shown = b"".join(_answers_read(run))
    return [
        EntryEvidence(
            position,
            entry,
            by_mark.get(entry.mark, []),
            state_after(carrying.get(entry.number, [])),
            f'"{entry.mark}"'.encode() in shown,
        )
        for position, entry in enumerate(run.scenario.entries, 1)
    ]


def _attach(run: Run) -> EntryEvidence:
    writes = [write for write in run.writes if write.author == PLUGIN]
    shown = b"".join(_answers_read(run))
    confirmed = bool(run.scenario.files) and all(name.encode() in shown for name in given_files(run.scenario))
    return EntryEvidence(
        1, None, writes, state_after([request for request in run.requests if request.writes]), confirmed
    )


def whole_call(run: Run) -> EntryEvidence:
    """Return the evidence of a call that is carried out by one request as a whole."""
    writes = [write for write in run.writes if write.author == PLUGIN]
    return EntryEvidence(
        1, None, writes, state_after([request for request in run.requests if request.writes]), confirmed=False
    )


def state_after(requests: list[TracedRequest]) -> str:
    """Return the state that the responses prove; after an unknown outcome only a success changes it."""
    if any(request.succeeded for request in requests):
        return SAVED
    return UNKNOWN if any(request.is_open for request in requests) else UNSAVED


def _answers_read(run: Run) -> list[bytes]:
    return [
        request.reply.body for request in run.requests if request.reply and request.delivered and not request.writes
    ]


def given_files(scenario: Scenario) -> list[str]:
    """Return the names of the files that an attach adds."""
    return [f"given{index}.txt" for index in range(1, scenario.files + 1)]


SETTINGS = "app/settings"


def is_final(run: Run, request: TracedRequest) -> bool:
    """Tell whether the plugin knows from a response that the call has failed."""
    if _may_be_own(run, request):
        return False
    if request.ended is None or not request.received_status or SETTINGS in request.target:
        # Without the app's settings the plugin uses kintone's default for numbers.
        return False
    if request.fault is not None and not request.delivered:
        return request.fault.name in ("refused", "gate")
    if request.reply is None or not request.delivered or not request.reply.code or request.reply.status == BUSY:
        return False
    code = request.reply.code
    if code in LOCKS or code == "GAIA_CN01":
        return False
    return not (request.writes and may_be_merged(request, run.scenario))


def _may_be_own(run: Run, request: TracedRequest) -> bool:
    """Tell whether a deletion was refused after an attempt that may have deleted the records."""
    if run.scenario.tool != REMOVE or not request.writes:
        return False
    return any(each.is_open and each.body == request.body and each.order < request.order for each in run.requests)


def appends(scenario: Scenario, entry: Entry | None) -> bool:
    """Tell whether an entry appends rows to the saved ones, or an attach (None) appends files."""
    if entry is None:
        return scenario.file_mode == APPEND
    return scenario.table_mode == APPEND and entry.target != NEW and bool(entry.rows)


def is_read_first(scenario: Scenario, entry: Entry) -> bool:
    """Tell whether the record of an entry is read before it is written, with the revision that was read.

    An update is also read where it replaces rows, to tell which ones go.
    """
    if scenario.tool == UPDATE and scenario.table_mode == REPLACE:
        return entry.rows is not None
    return appends(scenario, entry)


def never_adds(scenario: Scenario, entry: Entry) -> bool:
    """Tell whether an entry must not add a record."""
    if entry.target == BY_KEY:
        return scenario.tool == UPDATE or scenario.when_missing == FAIL
    return entry.target == BY_ID


def may_be_merged(request: TracedRequest, scenario: Scenario) -> bool:
    """Tell whether a write was refused because another writer changed the record after the plugin had read it.

    The plugin then reads again and merges. This applies to a conflict with a revision that the caller did not give, a
    record that was found by its key and then deleted, and a key that another writer has inserted first.
    """
    code = request.reply.code if request.reply else ""
    if scenario.tool == ATTACH:
        return code == CONFLICT and appends(scenario, None)
    merged = [each for each in scenario.entries if each.number in request.marks and is_read_first(scenario, each)]
    if code == CONFLICT:
        return any(entry.revision is None for entry in merged)
    by_key = [entry for entry in merged if entry.target == BY_KEY]
    if code == MISSING:
        named = set(_NUMBER.findall(request.reply.body.decode() if request.reply else ""))
        by_id = {str(each.record) for each in scenario.entries if each.number in request.marks and each.record}
        return bool(by_key) and not named & by_id
    reported = all_reported_in(request)
    # A key that two entries of the call contain is refused because of the other entry, not because of other writers.
    keys = Counter(entry.key for entry in scenario.entries)
    mergeable = {entry.number for entry in by_key if keys[entry.key] == 1}
    return code == REFUSED and bool(reported) and reported <= mergeable


def reported_entry(run: Run) -> int | None:
    """Return the number of the entry that kintone's last error reports by its index; None for none.

    The call may have ended for another reason after a refused write; then its code differs.
    """
    last = next((request for request in reversed(run.requests) if request.writes), None)
    if last is None or last.reply is None or not last.delivered:
        return None
    return reported_in(last) if run.outcome.failure.startswith(f"[{last.reply.code}]") else None


def reported_in(request: TracedRequest) -> int | None:
    """Return the number of the only entry that kintone's error reports by its index; None for none or several."""
    reported = all_reported_in(request)
    return reported.pop() if len(reported) == 1 else None


def all_reported_in(request: TracedRequest) -> set[int]:
    """Return the numbers of the entries that kintone's error reports by their indexes."""
    if request.reply is None or not request.reply.code:
        return set()
    error_body = json.loads(request.reply.body)
    sent = json.loads(request.body)
    if "results" in error_body:
        index = next(index for index, part in enumerate(error_body["results"]) if "code" in part)
        error_body, sent = error_body["results"][index], sent["requests"][index]["payload"]
    places = [_RECORD_INDEX.match(key) for key in error_body.get("errors", {})]
    indexes = {int(index[1]) for index in places if index}
    marks = [_MARK.findall(json.dumps(sent["records"][index])) for index in indexes]
    return {int(found[0]) for found in marks if found}


def is_valid(scenario: Scenario) -> bool:
    """Tell whether kintone accepts all writes if there are no faults and no competing writes."""
    if scenario.tool == ATTACH:
        return 1 <= scenario.record <= len(scenario.records)
    keys = {record.key for record in scenario.records}
    for entry in scenario.entries:
        if entry.target == BY_ID:
            if not 1 <= (entry.record or 0) <= len(scenario.records):
                return False
            evidence = FIRST_REVISION
        elif entry.target == BY_KEY:
            if entry.key not in keys:
                if never_adds(scenario, entry):
                    return False
                evidence = 0
                keys.add(entry.key or 0)
            else:
                evidence = FIRST_REVISION
        elif entry.key is not None and entry.key in keys:
            return False
        else:
            evidence = 0
            keys.add(entry.key or 0)
        if entry.revision is not None and evidence and entry.revision != evidence:
            return False
    return True


def same_number(left: object, right: object) -> bool:
    """Compare two values as numbers if both are numbers."""
    try:
        return Decimal(str(left)) == Decimal(str(right))
    except InvalidOperation:
        return left == right


def same_key(scenario: Scenario, stored: object, number: int | None) -> bool:
    """Tell whether a stored value is the key with this number; True for no number."""
    if number is None:
        return True
    text = key_text(scenario, number)
    return same_number(stored, text) if scenario.key_type == NUMBER else stored == text


def deleted_later(run: Run, write: AppliedWrite) -> bool:
    """Tell whether another writer deleted the record after the write."""
    later = run.writes[run.writes.index(write) + 1 :]
    return any(other.author == OTHERS and other.action == DELETE and other.record == write.record for other in later)


def inserted(evidence: EntryEvidence) -> bool:
    """Tell whether the call inserted the record of an entry."""
    return any(write.action == INSERT for write in evidence.applied)


def expected_counts(entries: list[EntryEvidence]) -> dict[str, int]:
    """Return the correct counts for a call with all entries saved."""
    added = sum(inserted(evidence) for evidence in entries)
    keyed = sum(evidence.entry is not None and evidence.entry.target == BY_KEY for evidence in entries)
    return {"add": added, "updated": len(entries) - added, "requested": len(entries), "with_update_key": keyed}


def rows_of(record: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the rows of a record's table; an empty list without a record."""
    rows: list[dict[str, Any]] = [] if record is None else record["rows"]["value"]
    return rows


def file_names(record: dict[str, Any] | None) -> list[str]:
    """Return the names of a record's files; an empty list without a record."""
    return [] if record is None else [file["name"] for file in record["files"]["value"]]


def cell_texts(rows: list[dict[str, Any]]) -> list[str]:
    """Return the text of each row."""
    return [row["value"]["cell"]["value"] for row in rows]


def as_json(value: object) -> str:
    """Return a canonical text for comparisons."""
    return json.dumps(value, sort_keys=True)
