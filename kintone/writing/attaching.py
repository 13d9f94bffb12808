"""Attaching uploaded files to a record, beside those that it has or instead of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kintone.errors import RevisionConflictError, UnknownResponseError
from kintone.files.attachments import check_attachment_field
from kintone.messages import Message
from kintone.operations import Answer, Caller, Operation, Repeat
from kintone.reading.records import RecordsApi
from kintone.writing.adding import write_one
from kintone.writing.answers import number_text, unreadable
from kintone.writing.appending import ListMode
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
        raise second.but(remedy=SOMEBODY_ELSE) from None


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
    # The key of an upload serves once, so a second try after one that was carried out would be refused.
    return _put(caller, parameters, Repeat.UPDATE_WITH_REVISION)


def _files(record: Mapping[str, Any], field: str) -> Sequence[object]:
    check_attachment_field(record, field)
    saved: Sequence[object] = record[field].get("value") or []
    return saved


def _revision(record: Mapping[str, Any], record_id: str) -> str:
    wrapper = record.get("$revision")
    revision = number_text(wrapper.get("value")) if isinstance(wrapper, Mapping) else None
    if revision is None:
        raise UnknownResponseError(Message("reading record {record}: the answer holds no revision", record=record_id))
    return revision


def _put(caller: Caller, parameters: Mapping[str, object], repeat: Repeat) -> str:
    attaching = Message("attaching files to record {id} of app {app}", id=parameters["id"], app=parameters["app"])

    def revision(answer: Answer) -> str:
        text = number_text(answer.body.get("revision"))
        if text is None:
            raise unreadable(attaching, Message("kintone's answer has no revision"))
        return text

    return write_one(caller, Operation(attaching, "PUT", "record", parameters, repeat), revision)
