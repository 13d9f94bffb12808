"""The time limit of a tool call. Every wait ends at the deadline, or when the deadline is cancelled."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

from kintone.errors import BudgetExceededError, CancelledError, KintoneError
from kintone.messages import NOTHING, Message
from kintone.remedies import RAISE_BUDGET
from kintone.runtime import PROCESS_RUNTIME, Event, Runtime, Timer

CLEANUP_SECONDS: Final = 2.5
"""Time for cleaning up after the deadline; the documented maximum is 3 seconds, the rest is for delays in between."""


class Deadline:
    """A point in time; ``cancel`` ends it early. At its end the callbacks registered with ``on_end`` run.

    A deadline made by ``within`` ends no later than its parent.
    """

    def __init__(self, seconds: float, runtime: Runtime = PROCESS_RUNTIME, *, parent: "Deadline | None" = None) -> None:
        """Start; messages name ``seconds`` as the budget of the call."""
        self.budget: float = parent.budget if parent else seconds
        self.runtime = runtime
        self._ends = runtime.monotonic() + (min(seconds, parent.remaining()) if parent else seconds)
        self._parent = parent
        self._cancelled = False
        self._closed = False
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._last_number = 0
        self._timer: Timer | None = None
        self._unregister_from_parent = parent.on_end(self.cancel) if parent else _nothing

    def __enter__(self) -> Self:
        """Return the deadline."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the deadline."""
        self.close()

    def close(self) -> None:
        """Stop the timer and drop the callbacks without running them."""
        self._unregister_from_parent()
        with self._lock:
            self._closed = True
            self._callbacks.clear()
            timer, self._timer = self._timer, None
        if timer:
            timer.cancel()

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._ends - self.runtime.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether the time of the whole call is over, not only that of a part made by ``within``."""
        return (self._parent.is_over if self._parent else False) or self.remaining() <= 0

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def cancel(self) -> None:
        """End it now: waits return, and ``check`` raises ``CancelledError``."""
        self._cancelled = True
        self._run_callbacks()

    def check(self, description: Message, awaited: Message = NOTHING) -> None:
        """Raise ``BudgetExceededError`` if the time is over, ``CancelledError`` if it was cancelled."""
        if self.remaining() <= 0:
            raise self.error(description, awaited)
        if self._cancelled:
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Sleep for ``seconds``, or until the deadline ends or is cancelled; ``check`` then raises."""
        self.wait_for(self.runtime.event(), seconds)

    def wait_for(self, event: Event, seconds: float | None = None) -> bool:
        """Wait for an event, at most ``seconds`` and until the deadline; return whether the event was set.

        The end of the deadline sets the event.
        """
        with self.ending(event.set):
            return event.wait(self.remaining() if seconds is None else min(seconds, self.remaining()))

    @contextmanager
    def ending(self, callback: Callable[[], None]) -> Iterator[None]:
        """Run a callback if the deadline ends within the block."""
        unregister = self.on_end(callback)
        try:
            yield
        finally:
            unregister()

    def on_end(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run a callback when the deadline ends or is cancelled, now if it has ended; return a function to unregister.

        The callback runs in the thread of the timer or in the one that cancels.
        """
        with self._lock:
            over = self._cancelled or self.remaining() <= 0
            if not over:
                self._last_number += 1
                number = self._last_number
                self._callbacks[number] = callback
                if self._timer is None and not self._closed:
                    self._timer = self.runtime.after(self.remaining(), self._run_callbacks)
        if over:
            callback()
            return _nothing

        def unregister() -> None:
            with self._lock:
                self._callbacks.pop(number, None)

        return unregister

    def within(self, seconds: float) -> "Deadline":
        """Return a deadline for a part of the work, which can be cancelled on its own; close it after use."""
        return Deadline(seconds, self.runtime, parent=self)

    def grace(self) -> "Deadline":
        """Return a short deadline for cleaning up, which also runs if this one is over or cancelled."""
        left = self._ends + CLEANUP_SECONDS - self.runtime.monotonic()
        grace = Deadline(max(0.0, min(CLEANUP_SECONDS, left)), self.runtime)
        grace.budget = self.budget
        return grace

    def error(self, description: Message, awaited: Message = NOTHING) -> KintoneError:
        """Return the error for a call whose time is over; ``awaited`` names what it was waiting for."""
        problem = Message(
            "{description} was not finished within {seconds:g} seconds, the time for one call",
            description=description,
            seconds=self.budget,
        )
        if awaited:
            problem = Message("{problem}: {awaited} took too long", problem=problem, awaited=awaited)
        return BudgetExceededError(problem, remedy=RAISE_BUDGET)

    def _run_callbacks(self) -> None:
        with self._lock:
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()


def _nothing() -> None:
    """Do nothing."""
