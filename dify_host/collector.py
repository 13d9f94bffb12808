"""Collects a tool's messages into the outputs of a tool node by the rules of Dify's workflow engine."""

from collections.abc import Callable
from typing import Any

from dify_host.blobs import BlobMerger, OutputFile
from dify_host.failures import UNNAMED_PLUGIN, HostViolation, PluginFailure
from dify_host.frames import Frame
from dify_host.limits import FILE_BYTES, RESERVED_VARIABLES
from dify_host.messages import Message
from dify_host.outcome import Outcome, Traffic

OnMessage = Callable[[Message], None]
_RECORDED_ONLY = frozenset({"image", "image_link", "log", "retriever_resources"})


class Collector:
    """Collects the frames of one session until it ends."""

    def __init__(
        self,
        *,
        plugin: str = UNNAMED_PLUGIN,
        keep_json: bool = True,
        max_file_bytes: int = FILE_BYTES,
        on_message: OnMessage | None = None,
    ) -> None:
        """Start empty.

        Args:
            plugin: Dify's name of the plugin in failure texts.
            keep_json: Whether JSON messages are stored; otherwise they are only counted.
            max_file_bytes: Dify's limit for one file.
            on_message: Called with every message when it arrives.
        """
        self._plugin = plugin
        self._keep_json = keep_json
        self._on_message = on_message
        self._blobs = BlobMerger(max_file_bytes)
        self._text: list[str] = []
        self._json: list[Any] = []
        self._json_messages = 0
        self._variables: dict[str, Any] = {}
        self._variable_bytes: dict[str, int] = {}
        self._files: list[OutputFile] = []
        self._messages: list[Message] = []
        self.results: list[dict[str, Any]] = []
        self.traffic = Traffic()

    def take(self, frame: Frame, seconds: float) -> bool:
        """Add a frame that arrived a number of seconds after the request; return True for the last frame.

        Raises:
            PluginFailure: The plugin raised an exception.
            HostViolation: The plugin sent something that Dify refuses.
        """
        frame_type, data = frame.data.get("type"), frame.data.get("data") or {}
        self.traffic.count(frame.size, seconds, is_message=frame_type == "stream")
        if frame.has_line_end:
            raise HostViolation(f"U+0085 in a frame ({frame_type}): Dify splits the line there, and the call fails")
        if frame_type == "end":
            return True
        if frame_type == "error":
            traceback = (data.get("args") or {}).get("traceback", "")
            raise PluginFailure(str(data.get("error_type")), str(data.get("message")), str(traceback), self._plugin)
        if frame_type != "stream":
            raise HostViolation(f"a backwards invocation of Dify without permission: {frame_type!r}")
        self._take_stream(data, frame.size)
        return False

    def outcome(self) -> Outcome:
        """Return the outputs of a session that ended without an error.

        Raises:
            HostViolation: A file has no last chunk.
        """
        if self._blobs.unfinished:
            raise HostViolation(f"{self._blobs.unfinished} file(s) without their last chunk")
        return Outcome(
            text="".join(self._text),
            json=self._json or [{"data": []}],
            variables=self._variables,
            files=self._files,
            messages=self._messages,
            json_messages=self._json_messages,
            variable_bytes=self._variable_bytes,
            traffic=self.traffic,
        )

    def _take_stream(self, data: dict[str, Any], size: int) -> None:
        if "type" not in data:
            self.results.append(data)
            return
        message = Message(str(data["type"]), data.get("message") or {}, data.get("meta") or {}, size)
        if message.type == "blob_chunk":
            file = self._blobs.take(message.content, message.meta)
            if file is None:
                return
            self._files.append(file)
            message = Message("blob", {}, message.meta, len(file.content))
        else:
            self._add_to_output(message)
        if self._keep_json or message.type != "json":
            self._messages.append(message)
        if self._on_message is not None:
            self._on_message(message)

    def _add_to_output(self, message: Message) -> None:
        if message.type == "text":
            self._text.append(_text_of(message))
            self._add_size("text", message)
        elif message.type == "link":
            self._text.append(f"Link: {_text_of(message)}\n")
            self._add_size("text", message)
        elif message.type == "json":
            self._take_json(message)
        elif message.type == "variable":
            self._take_variable(message)
        elif message.type not in _RECORDED_ONLY:
            raise HostViolation(f"a message of the unknown type {message.type!r}")

    def _take_json(self, message: Message) -> None:
        self._json_messages += 1
        self._add_size("json", message)
        content = message.content.get("json_object")
        if self._keep_json and content:
            self._json.append(content)

    def _take_variable(self, message: Message) -> None:
        name, value = message.content.get("variable_name"), message.content.get("variable_value")
        if not isinstance(name, str) or not name:
            raise HostViolation(f"a variable without a name: {name!r}")
        if name in RESERVED_VARIABLES:
            raise HostViolation(f"The variable name '{name}' is reserved.")
        if not message.content.get("stream"):
            self._variables[name] = value
            self._variable_bytes[name] = message.size
        elif isinstance(value, str):
            self._variables[name] = f"{self._variables.get(name, '')}{value}"
            self._add_size(name, message)
        else:
            raise HostViolation(f"When 'stream' is True, 'variable_value' must be a string: {name}")

    def _add_size(self, output: str, message: Message) -> None:
        self._variable_bytes[output] = self._variable_bytes.get(output, 0) + message.size


def _text_of(message: Message) -> str:
    text = message.content.get("text")
    if not isinstance(text, str):
        raise HostViolation(f"a {message.type} message without text")
    return text
