"""From which addresses a file may be read: the URL comes from the caller in some Dify set-ups.

Public addresses are allowed; private and loopback ones only for Dify's own file store; addresses of cloud metadata,
link-local, multicast and reserved ones never. What is checked here is what is connected to: names are resolved once.
"""

import ipaddress
import os
import socket
import urllib.request
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, urljoin, urlsplit

from kintone.access.proxies import proxy_variable, shown_proxy
from kintone.access.settings import DEFAULT_PORTS
from kintone.fetching import CheckedAddress
from kintone.messages import Message
from tools.file_source.failures import bad_url, no_scheme, proxy_failed, refused_address, unreachable

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

STORE_SETTINGS = ("INTERNAL_FILES_URL", "FILES_URL")
SIGNATURE = ("timestamp", "nonce", "sign")
LONGEST_URL = 8_192
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
"""Metadata services outside the link-local ranges: Alibaba Cloud, Azure, Oracle, AWS and Google over IPv6."""
THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
INSIDE_NAMES = (".internal", ".local", ".localhost", ".lan", ".home.arpa")


class FileAddress(NamedTuple):
    """Where a file may be read, and whether that is Dify's own file store."""

    checked: CheckedAddress
    is_store: bool

    def followed(self, location: str) -> "FileAddress | None":
        """Return where a redirect leads, checked anew; None when it leaves the host or gives up encryption."""
        here = self.checked
        try:
            url = urljoin(here.url, location)
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        except ValueError:
            return None
        is_same_place = (parts.scheme, port) == (here.scheme, here.port)
        is_upgrade = (here.scheme, here.port, parts.scheme, port) == ("http", 80, "https", 443)
        if (parts.hostname or "").rstrip(".") != here.host or not (is_same_place or is_upgrade):
            return None
        return read_address(url)


def read_address(url: str) -> FileAddress:
    """Check the URL of a file and resolve its host; raises ``InvalidParameterError``."""
    parts = _split(url)
    scheme, host = parts.scheme, _ascii_host(parts.hostname or "")
    port = parts.port or DEFAULT_PORTS[scheme]
    own_store = host in _store_hosts() or _is_signed(parts.query)
    proxy = _proxy(scheme, host)
    addresses = _resolve(host, port)
    if not addresses and (proxy is None or "." not in host or host.endswith(INSIDE_NAMES)):
        raise unreachable(host, "dns")
    are_public = [_is_public(address, host, own_store=own_store) for address in addresses]
    shown = tuple(map(str, addresses))
    checked = CheckedAddress(scheme, host, port, _target(parts), shown, proxy if all(are_public) else None)
    return FileAddress(checked, own_store)


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isprintable() or "\\" in url or " " in url:
        raise bad_url(Message("is not a web address"))
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        raise bad_url(Message("is not a web address")) from None
    if "://" not in url.partition("?")[0]:
        raise no_scheme()
    if parts.scheme not in DEFAULT_PORTS:
        raise bad_url(Message("starts neither with http:// nor with https://"))
    if not parts.hostname or not is_port:
        raise bad_url(Message("names no host"))
    if parts.username is not None or parts.password is not None:
        raise bad_url(Message("holds a user name, which is not sent to anybody"))
    return parts


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode().rstrip(".") if not host.isascii() else host.rstrip(".")
    except UnicodeError:
        raise bad_url(Message("names no host")) from None


def _target(parts: SplitResult) -> str:
    """Return path and query as they travel; what is percent-encoded stays so."""
    path = quote(parts.path or "/", safe="/%!$&'()*+,;=:@~")
    query = quote(parts.query, safe="/%!$&'()*+,;=:@~?[]{}|^`")
    return f"{path}?{query}" if query else path


def _store_hosts() -> set[str]:
    hosts = set()
    for name in STORE_SETTINGS:
        text = os.environ.get(name, "").strip()
        try:
            host = urlsplit(text if "://" in text else f"//{text}").hostname
        except ValueError:
            continue
        if host:
            hosts.add(host.rstrip("."))
    return hosts


def _is_signed(query: str) -> bool:
    values = parse_qs(query)
    return all(values.get(name) for name in SIGNATURE)


def _proxy(scheme: str, host: str) -> str | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(proxy).scheme not in DEFAULT_PORTS:
        raise proxy_failed(host, shown_proxy(proxy), proxy_variable(scheme))
    return proxy


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def _is_public(address: Address, host: str, *, own_store: bool) -> bool:
    """Tell public from private; raises for an address that may not be asked."""
    real = _embedded(address)
    if _is_forbidden(real):
        raise refused_address(
            host, Message("an address that files are never read from (metadata, link-local or reserved)")
        )
    if real.is_global and not (isinstance(real, ipaddress.IPv6Address) and real.is_site_local):
        return True
    if not own_store:
        raise refused_address(host, Message("an address inside the network of the Dify server"))
    return False


def _is_forbidden(address: Address) -> bool:
    if address in METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return address in THIS_NETWORK or (address.is_reserved and not address.is_loopback)


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
