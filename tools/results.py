"""The result of a tool, and the messages made from it; each is short enough for one line of Dify's protocol."""

import json
import re
import sys
import uuid
from binascii import b2a_base64
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import from_json, to_json

from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.messages import NOTHING, Message, Translate, counted, render
from kintone.runtime import yield_thread

# Numbers that Dify would round

MAX_EXACT_NUMBER: Final = 2**53
_LONG_NUMBERS: Final = tuple(re.compile(before + rb"\s*-?[0-9]{16}") for before in (rb"^", rb":", rb"\[", rb","))
"""Matches a long number at each place where it can begin in JSON; one pattern for all takes twice as long."""
_ONLY_ZEROS: Final = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))


def holds_long_numbers(written: bytes) -> bool:
    """Tell whether JSON may contain a number of 16 digits or more; a text that looks like one counts too."""
    # Few pages hold so many digits in a row, and looking for as many zeros takes a quarter of the patterns' time.
    has_digits = b"0" * 16 in written.translate(_ONLY_ZEROS)
    return has_digits and any(pattern.search(written) for pattern in _LONG_NUMBERS)


def with_exact_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return decoded JSON in which each integer beyond 2^53 is replaced by its digits as text."""
    if isinstance(value, Mapping):
        return {key: with_exact_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [with_exact_numbers(entry) for entry in value]
    return str(value) if isinstance(value, int) and abs(value) > MAX_EXACT_NUMBER else value


# The result and its messages

MAX_MESSAGE_BYTES = 4_000_000
"""Bytes of JSON in one message; the protocol's frame around it takes a few hundred more."""
NEXT_LINE: Final = "\x85"


class MarkedJson(ToolInvokeMessage.JsonMessage):
    """JSON that Dify does not show to agents, since they read the text already; workflows get both.

    The SDK lacks this field. Dify's API server has it: ``ToolInvokeMessage.JsonMessage.suppress_output``.
    """

    suppress_output: bool = True


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list of records as JSON in UTF-8 on one line, without U+0085 and without secrets."""

    json: bytes = field(repr=False)

    def value(self) -> list[Any]:
        """Return the list."""
        content: list[Any] = from_json(self.json)
        return content


class PreparedMessage:
    """A message whose records are JSON already, so that they are not copied and encoded again.

    The SDK copies a message twice, node by node, before it encodes the copy: half of the CPU time of a large message.
    So the SDK encodes a small message with a placeholder, and the records' JSON replaces the placeholder. If that is
    not possible, the SDK sends the message in the ordinary way.
    """

    def __init__(self, build: Callable[[Any], ToolInvokeMessage], records: WrittenList) -> None:
        """Keep the records and the function that builds the message around them."""
        self._build = build
        self._records = records

    def plain(self) -> ToolInvokeMessage:
        """Return the message as the SDK's own type."""
        return self._build(self._records.value())

    def write_to(self, session: Any) -> bool:  # noqa: ANN401 - the SDK ships no types
        """Write the message with the session's writer; False if nothing was written and the SDK must send it."""
        placeholder = uuid.uuid4().hex
        frame = _frame_of(session, self._build(placeholder))
        before, found, after = frame.partition(json.dumps(placeholder))
        if not found or placeholder in after:
            return False
        _write(session.writer, before, self._records.json, after)
        return True


class PreparedChunk:
    """One chunk of a file. All chunks have the frame that the SDK makes of one, with their own number and content."""

    def __init__(self, file: "_ChunkedFile", sequence: int, content: bytes) -> None:
        """Keep the chunk; ``sequence`` counts from 0."""
        self._file = file
        self._sequence = sequence
        self._content = content

    def plain(self) -> ToolInvokeMessage:
        """Return the message as the SDK's own type."""
        return self._file.message(self._sequence, self._content)

    def write_to(self, session: Any) -> bool:  # noqa: ANN401 - the SDK ships no types
        """Write the message with the session's writer; False if nothing was written and the SDK must send it."""
        frame = self._file.frame(session, self._sequence, self._content)
        if frame:
            session.writer.write(frame)
        return bool(frame)


