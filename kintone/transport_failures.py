"""Failures between sending a request and reading its answer, described without addresses and headers.

Whether the request was sent follows from the phase of the exchange, not from the exception of the library. The text of
that exception is never shown, since it may quote a header or a proxy's password.
"""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace

import requests
import urllib3

from kintone.access.settings import proxy_variable
from kintone.connections import KINTONE, Exchange, Phase
from kintone.deadline import Deadline
from kintone.errors import (
    AuthenticationError,
    BudgetExceededError,
    CancelledError,
    KintoneError,
    ResultTooLargeError,
    TimedOutError,
    UnknownResponseError,
    UnreachableError,
)
from kintone.messages import NOTHING, Message, Value
from kintone.remedies import CHECK_SITE, FEWER_RECORDS, RAISE_TIMEOUT
from kintone.retry import FailureKind

PROXY_REFUSALS = range(400, 500)
PROXY_AUTHENTICATION = 407


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure: the class of the error to raise, what failed, and what to do about it.

    ``with_variable`` is the remedy if the environment variable that names the proxy is known. The value ``peer`` of a
    sentence is the name of the server.
    """

    error: type[KintoneError]
    problem: Message
    remedy: Message
    with_variable: Message = NOTHING

    def copy_with(self, **values: Value) -> "Failure":
        """Return the same failure with other values in the sentence of ``problem``."""
        return replace(self, problem=self.problem.copy_with(**values))

    def ending(self, description: Message, deadline: Deadline) -> KintoneError | None:
        """Return the error if the deadline ended or was cancelled, None for other failures."""
        if self.error is BudgetExceededError:
            return deadline.error(description, self.problem)
        return CancelledError() if self.error is CancelledError else None


class TransportError(Exception):
    """No usable answer arrived. If ``sent``, bytes of the request were sent, so it may have been carried out."""

    def __init__(self, kind: FailureKind, failure: Failure, *, sent: bool) -> None:
        """Keep the parts."""
        super().__init__(str(failure.problem))
        self.kind = kind
        self.failure = failure
        self.sent = sent


# Remedies

CHECK_NETWORK = Message("check the network between Dify and kintone")
CHECK_DOMAIN = Message(
    "check kintone_domain: it is the first part of the address your browser shows when kintone is open"
)
CHECK_PROXY = Message("check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in the environment of the plugin")
FROM_VARIABLE = Message(
    "the proxy was taken from {variable} in the environment of the plugin: check that it is right and that the proxy "
    "runs, or name the host in NO_PROXY if it can be reached without one",
    variable="",
)
GIVE_PASSWORD = Message(
    "write them before the host in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY in the environment of the plugin: "
    "user:password@host:port"
)

# Failures

TOO_LARGE = Failure(
    ResultTooLargeError,
    Message("the answer is larger than {most} bytes", most=0),
    FEWER_RECORDS,
)
REDIRECT = Failure(
    UnknownResponseError, Message("a redirect (HTTP {status}) leads where no API token may go", status=0), CHECK_SITE
)
TOO_MANY_REDIRECTS = Failure(UnknownResponseError, Message("kintone redirects in a circle"), CHECK_NETWORK)
STOPPED = Failure(CancelledError, Message("it was no longer needed"), NOTHING)
NO_HOST = Failure(UnreachableError, Message("there is no such host (DNS)"), CHECK_DOMAIN)
NOT_CONNECTED = Failure(
    UnreachableError,
    Message("the connection was refused"),
    Message("check kintone_domain and the network of the Dify server"),
)
SLOW_CONNECTION = Failure(TimedOutError, Message("no connection was made in time"), RAISE_TIMEOUT)
BAD_CERTIFICATE = Failure(
    UnreachableError,
    Message("the TLS connection was refused (certificate or handshake)"),
    Message("check kintone_domain, the clock of the Dify server, and the certificates of a proxy in between"),
)
BAD_PROXY_ADDRESS = Failure(
    UnreachableError, Message("the address of the proxy cannot be used"), CHECK_PROXY, FROM_VARIABLE
)
BAD_CA_PATH = Failure(
    UnreachableError,
    Message("the certificates to trust (REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE) cannot be read"),
    Message("check the path in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment of the plugin"),
)
BAD_REQUEST_SETTING = Failure(
    UnreachableError, Message("the request could not be made with these settings"), CHECK_PROXY, FROM_VARIABLE
)
PROXY_WANTS_PASSWORD = Failure(
    AuthenticationError,
    Message("the proxy wants a user name and password (HTTP 407)"),
    GIVE_PASSWORD,
    Message(
        "write them before the host in {variable} in the environment of the plugin: user:password@host:port",
        variable="",
    ),
)
PROXY_REFUSED = Failure(
    AuthenticationError,
    Message("the proxy refused a connection to {peer} (HTTP {status})", status=0, peer=KINTONE),
    CHECK_PROXY,
    FROM_VARIABLE,
)
PROXY_UNREACHABLE = Failure(
    UnreachableError, Message("the proxy {proxy} could not be reached", proxy=""), CHECK_PROXY, FROM_VARIABLE
)
SLOW_PROXY = Failure(
    TimedOutError, Message("no connection to the proxy {proxy} was made in time", proxy=""), CHECK_PROXY, FROM_VARIABLE
)
PROXY_FAILED = Failure(
    UnreachableError,
    Message("the proxy {proxy} made no connection to {peer}", proxy="", peer=KINTONE),
    CHECK_PROXY,
    FROM_VARIABLE,
)
NO_ANSWER = Failure(TimedOutError, Message("{peer} did not answer in time", peer=KINTONE), RAISE_TIMEOUT)
NOT_DECODED = Failure(UnknownResponseError, Message("the answer could not be decompressed"), CHECK_NETWORK)
BROKEN = Failure(UnreachableError, Message("the connection broke"), CHECK_NETWORK)
WANTS_CERTIFICATE = Failure(
    UnreachableError,
    Message("the connection was ended by {peer}, perhaps because it wants a client certificate", peer=KINTONE),
    Message("check kintone_domain, and ask the kintone administrator about client certificates"),
)

# From an exception and the state of the exchange to a failure

WAITS_BY_PHASE = {
    Phase.PREPARING: Message("preparing the request"),
    Phase.CONNECTING: Message("connecting to {peer}", peer=KINTONE),
    Phase.TUNNELLING: Message("connecting through the proxy"),
    Phase.HANDSHAKE: Message("negotiating encryption with {peer}", peer=KINTONE),
    Phase.SENDING: Message("sending the request"),
    Phase.WAITING: Message("waiting for the answer of {peer}", peer=KINTONE),
    Phase.READING: Message("receiving the answer of {peer}", peer=KINTONE),
}
UNREADABLE_CERTIFICATES = ("NO_CERTIFICATE_OR_CRL_FOUND", "PEM lib", "NO_START_LINE", "BAD_BASE64_DECODE")
"""Parts of OpenSSL's messages about a file that holds no certificates."""
CERTIFICATE_ALERTS = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "BAD_CERTIFICATE", "ACCESS_DENIED")


