"""Sending a request and reading its answer: session, time-outs, redirects, bodies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from kintone.access.credentials import Tokens
from kintone.access.settings import DEFAULT_PORTS
from kintone.access.sites import Site
from kintone.exchange.deadline import Deadline
from kintone.exchange.retry import Mishap
from kintone.exchange.wire_format import WireRequest
from kintone.limits import ANSWER_BYTES
from kintone.transport.failures import BROKEN, SLOW, TransportError, translated

CHUNK = 64 * 1024
MOST_REDIRECTS = 3
SAME_REQUEST_AGAIN = (307, 308)
READ_AGAIN = (301, 302, 303)
HEADERS = {
    "User-Agent": "kintone_integration",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en",
}


class UploadBody(Protocol):
    """A body that is sent as it is read; ``len`` is its size in bytes."""

    len: int
    content_type: str

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Incoming:
    """An answer whose body is still on its way."""

    def __init__(self, response: requests.Response, deadline: Deadline) -> None:
        """Wrap the response."""
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._raw = response.raw
        self._deadline = deadline

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives; raises ``TransportError`` when it breaks, lingers or exceeds ``most`` bytes."""
        received = 0
        while True:
            if self._deadline.remaining() <= 0:
                raise TransportError(Mishap.TIMED_OUT, "the answer took too long to arrive", *SLOW)
            with translated():
                # read1 returns what is there; read would wait for a full chunk from a server that drips.
                chunk: bytes = self._raw.read1(CHUNK, decode_content=True)
            if not chunk:
                return
            received += len(chunk)
            if received > most:
                raise TransportError(
                    Mishap.FINAL,
                    f"the answer is larger than {most} bytes",
                    "ask for fewer records or fields",
                    kind="too large",
                )
            yield chunk


class Transport:
    """One pooled session to one kintone site; safe to share between threads.

    The token travels as a header of each request and is kept nowhere in the session, so that neither a redirect nor a
    pickled or printed session can carry it away.
    """

    def __init__(self, site: Site, tokens: Tokens, connections: int) -> None:
        """Prepare the session; nothing is connected yet."""
        self._site = site
        self._tokens = tokens
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.headers.update(HEADERS)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def exchange(
        self, request: WireRequest, timeout: float, deadline: Deadline, body: UploadBody | None = None
    ) -> Received:
        """Send the request and read the whole answer; raises ``TransportError``."""
        with self.open(request, timeout, deadline, body) as incoming:
            return Received(incoming.status, incoming.headers, b"".join(incoming.chunks(ANSWER_BYTES)))

    @contextmanager
    def open(
        self, request: WireRequest, timeout: float, deadline: Deadline, body: UploadBody | None = None
    ) -> Iterator[Incoming]:
        """Send the request and hand over the answer before its body is read."""
        response = self._follow(request, timeout, deadline, body)
        try:
            yield Incoming(response, deadline)
        finally:
            response.close()

    def _follow(
        self, request: WireRequest, timeout: float, deadline: Deadline, body: UploadBody | None
    ) -> requests.Response:
        method, url = request.method, self._site.url(request.target)
        for _ in range(MOST_REDIRECTS + 1):
            response = self._send(method, url, request, min(timeout, deadline.remaining() or timeout), body)
            if not response.is_redirect:
                return response
            location = _joined(url, response.headers["Location"])
            repeatable = body is None and (
                response.status_code in SAME_REQUEST_AGAIN or (method == "GET" and response.status_code in READ_AGAIN)
            )
            response.close()
            if not repeatable or not self._same_origin(location):
                raise TransportError(
                    Mishap.FINAL,
                    f"a redirect (HTTP {response.status_code}) leads where no API token may go",
                    "check kintone_domain, and that no proxy or login page is in between",
                    kind="redirect",
                )
            url = location
        raise TransportError(Mishap.FINAL, "kintone redirects in a circle", *BROKEN)

    def _send(
        self, method: str, url: str, request: WireRequest, timeout: float, body: UploadBody | None
    ) -> requests.Response:
        headers = {**request.headers, "X-Cybozu-API-Token": self._tokens.header_value()}
        if body is not None:
            headers["Content-Type"] = body.content_type
        with translated():
            return self._session.request(
                method,
                url,
                data=request.body if body is None else body,
                headers=headers,
                auth=_no_netrc,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            )

    def _same_origin(self, location: str) -> bool:
        parts = urlsplit(location)
        origin = self._site.origin
        try:
            port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        except ValueError:
            return False
        return (parts.scheme, parts.hostname, port, parts.username) == (origin.scheme, origin.host, origin.port, None)


def _joined(url: str, location: str) -> str:
    """Return where a redirect leads, nowhere for an address that makes no sense."""
    try:
        joined = urljoin(url, location)
        urlsplit(joined)
    except ValueError:
        return ""
    return joined


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for authentication, since the library would otherwise add what a .netrc file says."""
    return request
