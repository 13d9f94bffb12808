"""Addresses of proxies, whose passwords may hold any character."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.access.proxies import proxy_secrets, read_proxy
from kintone.connections import TrackedAdapter
from kintone.exchanges import proxy_for

HOST = "proxy.example:3128"


def sent(address: str) -> bytes:
    """Return user and password as they are sent to the proxy of an address that the library has seen."""
    proxy = read_proxy(address)
    assert proxy is not None
    again = read_proxy(proxy.url)
    assert again == proxy
    header = TrackedAdapter().proxy_headers(proxy.url).get("Proxy-Authorization", "")
    return base64.b64decode(header.removeprefix("Basic "))


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ("joe:secret", "joe:secret"),
        ("joe:p@ss", "joe:p@ss"),
        ("joe:p:a:ss", "joe:p:a:ss"),
        ("joe:p#a/s?s", "joe:p#a/s?s"),
        ("joe:100%", "joe:100%"),
        ("joe:100%zz", "joe:100%zz"),
        ("joe:a b", "joe:a b"),
        ("営業:パスワード", "営業:パスワード"),
        ("joe:%E3%83%91", "joe:パ"),
        ("joe:%40%3A%2F", "joe:@:/"),
        ("joe:x://y", "joe:x://y"),
        ("dom\\joe:pw", "dom\\joe:pw"),
        ("joe", "joe:"),
        (":pw", ":pw"),
    ],
)
@pytest.mark.parametrize("scheme", ["", "http://", "HTTPS://"])
def test_password_may_hold_any_character(credentials: str, expected: str, scheme: str) -> None:
    """It ends at the last ``@``, is sent in UTF-8, and percent-encoding is decoded."""
    assert sent(f"{scheme}{credentials}@{HOST}/") == expected.encode()


def test_password_in_another_encoding_is_sent_as_it_is() -> None:
    """Percent-encoded bytes that are no UTF-8 are the operator's choice."""
    assert sent(f"http://joe:%E9@{HOST}") == b"joe:\xe9"


@given(user=st.text().filter(lambda text: ":" not in text), password=st.text())
def test_percent_encoded_passwords_arrive(user: str, password: str) -> None:
    """Whatever is percent-encoded arrives as it is."""
    user, password = (text.encode("utf-8", "replace").decode() for text in (user, password))
    assert sent(f"http://{quote(user, safe='')}:{quote(password, safe='')}@{HOST}") == f"{user}:{password}".encode()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("proxy", "proxy:80"),
        ("https://proxy.example", "proxy.example:443"),
        ("http://[::1]:3128", "[::1]:3128"),
        ("http://joe:pw@bücher.example:3128", "xn--bcher-kva.example:3128"),
        ("socks5h://joe:pw@proxy.example", "proxy.example:1080"),
    ],
)
def test_host_and_port_without_credentials(address: str, shown: str) -> None:
    """Host and port alone are shown; without a port it is that of the scheme."""
    proxy = read_proxy(address)

    assert proxy is not None
    assert proxy.shown == shown
    assert "pw" not in repr(proxy)


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://joe:secret",
        "http://joe:secret@",
        "http://proxy:0",
        "http://proxy:70000",
        "http://[::1",
        "://",
        "@",
    ],
)
def test_address_without_host_or_port_is_none(address: str) -> None:
    """What could be a password is never taken for a port or a host."""
    assert read_proxy(address) is None


@pytest.mark.parametrize("address", [f"joe:p@ss/w@{HOST}", "http://joe:p@ss/w@", f"http://joe:p@ss/w@{HOST}:port"])
def test_passwords_are_masked_also_in_an_address_that_cannot_be_used(address: str) -> None:
    """The password as written, and the pair as it is sent."""
    secrets = proxy_secrets({"HTTPS_PROXY": address})

    assert {"p@ss/w", "joe:p@ss/w", base64.b64encode(b"joe:p@ss/w").decode()} <= set(secrets)


@pytest.mark.parametrize(
    ("listed", "is_direct"),
    [
        ("example.cybozu.com:443", True),
        ("api, .cybozu.com:443", True),
        ("*.cybozu.com:443", True),
        ("*.CYBOZU.com", True),
        ("example.cybozu.com:8443", False),
        ("*.example.cybozu.com", False),
        ("*ozu.com", False),
        ("ozu.com:443", False),
        (":443", False),
    ],
)
def test_hosts_without_a_proxy_by_wildcard_and_port(
    monkeypatch: pytest.MonkeyPatch, listed: str, *, is_direct: bool
) -> None:
    """Dify's plugin daemon, written in Go, takes these spellings of the same variable."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", listed)

    assert (proxy_for("https://example.cybozu.com/k/v1/app.json") is None) is is_direct
