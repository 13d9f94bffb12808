"""The tool parameters of a scenario's call."""

from __future__ import annotations

from typing import Any

from simulation.entry_evidence import given_files
from simulation.scenario import (
    ADD,
    ATTACH,
    BY_ID,
    BY_KEY,
    COMMENT,
    MOVE,
    NEW,
    NUMBER,
    QUERY,
    READ_COMMENTS,
    REMOVE,
    UPDATE,
    Entry,
    Scenario,
)
from simulation.world import MATCHING_AMOUNT, key_text
from simulation.write_rules import note_of, row_of

FILES = "files"
COMMENT_TEXT = "見積もりを送りました 🙂\n次は「契約」です。"
MATCHING = f"amount <= {MATCHING_AMOUNT}"
"""The condition of a deletion by query."""
ORDERS = {False: "asc", True: "desc"}


def wrapped_record_of(scenario: Scenario, entry: Entry) -> dict[str, Any]:
    """Return the fields that an entry writes, in kintone's format."""
    record: dict[str, Any] = {code: {"value": value} for code, value in record_of(scenario, entry).items()}
    for row in record.get("rows", {}).get("value", ()):
        cells = {code: {"value": cell} for code, cell in row.items()}
        row.clear()
        row["value"] = cells
    return record


def record_of(scenario: Scenario, entry: Entry) -> dict[str, Any]:
    """Return the fields that an entry writes, as plain values."""
    record: dict[str, Any] = {"mark": entry.mark}
    if entry.target == NEW and entry.key is not None:
        record["key"] = key_text(scenario, entry.key)
    if entry.note:
        record["note"] = note_of(entry)
    if entry.rows is not None:
        record["rows"] = [row_of(entry, cell) for cell in entry.cells()]
    return record


def _given_record(scenario: Scenario, entry: Entry) -> dict[str, Any]:
    """Return a record with plain values if it is validated against the form, otherwise in kintone's format."""
    return record_of(scenario, entry) if scenario.validated else wrapped_record_of(scenario, entry)


def entry_of(scenario: Scenario, entry: Entry) -> dict[str, Any]:
    """Return an entry of records_data."""
    given: dict[str, Any] = {"record": _given_record(scenario, entry)}
    if entry.target == BY_KEY:
        given["updateKey"] = {"field": "key", "value": _given_key(scenario, entry)}
    if entry.target == BY_ID:
        given["id"] = str(entry.record)
    if entry.revision is not None:
        given["revision"] = str(entry.revision)
    return given


def _given_key(scenario: Scenario, entry: Entry) -> str:
    text = key_text(scenario, entry.key or 0)
    return f"{text}.0" if entry.decimals and scenario.key_type == NUMBER else text


def _update_of(scenario: Scenario, entry: Entry) -> dict[str, Any]:
    """Return the parameters of an update."""
    given: dict[str, Any] = {"record_data": _given_record(scenario, entry), "table_mode": scenario.table_mode}
    if entry.target == BY_KEY:
        given |= {"update_key": "key", "update_key_value": _given_key(scenario, entry)}
    else:
        given["record_id"] = str(entry.record)
    if entry.revision is not None:
        given["revision"] = str(entry.revision)
    return given


def query_of(scenario: Scenario) -> str:
    """Return a query whose order requires a cursor."""
    return f"order by amount {ORDERS[scenario.descending]}, $id asc"


def _action_of(scenario: Scenario) -> dict[str, Any] | None:
    """Return the parameters of a call that comments, deletes or moves records; None for another tool."""
    ids = ",".join(map(str, scenario.chosen))
    if scenario.tool == COMMENT:
        return {"record_id": str(scenario.record), "comment_text": COMMENT_TEXT}
    if scenario.tool == READ_COMMENTS:
        return {"record_id": str(scenario.record), "order": ORDERS[scenario.descending]}
    if scenario.tool == REMOVE and scenario.by_query:
        return {"query": MATCHING, "confirm_count": max(0, len(scenario.chosen) + scenario.miscount)}
    if scenario.tool == REMOVE:
        return {"record_ids": ids}
    if scenario.tool == MOVE:
        return {"record_ids": ids, "action": scenario.action, "assignee": scenario.assignee}
    return None


def parameters_of(scenario: Scenario) -> dict[str, Any]:
    """Return the tool's parameters without the files of an upload, which the driver adds."""
    common: dict[str, Any] = {"request_timeout": scenario.request_timeout}
    if scenario.tool == QUERY:
        return {**common, "query": query_of(scenario), "fields": "key,mark,amount"}
    if scenario.tool == ATTACH:
        return {
            **common,
            "record_id": str(scenario.record),
            "attachment_field": FILES,
            "file_mode": scenario.file_mode,
            "file_names": ",".join(given_files(scenario)),
        }
    action = _action_of(scenario)
    if action is not None:
        return {**common, **action}
    common["validate_before_write"] = scenario.validated
    if scenario.tool == ADD:
        return {**common, "record_data": _given_record(scenario, scenario.entries[0])}
    if scenario.tool == UPDATE:
        return {**common, **_update_of(scenario, scenario.entries[0])}
    entries = [entry_of(scenario, entry) for entry in scenario.entries]
    modes = {"table_mode": scenario.table_mode, "when_missing": scenario.when_missing}
    return {**common, "records_data": {"records": entries}, **modes}
