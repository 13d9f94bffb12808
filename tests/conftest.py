"""Fixtures and settings that all tests share."""

# The SDK patches sockets and threads when it is imported; a server thread started before that would fail during a test.
import gc
from collections.abc import Iterator

import dify_plugin  # noqa: F401  # isort: split
import pytest
from hypothesis import settings

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.logger_states import loggers_restored
from tests.wire.plugin import CLOSED_PORT_ORIGIN, UNKNOWN_HOST_ORIGIN, Ports, running_plugin

# The duration of an example depends on the load of the machine.
settings.register_profile("without deadlines", parent=settings(), deadline=None)
settings.load_profile("without deadlines")

pytest_plugins = ["tests.time_limit", "tests.shuffle"]

GARBAGE_THRESHOLD = 20_000
"""Objects; Python's default is 700."""
MOST_SITES = 100
"""How many local kintones the shared plugin process may ask in one run."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def pytest_collection_finish() -> None:
    """Exclude the objects that all tests share from later garbage collections, which would traverse them.

    Collections are also made rarer: together they take a twentieth of the suite's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own proxy settings during each test."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def _restore_loggers() -> Iterator[None]:
    """Restore the loggers of the process after each test."""
    with loggers_restored():
        yield


@pytest.fixture(scope="session")
def ports() -> Iterator[Ports]:
    """Reserve the ports of all local kintones that the shared plugin process may ask."""
    kept = Ports(MOST_SITES)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run one local kintone with the demo's apps for all tests of a module."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


@pytest.fixture(scope="session")
def host(ports: Ports) -> Iterator[DifyHost]:
    """Run one plugin process for all tests that need no settings of their own; starting it takes a second."""
    with running_plugin(*ports.origins, CLOSED_PORT_ORIGIN, UNKNOWN_HOST_ORIGIN) as running:
        yield running
