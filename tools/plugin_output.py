"""Standard output, which is the line to Dify, written so that a Dify that does not read stops nobody but the writer.

A write to a full pipe would stop the whole process: all its calls, their time limits and its heartbeat. The SDK patches
sockets and ``select``, but not this stream.
"""

import io
import os
import select
import stat
import sys
import threading
from contextlib import suppress

from dify_plugin.config.logger_format import plugin_logger_handler

if sys.platform == "linux":
    import fcntl

PIPE_BYTES = 1 << 20
"""What the pipe is asked to hold, where the system lets it: each wait for the reader costs more than a write."""


class PatientOutput(io.TextIOBase):
    """Writes text as UTF-8 to a pipe that does not block; one call of ``write`` is never mixed with another."""

    def __init__(self, descriptor: int) -> None:
        """Take over the file descriptor of the pipe."""
        os.set_blocking(descriptor, False)
        if sys.platform == "linux":
            # The system may allow less.
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Write all of it, waiting for the reader where the pipe is full; other threads go on meanwhile."""
        left = memoryview(text.encode())
        with self._lock:
            while left:
                try:
                    left = left[os.write(self._descriptor, left[:PIPE_BYTES]) :]
                except BlockingIOError:
                    select.select([], [self._descriptor], [])
        return len(text)


def take_over_stdout() -> None:
    """Have standard output written patiently where it is a pipe of its own; a terminal or a file stays as it is."""
    if sys.platform == "win32":
        # Its pipes cannot be waited for.
        return
    sys.stdout.flush()
    output, errors = os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno())
    is_shared = (output.st_dev, output.st_ino) == (errors.st_dev, errors.st_ino)
    if stat.S_ISFIFO(output.st_mode) and not is_shared:
        sys.stdout = PatientOutput(sys.stdout.fileno())
        # The SDK's handler holds the stream that it found at import; both would write into each other's lines.
        plugin_logger_handler.setStream(sys.stdout)
