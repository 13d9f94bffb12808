"""What a tool comes to, and the messages that Dify is sent of it, none longer than a line of its protocol may be."""

import json
import re
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import from_json, to_json

from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.messages import NOTHING, Message, Translate, counted, render
from kintone.runtime import yield_thread

MAX_EXACT_NUMBER: Final = 2**53
_LONG_NUMBERS: Final = tuple(re.compile(mark + rb"-?[0-9]{16}") for mark in (rb"^", rb":", rb"\[", rb","))
"""Where a long number may begin in compact JSON; one pattern each, which takes half the time of one for all."""


def holds_long_numbers(written: bytes) -> bool:
    """Tell whether compact JSON may hold such a number; a text that looks like one counts too."""
    return any(pattern.search(written) for pattern in _LONG_NUMBERS)


def with_exact_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON holds with a text of digits in the place of each whole number beyond 2^53."""
    if isinstance(value, Mapping):
        return {key: with_exact_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [with_exact_numbers(entry) for entry in value]
    return str(value) if isinstance(value, int) and abs(value) > MAX_EXACT_NUMBER else value


MAX_MESSAGE_BYTES = 4_000_000
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
    if size > MAX_MESSAGE_BYTES:
        raise ResultTooLargeError(
            Message(
                "{what} would have {size:,} bytes, and one message to Dify holds {largest:,}",
                what=what,
                size=size,
                largest=MAX_MESSAGE_BYTES,
            ),
            remedy=remedy,
        )


CHUNK_BYTES = 8192
"""Dify refuses chunks of more bytes (``chunk_merger.py`` of its API server)."""


def blob_chunks(
    chunks: Iterable[bytes], total_length: int, filename: str, mime_type: str
) -> Iterator[ToolInvokeMessage]:
    """Yield the messages of one file; ``chunks`` may have any sizes, ``total_length`` is their sum.

    Raises ``UnknownResponseError`` when the sum is another one; Dify drops what it has of a file when the call fails.
    """
    identity = uuid.uuid4().hex
    meta = {"filename": filename, "mime_type": mime_type}
    sent = 0
    sequence = -1
    for sequence, content in enumerate(_of_chunk_size(chunks)):
        sent += len(content)
        if sent > total_length:
            break
        yield _message(identity, sequence, total_length, content, meta)
    if sent != total_length:
        raise UnknownResponseError(
            Message("the file does not have the {length} bytes that were announced for it", length=total_length)
        )
    yield _message(identity, sequence + 1, total_length, b"", meta, end=True)


def _of_chunk_size(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        # Where both ends are fast nothing else gives the other calls of this process their turn.
        yield_thread()
        buffer += chunk
        whole = len(buffer) - len(buffer) % CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            yield bytes(buffer[start : start + CHUNK_BYTES])
        del buffer[:whole]
    if buffer:
        yield bytes(buffer)


def _message(  # noqa: PLR0913 - the fields of the SDK's message
    identity: str, sequence: int, total_length: int, content: bytes, meta: dict[str, str], *, end: bool = False
) -> ToolInvokeMessage:
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.BLOB_CHUNK,
        message=ToolInvokeMessage.BlobChunkMessage(
            id=identity, sequence=sequence, total_length=total_length, blob=content, end=end
        ),
        meta=meta,
    )
