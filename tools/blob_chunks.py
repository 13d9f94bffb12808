"""A file on its way to Dify in the chunks of the SDK's protocol, as its content arrives.

The SDK's own ``create_blob_message`` wants the whole file at once and cuts it up afterwards, in
``dify_plugin.plugin.Plugin._execute_request``; the messages made here are the same ones.
"""

import uuid
from collections.abc import Iterable, Iterator

from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.runtime import give_way

CHUNK_BYTES = 8192
"""Dify refuses chunks of more bytes (``chunk_merger.py`` of its API server)."""


def blob_chunks(
    chunks: Iterable[bytes], total_length: int, filename: str, mime_type: str
) -> Iterator[ToolInvokeMessage]:
    """Yield the messages of one file; ``chunks`` may have any sizes, ``total_length`` is their sum.

    Raises ``UnknownResponseError`` when the sum is another one; Dify drops what it has of a file when the call fails.
    """
    identity = uuid.uuid4().hex
    meta = {"filename": filename, "mime_type": mime_type}
    sent = 0
    sequence = -1
    for sequence, content in enumerate(_of_chunk_size(chunks)):
        sent += len(content)
        if sent > total_length:
            break
        yield _message(identity, sequence, total_length, content, meta)
    if sent != total_length:
        raise UnknownResponseError(
            Message("the file does not have the {length} bytes that were announced for it", length=total_length)
        )
    yield _message(identity, sequence + 1, total_length, b"", meta, end=True)


def _of_chunk_size(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        # Where both ends are fast nothing else gives the other calls of this process their turn.
        give_way()
        buffer += chunk
        whole = len(buffer) - len(buffer) % CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            yield bytes(buffer[start : start + CHUNK_BYTES])
        del buffer[:whole]
    if buffer:
        yield bytes(buffer)


def _message(  # noqa: PLR0913 - the fields of the SDK's message
    identity: str, sequence: int, total_length: int, content: bytes, meta: dict[str, str], *, end: bool = False
) -> ToolInvokeMessage:
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.BLOB_CHUNK,
        message=ToolInvokeMessage.BlobChunkMessage(
            id=identity, sequence=sequence, total_length=total_length, blob=content, end=end
        ),
        meta=meta,
    )
