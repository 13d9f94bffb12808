"""Implements the stdio protocol directly and executes the script in the parameters of a call."""

import json
import os
import sys
import threading
import time
from collections import defaultdict
from typing import Any

LOCK = threading.Lock()
FLAGS: defaultdict[str, threading.Event] = defaultdict(threading.Event)
START = os.environ.get("SCRIPTED_START", "")


def write(text: str) -> None:
    """Write a complete text to stdout."""
    with LOCK:
        sys.stdout.write(text)
        sys.stdout.flush()


def frame(event: str, session_id: str | None, data: object) -> None:
    """Write one frame in the SDK's format."""
    content = {"event": event, "session_id": session_id, "data": data}
    write(json.dumps(content, separators=(",", ":")) + "\n\n")


def step(session_id: str, kind: str, value: Any) -> None:  # noqa: ANN401 - each kind has its own
    """Execute one step of a call's script."""
    if kind == "message":
        frame("session", session_id, {"type": "stream", "data": value})
    elif kind == "written_message":
        write(f'{{"event":"session","session_id":"{session_id}","data":{{"type":"stream","data":{value}}}}}\n')
    elif kind == "text_bytes":
        message = {"type": "text", "message": {"text": "x" * value}, "meta": None}
        frame("session", session_id, {"type": "stream", "data": message})
    elif kind == "line_bytes":
        write("y" * (value - 1) + "\n")
    elif kind == "session":
        frame("session", session_id, value)
    elif kind == "frame":
        frame(value["event"], value.get("session_id"), value.get("data"))
    elif kind == "raw":
        write(value)
    else:
        act(kind, value)


def act(kind: str, value: Any) -> None:  # noqa: ANN401 - each kind has its own
    """Execute a step that does not send a frame."""
    if kind == "raise_flag":
        FLAGS[value].set()
    elif kind == "await_flag":
        FLAGS[value].wait()
    elif kind == "pause":
        time.sleep(value)
    elif kind == "exit":
        sys.stderr.write("scripted: going away\n")
        sys.stderr.flush()
        os._exit(value)


def answer(request: dict[str, Any]) -> None:
    """Answer one request."""
    session_id, data = request["session_id"], request["data"]
    if "raise" in data["credentials"]:
        frame("session", session_id, {"type": "error", "data": {"error_type": data["credentials"]["raise"]}})
    if data["action"] == "validate_tool_credentials":
        frame("session", session_id, {"type": "stream", "data": {"result": data["credentials"].get("good", False)}})
    parameters = data.get("tool_parameters", {})
    if data.get("tool") == "echo":
        received = {"variable_name": "received", "variable_value": parameters}
        step(session_id, "message", {"type": "variable", "message": received})
    for kind, value in parameters.get("script", []):
        step(session_id, kind, value)
    frame("session", session_id, {"type": "end", "data": {}})


def main() -> None:
    """Send the manifest and answer requests until the process is killed."""
    if START == "stray":
        write("hello from an import\n")
    if START == "exit":
        raise SystemExit("scripted: no module named anything")
    write(json.dumps({"name": "scripted", "plugins": {"tools": ["provider/scripted.yaml"]}}) + "\n\n")
    frame("log", None, {"level": "INFO", "message": "Installed tool: script", "timestamp": 1.5})
    frame("heartbeat", None, {})
    for line in sys.stdin:
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()


main()
