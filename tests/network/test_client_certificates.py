"""The client certificate on the wire: who gets to see it, and over which connections."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from kintone.access.basic_auth import BasicAuth
from kintone.access.certificates import read_certificate
from kintone.access.client_certificates import ClientCertificate
from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.api import Request, RetrySafety
from kintone.client import KintoneClient
from kintone.errors import KintoneError
from kintone.messages import Message
from tests.contract.plugin_files import ROOT
from tests.network.clients import FAST_RETRIES
from tests.network.locked_servers import LockedServer, Seen, answer_all, server_context, tunnel_to
from tests.unit.certificate_samples import PASSWORD, Pair, in_base64
from tests.wire import audit_hook
from tests.wire.conftest import settings_for

SECURE_HOST = "locked.s.cybozu.com"
READING = Request(Message("reading"), "GET", "record", {"app": 1, "id": 1}, RetrySafety.READ_ONCE)
CLIENTS = Pair.made("clients", is_authority=True)
OTHERS = Pair.made("others", is_authority=True)


def certificate(name: str, issuer: Pair = CLIENTS) -> ClientCertificate:
    """Return a certificate as a credential holds it."""
    read = read_certificate(in_base64(Pair.made(name, issuer).pfx(PASSWORD)), PASSWORD)
    assert read is not None
    return read


@pytest.fixture(name="authority")
def trusted_authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Return an authority that the plugin trusts, as the operator sets it."""
    made = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    made.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    return made


@pytest.fixture(name="clients_file")
def file_of_accepted_clients(tmp_path: Path) -> Path:
    """Return a file with the authority of the client certificates."""
    path = tmp_path / "clients.pem"
    path.write_text(CLIENTS.pem())
    return path


@pytest.fixture(name="stack")
def closing_stack() -> Iterator[ExitStack]:
    """Close what a test opened."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture(name="site")
def locked_site(authority: trustme.CA, clients_file: Path, stack: ExitStack) -> LockedServer:
    """Run a site on loopback that demands a certificate."""
    return stack.enter_context(LockedServer(server_context(authority, "127.0.0.1", clients_file), answer_all))


def read_once(access: Access, *origins: str) -> None:
    """Send one read and wait for its answer."""
    settings = settings_for(",".join(origins))
    with KintoneClient(access, settings, request_timeout=5.0, policy=FAST_RETRIES) as client:
        client.call(READING)


def access_of(
    site: LockedServer, shown: ClientCertificate | None, basic_auth: BasicAuth | None = None, token: str = "a" * 40
) -> tuple[Access, str]:
    """Return the access to a site on loopback, and its origin."""
    origin = f"https://127.0.0.1:{site.port}"
    return Access(
        read_site(origin, settings_for(origin).allowed_origins), Tokens(token), None, basic_auth, shown
    ), origin


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_certificate_is_presented(authority: trustme.CA, clients_file: Path, stack: ExitStack, version: str) -> None:
    """A site that demands a certificate gets it, under both versions of TLS."""
    context = server_context(authority, "127.0.0.1", clients_file, version=version)
    site = stack.enter_context(LockedServer(context, answer_all))

    read_once(*access_of(site, certificate("sato")))

    assert [seen.client for seen in site.seen] == ["sato"]


def test_certificate_is_presented_where_the_librarys_own_authorities_are_trusted(
    site: LockedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a setting of the operator the authorities that the HTTP library brings are trusted."""
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", os.environ["REQUESTS_CA_BUNDLE"])
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)

    read_once(*access_of(site, certificate("sato")))

    assert [seen.client for seen in site.seen] == ["sato"]


def test_connections_of_one_credential_are_not_used_for_another(site: LockedServer) -> None:
    """Credentials that differ in one part only have connections of their own; the same one keeps its connection."""
    sato, same_name = certificate("sato"), certificate("sato")
    first, second = BasicAuth("a", "x"), BasicAuth("a", "y")
    accesses = [
        access_of(site, sato),
        access_of(site, same_name),
        access_of(site, sato, first),
        access_of(site, sato, second),
        access_of(site, sato, BasicAuth("b", "x")),
        access_of(site, sato, None, "b" * 40),
    ]
    for access in [*accesses, *reversed(accesses)]:
        read_once(*access)

    assert len(site.seen) == len(accesses)
    assert [seen.received.count(b"GET ") for seen in site.seen] == [2] * len(accesses)
    headers = [set(_headers(seen)) for seen in site.seen]
    assert [len(each) for each in headers] == [1] * len(accesses)
    assert set().union(*headers) == {
        (b"", b"a" * 40),
        (b"Basic YTp4", b"a" * 40),
        (b"Basic YTp5", b"a" * 40),
        (b"Basic Yjp4", b"a" * 40),
        (b"", b"b" * 40),
    }


