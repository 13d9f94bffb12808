"""What passes time and runs work side by side: the process's own clock and threads, or those of a simulation."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol


class Event(Protocol):
    """Something that happens once, as in ``threading.Event``."""

    def set(self) -> None:
        """Let it happen."""

    def is_set(self) -> bool:
        """Tell whether it has happened."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it happens, so many seconds at most; tell whether it has."""


class Timer(Protocol):
    """A callback that is due later."""

    def cancel(self) -> None:
        """Call it off; harmless when it has run."""


class Workers(Protocol):
    """Threads that work side by side, as in ``concurrent.futures.Executor``."""

    def submit[**Given, Result](
        self, work: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> "Future[Result]":
        """Start work and return its future."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's
        """Take no more work; wait for what runs where told to."""


class Runtime(Protocol):
    """Time and threads for one call."""

    def monotonic(self) -> float:
        """Return seconds from some start."""

    def event(self) -> Event:
        """Return a new event."""

    def after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run a callback later, in a thread of its own."""

    def workers(self, count: int, name: str) -> Workers:
        """Return so many threads."""


class ProcessRuntime:
    """The clock and the threads of this process."""

    def monotonic(self) -> float:
        """Return the system's monotonic clock."""
        return time.monotonic()

    def event(self) -> threading.Event:
        """Return a new event."""
        return threading.Event()

    def after(self, seconds: float, callback: Callable[[], None]) -> threading.Timer:
        """Start a thread that sleeps and calls; it does not keep the process alive."""
        timer = threading.Timer(max(0.0, seconds), callback)
        timer.daemon = True
        timer.start()
        return timer

    def workers(self, count: int, name: str) -> ThreadPoolExecutor:
        """Return so many threads."""
        return ThreadPoolExecutor(count, thread_name_prefix=name)


PROCESS = ProcessRuntime()


def yield_thread() -> None:
    """Let the other calls of this process, and its heartbeat, take a turn, which pure computing does not by itself."""
    time.sleep(0)
