"""A local kintone, and the network route with a fault server through which clients reach it."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from local_kintone import LocalKintone
from local_kintone.serving.certificates import HOSTS
from tests.network.fault_servers import FaultServer, FaultServers, OpenTlsServer
from tests.network.network_routes import FORM, HOST_BEHIND_PROXY, Route


@pytest.fixture(scope="session")
def fault_servers() -> Iterator[FaultServers]:
    """Run the process of the fault servers."""
    with FaultServers() as running:
        yield running


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close what a test opened."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def route_name() -> str:
    """Return the name of the route that a test uses unless it is parametrized."""
    return "direct"


@pytest.fixture
def certificate_hosts() -> tuple[str, ...]:
    """Return the hosts in the certificate of kintone unless a test is parametrized."""
    return (*HOSTS, HOST_BEHIND_PROXY)


@pytest.fixture
def kintone(
    route_name: str, certificate_hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[LocalKintone]:
    """Run an empty local kintone; the end of the route's name, if any, is its only version of TLS."""
    version = route_name.partition("-")[2]

    def limited_tls_context(ca_file: Path, *_: object) -> ssl.SSLContext:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*certificate_hosts).configure_cert(context)
        ca_file.write_bytes(authority.cert_pem.bytes())
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        # Without session tickets the first application data from the server is an answer.
        context.num_tickets = 0
        return context

    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    if not version:
        with LocalKintone(seed="none") as running:
            yield running
        return
    monkeypatch.setattr("local_kintone.local.server_context", limited_tls_context)
    ca_file = tmp_path / "ca.pem"
    with LocalKintone(seed="none", https=True, ca_file=ca_file) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
        yield running


@pytest.fixture
def route(
    route_name: str,
    kintone: LocalKintone,
    fault_servers: FaultServers,
    stack: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Route]:
    """Create an app and return a route to it; plain and direct unless a test names another route."""
    is_direct = route_name.startswith("direct")
    fault_server = fault_servers.open("relay" if is_direct else "proxy", upstream=kintone.port)
    if not is_direct:
        monkeypatch.setenv("HTTPS_PROXY", fault_server.url)
    opened = Route(route_name, kintone, kintone.create_app("Stock", FORM), fault_server, stack)
    if not is_direct:
        opened.host = HOST_BEHIND_PROXY
    yield opened
    opened.fault_server.close()


@pytest.fixture
def idle_proxy(fault_servers: FaultServers, kintone: LocalKintone) -> Iterator[FaultServer]:
    """Run a proxy that no environment variable names yet."""
    proxy = fault_servers.open("proxy", upstream=kintone.port)
    yield proxy
    proxy.close()


@pytest.fixture
def client_certificate_server(
    fault_servers: FaultServers, stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OpenTlsServer:
    """Return a function that opens servers which require a client certificate, perhaps behind a proxy."""
    authority = trustme.CA()
    authority_file, certificate = tmp_path / "authority.pem", tmp_path / "server.pem"
    authority.cert_pem.write_to_path(str(authority_file))
    authority.issue_cert("127.0.0.1", HOST_BEHIND_PROXY).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority_file))
    files = {"certificate": str(certificate), "authority": str(authority_file)}

    def open_server(version: str, *, tunnel: bool) -> FaultServer:
        server = fault_servers.open("tls", tls={**files, "version": version})
        stack.callback(server.close)
        if tunnel:
            proxy = fault_servers.open("proxy", upstream=server.port)
            stack.callback(proxy.close)
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        return server

    return open_server
