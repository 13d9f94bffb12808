"""Files to and from kintone, as streams."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import Field

from kintone.answer_models import FILE_KEY, AnswerModel, read_answer
from kintone.deadline import Deadline
from kintone.errors import ConnectionFailedError, ResultTooLargeError, UnknownResponseError
from kintone.files.attachments import Attachment
from kintone.files.content_disposition import file_name
from kintone.files.mime_types import clean_type
from kintone.files.multipart import FileBody, MeasuredSource
from kintone.files.names import clean_name, shown_name
from kintone.messages import Message
from kintone.operations import Answer, Operation, Repeat
from kintone.reading.pages import count_of
from kintone.replies import not_kintone
from kintone.transport import StreamedReply, UploadBody

HTML = "text/html"

type OpenSource = Callable[[], AbstractContextManager[MeasuredSource]]


class _Uploaded(AnswerModel):
    file_key: str = Field(pattern=FILE_KEY)


class FileCaller(Protocol):
    """Whoever moves bodies that are no JSON; ``KintoneClient`` does."""

    def upload(
        self,
        operation: Operation,
        open_body: Callable[[], AbstractContextManager[UploadBody]],
        deadline: Deadline | None = None,
    ) -> Answer:
        """Send a body that is opened anew for every try."""

    def download(self, operation: Operation) -> AbstractContextManager[StreamedReply]:
        """Hand over a successful answer while it arrives."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way from kintone; ``size`` is in bytes, ``chunks`` yields the content as it arrives, once.

    ``told`` is the name as kintone has it, ``file_name`` the harmless one that is made of it. ``chunks`` raises a
    ``KintoneError`` when the transfer breaks, lingers or has another size.
    """

    size: int
    mime_type: str
    file_name: str
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)
    told: str = ""


class Arrival:
    """An answer that should be a file; ``size`` is in bytes, None where neither record nor header tells it."""

    def __init__(self, operation: Operation, incoming: StreamedReply, expected: Attachment | None, most: int) -> None:
        """Judge the head of the answer; raises ``UnknownResponseError`` when it is no file."""
        self._operation = operation
        self._incoming = incoming
        self._most = most
        self.size = _size(operation, incoming, expected)
        if expected is not None and expected.name:
            self.told, self.file_name = expected.told, expected.name
        else:
            self.told = file_name(incoming.headers.get("Content-Disposition"))
            self.file_name = clean_name(self.told)
        told = incoming.headers.get("Content-Type")
        self.mime_type = expected.mime_type if expected is not None else clean_type(told, self.file_name)

    def download(self, size: int) -> Download:
        """Return the file, now that its size is known."""
        return Download(size, self.mime_type, self.file_name, self.chunks, self.told)

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
            raise too_large(self._operation, None, self._most) from None
        if self.size is not None and received != self.size:
            relation = Message("only {received}", received=received) if received < self.size else Message("more")
            raise ConnectionFailedError(
                Message(
                    "{doing} failed: {relation} bytes came where {size} were announced",
                    doing=self._operation.description,
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
        operation = Operation(Message("uploading {name}", name=shown_name(name)), "POST", "file", {}, Repeat.UPLOAD)

        @contextmanager
        def body() -> Iterator[UploadBody]:
            with open_source() as source:
                yield FileBody(source, name, mime_type)

        answer = self._caller.upload(operation, body, deadline)
        return read_answer(_Uploaded, answer.body, operation.description).file_key

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
        known = Attachment(file_key, arrival.file_name, arrival.mime_type, size, arrival.told)
        with self._open(file_key, known) as arrival:
            yield arrival.download(size)

    def refuse_too_large(self, attachment: Attachment) -> None:
        """Raise ``ResultTooLargeError`` for a file that the record says is over the limit."""
        if attachment.size is not None and attachment.size > self._most_bytes:
            raise too_large(_operation(attachment.file_key, attachment), attachment.size, self._most_bytes)

    @contextmanager
    def _open(self, file_key: str, expected: Attachment | None) -> Iterator[Arrival]:
        operation = _operation(file_key, expected)
        with self._caller.download(operation) as incoming:
            arrival = Arrival(operation, incoming, expected, self._most_bytes)
            if arrival.size is not None and arrival.size > self._most_bytes:
                raise too_large(operation, arrival.size, self._most_bytes)
            yield arrival


def _operation(file_key: str, expected: Attachment | None) -> Operation:
    which = shown_name(expected.name) if expected is not None and expected.name else Message("the file")
    return Operation(Message("downloading {file}", file=which), "GET", "file", {"fileKey": file_key}, Repeat.READ)


def too_large(operation: Operation, size: int | None, most: int) -> ResultTooLargeError:
    """Return the error for a file over the limit; ``size`` is None where only the limit is known to be passed."""
    told = Message("more") if size is None else Message("{size:,} bytes", size=size)
    return ResultTooLargeError(
        Message(
            "{doing} failed: it has {told}, and at most {most:,} bytes can be handed to Dify",
            doing=operation.description,
            told=told,
            most=most,
        ),
        remedy=Message(
            "open it in kintone, or let the operator raise KINTONE_MAX_FILE_BYTES together with Dify's own limit "
            "(PLUGIN_MAX_FILE_SIZE)"
        ),
    )


def _size(operation: Operation, incoming: StreamedReply, expected: Attachment | None) -> int | None:
    told = incoming.headers.get("Content-Length", "")
    encoded = incoming.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
    size = None if encoded else count_of(told)
    in_record = expected.size if expected is not None else None
    is_page = expected is not None and expected.mime_type == HTML and size == in_record
    _refuse_page(operation, incoming, is_expected=is_page)
    if size is not None and in_record is not None and size != in_record:
        raise UnknownResponseError(
            Message(
                "{doing} failed: kintone sends {size} bytes of a file that has {in_record} in the record",
                doing=operation.description,
                size=size,
                in_record=in_record,
            ),
            remedy=Message("try again; if it stays so, check that no proxy in between changes files"),
        )
    return in_record if size is None else size


def _refuse_page(operation: Operation, incoming: StreamedReply, *, is_expected: bool) -> None:
    """Refuse a web page, such as a login form, where a file was asked for; an attachment has a disposition."""
    is_page = clean_type(incoming.headers.get("Content-Type")) == HTML
    if is_page and "Content-Disposition" not in incoming.headers and not is_expected:
        raise not_kintone(operation, Message("a web page came instead of the file"))
