"""Sending a request and reading its answer: sessions that outlive a call, redirects, bodies, and what can go wrong."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Final, Protocol
from urllib.parse import urljoin

import requests
import urllib3

from kintone.access.access import Access
from kintone.connections import Exchange, NotingAdapter, current
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.retry import FailureKind
from kintone.runtime import PROCESS, Runtime, Timer
from kintone.transport_failures import REDIRECT, TOO_LARGE, TOO_MANY_REDIRECTS, TransportError, failure_of
from kintone.wire_format import WireRequest

CHUNK: Final = 64 * 1024
MAX_REDIRECTS: Final = 3
REST_SECONDS: Final = 30.0
"""Connections that nobody used for so long are closed; kintone does not say how long it keeps them."""
SAME_REQUEST_AGAIN = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
READ_AGAIN = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
HEADERS = {
    "User-Agent": "kintone_integration",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en",
}
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class UploadBody(Protocol):
    """A body that is sent as it is read; ``len`` is its size in bytes."""

    len: int
    content_type: str

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""


class StreamedReply(Protocol):
    """An answer whose body is still on its way."""

    status: int
    headers: Mapping[str, str]

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives; raises ``TransportError`` when it breaks, lingers or exceeds ``most`` bytes."""


class Transport(Protocol):
    """Whoever carries requests to a kintone site; safe to share between threads."""

    def open(
        self,
        request: WireRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> AbstractContextManager[StreamedReply]:
        """Send the request and hand over the answer before its body is read; raises ``TransportError``."""


class _Reply:
    """An answer that comes over a connection."""

    def __init__(self, response: requests.Response, exchange: Exchange) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._raw = response.raw
        self._exchange = exchange

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives."""
        received = 0
        while True:
            try:
                # read1 returns what is there; read would wait for a full chunk from a server that drips.
                chunk: bytes = (
                    b"" if self._exchange.deadline.remaining() <= 0 else self._raw.read1(CHUNK, decode_content=True)
                )
            except FAILURES as error:
                raise failure_of(error, self._exchange) from None
            if self._exchange.deadline.remaining() <= 0 or self._exchange.deadline.is_cancelled:
                raise failure_of(TimeoutError(), self._exchange)
            if not chunk:
                return
            received += len(chunk)
            if received > most:
                raise TransportError(FailureKind.FINAL, TOO_LARGE.but(most=most), sent=True)
            yield chunk


@dataclass(slots=True)
class _Pool:
    """The connections of one access; ``users`` counts the requests that use them now."""

    session: requests.Session
    users: int = 0
    last_used: float = 0.0


class Pools:
    """The connections of the process: one pool for each access, closed when it has rested for a while.

    No pool ever holds a cookie or a token, which travels as a header of each request.
    """

    def __init__(self, runtime: Runtime = PROCESS, rest: float = REST_SECONDS) -> None:
        """Start without any."""
        self._runtime = runtime
        self._rest = rest
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, int], _Pool] = {}
        self._timer: Timer | None = None

    @contextmanager
    def session(self, access: Access, connections: int) -> Iterator[requests.Session]:
        """Lend the session of an access."""
        key = (access.digest(), connections)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = _Pool(_new_session(connections))
            pool.users += 1
        try:
            yield pool.session
        finally:
            with self._lock:
                pool.users -= 1
                pool.last_used = self._runtime.monotonic()
                if self._timer is None:
                    self._timer = self._runtime.after(self._rest, self._sweep)

    def close(self) -> None:
        """Close all connections that nobody uses."""
        self._sweep(everything=True)

    def _sweep(self, *, everything: bool = False) -> None:
        with self._lock:
            now = self._runtime.monotonic()
            rested = [
                key
                for key, pool in self._pools.items()
                if not pool.users and (everything or pool.last_used + self._rest <= now)
            ]
            closing = [self._pools.pop(key) for key in rested]
            self._timer = None
            if self._pools:
                self._timer = self._runtime.after(max(0.1, self._rest / 2), self._sweep)
        for pool in closing:
            pool.session.close()


def _new_session(connections: int) -> requests.Session:
    session = requests.Session()
    session.headers.clear()
    session.headers.update(HEADERS)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = NotingAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


pools = Pools()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Carries requests over the network, through the connections of the process."""

    connections: int
    pools: Pools = field(default=pools)

    @contextmanager
    def open(
        self,
        request: WireRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> Iterator[StreamedReply]:
        """Send the request and hand over the answer before its body is read; raises ``TransportError``."""
        exchange = Exchange(deadline, timeout)
        try:
            if deadline.remaining() <= 0 or deadline.is_cancelled:
                raise failure_of(TimeoutError(), exchange)
            with self.pools.session(access, self.connections) as session:
                response = self._follow(session, request, access, exchange, body)
                try:
                    yield _Reply(response, exchange)
                finally:
                    response.close()
        finally:
            exchange.finish()

    def _follow(
        self,
        session: requests.Session,
        request: WireRequest,
        access: Access,
        exchange: Exchange,
        body: UploadBody | None,
    ) -> requests.Response:
        method, url = request.method, access.site.url(request.target)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(session, method, url, request, access, exchange, body)
            if not response.is_redirect:
                return response
            location = access.site.below(_joined(url, response.headers["Location"]))
            repeatable = body is None and (
                response.status_code in SAME_REQUEST_AGAIN or (method == "GET" and response.status_code in READ_AGAIN)
            )
            response.close()
            if not repeatable or location is None:
                raise TransportError(FailureKind.FINAL, REDIRECT.but(status=response.status_code), sent=True)
            url = location
        raise TransportError(FailureKind.FINAL, TOO_MANY_REDIRECTS, sent=True)

    @staticmethod
    def _send(  # noqa: PLR0913, PLR0917 - each is what one request needs
        session: requests.Session,
        method: str,
        url: str,
        request: WireRequest,
        access: Access,
        exchange: Exchange,
        body: UploadBody | None,
    ) -> requests.Response:
        exchange.scheme = url.partition(":")[0]
        headers = {**request.headers, "X-Cybozu-API-Token": access.tokens.header_value()}
        if body is not None:
            headers["Content-Type"] = body.content_type
        try:
            with current(exchange):
                return session.request(
                    method,
                    url,
                    data=request.body if body is None else body,
                    headers=headers,
                    auth=_no_netrc,
                    timeout=exchange.limit(),
                    allow_redirects=False,
                    stream=True,
                )
        except KintoneError:
            # A body that is sent as it is read may find its own source unusable.
            raise
        except FAILURES as error:
            raise failure_of(error, exchange) from None


def _joined(url: str, location: str) -> str:
    """Return where a redirect leads, nowhere for an address that makes no sense."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for authentication, since the library would otherwise add what a .netrc file says."""
    return request
