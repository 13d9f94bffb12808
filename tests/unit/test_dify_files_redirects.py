"""Redirects of a file store, and proxies in front of it."""

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.fake_resolver import checked, use_names
from tools.dify_files.addresses import stays_at_origin


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


@pytest.mark.parametrize(
    "url",
    [
        "http://public.example/c",
        "http://PUBLIC.example.:80/c",
        "https://public.example/d",
        "https://public.example:443/d",
    ],
)
def test_redirect_when_it_stays_on_the_host(url: str) -> None:
    """A redirect within the origin, or from http to https, is followed."""
    assert stays_at_origin(checked("http://public.example/files/a"), url)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/",
        "http://public.example.evil.example/",
        "http://public.example@evil.example/",
        "http://public.example:8080/",
        "https://public.example:8443/",
        "http://127.0.0.1/",
        "ftp://public.example/",
        "http://169.254.169.254/",
        "",
    ],
)
def test_redirect_when_it_leaves_the_host(url: str) -> None:
    """A redirect to another host or port, or without an address, is not followed."""
    assert not stays_at_origin(checked("http://public.example/files/a"), url)


@pytest.mark.parametrize("port", [8080, 443])
def test_redirect_when_only_another_port_is_upgraded(port: int) -> None:
    """Only the default ports of http and https are the same service."""
    assert not stays_at_origin(checked(f"http://public.example:{port}/a"), "https://public.example/a")
    assert not stays_at_origin(checked("https://public.example:8443/a"), "https://public.example/a")


def test_redirect_from_https_to_http() -> None:
    """A redirect from https to http is not followed."""
    assert not stays_at_origin(checked("https://public.example/a"), "http://public.example/a")


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "proxy.example:3128"])
def test_proxy_when_the_host_is_public(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public host, and a name that only the proxy can resolve, is read through the configured proxy."""
    monkeypatch.setenv("HTTP_PROXY", proxy)

    assert checked("http://public.example/").checked.proxy == "http://proxy.example:3128"
    assert checked("http://only-outside.example/").checked.proxy == "http://proxy.example:3128"


@pytest.mark.parametrize("store", ["http://api:5001", "http://127.0.0.1:80", "http://localhost:5001", "http://[::1]"])
def test_proxy_when_the_file_store_is_private(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dify's own file store is read directly, even with a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("FILES_URL", store)

    address = checked(f"{store}/a")
    assert (address.is_store, address.checked.proxy) == (True, None)


@pytest.mark.parametrize("host", ["single", "db.internal", "printer.local", "x.localhost", "nas.lan", "tv.home.arpa"])
def test_proxy_when_the_name_is_internal(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An internal name is not sent to the proxy for resolution."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")

    with pytest.raises(InvalidParameterError, match="no such host"):
        checked(f"http://{host}/")


def test_proxy_when_it_does_not_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY is honoured, and private addresses are refused also with a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "public.example")

    assert checked("http://public.example/").checked.proxy is None
    with pytest.raises(InvalidParameterError, match="inside the network"):
        checked("http://rebound.example/")


def test_proxy_when_it_is_no_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy is refused without showing its password."""
    monkeypatch.setenv("ALL_PROXY", "socks5://me:PASSWORD@proxy.example:1080")

    with pytest.raises(InvalidParameterError, match="SOCKS") as caught:
        checked("http://public.example/")
    assert "PASSWORD" not in str(caught.value)
    assert "the proxy proxy.example:1080" in str(caught.value)
    assert "in ALL_PROXY in" in str(caught.value)
