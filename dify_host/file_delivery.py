"""How a file is delivered to the plugin, and what goes wrong on the way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PIECE_BYTES = 65_536

type FileContent = bytes | Path | Callable[[], Iterable[bytes]]
"""Bytes, a file on disk, or a function that returns the pieces of one delivery."""


class DeliveryOptions(TypedDict, total=False):
    """Keywords of `DifyHost.serve`; each is a field of `Delivery`."""

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
    """What the file server does for one file.

    Attributes:
        status: Status of the answer; another than 200 comes with a short text instead of the file.
        with_length: Send Content-Length; without, the end of the connection is the end of the file.
        length: Content-Length to claim instead of the true one.
        cut_after: Cut the connection after so many bytes of the file.
        delay: Seconds before the answer begins.
        pause: Seconds after each piece of 64 KiB.
        redirect_to: Answer with a redirect to this URL.
        signed: Sign the URL, and refuse (403) a request whose signature is gone.
        expired: Sign the URL with a time that is over: the server answers 403.
        with_size: Tell the plugin the size in the file argument.
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
    """Return the number of bytes, None where only the delivery tells."""
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, Path):
        return content.stat().st_size
    return None


def pieces_of(content: FileContent) -> Iterator[bytes]:
    """Yield the content in pieces of at most 64 KiB; what a function returns is passed on as it comes."""
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
    """Yield the first so many bytes of the pieces; all where the count is None."""
    left = count
    for piece in pieces:
        if left is None:
            yield piece
        elif left > 0:
            yield piece[:left]
            left -= len(piece)
        else:
            return
