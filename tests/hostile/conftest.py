"""A local kintone and a credential for it, without pauses before retries."""

from collections.abc import Iterator

import pytest

from dify_host.file_server import FileServer
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of


@pytest.fixture(autouse=True)
def _no_retry_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)


@pytest.fixture
def credentials(site: LocalKintone, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return a credential of the site; tools in this process are allowed to connect to it."""
    site.clear_failures()
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    return credentials_of(site)


@pytest.fixture(scope="module")
def files() -> Iterator[FileServer]:
    """Serve the files that tools in this process upload, as Dify's file store."""
    server = FileServer()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FILES_URL", server.origin)
        yield server
    server.close()
