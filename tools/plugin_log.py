"""Handing our loggers to Dify's log; stdout itself belongs to the protocol.

What libraries say, and an exception that nobody caught, may hold whole addresses, requests and credentials: only their
place and kind are told.
"""

import logging
import sys
import threading
from types import TracebackType

import gevent
from dify_plugin.config.logger_format import plugin_logger_handler

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
