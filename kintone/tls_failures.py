"""What a failed TLS connection means: a client certificate, the server's own certificate, or something else.

Under TLS 1.2 a server that wants a client certificate refuses within the handshake. Under TLS 1.3 the client has
finished its handshake by then, and learns of it when it sends or reads: https://www.rfc-editor.org/rfc/rfc8446#section-2
"""

import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kintone.access.site_keys import SiteKeys
from kintone.connections import KINTONE, Exchange
from kintone.errors import AuthenticationError, UnreachableError
from kintone.failure_sentences import (
    BAD_CA_PATH,
    BROKEN,
    CHECK_DOMAIN,
    NOT_CONNECTED,
    PROXY_NOT_TRUSTED,
    PROXY_TLS_FAILED,
    PROXY_WITHOUT_TLS,
    TUNNEL_CUT,
    TUNNEL_WITHOUT_TLS,
    Failure,
)
from kintone.messages import Message
from kintone.retry import FailureKind

# Remedies

GIVE_CERTIFICATE = Message(
    "fill in kintone_client_certificate and kintone_client_certificate_password of the credential with the client "
    "certificate of Secure Access, which the cybozu.com administrator issues"
)
CERTIFICATE_AT_SECURE_HOST = Message(
    "write the address of Secure Access, whose second part is s (example.s.cybozu.com), in kintone_domain, and fill in "
    "kintone_client_certificate and kintone_client_certificate_password of the credential"
)
CREDENTIAL_OF_ITS_OWN = Message(
    "a call to another site than the credential's never brings a client certificate: store a credential of its own for "
    "that site, with kintone_client_certificate"
)
CHECK_CERTIFICATE = Message(
    "put a client certificate that is valid for this site into kintone_client_certificate and "
    "kintone_client_certificate_password of the credential; the cybozu.com administrator issues it anew, for a year "
    "by default"
)
TRUST_AUTHORITY = Message(
    "if a proxy in between opens TLS, put the certificate of its authority into the file that REQUESTS_CA_BUNDLE names "
    "in the environment of the plugin; else check kintone_domain"
)
CHECK_CLOCK = Message("check the clock of the Dify server, and whether a proxy in between opens TLS")

SECURE_HOST_OR_ADDRESS = Message(
    "write the address of Secure Access, whose second part is s (example.s.cybozu.com), in kintone_domain and fill in "
    "kintone_client_certificate of the credential, or have the IP address of the Dify server allowed in cybozu.com "
    "Administration"
)

# Failures

