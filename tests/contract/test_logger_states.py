"""No test meets loggers that another one has changed."""

import logging

import pytest

from simulation.plugin import silence_logs
from tests.logger_states import LoggerState, loggers_restored
from tools.process_output import LIBRARY_LOGGERS, OUR_LOGGERS, connect_loggers

CHANGED = [logging.getLogger(name) for name in (*OUR_LOGGERS, *LIBRARY_LOGGERS)]


@pytest.mark.parametrize("turn", ["one", "another"])
@pytest.mark.usefixtures("caplog")
def test_loggers_are_untouched_when_a_test_before_changed_them(turn: str) -> None:
    """Whichever turn comes second finds nothing of what the first has done."""
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


def test_logger_is_like_a_new_one_when_it_was_made_in_between() -> None:
    """A logger that nobody had before is put back as well."""
    name = "kintone.only_here"
    assert name not in logging.root.manager.loggerDict

    with loggers_restored():
        made = logging.getLogger(name)
        made.setLevel(logging.CRITICAL)
        made.propagate = False
        made.addHandler(logging.NullHandler())

    assert LoggerState.of(made) == LoggerState()
    assert made.isEnabledFor(logging.CRITICAL)


def test_handlers_are_back_when_they_were_taken_off() -> None:
    """Both ways are undone: what was added goes, what was removed returns."""
    logger = logging.getLogger("kintone")
    handler = logging.NullHandler()
    logger.addHandler(handler)

    with loggers_restored():
        logger.removeHandler(handler)
        logger.addHandler(logging.NullHandler())

    assert logger.handlers == [handler]
