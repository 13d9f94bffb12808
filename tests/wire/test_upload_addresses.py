"""The address a file is read from: names are resolved once, TLS is checked by name, proxies are used."""

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
from tests.wire.conftest import FAST_RETRIES
from tools.dify_files.source import READ_RETRIES, DifyFile, FileSource, SourceLimits

CONTENT = b"content of a file"
SIGNED = "timestamp=1&nonce=2&sign=SECRETSIGN"


type ReceivedRequests = list[tuple[str, dict[str, str]]]


class FileHandler(http.server.BaseHTTPRequestHandler):
    """Answers every GET with the content and keeps the request."""

    received: ReceivedRequests
    failures: list[str]

    def do_GET(self) -> None:
        """Answer, or fail in the next way of the list."""
        self.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
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
        """Write no log."""


@contextmanager
def running_server(
    tls: ssl.SSLContext | None = None, failures: Sequence[str] = ()
) -> Iterator[tuple[int, ReceivedRequests]]:
    """Run a server on loopback; yield its port and the requests it received."""
    received: ReceivedRequests = []
    handler = type("KeepingHandler", (FileHandler,), {"received": received, "failures": list(failures)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running_file_store(
    tls: ssl.SSLContext | None = None, failures: Sequence[str] = ()
) -> Iterator[tuple[str, ReceivedRequests]]:
    """Run a server that FILES_URL names; yield its origin and the requests it received."""
    with running_server(tls, failures) as (port, received), pytest.MonkeyPatch.context() as patched:
        file_store = f"{'https' if tls else 'http'}://store.example:{port}"
        patched.setenv("FILES_URL", file_store)
        yield file_store, received


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Resolve example names to loopback and the public one to a public address; return the names that were resolved."""
    getaddrinfo = socket.getaddrinfo
    resolved_names: list[str] = []

    def resolve(host: str, port: int, *arguments: int, **options: int) -> list[object]:
        if not host.endswith(".example"):
            return list(getaddrinfo(host, port, *arguments, **options))
        resolved_names.append(host)
        address = "93.184.216.34" if host.startswith("public") else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return resolved_names


def _execution() -> Execution:
    settings = OperatorSettings()
    access = Access(read_site("example.cybozu.com", settings.allowed_origins), Tokens("t" * 40))
    return Execution(access, settings, policy=FAST_RETRIES)


def _read(url: str) -> bytes:
    limits = SourceLimits(5.0, 1000, _execution(), Deadline(30.0))
    with FileSource(DifyFile(url, "a.txt", "text/plain"), limits).open() as source:
        assert source.len == len(CONTENT)
        return source.read()


@pytest.mark.parametrize("query", ["", f"?{SIGNED}"])
def test_source_when_its_name_resolves_to_loopback(resolved: list[str], query: str) -> None:
    """It is refused before any connection, whatever its query says."""
    with running_server() as (port, received), pytest.raises(InvalidParameterError, match="inside the network"):
        _read(f"http://rebound.example:{port}/a{query}")

    assert received == []
    assert resolved == ["rebound.example"]


@pytest.mark.parametrize("host", ["store.example", "127.0.0.1", "localhost"])
def test_source_when_host_or_port_is_not_the_stores(resolved: list[str], host: str) -> None:
    """Another port of the store's host, or the store's port on another host, is refused, signed or not."""
    assert resolved == []
    with running_file_store() as (file_store, received_by_store), running_server() as (other, received):
        port = other if host == "store.example" else file_store.rpartition(":")[2]
        with pytest.raises(InvalidParameterError, match="inside the network"):
            _read(f"http://{host}:{port}/files/a?{SIGNED}")

    assert (received_by_store, received) == ([], [])


def test_source_when_its_name_was_checked(resolved: list[str]) -> None:
    """The name is resolved once, the checked address is used, and the Host header has the name."""
    with running_file_store() as (file_store, received):
        assert _read(f"{file_store}/files/../a%20b%2Dc?{SIGNED}%2E") == CONTENT

    assert resolved == ["store.example"]
    path, headers = received[0]
    # The signature may cover exactly these characters.
    assert path == f"/files/../a%20b%2Dc?{SIGNED}%2E"
    assert headers == {
        "host": file_store.removeprefix("http://"),
        "accept-encoding": "identity",
        "user-agent": "kintone_integration",
    }


def test_source_when_it_is_requested_twice(resolved: list[str]) -> None:
    """A cookie of the file store is not sent back."""
    assert resolved == []
    with running_file_store() as (file_store, received):
        for _ in range(2):
            _read(f"{file_store}/files/a?{SIGNED}")

    assert not any("cookie" in headers for _, headers in received)


@pytest.mark.parametrize(("certified", "is_valid"), [("store.example", True), ("other.example", False)])
def test_source_when_it_is_https(
    certified: str,
    resolved: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_valid: bool,
) -> None:
    """TLS is checked against the name in the URL although the checked address is connected to."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(certified).configure_cert(tls)
    server_names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: server_names.append(name)
    with running_file_store(tls) as (file_store, received):
        if is_valid:
            assert _read(f"{file_store}/a?{SIGNED}") == CONTENT
        else:
            with pytest.raises(InvalidParameterError, match="is for another host name") as refused:
                _read(f"{file_store}/a?{SIGNED}")
            assert "SECRETSIGN" not in str(refused.value)

    assert (len(received), resolved, server_names) == (int(is_valid), ["store.example"], ["store.example"])


def test_source_when_there_is_a_proxy(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A public file is requested through the proxy of the environment, with the proxy's password only."""
    with running_server() as (port, received):
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{port}")
        assert _read("http://public.example/a?b=c") == CONTENT

    path, headers = received[0]
    assert path == "http://public.example/a?b=c"
    assert headers["proxy-authorization"].startswith("Basic ")
    assert headers["host"] == "public.example"
    assert resolved == ["public.example"]


def test_source_when_the_proxy_is_unreachable(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the proxy and its variable, not the password."""
    with running_server() as (port, _):
        pass
    monkeypatch.setenv("ALL_PROXY", f"http://me:pass@127.0.0.1:{port}")

    with pytest.raises(InvalidParameterError) as refused:
        _read("http://public.example/a?b=c")

    assert resolved == ["public.example"]
    assert f"the proxy 127.0.0.1:{port} could not be used; it was taken from ALL_PROXY in" in str(refused.value)
    assert "me:pass" not in str(refused.value)


def test_source_when_the_call_is_out_of_time(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A source is not waited for beyond the call's budget."""
    assert resolved == []
    monkeypatch.setenv("FILES_URL", "http://store.example")
    limits = SourceLimits(5.0, 1000, _execution(), Deadline(0.0))
    source = FileSource(DifyFile(f"http://store.example/a?{SIGNED}", "a.txt", "text/plain"), limits)

    words = r"^\[BUDGET_EXCEEDED\] reading the files from Dify "
    with pytest.raises(BudgetExceededError, match=words), source.open():
        pass


FAST_READ_RETRIES = replace(READ_RETRIES, first_pause=0.001, longest_pause=0.002)


@pytest.mark.parametrize("failures", [["cut"], ["503"], ["429", "cut"], ["502", "504"]])
def test_source_when_a_failure_is_temporary(
    failures: list[str], resolved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that breaks before the answer, and a busy store, are retried."""
    assert resolved == []
    monkeypatch.setattr("tools.dify_files.source.READ_RETRIES", FAST_READ_RETRIES)
    with running_file_store(failures=failures) as (file_store, received):
        assert _read(f"{file_store}/files/a?{SIGNED}") == CONTENT

    assert len(received) == len(failures) + 1


@pytest.mark.parametrize(("failures", "requests"), [(["cut"] * 9, 3), (["404"], 1), (["403"], 1), (["500"], 1)])
def test_source_when_a_failure_persists(
    failures: list[str], requests: int, resolved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are at most three tries, and one where a retry would not help."""
    assert resolved == []
    monkeypatch.setattr("tools.dify_files.source.READ_RETRIES", FAST_READ_RETRIES)
    with running_file_store(failures=failures) as (file_store, received), pytest.raises(InvalidParameterError):
        _read(f"{file_store}/files/a?{SIGNED}")

    assert len(received) == requests


def _source_of_size(url: str, size: int | None, max_bytes: int = 1000) -> FileSource:
    return FileSource(
        DifyFile(url, "a.txt", "text/plain", size), SourceLimits(5.0, max_bytes, _execution(), Deadline(30.0))
    )


def test_difys_size_is_required_when_the_file_is_in_its_store(resolved: list[str]) -> None:
    """A file of Dify's store with another length than Dify's size is incomplete."""
    assert resolved == []
    with running_file_store() as (file_store, _):
        source = _source_of_size(f"{file_store}/files/a?{SIGNED}", len(CONTENT) + 1)
        with pytest.raises(InvalidParameterError, match="fewer than"), source.open():
            pass


def test_announced_size_is_used_when_the_file_is_elsewhere(
    resolved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a file elsewhere Dify's size may be wrong, so Content-Length is used."""
    assert resolved == []
    with running_server() as (port, _):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        with _source_of_size("http://public.example/a", len(CONTENT) + 1).open() as source:
            assert source.len == len(CONTENT)
            assert source.read() == CONTENT


@pytest.mark.parametrize("extra", [0, 1])
def test_announced_size_is_checked_against_the_limit(resolved: list[str], extra: int) -> None:
    """A file as large as the limit is read; one more byte is refused by its head."""
    assert resolved == []
    with running_file_store() as (file_store, received):
        source = _source_of_size(f"{file_store}/files/a?{SIGNED}", None, len(CONTENT) - extra)
        if extra:
            with pytest.raises(InvalidParameterError, match=f"has {len(CONTENT)} bytes"), source.open():
                pass
        else:
            with source.open() as opened:
                assert opened.read() == CONTENT

    assert len(received) == 1


def test_file_is_not_requested_when_dify_reports_it_as_too_large(resolved: list[str]) -> None:
    """A file whose size is known to be too large is refused without a request."""
    with running_file_store() as (file_store, received), pytest.raises(InvalidParameterError, match="has 1,001 bytes"):
        _source_of_size(f"{file_store}/files/a?{SIGNED}", 1001).check()

    assert (received, resolved) == ([], [])
