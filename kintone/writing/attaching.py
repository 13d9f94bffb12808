"""Attaching uploaded files to a record, beside those that it has or instead of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kintone.errors import InvalidParameterError, KintoneError, RevisionConflictError, UnknownResponseError
from kintone.forms.near_matches import nearest
from kintone.operations import Caller, Operation, Repeat
from kintone.reading.records import RecordsApi
from kintone.values.excerpts import excerpts, printable
from kintone.writing.adding import name_fields
from kintone.writing.answers import number_text, probably_saved
from kintone.writing.appending import ATTACHMENT, ListMode
from kintone.writing.saved_lists import appended_files
from kintone.writing.upsert import SOMEBODY_ELSE


def attach(  # noqa: PLR0913, PLR0917 - each is a parameter of its own for the caller too
    caller: Caller, app: int, record_id: str, field: str, file_keys: Sequence[str], mode: ListMode
) -> str:
    """Put uploaded files into an attachment field and return the record's new revision.

    The record is read first, since kintone would ignore a field that is not there and drop the files that are. When
    somebody changes it in the meantime it is read and written once more. Raises ``InvalidParameterError`` for a field
    that is no attachment field.
    """
    target = _Target(app, record_id, field, mode)
    try:
        return _attach_once(caller, target, file_keys)
    except RevisionConflictError as conflict:
        if conflict.maybe_saved:
            raise
    try:
        return _attach_once(caller, target, file_keys)
    except RevisionConflictError as second:
        second.remedy = SOMEBODY_ELSE
        raise


@dataclass(frozen=True, slots=True)
class _Target:
    app: int
    record_id: str
    field: str
    mode: ListMode


def _attach_once(caller: Caller, target: _Target, file_keys: Sequence[str]) -> str:
    record = RecordsApi(caller).get(target.app, target.record_id)
    saved = _files(record, target.field)
    given = [{"fileKey": key} for key in file_keys]
    parameters: dict[str, object] = {"app": target.app, "id": target.record_id}
    if target.mode is ListMode.APPEND:
        parameters["record"] = {target.field: {"value": appended_files(saved, given)}}
        parameters["revision"] = _revision(record, target.record_id)
        return _put(caller, parameters, Repeat.UPDATE_WITH_REVISION)
    parameters["record"] = {target.field: {"value": given}}
    return _put(caller, parameters, Repeat.UPDATE)


def _files(record: Mapping[str, Any], field: str) -> Sequence[object]:
    wrapper = record.get(field)
    if isinstance(wrapper, Mapping) and wrapper.get("type") == ATTACHMENT:
        value = wrapper.get("value")
        return value if isinstance(value, list) else []
    known = [code for code, entry in record.items() if isinstance(entry, Mapping) and entry.get("type") == ATTACHMENT]
    near = nearest(field, ((code, code) for code in known))
    if near:
        hint = f"did you mean {near}?"
    elif known:
        hint = f"its attachment fields are: {excerpts(known, most=20)}"
    else:
        hint = "it has none; an attachment field inside a table is filled by the upsert tool"
    raise InvalidParameterError(f"attachment_field: the record has no attachment field {printable(field)}; {hint}")


def _revision(record: Mapping[str, Any], record_id: str) -> str:
    wrapper = record.get("$revision")
    revision = number_text(wrapper.get("value")) if isinstance(wrapper, Mapping) else None
    if revision is None:
        raise UnknownResponseError(f"reading record {record_id}: the answer holds no revision")
    return revision


def _put(caller: Caller, parameters: Mapping[str, object], repeat: Repeat) -> str:
    attaching = f"attaching files to record {parameters['id']} of app {parameters['app']}"
    try:
        body = caller.call(Operation(attaching, "PUT", "record", parameters, repeat)).body
    except KintoneError as error:
        name_fields(error)
        raise
    revision = number_text(body.get("revision"))
    if revision is None:
        raise probably_saved(attaching, "kintone's answer has no revision")
    return revision
