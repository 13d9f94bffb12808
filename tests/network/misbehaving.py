"""A program of its own: relays, proxies and TLS servers on loopback that misbehave on demand.

It is told what to do by lines of JSON on its standard input, and answers each with a line of JSON:

    {"do": "open", "kind": "relay", "upstream": 40123, "steps": {"request": ["lost", "works"]}}   -> {"port": 40124}
    {"do": "script", "port": 40124, "steps": {"connect": ["407"]}}                                -> {}
    {"do": "counts", "port": 40124}          -> {"connections": 1, "connects": 0, "handshakes": 0, "requests": 1}
    {"do": "drop", "port": 40124}            -> {"dropped": 1}

Kinds: "relay" passes everything on to the port `upstream`; "proxy" does so for CONNECT and for requests with a whole
address; "tls" is a TLS server that demands a client certificate; "full" is a listener whose backlog is full, so that
connecting to it hangs. With `opens_after` the port refuses connections for so many seconds, with null for ever.

A connection goes through stages, each of which takes the next step of its list (the last one stays): "accept",
"connect" (a CONNECT to a proxy), "handshake" (a TLS handshake passes through), "request". Steps:

    works         go on
    close, reset  hang up, at once
    hang          take everything, say nothing
    garbage       say what is neither HTTP nor TLS, hang up
    alert         refuse the handshake by a TLS alert
    drip          one byte in 0.2 seconds, for ever
    407, 502 …    answer with this status and a page of HTML (302 with an address)
    lost          (request) pass it on and hang up when its answer comes
    cut           (request) pass on its beginning and hang up
"""

import contextlib
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from typing import Any

LOOPBACK = "127.0.0.1"
STAGES = {"accept": "connections", "connect": "connects", "handshake": "handshakes", "request": "requests"}
BUFFER = 1 << 16
DRIP_SECONDS = 0.2
CUT_AFTER = 2_000
TLS_HANDSHAKE = 0x16
TLS_DATA = 0x17
SMALLEST_REQUEST = 200
"""Bytes; a TLS record of data that is smaller is the end of a handshake under TLS 1.3, not a request."""
ALERT = bytes([0x15, 3, 3, 0, 2, 2, 40])
GARBAGE = b"SSH-2.0-OpenSSH_9.6\r\n" * 3
REASONS = {"302": "Found", "403": "Forbidden", "407": "Proxy Authentication Required", "502": "Bad Gateway"}


class HungUpError(Exception):
    """This connection is done with."""


