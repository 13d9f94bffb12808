"""One HTTP request as it came over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from local_kintone.wire.headers import Headers

MAX_LINE = 1 << 20


class BrokenRequestError(Exception):
    """What came is no HTTP request, or it ended too early."""


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and the header fields, before the body is read."""

    method: str
    target: str
    version: str
    headers: Headers

    @property
    def path(self) -> str:
        """The target without its query string."""
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        """The query string, still percent-encoded."""
        return urlsplit(self.target).query

    @property
    def effective_method(self) -> str:
        """The method that X-HTTP-Method-Override asks for, or that of the request line."""
        return self.headers.get("X-HTTP-Method-Override", self.method)

    @property
    def keep_alive(self) -> bool:
        """Whether the client lets the connection stand after the answer."""
        wish = self.headers.get("Connection", "").lower()
        return "close" not in wish and (self.version == "HTTP/1.1" or "keep-alive" in wish)


@dataclass(frozen=True, slots=True)
class Received:
    """A request with its body.

    Attributes:
        method: the verb of the request line ("POST" also where an override makes it a GET).
        path: without the query string.
        query: the query string, percent-encoded as it came.
        headers: raw header fields, looked up in any letter case; tokens are not masked.
        body: the bytes after the head.
        number: the running number of the API request, from 1.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    number: int = 0


def read_head(stream: BinaryIO) -> Head | None:
    """Read a request line and its header fields; None where the client has closed the connection."""
    line = stream.readline(MAX_LINE)
    while line in (b"\r\n", b"\n"):
        line = stream.readline(MAX_LINE)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3:  # noqa: PLR2004 - method, target, version
        msg = "the request line has not three words"
        raise BrokenRequestError(msg)
    return Head(words[0], words[1], words[2], Headers(_header_lines(stream)))


def _header_lines(stream: BinaryIO) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    while True:
        line = stream.readline(MAX_LINE)
        if not line:
            msg = "the head ended too early"
            raise BrokenRequestError(msg)
        if line in (b"\r\n", b"\n"):
            return pairs
        name, _, value = line.decode("latin-1").partition(":")
        pairs.append((name.strip(), value.strip()))


def read_body(stream: BinaryIO, headers: Headers) -> bytes:
    """Read the body that the header fields announce: by length, in chunks, or none."""
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return _chunks(stream)
    length = headers.get("Content-Length", "0")
    if not length.isdecimal():
        msg = "Content-Length is no number"
        raise BrokenRequestError(msg)
    return _exactly(stream, int(length))


def _exactly(stream: BinaryIO, length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        msg = "the body ended too early"
        raise BrokenRequestError(msg)
    return body


def _chunks(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    while True:
        size = int(stream.readline(MAX_LINE).split(b";")[0] or b"0", 16)
        if not size:
            while stream.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(parts)
        parts.append(_exactly(stream, size))
        stream.readline(MAX_LINE)
