"""Dify's plugin daemon in local mode, for one plugin."""

import itertools
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, Unpack

from dify_host.calls import Call, invocation, validation
from dify_host.collector import Collector, OnMessage
from dify_host.declarations import Parameter, parameters_of, plugin_of, provider_of, tools_of
from dify_host.failures import HostViolation, PluginStopped, PluginTimedOut
from dify_host.file_delivery import DeliveryOptions, FileContent
from dify_host.file_server import FileServer
from dify_host.limits import FILE_BYTES, LINE_BYTES
from dify_host.outcome import Outcome
from dify_host.parameters import GivenBy, cast_parameters
from dify_host.process import PluginProcess
from dify_host.resources import ProcessResources
from dify_host.session_router import LogLine, SessionRouter

CALL_SECONDS = 600.0
START_SECONDS = 120.0
_EXIT_SECONDS = 5.0


class DifyHost:
    """Runs a plugin like Dify's daemon and processes its output by Dify's rules. It is thread-safe.

    `with DifyHost(folder) as host:` starts the process and always kills it at the end.
    """

    def __init__(
        self,
        plugin_folder: Path | str,
        *,
        environment: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        max_file_bytes: int = FILE_BYTES,
    ) -> None:
        """Create a host; the plugin starts with the `with` block.

        Args:
            plugin_folder: Folder with `manifest.yaml` and `main.py`.
            environment: Variables for the plugin, added to this process's environment; None removes a variable.
                The default of `FILES_URL` is the server of the files that are passed to tools.
            python: Interpreter with the plugin's requirements.
            max_file_bytes: Dify's `PLUGIN_MAX_FILE_SIZE`.
        """
        self._folder = Path(plugin_folder)
        self._environment = {**(environment or {}), "INSTALL_METHOD": "local"}
        self._python = python
        self._max_file_bytes = max_file_bytes
        self._router = SessionRouter()
        self._process: PluginProcess | None = None
        self._file_server: FileServer | None = None
        self._provider = ""
        self._plugin = ""
        self._declared: dict[str, tuple[Parameter, ...]] = {}

    def __enter__(self) -> Self:
        """Start the plugin and wait for its first heartbeat.

        Raises:
            PluginStopped: The plugin ended during the start; the message contains the last lines of its stderr.
            PluginTimedOut: No heartbeat arrived within two minutes.
            HostViolation: The plugin wrote a line that is not a frame.
        """
        self._provider = provider_of(self._folder)
        self._plugin = plugin_of(self._folder)
        environment = {"FILES_URL": self.files.origin, **self._environment}
        self._process = PluginProcess(self._folder, self._python, environment)
        self._process.read_stream(self._process.stdout, self._read)
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Kill the plugin.

        Raises:
            HostViolation: A stray line arrived while no call was running.
        """
        self._stop()
        if error is None and self._router.unassigned:
            raise self._router.unassigned[0]

    def validate(self, credentials: Mapping[str, Any], *, timeout: float = CALL_SECONDS) -> bool:
        """Verify credentials, as Dify does when they are saved; return True if the plugin accepts them.

        Raises:
            PluginFailure: The plugin refuses them, with its message.
        """
        collector = Collector(plugin=self._plugin)
        self._run(validation(self._provider, credentials), collector, timeout)
        return bool(collector.results) and collector.results[-1].get("result") is True

    def invoke(  # noqa: PLR0913 - the inputs of a tool node, and options
        self,
        tool: str,
        parameters: Mapping[str, Any],
        credentials: Mapping[str, Any],
        *,
        given_by: GivenBy = "raw",
        timeout: float = CALL_SECONDS,
        keep_json: bool = True,
        on_message: OnMessage | None = None,
    ) -> Outcome:
        """Run a tool and return the outputs of its node.

        Args:
            tool: Name of the tool.
            parameters: Tool parameters.
            credentials: The provider's credentials.
            given_by: Who sets the parameters, a `workflow` or an `agent`. Dify casts them accordingly (see
                `cast_parameters`); with `raw` they are sent unchanged.
            timeout: Seconds for the whole call. The plugin is not informed when they are over and continues its work,
                as when a user stops a run in Dify.
            keep_json: Whether JSON messages are stored. Otherwise they are counted, and large ones are not parsed.
            on_message: Called in the calling thread with every message when it arrives.

        Raises:
            ParametersRefused: Dify's own cast of the parameters fails.
            PluginFailure: The tool raised an exception.
            HostViolation: The plugin sent something that Dify would refuse.
            PluginTimedOut: The call did not end within `timeout` seconds.
            PluginStopped: The process ended.
        """
        collector = Collector(
            plugin=self._plugin, keep_json=keep_json, max_file_bytes=self._max_file_bytes, on_message=on_message
        )
        given = parameters if given_by == "raw" else cast_parameters(self._declared_by(tool), parameters, given_by)
        call = invocation(self._provider, tool, given, credentials)
        self._run(call, collector, timeout, skips_json=not keep_json)
        return collector.outcome()

    def serve(
        self,
        name: str | None,
        content: FileContent,
        mime_type: str | None = None,
        **options: Unpack[DeliveryOptions],
    ) -> dict[str, Any]:
        """Serve a file to the plugin over HTTP; return the file argument that Dify passes to a tool.

        Args:
            name: File name; None if Dify has none.
            content: Bytes, a path, or a function that returns the pieces.
            mime_type: MIME type; None if Dify has none.
            options: Options of the delivery, including failures; see `DeliveryOptions`.
        """
        return self.files.offer(name, content, mime_type, **options)

    @property
    def files(self) -> FileServer:
        """The server of the files that are passed to tools; it is started on first use."""
        if self._file_server is None:
            self._file_server = FileServer()
        return self._file_server

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest that the plugin sent."""
        return self._router.manifest or {}

    @property
    def tools(self) -> list[str]:
        """Names of the tools, from the provider's YAML."""
        return tools_of(self._folder)

    @property
    def logs(self) -> list[LogLine]:
        """The plugin's log so far."""
        return list(self._router.logs)

    @property
    def violations(self) -> list[HostViolation]:
        """Violations of the whole process: stray lines, lines over the limit."""
        return list(self._router.violations)

    @property
    def heartbeats(self) -> list[float]:
        """Times (`time.monotonic`) of the heartbeats so far."""
        return list(self._router.heartbeats)

    @property
    def heartbeat_gap(self) -> float:
        """Longest time without a heartbeat in seconds, up to now; Dify kills a plugin after 120 seconds."""
        times = [*self.heartbeats, time.monotonic()]
        return max((later - earlier for earlier, later in itertools.pairwise(times)), default=0.0)

    @property
    def stderr(self) -> list[str]:
        """The last lines of the plugin's stderr."""
        return self._running().stderr

    @property
    def resources(self) -> ProcessResources:
        """CPU time and memory of the plugin's process."""
        return ProcessResources(self._running().pid)

    @property
    def pid(self) -> int:
        """The plugin's process id."""
        return self._running().pid

    def kill(self) -> None:
        """Kill the plugin immediately; running calls raise PluginStopped."""
        self._running().kill()

    def _declared_by(self, tool: str) -> tuple[Parameter, ...]:
        if tool not in self._declared:
            self._declared[tool] = parameters_of(self._folder, tool)
        return self._declared[tool]

    def _running(self) -> PluginProcess:
        if self._process is None:
            raise PluginStopped("the plugin only runs inside the `with` block")
        return self._process

    def _wait_until_ready(self) -> None:
        if not self._router.ready.wait(START_SECONDS):
            raise PluginTimedOut(f"no heartbeat within {START_SECONDS:g} seconds: {self._running().stderr_tail()}")
        if self._router.violations:
            raise self._router.violations[0]
        self._router.raise_if_ended()

    def _run(self, call: Call, collector: Collector, timeout: float, *, skips_json: bool = False) -> None:
        session = self._router.open(skips_json=skips_json)
        try:
            started = time.monotonic()
            self._send(call.line(session.id))
            for arrived, frame in session.frames(timeout):
                if collector.take(frame, arrived - started):
                    return
        finally:
            self._router.close(session)

    def _send(self, line: bytes) -> None:
        process = self._running()
        try:
            process.send(line)
        except OSError:
            # The reading thread reports to the session why the process ended.
            process.wait(_EXIT_SECONDS)

    def _read(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            if len(line) > LINE_BYTES:
                self._running().kill()
                self._router.end(HostViolation(f"a line of more than {LINE_BYTES} bytes: Dify kills the plugin"))
                return
            if stripped := line.strip():
                self._router.take(stripped)
        status = self._running().wait(_EXIT_SECONDS)
        self._router.end(PluginStopped(f"the plugin ended with exit status {status}: {self._running().stderr_tail()}"))

    def _stop(self) -> None:
        if self._file_server is not None:
            self._file_server.close()
        if self._process is not None:
            self._process.close()
