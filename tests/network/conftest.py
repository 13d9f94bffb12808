"""A kintone at the end of a route, and the stand-ins on the way."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local_kintone import LocalKintone
from local_kintone.serving.http_server import HOSTS, tls_context
from tests.network.routes import BEHIND_PROXY, FORM, Route
from tests.network.stand_ins import StandIn, StandIns


@pytest.fixture(scope="session")
def stand_ins() -> Iterator[StandIns]:
    """Run the process of the stand-ins."""
    with StandIns() as running:
        yield running


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close what a test opened."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def route_name() -> str:
    """Tell which route a test takes unless it is parametrized."""
    return "direct"


@pytest.fixture
def certificate_hosts() -> tuple[str, ...]:
    """Tell for which hosts the certificate of kintone is unless a test is parametrized."""
    return (*HOSTS, BEHIND_PROXY)


@pytest.fixture
def kintone(
    route_name: str, certificate_hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[LocalKintone]:
    """Run an empty local kintone, under the version of TLS that the name of the route ends with, if any."""
    version = route_name.partition("-")[2]

    def limited(ca_file: Path) -> ssl.SSLContext:
        context = tls_context(ca_file, certificate_hosts)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        # The first bytes of data that the server sends are those of an answer.
        context.num_tickets = 0
        return context

    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    if not version:
        with LocalKintone(seed="none") as running:
            yield running
        return
    monkeypatch.setattr("local_kintone.local.tls_context", limited)
    ca_file = tmp_path / "ca.pem"
    with LocalKintone(seed="none", https=True, ca_file=ca_file) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
        yield running


@pytest.fixture
def route(
    route_name: str,
    kintone: LocalKintone,
    stand_ins: StandIns,
    stack: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Route]:
    """Lead the way to an empty app of that kintone; plain and direct unless a test names another route."""
    is_direct = route_name.startswith("direct")
    stand_in = stand_ins.open("relay" if is_direct else "proxy", upstream=kintone.port)
    if not is_direct:
        monkeypatch.setenv("HTTPS_PROXY", stand_in.url)
    taken = Route(route_name, kintone, kintone.create_app("Stock", FORM), stand_in, stack)
    if not is_direct:
        taken.host = BEHIND_PROXY
    yield taken
    taken.stand_in.close()


@pytest.fixture
def idle_proxy(stand_ins: StandIns, kintone: LocalKintone) -> Iterator[StandIn]:
    """Run a proxy that no setting names yet."""
    proxy = stand_ins.open("proxy", upstream=kintone.port)
    yield proxy
    proxy.close()
