"""A local kintone and a credential for it, without pauses between tries."""

from collections.abc import Iterator

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of, running_plugin


@pytest.fixture(scope="module")
def site() -> Iterator[LocalKintone]:
    """Run one local kintone with the demo's apps for all tests of a module."""
    with LocalKintone(seed="demo") as running:
        yield running


@pytest.fixture(scope="module")
def host(site: LocalKintone) -> Iterator[DifyHost]:
    """Run one plugin process that may ask that kintone for all tests of a module."""
    with running_plugin(site.origin) as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kintone.exchange.retry.RetryPolicy.pause", lambda *_: 0.0)


@pytest.fixture
def credentials(site: LocalKintone, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return a credential of the site, which tools in this process may ask."""
    site.clear_failures()
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    return credentials_of(site)
