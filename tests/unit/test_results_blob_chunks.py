"""Files as blob chunks of Dify's protocol."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage

from dify_host.blobs import BlobMerger
from kintone.errors import UnknownResponseError
from tests.unit.query_tool import Line, line_of, plain
from tools.results import PreparedChunk, blob_chunks


def _dumped(pieces: list[bytes], length: int, name: str = "a.pdf") -> list[dict[str, Any]]:
    return [plain(message).model_dump() for message in blob_chunks(pieces, length, name, "application/pdf")]


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 8193, 100_000])
@pytest.mark.parametrize("piece", [1000, 8192, 65_536])
def test_chunks_when_dify_joins_them(size: int, piece: int) -> None:
    """Dify's rules accept the chunks and restore bytes, name and type; an empty file is one end chunk."""
    content = bytes(index % 251 for index in range(size))
    pieces = [content[start : start + piece] for start in range(0, size, piece)]
    merger = BlobMerger()
    files = [merger.take(message["message"], message["meta"]) for message in _dumped(pieces, size, "見積.pdf")]

    assert files[:-1] == [None] * (len(files) - 1)
    last = files[-1]
    assert last is not None
    assert (last.name, last.mime_type, last.content) == ("見積.pdf", "application/pdf", content)
    assert len(files) == -(-size // 8192) + 1


def test_chunks_when_they_are_those_of_the_sdk() -> None:
    """Each message is of the SDK's type, with the meta on every one and the end on the last only."""
    messages = [plain(message) for message in blob_chunks([b"x" * 10_000], 10_000, "a.txt", "text/plain")]

    assert all(message.type is ToolInvokeMessage.MessageType.BLOB_CHUNK for message in messages)
    assert all(message.meta == {"filename": "a.txt", "mime_type": "text/plain"} for message in messages)
    assert [message.message.end for message in messages] == [False, False, True]
    assert [message.message.sequence for message in messages] == [0, 1, 2]
    assert len({message.message.id for message in messages}) == 1


class _Session:
    """The part of the SDK's session that writes a message."""

    def __init__(self, session_id: str = "s" * 36) -> None:
        self.session_id = session_id
        self.writer = Line()


@pytest.mark.parametrize("name", ["a.pdf", '見積 "1"\n🐟.pdf', "0" * 40])
def test_frames_of_chunks_when_they_are_written_directly(name: str) -> None:
    """The frames of all chunks have exactly the bytes that the SDK would write for the same messages."""
    content = bytes(range(256)) * 100
    session = _Session()
    expected = ""
    for message in blob_chunks([content[:9_000], content[9_000:]], len(content), name, "application/pdf"):
        expected += line_of(plain(message))
        if isinstance(message, ToolInvokeMessage):
            session.writer.session_message(session.session_id, session.writer.stream_object(message))
        else:
            assert message.write_to(session)

    assert session.writer.text == expected
    assert len(expected.splitlines()) == 2 * (25_600 // 8192 + 2)


@pytest.mark.parametrize("session", [None, object(), _Session(session_id="")])
def test_chunks_when_there_is_no_session_to_write_to(session: object) -> None:
    """Without a session nothing is written, and each chunk is sent as an ordinary message."""
    chunk, end = blob_chunks([b"x"], 1, "a.txt", "text/plain")

    assert isinstance(chunk, PreparedChunk)
    assert not chunk.write_to(session)
    assert (plain(chunk).message.blob, plain(end).message.end) == (b"x", True)
    assert not isinstance(session, _Session) or session.writer.text == ""


@pytest.mark.parametrize("length", [9, 11])
def test_chunks_when_the_length_was_wrong(length: int) -> None:
    """A file of another length than announced fails before its end chunk."""
    sent: list[ToolInvokeMessage] = []
    with pytest.raises(UnknownResponseError, match="announced"):
        sent.extend(map(plain, blob_chunks([b"x" * 10], length, "a.txt", "text/plain")))

    assert not any(message.message.end for message in sent)


def test_chunks_when_the_content_arrives_slowly() -> None:
    """A chunk is sent as soon as it is full, before the file has ended."""
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(10):
            asked.append(number)
            yield b"x" * 8192

    messages = blob_chunks(pieces(), 81_920, "a.txt", "text/plain")
    next(messages)

    assert asked == [0]


def test_chunks_when_other_calls_wait() -> None:
    """Other greenlets get their turn even if reading the content never waits."""
    turns = []
    stop = threading.Event()

    def other_call() -> None:
        while not stop.is_set():
            turns.append(1)
            time.sleep(0)

    thread = threading.Thread(target=other_call)
    thread.start()
    before = len(turns)
    list(blob_chunks([b"x" * 65_536] * 20, 65_536 * 20, "a.txt", "text/plain"))
    during = len(turns) - before
    stop.set()
    thread.join()

    assert during >= 19
