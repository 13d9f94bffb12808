"""A clock that moves only when a test says so, with timers and events that never sleep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Never

from kintone.runtime import Event


@dataclass
class StillTimer:
    """A callback that runs when the clock passes its time."""

    due: float
    callback: Callable[[], None]
    is_over: bool = False

    def cancel(self) -> None:
        """Call it off."""
        self.is_over = True


class StillEvent:
    """An event whose wait returns at once: ``while_waiting`` runs first, then all the time waited for has passed."""

    def __init__(self, runtime: "StillRuntime") -> None:
        """Start unset."""
        self._runtime = runtime
        self._is_set = False

    def set(self) -> None:
        """Let it happen."""
        self._is_set = True

    def is_set(self) -> bool:
        """Tell whether it has happened."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Do what happens meanwhile, then let the time pass unless that set the event."""
        self._runtime.waits.append(timeout)
        if not self._is_set:
            self._runtime.while_waiting()
        if not self._is_set and timeout is not None:
            self._runtime.pass_time(timeout)
        assert self._is_set or timeout is not None, "this would wait for ever"
        return self._is_set


@dataclass
class StillRuntime:
    """Time as a test has it; ``while_waiting`` is what the others do while somebody waits."""

    now: float = 1000.0
    while_waiting: Callable[[], None] = lambda: None
    timers: list[StillTimer] = field(default_factory=list)
    waits: list[float | None] = field(default_factory=list)

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def event(self) -> Event:
        """Return an event of this clock."""
        return StillEvent(self)

    def after(self, seconds: float, callback: Callable[[], None]) -> StillTimer:
        """Note a callback."""
        timer = StillTimer(self.now + seconds, callback)
        self.timers.append(timer)
        return timer

    def workers(self, count: int, name: str) -> Never:
        """Refuse: nothing runs side by side here."""
        raise AssertionError(f"{count} workers for {name}")

    def pass_time(self, seconds: float) -> None:
        """Move the clock and run what is due."""
        end = self.now + seconds
        due = sorted((timer for timer in self.pending() if timer.due <= end), key=lambda timer: timer.due)
        for timer in due:
            if not timer.is_over:
                timer.is_over = True
                self.now = max(self.now, timer.due)
                timer.callback()
        self.now = end

    def pending(self) -> list[StillTimer]:
        """Return the timers that neither ran nor were called off."""
        return [timer for timer in self.timers if not timer.is_over]
