"""Connections that record whether bytes of a request were sent, obey a deadline and can be interrupted.

The exception types of urllib3 and http.client do not tell reliably what failed. A proxy that drops the connection after
the request raises the same exception as a proxy that was never reached. A TLS alert after the request looks like a
refused handshake. So each connection records its progress in the current exchange. ``http.client`` connects inside
``send``, and a proxy's CONNECT goes through ``send`` too: neither counts as part of the request.
"""

import ipaddress
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import Enum, auto
from http.client import HTTPException, NotConnected
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util import connection as urllib3_connection

from kintone.access.challenges import methods_of
from kintone.access.proxies import read_proxy
from kintone.access.site_keys import NO_KEYS, SiteKeys
from kintone.deadline import Deadline
from kintone.messages import Message

# The state of one request

KINTONE = Message("kintone")
TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")


class Phase(Enum):
    """The progress of an exchange."""

    PREPARING = auto()
    CONNECTING = auto()
    TUNNELLING = auto()
    """Waiting for a proxy to open a tunnel."""
    HANDSHAKE = auto()
    SENDING = auto()
    WAITING = auto()
    """Waiting for the status line and headers of the answer."""
    READING = auto()


class Exchange:
    """The state of one request: its phase, whether bytes of it were sent, and its time limits.

    ``timeout`` is the limit in seconds for connecting, and again for the headers of the answer once the request is
    sent. The deadline limits the whole exchange. ``is_late`` is true if the timeout ended it. ``scheme`` is that of the
    requested address. ``proxy`` is host and port of the proxy, empty without one. ``addresses`` are the IP addresses to
    connect to, if the host was already resolved and checked; otherwise it is resolved here. ``peer`` is the name of the
    server in messages. ``keys`` is what the request brings to a locked site.

    Of a connection made in this exchange it notes whether a proxy opened a tunnel, and the version of TLS; of a proxy
    that wants a password the methods that it offers.
    """

    def __init__(
        self,
        deadline: Deadline,
        timeout: float,
        *,
        addresses: Sequence[str] | None = None,
        peer: Message = KINTONE,
        keys: SiteKeys = NO_KEYS,
    ) -> None:
        """Start in the phase ``PREPARING``."""
        self.addresses = addresses
        self.peer = peer
        self.keys = keys
        self.deadline = deadline
        self.phase = Phase.PREPARING
        self.sent = False
        self.is_late = False
        self.is_connecting = False
        self.scheme = ""
        self.proxy = ""
        self.proxy_status: int | None = None
        self.proxy_methods: frozenset[str] = frozenset()
        self.has_proxy_password = False
        self.is_tunnelled = False
        self.tls_version = ""
        self._timeout = timeout
        self._sock: socket.socket | None = None
        self._phase_limit: Deadline | None = None
        self._unregister = deadline.on_end(self.cut_off)

    @property
    def may_lack_certificate(self) -> bool:
        """Whether the server, if it ends the connection now, may do so for want of a client certificate."""
        if self.phase is Phase.HANDSHAKE:
            return True
        return self.tls_version == "TLSv1.3" and self.phase is not Phase.READING

    def limit(self) -> float:
        """Return the longest time in seconds for one wait."""
        return max(0.001, min(self._timeout, self.deadline.remaining()))

    def enter(self, phase: Phase) -> None:
        """Start a phase; for connecting and for waiting the timeout starts again."""
        self.phase = phase
        self._end_phase_limit()
        if phase in (Phase.CONNECTING, Phase.WAITING):
            self._phase_limit = self.deadline.within(self._timeout)
            self._phase_limit.on_end(self._time_out)

    def watch(self, sock: Any) -> None:  # noqa: ANN401 - of the standard library, of gevent, or TLS around one
        """Keep a second handle of the socket, so that another thread can shut the connection down."""
        if self._sock is None:
            self._sock = socket.socket(fileno=os.dup(sock.fileno()))

    def cut_off(self) -> None:
        """Shut the connection down; a thread that waits for it gets an error."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """End the exchange; the connection itself may stay open."""
        self._unregister()
        self.release()

    def release(self) -> None:
        """Stop watching the connection; a redirect may need another one."""
        self._end_phase_limit()
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()

    def _time_out(self) -> None:
        self.is_late = not self.deadline.is_cancelled
        self.cut_off()

    def _end_phase_limit(self) -> None:
        limit, self._phase_limit = self._phase_limit, None
        if limit is not None:
            limit.close()


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def current(exchange: Exchange) -> Iterator[None]:
    """Make this the exchange in which connections record their progress within the block."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


# Name resolution


