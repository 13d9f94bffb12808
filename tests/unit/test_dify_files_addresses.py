"""From which addresses a file may be read."""

import socket
import threading

import pytest

from kintone.access.settings import Origin
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, InvalidParameterError
from tests.unit.resolver_double import NAMES, checked, use_names
from tools.dify_files.addresses import read_address

SIGNED = "timestamp=1&nonce=abc&sign=SECRETSIGN%3D"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


def test_address_when_it_is_public() -> None:
    """A public host is read from by the addresses that were checked, path and query as they are."""
    address = checked("https://public.example/a%20b/%E8%A6%8B.pdf?x=1&y=%2B")

    assert address.checked.addresses == tuple(NAMES["public.example"])
    assert address.checked.target == "/a%20b/%E8%A6%8B.pdf?x=1&y=%2B"
    assert address.checked.origin == Origin("https", "public.example", 443)
    assert not address.is_store


def test_address_when_it_is_as_long_as_one_may_be() -> None:
    """8,192 characters are taken, and one more is refused."""
    url = f"https://public.example/{'x' * (8_192 - len('https://public.example/'))}"

    assert checked(url).checked.url == url
    with pytest.raises(InvalidParameterError, match="not a web address"):
        checked(f"{url}x")


@pytest.mark.parametrize(("path", "target"), [("", "/"), ("?x=1", "/?x=1"), ("/?", "/"), ("/a#b", "/a")])
def test_address_without_a_path(path: str, target: str) -> None:
    """The root is asked for (RFC 9110, 4.2.3), and a fragment does not travel."""
    assert checked(f"https://public.example{path}").checked.target == target


def test_address_travels_as_it_was_signed() -> None:
    """What an address may hold as it is stays so; the rest is percent-encoded (RFC 3986, 3.3 and 3.4)."""
    address = checked("https://public.example/-._~!$&'()*+,;=:@%2F\"<é?-._~!$&'()*+,;=:@/?%2F[]{}|^`\"é")

    assert address.checked.target == "/-._~!$&'()*+,;=:@%2F%22%3C%C3%A9?-._~!$&'()*+,;=:@/?%2F[]{}|^`%22%C3%A9"


def test_address_that_only_resembles_one_of_isatap() -> None:
    """The two groups before the IPv4 address are 0:5efe or 200:5efe (RFC 5214, 6.1); others are plain IPv6."""
    for groups in ("0:5eff", "1:5efe", "400:5efe", "0:5efc"):
        assert not checked(f"http://[2606:2800:0:0:{groups}:a00:1]/").is_store


def test_address_behind_nat64_beside_one_that_is_forbidden() -> None:
    """168.63.129.17 is not the metadata service of Azure at 168.63.129.16 (RFC 6052, 2.1 says where it stands)."""
    assert not checked("http://[64:ff9b::a83f:8111]/").is_store
    with pytest.raises(InvalidParameterError, match="never read from"):
        checked("http://[64:ff9b::a83f:8110]/")


