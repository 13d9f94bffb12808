"""The plugin as Dify runs it, asked by tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dify_host import DifyHost
from local_kintone import LocalKintone

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running_plugin(*origins: str, **environment: str) -> Iterator[DifyHost]:
    """Start the plugin with these origins allowed and the environment's proxies out of the way."""
    settings = {"KINTONE_ALLOWED_ORIGINS": ",".join(origins), "NO_PROXY": "127.0.0.1,localhost", **environment}
    with DifyHost(ROOT, environment=settings) as host:
        yield host


def credentials_of(kintone: LocalKintone, *permissions: str, app: int = 1) -> dict[str, str]:
    """Return a credential for an app with these permissions."""
    token = kintone.token(app, *(permissions or ("view", "add", "edit")))
    return {"kintone_domain": kintone.url, "kintone_app_id": str(app), "kintone_api_token": token}
