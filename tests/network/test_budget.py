"""A call ends when its time budget is used up, whatever it waits for; cleaning up takes three seconds at most."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.network.call_outcomes import (
    NOT_SENT,
    REFUSED,
    TIME_LIMIT_CODES,
    UNAVAILABLE,
    UNKNOWN,
    failure,
    outcome,
    success,
    wait_until,
)
from tests.network.clients import MANY_RETRIES, SECONDS_WITHOUT_RETRY, STANDARD_RETRIES
from tests.network.fault_servers import FaultServers
from tests.network.network_routes import Route, on_routes

BUDGET = 0.6
"""Seconds; enough to send a request."""
SHORT_BUDGET = 0.3
"""Seconds, where no request is sent."""
LIMIT = BUDGET + 3.0
LONG_TIMEOUT = 30.0
TOO_MANY_FOR_OFFSETS = 10_600
"""Records; sorted by a field, the last of them can be read by cursor only."""


def _require_end_within_budget(route: Route, entry_state: str) -> None:
    """Let an insert use up its budget and check code, ledger and requests."""
    budget = SHORT_BUDGET if entry_state == NOT_SENT else BUDGET
    client = route.client(timeout=LONG_TIMEOUT, budget=budget)
    failed = failure(lambda: route.add(client), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES
    assert failed.entry_state() == entry_state
    assert route.sent == (entry_state == UNKNOWN)
    assert route.saved <= route.sent


@pytest.fixture
def hanging_dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Replace the name server by one that does not answer for 20 seconds, or until the end of the test."""
    test_ended = threading.Event()

    def hang(*_: object, **__: object) -> None:
        test_ended.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield
    test_ended.set()


