"""Uploading and downloading files as streams, and finding them in records."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import Field
from requests_toolbelt.multipart.encoder import MultipartEncoder

from kintone import api
from kintone.api import Answer, Request
from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, ResultTooLargeError, UnknownResponseError, UnreachableError
from kintone.field_types import holds_files, is_table
from kintone.file_names import clean_name, name_in_disposition, shown_name
from kintone.messages import Message
from kintone.mime_types import clean_type
from kintone.reading.pages import count_of
from kintone.replies import FILE_KEY, AnswerModel, not_kintone, read_answer
from kintone.transport import StreamedReply, UploadBody

# Request bodies of uploads


# https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/
PART_NAME = "file"

type WrongLength = Callable[[bool], Exception]
"""Makes the error for a source that is too short (True) or too long (False)."""


class MeasuredSource:
    """A stream of a known number of bytes; ``len`` is the number of bytes still to be read.

    The last bytes are returned only after the source has ended there, so that an upload with an announced length is
    never completed with a file that is longer or shorter.
    """

    def __init__(self, pieces: Iterator[bytes], length: int, wrong_length: WrongLength) -> None:
        """Read ``length`` bytes from the pieces."""
        self.len = length
        self._pieces = pieces
        self._buffer = bytearray()
        self._wrong_length = wrong_length

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, all that are left for -1; raises the error that ``wrong_length`` makes."""
        wanted = self.len if size < 0 else min(size, self.len)
        while len(self._buffer) < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                raise self._wrong_length(True)  # noqa: FBT003 - the one question the callback answers
            self._buffer += piece
        if wanted == self.len and (len(self._buffer) > wanted or any(self._pieces)):
            raise self._wrong_length(False)  # noqa: FBT003 - likewise
        taken = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        self.len -= wanted
        return taken


class FileBody:
    """A multipart body with one part named ``file``; its file name is sent as plain UTF-8 in ``filename="…"``."""

    def __init__(self, source: MeasuredSource, name: str, mime_type: str) -> None:
        """Wrap a source."""
        self._encoder = MultipartEncoder(fields={PART_NAME: (name, source, mime_type)})
        self.len: int = self._encoder.len
        self.content_type: str = self._encoder.content_type

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the body."""
        content: bytes = self._encoder.read(size)
        return content


# Files in records


MAX_NAMED_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an attachment field; ``size`` is in bytes, None where the record does not show it.

    ``original_name`` is the name in the record, ``name`` the safe name made from it.

    Source: https://cybozu.dev/ja/kintone/docs/overview/field-types
    """

    file_key: str
    name: str
    mime_type: str
    size: int | None
    original_name: str = ""


class _File(AnswerModel):
    file_key: str = Field(pattern=FILE_KEY)
    name: str | None = None
    content_type: str | None = None
    size: str | int | None = None


class NoAttachmentFieldError(InvalidParameterError):
    """The record has no attachment field of this code; a caller with the form can look for it by its label."""


