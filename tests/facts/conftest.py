"""A local kintone without sockets, shared by the tests of a module; the plugin runs in this process."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.facts.in_process import answered_by


@pytest.fixture(scope="module")
def kintone() -> Iterator[LocalKintone]:
    """Return a kintone without apps that answers all requests of the plugin."""
    server = LocalKintone(seed="none")
    with answered_by(server):
        yield server
    server.stop()
