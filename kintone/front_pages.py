"""What an answer means that came from a server in front of kintone: no JSON with one of kintone's codes.

Basic authentication, limits of IP addresses and client certificates are settings of cybozu.com; their pages are not
documented, so only the status, the headers and texts that name the matter count.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from kintone.access.challenges import methods_of
from kintone.access.site_keys import SiteKeys
from kintone.error_codes import MEANINGS, Meaning
from kintone.errors import AuthenticationError, NotFoundError, UnavailableError, UnknownResponseError
from kintone.failure_sentences import CHECK_DOMAIN
from kintone.messages import Message
from kintone.remedies import MAINTENANCE
from kintone.retry import UNAVAILABLE_STATUSES
from kintone.tls_failures import (
    REFUSED_CERTIFICATE,
    WANTS_CERTIFICATE,
    certificate_remedy,
    leads_to_secure_host,
)

MAX_SEARCHED: Final = 65_536
"""Bytes of a page that are searched."""
NO_CERTIFICATE_TEXT: Final = b"no required ssl certificate was sent"
BAD_CERTIFICATE_TEXT: Final = b"the ssl certificate error"
"""From nginx, src/http/ngx_http_special_response.c, which shows its own 495 and 496 as 400."""
BAD_CERTIFICATE_STATUS: Final = 495
NO_CERTIFICATE_STATUS: Final = 496
REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

# Basic authentication

BASIC_WANTED = Message("the site wants Basic authentication (HTTP 401)")
BASIC_REFUSED = Message("the site does not accept the user name or password of Basic authentication (HTTP 401)")
BASIC_OF_OTHER_SITE = Message(
    "the site wants Basic authentication (HTTP 401), and a call to another site than the credential's never brings it"
)
FILL_IN_BASIC = Message(
    "fill in kintone_basic_auth_user and kintone_basic_auth_password of the credential, or have the IP address of the "
    "Dify server allowed in cybozu.com Administration, which then asks it for no password"
)
CORRECT_BASIC = Message(
    "correct kintone_basic_auth_user and kintone_basic_auth_password of the credential, or have the IP address of the "
    "Dify server allowed in cybozu.com Administration, which then asks it for no password"
)
BASIC_IN_ITS_OWN = Message(
    "store a credential of its own for that site, with kintone_basic_auth_user and kintone_basic_auth_password, or "
    "have the IP address of the Dify server allowed in its cybozu.com Administration"
)

# Limits of IP addresses

PERHAPS_ADDRESS = Message(
    "something in front of kintone refused the request (HTTP {status}), perhaps because the IP address of the Dify "
    "server is not allowed",
    status=0,
)
PERHAPS_ADDRESS_OR_CERTIFICATE = Message(
    "something in front of kintone refused the request (HTTP {status}), perhaps because the IP address of the Dify "
    "server is not allowed, or because of the client certificate",
    status=0,
)
ADDRESS_BASIC_OR_CERTIFICATE = Message(
    "have the IP address of the Dify server allowed in cybozu.com Administration, or have Basic authentication set up "
    "there and fill in kintone_basic_auth_user and kintone_basic_auth_password of the credential, or use Secure "
    "Access: an address such as example.s.cybozu.com in kintone_domain and a client certificate in "
    "kintone_client_certificate"
)
ADDRESS_OR_CERTIFICATE = Message(
    "have the IP address of the Dify server allowed in cybozu.com Administration, or use Secure Access: an address "
    "such as example.s.cybozu.com in kintone_domain and a client certificate in kintone_client_certificate"
)
ADDRESS_OR_CERTIFICATE_HERE = Message(
    "fill in kintone_client_certificate and kintone_client_certificate_password of the credential, which an address "
    "of Secure Access wants, or have the IP address of the Dify server allowed in cybozu.com Administration"
)
ADDRESS_OR_OTHER_CERTIFICATE = Message(
    "have the IP address of the Dify server allowed in cybozu.com Administration, and check with its administrator "
    "that the client certificate is one of this site and still valid"
)
ADDRESS_OR_OWN_CREDENTIAL = Message(
    "have the IP address of the Dify server allowed in the site's cybozu.com Administration, or store a credential of "
    "its own for the site, with Basic authentication or a client certificate, which a call to another site than the "
    "credential's never brings"
)

# Others

BY_STATUS: Final[dict[int, Meaning]] = {
    HTTPStatus.NOT_FOUND: Meaning(
        NotFoundError,
        Message("there is no kintone at this address (HTTP 404 without kintone's own error)"),
        CHECK_DOMAIN,
    ),
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: Meaning(
        AuthenticationError,
        Message("a proxy that opens the connection to kintone wants a user name and password (HTTP 407)"),
        Message(
            "have the proxy let the Dify server through without a password: it is not the one that HTTPS_PROXY names, "
            "or asks only after it has connected, where no password of a proxy may be sent"
        ),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: MEANINGS["GAIA_TO04"],
}


def meaning_of(status: int, headers: Mapping[str, str], body: bytes, keys: SiteKeys) -> Meaning:
    """Return the meaning of an answer without one of kintone's codes."""
    certificate = certificate_page(status, body, keys)
    if certificate is not None:
        return certificate
    if status in UNAVAILABLE_STATUSES:
        return Meaning(
            UnavailableError,
            Message("kintone is not available right now (HTTP {status})", status=status),
            MAINTENANCE,
        )
    if status in BY_STATUS:
        return BY_STATUS[status]
    if asks_for_basic(status, headers):
        return _basic(keys)
    if status in REFUSALS:
        return _refused(status, keys)
    return Meaning(
        UnknownResponseError,
        Message("the answer was HTTP {status} without kintone's own error", status=status),
        Message("check that kintone_domain is the address of your kintone"),
    )


