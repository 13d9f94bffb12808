"""Dify's serverless runtime for one plugin: the same frames over HTTP."""

import contextlib
import http.client
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from dify_host.calls import Call, invocation, validation
from dify_host.collector import Collector
from dify_host.declarations import plugin_of, provider_of
from dify_host.failures import HostViolation, PluginStopped, PluginTimedOut
from dify_host.frames import read_frame
from dify_host.limits import FILE_BYTES, LINE_BYTES, SERVERLESS_REQUEST_BYTES
from dify_host.outcome import Outcome
from dify_host.process import PluginProcess

READY_SECONDS = 20.0
"""How long the marketplace's install test waits for the first response."""

_CALL_SECONDS = 300.0
_PAUSE = 0.05
_STDOUT_LINES = 100


class ServerlessHost:
    """Starts a plugin with INSTALL_METHOD=serverless on a free port of 127.0.0.1 and kills it at the end."""

    def __init__(
        self,
        plugin_folder: Path | str,
        *,
        environment: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        ready_within: float = READY_SECONDS,
    ) -> None:
        """Create a host; arguments as for `DifyHost`, and the maximum seconds until the first response."""
        self._folder = Path(plugin_folder)
        self._port = _free_port()
        own = {"INSTALL_METHOD": "serverless", "SERVERLESS_HOST": "127.0.0.1", "SERVERLESS_PORT": str(self._port)}
        self._environment = {**(environment or {}), **own}
        self._python = python
        self._ready_within = ready_within
        self._process: PluginProcess | None = None
        self._stdout: deque[str] = deque(maxlen=_STDOUT_LINES)
        self._provider = ""
        self._plugin = ""
        self.ready_after = 0.0

    def __enter__(self) -> Self:
        """Start the plugin and wait until it responds.

        Raises:
            PluginStopped: The plugin ended during the start.
            PluginTimedOut: The plugin did not respond in time.
        """
        self._provider = provider_of(self._folder)
        self._plugin = plugin_of(self._folder)
        self._process = PluginProcess(self._folder, self._python, self._environment)
        self._process.read_stream(self._process.stdout, self._keep_stdout)
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._process.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the plugin."""
        if self._process is not None:
            self._process.close()

    @property
    def stdout(self) -> list[str]:
        """The last lines on stdout, which a serverless plugin may use for any text."""
        return list(self._stdout)

    def get(self, path: str) -> int:
        """Return the status of a GET request.

        Raises:
            OSError: The plugin does not respond.
        """
        with contextlib.closing(self._connection(_CALL_SECONDS)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def validate(self, credentials: Mapping[str, Any], *, timeout: float = _CALL_SECONDS) -> bool:
        """Verify credentials; see `DifyHost.validate`."""
        collector = Collector(plugin=self._plugin)
        self._run(validation(self._provider, credentials), collector, timeout)
        return bool(collector.results) and collector.results[-1].get("result") is True

    def invoke(
        self,
        tool: str,
        parameters: Mapping[str, Any],
        credentials: Mapping[str, Any],
        *,
        timeout: float = _CALL_SECONDS,
    ) -> Outcome:
        """Run a tool; see `DifyHost.invoke`."""
        collector = Collector(plugin=self._plugin, max_file_bytes=FILE_BYTES)
        self._run(invocation(self._provider, tool, parameters, credentials), collector, timeout)
        return collector.outcome()

    def _wait_until_ready(self, process: PluginProcess) -> None:
        started = time.monotonic()
        while time.monotonic() - started < self._ready_within:
            if process.exit_status is not None:
                raise PluginStopped(f"the plugin ended with exit status {process.exit_status}: {process.stderr_tail()}")
            with contextlib.suppress(OSError):
                self.get("/health")
                self.ready_after = time.monotonic() - started
                return
            time.sleep(_PAUSE)
        raise PluginTimedOut(f"no response on port {self._port} within {self._ready_within:g} seconds")

    def _run(self, call: Call, collector: Collector, timeout: float) -> None:
        body = call.line("serverless")
        if len(body) > SERVERLESS_REQUEST_BYTES:
            raise HostViolation(f"a request of {len(body)} bytes; Dify sends at most {SERVERLESS_REQUEST_BYTES}")
        started = time.monotonic()
        with contextlib.closing(self._connection(timeout)) as connection:
            connection.request("POST", "/invoke", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            for line in _lines(response):
                if collector.take(read_frame(line), time.monotonic() - started):
                    return
        raise PluginStopped("the response has no end frame")

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)

    def _keep_stdout(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            self._stdout.append(line.decode(errors="replace").rstrip())


def _lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while line := response.readline(LINE_BYTES + 1):
        if len(line) > LINE_BYTES:
            raise HostViolation(f"a line of more than {LINE_BYTES} bytes")
        if stripped := line.strip():
            yield stripped


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
