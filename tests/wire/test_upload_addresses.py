"""Which address a file is really read from: names are resolved once, TLS is checked by the name, proxies are used."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from kintone.access.credentials import Access, Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, InvalidParameterError
from kintone.execution import Execution
from tests.wire.conftest import IMPATIENT
from tools.dify_files.source import READ_RETRIES, DifyFile, FileSource, SourceLimits

CONTENT = b"content of a file"
SIGNED = "timestamp=1&nonce=2&sign=SECRETSIGN"


type Seen = list[tuple[str, dict[str, str]]]


class Delivering(http.server.BaseHTTPRequestHandler):
    """Answers every GET with the content and keeps the request."""

    seen: Seen
    failures: list[str]

    def do_GET(self) -> None:
        """Answer, or fail in the ways that are left, one after the other."""
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "cut":
            self.close_connection = True
            return
        if failure:
            self.send_error(int(failure))
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.send_header("Set-Cookie", "session=1")
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None, failures: Sequence[str] = ()) -> Iterator[tuple[int, Seen]]:
    """Run a server on loopback; yield its port and what it was asked."""
    seen: Seen = []
    handler = type("Keeping", (Delivering,), {"seen": seen, "failures": list(failures)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def storing(tls: ssl.SSLContext | None = None, failures: Sequence[str] = ()) -> Iterator[tuple[str, Seen]]:
    """Run a server that FILES_URL names; yield its origin and what it was asked."""
    with serving(tls, failures) as (port, seen), pytest.MonkeyPatch.context() as patched:
        store = f"{'https' if tls else 'http'}://store.example:{port}"
        patched.setenv("FILES_URL", store)
        yield store, seen


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let names resolve to loopback, the public one to a public address; return the names that were asked for."""
    true_resolver = socket.getaddrinfo
    asked: list[str] = []

    def resolve(host: str, port: int, *arguments: int, **options: int) -> list[object]:
        if not host.endswith(".example"):
            return list(true_resolver(host, port, *arguments, **options))
        asked.append(host)
        address = "93.184.216.34" if host.startswith("public") else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def _execution() -> Execution:
    settings = OperatorSettings()
    access = Access(read_site("example.cybozu.com", settings.allowed_origins), Tokens("t" * 40))
    return Execution(access, settings, policy=IMPATIENT)


def _read(url: str) -> bytes:
    limits = SourceLimits(5.0, 1000, _execution(), Deadline(30.0))
    with FileSource(DifyFile(url, "a.txt", "text/plain"), limits).open() as source:
        assert source.len == len(CONTENT)
        return source.read()


@pytest.mark.parametrize("query", ["", f"?{SIGNED}"])
def test_source_when_its_name_resolves_to_loopback(resolved: list[str], query: str) -> None:
    """A name that resolves to loopback is refused, whatever its query says, before anything is connected to."""
    with serving() as (port, seen), pytest.raises(InvalidParameterError, match="inside the network"):
        _read(f"http://rebound.example:{port}/a{query}")

    assert seen == []
    assert resolved == ["rebound.example"]


@pytest.mark.parametrize("host", ["store.example", "127.0.0.1", "localhost"])
def test_source_when_it_is_beside_the_store(resolved: list[str], host: str) -> None:
    """Another port of the store's host, or the store's port under another host, is not asked, signed or not."""
    assert resolved == []
    with storing() as (store, asked), serving() as (other, seen):
        port = other if host == "store.example" else store.rpartition(":")[2]
        with pytest.raises(InvalidParameterError, match="inside the network"):
            _read(f"http://{host}:{port}/files/a?{SIGNED}")

    assert (asked, seen) == ([], [])


def test_source_when_its_name_was_checked(resolved: list[str]) -> None:
    """The address that was checked is connected to: the name is resolved once and still stands in the Host header."""
    with storing() as (store, seen):
        assert _read(f"{store}/files/../a%20b%2Dc?{SIGNED}%2E") == CONTENT

    assert resolved == ["store.example"]
    path, headers = seen[0]
    # What is signed may be these very characters.
    assert path == f"/files/../a%20b%2Dc?{SIGNED}%2E"
    assert headers == {
        "host": store.removeprefix("http://"),
        "accept-encoding": "identity",
        "user-agent": "kintone_integration",
    }


def test_source_when_it_is_asked_again(resolved: list[str]) -> None:
    """No cookie of the file store is sent back."""
    assert resolved == []
    with storing() as (store, seen):
        for _ in range(2):
            _read(f"{store}/files/a?{SIGNED}")

    assert not any("cookie" in headers for _, headers in seen)


