"""Adding one record."""

from collections.abc import Mapping

from kintone.errors import InvalidRequestError
from kintone.messages import Message
from kintone.records import CheckedRecord, check_record
from kintone.writing.one_record import Added, add_record
from tools import base, record_checks
from tools.record_inputs import read_record_data
from tools.results import MAX_MESSAGE_BYTES, Result, size_of


class AddRecord(base.KintoneTool):
    """Adds a record, checked against the app's form unless that is switched off."""

    tool_name = "kintone_add_record"

    def run(self, call: base.Call) -> Result:
        """Check, add, and tell where the record is."""
        with base.nothing_is_saved():
            raw = read_record_data(call.parameters)
            check = call.parameters.flag("validate_before_write")
            ready = _checked(call, raw, rules=check)
            try:
                added = add_record(call.client, call.app, ready.record)
            except InvalidRequestError:
                call.client.forms.drop(call.app)
                raise
        url = call.client.record_url(call.app, added.id)
        # The record is saved; a variable that Dify could not carry must not turn that into a failure.
        response = added.response if size_of(added.response) <= MAX_MESSAGE_BYTES // 2 else {}
        variables = {"record_id": added.id, "revision": added.revision, "record_url": url, "response": response}
        return Result(_lines(added, call.app, url, ready, check=check), variables, variables)


def _checked(call: base.Call, raw: Mapping[str, object], *, rules: bool) -> CheckedRecord:
    """Check the record; the form can always be read, since adding needs a permission that allows it."""
    remedy = record_checks.SWITCH_OFF if rules else record_checks.GIVE_PERMISSION
    ready = record_checks.checked(call, lambda form: check_record(raw, form, "add", rules=rules), remedy)
    record_checks.refuse("record_data", ready.lines)
    return ready


def _lines(added: Added, app: int, url: str, ready: CheckedRecord, *, check: bool) -> list[Message]:
    lines = [
        Message(
            "Added record {record} to app {app} (revision {revision}): {url}",
            record=added.id,
            app=app,
            revision=added.revision,
            url=url,
        ),
        *record_checks.change_lines(ready.changes, ready.unlisted_changes),
    ]
    return lines if check else [*lines, record_checks.SKIPPED]
