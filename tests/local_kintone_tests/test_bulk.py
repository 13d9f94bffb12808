"""bulkRequest: several writes in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.local_kintone_tests.api import Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def _request(method: str, api: str, **payload: object) -> dict[str, Any]:
    return {"method": method, "api": api, "payload": payload}


def _sku(value: str) -> dict[str, Any]:
    return {"sku": {"value": value}}


def test_results_come_in_the_order_of_the_requests(orders: Api) -> None:
    """The results are in the order of the inner calls."""
    requests = [
        _request("POST", "/k/v1/record.json", app=1, record=_sku("X-1")),
        _request("PUT", "/k/v1/record.json", app=1, id=1, record={}),
        _request("DELETE", "/k/v1/records.json", app=1, ids=[2]),
    ]
    answer = orders.send("POST", "bulkRequest", {"requests": requests})
    assert answer.json() == {"results": [{"id": "13", "revision": "1"}, {"revision": "2"}, {}]}


def test_failure_undoes_everything_and_has_no_code_of_its_own(orders: Api) -> None:
    """The response has the failing call's status, its error is at its position, and files stay unattached."""
    upload = orders.session.post(orders.url + "/k/v1/file.json", files={"file": ("a.txt", b"x")}, timeout=10)
    files = {"attachment": {"value": [{"fileKey": upload.json()["fileKey"]}]}}
    requests = [
        _request("POST", "/k/v1/records.json", app=1, records=[_sku("X-1") | files]),
        _request("PUT", "/k/v1/record.json", app=1, id=1, record={}, revision=9),
        _request("DELETE", "/k/v1/records.json", app=1, ids=[2]),
    ]
    answer = orders.send("POST", "bulkRequest", {"requests": requests})
    assert answer.status_code == 409
    assert set(answer.json()) == {"results"}
    first, second, third = answer.json()["results"]
    assert (first, second["code"], third) == ({}, "GAIA_CO02", {})
    assert len(orders.found("")) == 12
    again = orders.send("POST", "records", {"app": 1, "records": [_sku("X-1") | files]})
    assert again.status_code == 200


def test_several_apps_are_written_as_one(kintone: LocalKintone) -> None:
    """With both apps' tokens, a failure in the second app rolls the first one back."""
    client = Api(kintone.url, kintone.token(1), kintone.token(2))
    requests = [
        _request("POST", "/k/v1/record.json", app=1, record=_sku("X-1")),
        _request("POST", "/k/v1/record.json", app=2, record={"company": {"value": "x"}}),
    ]
    answer = client.send("POST", "bulkRequest", {"requests": requests})
    assert answer.json()["results"][1]["errors"] == {"record.customer_code.value": {"messages": ["Required."]}}
    assert len(kintone.records(1)) == 12


def test_request_that_is_wrong_as_a_whole_has_the_flat_body(orders: Api) -> None:
    """Too many calls, reads and a wrong path prefix are refused before any call is executed."""
    add = _request("POST", "/k/v1/record.json", app=1, record=_sku("X-1"))
    assert keys_of(orders.send("POST", "bulkRequest", {"requests": [add] * 21})) == {"requests"}
    for wrong in (
        _request("GET", "/k/v1/records.json", app=1),
        _request("POST", "/k/guest/3/v1/record.json", app=1),
        _request("POST", "/k/v1/records/cursor.json", app=1),
    ):
        answer = orders.send("POST", "bulkRequest", {"requests": [add, wrong]})
        assert code_of(answer) == (400, "CB_VA01")
    assert len(orders.found("")) == 12


def test_guest_space_needs_its_prefix_inside_too(kintone: LocalKintone) -> None:
    """In a guest space the inner paths must have the prefix of the outer path."""
    client = Api(kintone.url, kintone.token(4), guest=3)
    note = {"note": {"value": "x"}}
    plain = _request("POST", "/k/v1/record.json", app=4, record=note)
    guest = _request("POST", "/k/guest/3/v1/record.json", app=4, record=note)
    assert client.send("POST", "bulkRequest", {"requests": [plain]}).status_code == 400
    assert client.send("POST", "bulkRequest", {"requests": [guest]}).json()["results"][0]["id"] == "3"


def test_call_that_kintone_does_not_allow_inside_is_refused(kintone: LocalKintone, orders: Api) -> None:
    """Fact sheet 2.7: no file, comment and cursor calls; no other call is executed."""
    add = _request("POST", "/k/v1/record.json", app=1, record=_sku("X-1"))
    for never in (
        _request("POST", "/k/v1/file.json"),
        _request("POST", "/k/v1/record/comment.json", app=1, record=1, comment={"text": "x"}),
        _request("DELETE", "/k/v1/records/cursor.json", id="x"),
    ):
        answer = orders.send("POST", "bulkRequest", {"requests": [add, never]})
        assert keys_of(answer) == {"requests[1].method"}
    assert len(kintone.records(1)) == 12
    assert kintone.comments(1, 1) == []


def test_limits_can_be_set(kintone: LocalKintone, orders: Api) -> None:
    """The maximum numbers of calls per bulkRequest and of records per write are settings."""
    kintone.settings.bulk_calls, kintone.settings.write_batch = 2, 3
    add = _request("POST", "/k/v1/record.json", app=1, record=_sku("X-1"))
    assert keys_of(orders.send("POST", "bulkRequest", {"requests": [add] * 3})) == {"requests"}
    records = [_sku(f"X-{number}") for number in range(4)]
    assert keys_of(orders.send("POST", "records", {"app": 1, "records": records})) == {"records"}
    assert orders.send("POST", "records", {"app": 1, "records": records[:3]}).ok
    rows: list[dict[str, Any]] = [{"id": number, "record": {}} for number in (1, 2, 3, 4)]
    assert keys_of(orders.send("PUT", "records", {"app": 1, "records": rows})) == {"records"}
    assert keys_of(orders.send("DELETE", "records", {"app": 1, "ids": [1, 2, 3, 4]})) == {"ids"}
    inner = _request("POST", "/k/v1/records.json", app=1, records=records)
    answer = orders.send("POST", "bulkRequest", {"requests": [inner]})
    assert set(answer.json()["results"][0]["errors"]) == {"records"}
