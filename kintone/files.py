"""Files to and from kintone as streams, and where records keep them."""

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
from kintone.file_names import clean_name, clean_type, file_name, shown_name
from kintone.messages import Message
from kintone.reading.pages import count_of
from kintone.replies import FILE_KEY, AnswerModel, not_kintone, read_answer
from kintone.transport import StreamedReply, UploadBody

# https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/
PART_NAME = "file"

type WrongLength = Callable[[bool], Exception]
"""Makes the error for a source that ends too early (True) or goes on too long (False)."""


class MeasuredSource:
    """Bytes that arrive in pieces and of which the number is known; ``len`` counts what is still to come.

    The last bytes are handed out only after the source has proved to end there, so that whoever announced the length
    never completes a file that is longer or shorter than told.
    """

    def __init__(self, pieces: Iterator[bytes], length: int, wrong_length: WrongLength) -> None:
        """Read from the pieces."""
        self.len = length
        self._pieces = pieces
        self._buffer = bytearray()
        self._wrong_length = wrong_length

    def read(self, size: int = -1) -> bytes:
        """Return as many bytes as asked for, all that are left for -1; raises what ``wrong_length`` makes."""
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
    """A multipart body with one part named ``file``; the name goes as raw UTF-8 in plain ``filename="…"``."""

    def __init__(self, source: MeasuredSource, name: str, mime_type: str) -> None:
        """Wrap a source."""
        self._encoder = MultipartEncoder(fields={PART_NAME: (name, source, mime_type)})
        self.len: int = self._encoder.len
        self.content_type: str = self._encoder.content_type

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the body."""
        content: bytes = self._encoder.read(size)
        return content


MAX_NAMED_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an attachment field; ``size`` is in bytes, None where the record does not tell.

    ``original_name`` is the name as the record has it, ``name`` the harmless one that is made of it.

    Read shape: https://cybozu.dev/ja/kintone/docs/overview/field-types
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
    """What was named is no attachment field of the record; who has the form may know by its label what was meant."""


def read_attachments(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> list[Attachment]:
    """Return all files of an attachment field, or of an attachment column in all rows of its table.

    Raises ``NoAttachmentFieldError`` when there is no such attachment field.
    """
    fields = [field for known, field in _fields(record) if known == code]
    if not fields or not all(holds_files(field.get("type")) for field in fields):
        raise _no_attachment_field(record, code, parameter)
    return [_attachment(value) for field in fields for value in _listed(field)]


def check_attachment_field(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> None:
    """Raise ``InvalidParameterError`` when files cannot be attached to that field of the record."""
    read_attachments(record, code, parameter)
    if code not in record:
        raise InvalidParameterError(
            "{parameter}: {code} is a column of a table, and which row is meant cannot be told here; "
            "leave record_id out and put the file keys into the row by kintone_upsert_records",
            parameter=parameter,
            code=shown_name(code),
        )


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for code, value in record.items():
        if not isinstance(value, dict):
            continue
        yield code, value
        if is_table(value.get("type")):
            for row in _listed(value):
                columns = row.get("value") if isinstance(row, dict) else None
                yield from _fields(columns) if isinstance(columns, dict) else ()


def _listed(field: Mapping[str, Any]) -> list[Any]:
    value = field.get("value") or []
    if not isinstance(value, list):
        raise UnknownResponseError(Message("the record holds a table or an attachment field whose value is not a list"))
    return value


def _no_attachment_field(record: Mapping[str, Any], code: str, parameter: str) -> NoAttachmentFieldError:
    fields = list(_fields(record))
    types = {str(field.get("type")) for known, field in fields if known == code}
    what = (
        Message("is a field of type {type}, not an attachment field", type=min(types))
        if types
        else Message("is not a field of this record")
    )
    names = list(dict.fromkeys(known for known, field in fields if holds_files(field.get("type"))))
    return NoAttachmentFieldError(
        "{parameter}: {code} {what}; {hint}", parameter=parameter, code=shown_name(code), what=what, hint=_hint(names)
    )


def _hint(names: list[str]) -> Message:
    if not names:
        return Message("the record has no attachment field")
    return Message("its attachment fields are {codes}", codes=", ".join(map(shown_name, names[:MAX_NAMED_FIELDS])))


def _attachment(value: object) -> Attachment:
    file = read_answer(_File, value, Message("reading the files of a record"), Message("a file"))
    told = file.name or ""
    name = clean_name(told)
    return Attachment(file.file_key, name, clean_type(file.content_type or "", name), count_of(file.size), told)


HTML = "text/html"

type OpenSource = Callable[[], AbstractContextManager[MeasuredSource]]


class _Uploaded(AnswerModel):
    file_key: str = Field(pattern=FILE_KEY)


class FileCaller(Protocol):
    """Whoever moves bodies that are no JSON; ``KintoneClient`` does."""

    def upload(
        self,
        request: Request,
        open_body: Callable[[], AbstractContextManager[UploadBody]],
        deadline: Deadline | None = None,
    ) -> Answer:
        """Send a body that is opened anew for every try."""

    def download(self, request: Request) -> AbstractContextManager[StreamedReply]:
        """Hand over a successful answer while it arrives."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way from kintone; ``size`` is in bytes, ``chunks`` yields the content as it arrives, once.

    ``original_name`` is the name as kintone has it, ``file_name`` the harmless one made of it. ``chunks`` raises a
    ``KintoneError`` when the transfer breaks, lingers or has another size.
    """

    size: int
    mime_type: str
    file_name: str
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)
    original_name: str = ""


class IncomingFile:
    """An answer that should be a file; ``size`` is in bytes, None where neither record nor header tells it."""

    def __init__(self, request: Request, incoming: StreamedReply, expected: Attachment | None, most: int) -> None:
        """Judge the head of the answer; raises ``UnknownResponseError`` when it is no file."""
        self._request = request
        self._incoming = incoming
        self._most = most
        self.size = _size(request, incoming, expected)
        if expected is not None and expected.name:
            self.original_name, self.file_name = expected.original_name, expected.name
        else:
            self.original_name = file_name(incoming.headers.get("Content-Disposition"))
            self.file_name = clean_name(self.original_name)
        told = incoming.headers.get("Content-Type")
        self.mime_type = expected.mime_type if expected is not None else clean_type(told, self.file_name)

    def download(self, size: int) -> Download:
        """Return the file, now that its size is known."""
        return Download(size, self.mime_type, self.file_name, self.chunks, self.original_name)

    def chunks(self) -> Iterator[bytes]:
        """Yield the content as it arrives; raises a ``KintoneError``."""
        received = 0
        try:
            for chunk in self._incoming.chunks(self._most):
                received += len(chunk)
                if self.size is not None and received > self.size:
                    break
                yield chunk
        except ResultTooLargeError:
            raise too_large(self._request, None, self._most) from None
        if self.size is not None and received != self.size:
            relation = Message("only {received}", received=received) if received < self.size else Message("more")
            raise UnreachableError(
                Message(
                    "{doing} failed: {relation} bytes came where {size} were announced",
                    doing=self._request.description,
                    relation=relation,
                    size=self.size,
                ),
                remedy=Message("try again; if it stays so, open the file in kintone itself"),
            )


class FilesApi:
    """Uploads and downloads files; ``most_bytes`` is the size above which a file is not moved.

    Sources: https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/ and
    https://kintone.dev/en/docs/kintone/rest-api/files/download-file/
    """

    def __init__(self, caller: FileCaller, most_bytes: int) -> None:
        """Move files through a caller."""
        self._caller = caller
        self._most_bytes = most_bytes

    def upload(self, open_source: OpenSource, name: str, mime_type: str, deadline: Deadline | None = None) -> str:
        """Send a file and return its upload key, good for three days unless it is put into a record.

        ``open_source`` is called once for every try, so that nothing has to be kept for another one.
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
        """Open a file by the key that a record shows; what the record tells of it counts before the headers.

        The download that is handed over has a ``size``: where neither record nor header tells it, the file is read
        once and thrown away to count it, since many such files at once would fill the memory if they were kept.

        Raises ``ResultTooLargeError`` before any of a file over the limit is read, ``NotFoundError`` for a key that no
        record has, and ``UnknownResponseError`` for an answer that is no file.
        """
        with self._open(file_key, expected) as arrival:
            if arrival.size is not None:
                yield arrival.download(arrival.size)
                return
            size = sum(map(len, arrival.chunks()))
        known = Attachment(file_key, arrival.file_name, arrival.mime_type, size, arrival.original_name)
        with self._open(file_key, known) as arrival:
            yield arrival.download(size)

    def refuse_too_large(self, attachment: Attachment) -> None:
        """Raise ``ResultTooLargeError`` for a file that the record says is over the limit."""
        if attachment.size is not None and attachment.size > self._most_bytes:
            raise too_large(_request(attachment.file_key, attachment), attachment.size, self._most_bytes)

    @contextmanager
    def _open(self, file_key: str, expected: Attachment | None) -> Iterator[IncomingFile]:
        request = _request(file_key, expected)
        with self._caller.download(request) as incoming:
            arrival = IncomingFile(request, incoming, expected, self._most_bytes)
            if arrival.size is not None and arrival.size > self._most_bytes:
                raise too_large(request, arrival.size, self._most_bytes)
            yield arrival


