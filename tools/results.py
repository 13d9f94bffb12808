"""What a tool comes to, and the messages that Dify is sent of it, none longer than a line of its protocol may be.

Dify's daemon reads the plugin's output line by line and kills the whole plugin at a line over 5,242,880 bytes, with
every other call in it; the SDK splits files only. So each message is measured before it is sent.

A server may answer with what it was sent, so secrets are masked in everything but files. U+0085 breaks a call inside
Dify's API server, which takes it for a line end, so a line end takes its place (seen under Dify 1.14.2).
"""

import json
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import from_json, to_json

from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError
from kintone.messages import NOTHING, Message, Translate, counted, render
from tools.exact_numbers import holds_long_numbers, with_exact_numbers

LARGEST_MESSAGE = 4_000_000
"""Bytes of JSON in one message; the frame around it takes a few hundred more."""
NEXT_LINE: Final = "\x85"


class MarkedJson(ToolInvokeMessage.JsonMessage):
    """JSON with Dify's mark for agents, which read the text and would read everything twice; workflows get both.

    The SDK has no field for it, Dify's API server has: ``ToolInvokeMessage.JsonMessage.suppress_output``.
    """

    suppress_output: bool = True


@dataclass(frozen=True, slots=True)
class WrittenList:
    """Records as the JSON of a list on one line, without U+0085 and without secrets."""

    json: str = field(repr=False)

    def value(self) -> list[Any]:
        """Return the list."""
        content: list[Any] = from_json(self.json)
        return content


class PreparedMessage:
    """A message with records in it that are JSON already, written once instead of being copied and walked three times.

    The SDK copies a message twice, node by node, before it writes the copy as JSON: half of the CPU time of a large
    one. So the SDK is asked for the frame of a small message with a mark in it, and the records' JSON takes the place
    of the mark. Wherever that is not possible the message is an ordinary one and goes the SDK's own way.
    """

    def __init__(self, build: Callable[[Any], ToolInvokeMessage], records: WrittenList) -> None:
        """Keep how a message is built around the records."""
        self._build = build
        self._records = records

    def plain(self) -> ToolInvokeMessage:
        """Return the message as the SDK knows it."""
        return self._build(self._records.value())

    def write_to(self, session: Any) -> bool:  # noqa: ANN401 - the SDK ships no types
        """Write the frame to the session's own writer; False when the SDK must do it, nothing being written then."""
        session_id = getattr(session, "session_id", None)
        writer: Any = getattr(session, "writer", None)
        if not session_id or not hasattr(writer, "session_message_text"):
            return False
        mark = uuid.uuid4().hex
        frame: str = writer.session_message_text(session_id, writer.stream_object(self._build(mark)))
        before, found, after = frame.partition(json.dumps(mark))
        if not found or mark in after:
            return False
        writer.write(f"{before}{self._records.json}{after}")
        return True


