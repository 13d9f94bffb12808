"""Scripts for the scripted plugin: lists of steps."""

import base64
from json import dumps as as_json
from typing import Any

Step = tuple[str, Any]


def message(kind: str, content: dict[str, Any], meta: dict[str, Any] | None = None) -> Step:
    """Send one message."""
    return ("message", {"type": kind, "message": content, "meta": meta})


def text(content: str) -> Step:
    """Send a text message."""
    return message("text", {"text": content})


def json(content: object, **beside: object) -> Step:
    """Send a JSON message with additional keys."""
    return message("json", {"json_object": content, **beside})


def written(step: Step, *, escaped: bool) -> Step:
    """Send a message as JSON that is encoded here, with or without escaped characters."""
    return ("written_message", as_json(step[1], separators=(",", ":"), ensure_ascii=escaped))


def variable(name: str, value: object, *, stream: bool = False) -> Step:
    """Send a variable message."""
    return message("variable", {"variable_name": name, "variable_value": value, "stream": stream})


def chunk(content: bytes, sequence: int, total: int, *, end: bool = False, meta: dict[str, Any] | None = None) -> Step:
    """Send one chunk of the blob `b`."""
    blob = {
        "id": "b",
        "sequence": sequence,
        "total_length": total,
        "blob": base64.b64encode(content).decode(),
        "end": end,
    }
    return message("blob_chunk", blob, meta)


def error(kind: str, sentence: str) -> Step:
    """Fail with an error frame in the format of the SDK."""
    data = {"error_type": kind, "message": sentence, "args": {"traceback": f"Traceback …\n{kind}: {sentence}"}}
    return ("session", {"type": "error", "data": data})
