"""Reports from the start of a process which files it opens for writing, where it connects and what it starts.

Copied as ``sitecustomize.py`` into a folder of ``PYTHONPATH``, so it imports nothing of this project. Each line on
stderr is ``MARK``, the event and its argument.
"""

import os
import sys
from typing import Any

MARK = "audit: "
CONTROL_FILE = "control"
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DISK_EVENTS = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "sqlite3.connect", "tempfile.mkstemp")
PROCESS_EVENTS = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system")

_write, _stderr = os.write, 2


def report_event(event: str, arguments: tuple[Any, ...]) -> None:
    """Report an event that leaves something on disk, connects or starts a process."""
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & WRITE_FLAGS and not isinstance(path, int):
            _report("open", path)
    elif event == "socket.connect":
        _report(event, arguments[1])
    elif event in DISK_EVENTS or event in PROCESS_EVENTS:
        _report(event, arguments[0])


def _report(event: str, argument: object) -> None:
    _write(_stderr, f"{MARK}{event} {argument!r}\n".encode())


if __name__ == "sitecustomize":
    sys.addaudithook(report_event)
    with open(os.path.join(os.environ["TMPDIR"], CONTROL_FILE), "w", encoding="ascii"):  # noqa: PTH118, PTH123 - nothing else is imported
        pass
