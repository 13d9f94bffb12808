"""Spellings of hosts, and recognition of loopback addresses."""

import ipaddress

import pytest

from kintone.access.settings import is_loopback, literal_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7.", "192.0.2.7"),
        ("127.1", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0x7f.1.", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("::1", "::1"),
        ("2001:DB8:0::7", "2001:db8::7"),
    ],
)
def test_literal_address_when_it_is_one(host: str, address: str) -> None:
    """What a resolver reads as an address is recognised, also with a final dot."""
    assert literal_address(host) == ipaddress.ip_address(address)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "example.cybozu.com",
        "1.2.3.4.5",
        "256.1.1.1",
        "X127.0.0.1",
        "127.0.0.1X",
        "é",
        "\ud800",
        "::1::",
    ],
)
def test_literal_address_when_it_is_a_name(host: str) -> None:
    """Everything else is a name, including names that cannot be resolved."""
    assert literal_address(host) is None


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.9.9.9", "127.1", "::1", "::ffff:127.0.0.1"],
)
def test_loopback_in_every_spelling(host: str) -> None:
    """Loopback (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3), also as an IPv4 address within IPv6."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "localhost.example", "xlocalhost", "10.0.0.5", "128.0.0.1", "::2", "::ffff:10.0.0.5", "0.0.0.0"],  # noqa: S104
)
def test_loopback_when_it_is_another_machine(host: str) -> None:
    """Names with the same beginning, and private addresses, are not loopback."""
    assert not is_loopback(host)
