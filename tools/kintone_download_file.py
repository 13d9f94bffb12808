"""Downloading attachments from kintone as files of the workflow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from kintone.errors import InvalidParameterError
from kintone.files.attachments import Attachment, read_attachments
from kintone.files.files_api import FilesApi
from kintone.files.names import clean_name, made_name, shown_name, shown_size
from kintone.reading.records import RecordsApi
from tools import base
from tools.blob_chunks import blob_chunks
from tools.code_suggestions import attachment_field_by_label
from tools.messages import text_message, variable_message
from tools.record_field import RecordField, read_record_field

LONGEST_KEY = 500


class Sent(NamedTuple):
    """A file that was handed to Dify; ``size`` is in bytes."""

    name: str
    mime_type: str
    size: int


class DownloadFile(base.KintoneTool):
    """Downloads one file by its key, or all files of an attachment field of a record."""

    own_parameters: ClassVar[tuple[str, ...]] = ("file_key", "record_id", "attachment_field", "file_name")

    def run(self, call: base.Call) -> base.Messages:
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
        for file_key, attachment in wanted:
            with api.download(file_key, attachment) as download:
                name = new_name or download.file_name or made_name(download.mime_type, datetime.now(UTC))
                yield from blob_chunks(download.chunks(), download.size, name, download.mime_type)
                done.append(Sent(name, download.mime_type, download.size))
        yield text_message(_text(done))
        yield variable_message("file_name", done[0].name)
        yield variable_message("mime_type", done[0].mime_type)
        yield variable_message("size", done[0].size)


def _new_name(call: base.Call) -> str:
    text = call.parameters.text("file_name")
    name = clean_name(text)
    if text and not name:
        raise InvalidParameterError("file_name is not a name for a file; write one such as report.pdf")
    return name


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
    if len(file_key) > LONGEST_KEY or not file_key.isascii() or not file_key.isprintable():
        raise InvalidParameterError(
            "file_key is not a key of kintone; copy the fileKey that a record's attachment field shows"
        )
    return file_key


def _of_record(call: base.Call, field: RecordField, api: FilesApi) -> Sequence[tuple[str, Attachment | None]]:
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


def _text(done: Sequence[Sent]) -> str:
    lines = [f'Downloaded "{file.name}" ({file.mime_type}, {shown_size(file.size)}).\n' for file in done]
    if len(done) == 1:
        lines.append("The file is in the files output of this step; pass that on to the next step.\n")
    else:
        lines.append(
            f"All {len(done)} files are in the files output of this step; the variables tell of the first one.\n"
        )
    return "".join(lines)
