"""A clock that moves only when a test moves it, with timers and events that never sleep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Never

from kintone.runtime import Event


@dataclass
class FakeTimer:
    """A callback that runs when the clock passes its due time."""

    due: float
    callback: Callable[[], None]
    is_over: bool = False

    def cancel(self) -> None:
        """Cancel the timer."""
        self.is_over = True


class FakeEvent:
    """An event whose wait returns at once: ``while_waiting`` runs first, then the clock moves by the time-out."""

    def __init__(self, runtime: "FakeRuntime") -> None:
        """Make an event that is not set."""
        self._runtime = runtime
        self._is_set = False

    def set(self) -> None:
        """Set the event."""
        self._is_set = True

    def is_set(self) -> bool:
        """Tell whether the event is set."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Call ``while_waiting``, then let the time-out pass unless the event was set."""
        self._runtime.waits.append(timeout)
        if not self._is_set:
            self._runtime.while_waiting()
        if not self._is_set and timeout is not None:
            self._runtime.pass_time(timeout)
        assert self._is_set or timeout is not None, "this would wait for ever"
        return self._is_set


@dataclass
class FakeRuntime:
    """A runtime whose time the test controls; ``while_waiting`` runs during each wait."""

    now: float = 1000.0
    while_waiting: Callable[[], None] = lambda: None
    timers: list[FakeTimer] = field(default_factory=list)
    waits: list[float | None] = field(default_factory=list)

    def monotonic(self) -> float:
        """Return the current time in seconds."""
        return self.now

    def event(self) -> Event:
        """Return a new event of this runtime."""
        return FakeEvent(self)

    def after(self, seconds: float, callback: Callable[[], None]) -> FakeTimer:
        """Add a timer."""
        timer = FakeTimer(self.now + seconds, callback)
        self.timers.append(timer)
        return timer

    def workers(self, count: int, name: str) -> Never:
        """Refuse workers: these tests run without concurrency."""
        raise AssertionError(f"{count} workers for {name}")

    def pass_time(self, seconds: float) -> None:
        """Move the clock and run the timers that are due."""
        end = self.now + seconds
        due = sorted((timer for timer in self.pending() if timer.due <= end), key=lambda timer: timer.due)
        for timer in due:
            if not timer.is_over:
                timer.is_over = True
                self.now = max(self.now, timer.due)
                timer.callback()
        self.now = end

    def pending(self) -> list[FakeTimer]:
        """Return the timers that have neither run nor been cancelled."""
        return [timer for timer in self.timers if not timer.is_over]
