"""Failures between sending a request and reading its answer, described without addresses and headers.

Whether the request was sent follows from the phase of the exchange, not from the exception of the library. The text of
that exception is never shown, since it may quote a header or a proxy's password.
"""

import socket
from collections.abc import Iterator

import requests
import urllib3

from kintone.connections import KINTONE, Exchange, Phase
from kintone.errors import BudgetExceededError
from kintone.failure_sentences import (
    BAD_CA_PATH,
    BAD_PROXY_ADDRESS,
    BAD_REQUEST_SETTING,
    NO_ANSWER,
    NO_HOST,
    NOT_CONNECTED,
    NOT_DECODED,
    PROXY_FAILED,
    PROXY_FAILED_WITH_STATUS,
    PROXY_REFUSED,
    PROXY_REFUSED_PASSWORD,
    PROXY_UNREACHABLE,
    PROXY_WANTS_OTHER_SIGN_IN,
    PROXY_WANTS_PASSWORD,
    SLOW_CONNECTION,
    SLOW_PROXY,
    SLOW_TUNNEL,
    STOPPED,
    TUNNEL_SLOW,
    Failure,
)
from kintone.messages import NOTHING, Message
from kintone.retry import FailureKind
from kintone.tls_failures import failure_after_handshake, handshake_failure

PROXY_REFUSALS = range(400, 500)
PROXY_AUTHENTICATION = 407


class TransportError(Exception):
    """No usable answer arrived. If ``sent``, bytes of the request were sent, so it may have been carried out."""

    def __init__(self, kind: FailureKind, failure: Failure, *, sent: bool) -> None:
        """Keep the parts."""
        super().__init__(str(failure.problem))
        self.kind = kind
        self.failure = failure
        self.sent = sent


# From an exception and the state of the exchange to a failure

WAITS_BY_PHASE = {
    Phase.PREPARING: Message("preparing the request"),
    Phase.CONNECTING: Message("connecting to {peer}", peer=KINTONE),
    Phase.TUNNELLING: Message("connecting to {peer} through the proxy {proxy}", peer=KINTONE, proxy=""),
    Phase.HANDSHAKE: Message("negotiating encryption with {peer}", peer=KINTONE),
    Phase.SENDING: Message("sending the request"),
    Phase.WAITING: Message("waiting for the answer of {peer}", peer=KINTONE),
    Phase.READING: Message("receiving the answer of {peer}", peer=KINTONE),
}


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
    failure = failure.copy_with(peer=exchange.peer, proxy=exchange.proxy).naming_variable(exchange.scheme)
    return TransportError(kind, failure, sent=exchange.sent)


def _awaited(exchange: Exchange) -> Message:
    """Name what the exchange was waiting for."""
    if exchange.phase is Phase.CONNECTING and exchange.proxy:
        return Message("connecting to the proxy {proxy}", proxy=exchange.proxy)
    return WAITS_BY_PHASE[exchange.phase].copy_with(peer=exchange.peer, proxy=exchange.proxy)


def _before_sending(error: Exception, exchange: Exchange) -> tuple[FailureKind, Failure]:
    causes = list(causes_of(error))
    late = exchange.is_late or _is_any(causes, (TimeoutError, requests.Timeout, urllib3.exceptions.ConnectTimeoutError))
    if exchange.phase is Phase.PREPARING:
        return FailureKind.FINAL, _bad_setting(causes)
    if exchange.phase is Phase.TUNNELLING:
        return _tunnel_failed(exchange, late=late)
    if exchange.phase is Phase.HANDSHAKE:
        return (FailureKind.NOT_SENT, _slow_handshake(exchange)) if late else handshake_failure(causes, exchange)
    if exchange.phase is Phase.CONNECTING:
        return FailureKind.NOT_SENT, _not_connected(causes, exchange, late=late)
    return failure_after_handshake(causes, exchange)


def _slow_handshake(exchange: Exchange) -> Failure:
    """Return the failure if TLS was not negotiated in time, with kintone or with a proxy."""
    if exchange.is_tunnelled:
        return TUNNEL_SLOW
    return SLOW_PROXY if exchange.proxy else SLOW_CONNECTION


def _not_connected(causes: list[BaseException], exchange: Exchange, *, late: bool) -> Failure:
    """Return the failure if the host or the proxy was not reached."""
    if exchange.proxy:
        return SLOW_PROXY if late else PROXY_UNREACHABLE
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


def _tunnel_failed(exchange: Exchange, *, late: bool) -> tuple[FailureKind, Failure]:
    """Return the failure if a proxy was reached and opened no tunnel."""
    status = exchange.proxy_status
    if status == PROXY_AUTHENTICATION:
        return FailureKind.FINAL, _password_refused(exchange)
    if status in PROXY_REFUSALS:
        return FailureKind.FINAL, PROXY_REFUSED.copy_with(status=status)
    if status is not None:
        return FailureKind.NOT_SENT, PROXY_FAILED_WITH_STATUS.copy_with(status=status)
    return FailureKind.NOT_SENT, SLOW_TUNNEL if late else PROXY_FAILED


def _password_refused(exchange: Exchange) -> Failure:
    if exchange.proxy_methods and "basic" not in exchange.proxy_methods:
        return PROXY_WANTS_OTHER_SIGN_IN
    return PROXY_REFUSED_PASSWORD if exchange.has_proxy_password else PROXY_WANTS_PASSWORD


def _after_sending(error: Exception, exchange: Exchange) -> tuple[FailureKind, Failure]:
    causes = list(causes_of(error))
    if exchange.is_late or _is_any(causes, (TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError)):
        return FailureKind.TIMED_OUT, NO_ANSWER
    if _is_any(causes, (urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError)):
        return FailureKind.BROKEN, NOT_DECODED
    return failure_after_handshake(causes, exchange)


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
