"""A connection in the same process: the response is returned as an object, a cut is raised as an exception."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from local_kintone.serving.certificates import Peer

if TYPE_CHECKING:
    from local_kintone.clock import Clock
    from local_kintone.serving.messages import Head, Response


class Connection(Protocol):
    """One client, over a socket or in process, with all ways to respond and to fail."""

    @property
    def peer(self) -> Peer:
        """The client's address and certificate."""

    def read_body(self, head: Head) -> bytes:
        """Return the request's body."""

    def send(self, response: Response) -> None:
        """Send a complete response."""

    def send_part(self, response: Response, size: int) -> None:
        """Announce the length of the whole body but send only its first bytes."""

    def send_with_length(self, response: Response, length: int) -> None:
        """Announce a wrong length."""

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        """Send the body in pieces with a pause before each."""

    def send_endlessly(self, response: Response, maximum: int) -> None:
        """Send spaces after the body, up to a number of bytes."""

    def drip_head(self, response: Response, seconds: float) -> None:
        """Send a head that never ends, byte by byte."""

    def send_raw(self, content: bytes) -> None:
        """Send bytes that need not be valid HTTP."""

    def close_unanswered(self, kind: str, *, reset: bool) -> None:
        """Close without a response; `kind` is the kind of ConnectionCutError."""

    def reset(self) -> None:
        """Close the connection with a TCP reset."""


class ConnectionCutError(Exception):
    """A request in process got no complete response.

    Attributes:
        kind: "cut" (no response), "hang" (no response after a long wait), "garbage" (bytes that are not HTTP),
            "cut_body" (the body is incomplete), "wrong_length" (the body ended before its announced length),
            "endless" (the body never ends), "drip_head" (the head never ends), "closed" (the server has stopped).
        applied: whether the request was executed and its changes are kept; False also if kintone refused it.
        received: whether the request's body was read.
        partial: the received part of the response body; with "garbage" the received bytes.
        response: status and header fields if the head was complete, otherwise None.
        reset: whether the connection was reset.
    """

    def __init__(self, kind: str, *, partial: bytes = b"", response: Response | None = None) -> None:
        """Take what the client received; the service sets the other attributes."""
        super().__init__(kind)
        self.kind = kind
        self.partial = partial
        self.response = response
        self.applied = False
        self.received = False
        self.reset = False

    def __str__(self) -> str:
        """Return a short description."""
        done = "applied" if self.applied else "not applied"
        return f"{self.kind} ({done}, {'reset' if self.reset else 'closed'}, {len(self.partial)} bytes received)"


class InProcessConnection:
    """One request in process and its outcome."""

    def __init__(self, body: bytes, clock: Clock) -> None:
        """Take the request's body."""
        self._body = body
        self._clock = clock
        self.peer = Peer()
        self.response: Response | None = None
        self.cut: ConnectionCutError | None = None

    def read_body(self, _head: Head) -> bytes:
        """Return the request's body."""
        return self._body

    def send(self, response: Response) -> None:
        """Store a complete response."""
        self.response = response

    def send_part(self, response: Response, size: int) -> None:
        """Store an incomplete body as a cut; a complete body is an ordinary response."""
        if size >= len(response.body):
            self.response = response
        else:
            self.cut = ConnectionCutError("cut_body", partial=response.body[:size], response=response)

    def send_with_length(self, response: Response, length: int) -> None:
        """Store the effect of a wrong length: a cut if it is too great, a shortened body if it is too small."""
        if length > len(response.body):
            self.cut = ConnectionCutError("wrong_length", partial=response.body, response=response)
        else:
            self.response = replace(response, body=response.body[: max(0, length)])

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        """Sleep for the pauses and store the complete response."""
        step = max(1, -(-len(response.body) // pieces))
        for _ in range(0, len(response.body), step):
            self._clock.sleep(seconds)
        self.response = response

    def send_endlessly(self, response: Response, _maximum: int) -> None:
        """Store an endless body as a cut."""
        self.cut = ConnectionCutError("endless", partial=response.body, response=response)

    def drip_head(self, _response: Response, _seconds: float) -> None:
        """Store an endless head as a cut. The clock does not advance; the caller decides how long it waits."""
        self.cut = ConnectionCutError("drip_head")

    def send_raw(self, content: bytes) -> None:
        """Store the bytes that were sent instead of HTTP."""
        self.cut = ConnectionCutError("garbage", partial=content)

    def close_unanswered(self, kind: str, *, reset: bool) -> None:
        """Store a cut without a response."""
        self.cut = self.cut or ConnectionCutError(kind)
        self.cut.reset = reset

    def reset(self) -> None:
        """Mark the cut as a reset."""
        if self.cut is not None:
            self.cut.reset = True
