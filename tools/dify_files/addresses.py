"""Checks the address of a file before it is read, since in some set-ups of Dify the URL comes from the caller.

Public addresses are allowed. Private and loopback addresses are allowed only at the origin (scheme, host and port) that
``FILES_URL`` or ``INTERNAL_FILES_URL`` names in the environment of the plugin; the query string of the URL proves
nothing. Cloud metadata, link-local, multicast and reserved addresses are never allowed. A name is resolved once, so the
address that was checked is the address of the connection.
"""

import ipaddress
import os
import re
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from kintone.access.settings import DEFAULT_PORTS, Address, Origin, literal_address
from kintone.connections import addresses_of
from kintone.deadline import Deadline
from kintone.exchanges import CheckedAddress, proxy_for
from kintone.failure_sentences import NO_HOST
from kintone.messages import Message
from kintone.transport_failures import TransportError
from tools.dify_files.failures import (
    READING,
    bad_url,
    forbidden_address,
    missing_scheme,
    private_address,
    proxy_unusable,
    unreachable,
)

STORE_SETTINGS = ("FILES_URL", "INTERNAL_FILES_URL")
MAX_URL_LENGTH = 8_192
HOST_NAME = re.compile(r"[a-z0-9_.-]+")
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
"""Metadata services outside the link-local ranges: Alibaba Cloud, Azure, Oracle, AWS and Google over IPv6."""
THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
SPECIAL_USE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Protocol assignments, 6to4 relays and documentation (RFC 6890, 7526, 9637); the Python versions we support do not
treat all of them as private."""
ISATAP = 0x5EFE
"""The 32 bits before the IPv4 address in an ISATAP address, without the universal bit (RFC 5214, 6.1)."""
UNIVERSAL_BIT = 0x2000000
PRIVATE_SUFFIXES = (".internal", ".local", ".localhost", ".lan", ".home.arpa")


class FileAddress(NamedTuple):
    """A checked address of a file, and whether it is in Dify's own file store."""

    checked: CheckedAddress
    is_store: bool


def read_address(url: str, deadline: Deadline, seconds: float) -> FileAddress:
    """Check the URL of a file and resolve its host within ``seconds``.

    Raises ``InvalidParameterError``, and the error of ``deadline`` when the time of the call ends.
    """
    parts, origin = _split(url)
    stores = _stores()
    proxy = _proxy(origin)
    addresses = _resolve(origin, deadline, seconds)
    if not addresses and (proxy is None or not _may_resolve_at_proxy(origin.host)):
        raise unreachable(origin.host, NO_HOST.problem)
    is_store = origin in stores.values()
    are_public = [_is_public(address, origin) for address in addresses]
    if not is_store and not all(are_public):
        raise private_address(origin, stores)
    shown = tuple(map(str, addresses))
    return FileAddress(CheckedAddress(origin, _target(parts), shown, proxy if all(are_public) else None), is_store)


def stays_at_origin(address: FileAddress, url: str) -> bool:
    """Tell whether a redirect to ``url`` stays at the origin, or only changes http to https on the same host."""
    here = address.checked.origin
    upgraded = Origin("https", here.host, 443) if (here.scheme, here.port) == ("http", 80) else here
    return _origin_of(url) in (here, upgraded)


def _split(url: str) -> tuple[SplitResult, Origin]:
    if len(url) > MAX_URL_LENGTH or not url.isprintable() or "\\" in url or " " in url:
        raise bad_url(Message("is not a web address"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_url(Message("is not a web address")) from None
    if "://" not in url.partition("?")[0]:
        raise missing_scheme()
    if parts.scheme not in DEFAULT_PORTS:
        raise bad_url(Message("starts neither with http:// nor with https://"))
    host = _host(parts.hostname or "")
    if host is None or port == 0:
        raise bad_url(Message("names no host"))
    if parts.username is not None:
        raise bad_url(Message("holds a user name, which is not sent to anybody"))
    return parts, Origin(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme])


def _host(host: str) -> str | None:
    """Return the normal form of a host, by which it is compared and connected to; None if it is not a host."""
    try:
        name = host.encode("idna").decode().removesuffix(".")
    except UnicodeError:
        return None
    address = literal_address(name)
    if address is not None:
        return str(address)
    return name if HOST_NAME.fullmatch(name) else None


def _target(parts: SplitResult) -> str:
    """Return path and query as they are sent; percent-encoding in them is kept."""
    path = quote(parts.path or "/", safe="/%!$&'()*+,;=:@~")
    query = quote(parts.query, safe="/%!$&'()*+,;=:@~?[]{}|^`")
    return f"{path}?{query}" if query else path


def _stores() -> dict[str, Origin | None]:
    """Return the origin of each setting that is set; None for a setting that is not an origin."""
    texts = {name: os.environ.get(name, "").strip() for name in STORE_SETTINGS}
    return {name: _origin_of(text) for name, text in texts.items() if text}


def _origin_of(text: str) -> Origin | None:
    origin = Origin.of(text)
    if origin is None:
        return None
    host = _host(origin.host)
    return None if host is None else Origin(origin.scheme, host, origin.port)


def _proxy(origin: Origin) -> str | None:
    try:
        return proxy_for(str(origin))
    except TransportError as error:
        raise proxy_unusable(origin.host, error.failure.problem, error.failure.remedy) from None


def _may_resolve_at_proxy(host: str) -> bool:
    """Tell whether a name that does not resolve here may be passed to a proxy, which may be able to resolve it."""
    return "." in host and not host.endswith(PRIVATE_SUFFIXES)


def _resolve(origin: Origin, deadline: Deadline, seconds: float) -> list[Address]:
    try:
        found = addresses_of(origin.host, origin.port, deadline, seconds)
    except OSError:
        deadline.check(READING)
        return []
    return [ipaddress.ip_address(address) for address in found]


def _is_public(address: Address, origin: Origin) -> bool:
    """Tell whether an address is public; raises ``InvalidParameterError`` for one that is never allowed."""
    real = _embedded(address)
    if _is_forbidden(real):
        raise forbidden_address(origin)
    is_site_local = isinstance(real, ipaddress.IPv6Address) and real.is_site_local
    return real.is_global and not is_site_local and not any(real in network for network in SPECIAL_USE)


def _is_forbidden(address: Address) -> bool:
    if address in METADATA or address in THIS_NETWORK or address.is_link_local or address.is_multicast:
        return True
    return address.is_reserved and not address.is_loopback


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address embeds, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    is_isatap = int(address) >> 32 & 0xFFFFFFFF & ~UNIVERSAL_BIT == ISATAP
    if address in NAT64 or (is_isatap and not address.is_link_local):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
