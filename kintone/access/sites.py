"""The addresses that requests may be sent to: kintone's official hosts over HTTPS, and origins the operator allows."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from kintone.access.redaction import looks_like_a_token
from kintone.access.settings import DEFAULT_PORTS, Origin
from kintone.errors import InvalidParameterError
from kintone.messages import Message

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
OFFICIAL_HOST = re.compile(rf"{LABEL}(?:\.s)?\.(?:cybozu\.com|kintone\.com|cybozu\.cn)")
SECURE_ACCESS_HOST = re.compile(rf"{LABEL}\.s\.(?:cybozu\.com|kintone\.com|cybozu\.cn)")
ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[^/?#:]+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#]*)?(?:[?#].*)?",
    re.IGNORECASE,
)
BROWSER_PATH = re.compile(r"/k/(?:[0-9]+|guest|m)(?:/.*)?$")
"""The end of the path in an address that was copied from the browser."""
WRITE_DOMAIN = Message(
    "write your kintone address such as example.cybozu.com, example.kintone.com or example.cybozu.cn"
)
MAX_ADDRESS_LENGTH = 2_000
MAX_SHOWN = 80
MAX_UNQUOTINGS = 5
BASE_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,=:-]+)*")
DOT_SEGMENT = re.compile(r"(?:^|[/\\])\.{1,2}(?:[;/\\]|$)")
"""A segment ``.`` or ``..``. Some servers treat the part after a semicolon as a parameter of the segment."""


@dataclass(frozen=True, slots=True)
class Site:
    """The address of a kintone site: its origin and, behind a reverse proxy of the operator, a base path."""

    origin: Origin
    base_path: str = ""

    @property
    def host(self) -> str:
        """The host name."""
        return self.origin.host

    @property
    def is_secure_access(self) -> bool:
        """Whether the host is one of Secure Access (``sub.s.``), which wants a client certificate."""
        return SECURE_ACCESS_HOST.fullmatch(self.origin.host) is not None

    def url(self, path: str) -> str:
        """Return the full address of a path below the site's address."""
        return f"{self.origin}{self.base_path}{path}"

    def own_api_url(self, address: str) -> str | None:
        """Return an address if it belongs to the API of this site, so that the token may be sent there, else None.

        Origin and base path must be those of the site. Addresses that a server could interpret otherwise are refused.
        """
        if not address.isascii() or not address.isprintable():
            return None
        try:
            parts = urlsplit(address)
            port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        except ValueError:
            return None
        origin = (self.origin.scheme, self.origin.host, self.origin.port)
        if (parts.scheme, parts.hostname, port) != origin or "@" in parts.netloc:
            return None
        if not parts.path.startswith(f"{self.base_path}/k/") or has_dot_segment(parts.path):
            return None
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.origin}{parts.path}{query}"

    def __str__(self) -> str:
        """Return the address of the site."""
        return self.url("")


def read_site(value: str, allowed_origins: frozenset[Origin], parameter: str = "kintone_domain") -> Site:
    """Read the address of a kintone site; raises ``InvalidParameterError``. Nothing is connected.

    Accepts a host, an ``https://`` address, or one copied from the browser, of which only the host is used. Hosts:
    https://cybozu.dev/ja/kintone/docs/rest-api/overview/kintone-rest-api-overview
    """
    text = value.strip()
    if not text:
        raise InvalidParameterError("{parameter} is empty; {how}", parameter=parameter, how=WRITE_DOMAIN)
    match = _parse(text, parameter)
    scheme = (match["scheme"] or "").lower()
    host = (match["ipv6"] or match["name"]).lower()
    allowed = _allowed_origin(scheme, host, match["port"], allowed_origins)
    if allowed is not None:
        return Site(allowed, _base_path(match["path"] or "", parameter))
    _check_official(scheme, host, match["port"], parameter)
    return Site(Origin("https", host, DEFAULT_PORTS["https"]))


def _parse(text: str, parameter: str) -> re.Match[str]:
    if "@" in text:
        raise InvalidParameterError(
            "{parameter} must not hold a user name or an @ sign; {how}", parameter=parameter, how=WRITE_DOMAIN
        )
    match = ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_LENGTH else None
    if match is None or not text.isascii() or not text.isprintable() or "\\" in text:
        raise InvalidParameterError(
            "{parameter} is not an address of kintone; {how}", parameter=parameter, how=WRITE_DOMAIN
        )
    return match


def _allowed_origin(scheme: str, host: str, port: str | None, allowed_origins: frozenset[Origin]) -> Origin | None:
    schemes = (scheme,) if scheme else ("https", "http")
    for candidate in schemes:
        if candidate in DEFAULT_PORTS:
            origin = Origin(candidate, host, int(port or DEFAULT_PORTS[candidate]))
            if origin in allowed_origins:
                return origin
    return None


def has_dot_segment(path: str) -> bool:
    """Return whether a path has a segment ``.`` or ``..``, also percent-encoded, which a server may resolve."""
    for _ in range(MAX_UNQUOTINGS):
        plain = unquote(path)
        if plain == path:
            return DOT_SEGMENT.search(path) is not None
        path = plain
    return True


def _base_path(path: str, parameter: str) -> str:
    base = BROWSER_PATH.sub("", path).rstrip("/")
    if has_dot_segment(path) or not BASE_PATH.fullmatch(base):
        raise InvalidParameterError(
            "{parameter} has a path that could be read as another one; write it with plain letters and digits "
            "between single slashes, without ., .. and % signs",
            parameter=parameter,
        )
    return base


def shown_host(host: str) -> str | Message:
    """Return a host for a sentence, shortened; a text that may be a token in the wrong field is not shown."""
    if looks_like_a_token(host):
        return Message("something that looks like an API token")
    return host if len(host) <= MAX_SHOWN else f"{host[:MAX_SHOWN]}…"


def _check_official(scheme: str, host: str, port: str | None, parameter: str) -> None:
    if scheme not in ("", "http", "https"):
        raise InvalidParameterError(
            "{parameter} starts with {scheme}://; only https:// is allowed; {how}",
            parameter=parameter,
            scheme=shown_host(scheme),
            how=WRITE_DOMAIN,
        )
    if scheme == "http" and OFFICIAL_HOST.fullmatch(host):
        raise InvalidParameterError(
            "{parameter} starts with http://, which would send the API token unencrypted; write https://{host}",
            parameter=parameter,
            host=shown_host(host),
        )
    if not OFFICIAL_HOST.fullmatch(host):
        raise InvalidParameterError(
            "{parameter} names {host}, which is not a host of kintone; {how}",
            parameter=parameter,
            host=shown_host(host),
            how=WRITE_DOMAIN,
        )
    if port is not None and int(port) != DEFAULT_PORTS["https"]:
        raise InvalidParameterError(
            "{parameter} names the port {port}; kintone answers on 443 only; write {host}",
            parameter=parameter,
            port=port,
            host=shown_host(host),
        )
