"""Reads which one record a call names: by its ID, by its record number, or by the value of a key field."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from kintone.errors import InvalidParameterError, KintoneError
from kintone.forms.fields import Form
from kintone.messages import Joined, Message
from kintone.query import quote
from kintone.reading.found_record import read_app_code
from kintone.records.unique_keys import unique_fields, unique_fields_in_words, unique_key
from kintone.values.numbers import (
    named_record_id,
    record_id_hint,
    record_number_parts,
    several_record_ids,
    whole_number,
)
from tools.base import Call
from tools.parameters import LIKE_A_TOKEN
from tools.record_inputs import MAX_CHARACTERS_SHOWN, read_record_id, shown_value

NOT_GIVEN = frozenset({"null", "none", "undefined"})
"""Texts that templates and models leave where they give nothing."""
MAX_IDS_SHOWN = 20
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<page>\S*/k/(?:guest/[0-9]+/)?(?:m/)?(?P<app>[0-9]+)/show)[#?]record=(?P<id>[1-9][0-9]{0,17})(?:&\S*)?",
    re.ASCII,
)
"""The address at which a browser shows a record, as ``KintoneClient.record_url`` writes it, or with more behind it."""


type FieldsInWords = Callable[[Form], Message]
"""Names the fields of a form by which a record can be found; empty if there are none."""


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """The record that a call names: ``record_id``, or the code ``update_key`` and the value to find as it was given."""

    record_id: str = ""
    update_key: str = ""
    value: object = None


class RecordField(NamedTuple):
    """The ID of a record and the code of one of its attachment fields."""

    record_id: str
    code: str


def read_record_choice(call: Call, fields_in_words: FieldsInWords = unique_fields_in_words) -> RecordChoice:
    """Return the record that the parameters name in one of the two ways.

    Raises ``InvalidParameterError`` for both ways at once, for neither, and for a ``record_id`` that is neither an ID
    nor a record number of the app; that error names the fields by which a record can be found, in ``fields_in_words``.
    """
    record_id, value = call.parameters.raw("record_id"), call.parameters.raw("update_key_value")
    code = call.parameters.text("update_key")
    record_id = None if _is_not_given(record_id) else record_id
    if record_id is not None:
        # Beside an ID; without one, "null" is taken for the value of the field.
        code, value = ("" if _is_not_given(code) else code), (None if _is_not_given(value) else value)
    if record_id is not None and (code or value is not None):
        raise InvalidParameterError(
            "record_id and {other} are both given; keep the one that names the record",
            other="update_key" if code else "update_key_value",
        )
    if record_id is not None:
        return RecordChoice(record_id=_record_id(call, record_id, lambda: _by_key_instead(call, fields_in_words)))
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


def read_record_id_alone(call: Call) -> str:
    """Return the record in ``record_id``, for a tool that finds it in no other way.

    Raises ``InvalidParameterError``; for the value of another field it says by which query the ID is found.
    """
    value = call.parameters.raw("record_id")
    return _record_id(call, None if _is_not_given(value) else value, lambda: _by_query_instead(call, value))


def read_record_field(call: Call) -> RecordField | None:
    """Return ``record_id`` and ``attachment_field``; None if both are blank; one without the other is refused."""
    record_id, code = call.parameters.raw("record_id"), call.parameters.text("attachment_field")
    if record_id is None and not code:
        return None
    if record_id is None:
        raise InvalidParameterError("attachment_field is given without record_id; name the record too, or neither")
    if not code:
        raise InvalidParameterError(
            "record_id is given without attachment_field; name the code of the attachment field too, or neither"
        )
    return RecordField(read_record_id_alone(call), code)


def _is_not_given(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in NOT_GIVEN


def _record_id(call: Call, value: object, instead: Callable[[], Message]) -> str:
    """Return the ID in ``record_id``: a number, ``#3``, a record's address, or a record number with the app's own code.

    Another value is refused: several IDs with the way to read them, the rest with ``instead``, which says how a record
    of this app can be found.
    """
    if value is None or whole_number(value) is not None:
        return read_record_id(value)
    named = named_record_id(value) or _id_in_address(call, value)
    if named is not None:
        return named
    if ids := several_record_ids(value):
        return ids[0] if len(ids) == 1 else _refuse_several(ids)
    parts = record_number_parts(value)
    if parts is not None:
        own = read_app_code(call.client, call.app)
        if parts[0] == own:
            return parts[1]
        complaint = Joined([_foreign_number(call, value, own), instead()])
        raise InvalidParameterError("record_id: {complaint}", complaint=complaint)
    try:
        return read_record_id(value)
    except InvalidParameterError as refused:
        if record_id_hint(value):
            raise
        problem = Joined([refused.problem, instead()])
        raise refused.copy_with(problem=problem) from None


def _id_in_address(call: Call, value: object) -> str | None:
    """Return the ID in the address of a record of this app; the address of another record is refused."""
    match = _ADDRESS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    own, given = (
        _SCHEME.sub("", address).lower()
        for address in (call.client.record_url(call.app, match["id"]), match["page"].replace("/k/m/", "/k/"))
    )
    own_page = own.partition("#")[0]
    if own_page == given or (given.startswith("/") and own_page.endswith(given)):
        return match["id"]
    if int(match["app"]) != call.app:
        raise InvalidParameterError(
            "record_id is the address of a record of app {other}, and this call works on app {app}; if that is "
            "the app, set kintone_app_id to {other} and record_id to {id}",
            other=match["app"],
            app=call.app,
            id=match["id"],
        )
    raise InvalidParameterError(
        "record_id is an address of another site or guest space than this call works on, {own}; if the record is "
        "there, write only its number: {id}",
        own=own_page,
        id=match["id"],
    )


def _refuse_several(ids: list[str]) -> NoReturn:
    if len(ids) > MAX_IDS_SHOWN or sum(map(len, ids)) > MAX_IDS_SHOWN * MAX_CHARACTERS_SHOWN:
        shown = ", ".join(ids[:2]) + ", …"
    else:
        shown = ", ".join(ids)
    raise InvalidParameterError(
        "record_id names several records, and this tool takes one: call it once for each; kintone_query, if "
        "you have it, "
        "reads several with the query $id in ({ids})",
        ids=shown,
    )


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
        return Message("to find a record by the value of a field, use kintone_query, if you have it")
    return Message(
        "to find a record by a field that prohibits duplicate values, use update_key and update_key_value: {fields}",
        fields=usable,
    )


def _by_query_instead(call: Call, value: object) -> Message:
    """Return the condition by which a query finds the record whose unique field has this value."""
    try:
        form = call.client.forms.read(call.app)
    except KintoneError:
        return Message("to find the ID by the value of a field, use kintone_query, if you have it")
    conditions = [Message("{code} = {value}", code=code, value=quote(key)) for code, key in fitting_keys(form, value)]
    if conditions:
        return Message(
            "if it is the value of another field, kintone_query, if you have it, finds the record: {conditions}",
            conditions=Joined(conditions, " or "),
        )
    return Message("to find the ID by the value of a field, use kintone_query, if you have it")


MAX_KEYS_PROPOSED = 3


def fitting_keys(form: Form, value: object) -> list[tuple[str, str]]:
    """Return codes of unique fields that can hold a value, with the text by which it is found; none for odd values."""
    if not isinstance(value, str) or shown_value(value) is LIKE_A_TOKEN or len(value) > MAX_CHARACTERS_SHOWN:
        return []
    found = []
    for definition in unique_fields(form):
        try:
            found.append((definition.code, unique_key(definition.code, value.strip(), form)))
        except InvalidParameterError:
            continue
    return found[:MAX_KEYS_PROPOSED]