def _frame_of(session: Any, message: ToolInvokeMessage) -> str:  # noqa: ANN401 - the SDK ships no types
    """Return the frame that the SDK would write, ``""`` where the session has no writer that can tell it."""
    session_id = getattr(session, "session_id", None)
    writer: Any = getattr(session, "writer", None)
    if not session_id or not hasattr(writer, "session_message_text"):
        return ""
    frame: str = writer.session_message_text(session_id, writer.stream_object(message))
    return frame


def _write(writer: Any, before: str, content: bytes, after: str) -> None:  # noqa: ANN401 - likewise
    """Write a frame; to standard output as bytes where it takes them, since decoding and encoding takes long."""
    write_bytes = getattr(sys.stdout, "write_bytes", None)
    if write_bytes and isinstance(writer, StdioResponseWriter):
        write_bytes(b"".join((before.encode(), content, after.encode())))
    else:
        writer.write(f"{before}{content.decode()}{after}")


type OutgoingMessage = ToolInvokeMessage | PreparedMessage | PreparedChunk


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a call: lines of text for people and models, the JSON output and the result variables.

    ``remedy`` advises what to do if one of them is too large for Dify. Any variable, and one entry of the JSON, may be
    a ``WrittenList``.
    """

    lines: Sequence[Message | str]
    json: Mapping[str, object] | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    remedy: Message = NOTHING

    def messages(self, redactor: Redactor, translate: Translate = str) -> list[OutgoingMessage]:
        """Return all messages; raises ``ResultTooLargeError`` before any is sent if one is too large."""
        sanitizer = _Sanitizer(redactor)
        content = [] if self.json is None else [self._json(sanitizer, self.json)]
        variables = [self._variable(sanitizer, name, value) for name, value in self.variables.items()]
        text = "".join(f"{_rendered(line, translate)}\n" for line in self.lines)
        text = sanitizer.text(text)
        if sanitizer.replaced:
            text += f"{render(next_lines_warning(sanitizer.replaced), translate)}\n"
        return [text_message(text), *content, *variables]

    def _json(self, sanitizer: "_Sanitizer", content: Mapping[str, object]) -> OutgoingMessage:
        written = {name: value for name, value in content.items() if isinstance(value, WrittenList)}
        rest = sanitizer.data({name: value for name, value in content.items() if name not in written})
        refuse_oversize(size_of(rest) + _size_of_all(written.values()), Message("the JSON"), self.remedy)
        if not written:
            return json_message(rest)
        ((name, records),) = written.items()
        return PreparedMessage(lambda value: json_message({**rest, name: value}), records)

    def _variable(self, sanitizer: "_Sanitizer", name: str, value: object) -> OutgoingMessage:
        content = Message("the variable {name}", name=name)
        if isinstance(value, WrittenList):
            refuse_oversize(_size_of_all([value]), content, self.remedy)
            return PreparedMessage(lambda records: variable_message(name, records), value)
        cleaned = sanitizer.data(value)
        refuse_oversize(size_of(cleaned), content, self.remedy)
        return variable_message(name, cleaned)


type Streaming = Generator[OutgoingMessage, None, Result]


class _Sanitizer:
    """Replaces secrets, numbers that Dify would round, and U+0085, and counts the latter."""

    def __init__(self, redactor: Redactor) -> None:
        self.replaced = 0
        self._redactor = redactor

    def text(self, text: str) -> str:
        return self._redactor.mask_data(self._without_next_lines(text))

    def data[Value](self, value: Value) -> Value:
        """Return the value, or a copy of it if something had to be replaced."""
        sent: Value = self._redactor.mask_data(value)
        written = to_json(sent)
        if holds_long_numbers(written):
            sent = with_exact_numbers(sent)
        return self._replaced(sent) if NEXT_LINE.encode() in written else sent

    def _without_next_lines(self, text: str) -> str:
        self.replaced += text.count(NEXT_LINE)
        return text.replace(NEXT_LINE, "\n")

    def _replaced(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        if isinstance(value, str):
            return self._without_next_lines(value)
        if isinstance(value, Mapping):
            return {self._without_next_lines(str(key)): self._replaced(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self._replaced(entry) for entry in value]
        return value


def _rendered(line: Message | str, translate: Translate) -> str:
    return render(line, translate) if isinstance(line, Message) else line


def next_lines_warning(count: int) -> Message:
    """Return the sentence that U+0085 was replaced."""
    return counted(
        count,
        Message("1 character U+0085 (next line) was replaced by a line end, because Dify cannot carry it."),
        Message(
            "{count:,} characters U+0085 (next line) were replaced by line ends, because Dify cannot carry them.",
            count=count,
        ),
    )


def _size_of_all(written: Any) -> int:  # noqa: ANN401 - an iterable of WrittenList
    return sum(len(records.json) for records in written)


# One message


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
    """Return a message for the node's ``json`` list; the caller checks its size."""
    return ToolInvokeMessage(type=ToolInvokeMessage.MessageType.JSON, message=MarkedJson(json_object=content))


