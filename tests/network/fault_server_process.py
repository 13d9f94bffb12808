"""A separate program that runs relays, proxies and TLS servers on loopback, which fail on demand.

It reads commands as lines of JSON from standard input and answers each with a line of JSON:

    {"do": "open", "kind": "relay", "upstream": 40123, "steps": {"request": ["lost", "works"]}}   -> {"port": 40124}
    {"do": "script", "port": 40124, "steps": {"connect": ["407"]}}                                -> {}
    {"do": "counts", "port": 40124}          -> {"connections": 1, "connects": 0, "handshakes": 0, "requests": 1}
    {"do": "drop", "port": 40124}            -> {"dropped": 1}
    {"do": "seen", "port": 40124}            -> {"text": "CONNECT example.cybozu.com:443 HTTP/1.1 …"}

Kinds: "relay" forwards everything to the port `upstream`; "proxy" does so for CONNECT and for requests with an
absolute URL, with `authorization` only if that is their Proxy-Authorization, with `tls` under TLS; "tls" is a TLS
server that requires a client certificate; "full" is a listener whose backlog is full, so that connecting to it hangs.
With `opens_after` the port refuses connections for so many seconds, with null always.

A connection goes through stages, each of which uses the next step of its list (the last one repeats): "accept",
"connect" (a CONNECT to a proxy), "handshake" (a TLS handshake is forwarded), "request". Steps:

    works         continue
    close, reset  close or reset the connection at once
    hang          read everything, send nothing
    garbage       send bytes that are neither HTTP nor TLS, then close
    alert         send a fatal TLS alert, handshake_failure; alert-42: the one with this number
    half          (connect) send a part of the head of an answer, 200, then close
    drip          send one byte every 0.2 seconds
    407, 502 …    answer with this status and an HTML page (302 with a Location); 407-ntlm asks for NTLM
    lost          (request) forward it and close the connection when its answer arrives
    cut           (request) forward its beginning and close the connection
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
CUT_AFTER_BYTES = 2_000
TLS_HANDSHAKE = 0x16
TLS_DATA = 0x17
MIN_REQUEST_BYTES = 200
"""Bytes; a smaller TLS record of application data ends a handshake under TLS 1.3 and is not a request."""
HANDSHAKE_FAILURE = 40
MAX_SEEN = 4_000_000
GARBAGE = b"SSH-2.0-OpenSSH_9.6\r\n" * 3
REASONS = {"302": "Found", "403": "Forbidden", "407": "Proxy Authentication Required", "502": "Bad Gateway"}


class ConnectionEndedError(Exception):
    """This connection is not served any further."""


def alert(step: str) -> bytes:
    """Return the fatal alert of a step, outside of encryption."""
    return bytes([0x15, 3, 3, 0, 2, 2, int(step.partition("-")[2] or HANDSHAKE_FAILURE)])


def html_answer(status: str, method: str = "Basic") -> bytes:
    """Return a whole answer with a page of HTML; a 407 asks for this method."""
    body = f"<html><body><h1>{status}</h1></body></html>".encode()
    extra = {"302": "Location: https://login.invalid/\r\n", "407": f'Proxy-Authenticate: {method} realm="proxy"\r\n'}
    head = (
        f"HTTP/1.1 {status} {REASONS.get(status, 'Unavailable')}\r\n{extra.get(status, '')}"
        f"Content-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def close_socket(connection: socket.socket) -> None:
    """Shut a socket down and close it; harmless when it is closed already."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def read_to_end(connection: socket.socket) -> int:
    """Read until the other side closes the connection; returns the number of bytes."""
    taken = 0
    with contextlib.suppress(OSError):
        while data := connection.recv(BUFFER):
            taken += len(data)
    return taken


def send_and_close(connection: socket.socket, data: bytes) -> None:
    """Send bytes and close so that they arrive: unread input would turn the close into a reset."""
    with contextlib.suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    read_to_end(connection)


def send_slowly(connection: socket.socket, data: bytes) -> None:
    """Send one byte at a time."""
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(DRIP_SECONDS)


