"""HTTP/1.1 on a socket: the standard library's server, with incomplete, slow and endless responses."""

from __future__ import annotations

import contextlib
import io
import itertools
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, cast

from local_kintone.serving.certificates import Peer
from local_kintone.serving.messages import Head, Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.clock import Clock
    from local_kintone.serving.in_process import Connection
    from local_kintone.serving.messages import Response

    type Answer = Callable[[Connection, Head], bool]

HANDSHAKE_SECONDS = 30
LINGER_SECONDS = 5
MAX_LINE = 1 << 16
ENDLESS_CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


class HttpServer(ThreadingTCPServer):
    """Listens on one address until it is closed; each connection has its own thread."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(
        self,
        address: tuple[str, int],
        connection: Callable[[], contextlib.AbstractContextManager[Answer]],
        *,
        tls: ssl.SSLContext | None = None,
        clock: Clock,
        connect_pause: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Bind the address (port 0 chooses a free port); connections are served after start().

        Args:
            address: host and port.
            connection: called for each connection; returns a function that answers one request and returns whether
                the connection can be reused.
            tls: the TLS context for HTTPS.
            clock: the clock for dates and pauses.
            connect_pause: returns the seconds to wait on a new connection before reading.
        """
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self._tls = tls
        self._connect_pause = connect_pause
        self._lock = threading.Lock()
        self._open: set[Any] = set()
        self._thread = threading.Thread(target=self.serve_forever, name="local-kintone-accept", daemon=True)
        self.connection = connection
        self.clock = clock
        super().__init__(address, _Handler)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.socket.getsockname()[1])

    def start(self) -> None:
        """Start accepting connections."""
        self._thread.start()

    def close(self) -> None:
        """Stop accepting and close every open connection."""
        # Shutting the socket down ends the wait for connections immediately.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        if self._thread.ident is not None:
            self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for each in connections:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; the TLS handshake happens in the connection's own thread."""
        accepted, address = super().get_request()
        if self._tls is not None:
            accepted = self._tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(accepted)
        return accepted, address

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - of the standard library
        """Serve one connection, in its own thread."""
        threading.current_thread().name = "local-kintone"
        if pause := self._connect_pause():
            self.clock.sleep(pause)
        if isinstance(request, ssl.SSLSocket):
            request.settimeout(HANDSHAKE_SECONDS)
            try:
                request.do_handshake()
            except ssl.SSLError:
                _let_alert_arrive(request)
                raise
            request.settimeout(None)
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - of the standard library
        """Close a connection in order; a reset connection is already closed."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - of the standard library
        """Report an internal error; a disconnect or an invalid request only ends its own connection."""
        if not isinstance(sys.exception(), (OSError, ValueError)):
            super().handle_error(request, client_address)


def _let_alert_arrive(refused: ssl.SSLSocket) -> None:
    """Read what the client still sends: closing a socket with unread bytes resets it, and the alert may be lost."""
    refused.settimeout(LINGER_SECONDS)
    refused.shutdown(socket.SHUT_WR)
    while refused.recv(MAX_LINE):
        pass


class _Handler(BaseHTTPRequestHandler):
    """One client's connection; see Connection for the ways to respond."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = wbufsize = 1 << 16

    def handle(self) -> None:
        server = cast("HttpServer", self.server)
        self._clock = server.clock
        self._close_by_reset = False
        self.peer = Peer.of(str(self.client_address[0]), self.connection)
        with server.connection() as self._answer:
            super().handle()

    def finish(self) -> None:
        super().finish()
        if self._close_by_reset:
            # This must precede the server's orderly shutdown, which would send a FIN instead of a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _request(self) -> None:
        # The library merges leading slashes in `self.path`; here they must stay, because such a path is unknown.
        target = self.requestline.split()[1]
        headers = Headers((name, value.strip()) for name, value in self.headers.items())
        if not self._answer(self, Head(self.command, target, headers)):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _request  # noqa: N815

    def handle_expect_100(self) -> bool:
        # read_body() sends "100 Continue".
        return True

    def log_message(self, *_: object) -> None:
        pass

    def read_body(self, head: Head) -> bytes:
        if head.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        if "chunked" in head.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._chunk, b""))
        length = head.headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise ValueError("Content-Length is not a number")
        return self._exactly(int(length))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(MAX_LINE).split(b";")[0] or b"0", 16)
        chunk = self._exactly(size)
        # The last, empty chunk may be followed by trailer fields.
        while self.rfile.readline(MAX_LINE) not in (b"\r\n", b"\n", b"") and not size:
            pass
        return chunk

    def _exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the body ended too early")
        return body

    def send(self, response: Response) -> None:
        self._send(response, len(response.body), response.body)

    def send_part(self, response: Response, size: int) -> None:
        self._send(response, len(response.body), response.body[:size])

    def send_with_length(self, response: Response, length: int) -> None:
        self._send(response, max(0, length), response.body)

    def send_slowly(self, response: Response, seconds: float, pieces: int) -> None:
        self._send(response, len(response.body), b"")
        step = max(1, -(-len(response.body) // pieces))
        for start in range(0, len(response.body), step):
            self._clock.sleep(seconds)
            self.send_raw(response.body[start : start + step])

    def send_endlessly(self, response: Response, maximum: int) -> None:
        first = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n"
        self._send(response, None, first if response.body else b"")
        for _ in range(maximum // 0x10000):
            self.send_raw(ENDLESS_CHUNK)

    def drip_head(self, response: Response, seconds: float) -> None:
        sending, self.wfile = self.wfile, io.BytesIO()
        self._add_head(response, len(response.body))
        self.flush_headers()
        head, self.wfile = self.wfile.getvalue(), sending
        for byte in itertools.chain(head + b"X-Drip: ", itertools.repeat(ord("."))):
            self.send_raw(bytes((byte,)))
            self._clock.sleep(seconds)

    def send_raw(self, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()

    def close_unanswered(self, _kind: str, *, reset: bool) -> None:
        self._close_by_reset = reset

    def reset(self) -> None:
        self._close_by_reset = True

    def _send(self, response: Response, length: int | None, body: bytes) -> None:
        self._add_head(response, length)
        self.end_headers()
        self.send_raw(body)

    def _add_head(self, response: Response, length: int | None) -> None:
        """Write the response head; a length of None announces a chunked body."""
        self.send_response_only(response.status, self.responses.get(response.status, ("Unknown",))[0])
        self.send_header("Date", self.date_time_string(self._clock.now().timestamp()))
        if response.content_type:
            self.send_header("Content-Type", response.content_type)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in response.headers.items():
            # The library encodes header values as Latin-1; file names must be sent as UTF-8.
            self.send_header(name, value.encode().decode("latin-1"))
