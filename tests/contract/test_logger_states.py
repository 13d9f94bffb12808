"""Loggers that a test changes are restored for the next one."""

import logging

import pytest

from simulation.plugin import silence_logs
from tests.logger_states import LoggerState, loggers_restored
from tools.process_output import LIBRARY_LOGGERS, OUR_LOGGERS, connect_loggers

CHANGED = [logging.getLogger(name) for name in (*OUR_LOGGERS, *LIBRARY_LOGGERS)]


@pytest.mark.parametrize("turn", ["one", "another"])
@pytest.mark.usefixtures("caplog")
def test_loggers_are_restored_after_a_test(turn: str) -> None:
    """The second of two tests that change the loggers finds them unchanged."""
    assert turn
    assert [(logger.level, logger.propagate, logger.disabled) for logger in CHANGED] == [(0, True, False)] * len(
        CHANGED
    )
    assert logging.getLogger("tools").handlers == []
    assert logging.root.manager.disable == logging.NOTSET

    connect_loggers()
    silence_logs()
    logging.disable(logging.ERROR)
    for logger in CHANGED:
        logger.disabled = True


def test_new_logger_is_reset() -> None:
    """A logger that was created in the block is reset to the state of a new one."""
    name = "kintone.only_here"
    assert name not in logging.root.manager.loggerDict

    with loggers_restored():
        made = logging.getLogger(name)
        made.setLevel(logging.CRITICAL)
        made.propagate = False
        made.addHandler(logging.NullHandler())

    assert LoggerState.of(made) == LoggerState()
    assert made.isEnabledFor(logging.CRITICAL)


def test_handlers_are_restored() -> None:
    """Added handlers are removed, and removed ones are added again."""
    logger = logging.getLogger("kintone")
    handler = logging.NullHandler()
    logger.addHandler(handler)

    with loggers_restored():
        logger.removeHandler(handler)
        logger.addHandler(logging.NullHandler())

    assert logger.handlers == [handler]
