"""The tool ``kintone_get_record``."""

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.messages import Message
from kintone.reading.found_record import FoundRecord, find_by_id, find_by_key
from kintone.records.unique_keys import unique_key
from tools import base
from tools.code_suggestions import current_form
from tools.name_lists import read_fields
from tools.query_summary import MissingFields
from tools.record_choice import read_record_choice
from tools.record_formats import PlainRecords
from tools.record_inputs import explain_missing_record
from tools.results import Result
from tools.whole_record import whole_record_lines

FEWER_FIELDS = Message("name only the fields that are needed in fields")
NO_FORM_BY_ID = Message("a record is read without the form by its record_id")


class GetRecord(base.KintoneTool):
    """Reads one record, by its ID or by the value of a field that prohibits duplicates."""

    tool_name = "kintone_get_record"

    def run(self, call: base.Call) -> Result:
        """Read the record and return it whole, or the fields that are named."""
        mode = call.parameters.choice("output_mode")
        fields = list(dict.fromkeys(read_fields(call.parameters.raw("fields"))))
        found = _found(call)
        shown = {code: found.record[code] for code in fields if code in found.record} if fields else found.record
        url = call.client.record_url(call.app, found.id)
        plain = PlainRecords()
        record = plain.flatten(shown) if mode == "flattened_json" else shown
        headline = Message(
            "Record {record} of app {app} (revision {revision}): {url}",
            record=found.id,
            app=call.app,
            revision=found.revision,
            url=url,
        )
        warnings = [*_warnings(call, found, fields), *plain.warnings]
        warning_lines = [Message("Warning: {warning}", warning=each) for each in warnings]
        lines = [*warning_lines, headline, *whole_record_lines(shown)]
        variables = {"record": record, "record_id": found.id, "revision": found.revision, "record_url": url}
        return Result(lines, None if mode == "text_only" else {"record": record}, variables, FEWER_FIELDS)


def _found(call: base.Call) -> FoundRecord:
    """Read the record that the parameters name in one of the two ways."""
    choice = read_record_choice(call)
    if choice.update_key:
        return _by_key(call, choice.update_key, choice.value)
    with explain_missing_record():
        return find_by_id(call.client, call.app, choice.record_id)


# By key


def _by_key(call: base.Call, code: str, value: object) -> FoundRecord:
    """Find the record by a unique field; that the field is one, only the form tells."""
    key = _key(call, code, value)
    try:
        return find_by_key(call.client, call.app, code, key)
    except InvalidQueryError:
        # The form changed after it was remembered: say what is wrong with the key now.
        unique_key(code, value, call.client.forms.read(call.app, fresh=True))
        raise


def _key(call: base.Call, code: str, value: object) -> str:
    """Check field and value against the form; a remembered form is read again first, since it may be outdated."""
    forms = call.client.forms
    may_be_outdated = forms.holds(call.app)
    try:
        form = forms.read(call.app)
    except KintoneError as error:
        raise error.copy_with(notes=[*error.notes, NO_FORM_BY_ID]) from None
    try:
        return unique_key(code, value, form)
    except InvalidParameterError:
        if not may_be_outdated:
            raise
    return unique_key(code, value, forms.read(call.app, fresh=True))


# Warnings


def _warnings(call: base.Call, found: FoundRecord, fields: list[str]) -> list[Message | str]:
    missing = MissingFields(fields)
    missing.add([found.record])
    warning = missing.warning(lambda: current_form(call))
    return [each for each in (warning, *found.warnings) if each]
