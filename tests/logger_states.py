"""Loggers belong to the whole process: what a test sets on one is taken back before the next test."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class LoggerState:
    """What can be set on a logger; that of a logger nobody has touched where nothing is given."""

    level: int = logging.NOTSET
    propagate: bool = True
    disabled: bool = False
    handlers: tuple[logging.Handler, ...] = ()

    @classmethod
    def of(cls, logger: logging.Logger) -> Self:
        """Return how it is now."""
        return cls(logger.level, logger.propagate, logger.disabled, tuple(logger.handlers))

    def restore(self, logger: logging.Logger) -> None:
        """Set the logger so; ``setLevel`` also empties what loggers remember of levels."""
        if logger.level != self.level:
            logger.setLevel(self.level)
        logger.propagate, logger.disabled = self.propagate, self.disabled
        logger.handlers[:] = self.handlers


@contextmanager
def loggers_restored() -> Iterator[None]:
    """Put all loggers back as they were when the block ends, those made within it to what a new one has."""
    before = {logger: LoggerState.of(logger) for logger in _loggers()}
    disabled = logging.root.manager.disable
    try:
        yield
    finally:
        logging.disable(disabled)
        for logger in _loggers():
            before.get(logger, LoggerState()).restore(logger)


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in known if isinstance(logger, logging.Logger))]
