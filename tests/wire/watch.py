"""Told by a process from its first line on: what it opens for writing, whom it connects to, what it starts.

Copied as ``sitecustomize.py`` into a folder of ``PYTHONPATH``, so it imports nothing of ours. Each line on stderr is
``MARK``, the event and what it is about.
"""

import os
import sys
from typing import Any

MARK = "watched: "
CONTROL = "control"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "sqlite3.connect", "tempfile.mkstemp")
STARTING = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system")

_write, _stderr = os.write, 2


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Tell of an event if it leaves something behind or reaches somebody."""
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & WRITING and not isinstance(path, int):
            _tell("open", path)
    elif event == "socket.connect":
        _tell(event, arguments[1])
    elif event in CHANGING or event in STARTING:
        _tell(event, arguments[0])


def _tell(event: str, what: object) -> None:
    _write(_stderr, f"{MARK}{event} {what!r}\n".encode())


if __name__ == "sitecustomize":
    sys.addaudithook(watch)
    with open(os.path.join(os.environ["TMPDIR"], CONTROL), "w", encoding="ascii"):  # noqa: PTH118, PTH123 - nothing else is imported
        pass
