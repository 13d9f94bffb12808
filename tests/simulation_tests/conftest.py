"""What the simulation changes in this process is put back."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    """Have the plugin's loggers speak again: tests of other folders listen to them."""
    loggers = [logging.getLogger(name) for name in ("kintone", "tools")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