@pytest.mark.parametrize(("certified", "is_good"), [("store.example", True), ("other.example", False)])
def test_source_when_it_is_https(
    certified: str,
    resolved: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_good: bool,
) -> None:
    """TLS is checked against the name of the URL although the checked address is connected to."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(certified).configure_cert(tls)
    server_names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: server_names.append(name)
    with storing(tls) as (store, seen):
        if is_good:
            assert _read(f"{store}/a?{SIGNED}") == CONTENT
        else:
            with pytest.raises(InvalidParameterError, match="TLS connection was refused") as refused:
                _read(f"{store}/a?{SIGNED}")
            assert "SECRETSIGN" not in str(refused.value)

    assert (len(seen), resolved, server_names) == (int(is_good), ["store.example"], ["store.example"])


def test_source_when_there_is_a_proxy(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A public file is fetched through the proxy of the environment, with the proxy's password and no other secret."""
    with serving() as (port, seen):
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{port}")
        assert _read("http://public.example/a?b=c") == CONTENT

    path, headers = seen[0]
    assert path == "http://public.example/a?b=c"
    assert headers["proxy-authorization"].startswith("Basic ")
    assert headers["host"] == "public.example"
    assert resolved == ["public.example"]


def test_source_when_the_proxy_is_dead(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy and the variable that names it are told, its password is not."""
    with serving() as (port, _):
        pass
    monkeypatch.setenv("ALL_PROXY", f"http://me:pass@127.0.0.1:{port}")

    with pytest.raises(InvalidParameterError) as refused:
        _read("http://public.example/a?b=c")

    assert resolved == ["public.example"]
    assert f"the proxy 127.0.0.1:{port} could not be used; it was taken from ALL_PROXY in" in str(refused.value)
    assert "me:pass" not in str(refused.value)


def test_source_when_the_call_is_out_of_time(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that would take longer than the whole call may is not waited for."""
    assert resolved == []
    monkeypatch.setenv("FILES_URL", "http://store.example")
    limits = SourceLimits(5.0, 1000, _execution(), Deadline(0.0))
    source = FileSource(DifyFile(f"http://store.example/a?{SIGNED}", "a.txt", "text/plain"), limits)

    words = r"^\[BUDGET_EXCEEDED\] reading the files from Dify "
    with pytest.raises(BudgetExceededError, match=words), source.open():
        pass


QUICK = replace(READ_RETRIES, first_pause=0.001, longest_pause=0.002)


@pytest.mark.parametrize("failures", [["cut"], ["503"], ["429", "cut"], ["502", "504"]])
def test_source_when_a_failure_passes(
    failures: list[str], resolved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that breaks before the answer, and a store that is busy, are asked again."""
    assert resolved == []
    monkeypatch.setattr("tools.dify_files.source.READ_RETRIES", QUICK)
    with storing(failures=failures) as (store, seen):
        assert _read(f"{store}/files/a?{SIGNED}") == CONTENT

    assert len(seen) == len(failures) + 1


@pytest.mark.parametrize(("failures", "requests"), [(["cut"] * 9, 3), (["404"], 1), (["403"], 1), (["500"], 1)])
def test_source_when_a_failure_stays(
    failures: list[str], requests: int, resolved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tries at most, and one where another would change nothing."""
    assert resolved == []
    monkeypatch.setattr("tools.dify_files.source.READ_RETRIES", QUICK)
    with storing(failures=failures) as (store, seen), pytest.raises(InvalidParameterError):
        _read(f"{store}/files/a?{SIGNED}")

    assert len(seen) == requests


def _sized(url: str, size: int | None, most: int = 1000) -> FileSource:
    return FileSource(DifyFile(url, "a.txt", "text/plain", size), SourceLimits(5.0, most, _execution(), Deadline(30.0)))


def test_size_that_dify_tells_counts_when_the_file_is_in_its_own_store(resolved: list[str]) -> None:
    """There another length is a file that broke."""
    assert resolved == []
    with storing() as (store, _):
        source = _sized(f"{store}/files/a?{SIGNED}", len(CONTENT) + 1)
        with pytest.raises(InvalidParameterError, match="fewer than"), source.open():
            pass


def test_announced_size_counts_when_the_file_is_elsewhere(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a foreign file Dify may know the size of another answer."""
    assert resolved == []
    with serving() as (port, _):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        with _sized("http://public.example/a", len(CONTENT) + 1).open() as source:
            assert source.len == len(CONTENT)
            assert source.read() == CONTENT


@pytest.mark.parametrize("extra", [0, 1])
def test_announced_size_is_held_to_the_limit(resolved: list[str], extra: int) -> None:
    """A file of exactly the limit passes, one byte more is refused by its head."""
    assert resolved == []
    with storing() as (store, seen):
        source = _sized(f"{store}/files/a?{SIGNED}", None, len(CONTENT) - extra)
        if extra:
            with pytest.raises(InvalidParameterError, match=f"has {len(CONTENT)} bytes"), source.open():
                pass
        else:
            with source.open() as opened:
                assert opened.read() == CONTENT

    assert len(seen) == 1


def test_file_is_not_asked_for_when_dify_tells_that_it_is_too_large(resolved: list[str]) -> None:
    """What is known beforehand costs no request."""
    with storing() as (store, seen), pytest.raises(InvalidParameterError, match="has 1,001 bytes"):
        _sized(f"{store}/files/a?{SIGNED}", 1001).check()

    assert (seen, resolved) == ([], [])
