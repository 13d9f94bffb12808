"""Connections that fail before the request is sent: nothing is saved, and a temporary failure is retried."""

import socket
from collections.abc import Callable

import pytest

from kintone.client import KintoneClient
from tests.network.call_outcomes import NOT_SENT, UNAVAILABLE, UNREACHABLE, failure, success
from tests.network.clients import EVEN_RETRIES
from tests.network.fault_servers import FaultServers
from tests.network.network_routes import ALL_ROUTES, DIRECT_ROUTES, TLS_ROUTES, TUNNEL_ROUTES, Route, on_routes

FAILING_STEPS = ["close", "reset", "garbage", "502", "503"]
WRITES = pytest.mark.parametrize(
    "write", [Route.add, lambda route, client: route.insert(client, 101)], ids=["add", "insert"]
)


@on_routes(*TUNNEL_ROUTES)
@pytest.mark.parametrize("step", FAILING_STEPS)
def test_insert_when_connect_fails_once(route: Route, step: str) -> None:
    """CONNECT is retried, and the record is saved once."""
    route.fault_server.script(connect=[step, "works"])
    success(lambda: route.add(route.client(timeout=0.4)))

    assert route.fault_server.count("connects") == 2
    assert (route.sent, route.writes, route.saved) == (1, 1, 1)


@on_routes(*TUNNEL_ROUTES)
@pytest.mark.parametrize("step", [*FAILING_STEPS, "302"])
def test_insert_when_connect_never_succeeds(route: Route, step: str) -> None:
    """When every CONNECT fails, all 101 entries are not sent."""
    route.fault_server.script(connect=[step])
    failed = failure(lambda: route.insert(route.client(timeout=0.1), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, UNAVAILABLE, "TIMED_OUT"}
    assert failed.entry_states(range(1, 102)) == {NOT_SENT}


@on_routes(*TUNNEL_ROUTES)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_insert_when_the_proxy_disconnects_before_connect_once(route: Route, step: str) -> None:
    """A connection that the proxy closed before CONNECT is replaced, and the record is saved once."""
    route.fault_server.script(accept=[step, "works"])
    success(lambda: route.add(route.client()))

    assert route.fault_server.count("connections") == 2
    assert (route.sent, route.saved) == (1, 1)


@on_routes(*TLS_ROUTES)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_insert_when_the_handshake_fails_once(route: Route, step: str) -> None:
    """A failed handshake is retried, and the record is saved once."""
    route.fault_server.script(handshake=[step, "works"])
    success(lambda: route.add(route.client(timeout=0.4)))

    assert route.fault_server.count("handshakes") == 2
    assert (route.sent, route.saved) == (1, 1)


@pytest.mark.parametrize(
    ("route_name", "stage"),
    [("tunnel-TLSv1_2", "connect"), ("tunnel-TLSv1_3", "handshake"), ("direct-TLSv1_2", "handshake")],
)
def test_insert_when_proxy_or_server_is_silent_once(route: Route, stage: str) -> None:
    """After a timeout before the request was sent, the insert is retried and saved once."""
    route.fault_server.script(**{stage: ["hang", "works"]})
    success(lambda: route.add(route.client(timeout=0.3)))

    assert route.fault_server.count("connections") == 2
    assert (route.sent, route.saved) == (1, 1)


@on_routes("tunnel-TLSv1_3")
def test_insert_when_the_proxy_stays_silent(route: Route) -> None:
    """When no CONNECT is answered, all 101 entries are not sent."""
    route.fault_server.script(connect=["hang"])
    failed = failure(lambda: route.insert(route.client(timeout=0.1), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, "TIMED_OUT"}
    assert failed.entry_states(range(1, 102)) == {NOT_SENT}


@on_routes("direct-TLSv1_3", "tunnel-TLSv1_2")
def test_insert_when_the_connection_is_refused_at_first(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused connection is retried until the port opens, and the record is saved once."""
    _replace_fault_server(route, fault_servers, monkeypatch, opens_after=0.15)
    success(lambda: route.add(route.client(policy=EVEN_RETRIES)))

    assert (route.sent, route.saved) == (1, 1)


@on_routes(*ALL_ROUTES)
@WRITES
def test_insert_when_the_connection_is_refused(
    route: Route,
    fault_servers: FaultServers,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Route, KintoneClient], None],
) -> None:
    """When every connection is refused, the entries are not sent."""
    _replace_fault_server(route, fault_servers, monkeypatch, opens_after=None)
    failed = failure(lambda: write(route, route.client()))

    assert route.saved == 0
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == NOT_SENT


def _replace_fault_server(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch, opens_after: float | None
) -> None:
    """Replace the fault server by another one of the same kind."""
    route.fault_server.close()
    kind = "relay" if route.is_direct else "proxy"
    route.fault_server = fault_servers.open(kind, upstream=route.kintone.port, opens_after=opens_after)
    if not route.is_direct:
        monkeypatch.setenv("HTTPS_PROXY", route.fault_server.url)


class FailingNameServer:
    """A name server that fails a given number of times."""

    def __init__(self, failing: int) -> None:
        """Keep how many questions fail."""
        self.failing = failing
        self.asked = 0
        self.getaddrinfo = socket.getaddrinfo

    def __call__(self, _: object, port: int | str, *__: object, **___: object) -> object:
        """Answer like getaddrinfo, with loopback for every name."""
        self.asked += 1
        if self.asked <= self.failing:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self.getaddrinfo("127.0.0.1", port, socket.AF_INET, socket.SOCK_STREAM)


@on_routes(*DIRECT_ROUTES)
def test_insert_when_dns_fails_once(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DNS failure is retried, and the record is saved once."""
    route.host = "localhost"
    client = route.client()
    name_server = FailingNameServer(failing=1)
    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    success(lambda: route.add(client))

    assert name_server.asked > 1
    assert (route.sent, route.saved) == (1, 1)


@on_routes(*ALL_ROUTES)
def test_insert_when_dns_keeps_failing(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address of kintone or of the proxy, nothing is sent."""
    if route.is_direct:
        route.host = "localhost"
    else:
        monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{route.fault_server.port}")
    client = route.client()
    monkeypatch.setattr(socket, "getaddrinfo", FailingNameServer(failing=1_000))
    failed = failure(lambda: route.add(client))

    assert route.fault_server.count("connections") == 0
    assert route.saved == 0
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == NOT_SENT
