"""One call ends with its budget, whatever it is waiting for; cleaning up takes three seconds at most."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.network.clients import AT_ONCE, ENDLESS, STANDARD
from tests.network.outcomes import NOT_SENT, OUT_OF_TIME, REFUSED, UNAVAILABLE, UNKNOWN, failure, outcome, soon, success
from tests.network.routes import Route, through
from tests.network.stand_ins import StandIns

BUDGET = 0.6
"""Seconds; enough for a request to leave."""
SHORT_BUDGET = 0.3
"""Seconds, where nothing ever leaves."""
LIMIT = BUDGET + 3.0
LONG_TIMEOUT = 30.0
TOO_MANY_TO_SKIP = 10_600
"""Records; in an order of their own only a cursor reads the last of them."""


def _ends(route: Route, fate: str) -> None:
    """Let an insert run into its budget."""
    budget = SHORT_BUDGET if fate == NOT_SENT else BUDGET
    client = route.client(timeout=LONG_TIMEOUT, budget=budget)
    failed = failure(lambda: route.add(client), within=LIMIT)

    assert failed.code in OUT_OF_TIME
    assert failed.fate() == fate
    assert route.sent == (fate == UNKNOWN)
    assert route.saved <= route.sent


@pytest.fixture
def hanging_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a name server that does not answer for 20 seconds, or until the end of the test."""
    over = threading.Event()

    def hang(*_: object, **__: object) -> None:
        over.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield
    over.set()