def addresses_of(host: str, port: int, deadline: Deadline, seconds: float) -> list[str]:
    """Return the IP addresses of a host; raises ``OSError``, ``TimeoutError`` after ``seconds`` or at the deadline."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host.strip("[]")))]
    found: list[str] = []
    failed: list[OSError] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            failed.append(error)
        except UnicodeError as error:
            failed.append(socket.gaierror(str(error)))
        finally:
            done.set()

    threading.Thread(target=look_up, name="kintone-dns", daemon=True).start()
    deadline.wait_for(done, seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("the name server did not answer in time")
    return list(dict.fromkeys(found))


# Connections, and the pools that make them


class NoConnectionError(HTTPException):
    """No connection was made, or it was closed while a request used it.

    It is no ``OSError``, since ``urllib3`` ignores a reset or a broken pipe while it sends, and goes on to the answer.
    """


class _TrackedConnection(HTTPConnection):
    """Records the progress of the current exchange, with or without TLS."""

    auto_open = 0
    """Keeps ``http.client`` from opening another connection for the rest of a request."""

    def _new_conn(self) -> socket.socket:
        exchange = _current.get()
        exchange.enter(Phase.CONNECTING)
        exchange.is_tunnelled = False
        exchange.proxy = f"{self.proxy.host}:{self.proxy.port}" if self.proxy else ""
        exchange.has_proxy_password = bool(self.proxy and self.proxy.auth)
        addresses = exchange.addresses
        if addresses is None or self.proxy:
            addresses = addresses_of(self._dns_host, self.port or 0, exchange.deadline, exchange.limit())
        failed: OSError | None = None
        for address in addresses:
            try:
                sock = urllib3_connection.create_connection(
                    (address, self.port or 0), exchange.limit(), socket_options=self.socket_options
                )
            except OSError as error:
                failed = error
                if exchange.is_late or exchange.deadline.remaining() <= 0:
                    break
            else:
                exchange.watch(sock)
                exchange.phase = Phase.HANDSHAKE
                return sock
        raise NoConnectionError("no address accepted the connection") from failed

    def _tunnel(self) -> None:
        exchange = _current.get()
        exchange.phase = Phase.TUNNELLING
        try:
            super()._tunnel()
            if (self._raw_proxy_headers or [b""])[-1] == b"":
                # The parser takes the end of the connection for the end of the head.
                raise ConnectionResetError("the proxy's answer broke off in its head")
        except OSError as error:
            status = TUNNEL_STATUS.match(str(error))
            exchange.proxy_status = int(status[1]) if status else None
            exchange.proxy_methods = methods_of(_proxy_challenges(self._raw_proxy_headers or ()))
            raise
        exchange.phase = Phase.HANDSHAKE
        exchange.is_tunnelled = True

    def connect(self) -> None:
        """Connect, perhaps through a proxy's tunnel; no byte of the request is sent."""
        exchange = _current.get()
        exchange.is_connecting = True
        try:
            super().connect()
        finally:
            exchange.is_connecting = False
        exchange.tls_version = self.sock.version() or "" if hasattr(self.sock, "version") else ""

    def send(self, data: Any) -> None:  # noqa: ANN401 - bytes, or what can be read
        """Send a part of the request and record that it was sent; after a ``ConnectionError`` nothing is recorded."""
        exchange = _current.get()
        if exchange.is_connecting:
            super().send(data)
            return
        if exchange.phase is not Phase.SENDING:
            if self.sock is None:
                self.connect()
            exchange.enter(Phase.SENDING)
            with self._closed_is_told():
                exchange.watch(self.sock)
                self.sock.settimeout(exchange.limit())
        try:
            with self._closed_is_told():
                super().send(data)
        except ConnectionError:
            raise
        except BaseException:
            exchange.sent = True
            raise
        exchange.sent = True

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Return the response when its headers have arrived; raises ``TimeoutError`` if they are incomplete in time."""
        exchange = _current.get()
        exchange.enter(Phase.WAITING)
        with self._closed_is_told():
            response = super().getresponse()
        if exchange.is_late:
            # The parser takes the end of an interrupted connection for the end of the headers.
            response.close()
            raise TimeoutError("the head of the answer did not end in time")
        exchange.enter(Phase.READING)
        return response

    @contextmanager
    def _closed_is_told(self) -> Iterator[None]:
        """Raise ``NoConnectionError`` where the socket that was to be used is gone."""
        try:
            yield
        except (AttributeError, NotConnected) as error:
            if self.sock is not None:
                raise
            raise NoConnectionError("the connection was closed while it was used") from error


def _proxy_challenges(headers: Sequence[bytes]) -> str:
    """Return the values of all ``Proxy-Authenticate``, joined as one; ``headers`` are lines of the proxy's answer."""
    lines = [line.decode("latin-1").partition(":") for line in headers]
    return ", ".join(value.strip() for name, _, value in lines if name.strip().lower() == "proxy-authenticate")


class TrackedHttpConnection(_TrackedConnection):
    """A connection without TLS."""


class TrackedHttpsConnection(_TrackedConnection, HTTPSConnection):
    """A connection with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = TrackedHttpConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = TrackedHttpsConnection


POOL_CLASSES = {"http": _Pool, "https": _TlsPool}


class TrackedAdapter(HTTPAdapter):
    """The adapter of requests with tracked connections, with and without a proxy.

    ``context`` is the TLS context of connections to the host itself, also through the tunnel of a proxy. A proxy that
    is reached over TLS gets a context of its own, so that no client certificate is presented to it.
    """

    def __init__(self, *args: Any, context: ssl.SSLContext | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - handed on
        """Take what ``HTTPAdapter`` takes, and the context, by default the library's own."""
        self._context: dict[str, Any] = {} if context is None else {"ssl_context": context}
        super().__init__(*args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on
        """Use tracked connections to a host."""
        super().init_poolmanager(*args, **(kwargs | self._context))
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Return the header with the proxy's user name and password, which the library would encode as Latin-1."""
        read = read_proxy(proxy)
        return {"Proxy-Authorization": read.authorization} if read and read.authorization else {}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - handed on
        """Use tracked connections to a proxy."""
        manager = super().proxy_manager_for(proxy, **(kwargs | self._context))
        manager.pool_classes_by_scheme = POOL_CLASSES
        return manager