def page(status: str) -> bytes:
    """Return a whole answer with a page of HTML."""
    body = f"<html><body><h1>{status}</h1></body></html>".encode()
    extra = {"302": "Location: https://login.invalid/\r\n", "407": 'Proxy-Authenticate: Basic realm="proxy"\r\n'}
    head = (
        f"HTTP/1.1 {status} {REASONS.get(status, 'Unavailable')}\r\n{extra.get(status, '')}"
        f"Content-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def hang_up(plug: socket.socket) -> None:
    """Close both ways; harmless when it is closed already."""
    with contextlib.suppress(OSError):
        plug.shutdown(socket.SHUT_RDWR)
    plug.close()


def swallow(plug: socket.socket) -> int:
    """Take everything until the other side hangs up; returns the number of bytes."""
    taken = 0
    with contextlib.suppress(OSError):
        while data := plug.recv(BUFFER):
            taken += len(data)
    return taken


def last_words(plug: socket.socket, words: bytes) -> None:
    """Send an answer so that it surely arrives: nothing unread may turn the end into a reset."""
    with contextlib.suppress(OSError):
        plug.sendall(words)
        plug.shutdown(socket.SHUT_WR)
    plug.settimeout(5)
    swallow(plug)


def drip(plug: socket.socket, words: bytes) -> None:
    """Send one byte at a time."""
    for byte in words:
        plug.sendall(bytes([byte]))
        time.sleep(DRIP_SECONDS)


class Requests:
    """Finds the beginnings of requests in what a client sends."""

    def __init__(self, first: bytes) -> None:
        """Look at the first bytes: TLS or not."""
        self.encrypted = first[:1] == bytes([TLS_HANDSHAKE])
        self._pending = b""

    def begin_in(self, data: bytes) -> bool:
        """Tell whether a request, or more of one, is in these bytes."""
        if not self.encrypted:
            return True
        found = False
        self._pending += data
        while len(self._pending) >= 5:
            kind, _, length = struct.unpack("!BHH", self._pending[:5])
            found = found or (kind == TLS_DATA and length > SMALLEST_REQUEST)
            if len(self._pending) < 5 + length:
                break
            self._pending = self._pending[5 + length :]
        return found


class Server:
    """One port."""

    def __init__(self, order: dict[str, Any]) -> None:
        """Take a port; a "full" one is filled at once."""
        self.kind: str = order["kind"]
        self.upstream: int = order.get("upstream", 0)
        self.tls: dict[str, str] = order.get("tls", {})
        self.counts: Counter[str] = Counter(dict.fromkeys(STAGES.values(), 0))
        self.lock = threading.Lock()
        self.steps: dict[str, list[str]] = {}
        self.script(order.get("steps", {}))
        self.live: set[socket.socket] = set()
        self.plug = socket.socket()
        self.plug.bind((LOOPBACK, 0))
        self.port: int = self.plug.getsockname()[1]
        self.filling: list[socket.socket] = []
        opens_after = order.get("opens_after", 0)
        if self.kind == "full":
            self.fill()
        elif opens_after:
            threading.Timer(opens_after, self.start).start()
        elif opens_after is not None:
            self.start()

    def fill(self) -> None:
        """Let the backlog overflow."""
        self.plug.listen(0)
        for _ in range(16):
            client = socket.socket()
            self.filling.append(client)
            client.settimeout(0.1)
            try:
                client.connect((LOOPBACK, self.port))
            except TimeoutError:
                return

    def start(self) -> None:
        """Accept from now on."""
        self.plug.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Serve every connection in a thread."""
        while True:
            try:
                client, _ = self.plug.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def script(self, steps: dict[str, list[str]]) -> None:
        """Replace the steps that are still to come, and count anew."""
        with self.lock:
            self.steps = {stage: list(steps.get(stage, ["works"])) for stage in STAGES}
            self.counts = Counter(dict.fromkeys(STAGES.values(), 0))

    def take(self, stage: str) -> str:
        """Count and return the next step of a stage."""
        with self.lock:
            self.counts[STAGES[stage]] += 1
            steps = self.steps[stage]
            return steps.pop(0) if len(steps) > 1 else steps[0]

    def drop(self) -> int:
        """Hang up on everybody."""
        with self.lock:
            plugs = list(self.live)
        for plug in plugs:
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        return len(plugs)

    def close(self) -> None:
        """Give the port back."""
        with contextlib.suppress(OSError):
            self.plug.shutdown(socket.SHUT_RDWR)
        self.plug.close()
        for plug in self.filling:
            plug.close()
        self.drop()

    def serve(self, client: socket.socket) -> None:
        """Let a connection go through its stages."""
        with self.lock:
            self.live.add(client)
        try:
            with contextlib.suppress(HungUpError, OSError):
                self.act(self.take("accept"), client)
                {"proxy": self.serve_proxy, "tls": self.serve_tls}.get(self.kind, self.relay)(client)
        finally:
            with self.lock:
                self.live.discard(client)
            hang_up(client)

    def act(self, step: str, client: socket.socket) -> None:
        """Do what a step says; raises HungUpError unless the connection goes on."""
        if step in {"works", "lost", "cut"}:
            return
        if step == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        elif step == "hang":
            swallow(client)
        elif step == "drip":
            drip(client, b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 10_000)
        elif step == "garbage":
            last_words(client, GARBAGE)
        elif step == "alert":
            last_words(client, ALERT)
        elif step.isdecimal():
            last_words(client, page(step))
        raise HungUpError

    def serve_proxy(self, client: socket.socket) -> None:
        """Answer CONNECT, or pass a request with a whole address on."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(BUFFER)
            if not more:
                return
            data += more
        if data.startswith(b"CONNECT "):
            self.act(self.take("connect"), client)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            data = b""
        self.relay(client, data)

    def relay(self, client: socket.socket, data: bytes = b"") -> None:
        """Pass everything on, as far as the steps let it."""
        data = data or client.recv(BUFFER)
        if not data:
            return
        requests = Requests(data)
        handshake = self.take("handshake") if requests.encrypted else "works"
        if handshake != "drip":
            self.act(handshake, client)
        with socket.create_connection((LOOPBACK, self.upstream)) as upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Exchange(self, client, upstream, handshake).run(requests, data)

    def serve_tls(self, client: socket.socket) -> None:
        """Demand a client certificate; what comes after the handshake failed counts as a request."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.tls["certificate"])
        context.load_verify_locations(self.tls["authority"])
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion[self.tls["version"]]
        self.take("handshake")
        with context.wrap_socket(client, server_side=True, do_handshake_on_connect=False) as secured:
            with contextlib.suppress(ssl.SSLError):
                secured.do_handshake()
            # Whatever the client sent before it read the alert is taken, lest a reset eat the alert.
            secured.shutdown(socket.SHUT_WR)
            secured.settimeout(5)
            if swallow(secured) > SMALLEST_REQUEST:
                self.take("request")


class Exchange:
    """Requests and answers of one connection, one after the other."""

    def __init__(self, server: Server, client: socket.socket, upstream: socket.socket, handshake: str) -> None:
        """Take both ends."""
        self.server = server
        self.client = client
        self.upstream = upstream
        self.step = handshake
        self.answered = True
        self.passed = 0

    def run(self, requests: Requests, data: bytes) -> None:
        """Pass on what the client sends until somebody hangs up."""
        threading.Thread(target=self.answers, daemon=True).start()
        while data:
            if self.answered and requests.begin_in(data):
                self.answered, self.passed = False, 0
                self.step = self.server.take("request")
                if self.step != "drip":
                    self.server.act(self.step, self.client)
            if self.step == "cut" and self.passed + len(data) > CUT_AFTER:
                self.upstream.sendall(data[: CUT_AFTER - self.passed])
                return
            self.upstream.sendall(data)
            self.passed += len(data)
            data = self.client.recv(BUFFER)

    def answers(self) -> None:
        """Pass on what comes back."""
        with contextlib.suppress(OSError):
            while data := self.upstream.recv(BUFFER):
                if self.step == "lost" and not self.answered:
                    break
                if self.step == "drip":
                    drip(self.client, data)
                else:
                    # Before the answer is out, as the next request may follow at once.
                    self.answered = True
                    self.client.sendall(data)
        for plug in (self.client, self.upstream):
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)


def obey(order: dict[str, Any], servers: dict[int, Server]) -> dict[str, int]:
    """Do what a line says."""
    if order["do"] == "open":
        server = Server(order)
        servers[server.port] = server
        return {"port": server.port}
    if order["do"] == "close":
        servers.pop(order["port"]).close()
        return {}
    server = servers[order["port"]]
    if order["do"] == "counts":
        with server.lock:
            return dict(server.counts)
    if order["do"] == "drop":
        return {"dropped": server.drop()}
    server.script(order["steps"])
    return {}


def main() -> None:
    """Obey until standard input ends."""
    servers: dict[int, Server] = {}
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(json.loads(line), servers)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