def certificate_page(status: int, body: bytes, keys: SiteKeys) -> Meaning | None:
    """Return the meaning of a page about the client certificate, None for any other page; the status may be 200."""
    text = body[:MAX_SEARCHED].lower()
    is_about_certificate = status in (BAD_CERTIFICATE_STATUS, NO_CERTIFICATE_STATUS) or (
        status == HTTPStatus.BAD_REQUEST and (NO_CERTIFICATE_TEXT in text or BAD_CERTIFICATE_TEXT in text)
    )
    if is_about_certificate:
        problem = REFUSED_CERTIFICATE if keys.has_certificate else WANTS_CERTIFICATE
        return Meaning(AuthenticationError, problem, certificate_remedy(keys))
    if status in REFUSALS | {HTTPStatus.OK} and keys.secure_host and keys.secure_host.encode() in text:
        failure = leads_to_secure_host(status, keys)
        return Meaning(failure.error, failure.problem, failure.remedy)
    return None


def asks_for_basic(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether a server asks for Basic authentication, which it does before kintone gets the request."""
    return status == HTTPStatus.UNAUTHORIZED and "basic" in methods_of(headers.get("WWW-Authenticate", ""))


def _basic(keys: SiteKeys) -> Meaning:
    if keys.is_other_site:
        return Meaning(AuthenticationError, BASIC_OF_OTHER_SITE, BASIC_IN_ITS_OWN)
    if keys.has_basic_auth:
        return Meaning(AuthenticationError, BASIC_REFUSED, CORRECT_BASIC)
    return Meaning(AuthenticationError, BASIC_WANTED, FILL_IN_BASIC)


def _refused(status: int, keys: SiteKeys) -> Meaning:
    of_certificate = keys.is_secure_access or keys.has_certificate
    problem = PERHAPS_ADDRESS_OR_CERTIFICATE if of_certificate else PERHAPS_ADDRESS
    return Meaning(AuthenticationError, problem.copy_with(status=status), _ways_in(keys))


def _ways_in(keys: SiteKeys) -> Message:
    """Return the ways past a limit of IP addresses that the request does not bring yet."""
    if keys.is_other_site:
        return ADDRESS_OR_OWN_CREDENTIAL
    if keys.has_certificate:
        return ADDRESS_OR_OTHER_CERTIFICATE
    if keys.is_secure_access:
        return ADDRESS_OR_CERTIFICATE_HERE
    return ADDRESS_OR_CERTIFICATE if keys.has_basic_auth else ADDRESS_BASIC_OR_CERTIFICATE
