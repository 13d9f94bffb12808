"""The failure of a proxy names the proxy and the variable that sets it, but never the password."""

import socket

import pytest

from kintone.retry import NO_RETRIES
from tests.network.call_outcomes import NOT_SENT, TIME_LIMIT_CODES, UNREACHABLE, Outcome, failure
from tests.network.fault_servers import FaultServers
from tests.network.network_routes import Route, on_routes

PASSWORD = "sesame-4711"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def _set_proxy(route: Route, monkeypatch: pytest.MonkeyPatch, variable: str, address: str) -> None:
    """Set a proxy in this variable alone."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, f"http://joe:{PASSWORD}@{address}")
    assert not route.is_direct


def _require_proxy_named(failed: Outcome, variable: str, address: str) -> None:
    message = str(failed.error)
    assert f"the proxy {address} " in message
    assert f" {variable} " in message
    assert [name for name in VARIABLES if name in message.upper()] == [variable.upper()]
    assert PASSWORD not in message + repr(failed.error)
    assert failed.entry_state() == NOT_SENT


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_proxy_when_its_port_is_closed(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A proxy whose port refuses the connection is named with its variable."""
    closed = fault_servers.open("proxy", opens_after=None)
    address = f"127.0.0.1:{closed.port}"
    _set_proxy(route, monkeypatch, variable, address)
    failed = failure(lambda: route.add(route.client()))
    closed.close()

    assert failed.code == UNREACHABLE
    _require_proxy_named(failed, variable, address)


@on_routes("tunnel-TLSv1_3")
def test_proxy_when_its_name_is_unknown(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that DNS does not know is named; kintone's own name is not looked up."""

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    _set_proxy(route, monkeypatch, "HTTPS_PROXY", "proxy.invalid:3128")
    client = route.client()
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = failure(lambda: route.add(client))

    assert failed.code == UNREACHABLE
    _require_proxy_named(failed, "HTTPS_PROXY", "proxy.invalid:3128")


@on_routes("tunnel-TLSv1_3")
def test_proxy_when_connecting_times_out(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy to which no connection is made within the request's timeout is named with its variable."""
    full = fault_servers.open("full")
    _set_proxy(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{full.port}")
    failed = failure(lambda: route.add(route.client(timeout=0.2, policy=NO_RETRIES)))
    full.close()

    assert failed.code == "TIMED_OUT"
    _require_proxy_named(failed, "HTTPS_PROXY", f"127.0.0.1:{full.port}")


@on_routes("tunnel-TLSv1_3")
def test_proxy_when_it_closes_the_connection(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that closes the connection after CONNECT is named with its variable."""
    _set_proxy(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{route.fault_server.port}")
    route.fault_server.script(connect=["close"])
    failed = failure(lambda: route.add(route.client()))

    assert failed.code == UNREACHABLE
    _require_proxy_named(failed, "HTTPS_PROXY", f"127.0.0.1:{route.fault_server.port}")


@on_routes("tunnel-TLSv1_3")
def test_proxy_when_the_budget_ends_before_it_is_reached(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the budget ends while connecting to a proxy, the message names the budget and the proxy."""
    full = fault_servers.open("full")
    _set_proxy(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{full.port}")
    failed = failure(lambda: route.add(route.client(timeout=30, budget=0.2)))
    full.close()

    assert failed.code in TIME_LIMIT_CODES
    assert f"the proxy 127.0.0.1:{full.port} " in str(failed.error)
    assert PASSWORD not in str(failed.error)
    assert failed.entry_state() == NOT_SENT


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("status", ["403", "407"])
def test_proxy_when_it_refuses(route: Route, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """The message names the variable that is set; for a 407 it shows how to write user and password."""
    _set_proxy(route, monkeypatch, "ALL_PROXY", f"127.0.0.1:{route.fault_server.port}")
    route.fault_server.script(connect=[status])
    failed = failure(lambda: route.add(route.client()))

    assert failed.code == "ACCESS_DENIED"
    assert [name for name in VARIABLES if name in str(failed.error)] == ["ALL_PROXY"]
    assert ("user:password@" in str(failed.error)) is (status == "407")
    assert PASSWORD not in str(failed.error)
