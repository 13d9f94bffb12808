"""What a file store may answer: redirects, compressed files, heads that never end; and who is asked by a proxy."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, repeat

import pytest

from kintone.access.credentials import Access, Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.api import Request, RetrySafety
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, InvalidParameterError
from kintone.exchanges import proxy_for
from kintone.execution import Execution
from kintone.messages import Message
from kintone.retry import NO_RETRIES
from local_kintone import LocalKintone
from tests.wire.conftest import OpenClient
from tests.wire.raw_server import Answer, Answering, RawServer, answer, endless, raw
from tools.dify_files.source import DifyFile, FileSource, SourceLimits

CONTENT = b"content of a file" * 100
MOST = 100_000
MIB = 1024 * 1024


@contextmanager
def store(*scripts: Answering) -> Iterator[RawServer]:
    """Run one that FILES_URL names."""
    with raw(*scripts) as running, pytest.MonkeyPatch.context() as patched:
        patched.setenv("FILES_URL", running.origin)
        yield running


WHOLE = answer("200 OK", f"Content-Length: {len(CONTENT)}\r\n", CONTENT)


def fetched(url: str, *, seconds: float = 5.0, budget: float = 30.0, size: int | None = None) -> bytes:
    """Read a file as an upload does."""
    settings = OperatorSettings()
    access = Access(read_site("example.cybozu.com", settings.allowed_origins), Tokens("SECRETTOKEN"))
    execution = Execution(access, settings, policy=NO_RETRIES)
    with Deadline(budget) as deadline:
        limits = SourceLimits(seconds, MOST, execution, deadline)
        with FileSource(DifyFile(url, "a.txt", "text/plain", size), limits).open() as source:
            return source.read()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Again", "308 Again"])
def test_redirect_when_it_stays_at_the_origin(status: str) -> None:
    """It is followed by a request of its own, without what the answer wanted to be remembered."""
    with store(answer(status, "Location: /b?x=1\r\nSet-Cookie: a=b\r\n"), WHOLE) as running:
        assert fetched(f"{running.origin}/a") == CONTENT

    assert [head.split()[1] for head in running.heads] == ["/a", "/b?x=1"]
    assert not any("cookie" in head.lower() for head in running.heads)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/b",
        "http://localhost:{port}/b",
        "//127.0.0.2:{port}/b",
        "http://127.0.0.1:1/b",
        "http://[",
        "",
    ],
)
def test_redirect_when_it_leaves_the_origin(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked, though it be where files may be read too."""
    with raw(WHOLE) as other:
        monkeypatch.setenv("INTERNAL_FILES_URL", other.origin)
        port = other.origin.rpartition(":")[2]
        with store(answer("302 Found", f"Location: {location.format(port=port)}\r\n")) as running:
            with pytest.raises(InvalidParameterError) as refused:
                fetched(f"{running.origin}/a")
            asked = len(running.heads)

    assert refused.value.code == "INVALID_INPUT"
    # An empty one leads to the same place again.
    assert asked == (1 if location else 4)
    assert other.heads == []


def test_redirect_when_it_never_ends() -> None:
    """Three are followed."""
    with (
        store(answer("302 Found", "Location: /a\r\n")) as running,
        pytest.raises(InvalidParameterError, match="redirects"),
    ):
        fetched(f"{running.origin}/a")

    assert len(running.heads) == 4


def test_redirect_when_its_body_never_ends() -> None:
    """The body of a redirect is not read."""
    with store(endless("302 Found", "Location: /b\r\n"), WHOLE) as running:
        assert fetched(f"{running.origin}/a") == CONTENT

    assert len(running.heads) == 2
    # What a server can send before anybody reads is in the buffers of the connection.
    assert running.sent < 32 * MIB


