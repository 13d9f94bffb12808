"""Spellings of kintone's addresses: which are accepted, which are refused, and which path is kept."""

import re

import pytest

from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.errors import InvalidParameterError

NOTHING = OperatorSettings().allowed_origins
ORIGINS = "http://127.0.0.1:8787,https://kintone-proxy.example:9,https://kintone-proxy.example:54321,http://[::1]:9000"
PROXIES = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": ORIGINS}).allowed_origins
LONGEST_LABEL = f"a{'b-' * 30}bc"
"""63 characters, the maximum of a label (RFC 1035, 2.3.4)."""


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("a.cybozu.com", "a.cybozu.com"),
        ("4u.kintone.com", "4u.kintone.com"),
        ("a-9.cybozu.cn", "a-9.cybozu.cn"),
        ("XERXES.cybozu.com", "xerxes.cybozu.com"),
        (f"{LONGEST_LABEL}.cybozu.com", f"{LONGEST_LABEL}.cybozu.com"),
        ("example.cybozu.com?view=20", "example.cybozu.com"),
        ("example.cybozu.com#top", "example.cybozu.com"),
        ("example.cybozu.com:443?view=20", "example.cybozu.com"),
        ("https://example.cybozu.com:00443#top", "example.cybozu.com"),
        (f"example.cybozu.com/{'x' * (2_000 - len('example.cybozu.com/'))}", "example.cybozu.com"),
    ],
)
def test_official_host_however_it_was_copied(given: str, host: str) -> None:
    """Labels have 1 to 63 characters; port, path, query and fragment are dropped; up to 2,000 characters."""
    assert str(read_site(given, NOTHING)) == f"https://{host}"


@pytest.mark.parametrize(
    "given",
    [
        f"{LONGEST_LABEL}d.cybozu.com",
        "a-.cybozu.com",
        "a_b.cybozu.com",
        "example.t.cybozu.com",
        "example.s.s.cybozu.com",
        "example-s.evil.cybozu.com",
        "example.cybozu-com",
        "example.kintonexcom",
        "example.cybozuxcn",
        "example.cybozu.comx",
        "example.cybozu.co",
        "examplexcybozu.com",
        "example.\N{KELVIN SIGN}intone.com",
        "example.cybozu.com:",
        "example.cybozu.com:000443",
        "example.cybozu.com:443x",
        "example.cybozu.com:443.evil.example",
        "example.cybozu.com:80",
        "https://example.cybozu.com:44",
        "example.cybozu.com]",
        "[example.cybozu.com",
        "example.cybozu.com/\0",
        "example.cybozu.com/a\\b",
        f"example.cybozu.com/{'x' * (2_001 - len('example.cybozu.com/'))}",
    ],
)
def test_host_that_only_looks_official(given: str) -> None:
    """A host that differs in one character is refused with the parameter's name."""
    with pytest.raises(InvalidParameterError, match=r"\bkintone_domain\b"):
        read_site(given, NOTHING)


@pytest.mark.parametrize(
    "given",
    [
        "http://[::1]]:9000",
        "http://[[::1]:9000",
        "http://[]::1]:9000",
        "http://::1:9000",
        "http://[::1:9000",
        "http://[]:9000",
    ],
)
def test_address_of_ipv6_has_one_pair_of_brackets(given: str) -> None:
    """An address with other brackets is invalid (RFC 3986, 3.2.2)."""
    with pytest.raises(InvalidParameterError, match="kintone_domain"):
        read_site(given, PROXIES)


