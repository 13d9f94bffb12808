"""Every kind of failure, with the request executed or not."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import ConnectionCutError, Failure, LocalKintone
from tests.local_kintone_tests.api import SECONDS
from tests.local_kintone_tests.in_process_client import InProcessClient, ManualClock, body_of

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS: dict[str, dict[str, Any]] = {
    "status": {"status": 503},
    "code": {"status": 400, "code": "GAIA_DA02"},
    "redirect": {"redirect": "https://elsewhere.example/"},
    "login page": {"login_page": True},
    "bomb": {"bomb_bytes": 1 << 20},
    "endless": {"endless_bytes": 1 << 20},
    "delay": {"delay": 5.0},
    "slow": {"delay_sending": 5.0},
    "cut": {"cut": "answer"},
    "reset": {"reset": True},
    "cut body": {"cut_after_bytes": 5},
    "wrong length": {"length_offset": 5},
    "garbage": {"garbage": "\x16\x03\x01 no HTTP"},
    "hang": {"hang": 5.0},
    "drip": {"drip_head": 5.0},
    "headers": {"headers": {"Retry-After": "7"}},
}
APPLIED_BY_HABIT = {"delay", "slow", "cut body", "wrong length", "drip", "headers"}
CUT = {
    "endless": "endless",
    "cut": "cut",
    "reset": "cut",
    "cut body": "cut_body",
    "wrong length": "wrong_length",
    "garbage": "garbage",
    "hang": "hang",
    "drip": "drip_head",
}


@pytest.fixture
def clock() -> ManualClock:
    """Return a manual clock."""
    return ManualClock()


@pytest.fixture
def kintone(clock: ManualClock) -> Iterator[LocalKintone]:
    """Create one app; the server is not started."""
    server = LocalKintone(seed="none", clock=clock)
    server.create_app("stock", {"key": {"type": "SINGLE_LINE_TEXT"}})
    yield server
    server.stop()


@pytest.fixture
def client(kintone: LocalKintone) -> InProcessClient:
    """Return a client that may write to it."""
    return InProcessClient(kintone, kintone.token(1))


@pytest.mark.parametrize("applied", [None, False, True])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_failure_may_come_before_or_after_the_work(
    kintone: LocalKintone, client: InProcessClient, kind: str, *, applied: bool | None
) -> None:
    """With applied=True the record exists, with False it does not; without `applied` the kind's default is used."""
    kintone.fail(**KINDS[kind], applied=applied)
    done = kind in APPLIED_BY_HABIT if applied is None else applied
    try:
        client.send("POST", "record", {"app": 1})
    except ConnectionCutError as cut:
        assert (cut.kind, cut.applied, cut.received) == (CUT[kind], done, True)  # noqa: PT017 - some kinds only
    else:
        assert kind not in CUT
    assert len(kintone.records(1)) == len(kintone.writes) == int(done)
    assert client.send("POST", "record", {"app": 1}).status == 200


@pytest.mark.parametrize("applied", [None, False])
def test_cut_before_leaves_the_body_unread(
    kintone: LocalKintone, client: InProcessClient, *, applied: bool | None
) -> None:
    """The request is not executed, and the error says that the body was not read."""
    kintone.fail(cut="before", applied=applied)
    with pytest.raises(ConnectionCutError) as caught:
        client.send("POST", "record", {"app": 1})
    assert (caught.value.kind, caught.value.applied, caught.value.received) == ("cut", False, False)
    assert kintone.writes == []


def test_cut_after_is_applied(kintone: LocalKintone, client: InProcessClient) -> None:
    """A valid call is executed; a call that kintone refuses is not reported as applied."""
    kintone.fail(cut="after", times=2)
    with pytest.raises(ConnectionCutError) as caught:
        client.send("POST", "record", {"app": 1})
    assert caught.value.applied
    with pytest.raises(ConnectionCutError) as caught:
        client.send("PUT", "record", {"app": 1, "id": 99})
    assert not caught.value.applied
    assert len(kintone.writes) == 1


@pytest.mark.parametrize(
    "options", [{"cut": "before", "applied": True}, {"cut": "after", "applied": False}, {"cut": "sideways"}]
)
def test_failure_that_contradicts_itself_is_refused(options: dict[str, Any]) -> None:
    """An unread request cannot be applied, "after" implies applied, and there are three cuts."""
    with pytest.raises(ValueError, match="cut"):
        Failure(**options)


