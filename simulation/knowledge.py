"""What is so and what can be known of each entry, from kintone's log and the fate of each request."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from simulation.faults import LOCKS
from simulation.scenario import APPEND, ATTACH, BY_ID, BY_KEY, FIRST_REVISION, NEW, NUMBER, Entry, Scenario
from simulation.statements import SAVED, UNKNOWN, UNSAVED
from simulation.world import DELETE, INSERT, OTHERS, PLUGIN, Applied, key_text

if TYPE_CHECKING:
    from simulation.trace import Asked, Run

BUSY = 429
_PLACE = re.compile(r"records\[(\d+)\]")
_MARK = re.compile(r'"mark(\d+)"')
_NUMBER = re.compile(r"\(ID: (\d+)\)")
CONFLICT, MISSING, REFUSED = "GAIA_CO02", "GAIA_RE01", "CB_VA01"


@dataclass(frozen=True, slots=True)
class Known:
    """One entry: what was applied of it and what its requests prove.

    Attributes:
        position: its place among the entries, from 1.
        entry: the entry, None for an attach.
        applied: the writes of it, in order.
        fate: what follows from the answers alone: "saved", "unknown" or "not saved".
        seen: whether a later answer shows it saved.
    """

    position: int
    entry: Entry | None
    applied: list[Applied]
    fate: str
    seen: bool


def entries_of(run: Run) -> list[Known]:
    """Return what is known of each entry, in their order."""
    if run.scenario.tool == ATTACH:
        return [_attach(run)]
    by_mark: dict[str, list[Applied]] = {}
    for write in run.writes:
        if write.author == PLUGIN and write.after is not None:
            by_mark.setdefault(write.after["mark"]["value"], []).append(write)
    carrying: dict[int, list[Asked]] = {}
    for asked in run.requests:
        if asked.writes:
            for number in asked.marks:
                carrying.setdefault(number, []).append(asked)
    shown = b"".join(_answers_read(run))
    return [
        Known(
            position,
            entry,
            by_mark.get(entry.mark, []),
            _fate(carrying.get(entry.number, [])),
            f'"{entry.mark}"'.encode() in shown,
        )
        for position, entry in enumerate(run.scenario.entries, 1)
    ]


def _attach(run: Run) -> Known:
    writes = [write for write in run.writes if write.author == PLUGIN]
    shown = b"".join(_answers_read(run))
    seen = bool(run.scenario.files) and all(name.encode() in shown for name in given_files(run.scenario))
    return Known(1, None, writes, _fate([asked for asked in run.requests if asked.writes]), seen)


def _fate(requests: list[Asked]) -> str:
    """Tell what the answers prove: a success proves, and what was once left open stays so."""
    if any(asked.succeeded for asked in requests):
        return SAVED
    return UNKNOWN if any(asked.is_open for asked in requests) else UNSAVED


def _answers_read(run: Run) -> list[bytes]:
    return [asked.reply.body for asked in run.requests if asked.reply and asked.delivered and not asked.writes]


def given_files(scenario: Scenario) -> list[str]:
    """Return the names of the files that an attach brings."""
    return [f"given{place}.txt" for place in range(1, scenario.files + 1)]


SETTINGS = "app/settings"


def is_final(asked: Asked, scenario: Scenario) -> bool:
    """Tell whether the plugin knows from an answer that the call has failed for certain."""
    if asked.ended is None or not asked.told or SETTINGS in asked.target:
        # Without the app's settings numbers are taken with kintone's default.
        return False
    if asked.fault is not None and not asked.delivered:
        return asked.fault.name in ("refused", "gate")
    if asked.reply is None or not asked.delivered or not asked.reply.code or asked.reply.status == BUSY:
        return False
    code = asked.reply.code
    if code in LOCKS or code == "GAIA_CN01":
        return False
    return not (asked.writes and may_be_merged(asked, scenario))


def appends(scenario: Scenario, entry: Entry | None) -> bool:
    """Tell whether an entry puts rows behind those that are saved, or for an attach (None) files."""
    if entry is None:
        return scenario.file_mode == APPEND
    return scenario.table_mode == APPEND and entry.target != NEW and bool(entry.rows)


def may_be_merged(asked: Asked, scenario: Scenario) -> bool:
    """Tell whether a refused write comes of what another writer did since what is saved was read.

    Then it is read again and merged: a conflict with a revision that the caller did not give, a record found by its
    key that is gone, a key that somebody else was first to insert.
    """
    code = asked.reply.code if asked.reply else ""
    if scenario.tool == ATTACH:
        return code == CONFLICT and appends(scenario, None)
    merged = [each for each in scenario.entries if each.number in asked.marks and appends(scenario, each)]
    if code == CONFLICT:
        return any(entry.revision is None for entry in merged)
    by_key = [entry for entry in merged if entry.target == BY_KEY]
    if code == MISSING:
        named = set(_NUMBER.findall(asked.reply.body.decode() if asked.reply else ""))
        by_id = {str(each.record) for each in scenario.entries if each.number in asked.marks and each.record}
        return bool(by_key) and not named & by_id
    blamed = all_blamed_in(asked)
    # A key that another entry of the call brings too is refused by that one, whatever others do.
    keys = Counter(entry.key for entry in scenario.entries)
    mergeable = {entry.number for entry in by_key if keys[entry.key] == 1}
    return code == REFUSED and bool(blamed) and blamed <= mergeable


def blamed_entry(run: Run) -> int | None:
    """Return the number of the entry about which kintone itself complained in the end by its place, None for none.

    What was refused and read again may have ended for another reason, which has a code of its own.
    """
    last = next((asked for asked in reversed(run.requests) if asked.writes), None)
    if last is None or last.reply is None or not last.delivered:
        return None
    return blamed_in(last) if run.outcome.failure.startswith(f"[{last.reply.code}]") else None


def blamed_in(asked: Asked) -> int | None:
    """Return the number of the entry about which alone kintone complains by its place, None for none."""
    blamed = all_blamed_in(asked)
    return blamed.pop() if len(blamed) == 1 else None


def all_blamed_in(asked: Asked) -> set[int]:
    """Return the numbers of the entries about which kintone complains by their places."""
    if asked.reply is None or not asked.reply.code:
        return set()
    told = json.loads(asked.reply.body)
    sent = json.loads(asked.body)
    if "results" in told:
        place = next(index for index, part in enumerate(told["results"]) if "code" in part)
        told, sent = told["results"][place], sent["requests"][place]["payload"]
    places = [_PLACE.match(key) for key in told.get("errors", {})]
    indexes = {int(place[1]) for place in places if place}
    marks = [_MARK.findall(json.dumps(sent["records"][index])) for index in indexes]
    return {int(found[0]) for found in marks if found}


def is_valid(scenario: Scenario) -> bool:
    """Tell whether kintone takes all that is written where nobody disturbs."""
    if scenario.tool == ATTACH:
        return 1 <= scenario.record <= len(scenario.records)
    keys = {record.key for record in scenario.records}
    for entry in scenario.entries:
        if entry.target == BY_ID:
            if not 1 <= (entry.record or 0) <= len(scenario.records):
                return False
            known = FIRST_REVISION
        elif entry.target == BY_KEY:
            if entry.key not in keys:
                known = 0
                keys.add(entry.key or 0)
            else:
                known = FIRST_REVISION
        elif entry.key is not None and entry.key in keys:
            return False
        else:
            known = 0
            keys.add(entry.key or 0)
        if entry.revision is not None and known and entry.revision != known:
            return False
    return True


def same_number(left: object, right: object) -> bool:
    """Compare two numbers as numbers."""
    try:
        return Decimal(str(left)) == Decimal(str(right))
    except InvalidOperation:
        return left == right


def same_key(scenario: Scenario, stored: object, number: int | None) -> bool:
    """Tell whether a stored value is the key that a number makes."""
    if number is None:
        return True
    text = key_text(scenario, number)
    return same_number(stored, text) if scenario.key_type == NUMBER else stored == text


def was_deleted_since(run: Run, write: Applied) -> bool:
    """Tell whether another writer has deleted the record of a write after it."""
    later = run.writes[run.writes.index(write) + 1 :]
    return any(other.author == OTHERS and other.action == DELETE and other.record == write.record for other in later)


def inserted(known: Known) -> bool:
    """Tell whether the call made the record of an entry."""
    return any(write.action == INSERT for write in known.applied)


def expected_counts(entries: list[Known]) -> dict[str, int]:
    """Return the counts that are true of a call in which all entries are saved."""
    added = sum(inserted(known) for known in entries)
    keyed = sum(known.entry is not None and known.entry.target == BY_KEY for known in entries)
    return {"add": added, "updated": len(entries) - added, "requested": len(entries), "with_update_key": keyed}


def rows_of(record: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the rows of a record's table, none for no record."""
    rows: list[dict[str, Any]] = [] if record is None else record["rows"]["value"]
    return rows


def file_names(record: dict[str, Any] | None) -> list[str]:
    """Return the names of a record's files, none for no record."""
    return [] if record is None else [file["name"] for file in record["files"]["value"]]


def cell_texts(rows: list[dict[str, Any]]) -> list[str]:
    """Return the text of each row."""
    return [row["value"]["cell"]["value"] for row in rows]


def as_json(value: object) -> str:
    """Return a text to compare by."""
    return json.dumps(value, sort_keys=True)
