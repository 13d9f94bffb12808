"""The tool ``kintone_get_record``."""

from collections.abc import Callable
from typing import Any

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.messages import Joined, Message
from kintone.reading.found_record import FoundRecord, find_by_id, find_by_key, read_app_code
from kintone.reading.pages import Record
from kintone.records.unique_keys import unique_fields_in_words, unique_key
from kintone.values.numbers import record_id_hint, record_number_parts, whole_number
from tools import base
from tools.code_suggestions import current_form
from tools.name_lists import read_fields
from tools.query_summary import MissingFields
from tools.record_formats import flatten
from tools.record_inputs import explain_missing_record, read_record_id, shown_value
from tools.results import Result
from tools.whole_record import whole_record_lines

FEWER_FIELDS = Message("name only the fields that are needed in fields")
NO_FORM_BY_ID = Message("a record is read without the form by its record_id")
SHAPES: dict[str, Callable[[Record], Any]] = {"both": dict, "flattened_json": flatten, "text_only": dict}


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
        record = SHAPES[mode](shown)
        headline = Message(
            "Record {record} of app {app} (revision {revision}): {url}",
            record=found.id,
            app=call.app,
            revision=found.revision,
            url=url,
        )
        lines = [*_warning_lines(call, found, fields), headline, *whole_record_lines(shown)]
        variables = {"record": record, "record_id": found.id, "revision": found.revision, "record_url": url}
        return Result(lines, None if mode == "text_only" else {"record": record}, variables, FEWER_FIELDS)


def _found(call: base.Call) -> FoundRecord:
    """Read the record that the parameters name in one of the two ways; both at once, or neither, is refused."""
    record_id, value = call.parameters.raw("record_id"), call.parameters.raw("update_key_value")
    code = call.parameters.text("update_key")
    if record_id is not None and (code or value is not None):
        raise InvalidParameterError(
            "record_id and {other} are both given; keep the one that names the record",
            other="update_key" if code else "update_key_value",
        )
    if record_id is not None:
        with explain_missing_record():
            return find_by_id(call.client, call.app, _record_id(call, record_id))
    if code and value is not None:
        return _by_key(call, code, value)
    if code or value is not None:
        raise InvalidParameterError(
            "{given} is given without {missing}; give both, or record_id alone",
            given="update_key" if code else "update_key_value",
            missing="update_key_value" if code else "update_key",
        )
    raise InvalidParameterError(
        "record_id is missing; give it, or update_key and update_key_value to find the record by a field that "
        "prohibits duplicate values"
    )


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


# By ID


def _record_id(call: base.Call, value: object) -> str:
    """Return the ID in ``record_id``, or in a record number that begins with the app's own code.

    A value that is neither is refused with the fields by which records of this app can be found.
    """
    if whole_number(value) is not None:
        return read_record_id(value)
    parts = record_number_parts(value)
    if parts is not None:
        own = read_app_code(call.client, call.app)
        if parts[0] == own:
            return parts[1]
        raise InvalidParameterError("record_id: {complaint}", complaint=_foreign_number(call, value, own))
    try:
        return read_record_id(value)
    except InvalidParameterError as refused:
        if record_id_hint(value):
            raise
        raise refused.copy_with(problem=Joined([refused.problem, _by_key_instead(call)])) from None


def _foreign_number(call: base.Call, value: object, own: str) -> Message:
    problem = (
        Message(
            "{given} is no record number of app {app}, whose code is {code}",
            given=shown_value(value),
            app=call.app,
            code=own,
        )
        if own
        else Message(
            "{given} is no record number of app {app}, which has no app code", given=shown_value(value), app=call.app
        )
    )
    return Joined([problem, _by_key_instead(call)])


def _by_key_instead(call: base.Call) -> Message:
    """Return how to find the record by the value of a field instead; names the fields if the form can be read."""
    try:
        form = call.client.forms.read(call.app)
    except KintoneError:
        return Message(
            "to find a record by a field that prohibits duplicate values, use update_key and update_key_value"
        )
    usable = unique_fields_in_words(form)
    if not usable:
        return Message("to find a record by the value of a field, use kintone_query")
    return Message(
        "to find a record by a field that prohibits duplicate values, use update_key and update_key_value: {fields}",
        fields=usable,
    )


# Warnings


def _warning_lines(call: base.Call, found: FoundRecord, fields: list[str]) -> list[Message]:
    missing = MissingFields(fields)
    missing.add([found.record])
    warning = missing.warning(lambda: current_form(call))
    return [Message("Warning: {warning}", warning=each) for each in (warning, *found.warnings) if each]
