"""The output of the plugin's process: standard output, which is the protocol with Dify, and the log."""

import io
import logging
import os
import select
import stat
import sys
import threading
from contextlib import suppress
from types import TracebackType

import gevent
from dify_plugin.config.logger_format import plugin_logger_handler

if sys.platform == "linux":
    import fcntl

# Standard output

PIPE_BYTES = 1 << 20
"""The size that the pipe is set to where the system allows it, so that writes wait for the reader less often."""


class PipeOutput(io.TextIOBase):
    """Writes text as UTF-8 to a non-blocking pipe; the output of one ``write`` is never mixed with that of another."""

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
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Write all of the text, as ``write_bytes`` does."""
        self.write_bytes(text.encode())
        return len(text)

    def write_bytes(self, content: bytes) -> None:
        """Write text in UTF-8; while the pipe is full, wait for the reader and let other threads run."""
        left = memoryview(content)
        with self._lock:
            while left:
                try:
                    left = left[os.write(self._descriptor, left[:PIPE_BYTES]) :]
                except BlockingIOError:
                    select.select([], [self._descriptor], [])


def unblock_stdout() -> None:
    """Make standard output non-blocking if it is a pipe that standard error does not share; else change nothing."""
    if sys.platform == "win32":
        # ``select`` does not work on its pipes.
        return
    sys.stdout.flush()
    output, errors = os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno())
    is_shared = (output.st_dev, output.st_ino) == (errors.st_dev, errors.st_ino)
    if stat.S_ISFIFO(output.st_mode) and not is_shared:
        sys.stdout = PipeOutput(sys.stdout.fileno())
        # The SDK's log handler keeps the stream it found at import. Two writers would mix their lines.
        plugin_logger_handler.setStream(sys.stdout)


# The log

OUR_LOGGERS = ("kintone", "tools", "provider")
LIBRARY_LOGGERS = ("urllib3", "requests")

logger = logging.getLogger(__name__)


class _PlaceHandler(logging.Handler):
    """Replaces a library's message by its level, or the class of its exception, and the line of code."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place with this module's logger."""
        failed = record.exc_info[0] if record.exc_info else None
        kind = failed.__name__ if failed else record.levelname.lower()
        logger.log(record.levelno, "%s of %s, line %d", kind, record.name, record.lineno)


def connect_loggers() -> None:
    """Send our loggers' messages from INFO on to the SDK's handler; of libraries' warnings only the place."""
    for name in OUR_LOGGERS:
        ours = logging.getLogger(name)
        ours.setLevel(logging.INFO)
        if plugin_logger_handler not in ours.handlers:
            ours.addHandler(plugin_logger_handler)
        ours.propagate = False
    for name in LIBRARY_LOGGERS:
        # At DEBUG level they write whole addresses: queries, and the signatures of Dify's file links.
        logging.getLogger(name).setLevel(logging.WARNING)
    if not any(isinstance(handler, _PlaceHandler) for handler in logging.root.handlers):
        logging.root.addHandler(_PlaceHandler(logging.WARNING))


def hide_exception_texts() -> None:
    """Log only class and place of uncaught exceptions and of Python's warnings.

    Python and gevent print exceptions with their texts, and gevent prints the function's arguments too. The arguments
    of the SDK's functions are credentials and parameters.
    """
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda caught: _log_place(caught.exc_type, caught.exc_traceback)
    sys.unraisablehook = lambda caught: _log_place(caught.exc_type, caught.exc_traceback)
    gevent.get_hub().print_exception = lambda _context, kind, _value, trace: _log_place(kind, trace)


def _log_place(kind: type[BaseException], trace: TracebackType | None) -> None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno}" if trace else "an unknown place"
    logger.error("%s in %s", kind.__name__, place)
