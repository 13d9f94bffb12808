"""HTTP requests to a kintone site: pools of connections shared by all calls, and redirects within the site."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from kintone.access.credentials import Access
from kintone.access.site_keys import site_keys
from kintone.api import EncodedRequest
from kintone.connections import Exchange, TrackedAdapter
from kintone.deadline import Deadline
from kintone.exchanges import (
    MAX_REDIRECTS,
    REDIRECTS_KEEPING_METHOD,
    REDIRECTS_TO_GET,
    USER_AGENT,
    HttpReply,
    Outgoing,
    UploadBody,
    new_adapter,
    proxy_for,
    send,
)
from kintone.failure_sentences import REDIRECT, TOO_MANY_REDIRECTS, Failure
from kintone.retry import FailureKind
from kintone.runtime import PROCESS_RUNTIME, Runtime, Timer
from kintone.tls_failures import leads_to_secure_host
from kintone.transport_failures import TransportError

__all__ = ["HttpTransport", "Pools", "StreamedReply", "Transport", "UploadBody", "pools"]

IDLE_SECONDS: Final = 30.0
"""Connections that were not used for this time are closed; kintone does not document how long it keeps them."""
HEADERS = {**USER_AGENT, "Accept-Encoding": "gzip", "Accept-Language": "en"}


class StreamedReply(Protocol):
    """An answer whose body has not been read yet."""

    status: int
    headers: Mapping[str, str]

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives; raises ``TransportError`` if it breaks, is late or has over ``most`` bytes."""


class Transport(Protocol):
    """An object that sends requests to a kintone site; safe to share between threads."""

    def open(
        self,
        encoded: EncodedRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> AbstractContextManager[StreamedReply]:
        """Send the request and hand over the answer before its body is read; raises ``TransportError``."""


@dataclass(slots=True)
class _Pool:
    """The connections of one ``Access``; ``users`` is the number of requests that use them now."""

    adapter: TrackedAdapter
    users: int = 0
    last_used: float = 0.0


class Pools:
    """The connections of the process: one pool for each ``Access``, closed after ``idle_seconds`` without use.

    No pool holds a cookie, a token or a password; these are headers of each request. That of an access with a client
    certificate holds the TLS context that presents it.
    """

    def __init__(self, runtime: Runtime = PROCESS_RUNTIME, idle_seconds: float = IDLE_SECONDS) -> None:
        """Start without a pool."""
        self._runtime = runtime
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, int], _Pool] = {}
        self._timer: Timer | None = None

    @contextmanager
    def adapter(self, access: Access, connections: int) -> Iterator[TrackedAdapter]:
        """Provide the connections of an ``Access`` for the time of the block."""
        key = (access.digest(), connections)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                context = access.certificate.context() if access.certificate else None
                pool = self._pools[key] = _Pool(new_adapter(connections, context))
            pool.users += 1
        try:
            yield pool.adapter
        finally:
            with self._lock:
                pool.users -= 1
                pool.last_used = self._runtime.monotonic()
                if self._timer is None:
                    self._timer = self._runtime.after(self._idle_seconds, self._close_unused)

    def _close_unused(self) -> None:
        with self._lock:
            now = self._runtime.monotonic()
            unused = [
                key
                for key, pool in self._pools.items()
                if not pool.users and pool.last_used + self._idle_seconds <= now
            ]
            closing = [self._pools.pop(key) for key in unused]
            self._timer = None
            if self._pools:
                self._timer = self._runtime.after(max(0.1, self._idle_seconds / 2), self._close_unused)
        for pool in closing:
            pool.adapter.close()


pools = Pools()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Sends requests over the network, through the connections of the process."""

    connections: int
    pools: Pools = field(default=pools)

    @contextmanager
    def open(
        self,
        encoded: EncodedRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> Iterator[StreamedReply]:
        """Send the request and hand over the answer before its body is read; raises ``TransportError``."""
        exchange = Exchange(deadline, timeout, keys=site_keys(access))
        try:
            with self.pools.adapter(access, self.connections) as adapter:
                reply = _send_and_redirect(adapter, encoded, access, exchange, body)
                try:
                    yield reply
                finally:
                    reply.close()
        finally:
            exchange.finish()


def _send_and_redirect(
    adapter: TrackedAdapter, encoded: EncodedRequest, access: Access, exchange: Exchange, body: UploadBody | None
) -> HttpReply:
    """Send the request, and follow redirects within the site if the request may be repeated."""
    outgoing = _outgoing(encoded, access, body)
    for _ in range(MAX_REDIRECTS + 1):
        reply = send(adapter, exchange, replace(outgoing, proxy=proxy_for(outgoing.url)))
        redirect = reply.redirect(outgoing.url)
        if redirect is None:
            return reply
        location = access.site.own_api_url(redirect)
        is_repeatable = body is None and (
            reply.status in REDIRECTS_KEEPING_METHOD or (outgoing.method == "GET" and reply.status in REDIRECTS_TO_GET)
        )
        reply.close()
        exchange.release()
        if not is_repeatable or location is None:
            raise TransportError(FailureKind.FINAL, _forbidden_redirect(reply.status, redirect, exchange), sent=True)
        outgoing = replace(outgoing, url=location)
    raise TransportError(FailureKind.FINAL, TOO_MANY_REDIRECTS, sent=True)


def _forbidden_redirect(status: int, redirect: str, exchange: Exchange) -> Failure:
    """Return the failure for a redirect that is not followed."""
    keys = exchange.keys
    if keys.secure_host and urlsplit(redirect).hostname == keys.secure_host:
        return leads_to_secure_host(status, keys)
    return REDIRECT.copy_with(status=status)


def _outgoing(encoded: EncodedRequest, access: Access, body: UploadBody | None) -> Outgoing:
    headers = {**HEADERS, **encoded.headers, "X-Cybozu-API-Token": access.tokens.header_value()}
    if access.basic_auth is not None:
        headers["Authorization"] = access.basic_auth.header_value()
    if body is not None:
        headers["Content-Type"] = body.content_type
    return Outgoing(encoded.method, access.site.url(encoded.target), headers, encoded.body if body is None else body)
