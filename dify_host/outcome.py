"""The outputs of a tool node after a successful run."""

from dataclasses import dataclass, field
from typing import Any

from dify_host.blobs import OutputFile
from dify_host.limits import VARIABLE_BYTES
from dify_host.messages import Message, agent_app_observation, agent_node_observation

__all__ = ["Message", "Outcome", "OutputFile", "Traffic"]


@dataclass(slots=True)
class Traffic:
    """Statistics of the received lines of one call, in bytes and in seconds since the request."""

    lines: int = 0
    bytes: int = 0
    longest_line: int = 0
    first_message_after: float | None = None
    finished_after: float = 0.0

    def count(self, size: int, seconds: float, *, is_message: bool) -> None:
        """Add a line with its size and its time since the request."""
        self.lines += 1
        self.bytes += size
        self.longest_line = max(self.longest_line, size)
        self.finished_after = seconds
        if is_message and self.first_message_after is None:
            self.first_message_after = seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outputs of a tool node for the next nodes of a workflow.

    Attributes:
        text: All text messages, joined without a separator.
        json: All JSON messages that were not empty; `[{"data": []}]` if there were none.
        variables: Last value of each variable; the parts of stream variables are joined.
        files: The files with Dify's names and types.
        messages: All messages in their order; JSON messages only if they were stored.
        json_messages: Number of JSON messages, stored or not.
        variable_bytes: Bytes of each output (`text`, `json`, names of variables): the sum of its lines, including
            about a hundred bytes of envelope per message.
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
        """The outputs that are too large for Dify's variable store.

        A published run still succeeds; a run from the editor never ends for its user.
        """
        return [name for name, size in self.variable_bytes.items() if size > VARIABLE_BYTES]

    @property
    def agent_view(self) -> str:
        """The text for the model of an agent app; see `agent_app_observation`."""
        return agent_app_observation(self._all_messages())

    @property
    def agent_node_view(self) -> str:
        """The text for the model of an Agent node with an official strategy; see `agent_node_observation`."""
        return agent_node_observation(self._all_messages())

    @property
    def longest_line(self) -> int:
        """Bytes of the longest line of this call."""
        return self.traffic.longest_line

    @property
    def first_message_after(self) -> float | None:
        """Seconds from the request to its first message; None if there is none."""
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
            raise ValueError("the JSON messages were not stored, but an agent's view needs them")
        return self.messages
