"""TLS servers on loopback that ask for a client certificate: a kintone of one answer, and a proxy in front of it."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import trustme
from cryptography import x509
from cryptography.x509.oid import NameOID

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a": "b"}\n'


@dataclass(slots=True)
class Seen:
    """What arrived on one connection: the name in the client's certificate, "" without one, and the bytes."""

    client: str = ""
    received: bytes = b""


@dataclass
class LockedServer:
    """Serves each connection in a thread; ``seen`` has one entry for each finished handshake."""

    context: ssl.SSLContext
    serve: Callable[[ssl.SSLSocket, Seen], None]
    seen: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen on a free port of loopback."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()

    @property
    def port(self) -> int:
        """The port."""
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, self.context.wrap_socket(connection, server_side=True) as secured:
            seen = Seen(_common_name(secured))
            self.seen.append(seen)
            self.serve(secured, seen)


def _common_name(secured: ssl.SSLSocket) -> str:
    content = secured.getpeercert(binary_form=True)
    if content is None:
        return ""
    names = x509.load_der_x509_certificate(content).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)


def server_context(
    authority: trustme.CA, host: str, clients: Path, mode: ssl.VerifyMode = ssl.CERT_REQUIRED, version: str = "TLSv1_3"
) -> ssl.SSLContext:
    """Return a context with a certificate for ``host`` that accepts the client certificates in a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    context.verify_mode = mode
    context.load_verify_locations(clients)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    return context


def answer_all(secured: ssl.SSLSocket, seen: Seen) -> None:
    """Answer each request without a body, until the client closes the connection."""
    while piece := secured.recv(65_536):
        seen.received += piece
        if seen.received.endswith(b"\r\n\r\n"):
            secured.sendall(ANSWER)


def tunnel_to(port: int) -> Callable[[ssl.SSLSocket, Seen], None]:
    """Return a proxy's part: it opens the tunnel to a port of loopback, whatever host is asked for."""

    def serve(secured: ssl.SSLSocket, seen: Seen) -> None:
        while b"\r\n\r\n" not in seen.received:
            seen.received += secured.recv(65_536)
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            secured.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(upstream, secured), daemon=True)
            back.start()
            _copy(secured, upstream)
            upstream.shutdown(socket.SHUT_WR)
            back.join()

    return serve


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
