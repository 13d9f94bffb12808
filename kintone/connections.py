"""Connections that know whether bytes of a request have left, obey a deadline and can be cut off while they wait.

urllib3 and http.client say what failed by the type of an exception, which cannot be trusted: a proxy that drops the
connection after the request is reported like one that was never reached, an alert after the request like a refused
handshake. So each connection notes in the exchange at hand how far it came. ``http.client`` connects inside ``send``,
and a proxy's CONNECT goes through ``send`` too: neither counts as the request.
"""

import ipaddress
import os
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util import connection as urllib3_connection

from kintone.deadline import Deadline
from kintone.messages import Message

KINTONE = Message("kintone")
TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")


class Phase(Enum):
    """How far an exchange has come."""

    PREPARING = auto()
    CONNECTING = auto()
    TUNNELLING = auto()
    """A proxy is asked for a tunnel."""
    HANDSHAKE = auto()
    SENDING = auto()
    WAITING = auto()
    """The head of the answer is awaited."""
    READING = auto()


class Exchange:
    """One request on its way: how far it came, whether bytes of it have left, and the time it has.

    ``timeout`` are the seconds for the connection and, from the last byte sent on, for the head of the answer; the
    deadline ends all. ``is_late`` tells that one of them ran out. ``scheme`` is that of the address that is asked,
    ``proxy`` host and port of the proxy on the way to it, if there is one. ``addresses`` are the IP addresses to
    connect to for a host that somebody has resolved and checked; without them the host is resolved here. ``peer`` is
    what messages call the one that is asked.
    """

    def __init__(
        self, deadline: Deadline, timeout: float, *, addresses: Sequence[str] | None = None, peer: Message = KINTONE
    ) -> None:
        """Start before anything is connected."""
        self.addresses = addresses
        self.peer = peer
        self.deadline = deadline
        self.phase = Phase.PREPARING
        self.sent = False
        self.is_late = False
        self.connects = False
        self.scheme = ""
        self.proxy = ""
        self.proxy_status: int | None = None
        self._timeout = timeout
        self._plug: socket.socket | None = None
        self._limit: Deadline | None = None
        self._leave = deadline.on_end(self.cut_off)

    def limit(self) -> float:
        """Return the seconds that one wait may take."""
        return max(0.001, min(self._timeout, self.deadline.remaining()))

    def allow(self, phase: Phase) -> None:
        """Go on to a phase, with the whole time of one request for it."""
        self.phase = phase
        self._end_limit()
        if phase in (Phase.CONNECTING, Phase.WAITING):
            self._limit = self.deadline.within(self._timeout)
            self._limit.on_end(self._run_late)

    def hold(self, plug: Any) -> None:  # noqa: ANN401 - of the standard library, of gevent, or TLS around one
        """Keep a second handle of the connection, by which it can be cut off from another thread."""
        if self._plug is None:
            self._plug = socket.socket(fileno=os.dup(plug.fileno()))

    def cut_off(self) -> None:
        """Break the connection off; whoever waits on it goes on with an error."""
        if self._plug is not None:
            with suppress(OSError):
                self._plug.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """Let go of everything; the connection itself may live on."""
        self._leave()
        self.release()

    def release(self) -> None:
        """Let go of the connection; what is asked next may have another one."""
        self._end_limit()
        plug, self._plug = self._plug, None
        if plug is not None:
            plug.close()

    def _run_late(self) -> None:
        self.is_late = not self.deadline.is_cancelled
        self.cut_off()

    def _end_limit(self) -> None:
        limit, self._limit = self._limit, None
        if limit is not None:
            limit.close()


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def current(exchange: Exchange) -> Iterator[None]:
    """Have the connections that are used within the block note what happens in this exchange."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


def addresses_of(host: str, port: int, deadline: Deadline, seconds: float) -> list[str]:
    """Return the IP addresses of a host; a name server that hangs costs no more than the time there is."""
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


class _TrackedConnection(HTTPConnection):
    """What both kinds of connection note."""

    def _new_conn(self) -> socket.socket:
        exchange = _current.get()
        exchange.allow(Phase.CONNECTING)
        exchange.proxy = f"{self.proxy.host}:{self.proxy.port}" if self.proxy else ""
        addresses = exchange.addresses
        if addresses is None or self.proxy:
            addresses = addresses_of(self._dns_host, self.port or 0, exchange.deadline, exchange.limit())
        failed: OSError | None = None
        for address in addresses:
            try:
                plug = urllib3_connection.create_connection(
                    (address, self.port or 0), exchange.limit(), socket_options=self.socket_options
                )
            except OSError as error:
                failed = error
                if exchange.is_late or exchange.deadline.remaining() <= 0:
                    break
            else:
                exchange.hold(plug)
                exchange.phase = Phase.HANDSHAKE
                return plug
        raise failed or OSError("the host has no address")

    def _tunnel(self) -> None:
        exchange = _current.get()
        exchange.phase = Phase.TUNNELLING
        try:
            super()._tunnel()
        except OSError as error:
            status = TUNNEL_STATUS.match(str(error))
            exchange.proxy_status = int(status[1]) if status else None
            raise
        exchange.phase = Phase.HANDSHAKE

    def connect(self) -> None:
        """Connect, through a proxy's tunnel where there is one; nothing of the request is sent by that."""
        exchange = _current.get()
        exchange.connects = True
        try:
            super().connect()
        finally:
            exchange.connects = False

    def send(self, data: Any) -> None:  # noqa: ANN401 - bytes, or what can be read
        """Send a part of the request and note that bytes have left; what the network refused at once has not."""
        exchange = _current.get()
        if self.sock is None:
            self.connect()
        if exchange.connects:
            super().send(data)
            return
        if exchange.phase is not Phase.SENDING:
            exchange.allow(Phase.SENDING)
            exchange.hold(self.sock)
            self.sock.settimeout(exchange.limit())
        try:
            super().send(data)
        except ConnectionError:
            raise
        except BaseException:
            exchange.sent = True
            raise
        exchange.sent = True

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Wait for the head of the answer, however slowly it comes no longer than one request may take."""
        exchange = _current.get()
        exchange.allow(Phase.WAITING)
        response = super().getresponse()
        if exchange.is_late:
            # Where it was cut off looks like the end of a head.
            response.close()
            raise TimeoutError("the head of the answer did not end in time")
        exchange.allow(Phase.READING)
        return response


class TrackedHttpConnection(_TrackedConnection):
    """A connection in clear."""


class TrackedHttpsConnection(_TrackedConnection, HTTPSConnection):
    """A connection under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = TrackedHttpConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = TrackedHttpsConnection


POOLS = {"http": _Pool, "https": _TlsPool}


class TrackedAdapter(HTTPAdapter):
    """The library's adapter with these connections, also behind a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - handed on
        """Make the pools behind a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager
