"""What the operator of the plugin process may set in its environment, and how hosts and proxies are written there."""

import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kintone.access.redaction import looks_like_a_token
from kintone.messages import Message, Value
from kintone.values.numbers import whole_number

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def literal_address(host: str) -> Address | None:
    """Return the IP address that a host is written as, None for a name.

    ``127.1``, ``0x7f.0.0.1`` and ``2130706433`` are 127.0.0.1 to every resolver
    (https://man7.org/linux/man-pages/man3/inet_aton.3.html).
    """
    bare = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None


def is_loopback(host: str) -> bool:
    """Tell whether the host is written as this machine itself: ``localhost`` or a loopback address."""
    if host.lower().rstrip(".") == "localhost":
        return True
    address = literal_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


NAMES = ("{scheme}_proxy", "all_proxy")
"""In the order in which the HTTP library asks for them."""


def proxy_variable(scheme: str) -> str:
    """Return the variable that names the proxy for addresses of this scheme, spelled as it is set.

    Empty where there is none: a system may also keep a proxy elsewhere. Python prefers the small letters:
    https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
    """
    for name in NAMES:
        small = name.format(scheme=scheme)
        spelled = small if small in os.environ else small.upper()
        if os.environ.get(spelled, "").strip():
            return spelled
    return ""


def shown_proxy(address: str) -> str:
    """Return host and port of a proxy's address, without user name and password; empty for an address that is none."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    return parts.netloc.rpartition("@")[2]


ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65_535
MAX_SHOWN = 40


class SettingsError(ValueError):
    """A setting in the environment makes no sense; the plugin must not start."""

    def __init__(self, text: str, /, **values: Value) -> None:
        """Take a msgid and its values."""
        self.problem: Final = Message(text, **values)
        super().__init__(self.problem)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a site; the host is lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as a browser writes it, without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @classmethod
    def of(cls, url: str) -> "Origin | None":
        """Return the origin of a web address, None for anything else and for one that holds a user name."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None:
            return None
        return cls(parts.scheme, parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """Limits: requests at once per kintone host, id ranges per query, seconds per call, bytes per file."""

    allowed_origins: frozenset[Origin] = frozenset()
    max_concurrency: int = 10
    read_ranges: int = 4
    call_budget: float = 280.0
    max_file_bytes: int = 52_428_800

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "OperatorSettings":
        """Read the settings; raises ``SettingsError`` with a sentence that names the variable."""
        return cls(
            allowed_origins=_origins(environment),
            max_concurrency=_whole(environment, "KINTONE_MAX_CONCURRENCY", cls().max_concurrency, most=100),
            read_ranges=_whole(environment, "KINTONE_READ_RANGES", cls().read_ranges, most=32),
            call_budget=float(_whole(environment, "KINTONE_CALL_BUDGET", int(cls().call_budget), most=3_600)),
            max_file_bytes=_whole(environment, "KINTONE_MAX_FILE_BYTES", cls().max_file_bytes, most=2**30),
        )


def _whole(environment: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    number = whole_number(text)
    if number is None or not 1 <= number <= most:
        raise SettingsError(
            "{name} must be a whole number from 1 to {most}, not {given}", name=name, most=most, given=_shown(text)
        )
    return number


def _shown(text: str) -> str | Message:
    """Quote a value that is refused, but for what may be a secret in the wrong place."""
    return Message("a text like an API token") if looks_like_a_token(text) else repr(text[:MAX_SHOWN])


def _origins(environment: Mapping[str, str]) -> frozenset[Origin]:
    texts = environment.get("KINTONE_ALLOWED_ORIGINS", "").split(",")
    return frozenset(_origin(text.strip()) for text in texts if text.strip())


def _origin(text: str) -> Origin:
    match = ORIGIN.fullmatch(text.rstrip("/").lower())
    if match is None:
        raise SettingsError(
            "KINTONE_ALLOWED_ORIGINS must be a comma-separated list of scheme://host or scheme://host:port, "
            "for example https://kintone-proxy.example or http://127.0.0.1:8787"
        )
    origin = Origin(match["scheme"], match["host"].strip("[]"), int(match["port"] or DEFAULT_PORTS[match["scheme"]]))
    if not 1 <= origin.port <= MAX_PORT:
        raise SettingsError(
            "KINTONE_ALLOWED_ORIGINS names the port {port}; ports go from 1 to {largest}",
            port=origin.port,
            largest=MAX_PORT,
        )
    if origin.scheme == "http" and not is_loopback(origin.host):
        raise SettingsError(
            "KINTONE_ALLOWED_ORIGINS allows http only for loopback addresses; use https for {host}", host=origin.host
        )
    return origin
