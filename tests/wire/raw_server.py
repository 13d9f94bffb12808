"""A server on loopback that answers with whatever bytes a test wants, whole answers or endless ones."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat

type Answer = Iterator[bytes]
type Answering = Callable[[], Answer]


class RawServer:
    """Answers each connection by the next script, the last one again and again; keeps the heads of the requests."""

    def __init__(self, *scripts: Answering) -> None:
        """Listen on a free port of loopback."""
        self.heads: list[str] = []
        self.sent = 0
        self.scripts = list(scripts)
        self._plug = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._plug.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._plug.shutdown(socket.SHUT_RDWR)
        self._plug.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._plug.accept()
                with client, suppress(OSError):
                    self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(65_536)
            if not more:
                return
            head += more
        self.heads.append(head.decode("latin-1"))
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        for piece in script():
            client.sendall(piece)
            self.sent += len(piece)


@contextmanager
def raw(*scripts: Answering) -> Iterator[RawServer]:
    """Run a server with these answers."""
    server = RawServer(*scripts)
    try:
        yield server
    finally:
        server.close()


def answer(status: str, headers: str = "", body: bytes = b"") -> Answering:
    """Return a script: a whole answer, after which the connection is closed."""
    head = f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n"
    return lambda: iter([head.encode() + body])


def endless(status: str, headers: str = "") -> Answering:
    """Return a script: an answer whose body goes on until the client hangs up."""
    head = f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n"
    return lambda: chain([head.encode()], repeat(b"x" * 65_536))
