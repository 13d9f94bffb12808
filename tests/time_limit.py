"""A time limit for every test: one that never ends fails and is named, instead of hanging the run.

An alarm reaches Python code that loops and code that waits in gevent's patched sockets and locks; there it meets
gevent's hub or another greenlet, from which the test has to be entered. What no alarm can stop, a loop in C code or a
thread that is left behind, is ended with the whole process, after the tracebacks of all threads.

pytest-timeout (2.4, tried) does less beside gevent: its alarm raises in whatever greenlet runs, so that a test that
waits beside a busy thread never ends; its timer is a greenlet too, which a loop keeps from running; neither ends a loop
in C code.
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
"""What a test that was stopped has for its end before the process is ended."""
EARLY = 0.1
"""The share of those seconds by which the process may be ended too early."""


class _LastResort:
    """The end of the process after its traceback, for what no alarm can stop.

    It waits in a thread of its own. Starting one for each part of each test would take as long as many a test, so one
    serves all the parts that begin soon after each other.
    """

    def __init__(self) -> None:
        self._due = 0.0

    def set(self, config: pytest.Config, seconds: float) -> None:
        """End the process after so many seconds, or a little earlier."""
        due = time.monotonic() + seconds + LAST_SECONDS
        if due - LAST_SECONDS * EARLY <= self._due <= due:
            return
        # The descriptor that pytest keeps for this: what a test prints goes elsewhere.
        errors = config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(due - time.monotonic(), exit=True, file=errors)
        self._due = due

    def cancel(self) -> None:
        """Let the process live."""
        faulthandler.cancel_dump_traceback_later()
        self._due = 0.0


_last_resort = _LastResort()


def seconds_of(item: pytest.Item) -> float:
    """Return a test's limit: its own (`@pytest.mark.time_limit(600)`) or everybody's."""
    marker = item.get_closest_marker("time_limit")
    return float(marker.args[0]) if marker else SECONDS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Limit what comes before a test."""
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Limit the test."""
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Limit what comes after it."""
    with limited(item):
        return (yield)


def pytest_enter_pdb() -> None:
    """Let people who debug take their time."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    _last_resort.cancel()


def pytest_exception_interact() -> None:
    """Have the next part set the last resort anew: pytest cancels it whenever a test fails."""
    _last_resort.cancel()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Limit what comes after the tests, fixtures that are left among it."""
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
