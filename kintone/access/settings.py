"""The operator's settings in the environment of the plugin process, and the hosts and origins they name."""

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kintone.access.redaction import looks_like_a_token
from kintone.messages import Message, Value
from kintone.values.numbers import whole_number

# Hosts

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def literal_address(host: str) -> Address | None:
    """Return the IP address if the host is written as one, None for a name.

    Resolvers read ``127.1``, ``0x7f.0.0.1`` and ``2130706433`` as 127.0.0.1:
    https://man7.org/linux/man-pages/man3/inet_aton.3.html
    """
    bare = host.removesuffix(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None


def is_loopback(host: str) -> bool:
    """Return whether the host is ``localhost`` or a loopback address."""
    if host.lower().removesuffix(".") == "localhost":
        return True
    address = literal_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


# Settings

ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?"
)
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65_535
MAX_SHOWN = 40


class SettingsError(ValueError):
    """A setting in the environment is invalid; the plugin must not start."""

    def __init__(self, text: str, /, **values: Value) -> None:
        """Take an English sentence with its values."""
        self.problem: Final = Message(text, **values)
        super().__init__(self.problem)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port. The host is in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as a browser writes it, without the default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @classmethod
    def of(cls, url: str) -> "Origin | None":
        """Return the origin of a web address, None for anything else and for an address with a user name."""
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
    """Limits: concurrent requests to one host, id ranges of one query, seconds of one call, bytes of one file."""

    allowed_origins: frozenset[Origin] = frozenset()
    max_concurrency: int = 10
    read_ranges: int = 4
    call_budget: float = 280.0
    max_file_bytes: int = 52_428_800

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "OperatorSettings":
        """Read the settings; raises ``SettingsError``, whose message names the variable."""
        return cls(
            allowed_origins=_allowed_origins(environment),
            max_concurrency=_whole_number(environment, "KINTONE_MAX_CONCURRENCY", cls().max_concurrency, most=100),
            read_ranges=_whole_number(environment, "KINTONE_READ_RANGES", cls().read_ranges, most=32),
            call_budget=float(_whole_number(environment, "KINTONE_CALL_BUDGET", int(cls().call_budget), most=3_600)),
            max_file_bytes=_whole_number(environment, "KINTONE_MAX_FILE_BYTES", cls().max_file_bytes, most=2**30),
        )


def _whole_number(environment: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    number = whole_number(text)
    if number is None or not 1 <= number <= most:
        raise SettingsError(
            "{name} must be a whole number from 1 to {most}, not {given}", name=name, most=most, given=_quoted(text)
        )
    return number


def _quoted(text: str) -> str | Message:
    """Quote a refused value, unless it may be a token in the wrong variable."""
    return Message("a text like an API token") if looks_like_a_token(text) else repr(text[:MAX_SHOWN])


def _allowed_origins(environment: Mapping[str, str]) -> frozenset[Origin]:
    texts = environment.get("KINTONE_ALLOWED_ORIGINS", "").split(",")
    return frozenset(_allowed_origin(text.strip()) for text in texts if text.strip())


def _allowed_origin(text: str) -> Origin:
    match = ORIGIN.fullmatch(text.rstrip("/").lower())
    if match is None:
        raise SettingsError(
            "KINTONE_ALLOWED_ORIGINS must be a comma-separated list of scheme://host or scheme://host:port, "
            "for example https://kintone-proxy.example or http://127.0.0.1:8787"
        )
    scheme = match["scheme"]
    origin = Origin(scheme, match["ipv6"] or match["name"], int(match["port"] or DEFAULT_PORTS[scheme]))
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
