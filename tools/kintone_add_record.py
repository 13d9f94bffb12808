"""Adding one record."""

from collections.abc import Mapping

from kintone.errors import InvalidRequestError
from kintone.records import CheckedRecord, check_record
from kintone.writing.adding import Added, add_record
from tools import base, record_check
from tools.messages import LARGEST_MESSAGE, json_message, size_of, text_message, variable_message
from tools.record_input import read_record_data


class AddRecord(base.KintoneTool):
    """Adds a record, checked against the app's form unless that is switched off."""

    own_parameters = ("record_data", "validate_before_write")

    def run(self, call: base.Call) -> base.Messages:
        """Check, add, and tell where the record is."""
        with base.nothing_is_saved():
            raw = read_record_data(call.parameters)
            check = call.parameters.flag("validate_before_write", default=True)
            ready = _checked(call, raw, rules=check)
            try:
                added = add_record(call.client, call.app, ready.record)
            except InvalidRequestError:
                call.client.forms.drop(call.app)
                raise
        url = call.client.record_url(call.app, added.id)
        # The record is saved; a variable that Dify could not carry must not turn that into a failure.
        response = added.response if size_of(added.response) <= LARGEST_MESSAGE // 2 else {}
        yield text_message(_text(added, call.app, url, ready, check=check))
        yield json_message({"record_id": added.id, "revision": added.revision, "record_url": url, "response": response})
        yield variable_message("record_id", added.id)
        yield variable_message("revision", added.revision)
        yield variable_message("record_url", url)
        yield variable_message("response", response)


def _checked(call: base.Call, raw: Mapping[str, object], *, rules: bool) -> CheckedRecord:
    """Check the record; the form can always be read, since adding needs a permission that allows it."""
    remedy = record_check.SWITCH_OFF if rules else record_check.GIVE_PERMISSION
    ready = record_check.checked(call, lambda form: check_record(raw, form, "add", rules=rules), remedy)
    record_check.refuse("record_data", ready.lines)
    return ready


def _text(added: Added, app: int, url: str, ready: CheckedRecord, *, check: bool) -> str:
    lines = [f"Added record {added.id} to app {app} (revision {added.revision}): {url}"]
    if ready.changes:
        lines.append("Values written as kintone takes them:")
        lines += record_check.change_lines(ready.changes, ready.unlisted_changes)
    if not check:
        lines.append(record_check.SKIPPED)
    return "\n".join(lines) + "\n"