def test_failure_chooses_a_request_by_its_number(kintone: LocalKintone, client: InProcessClient) -> None:
    """The third of all API requests fails; reset() restarts the counting."""
    kintone.fail(nth=3, status=503, times=None)
    assert [client.get("app", "id=1").status for _ in range(4)] == [200, 200, 503, 200]
    kintone.reset()
    assert [client.get("app", "id=1").status for _ in range(4)] == [200, 200, 503, 200]


@pytest.mark.parametrize(("applied", "at"), [(None, 5), (False, None), (True, 0)])
def test_delay_lies_before_or_after_the_work(
    kintone: LocalKintone, client: InProcessClient, clock: ManualClock, at: int | None, *, applied: bool | None
) -> None:
    """After a client's timeout its write may be executed already, executed later, or not executed."""
    kintone.fail(delay=300.0, applied=applied)
    client.send("POST", "record", {"app": 1})
    assert clock.passed == 300.0
    created = [record["作成日時"]["value"][14:16] for record in kintone.records(1)]
    assert created == ([] if at is None else [f"{30 + at}"])


def test_partial_response_is_in_the_error(kintone: LocalKintone, client: InProcessClient) -> None:
    """The error has the head and the start of a cut body, the bytes of garbage, or nothing."""
    kintone.fail(cut_after_bytes=5, reset=True)
    with pytest.raises(ConnectionCutError) as caught:
        client.get("app", "id=1")
    assert (caught.value.partial, caught.value.reset) == (b'{"app', True)
    assert caught.value.response is not None
    assert caught.value.response.status == 200
    kintone.fail(garbage="\xff\x00")
    with pytest.raises(ConnectionCutError) as caught:
        client.get("app", "id=1")
    assert (caught.value.partial, caught.value.response) == (b"\xff\x00", None)


def test_rollback_restores_cursors(kintone: LocalKintone, client: InProcessClient) -> None:
    """A rolled-back creation, read or deletion of a cursor has no effect."""
    kintone.add_records(1, [{}, {}])
    kintone.fail(method="POST", cut_after_bytes=5, applied=False)
    with pytest.raises(ConnectionCutError):
        client.send("POST", "records/cursor", {"app": 1, "size": 1})
    assert kintone.stats.live_cursors == 0
    name = body_of(client.send("POST", "records/cursor", {"app": 1, "size": 1}))["id"]
    kintone.fail(headers={"X-Undone": "1"}, applied=False, times=2)
    for _ in range(3):
        assert body_of(client.get("records/cursor", f"id={name}"))["next"] is True
    assert kintone.stats.live_cursors == 1
    assert body_of(client.get("records/cursor", f"id={name}"))["next"] is False


def _ask(kintone: LocalKintone) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", kintone.port), timeout=SECONDS)
    connection.sendall(b"GET /k/v1/app.json?id=1 HTTP/1.1\r\nUser-Agent: t\r\n\r\n")
    return connection


def _read(connection: socket.socket, minimum: int = 1 << 30) -> bytes:
    parts = b""
    while len(parts) < minimum and (part := connection.recv(4096)):
        parts += part
    return parts


def test_garbage_and_hang_over_sockets(kintone: LocalKintone, clock: ManualClock) -> None:
    """Garbage sends raw bytes instead of HTTP; hang closes the connection after the wait."""
    kintone.start()
    kintone.fail(garbage="\x16\x03 no HTTP")
    with _ask(kintone) as connection:
        assert _read(connection) == b"\x16\x03 no HTTP"
    kintone.fail(hang=30.0)
    with _ask(kintone) as connection:
        assert _read(connection) == b""
    assert clock.passed == 30.0


def test_endless_head_over_sockets(kintone: LocalKintone, clock: ManualClock) -> None:
    """The head is sent byte by byte without an end; the server stops when the client disconnects."""
    kintone.start()
    kintone.fail(drip_head=2.0)
    others = set(threading.enumerate())
    with _ask(kintone) as connection:
        head = _read(connection, 500)
        assert head.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
        assert b"\r\n\r\n" not in head
        assert clock.passed >= 2.0 * 400
        serving = [thread for thread in set(threading.enumerate()) - others if thread.name == "local-kintone"]
    assert serving
    for thread in serving:
        thread.join(SECONDS)
        assert not thread.is_alive()
