"""The tool ``kintone_get_record``."""

import re
from typing import NoReturn

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.messages import Joined, Message
from kintone.reading.found_record import FoundRecord, find_by_id, find_by_key, read_app_code
from kintone.records.unique_keys import unique_fields_in_words, unique_key
from kintone.values.numbers import named_record_id, record_number_parts, several_record_ids, whole_number
from tools import base
from tools.code_suggestions import current_form
from tools.name_lists import read_fields
from tools.query_summary import MissingFields
from tools.record_formats import PlainRecords
from tools.record_inputs import MAX_CHARACTERS_SHOWN, explain_missing_record, read_record_id, shown_value
from tools.results import Result
from tools.whole_record import whole_record_lines

FEWER_FIELDS = Message("name only the fields that are needed in fields")
NO_FORM_BY_ID = Message("a record is read without the form by its record_id")
NOT_GIVEN = frozenset({"null", "none", "undefined"})
"""Texts that templates and models leave where they give nothing."""
MAX_IDS_SHOWN = 20
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<page>\S*/k/(?:guest/[0-9]+/)?(?:m/)?(?P<app>[0-9]+)/show)[#?]record=(?P<id>[1-9][0-9]{0,17})(?:&\S*)?",
    re.ASCII,
)
"""The address at which a browser shows a record, as ``KintoneClient.record_url`` writes it, or with more behind it."""


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
    """Read the record that the parameters name in one of the two ways; both at once, or neither, is refused."""
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


def _is_not_given(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in NOT_GIVEN


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
    """Return the ID in ``record_id``: a number, ``#3``, a record's address, or a record number with the app's own code.

    Another value is refused: several IDs with the way to read them, the rest with the fields by which records of this
    app can be found.
    """
    if whole_number(value) is not None:
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
        raise InvalidParameterError("record_id: {complaint}", complaint=_foreign_number(call, value, own))
    try:
        return read_record_id(value)
    except InvalidParameterError as refused:
        raise refused.copy_with(problem=Joined([refused.problem, _by_key_instead(call)])) from None


def _id_in_address(call: base.Call, value: object) -> str | None:
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
            "record_id is the address of a record of app {other}, and this call reads app {app}; if that is the app, "
            "set kintone_app_id to {other} and record_id to {id}",
            other=match["app"],
            app=call.app,
            id=match["id"],
        )
    raise InvalidParameterError(
        "record_id is an address of another site or guest space than this call reads, {own}; if the record is there, "
        "write only its number: {id}",
        own=own_page,
        id=match["id"],
    )


def _refuse_several(ids: list[str]) -> NoReturn:
    if len(ids) > MAX_IDS_SHOWN or sum(map(len, ids)) > MAX_IDS_SHOWN * MAX_CHARACTERS_SHOWN:
        shown = ", ".join(ids[:2]) + ", …"
    else:
        shown = ", ".join(ids)
    raise InvalidParameterError(
        "record_id names several records, and this tool reads one; kintone_query reads them with the query "
        "$id in ({ids})",
        ids=shown,
    )


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


def _warnings(call: base.Call, found: FoundRecord, fields: list[str]) -> list[Message | str]:
    missing = MissingFields(fields)
    missing.add([found.record])
    warning = missing.warning(lambda: current_form(call))
    return [each for each in (warning, *found.warnings) if each]
