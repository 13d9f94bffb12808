"""What can go wrong between sending a request and reading its answer, told without addresses and headers.

What is certain follows from how far the exchange came, not from the type of the library's exception, whose own text may
quote a header or a proxy's password.
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

PROXY_REFUSES = range(400, 500)
PROXY_AUTHENTICATION = 407


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened and what to do about it; ``error`` is the class to raise, ``peer`` in a sentence the one asked.

    ``with_variable`` is the remedy where it is known from which variable of the environment the proxy was taken.
    """

    error: type[KintoneError]
    what: Message
    remedy: Message
    with_variable: Message = NOTHING

    def copy_with(self, **values: Value) -> "Failure":
        """Return the same failure with values for its sentence."""
        return replace(self, what=self.what.copy_with(**values))

    def ending(self, doing: Message, deadline: Deadline) -> KintoneError | None:
        """Return the error for a call whose time is over or that is not needed any more, None for other failures."""
        if self.error is BudgetExceededError:
            return deadline.error(doing, self.what)
        return CancelledError() if self.error is CancelledError else None


class TransportError(Exception):
    """No usable answer came. ``sent`` tells whether bytes of the request have left, so that it may have been done."""

    def __init__(self, kind: FailureKind, failure: Failure, *, sent: bool) -> None:
        """Keep what happened."""
        super().__init__(str(failure.what))
        self.kind = kind
        self.failure = failure
        self.sent = sent


CHECK_NETWORK = Message("check the network between Dify and kintone")
CHECK_DOMAIN = Message(
    "check kintone_domain: it is the first part of the address your browser shows when kintone is open"
)
CHECK_PROXY = Message("check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in the environment of the plugin")
FROM_VARIABLE = Message(
    "the proxy was taken from {variable} in the environment of the plugin: check that it is right and that the proxy "
    "runs, or name the host in NO_PROXY if it can be reached without",
    variable="",
)
GIVE_PASSWORD = Message(
    "write them before the host in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY in the environment of the plugin: "
    "user:password@host:port"
)

TOO_LARGE = Failure(
    ResultTooLargeError,
    Message("the answer is larger than {most} bytes", most=0),
    FEWER_RECORDS,
)
REDIRECT = Failure(
    UnknownResponseError, Message("a redirect (HTTP {status}) leads where no API token may go", status=0), CHECK_SITE
)
TOO_MANY_REDIRECTS = Failure(UnknownResponseError, Message("kintone redirects in a circle"), CHECK_NETWORK)
STOPPED = Failure(CancelledError, Message("it was not needed any more"), NOTHING)
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

BUDGET_WAITS = {
    Phase.PREPARING: Message("preparing the request"),
    Phase.CONNECTING: Message("connecting to {peer}", peer=KINTONE),
    Phase.TUNNELLING: Message("connecting through the proxy"),
    Phase.HANDSHAKE: Message("agreeing on encryption with {peer}", peer=KINTONE),
    Phase.SENDING: Message("sending the request"),
    Phase.WAITING: Message("waiting for the answer of {peer}", peer=KINTONE),
    Phase.READING: Message("receiving the answer of {peer}", peer=KINTONE),
}
UNREADABLE_CERTIFICATES = ("NO_CERTIFICATE_OR_CRL_FOUND", "PEM lib", "NO_START_LINE", "BAD_BASE64_DECODE")
"""OpenSSL's words for a file that holds no certificates."""
CERTIFICATE_ALERTS = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "BAD_CERTIFICATE", "ACCESS_DENIED")