@on_routes("direct", "tunnel-TLSv1_3")
def test_end_when_the_name_server_hangs(
    route: Route, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call ends in time while the name of kintone or of the proxy is looked up."""
    if route.is_direct:
        route.host = "localhost"
    else:
        monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{route.fault_server.port}")
    request.getfixturevalue("hanging_dns")

    _require_end_within_budget(route, NOT_SENT)


@on_routes("direct-TLSv1_3", "tunnel-TLSv1_2")
def test_end_when_connecting_hangs(route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call ends in time while a full backlog neither accepts nor refuses the connection."""
    route.fault_server.close()
    route.fault_server = fault_servers.open("full")
    if not route.is_direct:
        monkeypatch.setenv("HTTPS_PROXY", route.fault_server.url)

    _require_end_within_budget(route, NOT_SENT)


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("step", ["hang", "drip"])
def test_end_when_connect_gets_no_answer(route: Route, step: str) -> None:
    """A call ends in time while the proxy has not answered CONNECT."""
    route.fault_server.script(connect=[step])

    _require_end_within_budget(route, NOT_SENT)


@pytest.mark.parametrize(("route_name", "step"), [("direct-TLSv1_2", "hang"), ("tunnel-TLSv1_3", "drip")])
def test_end_when_the_handshake_does_not_finish(route: Route, step: str) -> None:
    """A call ends in time while the server is silent during the handshake, or sends it slowly."""
    route.fault_server.script(handshake=[step])

    _require_end_within_budget(route, NOT_SENT)


@pytest.mark.parametrize(
    ("route_name", "step"),
    [("direct", "drip"), ("direct-TLSv1_2", "hang"), ("tunnel-TLSv1_3", "drip")],
)
def test_end_when_the_head_does_not_finish(route: Route, step: str) -> None:
    """A call ends in time while the head of the answer is missing or arrives slowly."""
    route.fault_server.script(request=[step])

    _require_end_within_budget(route, UNKNOWN)


@on_routes("direct-TLSv1_3")
def test_end_when_the_body_is_slow(route: Route) -> None:
    """A call ends in time although each piece of the body arrives within the request's timeout."""
    route.kintone.add_records(route.app, ({"sku": str(number)} for number in range(500)))
    route.kintone.fail(times=None, delay_sending=0.1, pieces=60)
    client = route.client(timeout=LONG_TIMEOUT, budget=BUDGET)
    failed = failure(lambda: route.read(client), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES


def test_end_when_a_lock_persists(route: Route) -> None:
    """Retries of a locked insert end with the budget, and the insert counts as refused."""
    route.kintone.fail(times=None, status=400, code="GAIA_DA02")
    client = route.client(policy=MANY_RETRIES, budget=BUDGET)
    failed = failure(lambda: route.add(client), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES | {"GAIA_DA02"}
    assert failed.entry_state() == REFUSED


def test_end_when_no_cursor_becomes_free(route: Route) -> None:
    """A read that needs a cursor ends with the budget when all cursors stay in use."""
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(TOO_MANY_FOR_OFFSETS)))
    route.kintone.settings.cursor_limit = 0
    client = route.client(policy=MANY_RETRIES, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES | {"GAIA_TM12"}


def test_end_when_another_call_has_the_only_slot(route: Route) -> None:
    """A call that waits for a concurrency slot ends with the budget."""
    route.fault_server.script(request=["hang"])
    first = route.client(timeout=LONG_TIMEOUT, KINTONE_MAX_CONCURRENCY="1")
    blocking_thread = threading.Thread(target=outcome, args=(lambda: route.add(first, "A"),), daemon=True)
    blocking_thread.start()
    assert wait_until(lambda: route.sent == 1)
    second = route.client(KINTONE_MAX_CONCURRENCY="1", budget=SHORT_BUDGET)
    failed = failure(lambda: route.add(second, "B"), within=LIMIT)
    route.fault_server.drop_connections()
    blocking_thread.join(5)

    assert failed.code in TIME_LIMIT_CODES
    assert failed.entry_state() == NOT_SENT
    assert route.sent == 1


@pytest.mark.parametrize("code", ["GAIA_TO04", None])
def test_insert_when_retry_after_is_beyond_the_budget(route: Route, code: str | None) -> None:
    """An insert whose Retry-After exceeds the budget fails at once, and the message says how long to wait."""
    route.kintone.fail(times=None, status=429, code=code, headers={"Retry-After": "100"})
    client = route.client(policy=STANDARD_RETRIES, KINTONE_CALL_BUDGET="5")
    failed = failure(lambda: route.add(client), within=8)

    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert route.writes == 1
    assert "100" in str(failed.error)
    assert failed.code in {"BUDGET_EXCEEDED", code or UNAVAILABLE}
    assert failed.entry_state() == REFUSED


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("status", [429, 503])
def test_retryable_call_when_retry_after_is_beyond_the_budget(route: Route, status: int, *, write: bool) -> None:
    """A call that would be retried fails at once too; after a 503 the state of a write is unknown."""
    route.kintone.fail(times=None, status=status, body="<html/>", headers={"Retry-After": "100"})
    client = route.client(policy=STANDARD_RETRIES, KINTONE_CALL_BUDGET="5")
    failed = failure(lambda: route.upsert(client, 1) if write else route.read(client, "limit 1"), within=8)

    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert route.kintone.stats.requests == 1
    assert "100" in str(failed.error)
    assert failed.code in {"BUDGET_EXCEEDED", UNAVAILABLE}
    if write:
        assert failed.entry_state() == (REFUSED if status == 429 else UNKNOWN)


def test_insert_when_retry_after_is_within_the_budget(route: Route) -> None:
    """The retry waits at least as long as Retry-After says."""
    route.kintone.fail(times=1, status=429, code="GAIA_TO04", headers={"Retry-After": "1"})
    client = route.client(policy=STANDARD_RETRIES, KINTONE_CALL_BUDGET="10")
    done = outcome(lambda: route.add(client))

    assert done.error is None
    assert done.seconds >= 1
    assert route.saved == 1


def test_next_call_when_the_one_before_ran_out_of_time(route: Route) -> None:
    """A call that ran out of time does not keep its concurrency slot from the next call."""
    route.fault_server.script(request=["hang", "works"])
    client = route.client(timeout=LONG_TIMEOUT, budget=BUDGET, KINTONE_MAX_CONCURRENCY="1")
    failure(lambda: route.add(client, "A"), within=LIMIT)
    client = route.client(KINTONE_CALL_BUDGET="5", KINTONE_MAX_CONCURRENCY="1")
    success(lambda: route.add(client, "B"))

    assert route.saved == 1
