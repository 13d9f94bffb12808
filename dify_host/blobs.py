"""Files that a tool hands out: chunks joined, named and typed by Dify's rules."""

import base64
import binascii
import mimetypes
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dify_host.failures import HostViolation
from dify_host.limits import CHUNK_BYTES, FILE_BYTES

_MEBIBYTE = 1024 * 1024
DEFAULT_TYPE = "application/octet-stream"

_TYPES = mimetypes.MimeTypes()
"""Python's own table: what the machine of a test knows besides says nothing of Dify's."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file in the node's `files` output.

    Attributes:
        name: The name that Dify shows.
        mime_type: The type that Dify stores.
        content: The bytes.
    """

    name: str
    mime_type: str
    content: bytes = field(repr=False)

    @property
    def extension(self) -> str:
        """The extension that Dify goes by, by the type alone: `.bin` for whatever Python has no extension for.

        Dify's Document Extractor refuses a `.bin`, whatever name the file has.
        """
        return extension_of(self.mime_type)


@dataclass(slots=True)
class _Unfinished:
    total: int
    content: bytearray = field(default_factory=bytearray)
    chunks: int = 0


class BlobMerger:
    """Joins the chunks of any number of files; the rules are those of `chunk_merger.py` in Dify's API server."""

    def __init__(self, max_file_bytes: int = FILE_BYTES) -> None:
        """Refuse files of more bytes than this."""
        self._max_file_bytes = max_file_bytes
        self._unfinished: dict[str, _Unfinished] = {}

    @property
    def unfinished(self) -> int:
        """How many files still wait for their last chunk."""
        return len(self._unfinished)

    def take(self, message: Mapping[str, Any], meta: Mapping[str, Any] | None) -> OutputFile | None:
        """Add a chunk; return the file when it was the last one.

        Raises:
            HostViolation: A chunk or the file is too large, a chunk is missing or doubled, or the length differs.
        """
        identity, content = str(message.get("id")), _decoded(message.get("blob"))
        total = int(message.get("total_length", 0))
        if identity not in self._unfinished:
            self._refuse_large(total)
            self._unfinished[identity] = _Unfinished(total)
        file = self._unfinished[identity]
        self._refuse_large(len(file.content) + len(content))
        _check_chunk(file, content, message)
        file.content += content
        file.chunks += 1
        if not message.get("end"):
            return None
        return _finished(self._unfinished.pop(identity), meta or {})

    def _refuse_large(self, size: int) -> None:
        if size > self._max_file_bytes:
            limit = self._max_file_bytes / _MEBIBYTE
            raise HostViolation(f"File is too large which reached the limit of {limit:g}MB: {size} bytes")


def extension_of(mime_type: str) -> str:
    """Return the extension, dot included, that Dify gives a type."""
    return _TYPES.guess_extension(mime_type) or ".bin"


def stored_name(file_name: str | None, mime_type: str) -> str:
    """Return the name that Dify gives a file: without a dot it gets the type's extension (`tool_file_manager.py`)."""
    extension = extension_of(mime_type)
    if not file_name:
        return f"{uuid.uuid4().hex}{extension}"
    return file_name if "." in file_name else f"{file_name}{extension}"


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise HostViolation("a blob chunk that is no base64") from error


def _check_chunk(file: _Unfinished, content: bytes, message: Mapping[str, Any]) -> None:
    if len(content) > CHUNK_BYTES:
        raise HostViolation(f"File chunk is too large which reached the limit of 8KB: {len(content)} bytes")
    if message.get("sequence") != file.chunks:
        raise HostViolation(f"blob chunk {message.get('sequence')} where {file.chunks} was due")
    if message.get("total_length") != file.total:
        raise HostViolation(f"a blob of {file.total} bytes that becomes one of {message.get('total_length')}")


def _finished(file: _Unfinished, meta: Mapping[str, Any]) -> OutputFile:
    if len(file.content) != file.total:
        raise HostViolation(f"a blob of {len(file.content)} bytes that was announced with {file.total}")
    mime_type = str(meta.get("mime_type") or DEFAULT_TYPE)
    file_name = meta.get("filename")
    return OutputFile(
        stored_name(None if file_name is None else str(file_name), mime_type), mime_type, bytes(file.content)
    )
