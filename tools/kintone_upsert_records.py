"""Adding and updating any number of records."""

from collections.abc import Sequence
from typing import Any

from kintone.errors import KintoneError, entries_named
from kintone.messages import Joined, Message
from kintone.writing.append import ListMode
from kintone.writing.entries import read_entries
from kintone.writing.writer import UpsertReport, UpsertRequest, repeat_notice, upsert
from tools import base, record_checks
from tools.record_checks import CheckedEntries, check_entries
from tools.record_inputs import read_records_data
from tools.results import MAX_MESSAGE_BYTES, Result, size_of

TO_APPEND = Message(
    "what is a table or an attachment field is read from the app's form: {permission}, or use the mode replace",
    permission=record_checks.GIVE_PERMISSION,
)
LEFT_OUT = Message("The list of results is too large for Dify and was left out; all entries are saved.")
RECOUNTED = Message(
    "Sent more than once, since the outcome of a try before was not known: {entries}. The counts are those of the last "
    "try, so a record that the try before may have added is counted as updated.",
    entries="",
)
MAX_IDS_SHOWN = 100


class UpsertRecords(base.KintoneTool):
    """Writes entries, each found by key or id or inserted, checked against the app's form unless switched off."""

    tool_name = "kintone_upsert_records"

    def run(self, call: base.Call) -> Result:
        """Check all entries, write them, and tell what became of each."""
        with base.nothing_is_saved():
            parameters = call.parameters
            entries = read_entries(read_records_data(parameters), parameters.text("update_key") or None)
            check = parameters.flag("validate_before_write")
            atomic = parameters.flag("atomic")
            table_mode = ListMode(parameters.choice("table_mode"))
            file_mode = ListMode(parameters.choice("file_mode"))
            appends = ListMode.APPEND in (table_mode, file_mode)
            if appends:
                # What a record does not show is empty, or gone: only a form read now can tell.
                call.client.forms.drop(call.app)
            ready = check_entries(call, entries, rules=check, form_needed=TO_APPEND if appends else None)
            request = UpsertRequest(call.app, ready.entries, atomic, table_mode, file_mode, ready.form)
            try:
                report = upsert(call.client, request)
            except KintoneError:
                call.client.forms.drop(call.app)
                raise
        notice = repeat_notice(ready.entries, appends=request.appends)
        return _result(report, call.app, ready, notice, check=check)


def _result(report: UpsertReport, app: int, ready: CheckedEntries, notice: Message, *, check: bool) -> Result:
    counts = report.summary()
    results: list[dict[str, Any]] = [dict(result) for result in report.results]
    response = report.responses[0] if len(report.responses) == 1 else {"transactions": report.responses}
    lines = [
        Message("Wrote to app {app}: {requested} requested, {add} added, {updated} updated.", app=app, **counts),
        *_ids(report),
        notice,
    ]
    if size_of(response) + size_of(results) > MAX_MESSAGE_BYTES:
        # All is saved; a variable that Dify could not carry must not turn that into a failure.
        results, response = [], {}
        lines.append(LEFT_OUT)
    if report.repeated:
        lines.append(RECOUNTED.copy_with(entries=Joined([entries_named(span) for span in report.repeated], ", ")))
    lines += record_checks.change_lines(ready.changes, ready.unlisted)
    if not check:
        lines.append(record_checks.SKIPPED if ready.form else record_checks.WITHOUT_FORM)
    variables = {"upsert_result": counts, "results": results, "response": response}
    return Result(lines, {"upsert_result": counts, "results": results}, variables)


def _ids(report: UpsertReport) -> list[Message]:
    """Name the records, which an agent reads nowhere else."""
    added = [record["id"] for record in report.results if record["operation"] == "INSERT"]
    updated = [record["id"] for record in report.results if record["operation"] != "INSERT"]
    told = ((Message("Added records: {ids}.", ids=""), added), (Message("Updated records: {ids}.", ids=""), updated))
    return [sentence.copy_with(ids=_listed(ids)) for sentence, ids in told if ids]


def _listed(ids: Sequence[str]) -> Message:
    left = len(ids) - MAX_IDS_SHOWN
    shown = Joined(ids[:MAX_IDS_SHOWN], ", ")
    return Message("{ids} and {left} more", ids=shown, left=left) if left > 0 else shown
