"""What a tool node has after a run that ended well."""

from dataclasses import dataclass, field
from typing import Any

from dify_host.blobs import OutputFile

__all__ = ["Message", "Outcome", "OutputFile", "Traffic"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a tool; the chunks of a file count as one message of type `blob`.

    Attributes:
        type: `text`, `json`, `variable`, `blob`, `link`, `image`, `log`, ….
        content: The message itself, for instance `{"text": …}`; empty for a blob and for JSON that was not kept.
        meta: The message's meta keys.
        size: Bytes of its line; for a blob the bytes of the file.
    """

    type: str
    content: dict[str, Any]
    meta: dict[str, Any]
    size: int


@dataclass(slots=True)
class Traffic:
    """What came over the line for one call, in bytes and in seconds since the request."""

    lines: int = 0
    bytes: int = 0
    longest_line: int = 0
    first_message_after: float | None = None
    finished_after: float = 0.0

    def count(self, size: int, seconds: float, *, is_message: bool) -> None:
        """Add a line of so many bytes that came so many seconds after the request."""
        self.lines += 1
        self.bytes += size
        self.longest_line = max(self.longest_line, size)
        self.finished_after = seconds
        if is_message and self.first_message_after is None:
            self.first_message_after = seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outputs of a tool node, as the next node of a workflow sees them.

    Attributes:
        text: All text messages, joined without a separator.
        json: All JSON messages that were not empty; `[{"data": []}]` where there was none.
        variables: Last value of each variable; stream variables joined.
        files: The files, named and typed by Dify's rules.
        messages: All messages in their order, JSON messages only where they were kept.
        json_messages: How many JSON messages came, kept or not.
        traffic: Lines, bytes and times.
    """

    text: str
    json: list[Any]
    variables: dict[str, Any]
    files: list[OutputFile]
    messages: list[Message] = field(repr=False)
    json_messages: int
    traffic: Traffic

    @property
    def longest_line(self) -> int:
        """Bytes of the longest line of this call."""
        return self.traffic.longest_line

    @property
    def first_message_after(self) -> float | None:
        """Seconds from the request to its first message; None where none came."""
        return self.traffic.first_message_after

    @property
    def finished_after(self) -> float:
        """Seconds from the request to its end."""
        return self.traffic.finished_after

    @property
    def lines(self) -> int:
        """Lines of this call."""
        return self.traffic.lines

    @property
    def bytes(self) -> int:
        """Bytes of all lines of this call."""
        return self.traffic.bytes