LEADS_TO_SECURE_HOST = Message(
    "the site leads to its address of Secure Access, where a client certificate is wanted (HTTP {status})", status=0
)
WANTS_CERTIFICATE = Message("{peer} wants a client certificate, and the request brought none", peer=KINTONE)
REFUSED_CERTIFICATE = Message("{peer} refused the client certificate", peer=KINTONE)
REFUSED_BECAUSE = {
    "UNKNOWN_CA": Message("{peer} refused the client certificate: it does not know who issued it", peer=KINTONE),
    "CERTIFICATE_EXPIRED": Message("{peer} refused the client certificate: it has expired", peer=KINTONE),
    "CERTIFICATE_REVOKED": Message("{peer} refused the client certificate: it was revoked", peer=KINTONE),
    "CERTIFICATE_REQUIRED": Message(
        "{peer} refused the client certificate: its authority or its kind of key is not one that it asks for",
        peer=KINTONE,
    ),
}
CERTIFICATE_ALERTS: Final = frozenset(
    {
        *REFUSED_BECAUSE,
        "BAD_CERTIFICATE",
        "CERTIFICATE_UNKNOWN",
        "UNSUPPORTED_CERTIFICATE",
        "NO_CERTIFICATE",
        "ACCESS_DENIED",
        "DECRYPT_ERROR",
    }
)
"""Alerts about the certificate of the client: https://www.rfc-editor.org/rfc/rfc8446#section-6.2"""
WANTING_ALERTS: Final = frozenset({"CERTIFICATE_REQUIRED", "NO_CERTIFICATE", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN"})
"""Alerts of a server that got no certificate and wants one; under TLS 1.2 servers differ.

The others of ``CERTIFICATE_ALERTS`` judge a certificate that was sent. Where none was, they come from something else,
such as a firewall that refuses the host (ACCESS_DENIED), or a handshake that was changed on the way (DECRYPT_ERROR).
"""
PERHAPS_WANTS_CERTIFICATE = Message(
    "{peer} refused the TLS handshake, perhaps because it wants a client certificate", peer=KINTONE
)
PERHAPS_REFUSES_CERTIFICATE = Message(
    "{peer} refused the TLS handshake, perhaps because it does not accept the client certificate", peer=KINTONE
)
ENDED_WANTING = Message("{peer} ended the connection, perhaps because it wants a client certificate", peer=KINTONE)
ENDED_REFUSING = Message(
    "{peer} ended the connection, perhaps because it does not accept the client certificate", peer=KINTONE
)
BAD_CERTIFICATE = Failure(
    UnreachableError,
    Message("the TLS connection was refused (certificate or handshake)"),
    Message("check kintone_domain, the clock of the Dify server, and the certificates of a proxy in between"),
)
NO_TLS = Failure(
    UnreachableError,
    Message("there is no TLS at this address: {peer} answered something else", peer=KINTONE),
    Message("check kintone_domain, its port if it names one, and a proxy in between"),
)
OTHER_VERSION = Failure(
    UnreachableError,
    Message("{peer} and this plugin have no version or method of TLS in common", peer=KINTONE),
    Message("check kintone_domain, and have a proxy in between speak TLS 1.2 or newer"),
)
NO_SUCH_NAME = Failure(UnreachableError, Message("{peer} knows no site of this name (TLS)", peer=KINTONE), CHECK_DOMAIN)
CUT_HANDSHAKE = Failure(
    UnreachableError,
    Message("the connection was closed while encryption was negotiated"),
    NOT_CONNECTED.remedy,
)
SERVER_EXPIRED = Failure(UnreachableError, Message("the certificate of {peer} has expired", peer=KINTONE), CHECK_CLOCK)
SERVER_TOO_NEW = Failure(
    UnreachableError, Message("the certificate of {peer} is not valid yet", peer=KINTONE), CHECK_CLOCK
)
SERVER_OTHER_NAME = Failure(
    UnreachableError,
    Message("the certificate of {peer} is for another host name", peer=KINTONE),
    Message("check kintone_domain, and whether a proxy in between opens TLS"),
)
SERVER_NOT_TRUSTED = Failure(
    UnreachableError,
    Message("the certificate of {peer} was issued by an authority that is not trusted here", peer=KINTONE),
    TRUST_AUTHORITY,
)

# From an exception to a failure

ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?([A-Z_]+)")
UNREADABLE_CERTIFICATES = ("NO_CERTIFICATE_OR_CRL_FOUND", "PEM lib", "NO_START_LINE", "BAD_BASE64_DECODE")
"""Parts of OpenSSL's messages about a file that holds no certificates."""
WITHOUT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"})
VERSION_REASONS = frozenset({"UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW", "NO_SHARED_CIPHER"})
VERSION_ALERTS = frozenset({"PROTOCOL_VERSION", "INSUFFICIENT_SECURITY"})
VERIFY_FAILURES = {
    9: SERVER_TOO_NEW,
    10: SERVER_EXPIRED,
    **dict.fromkeys((2, 18, 19, 20, 21, 27), SERVER_NOT_TRUSTED),
    **dict.fromkeys((62, 64), SERVER_OTHER_NAME),
}
"""By OpenSSL's number: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the exceptions of a TLS failure tell; each is empty, 0 or false if they do not."""

    alert: str
    reason: str
    verify_code: int
    is_ended: bool
    is_bad_file: bool


def handshake_failure(causes: Iterable[BaseException], exchange: Exchange) -> tuple[FailureKind, Failure]:
    """Return the failure of a handshake, with kintone or with a proxy; nothing of the request was sent."""
    seen = _seen(causes)
    if exchange.proxy and not exchange.is_tunnelled:
        return _proxy_handshake_failure(seen)
    if seen.is_ended:
        return FailureKind.NOT_SENT, ended(TUNNEL_CUT if exchange.is_tunnelled else CUT_HANDSHAKE, exchange)
    if seen.is_bad_file:
        return FailureKind.FINAL, BAD_CA_PATH
    return FailureKind.FINAL, _alert_failure(seen.alert, exchange.keys) or _other_failure(seen, exchange)


def failure_after_handshake(causes: Iterable[BaseException], exchange: Exchange) -> tuple[FailureKind, Failure]:
    """Return the failure of a connection that broke when the handshake was over, perhaps after the request was sent."""
    alert = _seen(causes).alert
    failure = _alert_failure(alert, exchange.keys) if alert in CERTIFICATE_ALERTS else None
    return (FailureKind.FINAL, failure) if failure else (FailureKind.BROKEN, ended(BROKEN, exchange))


def ended(failure: Failure, exchange: Exchange) -> Failure:
    """Return a failure by which a connection ended, naming the client certificate if that may be the reason.

    It may only be where one may be sent, and only before the server answered: during the handshake, or under TLS 1.3 at
    the first request of the connection.
    """
    keys = exchange.keys
    if not keys.may_want_certificate or not exchange.may_lack_certificate:
        return failure
    problem = ENDED_REFUSING if keys.has_certificate else ENDED_WANTING
    return Failure(UnreachableError, problem, certificate_remedy(keys))


def certificate_remedy(keys: SiteKeys) -> Message:
    """Return what to do where a client certificate is wanted, or another one than was sent."""
    if keys.has_certificate:
        return CHECK_CERTIFICATE
    if keys.is_other_site:
        return CREDENTIAL_OF_ITS_OWN
    return GIVE_CERTIFICATE if keys.may_want_certificate else CERTIFICATE_AT_SECURE_HOST


def leads_to_secure_host(status: int, keys: SiteKeys) -> Failure:
    """Return the failure for a page or a redirect that leads to the site's address of Secure Access."""
    remedy = CREDENTIAL_OF_ITS_OWN if keys.is_other_site else SECURE_HOST_OR_ADDRESS
    return Failure(AuthenticationError, LEADS_TO_SECURE_HOST.copy_with(status=status), remedy)


def _seen(causes: Iterable[BaseException]) -> _Seen:
    causes = list(causes)
    reasons = [str(cause.reason or "") for cause in causes if isinstance(cause, ssl.SSLError)]
    alerts = [found[1] for found in map(ALERT.fullmatch, reasons) if found]
    verified = [cause.verify_code for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)]
    return _Seen(
        alert=alerts[0] if alerts else "",
        reason=next(filter(None, reasons), ""),
        verify_code=verified[0] if verified else 0,
        is_ended=any(isinstance(each, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)) for each in causes),
        is_bad_file=any(words in str(cause) for cause in causes for words in UNREADABLE_CERTIFICATES),
    )