@pytest.mark.parametrize("given", ["https://[64:ff9b::af:10.0.0.7]", "[64:FF9B::AF:10.0.0.7]:443/k/12/"])
def test_address_of_ipv6_in_an_operators_origin(given: str) -> None:
    """Its digits are those of base 16, in small letters or capitals, and its end may be one of IPv4 (RFC 4291, 2.2)."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": "https://[64:Ff9b::aF:10.0.0.7]/"})

    assert str(read_site(given, settings.allowed_origins)) == "https://[64:ff9b::af:10.0.0.7]"


@pytest.mark.parametrize("port", ["9", "54321"])
def test_port_of_an_operators_origin(port: str) -> None:
    """Ports have one to five digits."""
    assert str(read_site(f"kintone-proxy.example:{port}", PROXIES)) == f"https://kintone-proxy.example:{port}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("me@example.cybozu.com", "user name"),
        ("Ab1" * 13, "API token"),
        ("https://example.cybozu.com/?to=me@example.org", "@ sign"),
        *((f"{scheme}://example.cybozu.com", f"{scheme}://;") for scheme in ("ftp", "svn+ssh", "h2", "a.b", "a-b")),
        ("http://example.cybozu.com", "https://example.cybozu.com"),
        ("example.cybozu.com:8443", "port 8443"),
        ("http://example.org", "names example.org"),
        ("http://example.cybozu.com.evil.example", "names example.cybozu.com.evil.example"),
        ("https://example.org:443", "names example.org"),
    ],
)
def test_refusal_says_what_is_wrong(given: str, words: str) -> None:
    """The message names the refused part."""
    with pytest.raises(InvalidParameterError, match=re.escape(words)):
        read_site(given, NOTHING, "kintone_domain")


@pytest.mark.parametrize(("length", "is_whole"), [(80, True), (81, False)])
def test_refusal_shows_the_beginning_of_a_long_host(length: int, is_whole: bool) -> None:  # noqa: FBT001 - a row
    """At most 80 characters of the host are shown."""
    host = ("ab-" * 30)[: length - 4] + ".org"
    with pytest.raises(InvalidParameterError) as refused:
        read_site(host, NOTHING)

    assert f" {host[:80]}{',' if is_whole else '…'}" in str(refused.value)


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/a/k/1", "/a"),
        ("/aX/", "/aX"),
        ("/a/k/1234/show", "/a"),
        ("/a/k/m/12", "/a"),
        ("/a/k/guest/3/12/", "/a"),
        ("/a/k/m", "/a"),
        ("/a/k/12x", "/a/k/12x"),
        ("/a/k/guests", "/a/k/guests"),
        ("/a/mk/12", "/a/mk/12"),
        ("/a/k/v1", "/a/k/v1"),
        ("/a?b/c#d?e", "/a"),
        ("/a#b?c", "/a"),
        ("/Az0/._~-!$&'()*+,=:9", "/Az0/._~-!$&'()*+,=:9"),
        ("/a./.b/..c/...", "/a./.b/..c/..."),
        ("", ""),
        ("/", ""),
    ],
)
def test_path_behind_an_operators_origin(path: str, base: str) -> None:
    """Page, query and fragment are dropped; every plain character of a path stays (RFC 3986, 3.3)."""
    assert str(read_site(f"http://127.0.0.1:8787{path}", PROXIES)) == f"http://127.0.0.1:8787{base}"


TENANT = "http://127.0.0.1:8787/tenantA"


@pytest.mark.parametrize(
    "path",
    [
        "/k/v1/...",
        "/k/.well-known/..a/b./x",
        "/k/v1/a;b=1.json",
        "/k/v1/%ff%e3%81.json",
        f"/k/v1/%{'25' * 3}61",
    ],
)
def test_path_that_stays_below_a_site(path: str) -> None:
    """Dots within a name are allowed, and a few layers of percent-encoding are decoded."""
    assert read_site(TENANT, PROXIES).own_api_url(f"{TENANT}{path}") == f"{TENANT}{path}"


@pytest.mark.parametrize(
    "path",
    [
        "/k/..",
        "/k/.",
        "/k/x%5c..%5cy",
        "/k/..;x=1/y",
        "/k/..;x=1",
        "/k/..;a%5cb",
        f"/k/v1/%{'25' * 4}61",
        "/k/v1/app.json\r\nX-Evil: 1",
        "/k/v1/a\x7f.json",
    ],
)
def test_path_that_may_lead_away_from_a_site(path: str) -> None:
    """Encoded dot segments, characters not allowed in an address, and deeper encoding are refused."""
    assert read_site(TENANT, PROXIES).own_api_url(f"{TENANT}{path}") is None


@pytest.mark.parametrize("port", ["", ":443"])
def test_address_below_an_official_site(port: str) -> None:
    """The port of https may be given or not."""
    address = f"https://example.cybozu.com{port}/k/v1/app.json?id=1"

    assert (
        read_site("example.cybozu.com", NOTHING).own_api_url(address) == "https://example.cybozu.com/k/v1/app.json?id=1"
    )
