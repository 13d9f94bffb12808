"""A connection within the process: the answer is handed over as an object, and a cut as an exception."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from local_kintone.clock import Clock
    from local_kintone.serving.messages import Head, Response


class Connection(Protocol):
    """One client, over a socket or within the process; every way to answer, and to fail to."""

    def read_body(self, head: Head) -> bytes:
        """Return the request's body."""

    def send(self, response: Response) -> None:
        """Send a whole answer."""

    def send_part(self, response: Response, size: int) -> None:
        """Announce the whole body but send only its first bytes."""

    def send_with_length(self, response: Response, length: int) -> None:
        """Announce another length than the body has."""

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        """Send the body in pieces with a pause before each."""

    def send_endlessly(self, response: Response, most: int) -> None:
        """Send blanks after the body, up to so many bytes."""

    def drip_head(self, response: Response, seconds: float) -> None:
        """Send a head that never ends, byte by byte."""

    def send_raw(self, content: bytes) -> None:
        """Send bytes that need not be HTTP."""

    def break_off(self, kind: str, *, reset: bool) -> None:
        """End without an answer; `kind` is a word for why."""

    def reset(self) -> None:
        """Make the end a reset."""


class ConnectionCutError(Exception):
    """A request within the process that got no whole answer.

    Attributes:
        kind: "cut" (no answer at all), "hang" (none after a long wait), "garbage" (bytes that are no HTTP),
            "cut_body", "wrong_length" (the body ended before its announced length), "endless" (the body never
            ends), "drip_head" (the head never ends), "closed" (the server has stopped).
        applied: whether what was asked was done and stays done; False also where kintone refused it.
        received: whether the request's body was read.
        partial: the part of the answer's body that came; with "garbage" the bytes that came instead.
        response: status and header fields where the head came whole, else None.
        reset: whether the end was a reset.
    """

    def __init__(self, kind: str, *, partial: bytes = b"", response: Response | None = None) -> None:
        """Take what the client saw; the rest is filled in by who knows it."""
        super().__init__(kind)
        self.kind = kind
        self.partial = partial
        self.response = response
        self.applied = False
        self.received = False
        self.reset = False

    def __str__(self) -> str:
        """Return what happened, in a few words."""
        done = "applied" if self.applied else "not applied"
        return f"{self.kind} ({done}, {'reset' if self.reset else 'closed'}, {len(self.partial)} bytes came)"


class InProcessConnection:
    """One request within the process and what became of it."""

    def __init__(self, body: bytes, clock: Clock) -> None:
        """Take the request's body."""
        self._body = body
        self._clock = clock
        self.response: Response | None = None
        self.cut: ConnectionCutError | None = None

    def read_body(self, _head: Head) -> bytes:
        """Return the request's body."""
        return self._body

    def send(self, response: Response) -> None:
        """Keep a whole answer."""
        self.response = response

    def send_part(self, response: Response, size: int) -> None:
        """Keep a body that ends early; one that is all there is an answer like any other."""
        if size >= len(response.body):
            self.response = response
        else:
            self.cut = ConnectionCutError("cut_body", partial=response.body[:size], response=response)

    def send_with_length(self, response: Response, length: int) -> None:
        """Keep what a client makes of another length: a cut where it is greater, a shortened body where it is less."""
        if length > len(response.body):
            self.cut = ConnectionCutError("wrong_length", partial=response.body, response=response)
        else:
            self.response = replace(response, body=response.body[: max(0, length)])

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        """Let the pauses pass and keep the whole answer."""
        step = max(1, -(-len(response.body) // pieces))
        for _ in range(0, len(response.body), step):
            self._clock.sleep(seconds)
        self.response = response

    def send_endlessly(self, response: Response, _most: int) -> None:
        """Keep that it never ended."""
        self.cut = ConnectionCutError("endless", partial=response.body, response=response)

    def drip_head(self, _response: Response, _seconds: float) -> None:
        """Keep that the head never ended; no time passes here, so the caller decides how long it waits."""
        self.cut = ConnectionCutError("drip_head")

    def send_raw(self, content: bytes) -> None:
        """Keep what came instead of HTTP."""
        self.cut = ConnectionCutError("garbage", partial=content)

    def break_off(self, kind: str, *, reset: bool) -> None:
        """Keep that no answer came."""
        self.cut = self.cut or ConnectionCutError(kind)
        self.cut.reset = reset

    def reset(self) -> None:
        """Note that the end was a reset."""
        if self.cut is not None:
            self.cut.reset = True
