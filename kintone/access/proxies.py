"""The proxy that the operator's environment names, and the user name and password in its address."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from kintone.access.settings import DEFAULT_PORTS, MAX_PORT

PROXY_VARIABLES = ("{scheme}_proxy", "all_proxy")
"""In the order in which the HTTP library reads them."""
PROXY_NAMES = tuple(
    spelled
    for name in PROXY_VARIABLES
    for scheme in ("http", "https")
    for spelled in dict.fromkeys((name.format(scheme=scheme), name.format(scheme=scheme).upper()))
)
SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
HOST_AND_PORT: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?#].*)?", re.IGNORECASE)


def proxy_variable(scheme: str) -> str:
    """Return the environment variable that names the proxy for this scheme, in lower or upper case as it is set.

    Empty if none is set; some systems store a proxy elsewhere. Python prefers lower case:
    https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
    """
    for name in PROXY_VARIABLES:
        lower = name.format(scheme=scheme)
        variable = lower if lower in os.environ else lower.upper()
        if os.environ.get(variable):
            return variable
    return ""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: scheme in lower case, host (an IPv6 address in brackets), port, user name and password as bytes.

    Both are None if the address has none.
    """

    scheme: str
    host: str
    port: int
    user: bytes | None = field(default=None, repr=False)
    password: bytes | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS instead of HTTP."""
        return self.scheme.startswith("socks")

    @property
    def is_usable(self) -> bool:
        """Whether it speaks HTTP, with or without TLS."""
        return self.scheme in DEFAULT_PORTS

    @property
    def shown(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address with user name and password, both percent-encoded throughout."""
        if self.user is None:
            return f"{self.scheme}://{self.shown}"
        return f"{self.scheme}://{quote(self.user, safe='')}:{quote(self.password or b'', safe='')}@{self.shown}"

    @property
    def authorization(self) -> str:
        """The value of ``Proxy-Authorization``, empty without a user name."""
        if self.user is None:
            return ""
        return "Basic " + base64.b64encode(self.user + b":" + (self.password or b"")).decode("ascii")


def read_proxy(address: str) -> Proxy | None:
    """Return the proxy of an address; None if host and port cannot be told.

    The host begins behind the last ``@``, so that any character may stand in the password as it is, and the user name
    ends at the first colon. Percent signs with two hexadecimal digits are decoded; other text is sent in UTF-8, as
    https://www.rfc-editor.org/rfc/rfc7617#section-2.1 recommends. Without a scheme it is ``http``.
    """
    scheme, rest = _split(address)
    credentials, at, place = rest.rpartition("@")
    found = HOST_AND_PORT.fullmatch(_ascii_host(place))
    if found is None:
        return None
    port = int(found[2]) if found[2] else DEFAULT_PORTS.get(scheme, 1080)
    if not 1 <= port <= MAX_PORT:
        return None
    if not at:
        return Proxy(scheme, found[1], port)
    user, _, password = credentials.partition(":")
    return Proxy(scheme, found[1], port, _decoded(user), _decoded(password))


def is_excepted(host: str, port: int) -> bool:
    """Return whether ``NO_PROXY`` names a host as ``*.domain``, or with this port, which the HTTP library overlooks.

    Dify's plugin daemon, written in Go, reads the same variable and takes both:
    https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
    """
    listed = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = (entry.strip().lower().removesuffix(f":{port}").removeprefix("*") for entry in listed.split(","))
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in names if name)


def shown_proxy(address: str) -> str:
    """Return host and port of a proxy's address, without user name and password; empty if they cannot be told."""
    proxy = read_proxy(address)
    return proxy.shown if proxy else ""


def proxy_secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return user names with passwords, and the passwords, of all proxies in the environment, as written and as sent.

    They are also those of an address whose host cannot be told.
    """
    found: dict[str, None] = {}
    for name in PROXY_NAMES:
        pair = _split(environment.get(name, ""))[1].rpartition("@")[0]
        user, _, password = pair.partition(":")
        sent = _decoded(user) + b":" + _decoded(password)
        if password:
            decoded = _decoded(password).decode("utf-8", "replace")
            found |= dict.fromkeys((pair, password, decoded, base64.b64encode(sent).decode("ascii")))
    return tuple(found)


def _split(address: str) -> tuple[str, str]:
    """Return the scheme in lower case and what follows it."""
    address = address.strip()
    found = SCHEME.match(address)
    return (found[1].lower(), address[found.end() :]) if found else ("http", address)


def _decoded(text: str) -> bytes:
    return unquote_to_bytes(text.encode("utf-8", "surrogateescape"))


def _ascii_host(place: str) -> str:
    """Return the end of an address with a name of other letters as name servers know it."""
    if place.isascii():
        return place
    host, colon, rest = place.partition(":")
    try:
        return host.encode("idna").decode("ascii") + colon + rest
    except UnicodeError:
        return ""
