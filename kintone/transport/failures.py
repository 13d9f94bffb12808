"""What can go wrong between sending a request and reading its answer, in words free of addresses and headers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import requests
import urllib3

from kintone.errors import InvalidParameterError
from kintone.exchange.retry import Mishap


class TransportError(Exception):
    """No usable answer came; ``what`` and ``remedy`` are words for people, free of secrets."""

    def __init__(self, mishap: Mishap, what: str, remedy: str, kind: str = "connection") -> None:
        """Keep what happened."""
        super().__init__(what)
        self.mishap = mishap
        self.what = what
        self.remedy = remedy
        self.kind = kind


class Failure(NamedTuple):
    """Exceptions of the library that mean the same thing, and what they mean."""

    causes: tuple[type[BaseException], ...]
    mishap: Mishap
    what: str
    remedy: str
    kind: str


SLOW = ("raise request_timeout, or ask for less at once", "timeout")
BROKEN = ("check the network between Dify and kintone, and try again", "connection")
ADDRESS = "check kintone_domain: it is the first part of the address your browser shows when kintone is open"

# In this order: to the library a TLS failure is a connection failure, and a refused connection a kind of time-out.
FAILURES = (
    Failure(
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError),
        Mishap.FINAL,
        "the TLS connection was refused (certificate or handshake)",
        "check kintone_domain, the clock of the Dify server, and the certificates of a proxy in between",
        "tls",
    ),
    Failure(
        (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError, requests.exceptions.InvalidProxyURL),
        Mishap.NOT_SENT,
        "the proxy could not be used",
        "check HTTPS_PROXY and NO_PROXY in the environment of the plugin",
        "proxy",
    ),
    Failure((urllib3.exceptions.NameResolutionError,), Mishap.NOT_SENT, "there is no such host (DNS)", ADDRESS, "dns"),
    Failure(
        (urllib3.exceptions.NewConnectionError, ConnectionRefusedError),
        Mishap.NOT_SENT,
        "the connection was refused",
        "check kintone_domain and the network of the Dify server",
        "refused",
    ),
    Failure(
        (requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError),
        Mishap.NOT_SENT,
        "no connection was made in time",
        SLOW[0],
        "connect",
    ),
    Failure(
        (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError, TimeoutError),
        Mishap.TIMED_OUT,
        "kintone did not answer in time",
        *SLOW,
    ),
    Failure(
        (urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError),
        Mishap.BROKEN,
        "the answer could not be decompressed",
        *BROKEN,
    ),
    Failure((Exception,), Mishap.BROKEN, "the connection broke", *BROKEN),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's exceptions into ours; their own text may quote a header or a proxy's password."""
    try:
        yield
    except InvalidParameterError:
        # A body that is sent as it is read may find its own source unusable.
        raise
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _translate(error) from None


def _translate(error: Exception) -> TransportError:
    causes = list(_causes(error))
    failure = next(known for known in FAILURES if any(isinstance(cause, known.causes) for cause in causes))
    return TransportError(failure.mishap, failure.what, failure.remedy, failure.kind)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that it wraps; the library nests causes in arguments and in ``reason``."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [*current.args, getattr(current, "reason", None), current.__cause__]
