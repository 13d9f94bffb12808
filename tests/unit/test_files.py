"""Upload and download of files, with a fake client."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import pytest
from requests.structures import CaseInsensitiveDict

from kintone.api import Answer, Request, RetrySafety
from kintone.deadline import Deadline
from kintone.errors import (
    BudgetExceededError,
    KintoneError,
    ResultTooLargeError,
    TimedOutError,
    UnknownResponseError,
    UnreachableError,
)
from kintone.files import Attachment, FilesApi, MeasuredSource
from kintone.messages import Message
from kintone.transport import StreamedReply, UploadBody


class FakeAnswer:
    """An answer with headers and pieces of a body; an exception among the pieces is raised in its turn."""

    def __init__(self, headers: dict[str, str], *pieces: bytes | KintoneError) -> None:
        """Prepare the answer."""
        self.status = 200
        self.headers: Mapping[str, str] = CaseInsensitiveDict(headers)
        self._pieces = pieces

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the pieces as the execution does."""
        received = 0
        for piece in self._pieces:
            if isinstance(piece, KintoneError):
                raise piece
            received += len(piece)
            if received > most:
                raise ResultTooLargeError(Message("the answer is larger than {most} bytes", most=most))
            yield piece


class FakeClient:
    """Returns the given answers to downloads and keeps uploaded bodies."""

    def __init__(self, *answers: FakeAnswer, upload_answer: dict[str, object] | None = None) -> None:
        """Keep the answers in order."""
        self.operations: list[Request] = []
        self.deadlines: list[Deadline | None] = []
        self.uploaded: list[bytes] = []
        self._answers = list(answers)
        self._upload_answer = upload_answer if upload_answer is not None else {"fileKey": "new-key"}

    def upload(
        self,
        operation: Request,
        open_body: Callable[[], AbstractContextManager[UploadBody]],
        deadline: Deadline | None = None,
    ) -> Answer:
        """Read the body twice, as after a failure."""
        self.operations.append(operation)
        self.deadlines.append(deadline)
        for _ in range(2):
            with open_body() as body:
                content = body.read()
                assert len(content) == body.len
                self.uploaded.append(content)
        return Answer(self._upload_answer)

    @contextmanager
    def download(self, operation: Request) -> Iterator[StreamedReply]:
        """Yield the next answer."""
        self.operations.append(operation)
        yield self._answers.pop(0)


def _read(caller: FakeClient, expected: Attachment | None = None, most: int = 100) -> tuple[int, str, str, bytes]:
    with FilesApi(caller, most).download("key", expected) as download:
        return download.size, download.mime_type, download.file_name, b"".join(download.chunks())


NAMED = {"Content-Type": "text/csv;charset=UTF-8", "Content-Disposition": 'attachment; filename="a.csv"'}


def test_upload_when_it_is_tried_twice() -> None:
    """Each try opens the source again, and the file key of the answer is returned."""
    opened = []

    @contextmanager
    def open_source() -> Iterator[MeasuredSource]:
        opened.append(1)
        yield MeasuredSource(iter([b"content"]), 7, lambda _short: AssertionError())

    caller = FakeClient()

    with Deadline(60) as deadline:
        assert FilesApi(caller, 100).upload(open_source, "a.txt", "text/plain", deadline) == "new-key"
        assert caller.deadlines == [deadline]
    assert len(opened) == 2
    assert all(b"content" in body and b'filename="a.txt"' in body for body in caller.uploaded)
    assert (caller.operations[0].method, caller.operations[0].api) == ("POST", "file")
    assert caller.operations[0].retry_safety is RetrySafety.UPLOAD


@contextmanager
def _one_byte() -> Iterator[MeasuredSource]:
    yield MeasuredSource(iter([b"x"]), 1, lambda _short: AssertionError())


@pytest.mark.parametrize(
    "body", [{}, {"fileKey": ""}, {"fileKey": " "}, {"fileKey": "a\nb"}, {"fileKey": "k" * 501}, {"fileKey": 7}]
)
def test_upload_when_the_answer_has_no_key(body: dict[str, object]) -> None:
    """An answer without a key is an error."""
    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] uploading .*fileKey"):
        FilesApi(FakeClient(upload_answer=body), 100).upload(_one_byte, "a.txt", "text/plain")


def test_upload_when_the_key_has_the_maximum_length() -> None:
    """Keys are opaque and may have 500 characters."""
    answered = FakeClient(upload_answer={"fileKey": "k" * 500})

    assert FilesApi(answered, 100).upload(_one_byte, "a.txt", "text/plain") == "k" * 500