def _request(file_key: str, expected: Attachment | None) -> Request:
    which = shown_name(expected.name) if expected is not None and expected.name else Message("the file")
    return api.download_file(Message("downloading {file}", file=which), file_key)


def too_large(request: Request, size: int | None, most: int) -> ResultTooLargeError:
    """Return the error for a file over the limit; ``size`` is None where only the limit is known to be passed."""
    told = Message("more") if size is None else Message("{size:,} bytes", size=size)
    return ResultTooLargeError(
        Message(
            "{doing} failed: it has {told}, and at most {most:,} bytes can be handed to Dify",
            doing=request.description,
            told=told,
            most=most,
        ),
        remedy=Message(
            "open it in kintone, or let the operator raise KINTONE_MAX_FILE_BYTES together with Dify's own limit "
            "(PLUGIN_MAX_FILE_SIZE)"
        ),
    )


def _size(request: Request, incoming: StreamedReply, expected: Attachment | None) -> int | None:
    told = incoming.headers.get("Content-Length", "")
    encoded = incoming.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
    size = None if encoded else count_of(told)
    in_record = expected.size if expected is not None else None
    is_page = expected is not None and expected.mime_type == HTML and size == in_record
    _refuse_page(request, incoming, is_expected=is_page)
    if size is not None and in_record is not None and size != in_record:
        raise UnknownResponseError(
            Message(
                "{doing} failed: kintone sends {size} bytes of a file that has {in_record} in the record",
                doing=request.description,
                size=size,
                in_record=in_record,
            ),
            remedy=Message("try again; if it stays so, check that no proxy in between changes files"),
        )
    return in_record if size is None else size


def _refuse_page(request: Request, incoming: StreamedReply, *, is_expected: bool) -> None:
    """Refuse a web page, such as a login form, where a file was asked for; an attachment has a disposition."""
    is_page = clean_type(incoming.headers.get("Content-Type")) == HTML
    if is_page and "Content-Disposition" not in incoming.headers and not is_expected:
        raise not_kintone(request, Message("a web page came instead of the file"))
