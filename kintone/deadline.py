"""The time that one call of a tool may take: every wait obeys it, and what is cancelled wakes up."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

from kintone.errors import BudgetExceededError, CancelledError, KintoneError
from kintone.messages import NOTHING, Message
from kintone.remedies import RAISE_BUDGET
from kintone.runtime import PROCESS, Event, Runtime, Timer

CLEANUP_SECONDS: Final = 2.5
"""For giving back what is held when the time is over; with the pauses of a machine in between it stays under 3."""


class Deadline:
    """Counts down; ``cancel`` ends it early, and either end runs what was registered with ``on_end``.

    A deadline made by ``within`` ends with the one it was made from, or earlier.
    """

    def __init__(self, seconds: float, runtime: Runtime = PROCESS, *, parent: "Deadline | None" = None) -> None:
        """Start counting; ``seconds`` is the budget that messages name."""
        self.budget: float = parent.budget if parent else seconds
        self.runtime = runtime
        self._ends = runtime.monotonic() + (min(seconds, parent.remaining()) if parent else seconds)
        self._parent = parent
        self._cancelled = False
        self._closed = False
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._registered = 0
        self._timer: Timer | None = None
        self._leave_parent = parent.on_end(self.cancel) if parent else _nothing

    def __enter__(self) -> Self:
        """Return the deadline."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was registered, without running it."""
        self.close()

    def close(self) -> None:
        """Stop the timer; nothing that was registered runs any more."""
        self._leave_parent()
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
        """Tell whether the time of the whole call is over."""
        return (self._parent.is_over if self._parent else False) or self.remaining() <= 0

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it was ended early."""
        return self._cancelled

    def cancel(self) -> None:
        """End it now: whoever waits wakes up and raises ``CancelledError``."""
        self._cancelled = True
        self._run_callbacks()

    def check(self, doing: Message, waiting: Message = NOTHING) -> None:
        """Raise ``BudgetExceededError`` when the time is over, ``CancelledError`` when it was ended early."""
        if self.remaining() <= 0:
            raise self.error(doing, waiting)
        if self._cancelled:
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Sleep, so long at most as there is time; wakes up when cancelled, which ``check`` then tells."""
        self.wait_for(self.runtime.event(), seconds)

    def wait_for(self, event: Event, seconds: float | None = None) -> bool:
        """Wait for an event, so long at most as there is time; an end of the deadline wakes up too."""
        with self.ending(event.set):
            return event.wait(self.remaining() if seconds is None else min(seconds, self.remaining()))

    @contextmanager
    def ending(self, callback: Callable[[], None]) -> Iterator[None]:
        """Have a callback run if the deadline ends within the block."""
        leave = self.on_end(callback)
        try:
            yield
        finally:
            leave()

    def on_end(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have a callback run when the time is over or cancelled; returns what calls it off. At once if it is over."""
        with self._lock:
            over = self._cancelled or self.remaining() <= 0
            if not over:
                self._registered += 1
                number = self._registered
                self._callbacks[number] = callback
                if self._timer is None and not self._closed:
                    self._timer = self.runtime.after(self.remaining(), self._run_callbacks)
        if over:
            callback()
            return _nothing

        def leave() -> None:
            with self._lock:
                self._callbacks.pop(number, None)

        return leave

    def within(self, seconds: float) -> "Deadline":
        """Return a deadline for a part of the work, which can be cancelled by itself; close it after use."""
        return Deadline(seconds, self.runtime, parent=self)

    def grace(self) -> "Deadline":
        """Return a short time for cleaning up, also when this one is over or cancelled."""
        left = self._ends + CLEANUP_SECONDS - self.runtime.monotonic()
        grace = Deadline(max(0.0, min(CLEANUP_SECONDS, left)), self.runtime)
        grace.budget = self.budget
        return grace

    def error(self, doing: Message, waiting: Message = NOTHING) -> KintoneError:
        """Return the error for a call whose time is over; ``waiting`` names what was waited for."""
        problem = Message(
            "{doing} was not finished within {seconds:g} seconds, the time for one call",
            doing=doing,
            seconds=self.budget,
        )
        if waiting:
            problem = Message("{problem}: {waiting} took too long", problem=problem, waiting=waiting)
        return BudgetExceededError(problem, remedy=RAISE_BUDGET)

    def _run_callbacks(self) -> None:
        with self._lock:
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()


def _nothing() -> None:
    """Do nothing."""
