"""A time limit for every test: one that never ends fails and is named, instead of hanging the run.

An alarm reaches Python code that loops and code that waits in gevent's patched sockets and locks; there it meets
gevent's hub, from which the test has to be entered. What no alarm can stop, a loop in C code, is ended with the whole
process, after the tracebacks of all threads.
"""

import faulthandler
import signal
from collections.abc import Generator
from contextlib import contextmanager

import gevent
import gevent.util
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

SECONDS = 60.0
LAST_SECONDS = 60.0
"""What a test that was stopped has for its end before the process is ended."""


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
    # The descriptor that pytest keeps for this: what a test prints goes elsewhere.
    errors = item.config.stash[fault_handler_stderr_fd_key]
    faulthandler.dump_traceback_later(seconds + LAST_SECONDS, exit=True, file=errors)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
