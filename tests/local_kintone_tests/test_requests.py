"""HTTP requests: parameters, overrides, limits, headers."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from typing import TYPE_CHECKING

import requests

from tests.local_kintone_tests.api import SECONDS, Api, code_of, keys_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from local_kintone import LocalKintone


def test_override_post_is_a_get_with_its_parameters_in_the_body(orders: Api) -> None:
    """POST with X-HTTP-Method-Override: GET reads records, also with a long query."""
    query = " or ".join(['sku = "A-001"'] * 2000)
    answer = orders.send("POST", "records", {"app": 1, "query": query}, X_HTTP_Method_Override="GET")
    assert [record["sku"]["value"] for record in answer.json()["records"]] == ["A-001"]


def test_override_is_refused_in_lower_case_and_beside_a_query_string(orders: Api) -> None:
    """The override must be in upper case, and the URL must have no query string."""
    assert code_of(orders.send("POST", "records", {"app": 1}, X_HTTP_Method_Override="get")) == (400, "CB_IL02")
    answer = orders.session.post(
        orders.url + "/k/v1/records.json?app=1", json={}, headers={"X-HTTP-Method-Override": "GET"}, timeout=SECONDS
    )
    assert code_of(answer) == (400, "CB_IL02")


def test_get_with_a_json_body_is_understood(orders: Api) -> None:
    """A GET may send its parameters in a JSON body."""
    assert len(orders.send("GET", "records", {"app": 1, "query": "limit 2"}).json()["records"]) == 2


def test_content_type_without_a_body_is_cb_il02(orders: Api) -> None:
    """A GET with a content type but without a body is refused."""
    answer = orders.session.get(
        orders.url + "/k/v1/records.json?app=1", headers={"Content-Type": "application/json"}, timeout=SECONDS
    )
    assert code_of(answer) == (400, "CB_IL02")


def test_url_over_8_kib_is_414(orders: Api) -> None:
    """A URL over 8 KiB is refused with 414."""
    assert orders.get("records", app=1, query='sku = "' + "x" * 9000 + '"').status_code == 414


def test_request_without_user_agent_is_refused_with_a_page(kintone: LocalKintone) -> None:
    """A request without User-Agent is refused with an HTML page."""
    connection = http.client.HTTPConnection("127.0.0.1", int(kintone.url.rpartition(":")[2]), timeout=SECONDS)
    connection.request("GET", "/k/v1/records.json?app=1")
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"error code: 1003" in answer.read()
    connection.close()


def test_array_index_beyond_99_is_refused(orders: Api) -> None:
    """A URL can contain at most 100 fields."""
    assert keys_of(orders.get("records", app=1, fields=["sku"] * 101)) == {"fields"}
    many = orders.send("GET", "records", {"app": 1, "fields": ["sku", *[f"f{n}" for n in range(200)]]})
    assert set(many.json()["records"][0]) == {"sku"}


def test_broken_json_is_cb_ij01(orders: Api) -> None:
    """A body that is not a JSON object is refused."""
    answer = orders.session.post(
        orders.url + "/k/v1/record.json", data=b"{", headers={"Content-Type": "application/json"}, timeout=SECONDS
    )
    assert code_of(answer) == (400, "CB_IJ01")
    assert code_of(orders.send("POST", "record", [1])) == (400, "CB_IJ01")


def test_unsupported_call_is_reported(orders: Api, caplog: pytest.LogCaptureFixture) -> None:
    """An unsupported call is answered with a 501 that names it, and is logged."""
    answer = orders.get("apps")
    assert code_of(answer) == (501, "LOCAL_UNKNOWN_CALL")
    assert "GET /k/v1/apps.json" in answer.json()["message"]
    assert "apps.json" in caplog.text


def test_every_answer_tells_the_concurrency(orders: Api) -> None:
    """Errors also have the concurrency headers."""
    for app in (1, 999):
        headers = orders.get("records", app=app).headers
        assert headers["X-ConcurrencyLimit-Limit"] == "100"
        assert headers["X-ConcurrencyLimit-Running"] == "1"


def test_one_request_too_many_is_429(orders: Api, kintone: LocalKintone) -> None:
    """Above the limit of concurrent requests the answer is GAIA_TO04."""
    kintone.settings.concurrency_limit = 0
    answer = orders.get("records", app=1)
    assert code_of(answer) == (429, "GAIA_TO04")
    assert answer.headers["X-Cybozu-Error"] == "GAIA_TO04"


def test_large_answers_are_compressed_for_clients_that_accept_it(orders: Api, kintone: LocalKintone) -> None:
    """Bodies over 1 KiB are compressed if the client accepts it and the setting is on."""
    url = orders.url + "/k/v1/records.json?app=1"
    with orders.session.get(url, stream=True, timeout=SECONDS) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(answer.raw.read()))["records"]) == 12
    assert "Content-Encoding" not in orders.get("app", id=1).headers
    kintone.settings.gzip = False
    assert "Content-Encoding" not in orders.session.get(url, timeout=SECONDS).headers


def test_connection_is_kept_alive(orders: Api, kintone: LocalKintone) -> None:
    """Several requests of a session share one connection."""
    for _ in range(3):
        orders.get("app", id=1)
    assert kintone.stats.connections == 1
    assert kintone.stats.requests == 3


def test_chunked_body_and_expect_continue_are_understood(kintone: LocalKintone) -> None:
    """Chunked bodies and `Expect: 100-continue` work."""
    with socket.create_connection(("127.0.0.1", kintone.port), timeout=SECONDS) as connection:
        head = (
            "POST /k/v1/record.json HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nExpect: 100-continue\r\n"
            f"X-Cybozu-API-Token: {kintone.token(4)}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b'5\r\n{"app\r\n4\r\n":4}\r\n0\r\n\r\n')
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"GAIA_IL23" in received


def test_https_is_trusted_through_the_written_authority(tmp_path: Path) -> None:
    """With HTTPS the certificate is valid only with the certificate authority that the server wrote."""
    from local_kintone import LocalKintone  # noqa: PLC0415 - at the top it is imported only for types

    with LocalKintone(https=True, ca_file=tmp_path / "ca.pem") as server:
        assert server.url.startswith("https://127.0.0.1:")
        client = Api(server.url, server.token(1))
        client.session.verify = str(server.ca_file)
        assert client.get("app", id=1).json()["name"] == "Orders"
        try:
            requests.get(server.url, timeout=SECONDS)
        except requests.exceptions.SSLError:
            return
        raise AssertionError("an unknown authority was trusted")
