"""Downloading attachments from kintone as files of the workflow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.file_names import (
    clean_name,
    complete_name,
    distinct_name,
    generated_name,
    rename_note,
    sent_type,
    shown_name,
    shown_size,
)
from kintone.files import Attachment, Download, FilesApi, read_attachments
from kintone.messages import Joined, Message, counted
from kintone.reading.reader import RecordsApi
from tools import base
from tools.code_suggestions import attachment_field_by_label
from tools.record_inputs import RecordField, read_record_field, record_named
from tools.results import Result, Streaming, blob_chunks


class Sent(NamedTuple):
    """A file that was handed to Dify; ``size`` is in bytes, ``change`` tells under which name it was known."""

    name: str
    mime_type: str
    size: int
    change: Message


class DownloadFile(base.KintoneTool):
    """Downloads one file by its key, or all files of an attachment field of a record."""

    tool_name = "kintone_download_file"

    def run(self, call: base.Call) -> Streaming:
        """Hand over each file as it arrives, then a line of text and the variables of the first."""
        new_name = _new_name(call)
        target = _target(call)
        api = FilesApi(call.client, call.settings.max_file_bytes)
        wanted = _of_record(call, target, api) if isinstance(target, RecordField) else [(target, None)]
        if new_name and len(wanted) > 1:
            raise InvalidParameterError(
                "file_name renames a single file, and the field holds {count}; leave file_name blank", count=len(wanted)
            )
        done: list[Sent] = []
        taken: set[str] = set()
        for file_key, attachment in wanted:
            with api.download(file_key, attachment) as download:
                sent = _sent(call, download, new_name, taken)
                yield from blob_chunks(download.chunks(), sent.size, sent.name, sent.mime_type)
                done.append(sent)
        variables = {"file_name": done[0].name, "mime_type": done[0].mime_type, "size": done[0].size}
        return Result(_lines(done), variables=variables)


def _new_name(call: base.Call) -> str:
    name = call.parameters.text("file_name")
    if name and not clean_name(name):
        raise InvalidParameterError("file_name is not a name for a file; write one such as report.pdf")
    return name


def _sent(call: base.Call, download: Download, new_name: str, taken: set[str]) -> Sent:
    """Return the file with the type and the name that Dify can make something of."""
    name = clean_name(new_name) or download.file_name
    mime_type = sent_type(download.mime_type, name, download.file_name)
    name = distinct_name(complete_name(name or generated_name(mime_type, datetime.now(UTC)), mime_type), taken)
    # A server may answer with what it was sent, in headers too.
    shown = call.redactor.mask_data(name)
    return Sent(
        shown,
        call.redactor.mask_data(mime_type),
        download.size,
        rename_note(new_name or download.original_name, shown),
    )


def _target(call: base.Call) -> str | RecordField:
    file_key, in_record = call.parameters.text("file_key"), read_record_field(call.parameters)
    if file_key and in_record:
        raise InvalidParameterError("file_key and record_id are both given; keep the one that names the file")
    if in_record:
        return in_record
    if not file_key:
        raise InvalidParameterError(
            "file_key is missing; write the fileKey that a record's attachment field shows, or record_id with "
            "attachment_field for all files of that field"
        )
    if len(file_key) > limits.MAX_FILE_KEY_LENGTH or not file_key.isascii() or not file_key.isprintable():
        raise InvalidParameterError(
            "file_key is not a key of kintone; copy the fileKey that a record's attachment field shows"
        )
    return file_key


def _of_record(call: base.Call, field: RecordField, api: FilesApi) -> Sequence[tuple[str, Attachment | None]]:
    with record_named():
        record = RecordsApi(call.client).get(call.app, field.record_id)
    with attachment_field_by_label(call, field.code):
        attachments = read_attachments(record, field.code)
    if not attachments:
        raise InvalidParameterError(
            "attachment_field: {code} of record {record} holds no file; "
            "check the record in kintone, or branch on this before downloading",
            code=shown_name(field.code),
            record=field.record_id,
        )
    for attachment in attachments:
        api.refuse_too_large(attachment)
    return [(attachment.file_key, attachment) for attachment in attachments]


def _lines(done: Sequence[Sent]) -> list[Message]:
    lines = [
        Message(
            'Downloaded "{name}" ({details}).',
            name=file.name,
            details=Joined([file.mime_type, shown_size(file.size), file.change], ", "),
        )
        for file in done
    ]
    where = counted(
        len(done),
        Message("The file is in the files output of this step; pass that on to the next step."),
        Message(
            "All {count} files are in the files output of this step; the variables tell of the first one.",
            count=len(done),
        ),
    )
    return [*lines, where]
