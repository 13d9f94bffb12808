"""One client's connection: reads requests, sends answers, breaks off when told to."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
from typing import TYPE_CHECKING, BinaryIO, cast

from local_kintone.wire.request import Head, read_body, read_head

if TYPE_CHECKING:
    from local_kintone.clock import Clock
    from local_kintone.wire.response import Response

BUFFER = 1 << 16
ENDLESS_CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


class Connection:
    """A connected socket with buffered reading and one write per answer."""

    def __init__(self, plug: socket.socket, clock: Clock) -> None:
        """Take over a connected (and, for HTTPS, already secured) socket."""
        self._clock = clock
        self._plug = plug
        self._stream = cast("BinaryIO", plug.makefile("rb", BUFFER))

    def read_head(self) -> Head | None:
        """Read the next request's head; None when the client is gone."""
        return read_head(self._stream)

    def read_body(self, head: Head) -> bytes:
        """Read the body, after telling a client that asks first to go on."""
        if head.headers.get("Expect", "").lower() == "100-continue":
            self._plug.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return read_body(self._stream, head.headers)

    def send(self, response: Response) -> None:
        """Send a whole answer in one write."""
        self._plug.sendall(self._head(response, length=len(response.body)) + response.body)

    def send_part(self, response: Response, size: int) -> None:
        """Announce the whole body but send only its first bytes."""
        self._plug.sendall(self._head(response, length=len(response.body)) + response.body[:size])

    def send_with_length(self, response: Response, length: int) -> None:
        """Announce another length than the body has."""
        self._plug.sendall(self._head(response, length=max(0, length)) + response.body)

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        """Send the head and the body's pieces with a pause before each piece."""
        self._plug.sendall(self._head(response, length=len(response.body)))
        step = max(1, -(-len(response.body) // pieces))
        for start in range(0, len(response.body), step):
            self._clock.sleep(seconds)
            self._plug.sendall(response.body[start : start + step])

    def send_endlessly(self, response: Response, most: int) -> None:
        """Send blanks after the body, until the client hangs up or so many bytes have gone."""
        self._plug.sendall(self._head(response, length=None))
        if response.body:
            self._plug.sendall(f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n")
        for _ in range(most // 0x10000):
            self._plug.sendall(ENDLESS_CHUNK)

    def send_raw(self, content: bytes) -> None:
        """Send bytes that need not be HTTP."""
        self._plug.sendall(content)

    def drip_head(self, response: Response, seconds: float) -> None:
        """Send a head that never ends, byte by byte, until the client hangs up or the server stops."""
        head = self._head(response, length=len(response.body)).removesuffix(b"\r\n") + b"X-Drip: "
        for byte in itertools.chain(head, itertools.repeat(ord("."))):
            self._plug.sendall(bytes((byte,)))
            self._clock.sleep(seconds)

    def break_off(self, _kind: str, *, reset: bool) -> None:
        """Prepare to close without an answer."""
        if reset:
            self.reset()

    def _head(self, response: Response, *, length: int | None) -> bytes:
        return response.head(length=length, moment=self._clock.now())

    def reset(self) -> None:
        """Make the coming close a reset: the client sees a broken connection, not an orderly end."""
        self._plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Close both ways; harmless when it is closed already."""
        # The client may have been first.
        with contextlib.suppress(OSError):
            self._plug.shutdown(socket.SHUT_RDWR)
        self._stream.close()
        self._plug.close()