def _headers(seen: Seen) -> Iterator[tuple[bytes, bytes]]:
    """Yield Authorization and token of each request."""
    for head in seen.received.split(b"\r\n\r\n")[:-1]:
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        yield lines.get(b"Authorization", b""), lines[b"X-Cybozu-API-Token"]


def test_credential_without_a_certificate_gets_no_connection_with_one(site: LockedServer) -> None:
    """While a connection with a certificate is open, a credential without one, or with a wrong one, is refused."""
    read_once(*access_of(site, certificate("sato")))

    for other in (None, certificate("sato", OTHERS)):
        with pytest.raises(KintoneError):
            read_once(*access_of(site, other))

    assert [seen.client for seen in site.seen] == ["sato"]


def test_server_is_checked_as_without_a_certificate(
    clients_file: Path, authority: trustme.CA, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown authority and a certificate of another host are refused, and nothing is sent there."""
    unknown = stack.enter_context(
        LockedServer(server_context(trustme.CA(), "127.0.0.1", clients_file, version="TLSv1_2"), answer_all)
    )
    other_host = stack.enter_context(
        LockedServer(server_context(authority, "127.0.0.2", clients_file, version="TLSv1_2"), answer_all)
    )
    for server in (unknown, other_host):
        with pytest.raises(KintoneError):
            read_once(*access_of(server, certificate("sato")))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(KintoneError):
        read_once(*access_of(other_host, certificate("sato")))

    assert unknown.seen == other_host.seen == []


def test_certificate_goes_through_a_tunnel_and_not_to_the_proxy(
    authority: trustme.CA, clients_file: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that is reached over TLS, and asks for a certificate, gets none; kintone behind it does."""
    site = stack.enter_context(LockedServer(server_context(authority, SECURE_HOST, clients_file), answer_all))
    asking = server_context(authority, "127.0.0.1", clients_file, ssl.CERT_OPTIONAL)
    proxy = stack.enter_context(LockedServer(asking, tunnel_to(site.port)))
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    access = Access(read_site(SECURE_HOST, frozenset()), Tokens("a" * 40), certificate=certificate("sato"))

    read_once(access)

    assert [seen.client for seen in site.seen] == ["sato"]
    assert [seen.client for seen in proxy.seen] == [""]
    assert proxy.seen[0].received.startswith(f"CONNECT {SECURE_HOST}:443 ".encode())
    assert b"Authorization" not in proxy.seen[0].received


def test_certificate_is_loaded_from_memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python gets the path of an anonymous file in memory, which a started program does not inherit and is closed."""
    paths: list[tuple[str, bool]] = []
    load = ssl.SSLContext.load_cert_chain

    def record(context: ssl.SSLContext, path: str) -> None:
        descriptor = int(path.rpartition("/")[2])
        paths.append((str(Path(path).readlink()).split()[0], os.get_inheritable(descriptor)))
        load(context, path)

    shown = certificate("sato")
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", record)
    before = {path.name for path in Path("/proc/self/fd").iterdir()}
    context = shown.context()

    assert paths == [("/memfd:kintone-certificate", False)]
    assert {path.name for path in Path("/proc/self/fd").iterdir()} == before
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


SCRIPT = """
import os, sys
from kintone.access.certificates import read_certificate
shown = read_certificate(sys.stdin.read(), None)
started = "audit: start"
sys.stderr.write(started + "\\n")
shown.context()
print(sorted(os.listdir(os.environ["TMPDIR"])), sorted(os.listdir(os.environ["HOME"])))
"""


def test_nothing_is_written_to_disk(tmp_path: Path) -> None:
    """A process that reads a certificate and makes its context opens no file for writing and starts nothing."""
    for name in ("hook", "scratch", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_bytes(Path(audit_hook.__file__).read_bytes())
    environment = {
        "PYTHONPATH": f"{tmp_path / 'hook'}:{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tmp_path / "scratch"),
        "HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT],
        input=in_base64(Pair.made("sato").pfx()),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=tmp_path / "scratch",
        timeout=60,
    )
    reported = [line for line in done.stderr.splitlines() if line.startswith(audit_hook.MARK)]

    assert f"{audit_hook.MARK}start" in reported
    assert [line for line in reported if not line.endswith((f"/{audit_hook.CONTROL_FILE}'", "start"))] == []
    assert done.stdout.strip() == f"{[audit_hook.CONTROL_FILE]} []"
