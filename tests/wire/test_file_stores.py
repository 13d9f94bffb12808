"""Answers of a file store: redirects, compressed files and endless heads; and which hosts bypass the proxy."""

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
from tests.wire.raw_server import Answer, AnswerScript, RawServer, answer, endless, running_raw_server
from tools.dify_files.source import DifyFile, FileSource, SourceLimits

CONTENT = b"content of a file" * 100
MAX_BYTES = 100_000
MIB = 1024 * 1024


@contextmanager
def file_store(*scripts: AnswerScript) -> Iterator[RawServer]:
    """Run a server that FILES_URL names."""
    with running_raw_server(*scripts) as running, pytest.MonkeyPatch.context() as patched:
        patched.setenv("FILES_URL", running.origin)
        yield running


WHOLE_FILE = answer("200 OK", f"Content-Length: {len(CONTENT)}\r\n", CONTENT)


def fetch(url: str, *, seconds: float = 5.0, budget: float = 30.0, size: int | None = None) -> bytes:
    """Read a file as an upload does."""
    settings = OperatorSettings()
    access = Access(read_site("example.cybozu.com", settings.allowed_origins), Tokens("SECRETTOKEN"))
    execution = Execution(access, settings, policy=NO_RETRIES)
    with Deadline(budget) as deadline:
        limits = SourceLimits(seconds, MAX_BYTES, execution, deadline)
        with FileSource(DifyFile(url, "a.txt", "text/plain", size), limits).open() as source:
            return source.read()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Again", "308 Again"])
