"""Parses lines of the plugin's stdout as frames of the stdio protocol."""

import re
from dataclasses import dataclass, field
from typing import Any

from dify_host import go_json
from dify_host.failures import HostViolation

LARGE_LINE_BYTES = 16_384
_PREVIEW_BYTES = 200
_JSON_MESSAGE = re.compile(
    rb'\{"event":"session","session_id":"([^"\\]+)","data":\{"type":"stream","data":\{"type":"json",'
    rb'"message":\{"json_object":[\[{]',
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One line from the plugin.

    Attributes:
        event: `session`, `heartbeat`, `log`, `error`; empty for the manifest, which is not an event.
        session_id: The session; None for a frame of the process.
        data: The content: for a session `{"type": "stream|end|error|invoke", "data": {…}}`.
        size: Bytes of the line.
        has_line_end: The line contains U+0085, at which Dify's API server splits it.
    """

    event: str
    session_id: str | None
    data: dict[str, Any] = field(repr=False)
    size: int
    has_line_end: bool = False


def read_frame(line: bytes) -> Frame:
    """Parse a line into a frame with the values that Dify's API server receives; see `go_json`.

    Raises:
        HostViolation: The line is not a JSON object, for example after a stray `print`.
    """
    try:
        content = go_json.read(line)
    except ValueError as error:
        raise HostViolation(f"a stray line on stdout instead of a frame: {_preview(line)}") from error
    if not isinstance(content, dict):
        raise HostViolation(f"a stray JSON value on stdout instead of a frame: {_preview(line)}")
    if "event" not in content:
        return Frame("", None, content, len(line))
    data = content.get("data")
    return Frame(
        str(content["event"]),
        content.get("session_id"),
        data if isinstance(data, dict) else {},
        len(line),
        has_line_end=go_json.has_line_end(line),
    )


def session_of_large_json(line: bytes) -> str | None:
    """Return the session of a large JSON message without parsing it; None for all other lines."""
    if len(line) < LARGE_LINE_BYTES or not line.endswith(b"}"):
        return None
    match = _JSON_MESSAGE.match(line)
    return match.group(1).decode() if match else None


def frame_without_json(session_id: str, line: bytes) -> Frame:
    """Return the frame of a JSON message without its content; the line is not parsed."""
    message = {"type": "json", "message": {"json_object": None}, "meta": None}
    frame = {"type": "stream", "data": message}
    return Frame("session", session_id, frame, len(line), has_line_end=go_json.has_line_end(line))


def _preview(line: bytes) -> str:
    text = line[:_PREVIEW_BYTES].decode(errors="replace")
    return repr(text) if len(line) <= _PREVIEW_BYTES else f"{text!r} and {len(line) - _PREVIEW_BYTES} more bytes"
