"""The listening socket: one thread accepts, one more serves each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from local_kintone.wire.connection import Connection
from local_kintone.wire.request import BrokenRequestError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from local_kintone.clock import Clock

BACKLOG = 512
HANDSHAKE_SECONDS = 30


class Listener:
    """Accepts connections on one address until it is closed."""

    def __init__(
        self,
        address: tuple[str, int],
        serve: Callable[[Connection], None],
        *,
        tls: ssl.SSLContext | None = None,
        clock: Clock,
        connect_pause: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Bind at once (port 0 takes a free one); connections are served only after start()."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.create_server(address, family=family, backlog=BACKLOG)
        self._serve = serve
        self._tls = tls
        self._clock = clock
        self._connect_pause = connect_pause
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="local-kintone-accept", daemon=True)
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def close(self) -> None:
        """Stop accepting and break off every open connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            plugs = list(self._open)
        for plug in plugs:
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        if self._thread.ident is not None:
            self._thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(plug,), name="local-kintone", daemon=True).start()

    def _run(self, plug: socket.socket) -> None:
        with self._lock:
            self._open.add(plug)
        try:
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if pause := self._connect_pause():
                self._clock.sleep(pause)
            connection = Connection(self._secured(plug), self._clock)
            try:
                self._serve(connection)
            finally:
                connection.close()
        except (OSError, BrokenRequestError, ValueError):
            pass  # A client that goes away, or speaks something else, ends its own connection only.
        finally:
            with self._lock:
                self._open.discard(plug)
            plug.close()

    def _secured(self, plug: socket.socket) -> socket.socket:
        if self._tls is None:
            return plug
        plug.settimeout(HANDSHAKE_SECONDS)
        secured = self._tls.wrap_socket(plug, server_side=True)
        secured.settimeout(None)
        with self._lock:
            self._open.discard(plug)
            self._open.add(secured)
        return secured
