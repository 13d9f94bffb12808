"""One HTTP request and its answer, to kintone or to Dify's file store.

No ``requests.Session`` is used: it would add cookies and credentials from a .netrc file, follow redirects, and read the
whole body of a redirect, whatever its size.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy

from kintone.access.proxies import is_excepted, read_proxy
from kintone.access.settings import DEFAULT_PORTS, Origin, is_loopback
from kintone.connections import Exchange, TrackedAdapter, current
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.failure_sentences import BAD_PROXY_ADDRESS, SOCKS_PROXY, TOO_LARGE
from kintone.messages import Message
from kintone.retry import FailureKind
from kintone.transport_failures import TransportError, failure_of

CHUNK: Final = 64 * 1024
MAX_REDIRECTS: Final = 3
MAX_CONTENT_LENGTH_DIGITS: Final = 20
"""A longer ``Content-Length`` is ignored; Python refuses to convert some thousand digits."""
REDIRECTS_KEEPING_METHOD = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
REDIRECTS_TO_GET = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
USER_AGENT = {"User-Agent": "kintone_integration"}
CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
LIBRARY_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
UNCOMPRESSED = frozenset({"", "identity"})
READABLE_ENCODINGS = UNCOMPRESSED | {"gzip", "x-gzip"}


class UploadBody(Protocol):
    """A body that is read while it is sent; ``len`` is its size in bytes."""

    len: int
    content_type: str

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request exactly as it is sent: the URL is not normalised, and no header is added."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | UploadBody | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)


class HttpReply:
    """An answer whose body has not been read yet."""

    def __init__(self, response: requests.Response, exchange: Exchange) -> None:
        """Wrap the response."""
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.close = response.close
        self._raw = response.raw
        self._exchange = exchange

    @property
    def length(self) -> int | None:
        """The announced size of the body in bytes; None if it is missing or not a number, or the body is compressed."""
        announced = self.headers.get("Content-Length", "")
        is_number = announced.isascii() and announced.isdigit() and len(announced) <= MAX_CONTENT_LENGTH_DIGITS
        return int(announced) if is_number and _content_encoding(self.headers) in UNCOMPRESSED else None

    @property
    def is_readable(self) -> bool:
        """Whether ``chunks`` can decode the body."""
        return is_readable(self.headers)

    def redirect(self, url: str) -> str | None:
        """Return the address to which ``url`` is redirected, ``""`` if it is unusable, None without a redirect."""
        location = self.headers.get("Location")
        if location is None or self.status not in REDIRECTS_TO_GET | REDIRECTS_KEEPING_METHOD:
            return None
        try:
            joined = urljoin(url, location)
            urlsplit(joined)
        except ValueError:
            return ""
        return joined

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives; raises ``TransportError`` if it breaks, is late or has over ``most`` bytes."""
        deadline = self._exchange.deadline
        received = 0
        while True:
            try:
                # read1 returns the bytes that have arrived; read would wait for a full chunk from a slow server.
                chunk: bytes = b"" if deadline.remaining() <= 0 else self._raw.read1(CHUNK, decode_content=True)
            except LIBRARY_ERRORS as error:
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
    """Return whether a body is uncompressed or compressed once with gzip, the only encodings that the plugin asks for.

    If a body is compressed several times, a few thousand bytes decompress to gigabytes, which takes minutes even if
    little of them is kept. The library's ``deflate`` decoder keeps input that decompresses to nothing.
    """
    return _content_encoding(headers) in READABLE_ENCODINGS


def _content_encoding(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Encoding", "").strip().lower()


def new_adapter(connections: int, context: ssl.SSLContext | None = None) -> TrackedAdapter:
    """Return an adapter that keeps up to ``connections`` connections to one host, perhaps with a TLS context."""
    return TrackedAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0, context=context)


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address, None if the connection is direct.

    User name and password in it are percent-encoded. Raises ``TransportError`` if the proxy cannot be used.

    A loopback address never goes through a proxy, whatever ``NO_PROXY`` holds: an ``http`` request would leave this
    machine unencrypted.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or is_excepted(host, parts.port or DEFAULT_PORTS[parts.scheme]):
        return None
    address = (select_proxy(url, get_environ_proxies(url)) or "").strip()
    if not address:
        return None
    proxy = read_proxy(address)
    if proxy is not None and proxy.is_usable:
        return proxy.url
    failure = SOCKS_PROXY.copy_with(proxy=proxy.shown) if proxy is not None and proxy.is_socks else BAD_PROXY_ADDRESS
    raise TransportError(FailureKind.FINAL, failure.naming_variable(parts.scheme), sent=False)


def send(adapter: TrackedAdapter, exchange: Exchange, outgoing: Outgoing) -> HttpReply:
    """Send a request and return the answer before its body is read; raises ``TransportError``.

    Redirects are not followed. The caller finishes ``exchange`` after the body was read.
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
                verify=next(filter(None, map(os.environ.get, CA_BUNDLE_VARIABLES)), True),
                proxies={scheme: outgoing.proxy} if outgoing.proxy else {},
            )
    except KintoneError:
        # The source of a streamed body may fail.
        raise
    except LIBRARY_ERRORS as error:
        raise failure_of(error, exchange) from None
    return HttpReply(response, exchange)


# Requests to a file store

FILE_STORE = Message("the file store")
FETCH_HEADERS = {**USER_AGENT, "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """The address of a file, and the checked IP addresses of its host.

    ``target`` is path and query string, which may hold a signature. If ``proxy`` is set, the request goes through it,
    and the proxy resolves the host.
    """

    origin: Origin
    target: str = field(repr=False)
    addresses: tuple[str, ...]
    proxy: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The whole URL."""
        return f"{self.origin}{self.target}"


@contextmanager
def fetch(address: CheckedAddress, deadline: Deadline, timeout: float) -> Iterator[HttpReply]:
    """Send a GET and return the answer before its body is read; raises ``TransportError``.

    The IP addresses are tried in turn until one accepts the connection. The connection serves this request
    only, since the check holds for no other address. Redirects are not followed. ``timeout`` is that of ``Exchange``.
    """
    exchange = Exchange(deadline, timeout, addresses=address.addresses, peer=FILE_STORE)
    adapter = new_adapter(1)
    try:
        reply = send(adapter, exchange, Outgoing("GET", address.url, FETCH_HEADERS, proxy=address.proxy))
        try:
            yield reply
        finally:
            reply.close()
    finally:
        exchange.finish()
        adapter.close()
