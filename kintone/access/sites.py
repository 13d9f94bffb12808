"""Where requests may go: kintone's official hosts over HTTPS, and what the operator allows besides."""

import re
from dataclasses import dataclass

from kintone.access.settings import DEFAULT_PORTS, Origin
from kintone.errors import InvalidParameterError
from kintone.messages import Message

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
OFFICIAL_HOST = re.compile(rf"{LABEL}(?:\.s)?\.(?:cybozu\.com|kintone\.com|cybozu\.cn)", re.ASCII)
ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\[[^\]/?#@]*\]|[^/?#@:\[\]]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
PAGE = re.compile(r"/k/(?:\d+|guest|m)(?:/.*)?$", re.ASCII)
"""What follows the site in an address copied from the browser."""
WRITE_THIS = Message("write your kintone address such as example.cybozu.com, example.kintone.com or example.cybozu.cn")
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Site:
    """A kintone site that may be asked: its origin and, behind an operator's proxy, the path it lives under."""

    origin: Origin
    base_path: str = ""

    @property
    def host(self) -> str:
        """The host alone, as logs and limits name it."""
        return self.origin.host

    def url(self, path: str) -> str:
        """Return the full address of a path on this site."""
        return f"{self.origin}{self.base_path}{path}"

    def __str__(self) -> str:
        """Return the address of the site."""
        return self.url("")


def read_site(value: str, allowed_origins: frozenset[Origin], parameter: str = "kintone_domain") -> Site:
    """Read the address of a kintone site; raises ``InvalidParameterError`` before anything is connected to.

    Takes a bare host, an ``https://`` address, or one pasted from the browser, of which only the host counts. Hosts:
    https://cybozu.dev/ja/kintone/docs/rest-api/overview/kintone-rest-api-overview
    """
    text = value.strip()
    if not text:
        raise InvalidParameterError("{parameter} is empty; {how}", parameter=parameter, how=WRITE_THIS)
    match = _parse(text, parameter)
    scheme = (match["scheme"] or "").lower()
    host = match["host"].strip("[]").lower()
    allowed = _allowed(scheme, host, match["port"], allowed_origins)
    if allowed is not None:
        path = re.split("[?#]", match["path"] or "", maxsplit=1)[0]
        return Site(allowed, PAGE.sub("", path).rstrip("/"))
    _refuse_other(scheme, host, match["port"], parameter)
    return Site(Origin("https", host, DEFAULT_PORTS["https"]))


def _parse(text: str, parameter: str) -> re.Match[str]:
    if "@" in text:
        raise InvalidParameterError(
            "{parameter} must not hold a user name or an @ sign; {how}", parameter=parameter, how=WRITE_THIS
        )
    match = ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    if match is None or not text.isascii() or not text.isprintable() or "\\" in text or "%" in match["host"]:
        raise InvalidParameterError(
            "{parameter} is not an address of kintone; {how}", parameter=parameter, how=WRITE_THIS
        )
    return match


def _allowed(scheme: str, host: str, port: str | None, allowed_origins: frozenset[Origin]) -> Origin | None:
    schemes = (scheme,) if scheme else ("https", "http")
    for candidate in schemes:
        if candidate in DEFAULT_PORTS:
            origin = Origin(candidate, host, int(port or DEFAULT_PORTS[candidate]))
            if origin in allowed_origins:
                return origin
    return None


def _refuse_other(scheme: str, host: str, port: str | None, parameter: str) -> None:
    shown = host[:80]
    if scheme == "http":
        raise InvalidParameterError(
            "{parameter} starts with http://, which would send the API token in clear; write https://{host}",
            parameter=parameter,
            host=shown,
        )
    if scheme not in ("", "https"):
        raise InvalidParameterError(
            "{parameter} starts with {scheme}://; only https:// is allowed; {how}",
            parameter=parameter,
            scheme=scheme[:20],
            how=WRITE_THIS,
        )
    if not OFFICIAL_HOST.fullmatch(host):
        raise InvalidParameterError(
            "{parameter} names {host}, which is not a host of kintone; {how}",
            parameter=parameter,
            host=shown,
            how=WRITE_THIS,
        )
    if port is not None and int(port) != DEFAULT_PORTS["https"]:
        raise InvalidParameterError(
            "{parameter} names the port {port}; kintone answers on 443 only; write {host}",
            parameter=parameter,
            port=port,
            host=shown,
        )
