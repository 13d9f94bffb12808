"""What the simulation changes in its process and other tests must not meet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Give the plugin's loggers back the levels that the simulation takes away to keep the screen clean."""
    loggers = [logging.getLogger(name) for name in ("kintone", "tools")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
