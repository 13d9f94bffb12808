"""What a tool node has after a run that ended well."""

from dataclasses import dataclass, field
from typing import Any

from dify_host.blobs import OutputFile
from dify_host.limits import VARIABLE_BYTES
from dify_host.messages import Message, read_in_agent_app, read_in_agent_node

__all__ = ["Message", "Outcome", "OutputFile", "Traffic"]


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
        variable_bytes: Bytes of each output that came (`text`, `json`, names of variables): those of its lines, the
            hundred bytes around each message included.
        traffic: Lines, bytes and times.
    """

    text: str
    json: list[Any]
    variables: dict[str, Any]
    files: list[OutputFile]
    messages: list[Message] = field(repr=False)
    json_messages: int
    variable_bytes: dict[str, int]
    traffic: Traffic

    @property
    def over_variable_limit(self) -> list[str]:
        """The outputs that are too large for Dify's store of variables.

        A published run succeeds all the same; a run from the editor never ends for its user.
        """
        return [name for name, size in self.variable_bytes.items() if size > VARIABLE_BYTES]

    @property
    def agent_view(self) -> str:
        """What the model of an agent app reads; see `read_in_agent_app`."""
        return read_in_agent_app(self._all_messages())

    @property
    def agent_node_view(self) -> str:
        """What the model of an Agent node with an official strategy reads; see `read_in_agent_node`."""
        return read_in_agent_node(self._all_messages())

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

    def _all_messages(self) -> list[Message]:
        if sum(message.type == "json" for message in self.messages) < self.json_messages:
            raise ValueError("the JSON was not kept, and an agent reads it")
        return self.messages
