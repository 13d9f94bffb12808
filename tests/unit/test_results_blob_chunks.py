"""Files in the chunks of Dify's protocol."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage

from dify_host.blobs import BlobMerger
from kintone.errors import UnknownResponseError
from tools.results import blob_chunks


def _dumped(pieces: list[bytes], length: int, name: str = "a.pdf") -> list[dict[str, Any]]:
    return [message.model_dump() for message in blob_chunks(pieces, length, name, "application/pdf")]


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 8193, 100_000])
@pytest.mark.parametrize("piece", [1000, 8192, 65_536])
def test_chunks_when_dify_joins_them(size: int, piece: int) -> None:
    """Dify's rules accept the chunks and give back the same bytes, name and type; no bytes are one end chunk."""
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
    """Each message is of the SDK's own kind, with the meta on every one and the end on the last alone."""
    messages = list(blob_chunks([b"x" * 10_000], 10_000, "a.txt", "text/plain"))

    assert all(message.type is ToolInvokeMessage.MessageType.BLOB_CHUNK for message in messages)
    assert all(message.meta == {"filename": "a.txt", "mime_type": "text/plain"} for message in messages)
    assert [message.message.end for message in messages] == [False, False, True]
    assert [message.message.sequence for message in messages] == [0, 1, 2]
    assert len({message.message.id for message in messages}) == 1


@pytest.mark.parametrize("length", [9, 11])
def test_chunks_when_the_length_was_wrong(length: int) -> None:
    """A file of another length than announced fails before its end is sent."""
    sent: list[ToolInvokeMessage] = []
    with pytest.raises(UnknownResponseError, match="announced"):
        sent.extend(blob_chunks([b"x" * 10], length, "a.txt", "text/plain"))

    assert not any(message.message.end for message in sent)


def test_chunks_when_the_content_arrives_slowly() -> None:
    """A chunk is handed over as soon as it is full, long before the file has ended."""
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(10):
            asked.append(number)
            yield b"x" * 8192

    messages = blob_chunks(pieces(), 81_920, "a.txt", "text/plain")
    next(messages)

    assert asked == [0]


def test_chunks_when_other_calls_wait() -> None:
    """Other greenlets of the process get their turn although the content never has to be waited for."""
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
