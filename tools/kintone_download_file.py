"""The tool ``kintone_download_file``."""

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
    shown_name,
    shown_size,
)
from kintone.files import Attachment, Download, FilesApi, read_attachments
from kintone.messages import Joined, Message, counted
from kintone.mime_types import sent_type
from kintone.reading.reader import RecordsApi
from tools import base
from tools.code_suggestions import suggest_attachment_field
from tools.record_choice import RecordField, read_record_field
from tools.record_inputs import explain_missing_record
from tools.results import Result, Streaming, blob_chunks


class SentFile(NamedTuple):
    """A file that was sent to Dify; ``size`` is in bytes, ``change`` states its earlier name if that was changed."""

    name: str
    mime_type: str
    size: int
    change: Message


class DownloadFile(base.KintoneTool):
    """Downloads one file by its key, or all files of an attachment field of a record."""

    tool_name = "kintone_download_file"

    def run(self, call: base.Call) -> Streaming:
        """Send each file as it arrives, then a line of text for each and the variables of the first."""
        new_name = _new_name(call)
        target = _target(call)
        api = FilesApi(call.client, call.settings.max_file_bytes)
        wanted = _files_of_record(call, target, api) if isinstance(target, RecordField) else [(target, None)]
        if new_name and len(wanted) > 1:
            raise InvalidParameterError(
                "file_name renames a single file, and the field holds {count}; leave file_name blank", count=len(wanted)
            )
        sent_files: list[SentFile] = []
        used_names: set[str] = set()
        for file_key, attachment in wanted:
            with api.download(file_key, attachment) as download:
                sent = _sent_file(call, download, new_name, used_names)
                yield from blob_chunks(download.chunks(), sent.size, sent.name, sent.mime_type)
                sent_files.append(sent)
        variables = {"file_name": sent_files[0].name, "mime_type": sent_files[0].mime_type, "size": sent_files[0].size}
        return Result(_lines(sent_files), variables=variables)


def _new_name(call: base.Call) -> str:
    name = call.parameters.text("file_name")
    if name and not clean_name(name):
        raise InvalidParameterError("file_name is not a name for a file; write one such as report.pdf")
    return name


def _sent_file(call: base.Call, download: Download, new_name: str, used_names: set[str]) -> SentFile:
    """Return the name and MIME type under which Dify stores the file with a usable extension."""
    name = clean_name(new_name) or download.file_name
    mime_type = sent_type(download.mime_type, name, download.file_name)
    name = distinct_name(complete_name(name or generated_name(mime_type, datetime.now(UTC)), mime_type), used_names)
    # A server may repeat the token in its response headers.
    shown = call.redactor.mask_data(name)
    return SentFile(
        shown, call.redactor.mask_data(mime_type), download.size, rename_note(new_name or download.original_name, shown)
    )


def _target(call: base.Call) -> str | RecordField:
    file_key, in_record = call.parameters.text("file_key"), read_record_field(call)
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


def _files_of_record(call: base.Call, field: RecordField, api: FilesApi) -> Sequence[tuple[str, Attachment | None]]:
    with explain_missing_record():
        record = RecordsApi(call.client).get(call.app, field.record_id)
    with suggest_attachment_field(call, field.code):
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


def _lines(sent_files: Sequence[SentFile]) -> list[Message]:
    lines = [
        Message(
            'Downloaded "{name}" ({details}).',
            name=file.name,
            details=Joined([file.mime_type, shown_size(file.size), file.change], ", "),
        )
        for file in sent_files
    ]
    where = counted(
        len(sent_files),
        Message("The file is in the files output of this step; pass that on to the next step."),
        Message(
            "All {count} files are in the files output of this step; the variables describe the first one.",
            count=len(sent_files),
        ),
    )
    return [*lines, where]
