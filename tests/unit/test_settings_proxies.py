"""The variable that sets the proxy, and how messages show the proxy."""

import urllib.request

import pytest

from kintone.access.proxies import proxy_variable, shown_proxy


@pytest.mark.parametrize(
    ("environment", "scheme", "variable"),
    [
        ({}, "https", ""),
        ({"HTTPS_PROXY": "http://a:1"}, "https", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://a:1"}, "http", ""),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1"}, "https", "https_proxy"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": ""}, "https", ""),
        ({"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://b:1"}, "https", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "", "ALL_PROXY": "http://b:1"}, "https", "ALL_PROXY"),
        ({"HTTP_PROXY": "http://a:1", "all_proxy": "http://b:1"}, "https", "all_proxy"),
    ],
)
def test_variable_is_the_one_that_python_reads(
    environment: dict[str, str], scheme: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lower-case names take precedence, and the scheme's own variable over ALL_PROXY."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    read = urllib.request.getproxies_environment()

    assert proxy_variable(scheme) == variable
    assert environment.get(variable) == (read.get(scheme) or read.get("all"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://joe:secret@proxy.example:3128/", "proxy.example:3128"),
        ("joe:secret@proxy.example:3128", "proxy.example:3128"),
        ("http://joe:se@cret@[::1]:3128", "[::1]:3128"),
        ("proxy.example", "proxy.example:80"),
    ],
)
def test_proxy_is_shown_without_password(address: str, shown: str) -> None:
    """Only host and port are shown."""
    assert shown_proxy(address) == shown
