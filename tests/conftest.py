"""What every test needs before it starts."""

# The SDK patches sockets and threads when it is imported; a server thread started before that would die in mid-test.
import gc
from collections.abc import Iterator

import dify_plugin  # noqa: F401  # isort: split
import pytest
from hypothesis import settings

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.logger_states import loggers_restored
from tests.wire.plugin import NO_SUCH_HOST, NOBODY_LISTENS, Ports, running_plugin

# Machines are shared and noisy: how long an example takes says nothing about the code.
settings.register_profile("without deadlines", parent=settings(), deadline=None)
settings.load_profile("without deadlines")

pytest_plugins = ["tests.time_limit", "tests.shuffle"]

COLLECTED_AFTER = 20_000
"""Objects; usually it is 700."""
MOST_SITES = 100
"""How many local kintones the shared plugin process may ask in one run."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def pytest_collection_finish() -> None:
    """Keep what every test shares out of each later collection of garbage, which would look at all of it.

    What a test makes is collected less often than elsewhere: that takes a twentieth of the suite's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *gc.get_threshold()[1:])


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own proxy settings out of the tests."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    """Keep what one test does to the loggers of the process away from the next."""
    with loggers_restored():
        yield


@pytest.fixture(scope="session")
def ports() -> Iterator[Ports]:
    """Keep the ports of all local kintones that the shared plugin process may ask."""
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
    with running_plugin(*ports.origins, NOBODY_LISTENS, NO_SUCH_HOST) as running:
        yield running
