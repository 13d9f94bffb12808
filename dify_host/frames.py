"""Lines of the plugin's stdout, read as frames of the stdio protocol."""

import re
from dataclasses import dataclass, field
from typing import Any

from dify_host import go_json
from dify_host.failures import HostViolation

LARGE_LINE = 16_384
_SHOWN = 200
_JSON_MESSAGE = re.compile(
    rb'\{"event":"session","session_id":"([^"\\]+)","data":\{"type":"stream","data":\{"type":"json",'
    rb'"message":\{"json_object":[\[{]',
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One line from the plugin.

    Attributes:
        event: `session`, `heartbeat`, `log`, `error`; empty for the manifest, which is no event.
        session_id: The session it belongs to, None where it belongs to the process.
        data: Its content: for a session `{"type": "stream|end|error|invoke", "data": {…}}`.
        size: Bytes of the line.
        has_line_end: It holds U+0085, at which Dify's API server takes the line apart.
    """

    event: str
    session_id: str | None
    data: dict[str, Any] = field(repr=False)
    size: int
    has_line_end: bool = False


def read_frame(line: bytes) -> Frame:
    """Return the frame that a line holds, its values as Dify's API server gets them; see `go_json`.

    Raises:
        HostViolation: The line is no JSON object, as after a stray `print`.
    """
    try:
        content = go_json.read(line)
    except ValueError as error:
        raise HostViolation(f"not a frame but a stray line on stdout: {_shown(line)}") from error
    if not isinstance(content, dict):
        raise HostViolation(f"not a frame but a stray JSON value on stdout: {_shown(line)}")
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
    """Return the session of a large JSON message without parsing it, None for every other line."""
    if len(line) < LARGE_LINE or not line.endswith(b"}"):
        return None
    match = _JSON_MESSAGE.match(line)
    return match.group(1).decode() if match else None


def unread_json(session_id: str, line: bytes) -> Frame:
    """Return the frame of a JSON message whose content nobody wants, of which only the line is looked at."""
    message = {"type": "json", "message": {"json_object": None}, "meta": None}
    frame = {"type": "stream", "data": message}
    return Frame("session", session_id, frame, len(line), has_line_end=go_json.has_line_end(line))


def _shown(line: bytes) -> str:
    text = line[:_SHOWN].decode(errors="replace")
    return repr(text) if len(line) <= _SHOWN else f"{text!r} and {len(line) - _SHOWN} more bytes"