def failure_of(error: Exception, exchange: Exchange) -> TransportError:
    """Return what an exception means, by how far the exchange came."""
    deadline = exchange.deadline
    if deadline.is_over:
        waits = Failure(BudgetExceededError, _waited_for(exchange), NOTHING)
        return TransportError(FailureKind.FINAL, waits, sent=exchange.sent)
    if deadline.is_cancelled:
        return TransportError(FailureKind.FINAL, STOPPED, sent=exchange.sent)
    kind, failure = _before_sending(error, exchange)
    if exchange.sent or exchange.phase in (Phase.WAITING, Phase.READING):
        kind, failure = _after_sending(error, exchange)
    if not exchange.sent and kind in (FailureKind.BROKEN, FailureKind.TIMED_OUT):
        kind = FailureKind.NOT_SENT
    return TransportError(kind, _with_variable(failure.copy_with(peer=exchange.peer), exchange), sent=exchange.sent)


def _waited_for(exchange: Exchange) -> Message:
    if exchange.phase is Phase.CONNECTING and exchange.proxy:
        return Message("connecting to the proxy {proxy}", proxy=exchange.proxy)
    return BUDGET_WAITS[exchange.phase].copy_with(peer=exchange.peer)


def _with_variable(failure: Failure, exchange: Exchange) -> Failure:
    """Return a failure of the proxy with the variable that it was taken from, as far as that is known."""
    variable = proxy_variable(exchange.scheme) if failure.with_variable else ""
    return replace(failure, remedy=failure.with_variable.copy_with(variable=variable)) if variable else failure


def _before_sending(error: Exception, exchange: Exchange) -> tuple[FailureKind, Failure]:
    causes = list(causes_of(error))
    late = exchange.is_late or _is_any(causes, (TimeoutError, requests.Timeout, urllib3.exceptions.ConnectTimeoutError))
    if exchange.phase is Phase.PREPARING:
        return FailureKind.FINAL, _setting(causes)
    if exchange.phase is Phase.TUNNELLING:
        return _tunnel(exchange)
    if exchange.phase is Phase.HANDSHAKE:
        return _handshake(causes, late=late)
    if exchange.phase is Phase.CONNECTING:
        return FailureKind.NOT_SENT, _connecting(causes, exchange, late=late)
    return FailureKind.NOT_SENT, BROKEN


def _connecting(causes: list[BaseException], exchange: Exchange, *, late: bool) -> Failure:
    """The host was not reached, or the proxy in front of it was not."""
    if exchange.proxy:
        return (SLOW_PROXY if late else PROXY_UNREACHABLE).copy_with(proxy=exchange.proxy)
    if late:
        return SLOW_CONNECTION
    if _is_any(causes, (socket.gaierror, urllib3.exceptions.NameResolutionError)):
        return NO_HOST
    return NOT_CONNECTED


def _setting(causes: list[BaseException]) -> Failure:
    """Nothing was tried yet: an address or a path in the settings cannot work, and a second try would not help."""
    if _is_any(causes, (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema)):
        return BAD_PROXY_ADDRESS
    if _is_any(causes, (urllib3.exceptions.ProxySchemeUnknown, urllib3.exceptions.LocationParseError)):
        return BAD_PROXY_ADDRESS
    if _is_any(causes, (OSError,)) and not _is_any(causes, (requests.RequestException,)):
        return BAD_CA_PATH
    return BAD_REQUEST_SETTING


def _tunnel(exchange: Exchange) -> tuple[FailureKind, Failure]:
    status = exchange.proxy_status
    if status == PROXY_AUTHENTICATION:
        return FailureKind.FINAL, PROXY_WANTS_PASSWORD
    if status in PROXY_REFUSES:
        return FailureKind.FINAL, PROXY_REFUSED.copy_with(status=status)
    return FailureKind.NOT_SENT, PROXY_FAILED.copy_with(proxy=exchange.proxy)


def _handshake(causes: list[BaseException], *, late: bool) -> tuple[FailureKind, Failure]:
    if late:
        return FailureKind.NOT_SENT, SLOW_CONNECTION
    if _is_any(causes, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        return FailureKind.NOT_SENT, NOT_CONNECTED
    if any(sign in str(cause) for cause in causes for sign in UNREADABLE_CERTIFICATES):
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
    """Yield the error and all that it wraps; the library nests causes in arguments and in ``reason``."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [*current.args, getattr(current, "reason", None), current.__cause__]