class RequestDetector:
    """Finds the beginnings of requests in the bytes that a client sends."""

    def __init__(self, first: bytes) -> None:
        """Tell from the first bytes whether the connection uses TLS."""
        self.encrypted = first[:1] == bytes([TLS_HANDSHAKE])
        self._pending = b""

    def has_request_in(self, data: bytes) -> bool:
        """Return whether these bytes hold a request or a part of one."""
        if not self.encrypted:
            return True
        found = False
        self._pending += data
        while len(self._pending) >= 5:
            kind, _, length = struct.unpack("!BHH", self._pending[:5])
            found = found or (kind == TLS_DATA and length > MIN_REQUEST_BYTES)
            if len(self._pending) < 5 + length:
                break
            self._pending = self._pending[5 + length :]
        return found


class Server:
    """One port."""

    def __init__(self, command: dict[str, Any]) -> None:
        """Bind a port and listen as the command says; the backlog of a "full" one is filled at once."""
        self.kind: str = command["kind"]
        self.upstream: int = command.get("upstream", 0)
        self.tls: dict[str, str] = command.get("tls", {})
        self.authorization: str = command.get("authorization", "")
        self.seen = b""
        self.counts: Counter[str] = Counter(dict.fromkeys(STAGES.values(), 0))
        self.lock = threading.Lock()
        self.steps: dict[str, list[str]] = {}
        self.script(command.get("steps", {}))
        self.open_connections: set[socket.socket] = set()
        self.listener = socket.socket()
        self.listener.bind((LOOPBACK, 0))
        self.port: int = self.listener.getsockname()[1]
        self.backlog_clients: list[socket.socket] = []
        opens_after = command.get("opens_after", 0)
        if self.kind == "full":
            self.fill_backlog()
        elif opens_after:
            threading.Timer(opens_after, self.start).start()
        elif opens_after is not None:
            self.start()

    def fill_backlog(self) -> None:
        """Connect until the backlog is full."""
        self.listener.listen(0)
        for _ in range(16):
            client = socket.socket()
            self.backlog_clients.append(client)
            client.settimeout(0.1)
            try:
                client.connect((LOOPBACK, self.port))
            except TimeoutError:
                return

    def start(self) -> None:
        """Begin to accept connections."""
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Serve every connection in a thread."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def script(self, steps: dict[str, list[str]]) -> None:
        """Replace the steps that are left, and reset the counts."""
        with self.lock:
            self.steps = {stage: list(steps.get(stage, ["works"])) for stage in STAGES}
            self.counts = Counter(dict.fromkeys(STAGES.values(), 0))

    def next_step(self, stage: str) -> str:
        """Count and return the next step of a stage."""
        with self.lock:
            self.counts[STAGES[stage]] += 1
            steps = self.steps[stage]
            return steps.pop(0) if len(steps) > 1 else steps[0]

    def drop_connections(self) -> int:
        """Close all connections; returns how many there were."""
        with self.lock:
            connections = list(self.open_connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return len(connections)

    def close(self) -> None:
        """Close the port and all connections."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.backlog_clients:
            connection.close()
        self.drop_connections()

    def serve(self, client: socket.socket) -> None:
        """Run a connection through its stages."""
        with self.lock:
            self.open_connections.add(client)
        try:
            with contextlib.suppress(ConnectionEndedError, OSError):
                self.apply_step(self.next_step("accept"), client)
                {"proxy": self.serve_proxy, "tls": self.serve_tls}.get(self.kind, self.relay)(client)
        finally:
            with self.lock:
                self.open_connections.discard(client)
            close_socket(client)

    def apply_step(self, step: str, client: socket.socket) -> None:
        """Perform a step; raises ConnectionEndedError unless the connection continues."""
        if step in {"works", "lost", "cut"}:
            return
        if step == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        elif step == "hang":
            read_to_end(client)
        elif step == "drip":
            send_slowly(client, b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 10_000)
        elif step == "garbage":
            send_and_close(client, GARBAGE)
        elif step == "half":
            send_and_close(client, b"HTTP/1.1 200 OK\r\nX-Padding: x")
        elif step.startswith("alert"):
            send_and_close(client, alert(step))
        elif step == "407-ntlm":
            send_and_close(client, html_answer("407", "NTLM"))
        elif step.isdecimal():
            send_and_close(client, html_answer(step))
        raise ConnectionEndedError

    def serve_proxy(self, client: socket.socket) -> None:
        """Answer CONNECT, or forward a request with an absolute URL."""
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tls["certificate"])
            client = context.wrap_socket(client, server_side=True)
        data = b""
        while b"\r\n\r\n" not in data:
            received = client.recv(BUFFER)
            if not received:
                return
            data += received
            if data[0] == TLS_HANDSHAKE:
                self.apply_step("400", client)
        self.keep(data)
        if self.authorization and f"Proxy-Authorization: {self.authorization}\r\n".encode() not in data:
            self.apply_step("407", client)
        if data.startswith(b"CONNECT "):
            self.apply_step(self.next_step("connect"), client)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            data = b""
        self.relay(client, data)

    def keep(self, data: bytes) -> None:
        """Keep what a client has sent."""
        with self.lock:
            self.seen = (self.seen + data)[:MAX_SEEN]

    def relay(self, client: socket.socket, data: bytes = b"") -> None:
        """Forward everything, as far as the steps allow."""
        data = data or client.recv(BUFFER)
        if not data:
            return
        requests = RequestDetector(data)
        handshake = self.next_step("handshake") if requests.encrypted else "works"
        if handshake != "drip":
            self.apply_step(handshake, client)
        with socket.create_connection((LOOPBACK, self.upstream)) as upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            RelayedConnection(self, client, upstream, handshake).run(requests, data)

    def serve_tls(self, client: socket.socket) -> None:
        """Require a client certificate; data that arrives after the failed handshake counts as a request."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.tls["certificate"])
        context.load_verify_locations(self.tls["authority"])
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion[self.tls["version"]]
        self.next_step("handshake")
        with context.wrap_socket(client, server_side=True, do_handshake_on_connect=False) as secured:
            with contextlib.suppress(ssl.SSLError):
                secured.do_handshake()
            # What the client sent before the alert is read first, since unread input would turn the close into a reset.
            secured.shutdown(socket.SHUT_WR)
            secured.settimeout(5)
            if read_to_end(secured) > MIN_REQUEST_BYTES:
                self.next_step("request")


class RelayedConnection:
    """Requests and answers of one connection, one after the other."""

    def __init__(self, server: Server, client: socket.socket, upstream: socket.socket, handshake: str) -> None:
        """Keep the sockets of client and upstream."""
        self.server = server
        self.client = client
        self.upstream = upstream
        self.step = handshake
        self.answered = True
        self.passed = 0

    def run(self, requests: RequestDetector, data: bytes) -> None:
        """Forward what the client sends until either side closes the connection."""
        threading.Thread(target=self.forward_answers, daemon=True).start()
        while data:
            if self.answered and requests.has_request_in(data):
                self.answered, self.passed = False, 0
                self.step = self.server.next_step("request")
                if self.step != "drip":
                    self.server.apply_step(self.step, self.client)
            if self.step == "cut" and self.passed + len(data) > CUT_AFTER_BYTES:
                self.upstream.sendall(data[: CUT_AFTER_BYTES - self.passed])
                return
            self.server.keep(data)
            self.upstream.sendall(data)
            self.passed += len(data)
            data = self.client.recv(BUFFER)

    def forward_answers(self) -> None:
        """Forward what comes back."""
        with contextlib.suppress(OSError):
            while data := self.upstream.recv(BUFFER):
                if self.step == "lost" and not self.answered:
                    break
                if self.step == "drip":
                    send_slowly(self.client, data)
                else:
                    # Set before the answer is sent, since the next request may follow at once.
                    self.answered = True
                    self.client.sendall(data)
        for connection in (self.client, self.upstream):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def execute(command: dict[str, Any], servers: dict[int, Server]) -> dict[str, Any]:
    """Execute one command and return its result."""
    if command["do"] == "open":
        server = Server(command)
        servers[server.port] = server
        return {"port": server.port}
    if command["do"] == "close":
        servers.pop(command["port"]).close()
        return {}
    server = servers[command["port"]]
    if command["do"] == "counts":
        with server.lock:
            return dict(server.counts)
    if command["do"] == "seen":
        with server.lock:
            return {"text": server.seen.decode("latin-1")}
    if command["do"] == "drop":
        return {"dropped": server.drop_connections()}
    server.script(command["steps"])
    return {}


def main() -> None:
    """Execute commands until standard input ends."""
    servers: dict[int, Server] = {}
    for line in sys.stdin:
        sys.stdout.write(json.dumps(execute(json.loads(line), servers)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
