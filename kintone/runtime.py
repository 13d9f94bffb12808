"""Clock and threads, behind protocols so that a simulation can replace them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol


class Event(Protocol):
    """The part of ``threading.Event`` that is used here."""

    def set(self) -> None:
        """Set the event and wake all that wait for it."""

    def is_set(self) -> bool:
        """Return whether the event was set."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the event is set, at most ``timeout`` seconds; return whether it was set."""


class Timer(Protocol):
    """A callback that runs later."""

    def cancel(self) -> None:
        """Cancel the callback; does nothing if it has run."""


class Workers(Protocol):
    """A pool of threads: the part of ``concurrent.futures.Executor`` that is used here."""

    def submit[**Given, Result](
        self, work: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> "Future[Result]":
        """Run ``work`` in a thread and return its future."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's
        """Accept no more work; with ``wait``, return only when all work has ended."""


class Runtime(Protocol):
    """Clock and threads of one tool call."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""

    def event(self) -> Event:
        """Return a new event."""

    def after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run a callback after ``seconds``, in a separate thread."""

    def workers(self, count: int, name: str) -> Workers:
        """Return a pool of ``count`` threads."""


class ProcessRuntime:
    """The clock and the threads of this process."""

    def monotonic(self) -> float:
        """Return the system's monotonic clock."""
        return time.monotonic()

    def event(self) -> threading.Event:
        """Return a new event."""
        return threading.Event()

    def after(self, seconds: float, callback: Callable[[], None]) -> threading.Timer:
        """Run a callback after ``seconds`` in a daemon thread, which does not keep the process alive."""
        timer = threading.Timer(max(0.0, seconds), callback)
        timer.daemon = True
        timer.start()
        return timer

    def workers(self, count: int, name: str) -> ThreadPoolExecutor:
        """Return a pool of ``count`` threads."""
        return ThreadPoolExecutor(count, thread_name_prefix=name)


PROCESS_RUNTIME = ProcessRuntime()


def yield_thread() -> None:
    """Let other threads run, among them the plugin's heartbeat to Dify.

    The SDK replaces threads by gevent's greenlets, which do not take turns during a long computation.
    """
    time.sleep(0)
