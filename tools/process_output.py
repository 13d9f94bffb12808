"""What the plugin's process writes: standard output, which is the line to Dify, and the log."""

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


OUR_LOGGERS = ("kintone", "tools", "provider")
LIBRARY_LOGGERS = ("urllib3", "requests")

logger = logging.getLogger(__name__)


class _ByPlace(logging.Handler):
    """Tells of what a library said only which line of its code did, and of an exception its kind."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it in the name of this module."""
        failed = record.exc_info[0] if record.exc_info else None
        kind = failed.__name__ if failed else record.levelname.lower()
        logger.log(record.levelno, "%s of %s, line %d", kind, record.name, record.lineno)


def connect_loggers() -> None:
    """Send what our loggers say, from INFO on, through the SDK's handler; of libraries, from WARNING on, the place."""
    for name in OUR_LOGGERS:
        ours = logging.getLogger(name)
        ours.setLevel(logging.INFO)
        if plugin_logger_handler not in ours.handlers:
            ours.addHandler(plugin_logger_handler)
        ours.propagate = False
    for name in LIBRARY_LOGGERS:
        # At DEBUG level they write whole addresses: queries, and the signatures of Dify's file links.
        logging.getLogger(name).setLevel(logging.WARNING)
    if not any(isinstance(handler, _ByPlace) for handler in logging.root.handlers):
        logging.root.addHandler(_ByPlace(logging.WARNING))


def guard_stderr() -> None:
    """Have nothing but the kind and the place told of exceptions that nobody catches, and of Python's own warnings.

    Python and gevent print them with their texts, gevent also with the arguments of the function: the SDK's own are
    credentials and parameters.
    """
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda caught: _tell(caught.exc_type, caught.exc_traceback)
    sys.unraisablehook = lambda caught: _tell(caught.exc_type, caught.exc_traceback)
    gevent.get_hub().print_exception = lambda _context, kind, _value, trace: _tell(kind, trace)


def _tell(kind: type[BaseException], trace: TracebackType | None) -> None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno}" if trace else "an unknown place"
    logger.error("%s in %s", kind.__name__, place)
