"""From which addresses a file may be read."""

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.resolver_double import NAMES, use_names
from tools.file_source.address import read_address

SIGNED = "timestamp=1&nonce=abc&sign=SECRETSIGN%3D"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


def test_address_when_it_is_public() -> None:
    """A public host is read from by the addresses that were checked, path and query as they are."""
    address = read_address("https://public.example/a%20b/%E8%A6%8B.pdf?x=1&y=%2B")

    assert address.checked.addresses == tuple(NAMES["public.example"])
    assert address.checked.target == "/a%20b/%E8%A6%8B.pdf?x=1&y=%2B"
    assert (address.checked.port, address.checked.host_header) == (443, "public.example")
    assert not address.is_store


def test_address_when_it_holds_other_scripts() -> None:
    """A path and a host in another script are put into the form in which they travel."""
    address = read_address("http://日本語.example:8080/見.pdf")

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
        "rebound.example",
        "mixed.example",
    ],
)
def test_address_when_it_is_private(host: str) -> None:
    """A private or loopback address, however it is written, is refused, and allowed for Dify's signed URLs."""
    with pytest.raises(InvalidParameterError, match="inside the network"):
        read_address(f"http://{host}/files/1?timestamp=1&nonce=2")

    assert read_address(f"http://{host}/files/1?{SIGNED}").is_store


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1",
        "2852039166",
        "[fe80::1]",
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
        read_address(f"http://{host}/latest/meta-data?{SIGNED}")

    assert "SECRETSIGN" not in str(caught.value)


@pytest.mark.parametrize("setting", ["FILES_URL", "INTERNAL_FILES_URL"])
@pytest.mark.parametrize("value", ["http://api:5001", "http://API:5001/", "api:5001", "api"])
def test_address_when_it_is_the_file_store_of_the_settings(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host that Dify's settings name is its own file store, without a signature too."""
    monkeypatch.setenv(setting, value)

    assert read_address("http://api:5001/files/1").is_store
    with pytest.raises(InvalidParameterError, match="inside the network"):
        read_address("http://10.0.0.7/files/1")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/files/123/file-preview?timestamp=1&sign=SECRETSIGN", "FILES_URL"),
        ("dify.example/files/123?sign=SECRETSIGN", "FILES_URL"),
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
        ("http://no-such-host.example/?sign=SECRETSIGN", "no such host"),
    ],
)
def test_address_when_the_url_makes_no_sense(url: str, words: str) -> None:
    """Each kind of unusable URL has its sentence, and none shows the signature."""
    with pytest.raises(InvalidParameterError, match=words) as caught:
        read_address(url)

    assert "SECRETSIGN" not in str(caught.value)
    assert "SECRETSIGN" not in repr(caught.value)


def test_address_when_it_is_shown() -> None:
    """A printed address holds neither path nor signature."""
    assert "SECRETSIGN" not in repr(read_address(f"http://public.example/a?{SIGNED}"))
