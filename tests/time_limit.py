"""A time limit for every test: a test that does not end fails with its name instead of blocking the run.

An alarm interrupts Python code that loops and code that waits in gevent's patched sockets and locks; in the second
case it arrives in gevent's hub or another greenlet, and the failure is raised in the test's greenlet from there. Where
no alarm helps, as in a loop in C code or with a thread that goes on, the process prints all tracebacks and ends.

pytest-timeout (2.4, tried) is not sufficient with gevent: its alarm raises in the greenlet that is running, so that a
test that waits beside a busy thread never ends; its timer is a greenlet, which a loop prevents from running; and
neither ends a loop in C code.
"""

import faulthandler
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager

import gevent
import gevent.util
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

SECONDS = 60.0
LAST_SECONDS = 60.0
"""Time between the failure of a test and the end of the process, in which the test may still finish."""
EARLY = 0.1
"""The fraction of ``LAST_SECONDS`` by which the process may be ended early."""


class _LastResort:
    """Ends the process after printing its tracebacks, for what no alarm can stop.

    It waits in a separate thread. Starting one for each phase of each test would take as long as some tests, so one
    serves all phases that begin shortly after each other.
    """

    def __init__(self) -> None:
        self._due = 0.0

    def set(self, config: pytest.Config, seconds: float) -> None:
        """End the process after so many seconds, or a little earlier."""
        due = time.monotonic() + seconds + LAST_SECONDS
        if due - LAST_SECONDS * EARLY <= self._due <= due:
            return
        # The descriptor that pytest keeps for tracebacks, since a test's own stderr is captured.
        errors = config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(due - time.monotonic(), exit=True, file=errors)
        self._due = due

    def cancel(self) -> None:
        """Cancel the end of the process."""
        faulthandler.cancel_dump_traceback_later()
        self._due = 0.0


_last_resort = _LastResort()


def seconds_of(item: pytest.Item) -> float:
    """Return a test's limit: its own (`@pytest.mark.time_limit(600)`) or the default."""
    marker = item.get_closest_marker("time_limit")
    return float(marker.args[0]) if marker else SECONDS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Limit the setup of a test."""
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Limit the test."""
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Limit the teardown of a test."""
    with limited(item):
        return (yield)


def pytest_enter_pdb() -> None:
    """Remove the limit while a debugger runs."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    _last_resort.cancel()


def pytest_exception_interact() -> None:
    """Make the next phase schedule the end of the process anew: pytest cancels it when a test fails."""
    _last_resort.cancel()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Limit what runs after the tests, such as the teardown of remaining fixtures."""
    _last_resort.set(session.config, SECONDS)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Limit the end of the process, which waits for its threads; pytest has closed its descriptor by now."""
    faulthandler.dump_traceback_later(LAST_SECONDS, exit=True)


@contextmanager
def limited(item: pytest.Item) -> Generator[None]:
    """Fail the test when the block does not end in time."""
    seconds = seconds_of(item)
    test = gevent.getcurrent()

    def stop(*_: object) -> None:
        stacks = "\n".join(gevent.util.format_run_info())
        failure = pytest.fail.Exception(f"{item.nodeid} did not end within {seconds:g} s\n{stacks}", pytrace=False)
        if gevent.getcurrent() is test:
            raise failure
        test.throw(failure)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _last_resort.set(item.config, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
