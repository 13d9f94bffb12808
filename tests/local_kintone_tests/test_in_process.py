"""Requests without sockets: the same handling, hooks for other writers, and the log of writes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import ConnectionCutError, LocalKintone, ReceivedRequest
from tests.local_kintone_tests.api import Api
from tests.local_kintone_tests.in_process_client import (
    InProcessClient,
    ManualClock,
    body_of,
    cells,
    refusal_of,
    values_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "stock": {"type": "NUMBER"},
    "day": {"type": "DATE", "defaultNowValue": True},
}


@pytest.fixture
def clock() -> ManualClock:
    """Return a manual clock."""
    return ManualClock()


@pytest.fixture
def kintone(clock: ManualClock) -> Iterator[LocalKintone]:
    """Create one app; the server is not started."""
    server = LocalKintone(seed="none", clock=clock)
    server.create_app("stock", FIELDS)
    yield server
    server.stop()


@pytest.fixture
def client(kintone: LocalKintone) -> InProcessClient:
    """Return a client with the plugin's token."""
    return InProcessClient(kintone, kintone.token(1))


@pytest.fixture
def other(kintone: LocalKintone) -> InProcessClient:
    """Return a client with another author's token."""
    return InProcessClient(kintone, kintone.token(1, author="other"))


def test_exchange_takes_the_same_path_as_sockets(kintone: LocalKintone, client: InProcessClient) -> None:
    """Errors, headers, counts and the request log are the same as over sockets."""
    assert client.add(1, key="A") == 1
    answer = client.get("records", "app=1&totalCount=true")
    assert body_of(answer)["totalCount"] == "1"
    assert answer.headers["X-ConcurrencyLimit-Running"] == "1"
    assert refusal_of(client.get("record", "app=1&id=9"))[:2] == (404, "GAIA_RE01")
    assert kintone.exchange("GET", "/k/v1/app.json?id=1", {}).status == 403
    assert kintone.exchange("GET", "/_local/stats", {}).status == 200
    assert kintone.stats.requests == 4
    assert [request.number for request in kintone.requests] == [1, 2, 3, 4]
    assert kintone.stats.by_api == {"POST record": 1, "GET records": 1, "GET record": 1, "GET app": 1}


def test_time_is_that_of_the_clock(kintone: LocalKintone, client: InProcessClient, clock: ManualClock) -> None:
    """Latency and delays take no real time; defaults, times, queries and cursors use the clock."""
    kintone.latency(request=60.0)
    kintone.fail(delay=90.0)
    number = client.add(1, key="A")
    assert clock.passed == 150.0
    values = values_of(kintone, 1, number)
    assert (values["day"], values["作成日時"]) == ("2026-04-01", "2026-04-01T09:32:00Z")
    assert len(kintone.records(1, "day = TODAY()")) == 1
    clock.passed += 86_400
    assert kintone.records(1, "day = TODAY()") == []
    assert len(kintone.records(1, "作成日時 < NOW()")) == 1
    name = body_of(client.send("POST", "records/cursor", {"app": 1, "size": 1}))["id"]
    assert kintone.stats.live_cursors == 1
    clock.passed += 601
    assert kintone.stats.live_cursors == 0
    assert refusal_of(client.get("records/cursor", f"id={name}"))[:2] == (404, "GAIA_CN01")


def test_another_writer_may_act_before_any_request(
    kintone: LocalKintone, client: InProcessClient, other: InProcessClient
) -> None:
    """A hook's request has no hooks and failures, is not counted, and is applied before the outer request."""
    client.add(1, key="A", stock="1")
    kintone.fail(nth=3, status=503)
    seen: list[ReceivedRequest] = []

    def meddle(received: ReceivedRequest) -> None:
        seen.append(received)
        assert other.update(1, 1, stock=str(received.number * 10)).status == 200

    kintone.before_request.append(meddle)
    answer = client.send("PUT", "record", {"app": 1, "id": 1, "revision": 1, "record": cells(stock="5")})
    assert refusal_of(answer)[:2] == (409, "GAIA_CO02")
    assert values_of(kintone, 1, 1)["stock"] == "20"
    assert client.get("record", "app=1&id=1").status == 503
    assert [(received.number, received.method) for received in seen] == [(2, "PUT"), (3, "GET")]
    assert b'"revision": 1' in seen[0].body
    assert kintone.stats.requests == 3
    assert [(write.request, write.author) for write in kintone.writes] == [(1, "plugin"), (2, "other"), (3, "other")]


def test_hooks_are_called_for_sockets_too(kintone: LocalKintone, other: InProcessClient) -> None:
    """Hooks are also called for requests over sockets, and their writes do not block."""
    kintone.before_request.append(lambda received: other.add(1, key=f"before {received.number}"))
    kintone.start()
    client = Api(kintone.url, kintone.token(1))
    assert client.get("records", app=1).json()["records"][0]["key"]["value"] == "before 1"