def failure_of(error: Exception, exchange: Exchange) -> TransportError:
    """Return the failure that an exception means in this phase of the exchange."""
    deadline = exchange.deadline
    if deadline.is_over:
        failure = Failure(BudgetExceededError, _awaited(exchange), NOTHING)
        return TransportError(FailureKind.FINAL, failure, sent=exchange.sent)
    if deadline.is_cancelled:
        return TransportError(FailureKind.FINAL, STOPPED, sent=exchange.sent)
    kind, failure = _before_sending(error, exchange)
    if exchange.sent or exchange.phase in (Phase.WAITING, Phase.READING):
        kind, failure = _after_sending(error, exchange)
    if not exchange.sent and kind in (FailureKind.BROKEN, FailureKind.TIMED_OUT):
        kind = FailureKind.NOT_SENT
    return TransportError(kind, _with_variable(failure.copy_with(peer=exchange.peer), exchange), sent=exchange.sent)


def _awaited(exchange: Exchange) -> Message:
    """Name what the exchange was waiting for."""
    if exchange.phase is Phase.CONNECTING and exchange.proxy:
        return Message("connecting to the proxy {proxy}", proxy=exchange.proxy)
    return WAITS_BY_PHASE[exchange.phase].copy_with(peer=exchange.peer)


def _with_variable(failure: Failure, exchange: Exchange) -> Failure:
    """Name the environment variable of the proxy in the remedy, if the failure is one of the proxy and it is known."""
    variable = proxy_variable(exchange.scheme) if failure.with_variable else ""
    return replace(failure, remedy=failure.with_variable.copy_with(variable=variable)) if variable else failure


