"""Connections outlive a call: shared by calls with the same access, by no others, and missed by nobody when gone."""

import pytest

from tests.network.outcomes import success
from tests.network.routes import ALL, Route, through


@through(*ALL)
def test_connection_when_the_same_access_comes_again(route: Route) -> None:
    """The second client finds the connection of the first, which was closed before."""
    for sku in ("A", "B"):
        with route.client() as client:
            route.add(client, sku)

    assert route.kintone.stats.requests == 2
    assert route.kintone.stats.connections == 1


@through(*ALL)
def test_connection_when_another_token_comes(route: Route) -> None:
    """What belongs to one token is not lent to another."""
    for sku, token in (("A", route.token), ("B", route.kintone.token(route.app, "add"))):
        with route.client(token=token) as client:
            route.add(client, sku)

    assert route.kintone.stats.requests == 2
    assert route.kintone.stats.connections == 2


@through("direct", "direct-TLSv1_3", "tunnel-TLSv1_3")
def test_cookie_when_a_server_sets_one(route: Route) -> None:
    """It is sent back neither by the same client nor by the next."""
    route.kintone.fail(times=1, headers={"Set-Cookie": "JSESSIONID=0123; Path=/; Secure; HttpOnly"})
    route.kintone.fail(times=1, headers={"Set-Cookie": "plain=0123; Path=/"})
    with route.client() as client:
        for sku in ("A", "B", "C"):
            route.add(client, sku)
    with route.client() as client:
        route.add(client, "D")

    assert route.saved == 4
    assert not any(received.headers.get("Cookie") for received in route.kintone.requests)


@through(*ALL)
@pytest.mark.parametrize("other", [False, True])
def test_insert_when_the_idle_connection_was_closed(route: Route, *, other: bool) -> None:
    """It goes over a new one, saved once; whether the same client kept the connection or another left it."""
    client = route.client()
    route.add(client, "A")
    if other:
        client.__exit__(None, None, None)
        client = route.client()
    route.stand_in.drop()
    success(lambda: route.add(client, "B"))

    assert (route.sent, route.writes, route.saved) == (2, 2, 2)
    assert route.stand_in.count("connections") == 2
