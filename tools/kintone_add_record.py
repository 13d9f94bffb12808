"""The tool ``kintone_add_record``."""

from collections.abc import Mapping

from kintone.errors import InvalidRequestError, NotFoundError
from kintone.forms.fields import Form
from kintone.messages import Message
from kintone.records import CheckedRecord, check_record
from kintone.writing.entries import Entry
from kintone.writing.named_values import with_values_named
from kintone.writing.one_record import Added, add_record
from kintone.writing.value_refusals import with_lookups_named
from tools import base, record_checks
from tools.record_inputs import read_record_data
from tools.results import MAX_MESSAGE_BYTES, Result, size_of


class AddRecord(base.KintoneTool):
    """Adds one record, which is checked against the app's form unless the check is switched off."""

    tool_name = "kintone_add_record"

    def run(self, call: base.Call) -> Result:
        """Check the record, add it, and return its ID and address."""
        with base.nothing_saved_yet():
            raw = read_record_data(call.parameters)
            check = call.parameters.flag("validate_before_write")
            checked, form = _checked(call, raw, rules=check)
            try:
                added = add_record(call.client, call.app, checked.record)
            except (InvalidRequestError, NotFoundError) as error:
                call.client.forms.drop(call.app)
                entries = [Entry(1, checked.record)]
                named = with_values_named(error, entries, form, numbered=False) or error
                raise with_lookups_named(named, entries, form, numbered=False) from None
        url = call.client.record_url(call.app, added.id)
        # The record is saved, so a response that is too large for Dify is left out instead of failing the call.
        response = added.response if size_of(added.response) <= MAX_MESSAGE_BYTES // 2 else {}
        variables = {"record_id": added.id, "revision": added.revision, "record_url": url, "response": response}
        return Result(_lines(added, call.app, url, checked, check=check), variables, variables)


def _checked(call: base.Call, raw: Mapping[str, object], *, rules: bool) -> tuple[CheckedRecord, Form]:
    """Check the record, with the form that is returned too; a token that can add records can read it."""
    forms: list[Form] = []

    def check(form: Form) -> CheckedRecord:
        forms.append(form)
        return check_record(raw, form, "add", rules=rules)

    remedy = record_checks.SWITCH_OFF if rules else record_checks.GIVE_PERMISSION
    checked = record_checks.check_by_form(call, check, remedy)
    record_checks.raise_problems("record_data", checked.lines, record_checks.other_app(forms[-1], [raw]))
    return checked, forms[-1]


def _lines(added: Added, app: int, url: str, checked: CheckedRecord, *, check: bool) -> list[Message]:
    lines = [
        Message(
            "Added record {record} to app {app} (revision {revision}): {url}",
            record=added.id,
            app=app,
            revision=added.revision,
            url=url,
        ),
        *record_checks.change_lines(checked.changes, checked.unlisted_changes),
    ]
    return lines if check else [*lines, record_checks.CHECK_OFF]
