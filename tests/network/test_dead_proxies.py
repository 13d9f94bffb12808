"""A proxy that cannot be reached is named, and the variable that it was taken from, but never its password."""

import socket

import pytest

from kintone.retry import NO_RETRIES
from tests.network.outcomes import NOT_SENT, OUT_OF_TIME, UNREACHABLE, Outcome, failure
from tests.network.routes import Route, through
from tests.network.stand_ins import StandIns

PASSWORD = "sesame-4711"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def _name(route: Route, monkeypatch: pytest.MonkeyPatch, variable: str, address: str) -> None:
    """Name a proxy by this variable alone."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, f"http://joe:{PASSWORD}@{address}")
    assert not route.is_direct


def _requires_named(failed: Outcome, variable: str, address: str) -> None:
    told = str(failed.error)
    assert f"the proxy {address} " in told
    assert f" {variable} " in told
    assert [name for name in VARIABLES if name in told.upper()] == [variable.upper()]
    assert PASSWORD not in told + repr(failed.error)
    assert failed.fate() == NOT_SENT


@through("tunnel-TLSv1_3")
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_proxy_when_nobody_listens(
    route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Its port refuses the connection."""
    dead = stand_ins.open("proxy", opens_after=None)
    address = f"127.0.0.1:{dead.port}"
    _name(route, monkeypatch, variable, address)
    failed = failure(lambda: route.add(route.client()))
    dead.close()

    assert failed.code == UNREACHABLE
    _requires_named(failed, variable, address)


@through("tunnel-TLSv1_3")
def test_proxy_when_its_name_is_unknown(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name server does not know the proxy; kintone's own name is not looked up at all."""

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    _name(route, monkeypatch, "HTTPS_PROXY", "proxy.invalid:3128")
    client = route.client()
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = failure(lambda: route.add(client))

    assert failed.code == UNREACHABLE
    _requires_named(failed, "HTTPS_PROXY", "proxy.invalid:3128")


@through("tunnel-TLSv1_3")
def test_proxy_when_it_takes_no_connection(route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to it hangs for longer than one request may."""
    full = stand_ins.open("full")
    _name(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{full.port}")
    failed = failure(lambda: route.add(route.client(timeout=0.2, policy=NO_RETRIES)))
    full.close()

    assert failed.code == "TIMED_OUT"
    _requires_named(failed, "HTTPS_PROXY", f"127.0.0.1:{full.port}")


@through("tunnel-TLSv1_3")
def test_proxy_when_it_gives_no_tunnel(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs up when it is asked to connect."""
    _name(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{route.stand_in.port}")
    route.stand_in.script(connect=["close"])
    failed = failure(lambda: route.add(route.client()))

    assert failed.code == UNREACHABLE
    _requires_named(failed, "HTTPS_PROXY", f"127.0.0.1:{route.stand_in.port}")


@through("tunnel-TLSv1_3")
def test_proxy_when_the_budget_ends_before_it_is_reached(
    route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the budget is told, and that it was the proxy that was waited for."""
    full = stand_ins.open("full")
    _name(route, monkeypatch, "HTTPS_PROXY", f"127.0.0.1:{full.port}")
    failed = failure(lambda: route.add(route.client(timeout=30, budget=0.2)))
    full.close()

    assert failed.code in OUT_OF_TIME
    assert f"the proxy 127.0.0.1:{full.port} " in str(failed.error)
    assert PASSWORD not in str(failed.error)
    assert failed.fate() == NOT_SENT


@through("tunnel-TLSv1_3")
@pytest.mark.parametrize("status", ["403", "407"])
def test_proxy_when_it_refuses(route: Route, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """The variable in which to write what the proxy wants is the one that is set."""
    _name(route, monkeypatch, "ALL_PROXY", f"127.0.0.1:{route.stand_in.port}")
    route.stand_in.script(connect=[status])
    failed = failure(lambda: route.add(route.client()))

    assert failed.code == "ACCESS_DENIED"
    assert [name for name in VARIABLES if name in str(failed.error)] == ["ALL_PROXY"]
    assert ("user:password@" in str(failed.error)) is (status == "407")
    assert PASSWORD not in str(failed.error)
