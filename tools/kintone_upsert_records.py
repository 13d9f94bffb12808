"""The tool ``kintone_upsert_records``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kintone.errors import InvalidParameterError, KintoneError
from kintone.field_types import RECORD_ID
from kintone.forms.fields import Form
from kintone.messages import Joined, Message, counted
from kintone.texts import previews
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from kintone.writing.removals import Removals
from kintone.writing.repeating import repeat_notice, sent_again
from kintone.writing.upserts import UpsertReport, UpsertRequest, WhenMissing
from kintone.writing.writer import upsert
from tools import base, record_checks
from tools.entry_advice import AppAdvice
from tools.file_imports import FileImport, form_for_file, read_records_file
from tools.list_change_texts import removal_lines, removal_notes
from tools.record_checks import CheckedEntries, check_entries
from tools.record_inputs import read_records_data
from tools.results import MAX_MESSAGE_BYTES, Result, size_of
from tools.shown_ids import shown_ids

RESULTS_LEFT_OUT = Message("The list of results is too large for Dify and was left out; all entries are saved.")
KEY_IS_ID = Message(
    'update_key: records are found by their ID without it; write {{"id": 12, "record": {{…}}}} for each of them'
)
MAX_SHARED_SHOWN = 10


class UpsertRecords(base.KintoneTool):
    """Updates or adds a record for each entry; checks all against the app's form unless the check is switched off."""

    tool_name = "kintone_upsert_records"

    def run(self, call: base.Call) -> Result:
        """Write the entries or the records of the file, and return the result of each entry."""
        with base.nothing_saved_yet():
            file = read_records_file(call)
            return _write_entries(call) if file is None else _import(call, FileImport(call, file))


def _import(call: base.Call, file: FileImport) -> Result:
    request = _request(call, [], form_for_file(call))
    removals = Removals()
    with _told_removals(call, removals):
        report = file.run(request, call.parameters.text("update_key") or None, removals)
    return file.result(report, removals)


def _write_entries(call: base.Call) -> Result:
    """Check all entries, write them, and return the result of each."""
    parameters = call.parameters
    entries = read_entries(read_records_data(parameters), _update_key(call), advice=AppAdvice(call))
    check = parameters.flag("validate_before_write")
    appends = ListMode.APPEND.value in (parameters.choice("table_mode"), parameters.choice("file_mode"))
    if appends:
        # A field that a record lacks may be empty or deleted. Only a form that is read now shows which.
        call.client.forms.drop(call.app)
    form_needed = record_checks.FORM_FOR_APPEND if appends else None
    checked = check_entries(call, entries, rules=check, form_needed=form_needed)
    request = _request(call, checked.entries, checked.form)
    removals = Removals()
    with _told_removals(call, removals):
        report = upsert(call.client, request, removals=removals)
    notices = [*removal_lines(removals), *_untouched_lines(request), repeat_notice(report.traits)]
    return _result(report, call.app, checked, notices, check=check)


def _request(call: base.Call, entries: Sequence[Entry], form: Form | None) -> UpsertRequest:
    parameters = call.parameters
    return UpsertRequest(
        call.app,
        entries,
        parameters.flag("atomic"),
        ListMode(parameters.choice("table_mode")),
        ListMode(parameters.choice("file_mode")),
        form,
        when_missing=WhenMissing(parameters.choice("when_missing")),
    )


@contextmanager
def _told_removals(call: base.Call, removals: Removals) -> Iterator[None]:
    """Add to an error what went before it, and forget the form, which may be why kintone refused something."""
    try:
        yield
    except KintoneError as error:
        call.client.forms.drop(call.app)
        raise error.copy_with(notes=[*error.notes, *removal_notes(removals)]) from None


def _update_key(call: base.Call) -> str | None:
    """Return the code of the key field; the ID needs none."""
    code = call.parameters.text("update_key")
    if code == RECORD_ID:
        raise InvalidParameterError(KEY_IS_ID)
    return code or None


def _result(
    report: UpsertReport, app: int, checked: CheckedEntries, notices: Sequence[Message], *, check: bool
) -> Result:
    counts = report.summary()
    results: list[dict[str, Any]] = [dict(result) for result in report.results]
    response = report.responses[0] if len(report.responses) == 1 else {"batches": report.responses}
    lines = [
        Message("Wrote to app {app}: {requested} requested, {add} added, {updated} updated.", app=app, **counts),
        *_id_lines(report),
        *notices,
    ]
    if size_of(response) + size_of(results) > MAX_MESSAGE_BYTES:
        # The entries are saved, so results that are too large for Dify are left out instead of failing the call.
        results, response = [], {}
        lines.append(RESULTS_LEFT_OUT)
    lines += sent_again(report.repeated)
    lines += record_checks.change_lines(checked.changes, checked.unlisted)
    if not check:
        lines.append(record_checks.CHECK_OFF if checked.form else record_checks.FORM_NOT_READ)
    variables = {"upsert_result": counts, "results": results, "response": response, "next_entry": 0}
    return Result(lines, {"upsert_result": counts, "results": results}, variables)


def _untouched_lines(request: UpsertRequest) -> list[Message]:
    """Name the tables and attachment fields to which entries append an empty list, so that they keep what they have."""
    plan = request.appending
    entries = 0
    codes: dict[str, None] = {}
    for entry in request.entries:
        empty = [code for code, given in plan.lists(entry).items() if not given]
        entries += bool(empty)
        codes |= dict.fromkeys(empty)
    if not codes:
        return []
    named = previews(list(codes))
    return [
        counted(
            entries,
            Message(
                "1 entry has nothing to append, so that saved rows or files stay; the mode replace removes them: "
                "{codes}.",
                codes=named,
            ),
            Message(
                "{count:,} entries have nothing to append, so that saved rows or files stay; the mode replace removes "
                "them: {codes}.",
                count=entries,
                codes=named,
            ),
        )
    ]


def _id_lines(report: UpsertReport) -> list[Message]:
    """Return lines with the IDs of the records; agents read the text only."""
    added = [record["id"] for record in report.results if record["operation"] == "INSERT"]
    updated = [record["id"] for record in report.results if record["operation"] != "INSERT"]
    lines = ((Message("Added records: {ids}.", ids=""), added), (Message("Updated records: {ids}.", ids=""), updated))
    told = [line.copy_with(ids=shown_ids(list(dict.fromkeys(ids)))) for line, ids in lines if ids]
    return [*told, *_shared_records(report)]


def _shared_records(report: UpsertReport) -> list[Message]:
    """Name the records that several entries reached, by key and by ID or by two keys; only kintone can tell."""
    positions: dict[str, list[int]] = {}
    for position, record in enumerate(report.results, start=1):
        positions.setdefault(record["id"], []).append(position)
    shared = [(record_id, places) for record_id, places in positions.items() if len(places) > 1]
    lines = [
        Message(
            "Warning: entries {positions} reached the same record, {record}; of a field that several of them give, the "
            "value of the last one is left.",
            positions=Joined(list(map(str, places)), ", "),
            record=record_id,
        )
        for record_id, places in shared[:MAX_SHARED_SHOWN]
    ]
    if left := len(shared) - len(lines):
        lines.append(Message("So did entries of {left} more records.", left=left))
    return lines
