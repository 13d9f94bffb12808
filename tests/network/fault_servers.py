"""Controls the process of the fault servers: each relay, proxy or TLS server has a port of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import trustme

type OpenTlsServer = Callable[..., "FaultServer"]

PROGRAM = Path(__file__).with_name("fault_server_process.py")


class FaultServers:
    """The process that runs the servers; ``fault_server_process.py`` documents the kinds and the steps."""

    def __init__(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen(  # noqa: S603 - a program of this folder
            [sys.executable, "-I", "-S", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Terminate the process."""
        self._process.terminate()
        self._process.communicate()

    def send(self, **command: object) -> dict[str, Any]:
        """Send a command and return the answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the fault servers have no pipes")
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def open(self, kind: str, **command: object) -> "FaultServer":
        """Open a server of this kind on a free port."""
        return FaultServer(self, self.send(do="open", kind=kind, **command)["port"])


def proxy_certificate(folder: Path) -> tuple[dict[str, str], bytes]:
    """Return a proxy's ``tls`` setting for a certificate of this machine, and the authority that issued it as PEM."""
    authority, certificate = trustme.CA(), folder / "proxy.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    return {"certificate": str(certificate)}, authority.cert_pem.bytes()


@dataclass(frozen=True, slots=True)
class FaultServer:
    """One relay, proxy or TLS server."""

    process: FaultServers
    port: int

    @property
    def url(self) -> str:
        """Its address as a proxy."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, **steps: list[str]) -> None:
        """Set the steps of each stage from now on, and reset the counts."""
        self.process.send(do="script", port=self.port, steps=steps)

    def count(self, what: str) -> int:
        """Return the number of "connections", "connects", "handshakes" or "requests" so far."""
        number: int = self.process.send(do="counts", port=self.port)[what]
        return number

    @property
    def seen(self) -> str:
        """What clients have sent to a proxy or through it, each byte as one character."""
        text: str = self.process.send(do="seen", port=self.port)["text"]
        return text

    def drop_connections(self) -> int:
        """Close all connections; returns how many there were."""
        number: int = self.process.send(do="drop", port=self.port)["dropped"]
        return number

    def close(self) -> None:
        """Close the port."""
        self.process.send(do="close", port=self.port)
