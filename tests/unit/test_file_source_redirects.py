"""Redirects of a file store, and proxies on the way to it."""

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.resolver_double import use_names
from tools.file_source.address import read_address

SIGNED = "timestamp=1&nonce=abc&sign=SECRETSIGN%3D"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/other?x=1", "/other?x=1"),
        ("b", "/files/b"),
        ("http://public.example/c", "/c"),
        ("https://public.example/d", "/d"),
        ("//public.example/e", "/e"),
    ],
)
def test_redirect_when_it_stays_on_the_host(location: str, target: str) -> None:
    """A redirect on the same host is followed, also up to https."""
    followed = read_address("http://public.example/files/a").followed(location)

    assert followed is not None
    assert followed.checked.target == target


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/",
        "http://public.example.evil.example/",
        "http://public.example:8080/",
        "//127.0.0.1/",
        "http://[::1",
        "ftp://public.example/",
        "http://169.254.169.254/",
    ],
)
def test_redirect_when_it_leaves_the_host(location: str) -> None:
    """A redirect to another host or port is not followed."""
    assert read_address("http://public.example/files/a").followed(location) is None


def test_redirect_when_it_gives_up_encryption() -> None:
    """A redirect from https to http is not followed."""
    assert read_address("https://public.example/a").followed("http://public.example/a") is None


def test_redirect_when_the_signature_is_lost() -> None:
    """Each redirect is checked anew: a private address needs the signature again."""
    address = read_address(f"http://10.0.0.1/a?{SIGNED}")

    with pytest.raises(InvalidParameterError, match="inside the network"):
        address.followed("/b")


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "proxy.example:3128"])
def test_proxy_when_the_host_is_public(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public host, and one that only the proxy can resolve, is read through the proxy of the environment."""
    monkeypatch.setenv("HTTP_PROXY", proxy)

    assert read_address("http://public.example/").checked.proxy == "http://proxy.example:3128"
    assert read_address("http://only-outside.example/").checked.proxy == "http://proxy.example:3128"


@pytest.mark.parametrize("url", [f"http://api:5001/a?{SIGNED}", f"http://127.0.0.1/a?{SIGNED}"])
def test_proxy_when_the_file_store_is_private(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dify's own file store is read directly whatever the proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")

    assert read_address(url).checked.proxy is None


@pytest.mark.parametrize("host", ["single", "db.internal", "printer.local"])
def test_proxy_when_the_name_is_of_the_inside(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody outside has is not handed to the proxy to resolve."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")

    with pytest.raises(InvalidParameterError, match="no such host"):
        read_address(f"http://{host}/")


def test_proxy_when_it_does_not_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY is honoured, and private addresses are refused in spite of a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "public.example")

    assert read_address("http://public.example/").checked.proxy is None
    with pytest.raises(InvalidParameterError, match="inside the network"):
        read_address("http://rebound.example/")


def test_proxy_when_it_is_no_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy cannot be used, and its password is not shown."""
    monkeypatch.setenv("ALL_PROXY", "socks5://me:PASSWORD@proxy.example:1080")

    with pytest.raises(InvalidParameterError, match="could not be used") as caught:
        read_address("http://public.example/")
    assert "PASSWORD" not in str(caught.value)
    assert "the proxy proxy.example:1080" in str(caught.value)
    assert "taken from ALL_PROXY in" in str(caught.value)
