"""Time as the server sees it: the machine's own, or one that a simulation turns by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """All that the server knows of time."""

    def monotonic(self) -> float:
        """Return seconds since some moment; they never go back."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""

    def now(self) -> datetime:
        """Return the present moment, with a time zone."""


class RealClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return the machine's seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Really sleep."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)
