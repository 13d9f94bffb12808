"""Adding and updating any number of records."""

from collections.abc import Sequence
from typing import Any

from kintone.errors import KintoneError, entries_named
from kintone.ledger import Span
from kintone.messages import Joined, Message
from kintone.writing.appending import ListMode
from kintone.writing.entries import read_entries
from kintone.writing.upsert import UpsertReport, UpsertRequest, repeat_notice, upsert
from tools import base, record_check
from tools.entry_check import CheckedEntries, check_entries
from tools.messages import LARGEST_MESSAGE, json_message, size_of, text_message, variable_message
from tools.record_input import read_records_data

TO_APPEND = Message(
    "what is a table or an attachment field is read from the app's form: {permission}, or use the mode replace",
    permission=record_check.GIVE_PERMISSION,
)
MODES = ("replace", "append")


class UpsertRecords(base.KintoneTool):
    """Writes entries, each found by key or id or inserted, checked against the app's form unless switched off."""

    own_parameters = ("records_data", "update_key", "validate_before_write", "atomic", "table_mode", "file_mode")

    def run(self, call: base.Call) -> base.Messages:
        """Check all entries, write them, and tell what became of each."""
        with base.nothing_is_saved():
            parameters = call.parameters
            entries = read_entries(read_records_data(parameters), parameters.text("update_key") or None)
            check = parameters.flag("validate_before_write", default=True)
            atomic = parameters.flag("atomic", default=False)
            table_mode = ListMode(parameters.choice("table_mode", MODES, "replace"))
            file_mode = ListMode(parameters.choice("file_mode", MODES, "replace"))
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
        yield from _messages(report, call.app, ready, notice, check=check)


def _messages(report: UpsertReport, app: int, ready: CheckedEntries, notice: str, *, check: bool) -> base.Messages:
    counts = report.summary()
    results: list[dict[str, Any]] = [dict(result) for result in report.results]
    response = report.responses[0] if len(report.responses) == 1 else {"transactions": report.responses}
    fits = size_of(response) + size_of(results) <= LARGEST_MESSAGE
    lines = [
        f"Wrote to app {app}: {counts['requested']} requested, {counts['add']} added, {counts['updated']} updated.",
        notice,
    ]
    if not fits:
        # All is saved; a variable that Dify could not carry must not turn that into a failure.
        results, response = [], {}
        lines.append("The list of results is too large for Dify and was left out; all entries are saved.")
    if report.repeated:
        lines.append(_recounted(report.repeated))
    if ready.changes:
        lines += ["Values written as kintone takes them:", *record_check.change_lines(ready.changes, ready.unlisted)]
    if not check:
        lines.append(record_check.SKIPPED if ready.form else record_check.WITHOUT_FORM)
    yield text_message("\n".join(lines) + "\n")
    yield json_message({"upsert_result": counts, "results": results})
    yield variable_message("upsert_result", counts)
    yield variable_message("results", results)
    yield variable_message("response", response)


def _recounted(spans: Sequence[Span]) -> str:
    """Say what a count means that kintone gave after a try before had perhaps been carried out."""
    named = str(Joined([entries_named(span) for span in spans], ", "))
    return (
        f"Sent more than once, since the outcome of a try before was not known: {named}. The counts are those of the "
        "last try, so a record that the try before may have added is counted as updated."
    )
