"""The tool ``kintone_upload_file``."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from kintone.errors import InvalidParameterError, KintoneError
from kintone.files import FilesApi, check_attachment_field
from kintone.forms.fields import Form
from kintone.messages import Message
from kintone.reading.reader import RecordsApi
from kintone.writing.append import ListMode
from kintone.writing.list_changes import ListChange
from kintone.writing.one_record import attach, lacks_attachment_field
from kintone.writing.removals import Removals
from tools import base
from tools.code_suggestions import current_form, suggest_attachment_field
from tools.dify_files.source import SourceLimits
from tools.dify_files.values import read_files, read_names
from tools.list_change_texts import list_change_line, removal_notes_of_one
from tools.record_choice import RecordField, read_record_field
from tools.record_inputs import explain_missing_record
from tools.results import Result
from tools.structured_text import read_structure, unwrap, with_list
from tools.uploads import PARAMETER, RecordsMapping, UploadBatch, Uploaded, already_uploaded

NEXT_STEP = Message(
    "Nothing is written into a record yet: put each fileKey into an attachment field within 3 days, as "
    '{{"<field code>": [{{"fileKey": "…"}}]}} (in a new record with kintone_add_record, in a saved one with '
    "kintone_update_record and its file_mode append, which keeps the files that are there, if you have them). "
    "Each key can be used once."
)
KEYS_USED = Message("each file key can be used once: if the files are attached, their keys cannot be used again")
ATTACHED = Message(
    "Attached to {field} of record {record}, where files saved before stay: {url}", field="", record="", url=""
)
ATTACHED_ALONE = Message(
    "Attached to {field} of record {record} in place of any saved before: {url}", field="", record="", url=""
)
REPLACED = Message("Running this step again would upload the files again and replace these files.")
REPEATED = Message("Running this step again, as a retry of the workflow's node does, would attach the files once more.")
NEXT_STEP_MAPPED = Message(
    "Nothing is written into a record yet: pass records_data to kintone_upsert_records, if you have it, within 3 days. "
    "Files that the records have in these fields are removed then, unless file_mode is set to append there."
)


class UploadFile(base.KintoneTool):
    """Uploads files, and attaches them to a record if the call names one."""

    tool_name = "kintone_upload_file"

    def run(self, call: base.Call) -> Result:
        """Check the parameters, upload the files, attach them, and return their keys."""
        parameters = call.parameters
        given = read_files(parameters.raw("upload_file"))
        files = read_names(parameters.raw("file_names"), given)
        mode = ListMode(parameters.choice("file_mode"))
        target = read_record_field(call)
        mapping = _mapping(call, len(files), target)
        with base.nothing_saved_yet() if target is not None else nullcontext():
            batch = UploadBatch(FilesApi(call.client, call.settings.max_file_bytes), files, _limits(call))
            form = _check(call, target) if target is not None else None
            uploaded = batch.run()
            replaced = _attach(call, target, mode, uploaded, form) if target is not None else None
        result = _result(call, uploaded, target, mode, mapping)
        if replaced is not None and replaced.removed:
            told = Message("As the record was when read before: {change}.", change=list_change_line(replaced))
            return replace(result, lines=[*result.lines, told])
        return result


def _mapping(call: base.Call, file_count: int, target: RecordField | None) -> RecordsMapping | None:
    value = call.parameters.raw(PARAMETER)
    if value is None:
        return None
    if target is not None:
        raise InvalidParameterError(
            "{parameter} and record_id are both given, and a file key can be used once; keep one of them",
            parameter=PARAMETER,
        )
    return RecordsMapping(
        with_list(unwrap(read_structure(PARAMETER, value), PARAMETER), PARAMETER, "records"), file_count
    )


def _limits(call: base.Call) -> SourceLimits:
    return SourceLimits(
        read_seconds=call.request_timeout,
        max_bytes=call.settings.max_file_bytes,
        execution=call.client.execution,
        deadline=call.client.deadline.within(call.client.deadline.remaining()),
    )


def _check(call: base.Call, target: RecordField) -> Form | None:
    """Refuse a field that is not an attachment field; return the form if the field is newer than the record."""
    with explain_missing_record():
        record = RecordsApi(call.client).get(call.app, target.record_id)
    if target.code not in record:
        form = current_form(call)
        if form is not None and lacks_attachment_field(record, target.code, form):
            return form
    with suggest_attachment_field(call, target.code):
        check_attachment_field(record, target.code)
    return None


def _attach(
    call: base.Call, target: RecordField, mode: ListMode, uploaded: Sequence[Uploaded], form: Form | None
) -> ListChange | None:
    """Attach the files; return what became of those that they replaced."""
    keys = [file.file_key for file in uploaded]
    removals = Removals()
    try:
        return attach(call.client, call.app, target.record_id, target.code, keys, mode, form, removals).replaced
    except KintoneError as error:
        note = KEYS_USED if error.maybe_saved else already_uploaded(uploaded)
        raise error.copy_with(notes=[*error.notes, note, *removal_notes_of_one(removals)]) from None


def _result(
    call: base.Call,
    uploaded: Sequence[Uploaded],
    target: RecordField | None,
    mode: ListMode,
    mapping: RecordsMapping | None,
) -> Result:
    keys = [file.file_key for file in uploaded]
    uploaded_files = [file.as_variable() for file in uploaded]
    lines = [Message("Uploaded {file}", file=file.as_line()) for file in uploaded]
    if target is not None:
        address = call.client.record_url(call.app, target.record_id)
        attached = ATTACHED if mode is ListMode.APPEND else ATTACHED_ALONE
        lines.append(attached.copy_with(field=target.code, record=target.record_id, url=address))
        lines.append(REPEATED if mode is ListMode.APPEND else REPLACED)
    else:
        lines.append(NEXT_STEP if mapping is None else NEXT_STEP_MAPPED)
    variables: dict[str, object] = {"uploaded_files": uploaded_files, "file_keys": keys}
    if mapping is not None:
        variables["records_data"] = mapping.records_data(keys)
    return Result(lines, {"uploaded_files": uploaded_files}, variables)
