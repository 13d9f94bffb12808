"""Failure injection."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.local_kintone_tests.api import SECONDS, Api, code_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def _add(client: Api) -> requests.Response:
    return client.send("POST", "record", {"app": 1, "record": {"sku": {"value": "F-1"}}})


def test_failure_applies_to_matching_requests(kintone: LocalKintone, orders: Api) -> None:
    """API and effective method select the requests, `after` lets some succeed first, `times` limits the failures."""
    failure = kintone.fail(api="records", method="GET", status=429, code="GAIA_TO04", after=1, times=2)
    assert orders.get("app", id=1).ok
    assert orders.send("PUT", "records", {"app": 1, "records": []}).ok
    assert orders.get("records", app=1).ok
    answer = orders.send("POST", "records", {"app": 1}, X_HTTP_Method_Override="GET")
    assert code_of(answer) == (429, "GAIA_TO04")
    assert code_of(orders.get("records", app=1)) == (429, "GAIA_TO04")
    assert orders.get("records", app=1).ok
    assert failure.hits == 2


def test_failure_without_times_stays_until_it_is_cleared(kintone: LocalKintone, orders: Api) -> None:
    """With times=None it continues until clear_failures()."""
    kintone.fail(path="/k/v1/app.json", status=503, times=None)
    for _ in range(3):
        answer = orders.get("app", id=1)
        assert answer.status_code == 503
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.headers["X-ConcurrencyLimit-Limit"] == "100"
    kintone.clear_failures()
    assert orders.get("app", id=1).ok


def test_answer_may_have_any_body_and_header(kintone: LocalKintone, orders: Api) -> None:
    """Status, body, content type and headers can be chosen."""
    kintone.fail(status=502, body="bad", content_type="text/plain", headers={"Retry-After": "7"})
    answer = orders.get("app", id=1)
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (502, "bad", "7")


def test_status_may_come_although_the_call_was_applied(kintone: LocalKintone, orders: Api) -> None:
    """With `applied` the record exists in spite of the error; without it does not."""
    kintone.fail(status=504)
    assert _add(orders).status_code == 504
    assert len(kintone.records(1)) == 12
    kintone.fail(status=504, applied=True)
    assert _add(orders).status_code == 504
    assert len(kintone.records(1)) == 13


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(("cut", "kept"), [("before", 12), ("after", 13)])
def test_connection_is_cut_before_or_after_the_call(
    kintone: LocalKintone, orders: Api, cut: str, kept: int, *, reset: bool
) -> None:
    """The client gets a broken connection in both cases; only the records show the difference."""
    kintone.fail(cut=cut, reset=reset)
    with pytest.raises(requests.exceptions.ConnectionError):
        _add(orders)
    assert len(kintone.records(1)) == kept
    assert orders.get("app", id=1).ok


@pytest.mark.parametrize("failure", [{}, {"cut": "before"}, {"cut": "after"}, {"garbage": "?"}, {"cut_after_bytes": 5}])
def test_reset_raises_an_error_in_the_client(kintone: LocalKintone, failure: dict[str, Any]) -> None:
    """After the sent bytes the client's socket raises an error; without a reset it would read the end."""
    for reset in (True, False) if failure else (True,):
        kintone.fail(**failure, reset=reset)
        with socket.create_connection(("127.0.0.1", kintone.port), timeout=SECONDS) as connection:
            connection.sendall(b"GET /k/v1/app.json?id=1 HTTP/1.1\r\n\r\n")
            with pytest.raises(ConnectionResetError) if reset else contextlib.nullcontext():
                while connection.recv(4096):
                    pass


def test_body_is_cut_or_announced_wrongly(kintone: LocalKintone, orders: Api) -> None:
    """A body may end early or be shorter than its announced length."""
    orders.session.headers["Accept-Encoding"] = "identity"
    kintone.fail(cut_after_bytes=10)
    with pytest.raises(requests.exceptions.RequestException, match=r"10 bytes read|IncompleteRead"):
        orders.get("app", id=1)
    kintone.fail(length_offset=5)
    with pytest.raises(requests.exceptions.RequestException, match=r"IncompleteRead|bytes read"):
        orders.get("app", id=1)


