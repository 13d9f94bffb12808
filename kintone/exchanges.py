"""One request and its answer over HTTP, for kintone and for Dify's file store alike.

The library's sessions are left out: they would add cookies and what a .netrc file says, follow redirects, and read the
whole body of one, however long it is.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy

from kintone.access.settings import Origin, is_loopback
from kintone.connections import Exchange, TrackedAdapter, current
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.messages import Message
from kintone.retry import FailureKind
from kintone.transport_failures import TOO_LARGE, TransportError, failure_of

CHUNK: Final = 64 * 1024
MAX_REDIRECTS: Final = 3
MAX_CONTENT_LENGTH_DIGITS: Final = 20
"""Digits of a ``Content-Length``; Python refuses to read some thousand."""
SAME_REQUEST_AGAIN = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
READ_AGAIN = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
USER_AGENT = {"User-Agent": "kintone_integration"}
CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
PLAIN = frozenset({"", "identity"})
READABLE = PLAIN | {"gzip", "x-gzip"}


class UploadBody(Protocol):
    """A body that is sent as it is read; ``len`` is its size in bytes."""

    len: int
    content_type: str

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it travels: its address stays as it is written, and nothing is added to its headers."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | UploadBody | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)


class HttpReply:
    """An answer whose body is still on its way."""

    def __init__(self, response: requests.Response, exchange: Exchange) -> None:
        """Wrap the response."""
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.close = response.close
        self._raw = response.raw
        self._exchange = exchange

    @property
    def length(self) -> int | None:
        """Return the length announced for the body; that of a compressed body is not the one that arrives."""
        told = self.headers.get("Content-Length", "")
        is_number = told.isascii() and told.isdigit() and len(told) <= MAX_CONTENT_LENGTH_DIGITS
        return int(told) if is_number and _coding(self.headers) in PLAIN else None

    @property
    def is_readable(self) -> bool:
        """Tell whether the body can be read while it arrives."""
        return is_readable(self.headers)

    def redirect(self, url: str) -> str | None:
        """Return where the answer to ``url`` redirects, nowhere (``""``) for nonsense, None when it is no redirect."""
        location = self.headers.get("Location")
        if location is None or self.status not in READ_AGAIN | SAME_REQUEST_AGAIN:
            return None
        try:
            joined = urljoin(url, location)
            urlsplit(joined)
        except ValueError:
            return ""
        return joined

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives; raises ``TransportError`` when it breaks, lingers or exceeds ``most`` bytes."""
        deadline = self._exchange.deadline
        received = 0
        while True:
            try:
                # read1 returns what is there; read would wait for a full chunk from a server that drips.
                chunk: bytes = b"" if deadline.remaining() <= 0 else self._raw.read1(CHUNK, decode_content=True)
            except FAILURES as error:
                raise failure_of(error, self._exchange) from None
            if deadline.remaining() <= 0 or deadline.is_cancelled:
                raise failure_of(TimeoutError(), self._exchange)
            if not chunk:
                return
            received += len(chunk)
            if received > most:
                raise TransportError(FailureKind.FINAL, TOO_LARGE.copy_with(most=most), sent=True)
            yield chunk


def is_readable(headers: Mapping[str, str]) -> bool:
    """Tell whether a body travels as it is or packed once by gzip, which is all that is ever asked for.

    Packed several times, a few thousand bytes unpack to gigabytes that take minutes even where little of them is kept;
    the library's reader of ``deflate`` keeps what unpacks to nothing.
    """
    return _coding(headers) in READABLE


def _coding(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Encoding", "").strip().lower()


def new_adapter(connections: int) -> TrackedAdapter:
    """Return what holds so many connections to one host at once."""
    return TrackedAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address, None where it is to be asked directly.

    This machine itself is never asked through a proxy, whatever ``NO_PROXY`` says: the request would leave it in clear.
    """
    if is_loopback(urlsplit(url).hostname or ""):
        return None
    return select_proxy(url, get_environ_proxies(url)) or None


def send(adapter: TrackedAdapter, exchange: Exchange, outgoing: Outgoing) -> HttpReply:
    """Send a request and return the answer before its body is read; raises ``TransportError``.

    Redirects are not followed. ``exchange`` ends when its user says so, or when the body was read.
    """
    if exchange.deadline.remaining() <= 0 or exchange.deadline.is_cancelled:
        raise failure_of(TimeoutError(), exchange)
    scheme = exchange.scheme = outgoing.url.partition(":")[0]
    try:
        prepared = requests.Request(
            outgoing.method, outgoing.url, headers=dict(outgoing.headers), data=outgoing.body
        ).prepare()
        prepared.url = outgoing.url
        with current(exchange):
            response = adapter.send(
                prepared,
                stream=True,
                timeout=exchange.limit(),
                verify=next(filter(None, map(os.environ.get, CA_BUNDLES)), True),
                proxies={scheme: outgoing.proxy} if outgoing.proxy else {},
            )
    except KintoneError:
        # A body that is sent as it is read may find its own source unusable.
        raise
    except FAILURES as error:
        raise failure_of(error, exchange) from None
    return HttpReply(response, exchange)


STORE = Message("the file store")
HEADERS = {**USER_AGENT, "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """Where something lies, and the IP addresses that may be connected to for it.

    ``target`` is path and query, which may hold a signature; ``proxy`` is the proxy to go through instead, which then
    resolves the host.
    """

    origin: Origin
    target: str = field(repr=False)
    addresses: tuple[str, ...]
    proxy: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Return the whole URL."""
        return f"{self.origin}{self.target}"


@contextmanager
def fetch(address: CheckedAddress, deadline: Deadline, timeout: float) -> Iterator[HttpReply]:
    """Ask for what lies there and hand over the answer before its body; raises ``TransportError``.

    The IP addresses are tried in turn until one takes the connection, which serves this request alone: what was checked
    for it holds for no other. Redirects are not followed. ``timeout`` are the seconds of ``Exchange``.
    """
    exchange = Exchange(deadline, timeout, addresses=address.addresses, peer=STORE)
    adapter = new_adapter(1)
    try:
        reply = send(adapter, exchange, Outgoing("GET", address.url, HEADERS, proxy=address.proxy))
        try:
            yield reply
        finally:
            reply.close()
    finally:
        exchange.finish()
        adapter.close()
