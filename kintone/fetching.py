"""One GET to an address that somebody has checked: exactly that one is connected to, and no secret goes along."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import make_headers, parse_url

from kintone.access.settings import DEFAULT_PORTS
from kintone.transport_failures import causes_of

CONNECT_SECONDS = 10.0
CHUNK = 64 * 1024
LONGEST_LENGTH = 20
"""Digits of a ``Content-Length``; Python refuses to read some thousand."""
CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

type Pool = urllib3.HTTPConnectionPool | urllib3.PoolManager


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """Where something lies: the parts of its URL, and the IP addresses that may be connected to for it.

    ``target`` is path and query; ``proxy`` is the proxy to go through instead, which then resolves the host.
    """

    scheme: str
    host: str
    port: int
    target: str
    addresses: tuple[str, ...]
    proxy: str | None = None

    def __repr__(self) -> str:
        """Show no path and no query, which may hold a signature."""
        return f"CheckedAddress({self.scheme}://{self.host}:{self.port})"

    @property
    def host_header(self) -> str:
        """Return the host as the ``Host`` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the whole URL."""
        return f"{self.scheme}://{self.host_header}{self.target}"


class FetchError(Exception):
    """No usable answer came; ``kind`` is one word for what happened, for the one who knows whose file it was."""

    def __init__(self, kind: str) -> None:
        """Keep the word."""
        super().__init__(kind)
        self.kind = kind


# In this order: to the library a TLS failure is a connection failure, and a refused connection a kind of time-out.
KINDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("tls", (urllib3.exceptions.SSLError,)),
    ("proxy", (urllib3.exceptions.ProxyError,)),
    ("dns", (urllib3.exceptions.NameResolutionError,)),
    ("refused", (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)),
    ("connect", (urllib3.exceptions.ConnectTimeoutError,)),
    ("timeout", (urllib3.exceptions.ReadTimeoutError, TimeoutError)),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's exceptions into ours; their own text may quote a header or a proxy's password."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        causes = list(causes_of(error))
        kinds = (kind for kind, types in KINDS if any(isinstance(cause, types) for cause in causes))
        raise FetchError(next(kinds, "connection")) from None


class Fetched:
    """An answer whose body is still on its way."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        """Wrap the response."""
        self.status = response.status
        self.headers = response.headers
        self._response = response

    @property
    def length(self) -> int | None:
        """Return the length announced for the body; that of a compressed body is not the one that arrives."""
        told = self.headers.get("Content-Length", "")
        is_plain = self.headers.get("Content-Encoding", "").lower() in ("", "identity")
        is_number = told.isascii() and told.isdigit() and len(told) <= LONGEST_LENGTH
        return int(told) if is_plain and is_number else None

    def piece(self) -> bytes:
        """Return the next bytes that arrive, none at the end; raises ``FetchError`` when it comes too early."""
        with translated():
            return self._response.read1(CHUNK, decode_content=True)


@contextmanager
def fetch(address: CheckedAddress, read_seconds: float) -> Iterator[Fetched]:
    """Ask for what lies there and hand over the answer before its body; redirects are not followed.

    The IP addresses are tried in turn until one answers. Raises ``FetchError``.
    """
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, read_seconds), read=read_seconds)
    headers = {"Host": address.host_header, "Accept-Encoding": "identity", "User-Agent": "kintone_integration"}
    url = address.url if address.proxy else address.target
    failed = FetchError("dns")
    for pool in _pools(address):
        try:
            with translated():
                response = pool.urlopen(
                    "GET", url, headers=headers, timeout=timeout, redirect=False, retries=False, preload_content=False
                )
        except FetchError as error:
            _close(pool)
            failed = error
            continue
        try:
            yield Fetched(response)
        finally:
            response.close()
            _close(pool)
        return
    raise failed


def _pools(address: CheckedAddress) -> Iterator[Pool]:
    ca_bundle = next(filter(None, map(os.environ.get, CA_BUNDLES)), DEFAULT_CA_BUNDLE_PATH)
    if address.proxy:
        auth = parse_url(address.proxy).auth
        proxy_headers = make_headers(proxy_basic_auth=auth) if auth else None
        yield urllib3.ProxyManager(address.proxy, proxy_headers=proxy_headers, ca_certs=ca_bundle)
        return
    for connected_to in address.addresses:
        if address.scheme == "http":
            yield urllib3.HTTPConnectionPool(connected_to, address.port)
        else:
            yield urllib3.HTTPSConnectionPool(
                connected_to,
                address.port,
                cert_reqs="CERT_REQUIRED",
                ca_certs=ca_bundle,
                server_hostname=address.host,
                assert_hostname=address.host,
            )


def _close(pool: Pool) -> None:
    if isinstance(pool, urllib3.PoolManager):
        pool.clear()
    else:
        pool.close()
