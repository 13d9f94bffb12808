"""The server's clock: the system clock, or a virtual clock that a simulation advances."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The operations that the server needs from a clock."""

    def monotonic(self) -> float:
        """Return the seconds since an arbitrary start; they never decrease."""

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""

    def now(self) -> datetime:
        """Return the current time, with a time zone."""


class RealClock:
    """The system clock."""

    def monotonic(self) -> float:
        """Return the seconds of the system's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep for a number of real seconds."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)
