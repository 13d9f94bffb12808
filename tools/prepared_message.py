"""Messages whose records are JSON already, written once instead of being copied and walked three times.

The SDK copies a message twice, node by node, before it writes the copy as JSON: half of the CPU time of a large one. So
the SDK is asked for the frame of a small message with a mark in it, and the records' JSON takes the place of the mark.
Wherever that is not possible the message is an ordinary one and goes the SDK's own way.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic import PrivateAttr

type Build = Callable[[Any], ToolInvokeMessage]


class PreparedMessage(ToolInvokeMessage):
    """A message like any other that also knows the JSON of its records."""

    _build: Build = PrivateAttr()
    _records_json: str = PrivateAttr()

    @classmethod
    def of(cls, build: Build, records: list[Any], records_json: str) -> "PreparedMessage":
        """Build the message around the records, of which ``records_json`` is the JSON on one line."""
        plain = build(records)
        message = cls(type=plain.type, message=plain.message, meta=plain.meta)
        message.prepare(build, records_json)
        return message

    def prepare(self, build: Build, records_json: str) -> None:
        """Keep how the message is built and the JSON to be built into it."""
        self._build = build
        self._records_json = records_json

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
        writer.write(f"{before}{self._records_json}{after}")
        return True
