"""What an answer can be sent on: a socket's connection, or none at all within the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from local_kintone.wire.request import Head
    from local_kintone.wire.response import Response


class Line(Protocol):
    """One client, as the service sees it; every way to answer, and to fail to."""

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
