"""Failures of connections as sentences: what failed, and what to do about it, without addresses and headers."""

from dataclasses import dataclass, replace

from kintone.access.proxies import proxy_variable
from kintone.connections import KINTONE
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


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure: the class of the error to raise, what failed, and what to do about it.

    ``with_variable`` is the remedy if the environment variable that names the proxy is known. The value ``peer`` of a
    sentence is the name of the server, ``proxy`` that of the proxy.
    """

    error: type[KintoneError]
    problem: Message
    remedy: Message
    with_variable: Message = NOTHING

    def copy_with(self, **values: Value) -> "Failure":
        """Return the same failure with other values in the sentence of ``problem``."""
        return replace(self, problem=self.problem.copy_with(**values))

    def naming_variable(self, scheme: str) -> "Failure":
        """Return the failure of a proxy with the variable that names the proxy for this scheme, if it is known."""
        variable = proxy_variable(scheme) if self.with_variable else ""
        return replace(self, remedy=self.with_variable.copy_with(variable=variable)) if variable else self

    def ending(self, description: Message, deadline: Deadline) -> KintoneError | None:
        """Return the error if the deadline ended or was cancelled, None for other failures."""
        if self.error is BudgetExceededError:
            return deadline.error(description, self.problem)
        return CancelledError() if self.error is CancelledError else None


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
THROUGH_TUNNEL = Message(
    "have the proxy let encrypted connections to the host through, or name the host in NO_PROXY if it can be reached "
    "without one; the proxy was taken from {variable} in the environment of the plugin",
    variable="",
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
BAD_CA_PATH = Failure(
    UnreachableError,
    Message("the certificates to trust (REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE) cannot be read"),
    Message("check the path in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment of the plugin"),
)
BAD_REQUEST_SETTING = Failure(
    UnreachableError, Message("the request could not be made with these settings"), CHECK_PROXY, FROM_VARIABLE
)
NO_ANSWER = Failure(TimedOutError, Message("{peer} did not answer in time", peer=KINTONE), RAISE_TIMEOUT)
NOT_DECODED = Failure(UnknownResponseError, Message("the answer could not be decompressed"), CHECK_NETWORK)
BROKEN = Failure(UnreachableError, Message("the connection broke"), CHECK_NETWORK)

# Failures of a proxy

BAD_PROXY_ADDRESS = Failure(
    UnreachableError,
    Message("the address of the proxy cannot be used"),
    CHECK_PROXY,
    Message(
        "write it as http://host:port in {variable} in the environment of the plugin, with user:password@ before the "
        "host if the proxy wants them; percent-encode every character of both that is not a letter or a digit, such "
        "as %40 for @",
        variable="",
    ),
)
SOCKS_PROXY = Failure(
    UnreachableError,
    Message("the proxy {proxy} speaks SOCKS, which this plugin does not support", proxy=""),
    CHECK_PROXY,
    Message(
        "write the address of a proxy that speaks HTTP in {variable} in the environment of the plugin, or name the "
        "host in NO_PROXY if it can be reached without one",
        variable="",
    ),
)
PROXY_WANTS_PASSWORD = Failure(
    AuthenticationError,
    Message("the proxy {proxy} wants a user name and password (HTTP 407)", proxy=""),
    Message(
        "write them before the host in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY in the environment of the plugin: "
        "user:password@host:port"
    ),
    Message(
        "write them before the host in {variable} in the environment of the plugin: user:password@host:port",
        variable="",
    ),
)
PROXY_REFUSED_PASSWORD = Failure(
    AuthenticationError,
    Message("the proxy {proxy} does not accept the user name or password that it was given (HTTP 407)", proxy=""),
    Message(
        "correct them in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY in the environment of the plugin, user:password@host:port"
    ),
    Message(
        "correct them in {variable} in the environment of the plugin, user:password@host:port, with every character "
        "that is not a letter or a digit percent-encoded, such as %40 for @",
        variable="",
    ),
)
PROXY_WANTS_OTHER_SIGN_IN = Failure(
    AuthenticationError,
    Message(
        "the proxy {proxy} wants to be signed in to by another method than Basic (HTTP 407), which this plugin does "
        "not know",
        proxy="",
    ),
    CHECK_PROXY,
    Message(
        "have the proxy allow Basic authentication or let the Dify server through without a password, or name another "
        "proxy in {variable} in the environment of the plugin",
        variable="",
    ),
)
PROXY_REFUSED = Failure(
    AuthenticationError,
    Message("the proxy {proxy} refused a connection to {peer} (HTTP {status})", proxy="", peer=KINTONE, status=0),
    CHECK_PROXY,
    Message(
        "have the proxy allow connections to the host, or name the host in NO_PROXY if it can be reached without one; "
        "the proxy was taken from {variable} in the environment of the plugin",
        variable="",
    ),
)
PROXY_UNREACHABLE = Failure(
    UnreachableError, Message("the proxy {proxy} could not be reached", proxy=""), CHECK_PROXY, FROM_VARIABLE
)
SLOW_PROXY = Failure(
    TimedOutError, Message("no connection to the proxy {proxy} was made in time", proxy=""), CHECK_PROXY, FROM_VARIABLE
)
SLOW_TUNNEL = Failure(
    TimedOutError,
    Message("the proxy {proxy} did not connect to {peer} in time", proxy="", peer=KINTONE),
    CHECK_PROXY,
    FROM_VARIABLE,
)
PROXY_FAILED = Failure(
    UnreachableError,
    Message("the proxy {proxy} made no connection to {peer}", proxy="", peer=KINTONE),
    CHECK_PROXY,
    FROM_VARIABLE,
)
PROXY_FAILED_WITH_STATUS = Failure(
    UnreachableError,
    Message("the proxy {proxy} made no connection to {peer} (HTTP {status})", proxy="", peer=KINTONE, status=0),
    CHECK_PROXY,
    FROM_VARIABLE,
)
TUNNEL_CUT = Failure(
    UnreachableError,
    Message(
        "the proxy {proxy} answered that it had connected to {peer}, but the connection was closed while encryption "
        "was negotiated",
        proxy="",
        peer=KINTONE,
    ),
    CHECK_PROXY,
    THROUGH_TUNNEL,
)
TUNNEL_SLOW = Failure(
    TimedOutError,
    Message(
        "the proxy {proxy} answered that it had connected to {peer}, but encryption was not negotiated in time",
        proxy="",
        peer=KINTONE,
    ),
    CHECK_PROXY,
    THROUGH_TUNNEL,
)
TUNNEL_WITHOUT_TLS = Failure(
    UnreachableError,
    Message(
        "the proxy {proxy} answered that it had connected to {peer}, but what came through it is not TLS",
        proxy="",
        peer=KINTONE,
    ),
    CHECK_PROXY,
    THROUGH_TUNNEL,
)
PROXY_WITHOUT_TLS = Failure(
    UnreachableError,
    Message("the proxy {proxy} does not speak TLS at this port", proxy=""),
    CHECK_PROXY,
    Message("begin its address with http:// in {variable} in the environment of the plugin", variable=""),
)
PROXY_NOT_TRUSTED = Failure(
    UnreachableError,
    Message("the certificate of the proxy {proxy} is not trusted, or is for another name", proxy=""),
    CHECK_PROXY,
    Message(
        "put the certificate of the authority that issued it into the file that REQUESTS_CA_BUNDLE names, and check "
        "the name of the proxy in {variable}, both in the environment of the plugin",
        variable="",
    ),
)
PROXY_TLS_FAILED = Failure(
    UnreachableError,
    Message("the TLS connection to the proxy {proxy} was refused (certificate or handshake)", proxy=""),
    CHECK_PROXY,
    FROM_VARIABLE,
)
