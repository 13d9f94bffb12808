"""Save and restore the state of the process's loggers, so that no test affects the next."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class LoggerState:
    """The settings of a logger; the defaults are those of a new logger."""

    level: int = logging.NOTSET
    propagate: bool = True
    disabled: bool = False
    handlers: tuple[logging.Handler, ...] = ()

    @classmethod
    def of(cls, logger: logging.Logger) -> Self:
        """Return the current state of a logger."""
        return cls(logger.level, logger.propagate, logger.disabled, tuple(logger.handlers))

    def restore(self, logger: logging.Logger) -> None:
        """Set the logger to this state; ``setLevel`` also clears the levels that loggers cache."""
        if logger.level != self.level:
            logger.setLevel(self.level)
        logger.propagate, logger.disabled = self.propagate, self.disabled
        logger.handlers[:] = self.handlers


@contextmanager
def loggers_restored() -> Iterator[None]:
    """Restore all loggers when the block ends; loggers made within it get the defaults."""
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