def test_redirect_has_a_location(kintone: LocalKintone, orders: Api) -> None:
    """The response is a 3xx with a Location."""
    kintone.fail(redirect="https://elsewhere.example/", status=307)
    answer = orders.session.get(orders.url + "/k/v1/app.json?id=1", allow_redirects=False, timeout=SECONDS)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://elsewhere.example/")


def test_login_page_comes_with_status_200(kintone: LocalKintone, orders: Api) -> None:
    """The response is an HTML page instead of JSON."""
    kintone.fail(login_page=True)
    answer = orders.get("app", id=1)
    assert answer.status_code == 200
    assert "<form" in answer.text


def test_bomb_unpacks_to_the_wanted_size(kintone: LocalKintone, orders: Api) -> None:
    """A small gzip body decompresses to the given size."""
    kintone.fail(bomb_bytes=5 << 20)
    with orders.session.get(orders.url + "/k/v1/app.json", stream=True, timeout=SECONDS) as answer:
        assert int(answer.headers["Content-Length"]) < 100_000
        assert sum(len(part) for part in answer.iter_content(1 << 16)) == 5 << 20


def test_endless_body_ends_when_the_client_goes(kintone: LocalKintone, orders: Api) -> None:
    """A chunked body continues; the server continues after the client disconnects."""
    kintone.fail(endless_bytes=1 << 40)
    with orders.session.get(orders.url + "/k/v1/app.json", stream=True, timeout=SECONDS) as answer:
        assert len(next(answer.iter_content(1 << 20))) > 0
    assert orders.get("app", id=1).ok


def test_delays_are_real(kintone: LocalKintone, orders: Api) -> None:
    """A client with a shorter timeout than the delay times out, before the response and during the body."""
    for options in ({"delay": 1.0}, {"delay_sending": 1.0}):
        kintone.fail(**options)  # type: ignore[arg-type]
        with pytest.raises((requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError)):
            orders.session.get(orders.url + "/k/v1/app.json?id=1", timeout=0.2)
    kintone.fail(delay_sending=0.01, pieces=4)
    assert orders.get("app", id=1).json()["appId"] == "1"


def test_latency_is_slept_in_each_request_and_connection(
    kintone: LocalKintone, orders: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """latency() sleeps once per request and once per new connection."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    kintone.latency(request=3.0, connect=5.0)
    orders.get("app", id=1)
    orders.get("app", id=1)
    assert [seconds for seconds in slept if seconds] == [5.0, 3.0, 3.0]


def test_requests_at_once_are_counted(kintone: LocalKintone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statistics contain the maximum number of concurrent requests."""
    together = threading.Barrier(4)
    kintone.latency(request=3.0)
    monkeypatch.setattr(time, "sleep", lambda seconds: together.wait(SECONDS) if seconds else None)
    token = kintone.token(1)
    threads = [threading.Thread(target=lambda: Api(kintone.url, token).get("app", id=1)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kintone.stats.max_running == 4
    assert kintone.stats.connections == 4
    assert kintone.stats.by_api == {"GET app": 4}


def test_received_requests_are_kept_raw(kintone: LocalKintone, orders: Api) -> None:
    """Method, path, query, headers and body are logged unchanged; reset() clears the log."""
    _add(orders)
    orders.get("app", id=1)
    first, second = kintone.requests
    assert (first.method, first.path, first.query) == ("POST", "/k/v1/record.json", "")
    assert b'"sku"' in first.body
    assert (second.query, second.body) == ("id=1", b"")
    assert second.headers["x-cybozu-api-token"].startswith(kintone.token(1))
    kintone.reset()
    assert kintone.requests == []
    assert kintone.stats.requests == 0


def test_stop_breaks_off_and_frees_the_port(kintone: LocalKintone) -> None:
    """After stop() new connections are refused and idle connections are closed."""
    connection = http.client.HTTPConnection("127.0.0.1", kintone.port, timeout=SECONDS)
    connection.request("GET", "/k/v1/app.json?id=1", headers={"User-Agent": "t"})
    connection.getresponse().read()
    port = kintone.port
    kintone.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    connection.close()
