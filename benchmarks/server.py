"""The local kintone in a separate process, and its control."""

import json
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Self

from benchmarks import BenchmarkError

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60.0
_CONTROL_SECONDS = 300.0
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Target:
    """An app and a token for it."""

    app: int
    token: str


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """The server's counts for one run."""

    requests: int
    connections: int


class KintoneServer:
    """Runs `python -m local_kintone` with HTTPS and without apps; use it as a context manager."""

    def __init__(self) -> None:
        """Create the object; the server starts with the `with` block."""
        self._folder = tempfile.TemporaryDirectory(prefix="kintone-benchmark-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._control: HTTPSConnection | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            BenchmarkError: The server ended or does not listen within a minute.
        """
        port_file = Path(self._folder.name) / "port"
        options = ["--https", "--ca-file", str(self.ca_file), "--port", "0", "--port-file", str(port_file)]
        self._process = subprocess.Popen(  # noqa: S603 - this project's module in this interpreter
            [sys.executable, "-m", "local_kintone", *options, "--seed", "none"], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            port = _wait_for_port(self._process, port_file)
            self.url = f"https://127.0.0.1:{port}"
            trust = ssl.create_default_context(cafile=self.ca_file)
            self._control = HTTPSConnection("127.0.0.1", port, timeout=_CONTROL_SECONDS, context=trust)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._folder.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for a program that uses the server: its certificate, and no proxy."""
        return {"REQUESTS_CA_BUNDLE": str(self.ca_file), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def create_seeded_app(self, records: int) -> Target:
        """Create an app of twenty fields with a number of records."""
        return self._target(self._ask("POST", "seed", {"seed": "wide", "records": records})["apps"][0])

    def create(self, name: str, properties: dict[str, Any], process: dict[str, Any] | None = None) -> Target:
        """Create an app without records; `process` is its process management in the shape of app/status.json."""
        given = {"name": name, "properties": properties, "process": process}
        return self._target(self._ask("POST", "apps", given)["app"])

    def credentials(self, target: Target) -> dict[str, str]:
        """Return the plugin's credential for an app."""
        return {
            "kintone_domain": self.url,
            "kintone_app_id": str(target.app),
            "kintone_api_token": target.token,
        }

    def set_latency(self, request_ms: int) -> None:
        """Add milliseconds to every request, and twice as many to every new connection."""
        self._ask("POST", "latency", {"request": request_ms / 1000, "connect": request_ms / 500})

    def reset(self) -> None:
        """Reset the counts."""
        self._ask("DELETE", "requests")

    def request_counts(self) -> RequestCounts:
        """Return the counts since the last reset, without the control requests."""
        stats = self._ask("GET", "stats")
        return RequestCounts(stats["requests"], stats["connections"])

    def _target(self, app: int) -> Target:
        permissions = ["view", "add", "edit", "delete"]
        return Target(app, self._ask("POST", "tokens", {"app": app, "permissions": permissions})["token"])

    def _ask(self, method: str, name: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        if self._control is None:
            raise BenchmarkError("the local kintone only runs inside the `with` block")
        self._control.request(method, f"/_local/{name}", json.dumps(given) if given else None)
        response = self._control.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status != 200:  # noqa: PLR2004 - HTTP's OK
            raise BenchmarkError(f"the local kintone refused {method} {name}: {answer}")
        return answer


def _wait_for_port(process: subprocess.Popen[bytes], file: Path) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()).endswith("\n"):
            return int(text)
        time.sleep(_PAUSE)
    raise BenchmarkError("the local kintone did not start")