type Sent = ToolInvokeMessage | PreparedMessage


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a call: lines of text for people and models, the JSON output and the result variables.

    ``remedy`` says what to do where one of them is too large for Dify. Of the JSON's entries, and of the variables, any
    may be a ``WrittenList``.
    """

    lines: Sequence[Message | str]
    json: Mapping[str, object] | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    remedy: Message = NOTHING

    def messages(self, redactor: Redactor, translate: Translate = str) -> list[Sent]:
        """Return all messages, so that one too large stops all of them; raises ``ResultTooLargeError``."""
        carrier = _Carrier(redactor)
        content = [] if self.json is None else [self._json(carrier, self.json)]
        variables = [self._variable(carrier, name, value) for name, value in self.variables.items()]
        text = "".join(f"{_rendered(line, translate)}\n" for line in self.lines)
        text = carrier.text(text)
        if carrier.replaced:
            text += f"{render(next_lines_told(carrier.replaced), translate)}\n"
        return [text_message(text), *content, *variables]

    def _json(self, carrier: "_Carrier", content: Mapping[str, object]) -> Sent:
        written = {name: value for name, value in content.items() if isinstance(value, WrittenList)}
        rest = carrier.data({name: value for name, value in content.items() if name not in written})
        refuse_oversize(size_of(rest) + _size_of_all(written.values()), Message("the JSON"), self.remedy)
        if not written:
            return json_message(rest)
        ((name, records),) = written.items()
        return PreparedMessage(lambda value: json_message({**rest, name: value}), records)

    def _variable(self, carrier: "_Carrier", name: str, value: object) -> Sent:
        what = Message("the variable {name}", name=name)
        if isinstance(value, WrittenList):
            refuse_oversize(_size_of_all([value]), what, self.remedy)
            return PreparedMessage(lambda records: variable_message(name, records), value)
        cleaned = carrier.data(value)
        refuse_oversize(size_of(cleaned), what, self.remedy)
        return variable_message(name, cleaned)


type Streaming = Generator[Sent, None, Result]


class _Carrier:
    """Takes out of what is sent secrets, numbers that would be rounded, and U+0085, and counts the latter."""

    def __init__(self, redactor: Redactor) -> None:
        self.replaced = 0
        self._redactor = redactor

    def text(self, text: str) -> str:
        return self._redactor.mask_data(self._without_next_lines(text))

    def data[Value](self, value: Value) -> Value:
        """Return the value, or a copy where something had to be taken out."""
        carried: Value = self._redactor.mask_data(value)
        written = to_json(carried)
        if holds_long_numbers(written):
            carried = with_exact_numbers(carried)
        return self._cleaned(carried) if NEXT_LINE.encode() in written else carried

    def _without_next_lines(self, text: str) -> str:
        self.replaced += text.count(NEXT_LINE)
        return text.replace(NEXT_LINE, "\n")

    def _cleaned(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        if isinstance(value, str):
            return self._without_next_lines(value)
        if isinstance(value, Mapping):
            return {self._without_next_lines(str(key)): self._cleaned(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self._cleaned(entry) for entry in value]
        return value


def _rendered(line: Message | str, translate: Translate) -> str:
    return render(line, translate) if isinstance(line, Message) else line


def next_lines_told(count: int) -> Message:
    """Say that U+0085 was replaced."""
    return counted(
        count,
        Message("1 character U+0085 (next line) was replaced by a line end, because Dify cannot carry it."),
        Message(
            "{count:,} characters U+0085 (next line) were replaced by line ends, because Dify cannot carry them.",
            count=count,
        ),
    )


def _size_of_all(written: Any) -> int:  # noqa: ANN401 - an iterable of WrittenList
    return sum(len(records.json.encode()) for records in written)


def size_of(value: object) -> int:
    """Return the bytes a value takes in a frame: compact JSON in UTF-8, as the SDK writes it."""
    return len(to_json(value))


def text_message(text: str) -> ToolInvokeMessage:
    """Return a message for people and models; raises ``ResultTooLargeError``."""
    refuse_oversize(size_of(text), Message("the text"))
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.TEXT,
        message=ToolInvokeMessage.TextMessage(text=text),
    )


def json_message(content: Mapping[str, object]) -> ToolInvokeMessage:
    """Return a message that ends up in the node's ``json`` list; its size is the caller's business."""
    return ToolInvokeMessage(type=ToolInvokeMessage.MessageType.JSON, message=MarkedJson(json_object=content))


def variable_message(name: str, value: Any) -> ToolInvokeMessage:  # noqa: ANN401 - whatever JSON holds
    """Return a message that sets a result variable; its size is the caller's business."""
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.VARIABLE,
        message=ToolInvokeMessage.VariableMessage(variable_name=name, variable_value=value),
    )


def refuse_oversize(size: int, what: Message, remedy: Message = NOTHING) -> None:
    """Raise ``ResultTooLargeError`` for more bytes than one message may have."""
    if size > LARGEST_MESSAGE:
        raise ResultTooLargeError(
            Message(
                "{what} would have {size:,} bytes, and one message to Dify holds {largest:,}",
                what=what,
                size=size,
                largest=LARGEST_MESSAGE,
            ),
            remedy=remedy,
        )
