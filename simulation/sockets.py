"""The same scenarios over real sockets: the real client, a gateway that injects the faults, and the local kintone."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

# The SDK patches sockets and threads on import, so it must be imported before any thread is started.
import dify_plugin  # noqa: F401  # isort: split

from simulation.faults import CATALOGUE, Fault
from simulation.network import BrokenError, Network, OutgoingRequest
from simulation.plugin import SimulatedFile, run_tool, silence_logs
from simulation.runner import build_run, ending
from simulation.scenario import InjectedFault, Scenario
from simulation.world import Reply, World
from tools import uploads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.trace import Run

SHORT_TIMEOUT = 1
SHORT_BUDGET = 12
CLIENT_TIMEOUT_SECONDS = 6.0
"""Seconds after which the gateway closes a connection whose client still waits."""
MAX_LATENCY = 0.02


class RealClock:
    """The system's monotonic clock."""

    def __init__(self) -> None:
        """Start at zero."""
        self._began = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the clock was created."""
        return time.monotonic() - self._began

    def sleep(self, seconds: float) -> None:
        """Sleep for a number of real seconds."""
        time.sleep(seconds)


class ListeningWorld(World):
    """A world whose kintone also listens on a socket."""

    def start(self) -> None:
        """Start listening."""
        self.kintone.start()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request: int) -> Reply:
        """Send a request of the plugin over a separate connection."""
        if not request:
            return super().exchange(method, target, headers, body, request)
        connection = HTTPConnection("127.0.0.1", self.kintone.port, timeout=CLIENT_TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            reply = Reply(answer.status, {"Content-Type": answer.headers["Content-Type"]}, answer.read())
        finally:
            connection.close()
        self.log(request)
        return reply


class Gateway:
    """A gateway between clients and the local kintone that injects faults."""

    def __init__(self, network: Network) -> None:
        """Listen on a free port."""
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.network = network
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL that clients use for kintone."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    network: Network

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401 - of the standard library
        """Print nothing; disconnecting clients are part of the simulation."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Forward one request."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        dropped = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        network = cast("_Listener", self.server).network
        try:
            reply = network.send(
                OutgoingRequest(self.command, self.path, headers, body), CLIENT_TIMEOUT_SECONDS, self._pause
            )
        except BrokenError as broken:
            if broken.part is not None:
                self._answer(broken.part, len(broken.part.body) + 10)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(reply, len(reply.body))

    def _pause(self, seconds: float) -> bool:
        """Wait for a number of seconds or until the client disconnects; return whether it disconnected."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.connection.settimeout(min(left, 0.2))
            try:
                gone = not self.connection.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                continue
            except OSError:
                return True
            finally:
                self.connection.settimeout(None)
            if gone:
                return True
            time.sleep(min(left, 0.05))
        return False

    def _answer(self, reply: Reply, length: int) -> None:
        self.wfile.write(f"HTTP/1.1 {reply.status} Simulated\r\n".encode())
        headers = {**reply.headers, "Content-Length": str(length)}
        self.wfile.write("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n")
        self.wfile.write(reply.body)


def run_over_sockets(scenario: Scenario) -> Run:
    """Run a scenario over real sockets, with short timeouts."""
    silence_logs()
    scenario = shortened(scenario)
    clock = RealClock()
    world = ListeningWorld(scenario)
    world.start()
    network = Network(world, clock, max_latency=MAX_LATENCY)
    gateway = Gateway(network)
    try:
        began = clock.now()
        with patch.object(uploads, "FileSource", SimulatedFile):
            outcome = run_tool(scenario, gateway.url, world.app, world.token, KINTONE_ALLOWED_ORIGINS=gateway.url)
        network.close(ending(outcome))
        run = build_run(world, network, outcome, clock.now() - began, exact=False)
    finally:
        gateway.close()
        world.close()
    return run


def shortened(scenario: Scenario) -> Scenario:
    """Return a scenario with short timeouts and without faults that a gateway cannot inject."""
    injected_faults = tuple(replace(injected, fault=_shortened(injected)) for injected in scenario.injected_faults)
    return replace(scenario, injected_faults=injected_faults, request_timeout=SHORT_TIMEOUT, budget=SHORT_BUDGET)


def _shortened(injected: InjectedFault) -> Fault:
    fault = injected.fault
    if fault.cut_at == "unsent":
        # A request is always sent, because the gateway accepts every connection.
        return CATALOGUE["cut, before"][0]
    if fault.name == "429 Retry-After":
        return replace(fault, headers=(("Retry-After", "1"),))
    return fault
