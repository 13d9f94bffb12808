"""The plugin as Dify runs it, asked by tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dify_host import DifyHost
from local_kintone import LocalKintone

ROOT = Path(__file__).resolve().parents[2]
NOBODY_LISTENS = "http://127.0.0.1:9"
NO_SUCH_HOST = "https://no-such-host.invalid"


@contextmanager
def running_plugin(*origins: str, **environment: str) -> Iterator[DifyHost]:
    """Start the plugin with these origins allowed and the environment's proxies out of the way."""
    settings = {"KINTONE_ALLOWED_ORIGINS": ",".join(origins), "NO_PROXY": "127.0.0.1,localhost", **environment}
    with DifyHost(ROOT, environment=settings) as host:
        yield host


class Ports:
    """Ports of loopback kept for the local kintones of a run, so that one plugin process may be allowed all of them."""

    def __init__(self, count: int) -> None:
        """Keep so many ports that are free."""
        self._held = [socket.socket() for _ in range(count)]
        for held in self._held:
            held.bind(("127.0.0.1", 0))
        addresses = [f"127.0.0.1:{held.getsockname()[1]}" for held in self._held]
        self.origins = [f"{scheme}://{address}" for scheme in ("http", "https") for address in addresses]

    def take(self) -> int:
        """Return a port that nobody has taken before; it is free from now on."""
        with self._held.pop() as held:
            port: int = held.getsockname()[1]
            return port

    def close(self) -> None:
        """Free what nobody took."""
        for held in self._held:
            held.close()


def credentials_of(kintone: LocalKintone, *permissions: str, app: int = 1) -> dict[str, str]:
    """Return a credential for an app with these permissions."""
    token = kintone.token(app, *(permissions or ("view", "add", "edit")))
    return {"kintone_domain": kintone.url, "kintone_app_id": str(app), "kintone_api_token": token}