def test_download_when_only_the_headers_describe_the_file() -> None:
    """Without the record's data, size, type and name come from the headers."""
    caller = FakeClient(FakeAnswer({**NAMED, "Content-Length": "6"}, b"abc", b"def"))

    assert _read(caller) == (6, "text/csv", "a.csv", b"abcdef")
    assert caller.operations[0].parameters == {"fileKey": "key"}
    assert caller.operations[0].retry_safety is RetrySafety.READ


def test_download_when_the_record_describes_the_file() -> None:
    """The record's name, type and size take precedence over the headers."""
    expected = Attachment("key", "見積.pdf", "application/pdf", 3)

    assert _read(FakeClient(FakeAnswer(NAMED, b"abc")), expected) == (3, "application/pdf", "見積.pdf", b"abc")


def test_download_when_the_size_is_unknown() -> None:
    """The file is downloaded once to count its bytes, and then again for its content."""
    caller = FakeClient(FakeAnswer(NAMED, b"abc", b"d"), FakeAnswer(NAMED, b"ab", b"cd"))

    assert _read(caller) == (4, "text/csv", "a.csv", b"abcd")
    assert len(caller.operations) == 2


def test_download_when_the_answer_is_compressed() -> None:
    """The length of a compressed answer is not used as the size of the file."""
    headers = {**NAMED, "Content-Length": "2", "Content-Encoding": "gzip"}

    assert _read(FakeClient(FakeAnswer(headers, b"abc"), FakeAnswer(headers, b"abc")))[0] == 3


@pytest.mark.parametrize(("pieces", "words"), [((b"ab",), "only 2 bytes"), ((b"ab", b"cd"), "more bytes")])
def test_download_when_the_size_is_another(pieces: tuple[bytes, ...], words: str) -> None:
    """A file shorter or longer than announced is an error."""
    with pytest.raises(UnreachableError, match=words):
        _read(FakeClient(FakeAnswer(NAMED, *pieces)), Attachment("key", "a.csv", "text/csv", 3))


def test_download_when_record_and_header_disagree() -> None:
    """A header that contradicts the record's size is an error before the first byte."""
    with pytest.raises(UnknownResponseError, match="4 bytes of a file that has 3"):
        _read(FakeClient(FakeAnswer({**NAMED, "Content-Length": "4"})), Attachment("key", "a.csv", "text/csv", 3))


@pytest.mark.parametrize(
    "answer",
    [FakeAnswer({**NAMED, "Content-Length": "101"}), FakeAnswer(NAMED, b"x" * 60, b"x" * 60)],
)
def test_download_when_it_is_over_the_limit(answer: FakeAnswer) -> None:
    """A file over the limit is refused before the first byte, with a known or a counted size."""
    with pytest.raises(ResultTooLargeError, match=r"^\[TOO_LARGE\] .*KINTONE_MAX_FILE_BYTES"):
        _read(FakeClient(answer))


@pytest.mark.parametrize("kind", [UnreachableError, TimedOutError, BudgetExceededError])
def test_download_when_it_breaks_on_the_way(kind: type[KintoneError]) -> None:
    """The error of a broken transfer is raised after the pieces that had arrived."""
    failure = kind(Message("it broke"))
    caller = FakeClient(FakeAnswer(NAMED, b"ab", failure))
    arrived: list[bytes] = []

    with FilesApi(caller, 100).download("key", Attachment("key", "a.csv", "text/csv", 3)) as download:
        chunks = download.chunks()
        arrived.append(next(chunks))
        with pytest.raises(kind) as raised:
            next(chunks)

    assert raised.value is failure
    assert arrived == [b"ab"]
    assert str(caller.operations[0].description) == 'downloading "a.csv"'


def test_download_when_a_login_page_comes() -> None:
    """A web page that is not sent as an attachment is not a file."""
    page = FakeAnswer({"Content-Type": "text/html;charset=UTF-8", "Content-Length": "5"}, b"<html")

    with pytest.raises(UnknownResponseError, match="a web page came instead of the file"):
        _read(FakeClient(page))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Disposition": "attachment; filename=a.html"}, None),
        ({}, Attachment("key", "a.html", "text/html", 5)),
    ],
)
def test_download_when_the_attachment_is_a_web_page(headers: dict[str, str], expected: Attachment | None) -> None:
    """An HTML file is accepted if the disposition or the record shows that it is an attachment."""
    page = FakeAnswer({"Content-Type": "text/html", "Content-Length": "5", **headers}, b"<html")

    assert _read(FakeClient(page), expected)[3] == b"<html"


def test_limit_when_the_record_has_the_size() -> None:
    """A file that is too large according to the record is refused without a request."""
    caller = FakeClient()
    with pytest.raises(ResultTooLargeError, match=r'"big\.bin".*101 bytes'):
        FilesApi(caller, 100).refuse_too_large(Attachment("key", "big.bin", "a/b", 101))

    assert caller.operations == []
