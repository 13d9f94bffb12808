"""A server on loopback that answers with exactly the bytes a test wants, complete or endless."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat

type Answer = Iterator[bytes]
type AnswerScript = Callable[[], Answer]


class RawServer:
    """Answers each connection with the next script and repeats the last one; keeps the heads of the requests."""

    def __init__(self, *scripts: AnswerScript) -> None:
        """Listen on a free port of loopback."""
        self.heads: list[str] = []
        self.sent = 0
        self.scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(OSError):
                    self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            received = client.recv(65_536)
            if not received:
                return
            head += received
        self.heads.append(head.decode("latin-1"))
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        for piece in script():
            client.sendall(piece)
            self.sent += len(piece)


@contextmanager
def running_raw_server(*scripts: AnswerScript) -> Iterator[RawServer]:
    """Run a server with these answers."""
    server = RawServer(*scripts)
    try:
        yield server
    finally:
        server.close()


def answer(status: str, headers: str = "", body: bytes = b"") -> AnswerScript:
    """Return a script for a whole answer, after which the connection is closed."""
    head = f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n"
    return lambda: iter([head.encode() + body])


def endless(status: str, headers: str = "") -> AnswerScript:
    """Return a script for an answer whose body continues until the client closes the connection."""
    head = f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n"
    return lambda: chain([head.encode()], repeat(b"x" * 65_536))
