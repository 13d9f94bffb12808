"""A connection that fails before the request left: nothing is written, and a passing failure is repeated."""

import socket
from collections.abc import Callable

import pytest

from kintone.client import KintoneClient
from tests.network.clients import DELIBERATE
from tests.network.outcomes import NOT_SENT, UNAVAILABLE, UNREACHABLE, failure, success
from tests.network.routes import ALL, DIRECT, ENCRYPTED, TUNNELS, Route, through
from tests.network.stand_ins import StandIns

UNUSABLE = ["close", "reset", "garbage", "502", "503"]
WRITES = pytest.mark.parametrize(
    "write", [Route.add, lambda route, client: route.insert(client, 101)], ids=["add", "insert"]
)


@through(*TUNNELS)
@pytest.mark.parametrize("step", UNUSABLE)
def test_insert_when_connect_fails_for_a_moment(route: Route, step: str) -> None:
    """The tunnel is asked for again, and the record is there once."""
    route.stand_in.script(connect=[step, "works"])
    success(lambda: route.add(route.client(timeout=0.4)))

    assert route.stand_in.count("connects") == 2
    assert (route.sent, route.writes, route.saved) == (1, 1, 1)


@through(*TUNNELS)
@pytest.mark.parametrize("step", [*UNUSABLE, "302"])
def test_insert_when_connect_never_succeeds(route: Route, step: str) -> None:
    """Nothing left: all 101 entries are not sent."""
    route.stand_in.script(connect=[step])
    failed = failure(lambda: route.insert(route.client(timeout=0.1), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, UNAVAILABLE, "TIMED_OUT"}
    assert failed.fates(range(1, 102)) == {NOT_SENT}


@through(*TUNNELS)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_insert_when_the_proxy_hangs_up_before_connect_for_a_moment(route: Route, step: str) -> None:
    """No request was in what the proxy did not read."""
    route.stand_in.script(accept=[step, "works"])
    success(lambda: route.add(route.client()))

    assert route.stand_in.count("connections") == 2
    assert (route.sent, route.saved) == (1, 1)


@through(*ENCRYPTED)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_insert_when_the_handshake_breaks_for_a_moment(route: Route, step: str) -> None:
    """No request was in a handshake that broke, so it is tried again."""
    route.stand_in.script(handshake=[step, "works"])
    success(lambda: route.add(route.client(timeout=0.4)))

    assert route.stand_in.count("handshakes") == 2
    assert (route.sent, route.saved) == (1, 1)


@pytest.mark.parametrize(
    ("route_name", "stage"),
    [("tunnel-TLSv1_2", "connect"), ("tunnel-TLSv1_3", "handshake"), ("direct-TLSv1_2", "handshake")],
)
def test_insert_when_nobody_speaks_for_a_moment(route: Route, stage: str) -> None:
    """A proxy or a server that says nothing in time has not got the request either."""
    route.stand_in.script(**{stage: ["hang", "works"]})
    success(lambda: route.add(route.client(timeout=0.3)))

    assert route.stand_in.count("connections") == 2
    assert (route.sent, route.saved) == (1, 1)


@through("tunnel-TLSv1_3")
def test_insert_when_the_proxy_never_speaks(route: Route) -> None:
    """Nothing left, however often it was tried."""
    route.stand_in.script(connect=["hang"])
    failed = failure(lambda: route.insert(route.client(timeout=0.1), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, "TIMED_OUT"}
    assert failed.fates(range(1, 102)) == {NOT_SENT}


@through("direct-TLSv1_3", "tunnel-TLSv1_2")
def test_insert_when_the_connection_is_refused_for_a_moment(
    route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that opens a little later costs only time."""
    _replace(route, stand_ins, monkeypatch, opens_after=0.15)
    success(lambda: route.add(route.client(policy=DELIBERATE)))

    assert (route.sent, route.saved) == (1, 1)


@through(*ALL)
@WRITES
def test_insert_when_the_connection_is_refused(
    route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, write: Callable[[Route, KintoneClient], None]
) -> None:
    """Nobody listens, so nothing was sent."""
    _replace(route, stand_ins, monkeypatch, opens_after=None)
    failed = failure(lambda: write(route, route.client()))

    assert route.saved == 0
    assert failed.code == UNREACHABLE
    assert failed.fate() == NOT_SENT


def _replace(route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, opens_after: float | None) -> None:
    """Put another stand-in of the same kind on the way."""
    route.stand_in.close()
    kind = "relay" if route.is_direct else "proxy"
    route.stand_in = stand_ins.open(kind, upstream=route.kintone.port, opens_after=opens_after)
    if not route.is_direct:
        monkeypatch.setenv("HTTPS_PROXY", route.stand_in.url)


class Names:
    """A name server that fails as often as told."""

    def __init__(self, failing: int) -> None:
        """Note how often."""
        self.failing = failing
        self.asked = 0
        self.real = socket.getaddrinfo

    def __call__(self, _: object, port: int | str, *__: object, **___: object) -> object:
        """Answer as getaddrinfo does, whatever the name."""
        self.asked += 1
        if self.asked <= self.failing:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self.real("127.0.0.1", port, socket.AF_INET, socket.SOCK_STREAM)


@through(*DIRECT)
def test_insert_when_the_name_is_not_found_for_a_moment(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that fails once costs only a second question."""
    route.host = "localhost"
    client = route.client()
    names = Names(failing=1)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    success(lambda: route.add(client))

    assert names.asked > 1
    assert (route.sent, route.saved) == (1, 1)


@through(*ALL)
def test_insert_when_the_name_is_never_found(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """No address, of kintone or of the proxy, means that nothing was sent."""
    if route.is_direct:
        route.host = "localhost"
    else:
        monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{route.stand_in.port}")
    client = route.client()
    monkeypatch.setattr(socket, "getaddrinfo", Names(failing=1_000))
    failed = failure(lambda: route.add(client))

    assert route.stand_in.count("connections") == 0
    assert route.saved == 0
    assert failed.code == UNREACHABLE
    assert failed.fate() == NOT_SENT
