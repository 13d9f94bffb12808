"""Connections are reused by later calls with the same access, not by others, and replaced when closed."""

import pytest

from tests.network.call_outcomes import success
from tests.network.network_routes import ALL_ROUTES, Route, on_routes


@on_routes(*ALL_ROUTES)
def test_connection_when_the_access_is_the_same(route: Route) -> None:
    """A second client with the same access uses the connection of the first, which was closed before."""
    for sku in ("A", "B"):
        with route.client() as client:
            route.add(client, sku)

    assert route.kintone.stats.requests == 2
    assert route.kintone.stats.connections == 1


@on_routes(*ALL_ROUTES)
def test_connection_when_the_token_differs(route: Route) -> None:
    """A client with another token opens a connection of its own."""
    for sku, token in (("A", route.token), ("B", route.kintone.token(route.app, "add"))):
        with route.client(token=token) as client:
            route.add(client, sku)

    assert route.kintone.stats.requests == 2
    assert route.kintone.stats.connections == 2


@on_routes("direct", "direct-TLSv1_3", "tunnel-TLSv1_3")
def test_cookie_when_a_server_sets_one(route: Route) -> None:
    """A cookie is sent back neither by the same client nor by the next."""
    route.kintone.fail(times=1, headers={"Set-Cookie": "JSESSIONID=0123; Path=/; Secure; HttpOnly"})
    route.kintone.fail(times=1, headers={"Set-Cookie": "plain=0123; Path=/"})
    with route.client() as client:
        for sku in ("A", "B", "C"):
            route.add(client, sku)
    with route.client() as client:
        route.add(client, "D")

    assert route.saved == 4
    assert not any(received.headers.get("Cookie") for received in route.kintone.requests)


@on_routes(*ALL_ROUTES)
@pytest.mark.parametrize("by_another_client", [False, True])
def test_insert_when_the_idle_connection_was_closed(route: Route, *, by_another_client: bool) -> None:
    """An insert uses a new connection and is saved once, whether or not the same client opened the closed one."""
    client = route.client()
    route.add(client, "A")
    if by_another_client:
        client.__exit__(None, None, None)
        client = route.client()
    route.fault_server.drop_connections()
    success(lambda: route.add(client, "B"))

    assert (route.sent, route.writes, route.saved) == (2, 2, 2)
    assert route.fault_server.count("connections") == 2