@through("direct", "tunnel-TLSv1_3")
def test_end_when_the_name_server_hangs(
    route: Route, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither kintone's nor the proxy's address ever comes."""
    if route.is_direct:
        route.host = "localhost"
    else:
        monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{route.stand_in.port}")
    request.getfixturevalue("hanging_names")

    _ends(route, NOT_SENT)


@through("direct-TLSv1_3", "tunnel-TLSv1_2")
def test_end_when_connecting_hangs(route: Route, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    """The backlog is full, so the connection is neither made nor refused."""
    route.stand_in.close()
    route.stand_in = stand_ins.open("full")
    if not route.is_direct:
        monkeypatch.setenv("HTTPS_PROXY", route.stand_in.url)

    _ends(route, NOT_SENT)


@through("tunnel-TLSv1_3")
@pytest.mark.parametrize("step", ["hang", "drip"])
def test_end_when_connect_gets_no_answer(route: Route, step: str) -> None:
    """The proxy never says whether there is a tunnel."""
    route.stand_in.script(connect=[step])

    _ends(route, NOT_SENT)


@pytest.mark.parametrize(("route_name", "step"), [("direct-TLSv1_2", "hang"), ("tunnel-TLSv1_3", "drip")])
def test_end_when_the_handshake_takes_for_ever(route: Route, step: str) -> None:
    """The server says nothing, or one byte in a while."""
    route.stand_in.script(handshake=[step])

    _ends(route, NOT_SENT)


@pytest.mark.parametrize(
    ("route_name", "step"),
    [("direct", "drip"), ("direct-TLSv1_2", "hang"), ("tunnel-TLSv1_3", "drip")],
)
def test_end_when_the_answer_takes_for_ever(route: Route, step: str) -> None:
    """Its head never ends, though each byte of it comes in time."""
    route.stand_in.script(request=[step])

    _ends(route, UNKNOWN)


@through("direct-TLSv1_3")
def test_end_when_the_body_drips(route: Route) -> None:
    """Each piece comes in time, the last one never."""
    route.kintone.add_records(route.app, ({"sku": str(number)} for number in range(500)))
    route.kintone.fail(times=None, delay_sending=0.1, pieces=60)
    client = route.client(timeout=LONG_TIMEOUT, budget=BUDGET)
    failed = failure(lambda: route.read(client), within=LIMIT)

    assert failed.code in OUT_OF_TIME


def test_end_when_kintone_never_lets_an_insert_in(route: Route) -> None:
    """Pauses between tries end with the budget; the last answer says that nothing was saved."""
    route.kintone.fail(times=None, status=400, code="GAIA_DA02")
    client = route.client(policy=ENDLESS, budget=BUDGET)
    failed = failure(lambda: route.add(client), within=LIMIT)

    assert failed.code in OUT_OF_TIME | {"GAIA_DA02"}
    assert failed.fate() == REFUSED


def test_end_when_no_cursor_becomes_free(route: Route) -> None:
    """Others hold all ten, and so many records need one."""
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(TOO_MANY_TO_SKIP)))
    route.kintone.settings.cursor_limit = 0
    client = route.client(policy=ENDLESS, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in OUT_OF_TIME | {"GAIA_TM12"}


def test_end_when_another_call_has_the_only_place(route: Route) -> None:
    """Waiting for one's turn is waiting, too."""
    route.stand_in.script(request=["hang"])
    first = route.client(timeout=LONG_TIMEOUT, KINTONE_MAX_CONCURRENCY="1")
    holding = threading.Thread(target=outcome, args=(lambda: route.add(first, "A"),), daemon=True)
    holding.start()
    assert soon(lambda: route.sent == 1)
    second = route.client(KINTONE_MAX_CONCURRENCY="1", budget=SHORT_BUDGET)
    failed = failure(lambda: route.add(second, "B"), within=LIMIT)
    route.stand_in.drop()
    holding.join(5)

    assert failed.code in OUT_OF_TIME
    assert failed.fate() == NOT_SENT
    assert route.sent == 1


@pytest.mark.parametrize("code", ["GAIA_TO04", None])
def test_insert_when_retry_after_is_beyond_the_budget(route: Route, code: str | None) -> None:
    """Waiting would be in vain, so the call ends at once and says how long to wait."""
    route.kintone.fail(times=None, status=429, code=code, headers={"Retry-After": "100"})
    client = route.client(policy=STANDARD, KINTONE_CALL_BUDGET="5")
    failed = failure(lambda: route.add(client), within=8)

    assert failed.seconds < AT_ONCE
    assert route.writes == 1
    assert "100" in str(failed.error)
    assert failed.code in {"BUDGET_EXCEEDED", code or UNAVAILABLE}
    assert failed.fate() == REFUSED


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("status", [429, 503])
def test_repeatable_call_when_retry_after_is_beyond_the_budget(route: Route, status: int, *, write: bool) -> None:
    """What would be repeated ends likewise; after a 503 nobody knows what was written."""
    route.kintone.fail(times=None, status=status, body="<html/>", headers={"Retry-After": "100"})
    client = route.client(policy=STANDARD, KINTONE_CALL_BUDGET="5")
    failed = failure(lambda: route.upsert(client, 1) if write else route.read(client, "limit 1"), within=8)

    assert failed.seconds < AT_ONCE
    assert route.kintone.stats.requests == 1
    assert "100" in str(failed.error)
    assert failed.code in {"BUDGET_EXCEEDED", UNAVAILABLE}
    if write:
        assert failed.fate() == (REFUSED if status == 429 else UNKNOWN)


def test_insert_when_retry_after_is_within_the_budget(route: Route) -> None:
    """It is waited for, no shorter."""
    route.kintone.fail(times=1, status=429, code="GAIA_TO04", headers={"Retry-After": "1"})
    client = route.client(policy=STANDARD, KINTONE_CALL_BUDGET="10")
    done = outcome(lambda: route.add(client))

    assert done.error is None
    assert done.seconds >= 1
    assert route.saved == 1


def test_next_call_when_the_one_before_ran_out_of_time(route: Route) -> None:
    """What is left of a call that was given up gets in nobody's way."""
    route.stand_in.script(request=["hang", "works"])
    client = route.client(timeout=LONG_TIMEOUT, budget=BUDGET, KINTONE_MAX_CONCURRENCY="1")
    failure(lambda: route.add(client, "A"), within=LIMIT)
    client = route.client(KINTONE_CALL_BUDGET="5", KINTONE_MAX_CONCURRENCY="1")
    success(lambda: route.add(client, "B"))

    assert route.saved == 1
