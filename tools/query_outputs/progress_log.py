"""Telling the log how far a long reading has come."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 2.0


class ProgressLog:
    """Called after each page; says something only now and then, so that short readings say nothing."""

    def __init__(self, app: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock."""
        self._app = app
        self._clock = clock
        self._last = clock()

    def __call__(self, count: int, total: int | None) -> None:
        """Take note of so many records read, of so many where that is known."""
        now = self._clock()
        if now - self._last < SECONDS_BETWEEN:
            return
        self._last = now
        logger.info("app %d: %d of %s records read", self._app, count, "?" if total is None else total)
