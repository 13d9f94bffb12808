"""The plugin as Dify runs it, and the ports and credentials that its tests use."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dify_host import DifyHost
from local_kintone import LocalKintone

ROOT = Path(__file__).resolve().parents[2]
CLOSED_PORT_ORIGIN = "http://127.0.0.1:9"
UNKNOWN_HOST_ORIGIN = "https://no-such-host.invalid"


@contextmanager
def running_plugin(*origins: str, **environment: str) -> Iterator[DifyHost]:
    """Start the plugin with these origins allowed and no proxy for loopback."""
    settings = {"KINTONE_ALLOWED_ORIGINS": ",".join(origins), "NO_PROXY": "127.0.0.1,localhost", **environment}
    with DifyHost(ROOT, environment=settings) as host:
        yield host


class Ports:
    """Reserved loopback ports for the local kintones of a run, all of which one plugin process may be allowed."""

    def __init__(self, count: int) -> None:
        """Reserve so many free ports."""
        self._reserved = [socket.socket() for _ in range(count)]
        for reserved in self._reserved:
            reserved.bind(("127.0.0.1", 0))
        addresses = [f"127.0.0.1:{reserved.getsockname()[1]}" for reserved in self._reserved]
        self.origins = [f"{scheme}://{address}" for scheme in ("http", "https") for address in addresses]

    def take(self) -> int:
        """Return a reserved port that was not returned before; it is free from now on."""
        with self._reserved.pop() as reserved:
            port: int = reserved.getsockname()[1]
            return port

    def close(self) -> None:
        """Free the ports that were not taken."""
        for reserved in self._reserved:
            reserved.close()


def credentials_of(kintone: LocalKintone, *permissions: str, app: int = 1) -> dict[str, str]:
    """Return a credential for an app with these permissions, by default all but app management."""
    token = kintone.token(app, *(permissions or ("view", "add", "edit", "delete")))
    return {"kintone_domain": kintone.url, "kintone_app_id": str(app), "kintone_api_token": token}
