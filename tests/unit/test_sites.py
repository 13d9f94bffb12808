"""Where requests may go."""

import pytest

from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.errors import InvalidParameterError

NOTHING = OperatorSettings().allowed_origins
PROXIES = OperatorSettings.from_environment(
    {"KINTONE_ALLOWED_ORIGINS": "http://127.0.0.1:8787, https://kintone-proxy.example:8443,http://[::1]:9000"}
).allowed_origins


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("example.cybozu.com", "example.cybozu.com"),
        ("example.kintone.com", "example.kintone.com"),
        ("example.cybozu.cn", "example.cybozu.cn"),
        ("example.s.cybozu.com", "example.s.cybozu.com"),
        ("https://example.cybozu.com", "example.cybozu.com"),
        ("HTTPS://Example.Cybozu.COM/", "example.cybozu.com"),
        ("  https://example.cybozu.com/k/12/?view=20#top \n", "example.cybozu.com"),
        ("example.cybozu.com:443", "example.cybozu.com"),
        ("my-company-2.kintone.com", "my-company-2.kintone.com"),
    ],
)
def test_read_site_when_address_is_kintones(given: str, host: str) -> None:
    """An address as people copy it is reduced to its host and asked over HTTPS."""
    assert str(read_site(given, NOTHING)) == f"https://{host}"


@pytest.mark.parametrize(
    "given",
    [
        "http://example.cybozu.com",
        "ftp://example.cybozu.com",
        "file:///etc/passwd",
        "cybozu.com.evil.example",
        "evilcybozu.com",
        "example.evilcybozu.com",
        "example.cybozu.com.evil.example",
        "evil.example/example.cybozu.com",
        "evil.example#.cybozu.com",
        "evil.example?.cybozu.com",
        "evil.example\\.cybozu.com",
        "user@example.cybozu.com",
        "https://example.cybozu.com@evil.example",
        "https://user:pass@example.cybozu.com",
        "example.cybozu.com:8443",
        "example.cybozu.com:99999",
        "example.cybozu.com.",
        ".cybozu.com",
        "cybozu.com",
        "a..cybozu.com",
        "-a.cybozu.com",
        "a.b.cybozu.com",
        "127.0.0.1",
        "0177.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "https://[::ffff:127.0.0.1]",
        "localhost",
        "example.cybozu.com%2eevil.example",
        "exam%70le.cybozu.com",
        "exаmple.cybozu.com",
        "example。cybozu。com",
        "example.cybozu.com\r\nX-Evil: 1",
        "example\u200b.cybozu.com",
        "",
        "   ",
        "https://",
        "x" * 10_000,
    ],
)
def test_read_site_when_address_is_not_kintones(given: str) -> None:
    """Anything that is not an official host over HTTPS on 443 is refused with a sentence naming the parameter."""
    with pytest.raises(InvalidParameterError, match="kintone_domain"):
        read_site(given, NOTHING)


@pytest.mark.parametrize(
    ("given", "site"),
    [
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://127.0.0.1:8787/site/a/", "http://127.0.0.1:8787/site/a"),
        ("https://kintone-proxy.example:8443/k", "https://kintone-proxy.example:8443/k"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("http://127.0.0.1:8787/k/12/", "http://127.0.0.1:8787"),
        ("http://127.0.0.1:8787/proxy/k/guest/3/12/show", "http://127.0.0.1:8787/proxy"),
        ("example.cybozu.com", "https://example.cybozu.com"),
    ],
)
def test_read_site_when_operator_allows_it(given: str, site: str) -> None:
    """What the operator allows may be used, with the path behind it."""
    assert str(read_site(given, PROXIES)) == site


@pytest.mark.parametrize(
    "given", ["http://127.0.0.1:8788", "https://127.0.0.1:8787", "http://kintone-proxy.example:8443"]
)
def test_read_site_when_origin_differs_from_the_allowed_one(given: str) -> None:
    """Scheme, host and port must all be the allowed ones."""
    with pytest.raises(InvalidParameterError):
        read_site(given, PROXIES)