def test_address_when_it_holds_other_scripts() -> None:
    """A path and a host in another script are put into the form in which they travel."""
    address = checked("http://日本語.example:8080/見.pdf")

    assert address.checked.url == "http://xn--wgv71a119e.example:8080/%E8%A6%8B.pdf"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "[::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[2606:2800::5efe:10.0.0.1]",
        "[2606:2800::200:5efe:7f00:1]",
        "192.0.0.9",
        "192.88.99.1",
        "[3fff::1]",
        "rebound.example",
        "mixed.example",
    ],
)
def test_address_when_it_is_private(host: str) -> None:
    """A private or loopback address, however it is written, is refused, whatever stands in its query."""
    for query in ("", f"?{SIGNED}"):
        with pytest.raises(InvalidParameterError, match="inside the network") as refused:
            checked(f"http://{host}/files/1{query}")

        assert "SECRETSIGN" not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1",
        "2852039166",
        "[fe80::1]",
        "[fe80::5efe:93.184.216.34]",
        "[2606:2800::5efe:169.254.169.254]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[64:ff9b::a9fe:a9fe]",
        "metadata.google.internal",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "0",
        "0.1.2.3",
        "[::]",
        "224.0.0.1",
        "[ff02::1]",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_address_when_nobody_may_read_from_it(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Metadata, link-local, multicast and reserved addresses are refused, though signed and in Dify's settings."""
    monkeypatch.setenv("FILES_URL", f"http://{host}")
    with pytest.raises(InvalidParameterError, match="never read from") as caught:
        checked(f"http://{host}/latest/meta-data?{SIGNED}")

    assert "SECRETSIGN" not in str(caught.value)


@pytest.mark.parametrize("setting", ["FILES_URL", "INTERNAL_FILES_URL"])
@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://api:5001", "http://api:5001/files/1"),
        (" http://API.:5001/ ", "http://api:5001/files/1"),
        ("HTTP://api:5001/some/path?x=1", "http://Api.:5001/files/1"),
        ("http://api", "http://api:80/files/1"),
        ("http://dify_api:1", "http://dify_api:1/files/1"),
        ("http://api:80", "http://api/files/1"),
        ("https://api:443/", "https://api/files/1"),
        ("http://127.0.0.1:5001", "http://127.1:5001/files/1"),
        ("http://0x7f.1:5001", "http://2130706433:5001/files/1"),
        ("http://[0:0::1]:5001", "http://[::1]:5001/files/1"),
        ("http://\uff11\uff10.0.0.7", "http://10.0.0.7/files/1"),
    ],
)
def test_address_when_it_is_the_file_store_of_the_settings(
    setting: str, value: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private address is read from where a setting names its scheme, host and port, in whatever spelling."""
    monkeypatch.setenv(setting, value)

    assert checked(url).is_store


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://api:5001", "http://api:5002/files/1"),
        ("http://api:5001", "http://api/files/1"),
        ("http://api:5001", "https://api:5001/files/1"),
        ("http://api:5001", "http://10.0.0.7:5001/files/1"),
        ("http://api:5001", "http://172.18.0.5:5001/files/1"),
        ("http://127.0.0.1:5001", "http://127.0.0.2:5001/files/1"),
        ("http://127.0.0.1:5001", "http://[::ffff:127.0.0.1]:5001/files/1"),
        ("http://api.example:5001", "http://api:5001/files/1"),
        ("api:5001", "http://api:5001/files/1"),
        ("//api:5001", "http://api:5001/files/1"),
        ("http://me:PASSWORD@api:5001", "http://api:5001/files/1"),
        ("http://api:port", "http://api/files/1"),
        ("http://a^b:5001", "http://api:5001/files/1"),
        ("*", "http://api/files/1"),
    ],
)
def test_address_when_it_is_another_than_that_of_the_settings(
    value: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another scheme, host or port is refused, and so is all where a setting is no web address; its name is told."""
    monkeypatch.setenv("INTERNAL_FILES_URL", value)

    with pytest.raises(InvalidParameterError, match="inside the network") as refused:
        checked(f"{url}?{SIGNED}")
    assert "INTERNAL_FILES_URL is " in str(refused.value)
    assert not {"SECRETSIGN", "PASSWORD"} & set(str(refused.value).replace("=", " ").replace(":", " ").split())


def test_refusal_tells_what_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is set it says so and names FILES_URL; else the origins that are set, and that of the link."""
    monkeypatch.setenv("FILES_URL", " ")
    with pytest.raises(InvalidParameterError, match="neither is set") as none_set:
        checked(f"http://api:5001/files/1?{SIGNED}")
    monkeypatch.setenv("FILES_URL", "https://public.example/path?secret=1")
    monkeypatch.setenv("INTERNAL_FILES_URL", "http://other:5001")
    with pytest.raises(InvalidParameterError, match=r"FILES_URL is https://public\.example, INTERNAL") as differs:
        checked(f"http://api:5001/files/1?{SIGNED}")

    for refused in (none_set, differs):
        assert "set FILES_URL to http://api:5001:" in str(refused.value)
        assert "docker/.env" in str(refused.value)
    assert "INTERNAL_FILES_URL is http://other:5001)" in str(differs.value)
    assert "secret" not in str(differs.value)


def test_address_when_the_name_server_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for as long as the call has time, which is told then."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: over.wait(20) and [])
    with Deadline(0.05) as deadline, pytest.raises(BudgetExceededError):
        read_address("http://public.example/a", deadline, 30.0)
    over.set()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/files/123/file-preview?timestamp=1&sign=SECRETSIGN", "FILES_URL"),
        ("dify.example/files/123?sign=SECRETSIGN", "FILES_URL"),
        ("dify.example/files/123?next=http://other.example&sign=SECRETSIGN", "FILES_URL"),
        ("http://public.example:0/", "names no host"),
        ("http://me@/a", "names no host"),
        ("http://me@public.example/", "user name"),
        ("http://:pass@public.example/", "user name"),
        ("http://public.example/\x7f", "not a web address"),
        ("http://public.example/\r\nX:y", "not a web address"),
        ("http://public.example/\u200b", "not a web address"),
        ("http://\u65e5..\u672c/", "names no host"),
        ("ftp://public.example/a", "http:// nor with https://"),
        ("file:///etc/passwd", "http:// nor with https://"),
        ("http:///a", "names no host"),
        ("http://user:pass@public.example/", "user name"),
        ("http://public.example:99999/", "not a web address"),
        ("http://public.example/a b", "not a web address"),
        ("http://public.example\\@127.0.0.1/", "not a web address"),
        ("http://public.example/\r\nX: y", "not a web address"),
        ("http://public.example/" + "a" * 9000, "not a web address"),
        ("http://[::1/", "not a web address"),
        ("http://%31%30.0.0.7/", "names no host"),
        ("http://a^b.example/", "names no host"),
        (f"http://{'é' * 64}.example/", "names no host"),
        ("http://no-such-host.example/?sign=SECRETSIGN", "no such host"),
    ],
)
def test_address_when_the_url_makes_no_sense(url: str, words: str) -> None:
    """Each kind of unusable URL has its sentence, and none shows the signature."""
    with pytest.raises(InvalidParameterError, match=words) as caught:
        checked(url)

    assert "SECRETSIGN" not in str(caught.value)
    assert "SECRETSIGN" not in repr(caught.value)


def test_address_when_it_is_shown() -> None:
    """A printed address holds neither path nor signature."""
    assert "SECRETSIGN" not in repr(checked(f"http://public.example/a?{SIGNED}"))