def test_redirect_when_the_origin_is_the_same(status: str) -> None:
    """It is followed with a new request, without the cookie of the first answer."""
    with file_store(answer(status, "Location: /b?x=1\r\nSet-Cookie: a=b\r\n"), WHOLE_FILE) as running:
        assert fetch(f"{running.origin}/a") == CONTENT

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
def test_redirect_when_the_origin_differs(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The target is not asked, even if files may be read from it."""
    with running_raw_server(WHOLE_FILE) as other:
        monkeypatch.setenv("INTERNAL_FILES_URL", other.origin)
        port = other.origin.rpartition(":")[2]
        with file_store(answer("302 Found", f"Location: {location.format(port=port)}\r\n")) as running:
            with pytest.raises(InvalidParameterError) as refused:
                fetch(f"{running.origin}/a")
            request_count = len(running.heads)

    assert refused.value.code == "INVALID_INPUT"
    # An empty Location leads to the same URL again.
    assert request_count == (1 if location else 4)
    assert other.heads == []


def test_redirect_when_it_is_endless() -> None:
    """Three redirects are followed."""
    with (
        file_store(answer("302 Found", "Location: /a\r\n")) as running,
        pytest.raises(InvalidParameterError, match="redirects"),
    ):
        fetch(f"{running.origin}/a")

    assert len(running.heads) == 4


def test_redirect_when_its_body_is_endless() -> None:
    """The body of a redirect is not read."""
    with file_store(endless("302 Found", "Location: /b\r\n"), WHOLE_FILE) as running:
        assert fetch(f"{running.origin}/a") == CONTENT

    assert len(running.heads) == 2
    # What the server sent without being read is in the buffers of the connection.
    assert running.sent < 32 * MIB


def test_redirect_when_the_name_changes_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each redirect is checked again: a public name that then resolves to loopback is not asked."""
    found = ["93.184.216.34", "127.0.0.1"]

    def resolve(host: str, port: int, *_: int, **__: int) -> list[object]:
        address = found.pop(0) if host == "public.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with running_raw_server(answer("302 Found", "Location: /b\r\n"), WHOLE_FILE) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(InvalidParameterError, match="inside the network"):
            fetch("http://public.example/a")

    assert [head.split()[1] for head in proxy.heads] == ["http://public.example/a"]


def test_file_when_it_is_compressed_although_not_requested() -> None:
    """The request asks for no compression; a gzip answer is decompressed."""
    compressed = gzip.compress(CONTENT)
    script = answer("200 OK", f"Content-Encoding: gzip\r\nContent-Length: {len(compressed)}\r\n", compressed)
    with file_store(script) as running:
        assert fetch(f"{running.origin}/a") == CONTENT

    assert all("\r\naccept-encoding: identity\r\n" in head.lower() for head in running.heads)
    # The decompressed length is unknown, so the file is read once more to count it.
    assert len(running.heads) == 2


@pytest.mark.parametrize(("layers", "words"), [(1, "100,000 bytes are uploaded"), (2, "content encoding")])
def test_file_when_it_is_a_compression_bomb(layers: int, words: str) -> None:
    """Decompression stops at the size limit, and nested compression is refused at once."""
    compressed = b"\0" * 50 * MIB
    for _ in range(layers):
        compressed = gzip.compress(compressed)
    encoding = ", ".join(["gzip"] * layers)
    script = answer("200 OK", f"Content-Encoding: {encoding}\r\nContent-Length: {len(compressed)}\r\n", compressed)
    with file_store(script) as running, pytest.raises(InvalidParameterError, match=words):
        fetch(f"{running.origin}/a")


@pytest.mark.parametrize("encoding", ["compress", "x-unheard-of", "gzip, x-unheard-of"])
def test_file_when_its_compression_is_unknown(encoding: str) -> None:
    """It is refused, not uploaded in its compressed form."""
    script = answer("200 OK", f"Content-Encoding: {encoding}\r\nContent-Length: 3\r\n", b"abc")
    with file_store(script) as running, pytest.raises(InvalidParameterError, match="content encoding"):
        fetch(f"{running.origin}/a", size=3)


def test_file_when_its_compression_is_broken() -> None:
    """It is an error that the file broke off."""
    script = answer("200 OK", "Content-Encoding: gzip\r\nContent-Length: 8\r\n", b"nonsense")
    with file_store(script) as running, pytest.raises(InvalidParameterError, match="broke off"):
        fetch(f"{running.origin}/a")


def test_file_request_has_no_credentials(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file store gets no token and nothing from a .netrc file, only three headers."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login joe password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with file_store(WHOLE_FILE) as running:
        fetch(f"{running.origin}/a")

    names = {line.partition(":")[0].lower() for line in running.heads[0].split("\r\n")[1:] if line}
    assert names == {"host", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("beginning", ["HTTP/1.1 200 OK\r\nX-Padding: ", "HTTP/1.1 100 Continue\r\n\r\n"])
def test_head_when_it_is_endless(beginning: str) -> None:
    """A head whose bytes each arrive in time ends with the timeout of one request."""
    test_ended = threading.Event()

    def slow_head() -> Answer:
        yield beginning.encode()
        while not test_ended.wait(0.05):
            yield b"x" if beginning.endswith(" ") else beginning.encode()

    with file_store(slow_head) as running:
        with pytest.raises(InvalidParameterError, match="the file store did not answer in time"):
            fetch(f"{running.origin}/a", seconds=0.3)
        test_ended.set()


def test_head_when_it_is_too_long() -> None:
    """It is an error before all of it is read."""
    script = chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Y: " + b"z" * 60_000 + b"\r\n"))
    with file_store(lambda: script) as running, pytest.raises(InvalidParameterError, match="connection broke"):
        fetch(f"{running.origin}/a")

    assert running.sent < 64 * MIB


def test_call_when_its_time_ends_before_the_head() -> None:
    """The message names the budget and the file store that was waited for."""
    test_ended = threading.Event()
    with file_store(lambda: iter([b"HTTP/1.1 200 OK\r\n"] if test_ended.wait(20) else [])) as running:
        with pytest.raises(BudgetExceededError, match="the file store"):
            fetch(f"{running.origin}/a", budget=0.2)
        test_ended.set()


def test_store_when_connecting_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection timeout is not retried."""
    with socket.socket() as full, ExitStack() as backlog_clients:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(16):
            client = backlog_clients.enter_context(socket.socket())
            client.settimeout(0.1)
            try:
                client.connect(full.getsockname())
            except TimeoutError:
                break
        origin = f"http://127.0.0.1:{full.getsockname()[1]}"
        monkeypatch.setenv("FILES_URL", origin)
        with pytest.raises(InvalidParameterError, match="no connection was made in time") as failed:
            fetch(f"{origin}/a", seconds=0.3)

    assert "tried" not in str(failed.value)


def test_proxy_when_it_requires_authentication(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 407 is not reported as an answer of the file store, and the variable of the proxy is named."""

    def resolve(host: str, port: int, *_: int, **__: int) -> list[object]:
        address = "93.184.216.34" if host == "public.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with running_raw_server(answer("407 Proxy Authentication Required", "Content-Length: 0\r\n")) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.origin)
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(InvalidParameterError, match="ALL_PROXY"):
            fetch("http://public.example/a")

    assert len(proxy.heads) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_file_store_on_loopback_when_a_proxy_is_set(host: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file store is asked directly."""
    with running_raw_server(answer("502 Bad Gateway")) as proxy, file_store(WHOLE_FILE) as running:
        origin = running.origin.replace("127.0.0.1", host)
        monkeypatch.setenv("FILES_URL", origin)
        monkeypatch.setenv(variable, proxy.origin)
        assert fetch(f"{origin}/a") == CONTENT

    assert proxy.heads == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_kintone_on_loopback_when_a_proxy_is_set(
    kintone: LocalKintone, open_client: OpenClient, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call succeeds directly, so the token is not sent to the proxy in plain text."""
    with running_raw_server(answer("502 Bad Gateway")) as proxy:
        monkeypatch.setenv(variable, proxy.origin)
        open_client().call(Request(Message("reading"), "GET", "records", {"app": 1}, RetrySafety.READ))

    assert (proxy.heads, kintone.stats.requests) == ([], 1)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.0.0.2", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_proxy_when_the_host_is_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No spelling of a loopback host uses a proxy, with http or https."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://proxy.example:3128")

    assert proxy_for(f"http://{host}:8080/") is None
    assert proxy_for(f"https://{host}/") is None
    assert proxy_for("http://128.0.0.1/") == proxy_for("https://localhost.example/") == "http://proxy.example:3128"