def test_redirect_when_the_name_changes_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hop is checked anew: a public name that resolves to loopback after the first answer is not asked again."""
    found = ["93.184.216.34", "127.0.0.1"]

    def resolve(host: str, port: int, *_: int, **__: int) -> list[object]:
        address = found.pop(0) if host == "public.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with raw(answer("302 Found", "Location: /b\r\n"), WHOLE) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(InvalidParameterError, match="inside the network"):
            fetched("http://public.example/a")

    assert [head.split()[1] for head in proxy.heads] == ["http://public.example/a"]


def test_file_when_it_is_compressed_though_nobody_asked() -> None:
    """What was asked for is the plain file; one that comes as gzip is taken as what it holds."""
    packed = gzip.compress(CONTENT)
    script = answer("200 OK", f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n", packed)
    with store(script) as running:
        assert fetched(f"{running.origin}/a") == CONTENT

    assert all("\r\naccept-encoding: identity\r\n" in head.lower() for head in running.heads)
    # Its length is not announced, so it is read once to count it.
    assert len(running.heads) == 2


@pytest.mark.parametrize(("layers", "told"), [(1, "100,000 bytes are uploaded"), (2, "content encoding")])
def test_file_when_it_is_a_bomb(layers: int, told: str) -> None:
    """A small answer that unpacks to more than a file may have is given up at the limit, a packed package at once."""
    packed = b"\0" * 50 * MIB
    for _ in range(layers):
        packed = gzip.compress(packed)
    encoding = ", ".join(["gzip"] * layers)
    script = answer("200 OK", f"Content-Encoding: {encoding}\r\nContent-Length: {len(packed)}\r\n", packed)
    with store(script) as running, pytest.raises(InvalidParameterError, match=told):
        fetched(f"{running.origin}/a")


@pytest.mark.parametrize("encoding", ["compress", "x-unheard-of", "gzip, x-unheard-of"])
def test_file_when_its_compression_is_unknown(encoding: str) -> None:
    """It is refused, not uploaded as it is, as if that were the file."""
    script = answer("200 OK", f"Content-Encoding: {encoding}\r\nContent-Length: 3\r\n", b"abc")
    with store(script) as running, pytest.raises(InvalidParameterError, match="content encoding"):
        fetched(f"{running.origin}/a", size=3)


def test_file_when_its_compression_is_broken() -> None:
    """It breaks off with a sentence."""
    script = answer("200 OK", "Content-Encoding: gzip\r\nContent-Length: 8\r\n", b"nonsense")
    with store(script) as running, pytest.raises(InvalidParameterError, match="broke off"):
        fetched(f"{running.origin}/a")


def test_file_when_nothing_of_kintone_goes_along(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither token nor any other header of ours, nor what a .netrc file says, reaches a file store."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login joe password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with store(WHOLE) as running:
        fetched(f"{running.origin}/a")

    names = {line.partition(":")[0].lower() for line in running.heads[0].split("\r\n")[1:] if line}
    assert names == {"host", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("beginning", ["HTTP/1.1 200 OK\r\nX-Padding: ", "HTTP/1.1 100 Continue\r\n\r\n"])
def test_head_when_it_never_ends(beginning: str) -> None:
    """Each byte of it comes in time, but the time of one request ends it."""
    over = threading.Event()

    def dripping() -> Answer:
        yield beginning.encode()
        while not over.wait(0.05):
            yield b"x" if beginning.endswith(" ") else beginning.encode()

    with store(dripping) as running:
        with pytest.raises(InvalidParameterError, match="the file store did not answer in time"):
            fetched(f"{running.origin}/a", seconds=0.3)
        over.set()


def test_head_when_it_is_longer_than_a_head_may_be() -> None:
    """It is given up, not collected."""
    script = chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Y: " + b"z" * 60_000 + b"\r\n"))
    with store(lambda: script) as running, pytest.raises(InvalidParameterError, match="connection broke"):
        fetched(f"{running.origin}/a")

    assert running.sent < 64 * MIB


def test_call_when_its_time_ends_before_the_head() -> None:
    """The budget is told, and that the file store was waited for."""
    over = threading.Event()
    with store(lambda: iter([b"HTTP/1.1 200 OK\r\n"] if over.wait(20) else [])) as running:
        with pytest.raises(BudgetExceededError, match="the file store"):
            fetched(f"{running.origin}/a", budget=0.2)
        over.set()


def test_store_when_it_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a request is waited for once."""
    with socket.socket() as full, ExitStack() as filling:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(16):
            client = filling.enter_context(socket.socket())
            client.settimeout(0.1)
            try:
                client.connect(full.getsockname())
            except TimeoutError:
                break
        origin = f"http://127.0.0.1:{full.getsockname()[1]}"
        monkeypatch.setenv("FILES_URL", origin)
        with pytest.raises(InvalidParameterError, match="no connection was made in time") as failed:
            fetched(f"{origin}/a", seconds=0.3)

    assert "tried" not in str(failed.value)


def test_proxy_when_it_wants_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its refusal is not taken for one of the file store, and the variable that names it is told."""

    def resolve(host: str, port: int, *_: int, **__: int) -> list[object]:
        address = "93.184.216.34" if host == "public.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with raw(answer("407 Proxy Authentication Required", "Content-Length: 0\r\n")) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.origin)
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(InvalidParameterError, match="ALL_PROXY"):
            fetched("http://public.example/a")

    assert len(proxy.heads) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_file_store_on_loopback_when_a_proxy_is_set(host: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy hears nothing of it."""
    with raw(answer("502 Bad Gateway")) as proxy, store(WHOLE) as running:
        origin = running.origin.replace("127.0.0.1", host)
        monkeypatch.setenv("FILES_URL", origin)
        monkeypatch.setenv(variable, proxy.origin)
        assert fetched(f"{origin}/a") == CONTENT

    assert proxy.heads == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_kintone_on_loopback_when_a_proxy_is_set(
    kintone: LocalKintone, open_client: OpenClient, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token does not leave the machine in clear: the proxy hears nothing, and the call succeeds."""
    with raw(answer("502 Bad Gateway")) as proxy:
        monkeypatch.setenv(variable, proxy.origin)
        open_client().call(Request(Message("reading"), "GET", "records", {"app": 1}, RetrySafety.READ))

    assert (proxy.heads, kintone.stats.requests) == ([], 1)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.0.0.2", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_proxy_when_the_host_is_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No spelling of it is asked through a proxy, encrypted or not."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://proxy.example:3128")

    assert proxy_for(f"http://{host}:8080/") is None
    assert proxy_for(f"https://{host}/") is None
    assert proxy_for("http://128.0.0.1/") == proxy_for("https://localhost.example/") == "http://proxy.example:3128"
