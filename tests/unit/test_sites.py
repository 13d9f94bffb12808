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
    "path",
    [
        "/tenantA/../tenantB",
        "/tenantA/..",
        "/..",
        "/./tenantA",
        "/tenantA/%2e%2e/tenantB",
        "/tenantA/%2E./tenantB",
        "/tenantA/%252e%252e/tenantB",
        "/tenantA/..%2ftenantB",
        "/tenantA/..;x=1/tenantB",
        "/tenantA/..%5ctenantB",
        "/tenantA\\..\\tenantB",
        "/tenantA//tenantB",
        "//tenantA",
        "/tenant%41",
        "/tenantA;x",
        "/tenant A",
        "/k/12/../../tenantB",
        f"/%{'25' * 900}2e",
    ],
)
def test_read_site_when_its_path_could_be_another(path: str) -> None:
    """What a client or a server on the way may resolve to another path is refused."""
    with pytest.raises(InvalidParameterError, match="kintone_domain"):
        read_site(f"http://127.0.0.1:8787{path}", PROXIES)


def test_site_is_another_one_when_its_path_differs() -> None:
    """A path is one of small and capital letters; a slash at its end means nothing."""
    site = read_site("http://127.0.0.1:8787/tenantA", PROXIES)

    assert read_site("127.0.0.1:8787/tenantA/", PROXIES) == site
    for other in ("/tenanta", "/tenantA2", "/tenantB", "/tenantA/b", ""):
        assert read_site(f"http://127.0.0.1:8787{other}", PROXIES) != site


TENANT = "http://127.0.0.1:8787/tenantA"


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (f"{TENANT}/k/v1/app.json?id=1#top", f"{TENANT}/k/v1/app.json?id=1"),
        ("HTTP://127.0.0.1:8787/tenantA/k/guest/3/v1/app.json", f"{TENANT}/k/guest/3/v1/app.json"),
        (f"{TENANT}/k/v1/a..b.json?q=%2e%2e%2f", f"{TENANT}/k/v1/a..b.json?q=%2e%2e%2f"),
    ],
)
def test_address_below_a_site(address: str, asked: str) -> None:
    """An address of the site's own API may be asked, written anew."""
    assert read_site(TENANT, PROXIES).own_api_url(address) == asked


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8787/tenantB/k/v1/app.json",
        "http://127.0.0.1:8787/k/v1/app.json",
        "http://127.0.0.1:8787/tenanta/k/v1/app.json",
        f"{TENANT}2/k/v1/app.json",
        f"{TENANT}/login",
        f"{TENANT}/../tenantB/k/v1/app.json",
        f"{TENANT}/k/../../tenantB/k/v1/app.json",
        f"{TENANT}/k/%2e%2e/%2E%2E/tenantB/k/v1/app.json",
        f"{TENANT}/k/%252e%252e/x",
        f"{TENANT}/k/%{'25' * 9}2e%{'25' * 9}2e/x",
        f"{TENANT}/k/..%2f..%2ftenantB/k/v1/app.json",
        f"{TENANT}/k/..;/..;/tenantB/k/v1/app.json",
        f"{TENANT}/k/..\\..\\tenantB/k/v1/app.json",
        f"{TENANT}/k/.\t./.\t./tenantB/k/v1/app.json",
        f"{TENANT}/k/v1/ä.json",
        f"{TENANT}/k//..",
        "http://127.0.0.1:8788/tenantA/k/v1/app.json",
        "https://127.0.0.1:8787/tenantA/k/v1/app.json",
        "http://user@127.0.0.1:8787/tenantA/k/v1/app.json",
        "http://@127.0.0.1:8787/tenantA/k/v1/app.json",
        "http://[::1]:9000/tenantA/k/v1/app.json",
        "http://127.0.0.1:99999/tenantA/k/",
        "http://[::1/tenantA/k/",
        "/tenantA/k/v1/app.json",
        "",
    ],
)
def test_address_that_is_not_below_a_site(address: str) -> None:
    """Nothing else gets the site's token."""
    assert read_site(TENANT, PROXIES).own_api_url(address) is None


TOKEN = "Ab1" * 13 + "x"


@pytest.mark.parametrize(
    "given",
    [
        TOKEN,
        f"https://{TOKEN}",
        f"http://{TOKEN}/k/1/",
        f"{TOKEN}://x",
        f"{TOKEN}:8443",
        f"{TOKEN}.cybozu.com:8443",
        f"http://{TOKEN}.cybozu.com",
        f"user:{TOKEN}@example.cybozu.com",
        f"{TOKEN},{TOKEN[::-1]}",
        f"{'a.' * 36}{TOKEN}",
        f"127.0.0.1:8787/{TOKEN}/../x",
    ],
)
def test_refusal_when_a_token_is_in_the_place_of_the_domain(given: str) -> None:
    """No piece of it is quoted, in whatever letters."""
    with pytest.raises(InvalidParameterError, match="kintone_domain") as refused:
        read_site(given, PROXIES)

    told = str(refused.value).lower()
    assert not [piece for piece in (TOKEN, TOKEN[::-1]) for at in range(33) if piece[at : at + 8].lower() in told]


@pytest.mark.parametrize(
    "given", ["http://127.0.0.1:8788", "https://127.0.0.1:8787", "http://kintone-proxy.example:8443"]
)
def test_read_site_when_origin_differs_from_the_allowed_one(given: str) -> None:
    """Scheme, host and port must all be the allowed ones."""
    with pytest.raises(InvalidParameterError):
        read_site(given, PROXIES)
