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
from dify_host.parameters import GivenBy, as_given
from dify_host.process import PluginProcess
from dify_host.resources import ProcessResources
from dify_host.switchboard import LogLine, Switchboard

CALL_SECONDS = 600.0
START_SECONDS = 120.0
_EXIT_SECONDS = 5.0


class DifyHost:
    """Runs a plugin as Dify's daemon does and takes its output by Dify's rules; may be used by many threads at once.

    `with DifyHost(folder) as host:` starts the process and kills it at the end, whatever happens.
    """

    def __init__(
        self,
        plugin_folder: Path | str,
        *,
        environment: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        max_file_bytes: int = FILE_BYTES,
    ) -> None:
        """Prepare a host; nothing runs before the `with` block.

        Args:
            plugin_folder: Folder with `manifest.yaml` and `main.py`.
            environment: For the plugin, on top of this process's environment; None takes a variable away.
                Unless it is given, `FILES_URL` names the server of the files passed to tools.
            python: Interpreter with the plugin's requirements.
            max_file_bytes: Dify's `PLUGIN_MAX_FILE_SIZE`.
        """
        self._folder = Path(plugin_folder)
        self._environment = {**(environment or {}), "INSTALL_METHOD": "local"}
        self._python = python
        self._max_file_bytes = max_file_bytes
        self._switchboard = Switchboard()
        self._process: PluginProcess | None = None
        self._file_server: FileServer | None = None
        self._provider = ""
        self._plugin = ""
        self._declared: dict[str, tuple[Parameter, ...]] = {}

    def __enter__(self) -> Self:
        """Start the plugin and wait for its first heartbeat.

        Raises:
            PluginStopped: The plugin ended while starting; the text has the last lines of its stderr.
            PluginTimedOut: No heartbeat came within two minutes.
            HostViolation: The plugin wrote something else than frames.
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
            HostViolation: A stray line came while no call was under way to hear of it.
        """
        self._stop()
        if error is None and self._switchboard.unreported:
            raise self._switchboard.unreported[0]

    def validate(self, credentials: Mapping[str, Any], *, timeout: float = CALL_SECONDS) -> bool:
        """Prove credentials, as Dify does when one is saved; True when the plugin accepts them.

        Raises:
            PluginFailure: The plugin refuses them, with its sentence.
        """
        collector = Collector(plugin=self._plugin)
        self._run(validation(self._provider, credentials), collector, timeout)
        return bool(collector.results) and collector.results[-1].get("result") is True

    def invoke(  # noqa: PLR0913 - what a tool node has, and how its answer is to be taken
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
            given_by: Who fills the parameters in, a `workflow` or an `agent`, and so what Dify makes of them before the
                plugin receives them (see `as_given`); `raw` hands them over as they are.
            timeout: Seconds for the whole call. Nobody tells the plugin when they are over: it goes on with its work,
                as it does when somebody stops a run in Dify.
            keep_json: Keep JSON messages. Without, they are counted and large ones not even parsed.
            on_message: Called with every message as it comes, in the calling thread.

        Raises:
            ParametersRefused: Dify's own cast of the parameters fails.
            PluginFailure: The tool raised.
            HostViolation: The plugin sent what Dify would refuse.
            PluginTimedOut: No end within `timeout` seconds.
            PluginStopped: The process ended.
        """
        collector = Collector(
            plugin=self._plugin, keep_json=keep_json, max_file_bytes=self._max_file_bytes, on_message=on_message
        )
        given = parameters if given_by == "raw" else as_given(self._declared_by(tool), parameters, given_by)
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
        """Offer a file to the plugin over HTTP; return the file argument that Dify passes to a tool.

        Args:
            name: File name; None where Dify knows none.
            content: Bytes, a path, or a function that returns the pieces.
            mime_type: Type; None where Dify knows none.
            options: How the file is delivered, and what goes wrong on the way; see `DeliveryOptions`.
        """
        return self.files.offer(name, content, mime_type, **options)

    @property
    def files(self) -> FileServer:
        """The server of the files passed to tools, which runs before the plugin is told of it."""
        if self._file_server is None:
            self._file_server = FileServer()
        return self._file_server

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as the plugin announced it."""
        return self._switchboard.manifest or {}

    @property
    def tools(self) -> list[str]:
        """Names of the tools, from the files that Dify reads them from."""
        return tools_of(self._folder)

    @property
    def logs(self) -> list[LogLine]:
        """The plugin's log so far."""
        return list(self._switchboard.logs)

    @property
    def violations(self) -> list[HostViolation]:
        """Broken rules that concern the whole process: stray lines, lines over the limit."""
        return list(self._switchboard.violations)

    @property
    def heartbeats(self) -> list[float]:
        """Times (`time.monotonic`) of the heartbeats so far."""
        return list(self._switchboard.heartbeats)

    @property
    def heartbeat_gap(self) -> float:
        """Longest time without a heartbeat in seconds, up to now; Dify kills a plugin at 120."""
        times = [*self.heartbeats, time.monotonic()]
        return max((later - earlier for earlier, later in itertools.pairwise(times)), default=0.0)

    @property
    def stderr(self) -> list[str]:
        """The last lines that the plugin wrote to stderr."""
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
        """Kill the plugin in the middle of whatever it does; calls under way raise PluginStopped."""
        self._running().kill()

    def _declared_by(self, tool: str) -> tuple[Parameter, ...]:
        if tool not in self._declared:
            self._declared[tool] = parameters_of(self._folder, tool)
        return self._declared[tool]

    def _running(self) -> PluginProcess:
        if self._process is None:
            raise PluginStopped("the plugin runs only inside the `with` block")
        return self._process

    def _wait_until_ready(self) -> None:
        if not self._switchboard.ready.wait(START_SECONDS):
            raise PluginTimedOut(f"no heartbeat within {START_SECONDS:g} seconds: {self._running().last_words()}")
        if self._switchboard.violations:
            raise self._switchboard.violations[0]
        self._switchboard.raise_if_ended()

    def _run(self, call: Call, collector: Collector, timeout: float, *, skips_json: bool = False) -> None:
        session = self._switchboard.open(skips_json=skips_json)
        try:
            started = time.monotonic()
            self._send(call.line(session.id))
            for arrived, frame in session.frames(timeout):
                if collector.take(frame, arrived - started):
                    return
        finally:
            self._switchboard.close(session)

    def _send(self, line: bytes) -> None:
        process = self._running()
        try:
            process.send(line)
        except OSError:
            # The reader knows better why the process is gone, and tells the session.
            process.wait(_EXIT_SECONDS)

    def _read(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            if len(line) > LINE_BYTES:
                self._running().kill()
                self._switchboard.end(HostViolation(f"a line of more than {LINE_BYTES} bytes: Dify kills the plugin"))
                return
            if stripped := line.strip():
                self._switchboard.take(stripped)
        status = self._running().wait(_EXIT_SECONDS)
        self._switchboard.end(
            PluginStopped(f"the plugin ended with exit status {status}: {self._running().last_words()}")
        )

    def _stop(self) -> None:
        if self._file_server is not None:
            self._file_server.close()
        if self._process is not None:
            self._process.close()
