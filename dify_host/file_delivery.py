"""Options for delivering a file to the plugin, including failures."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PIECE_BYTES = 65_536

type FileContent = bytes | Path | Callable[[], Iterable[bytes]]
"""Bytes, a file on disk, or a function that returns the pieces of one delivery."""


class DeliveryOptions(TypedDict, total=False):
    """Keyword arguments of `DifyHost.serve`; each is a field of `Delivery`."""

    status: int
    with_length: bool
    length: int | None
    cut_after: int | None
    delay: float
    pause: float
    redirect_to: str | None
    signed: bool
    expired: bool
    with_size: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the file server delivers one file.

    Attributes:
        status: Status of the response; a status other than 200 has a short text instead of the file.
        with_length: Send Content-Length; otherwise closing the connection ends the file.
        length: A Content-Length to send instead of the true one.
        cut_after: Close the connection after this number of bytes of the file.
        delay: Seconds before the response.
        pause: Seconds after each piece of 64 KiB.
        redirect_to: Respond with a redirect to this URL.
        signed: Sign the URL, and refuse (403) a request without a valid signature.
        expired: Sign the URL with an expired time; the server responds with 403.
        with_size: Include the size in the file argument.
    """

    status: int = 200
    with_length: bool = True
    length: int | None = None
    cut_after: int | None = None
    delay: float = 0.0
    pause: float = 0.0
    redirect_to: str | None = None
    signed: bool = True
    expired: bool = False
    with_size: bool = True


def size_of(content: FileContent) -> int | None:
    """Return the number of bytes; None if it is unknown before the delivery."""
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, Path):
        return content.stat().st_size
    return None


def pieces_of(content: FileContent) -> Iterator[bytes]:
    """Yield the content in pieces of at most 64 KiB; the pieces of a function are not changed."""
    if isinstance(content, bytes):
        for start in range(0, len(content), PIECE_BYTES):
            yield content[start : start + PIECE_BYTES]
    elif isinstance(content, Path):
        with content.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
    else:
        yield from content()


def cut(pieces: Iterator[bytes], count: int | None) -> Iterator[bytes]:
    """Yield the first `count` bytes of the pieces; all bytes if it is None."""
    left = count
    for piece in pieces:
        if left is None:
            yield piece
        elif left > 0:
            yield piece[:left]
            left -= len(piece)
        else:
            return
