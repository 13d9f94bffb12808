"""Reads which one record a call names: by its ID, by its record number, or by the value of a key field."""

from collections.abc import Callable
from dataclasses import dataclass

from kintone.errors import InvalidParameterError, KintoneError
from kintone.forms.fields import Form
from kintone.messages import Joined, Message
from kintone.reading.found_record import read_app_code
from kintone.records.unique_keys import unique_fields_in_words
from kintone.values.numbers import record_id_hint, record_number_parts, whole_number
from tools.base import Call
from tools.record_inputs import read_record_id, shown_value

type FieldsInWords = Callable[[Form], Message]
"""Names the fields of a form by which a record can be found; empty if there are none."""


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """The record that a call names: ``record_id``, or the code ``update_key`` and the value to find as it was given."""

    record_id: str = ""
    update_key: str = ""
    value: object = None


def read_record_choice(call: Call, fields_in_words: FieldsInWords = unique_fields_in_words) -> RecordChoice:
    """Return the record that the parameters name in one of the two ways.

    Raises ``InvalidParameterError`` for both ways at once, for neither, and for a ``record_id`` that is neither an ID
    nor a record number of the app; that error names the fields by which a record can be found, in ``fields_in_words``.
    """
    record_id, value = call.parameters.raw("record_id"), call.parameters.raw("update_key_value")
    code = call.parameters.text("update_key")
    if record_id is not None and (code or value is not None):
        raise InvalidParameterError(
            "record_id and {other} are both given; keep the one that names the record",
            other="update_key" if code else "update_key_value",
        )
    if record_id is not None:
        return RecordChoice(record_id=_record_id(call, record_id, fields_in_words))
    if code and value is not None:
        return RecordChoice(update_key=code, value=value)
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


def _record_id(call: Call, value: object, fields_in_words: FieldsInWords) -> str:
    """Return the ID in ``record_id``, or in a record number that begins with the app's own code."""
    if whole_number(value) is not None:
        return read_record_id(value)
    parts = record_number_parts(value)
    if parts is not None:
        own = read_app_code(call.client, call.app)
        if parts[0] == own:
            return parts[1]
        complaint = Joined([_foreign_number(call, value, own), _by_key_instead(call, fields_in_words)])
        raise InvalidParameterError("record_id: {complaint}", complaint=complaint)
    try:
        return read_record_id(value)
    except InvalidParameterError as refused:
        if record_id_hint(value):
            raise
        problem = Joined([refused.problem, _by_key_instead(call, fields_in_words)])
        raise refused.copy_with(problem=problem) from None


def _foreign_number(call: Call, value: object, own: str) -> Message:
    if own:
        return Message(
            "{given} is no record number of app {app}, whose code is {code}",
            given=shown_value(value),
            app=call.app,
            code=own,
        )
    return Message(
        "{given} is no record number of app {app}, which has no app code", given=shown_value(value), app=call.app
    )


def _by_key_instead(call: Call, fields_in_words: FieldsInWords) -> Message:
    """Return how to find the record by the value of a field instead; names the fields if the form can be read."""
    try:
        form = call.client.forms.read(call.app)
    except KintoneError:
        return Message(
            "to find a record by a field that prohibits duplicate values, use update_key and update_key_value"
        )
    usable = fields_in_words(form)
    if not usable:
        return Message("to find a record by the value of a field, use kintone_query")
    return Message(
        "to find a record by a field that prohibits duplicate values, use update_key and update_key_value: {fields}",
        fields=usable,
    )
