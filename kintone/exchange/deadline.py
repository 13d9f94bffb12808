"""The time that one call of a tool may take in all, retries and pauses included."""

import time
from collections.abc import Callable

from kintone.errors import BudgetExceededError


class Deadline:
    """Counts down from the start of a call."""

    __slots__ = ("_clock", "_ends", "seconds")

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start counting."""
        self.seconds = seconds
        self._clock = clock
        self._ends = clock() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._ends - self._clock())

    def error(self, description: str, *, maybe_saved: bool = False) -> BudgetExceededError:
        """Return the error for a call whose time is over."""
        fate = "; it may have been saved" if maybe_saved else ""
        return BudgetExceededError(
            f"{description} was not finished within {self.seconds:g} seconds, the time for one call{fate}",
            remedy=(
                "ask for less at once, or let the operator raise KINTONE_CALL_BUDGET (Dify ends a call after 600 s)"
            ),
            maybe_saved=maybe_saved,
        )