def variable_message(name: str, value: Any) -> ToolInvokeMessage:  # noqa: ANN401 - whatever JSON holds
    """Return a message that sets a result variable; the caller checks its size."""
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.VARIABLE,
        message=ToolInvokeMessage.VariableMessage(variable_name=name, variable_value=value),
    )


def refuse_oversize(size: int, content: Message, remedy: Message = NOTHING) -> None:
    """Raise ``ResultTooLargeError`` if ``content`` has more bytes than one message may have."""
    if size > MAX_MESSAGE_BYTES:
        raise ResultTooLargeError(
            Message(
                "{content} would have {size:,} bytes, and one message to Dify holds {largest:,}",
                content=content,
                size=size,
                largest=MAX_MESSAGE_BYTES,
            ),
            remedy=remedy,
        )


# Files in chunks

CHUNK_BYTES = 8192
"""Dify refuses larger chunks (``chunk_merger.py`` of its API server)."""


def blob_chunks(chunks: Iterable[bytes], total_length: int, filename: str, mime_type: str) -> Iterator[OutgoingMessage]:
    """Yield the messages of one file; ``chunks`` may have any size, and ``total_length`` is their sum in bytes.

    Raises ``UnknownResponseError`` if the sum differs. Dify drops an incomplete file when the call fails.
    """
    file = _ChunkedFile(total_length, {"filename": filename, "mime_type": mime_type})
    sent = 0
    sequence = -1
    for sequence, content in enumerate(_of_chunk_size(chunks)):
        sent += len(content)
        if sent > total_length:
            break
        yield PreparedChunk(file, sequence, content)
    if sent != total_length:
        raise UnknownResponseError(
            Message("the file does not have the {length} bytes that were announced for it", length=total_length)
        )
    yield file.message(sequence + 1, b"", end=True)


def _of_chunk_size(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        # If source and reader are both fast, nothing else lets the other calls of this process run.
        yield_thread()
        buffer += chunk
        whole = len(buffer) - len(buffer) % CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            yield bytes(buffer[start : start + CHUNK_BYTES])
        del buffer[:whole]
    if buffer:
        yield bytes(buffer)


class _ChunkedFile:
    """What the messages of one file have in common, and their frame, which the SDK makes once."""

    def __init__(self, total_length: int, meta: dict[str, str]) -> None:
        self._identity = uuid.uuid4().hex
        self._total_length = total_length
        self._meta = meta
        self._content_placeholder = uuid.uuid4().bytes
        self._sequence_placeholder = uuid.uuid4().int % MAX_EXACT_NUMBER + MAX_EXACT_NUMBER
        self._frame: str | None = None

    def message(self, sequence: int, content: bytes, *, end: bool = False) -> ToolInvokeMessage:
        """Return a message as the SDK's own type."""
        return ToolInvokeMessage(
            type=ToolInvokeMessage.MessageType.BLOB_CHUNK,
            message=ToolInvokeMessage.BlobChunkMessage(
                id=self._identity, sequence=sequence, total_length=self._total_length, blob=content, end=end
            ),
            meta=self._meta,
        )

    def frame(self, session: Any, sequence: int, content: bytes) -> str:  # noqa: ANN401 - the SDK ships no types
        """Return the frame of a chunk as the SDK would write it, ``""`` where only the SDK can write it."""
        number, text = str(self._sequence_placeholder), _base64(self._content_placeholder)
        if self._frame is None:
            frame = _frame_of(session, self.message(self._sequence_placeholder, self._content_placeholder))
            self._frame = frame if frame.count(number) == frame.count(text) == 1 else ""
        return self._frame.replace(number, str(sequence)).replace(text, _base64(content))


def _base64(content: bytes) -> str:
    return b2a_base64(content, newline=False).decode()
