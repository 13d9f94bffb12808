"""A proxy that requires authentication: the call fails without a retry and names the operator's setting."""

import pytest

from tests.network.call_outcomes import ACCESS_DENIED, NOT_SENT, REFUSED, failure
from tests.network.clients import SECONDS_WITHOUT_RETRY, SLOW_RETRIES
from tests.network.network_routes import TUNNEL_ROUTES, Route, on_routes

WRITES = pytest.mark.parametrize("write", ["add", "insert", "upsert"])


def _write(route: Route, write: str) -> None:
    client = route.client(policy=SLOW_RETRIES)
    if write == "add":
        route.add(client)
    else:
        {"insert": route.insert, "upsert": route.upsert}[write](client, 2)


@on_routes(*TUNNEL_ROUTES)
@WRITES
def test_write_when_the_proxy_refuses_to_connect(route: Route, write: str) -> None:
    """After one CONNECT that is answered with 407 nothing is sent."""
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: _write(route, write))

    assert route.fault_server.count("connects") == 1
    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == ACCESS_DENIED
    assert failed.entry_state() in {NOT_SENT, REFUSED}
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes(*TUNNEL_ROUTES)
def test_read_when_the_proxy_refuses_to_connect(route: Route) -> None:
    """A read is not retried either."""
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: route.read(route.client(policy=SLOW_RETRIES)))

    assert route.fault_server.count("connections") == 1
    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert failed.code == ACCESS_DENIED
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes(*TUNNEL_ROUTES)
def test_password_when_the_proxy_refuses_to_connect(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error does not show the password in the proxy's address."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:sesame-4711@127.0.0.1:{route.fault_server.port}")
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: route.add(route.client(policy=SLOW_RETRIES)))

    assert failed.code == ACCESS_DENIED
    assert "sesame-4711" not in str(failed.error)
    assert "sesame-4711" not in repr(failed.error)