def read_attachments(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> list[Attachment]:
    """Return all files of an attachment field, or of an attachment column in all rows of its table.

    Raises ``NoAttachmentFieldError`` when there is no such attachment field.
    """
    fields = [field for field_code, field in _fields(record) if field_code == code]
    if not fields or not all(holds_files(field.get("type")) for field in fields):
        raise _no_attachment_field(record, code, parameter)
    return [_attachment(value) for field in fields for value in _list_in(field)]


def check_attachment_field(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> None:
    """Raise ``InvalidParameterError`` when files cannot be attached to that field of the record."""
    read_attachments(record, code, parameter)
    if code not in record:
        raise InvalidParameterError(
            "{parameter}: {code} is a column of a table, and the row cannot be chosen here; "
            "leave record_id out and put the file keys into the row by an upsert (kintone_upsert_records, if you "
            "have it)",
            parameter=parameter,
            code=shown_name(code),
        )


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield code and field of each field of a record, and of each cell of its tables."""
    for code, value in record.items():
        if not isinstance(value, dict):
            continue
        yield code, value
        if is_table(value.get("type")):
            for row in _list_in(value):
                columns = row.get("value") if isinstance(row, dict) else None
                yield from _fields(columns) if isinstance(columns, dict) else ()


def _list_in(field: Mapping[str, Any]) -> list[Any]:
    value = field.get("value") or []
    if not isinstance(value, list):
        raise UnknownResponseError(Message("the record holds a table or an attachment field whose value is not a list"))
    return value


def _no_attachment_field(record: Mapping[str, Any], code: str, parameter: str) -> NoAttachmentFieldError:
    fields = list(_fields(record))
    types = {str(field.get("type")) for field_code, field in fields if field_code == code}
    problem = (
        Message("is a field of type {type}, not an attachment field", type=min(types))
        if types
        else Message("is not a field of this record")
    )
    codes = list(dict.fromkeys(field_code for field_code, field in fields if holds_files(field.get("type"))))
    return NoAttachmentFieldError(
        "{parameter}: {code} {problem}; {hint}",
        parameter=parameter,
        code=shown_name(code),
        problem=problem,
        hint=_hint(codes),
    )


def _hint(codes: list[str]) -> Message:
    if not codes:
        return Message("the record has no attachment field")
    return Message("its attachment fields are {codes}", codes=", ".join(map(shown_name, codes[:MAX_NAMED_FIELDS])))


def _attachment(value: object) -> Attachment:
    file = read_answer(_File, value, Message("reading the files of a record"), Message("a file"))
    original_name = file.name or ""
    name = clean_name(original_name)
    mime_type = clean_type(file.content_type or "", name)
    return Attachment(file.file_key, name, mime_type, count_of(file.size), original_name)


# Uploads and downloads


HTML = "text/html"

type OpenSource = Callable[[], AbstractContextManager[MeasuredSource]]


class _Uploaded(AnswerModel):
    file_key: str = Field(pattern=FILE_KEY)


class FileSender(Protocol):
    """An object that sends and receives bodies that are not JSON, as ``KintoneClient`` does."""

    def upload(
        self,
        request: Request,
        open_body: Callable[[], AbstractContextManager[UploadBody]],
        deadline: Deadline | None = None,
    ) -> Answer:
        """Send a body, which is opened again for every try."""

    def download(self, request: Request) -> AbstractContextManager[StreamedReply]:
        """Open a successful answer as a stream."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that kintone sends; ``size`` is in bytes, ``chunks`` yields the content as it arrives, once.

    ``original_name`` is the name in kintone, ``file_name`` the safe name made from it. ``chunks`` raises a
    ``KintoneError`` when the transfer breaks, takes too long or has another size.
    """

    size: int
    mime_type: str
    file_name: str
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)
    original_name: str = ""


class IncomingFile:
    """An answer that should be a file; ``size`` is in bytes, None where neither record nor header shows it."""

    def __init__(self, request: Request, reply: StreamedReply, expected: Attachment | None, max_bytes: int) -> None:
        """Check the headers of the answer; raises ``UnknownResponseError`` when it is not a file."""
        self._request = request
        self._reply = reply
        self._max_bytes = max_bytes
        self.size = _size(request, reply, expected)
        if expected is not None and expected.name:
            self.original_name, self.file_name = expected.original_name, expected.name
        else:
            self.original_name = name_in_disposition(reply.headers.get("Content-Disposition"))
            self.file_name = clean_name(self.original_name)
        content_type = reply.headers.get("Content-Type")
        self.mime_type = expected.mime_type if expected is not None else clean_type(content_type, self.file_name)

    def download(self, size: int) -> Download:
        """Return the file with its size, which the caller knows by now."""
        return Download(size, self.mime_type, self.file_name, self.chunks, self.original_name)

    def chunks(self) -> Iterator[bytes]:
        """Yield the content as it arrives; raises a ``KintoneError``."""
        received = 0
        try:
            for chunk in self._reply.chunks(self._max_bytes):
                received += len(chunk)
                if self.size is not None and received > self.size:
                    break
                yield chunk
        except ResultTooLargeError:
            raise too_large(self._request, None, self._max_bytes) from None
        if self.size is not None and received != self.size:
            count = Message("only {received}", received=received) if received < self.size else Message("more")
            raise UnreachableError(
                Message(
                    "{description} failed: {count} bytes arrived where {size} were announced",
                    description=self._request.description,
                    count=count,
                    size=self.size,
                ),
                remedy=Message("try again; if it fails again, open the file in kintone itself"),
            )


class FilesApi:
    """Uploads and downloads files of up to ``max_bytes``.

    Sources: https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/ and
    https://kintone.dev/en/docs/kintone/rest-api/files/download-file/
    """

    def __init__(self, caller: FileSender, max_bytes: int) -> None:
        """Send requests through a caller."""
        self._caller = caller
        self._max_bytes = max_bytes

    def upload(self, open_source: OpenSource, name: str, mime_type: str, deadline: Deadline | None = None) -> str:
        """Send a file and return its file key, which expires after three days unless it is put into a record.

        ``open_source`` is called once for every try, so that the file need not be kept for another try.
        """
        request = api.upload_file(Message("uploading {name}", name=shown_name(name)))

        @contextmanager
        def body() -> Iterator[UploadBody]:
            with open_source() as source:
                yield FileBody(source, name, mime_type)

        answer = self._caller.upload(request, body, deadline)
        return read_answer(_Uploaded, answer.body, request.description).file_key

    @contextmanager
    def download(self, file_key: str, expected: Attachment | None = None) -> Iterator[Download]:
        """Open a file by the key that a record shows; ``expected`` is what the record shows, and overrides the headers.

        The download always has a ``size``. Where neither record nor header shows it, the file is downloaded twice, the
        first time only to count its bytes: to keep many such files at once would fill the memory.

        Raises ``ResultTooLargeError`` before any of a file over the limit is read, ``NotFoundError`` for a key that no
        record has, and ``UnknownResponseError`` for an answer that is not a file.
        """
        with self._open(file_key, expected) as incoming:
            if incoming.size is not None:
                yield incoming.download(incoming.size)
                return
            size = sum(map(len, incoming.chunks()))
        known = Attachment(file_key, incoming.file_name, incoming.mime_type, size, incoming.original_name)
        with self._open(file_key, known) as incoming:
            yield incoming.download(size)

    def refuse_too_large(self, attachment: Attachment) -> None:
        """Raise ``ResultTooLargeError`` for a file that is over the limit by the size in its record."""
        if attachment.size is not None and attachment.size > self._max_bytes:
            raise too_large(_request(attachment.file_key, attachment), attachment.size, self._max_bytes)

    @contextmanager
    def _open(self, file_key: str, expected: Attachment | None) -> Iterator[IncomingFile]:
        request = _request(file_key, expected)
        with self._caller.download(request) as reply:
            incoming = IncomingFile(request, reply, expected, self._max_bytes)
            if incoming.size is not None and incoming.size > self._max_bytes:
                raise too_large(request, incoming.size, self._max_bytes)
            yield incoming


def _request(file_key: str, expected: Attachment | None) -> Request:
    name = shown_name(expected.name) if expected is not None and expected.name else Message("the file")
    return api.download_file(Message("downloading {file}", file=name), file_key)


def too_large(request: Request, size: int | None, max_bytes: int) -> ResultTooLargeError:
    """Return the error for a file over the limit; ``size`` is None where the file was not read to its end."""
    found = Message("more") if size is None else Message("{size:,} bytes", size=size)
    return ResultTooLargeError(
        Message(
            "{description} failed: it has {found}, and at most {max_bytes:,} bytes can be handed to Dify",
            description=request.description,
            found=found,
            max_bytes=max_bytes,
        ),
        remedy=Message(
            "open it in kintone, or let the operator raise KINTONE_MAX_FILE_BYTES together with Dify's own limit "
            "(PLUGIN_MAX_FILE_SIZE)"
        ),
    )


def _size(request: Request, reply: StreamedReply, expected: Attachment | None) -> int | None:
    """Return the size by header or record, None where neither shows it; raises ``UnknownResponseError``."""
    encoded = reply.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
    size = None if encoded else count_of(reply.headers.get("Content-Length", ""))
    in_record = expected.size if expected is not None else None
    is_page = expected is not None and expected.mime_type == HTML and size == in_record
    _refuse_page(request, reply, is_expected=is_page)
    if size is not None and in_record is not None and size != in_record:
        raise UnknownResponseError(
            Message(
                "{description} failed: kintone sends {size} bytes of a file that has {in_record} in the record",
                description=request.description,
                size=size,
                in_record=in_record,
            ),
            remedy=Message("try again; if it fails again, check that no proxy in between changes files"),
        )
    return in_record if size is None else size


def _refuse_page(request: Request, reply: StreamedReply, *, is_expected: bool) -> None:
    """Raise for a web page without ``Content-Disposition``, such as a login form, in place of a file."""
    is_page = clean_type(reply.headers.get("Content-Type")) == HTML
    if is_page and "Content-Disposition" not in reply.headers and not is_expected:
        raise not_kintone(request, Message("a web page came instead of the file"))