def _alert_failure(alert: str, keys: SiteKeys) -> Failure | None:
    """Return the failure if the server's alert is about the client's certificate, or may be."""
    if alert in (CERTIFICATE_ALERTS if keys.has_certificate else WANTING_ALERTS):
        refused = REFUSED_BECAUSE.get(alert, REFUSED_CERTIFICATE)
        problem = refused if keys.has_certificate else WANTS_CERTIFICATE
        return Failure(AuthenticationError, problem, certificate_remedy(keys))
    if alert == "HANDSHAKE_FAILURE" or alert in CERTIFICATE_ALERTS:
        problem = PERHAPS_REFUSES_CERTIFICATE if keys.has_certificate else PERHAPS_WANTS_CERTIFICATE
        return Failure(UnreachableError, problem, certificate_remedy(keys))
    return None


def _other_failure(seen: _Seen, exchange: Exchange) -> Failure:
    if seen.verify_code:
        return VERIFY_FAILURES.get(seen.verify_code, BAD_CERTIFICATE)
    if seen.reason in WITHOUT_TLS:
        return TUNNEL_WITHOUT_TLS if exchange.is_tunnelled else NO_TLS
    if seen.reason in VERSION_REASONS or seen.alert in VERSION_ALERTS:
        return OTHER_VERSION
    return NO_SUCH_NAME if seen.alert == "UNRECOGNIZED_NAME" else BAD_CERTIFICATE


def _proxy_handshake_failure(seen: _Seen) -> tuple[FailureKind, Failure]:
    if seen.is_ended:
        return FailureKind.NOT_SENT, PROXY_TLS_FAILED
    if seen.is_bad_file:
        return FailureKind.FINAL, BAD_CA_PATH
    if seen.reason in WITHOUT_TLS:
        return FailureKind.FINAL, PROXY_WITHOUT_TLS
    return FailureKind.FINAL, PROXY_NOT_TRUSTED if seen.verify_code else PROXY_TLS_FAILED
