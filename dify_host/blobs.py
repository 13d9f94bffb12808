"""Output files of a tool: joining their chunks, and their names and types by Dify's rules."""

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
"""Python's built-in table, without the system's additional types, which Dify's server does not have."""


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
        """The extension that Dify uses, derived from the type alone; `.bin` for a type without an extension in Python.

        Dify's Document Extractor refuses a `.bin`, even if the file name has another extension.
        """
        return extension_of(self.mime_type)


@dataclass(slots=True)
class _PartialFile:
    total: int
    content: bytearray = field(default_factory=bytearray)
    chunks: int = 0


class BlobMerger:
    """Joins the chunks of any number of files by the rules of `chunk_merger.py` in Dify's API server."""

    def __init__(self, max_file_bytes: int = FILE_BYTES) -> None:
        """Take the maximum file size."""
        self._max_file_bytes = max_file_bytes
        self._unfinished: dict[str, _PartialFile] = {}

    @property
    def unfinished(self) -> int:
        """The number of files whose last chunk is missing."""
        return len(self._unfinished)

    def take(self, message: Mapping[str, Any], meta: Mapping[str, Any] | None) -> OutputFile | None:
        """Add a chunk; return the file after its last chunk, otherwise None.

        Raises:
            HostViolation: A chunk or the file is too large, a chunk is missing or repeated, or the length differs.
        """
        identity, content = str(message.get("id")), _decoded(message.get("blob"))
        total = int(message.get("total_length", 0))
        if identity not in self._unfinished:
            self._refuse_large(total)
            self._unfinished[identity] = _PartialFile(total)
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
    """Return Dify's extension of a type, including the dot."""
    return _TYPES.guess_extension(mime_type) or ".bin"


def stored_name(file_name: str | None, mime_type: str) -> str:
    """Return Dify's name of a file: a name without a dot gets the type's extension (`tool_file_manager.py`)."""
    extension = extension_of(mime_type)
    if not file_name:
        return f"{uuid.uuid4().hex}{extension}"
    return file_name if "." in file_name else f"{file_name}{extension}"


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise HostViolation("a blob chunk is not valid base64") from error


def _check_chunk(file: _PartialFile, content: bytes, message: Mapping[str, Any]) -> None:
    if len(content) > CHUNK_BYTES:
        raise HostViolation(f"File chunk is too large which reached the limit of 8KB: {len(content)} bytes")
    if message.get("sequence") != file.chunks:
        raise HostViolation(f"blob chunk {message.get('sequence')} instead of {file.chunks}")
    if message.get("total_length") != file.total:
        raise HostViolation(f"the total length of a blob changes from {file.total} to {message.get('total_length')}")


def _finished(file: _PartialFile, meta: Mapping[str, Any]) -> OutputFile:
    if len(file.content) != file.total:
        raise HostViolation(f"a blob has {len(file.content)} bytes instead of the announced {file.total}")
    mime_type = str(meta.get("mime_type") or DEFAULT_TYPE)
    file_name = meta.get("filename")
    return OutputFile(
        stored_name(None if file_name is None else str(file_name), mime_type), mime_type, bytes(file.content)
    )