def _before_sending(error: Exception, exchange: Exchange) -> tuple[FailureKind, Failure]:
    causes = list(causes_of(error))
    late = exchange.is_late or _is_any(causes, (TimeoutError, requests.Timeout, urllib3.exceptions.ConnectTimeoutError))
    if exchange.phase is Phase.PREPARING:
        return FailureKind.FINAL, _bad_setting(causes)
    if exchange.phase is Phase.TUNNELLING:
        return _tunnel_failed(exchange)
    if exchange.phase is Phase.HANDSHAKE:
        return _handshake_failed(causes, late=late)
    if exchange.phase is Phase.CONNECTING:
        return FailureKind.NOT_SENT, _not_connected(causes, exchange, late=late)
    return FailureKind.NOT_SENT, BROKEN


def _not_connected(causes: list[BaseException], exchange: Exchange, *, late: bool) -> Failure:
    """Return the failure if the host or the proxy was not reached."""
    if exchange.proxy:
        return (SLOW_PROXY if late else PROXY_UNREACHABLE).copy_with(proxy=exchange.proxy)
    if late:
        return SLOW_CONNECTION
    if _is_any(causes, (socket.gaierror, urllib3.exceptions.NameResolutionError)):
        return NO_HOST
    return NOT_CONNECTED


def _bad_setting(causes: list[BaseException]) -> Failure:
    """Return the failure for an address or a path in the environment that cannot be used; nothing was connected."""
    if _is_any(causes, (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema)):
        return BAD_PROXY_ADDRESS
    if _is_any(causes, (urllib3.exceptions.ProxySchemeUnknown, urllib3.exceptions.LocationParseError)):
        return BAD_PROXY_ADDRESS
    if _is_any(causes, (OSError,)) and not _is_any(causes, (requests.RequestException,)):
        return BAD_CA_PATH
    return BAD_REQUEST_SETTING


def _tunnel_failed(exchange: Exchange) -> tuple[FailureKind, Failure]:
    status = exchange.proxy_status
    if status == PROXY_AUTHENTICATION:
        return FailureKind.FINAL, PROXY_WANTS_PASSWORD
    if status in PROXY_REFUSALS:
        return FailureKind.FINAL, PROXY_REFUSED.copy_with(status=status)
    return FailureKind.NOT_SENT, PROXY_FAILED.copy_with(proxy=exchange.proxy)


def _handshake_failed(causes: list[BaseException], *, late: bool) -> tuple[FailureKind, Failure]:
    if late:
        return FailureKind.NOT_SENT, SLOW_CONNECTION
    if _is_any(causes, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        return FailureKind.NOT_SENT, NOT_CONNECTED
    if any(words in str(cause) for cause in causes for words in UNREADABLE_CERTIFICATES):
        return FailureKind.FINAL, BAD_CA_PATH
    return FailureKind.FINAL, BAD_CERTIFICATE


def _after_sending(error: Exception, exchange: Exchange) -> tuple[FailureKind, Failure]:
    causes = list(causes_of(error))
    if exchange.is_late or _is_any(causes, (TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError)):
        return FailureKind.TIMED_OUT, NO_ANSWER
    if _is_any(causes, (urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError)):
        return FailureKind.BROKEN, NOT_DECODED
    alerts = [str(cause).upper() for cause in causes if isinstance(cause, ssl.SSLError)]
    if any(word in alert for alert in alerts for word in CERTIFICATE_ALERTS):
        return FailureKind.FINAL, WANTS_CERTIFICATE
    return FailureKind.BROKEN, BROKEN


def _is_any(causes: list[BaseException], kinds: tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all errors that it wraps; the library puts them into ``args`` and ``reason``."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [*current.args, getattr(current, "reason", None), current.__cause__]
