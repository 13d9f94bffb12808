"""The same scenarios over real sockets: the real client, a gateway that makes the faults, a kintone behind it."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

# The SDK patches sockets and threads when it is imported, so it comes before whatever starts a thread.
import dify_plugin  # noqa: F401  # isort: split

from simulation.faults import CATALOGUE, Fault
from simulation.playing import ending, run_of
from simulation.plugin import SimulatedFile, hush, run_tool
from simulation.scenario import Scenario, Trouble
from simulation.wire import BrokenError, Letter, Wire
from simulation.world import Reply, World
from tools import uploads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.trace import Run

SHORT_TIMEOUT = 1
SHORT_BUDGET = 12
PATIENCE = 6.0
"""Seconds after which the gateway gives a client up that does not."""
SLOWEST = 0.02


class RealClock:
    """The time of the machine."""

    def __init__(self) -> None:
        """Start at nought."""
        self._began = time.monotonic()

    def now(self) -> float:
        """Return the seconds since it was made."""
        return time.monotonic() - self._began

    def sleep(self, seconds: float) -> None:
        """Really sleep."""
        time.sleep(seconds)


class ListeningWorld(World):
    """A world whose kintone is asked over sockets too."""

    def start(self) -> None:
        """Listen."""
        self.kintone.start()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request: int) -> Reply:
        """Ask over a connection of its own."""
        if not request:
            return super().exchange(method, target, headers, body, request)
        connection = HTTPConnection("127.0.0.1", self.kintone.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            reply = Reply(answer.status, {"Content-Type": answer.headers["Content-Type"]}, answer.read())
        finally:
            connection.close()
        self.log(request)
        return reply


class Gateway:
    """What clients ask instead of the kintone behind it, with what goes wrong on the way."""

    def __init__(self, wire: Wire) -> None:
        """Listen on a free port."""
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.wire = wire
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address that clients know kintone by."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    wire: Wire

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401 - of the standard library
        """Say nothing: clients that go away are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Carry one request."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        dropped = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        wire = cast("_Listener", self.server).wire
        try:
            reply = wire.send(Letter(self.command, self.path, headers, body), PATIENCE, self._pause)
        except BrokenError as broken:
            if broken.part is not None:
                self._answer(broken.part, len(broken.part.body) + 10)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(reply, len(reply.body))

    def _pause(self, seconds: float) -> bool:
        """Let time pass, until the client has gone; tells whether it has."""
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


def play_really(scenario: Scenario) -> Run:
    """Play a scenario over real sockets, with times that a person can wait for."""
    hush()
    scenario = shortened(scenario)
    clock = RealClock()
    world = ListeningWorld(scenario)
    world.start()
    wire = Wire(world, clock, slowest=SLOWEST)
    gateway = Gateway(wire)
    try:
        began = clock.now()
        with patch.object(uploads, "FileSource", SimulatedFile):
            outcome = run_tool(scenario, gateway.url, world.app, world.token, KINTONE_ALLOWED_ORIGINS=gateway.url)
        wire.close(ending(outcome))
        run = run_of(world, wire, outcome, clock.now() - began, exact=False)
    finally:
        gateway.close()
        world.close()
    return run


def shortened(scenario: Scenario) -> Scenario:
    """Return a scenario with short times, and without what a gateway cannot do."""
    troubles = tuple(replace(trouble, fault=_shortened(trouble)) for trouble in scenario.troubles)
    return replace(scenario, troubles=troubles, request_timeout=SHORT_TIMEOUT, budget=SHORT_BUDGET)


def _shortened(trouble: Trouble) -> Fault:
    fault = trouble.fault
    if fault.breaks == "unsent":
        # To a gateway that listens the request always leaves.
        return CATALOGUE["cut, before"][0]
    if fault.name == "429 Retry-After":
        return replace(fault, headers=(("Retry-After", "1"),))
    return fault