def test_failing_hook_raises_to_the_caller(kintone: LocalKintone, client: InProcessClient) -> None:
    """Its exception is raised to the caller, and the next request works."""

    def fail(_received: ReceivedRequest) -> None:
        raise LookupError

    kintone.before_request.append(fail)
    with pytest.raises(LookupError):
        client.add(1, key="A")
    kintone.before_request.clear()
    assert client.add(1, key="A") == 1
    assert kintone.stats.running == 0


def test_writes_contain_author_request_and_content(
    kintone: LocalKintone, client: InProcessClient, other: InProcessClient
) -> None:
    """Each added, updated and deleted record is logged with the sent fields and the record before and after."""
    client.add(1, key="A", stock="1")
    other.update(1, 1, stock="2")
    client.send("DELETE", "records", {"app": 1, "ids": [1]})
    key = {"field": "key", "value": "B"}
    client.send(
        "PUT", "records", {"app": 1, "upsert": True, "records": [{"updateKey": key, "record": cells(stock="7")}]}
    )
    add, update, delete, upsert = kintone.writes
    assert [(w.number, w.request, w.author, w.app, w.action, w.record_id, w.revision) for w in kintone.writes] == [
        (1, 1, "plugin", 1, "add", 1, 1),
        (2, 2, "other", 1, "update", 1, 2),
        (3, 3, "plugin", 1, "delete", 1, 2),
        (4, 4, "plugin", 1, "add", 2, 1),
    ]
    assert (add.sent, update.sent, delete.sent) == (cells(key="A", stock="1"), cells(stock="2"), None)
    assert upsert.sent == cells(stock="7", key="B")
    assert add.before is None
    assert update.before == add.after
    assert delete.before == update.after
    assert delete.after is None
    assert update.before is not None
    assert update.after is not None
    assert (update.before["stock"]["value"], update.after["stock"]["value"]) == ("1", "2")
    assert upsert.after == kintone.records(1)[0]
    kintone.reset()
    assert kintone.writes == []


def test_writes_contain_only_committed_writes(kintone: LocalKintone, client: InProcessClient) -> None:
    """A rolled-back bulk request, a refused batch or write, and a read log no writes."""
    request = {"method": "POST", "api": "/k/v1/record.json", "payload": {"app": 1, "record": cells(key="A")}}
    gone = {"method": "DELETE", "api": "/k/v1/records.json", "payload": {"app": 1, "ids": [99]}}
    assert client.send("POST", "bulkRequest", {"requests": [request, gone]}).status == 404
    rows = [cells(key="A"), cells(key="A")]
    assert client.send("POST", "records", {"app": 1, "records": rows}).status == 400
    assert client.get("records", "app=1").status == 200
    assert kintone.writes == []
    assert client.send("POST", "bulkRequest", {"requests": [request]}).status == 200
    assert [(write.number, write.request) for write in kintone.writes] == [(1, 4)]


def test_token_belongs_to_permissions_and_author(kintone: LocalKintone) -> None:
    """Equal arguments give the same token, different ones another; an author's name may be any text."""
    assert kintone.token(1, "view") == kintone.token(1, "view", author="plugin")
    tokens = {kintone.token(1, "view", author=name) for name in ("plugin", "other", "誰か")}
    assert len(tokens) == 3
    assert all(len(token) == 40 and token.isalnum() and token.isascii() for token in tokens)
    assert kintone.token(1, "view", author="other") == kintone.token(1, "view", author="other")


def test_authors_outlive_the_server(tmp_path: Any) -> None:  # noqa: ANN401 - pytest's own
    """With a database file, a token keeps its author after a restart."""
    for _ in range(2):
        kintone = LocalKintone(seed="none", database=str(tmp_path / "k.db"))
        if not kintone.apps:
            kintone.create_app("stock", FIELDS)
            kintone.token(1, author="other")
        InProcessClient(kintone, next(iter(kintone.site.tokens.of_app(1)))).add(1)
        assert [write.author for write in kintone.writes] == ["other"]
        kintone.stop()


def test_concurrent_requests_of_many_threads(kintone: LocalKintone) -> None:
    """Each thread gets its own response, and no request is lost or numbered twice."""
    kintone.latency(request=1.0)

    def work(name: int) -> None:
        client = InProcessClient(kintone, kintone.token(1, author=f"w{name}"))
        for count in range(20):
            client.add(1, key=f"{name}-{count}")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [write.number for write in kintone.writes] == list(range(1, 81))
    assert {write.request for write in kintone.writes} == set(range(1, 81))
    assert len({record["key"]["value"] for record in kintone.records(1)}) == 80


def test_stopped_server_cuts_requests(kintone: LocalKintone, client: InProcessClient) -> None:
    """A request after stop() raises ConnectionCutError."""
    kintone.stop()
    with pytest.raises(ConnectionCutError, match="closed"):
        client.get("app", "id=1")
