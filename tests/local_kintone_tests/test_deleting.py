"""DELETE records.json: what is gone, what stays, and every refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import ConnectionCutError, LocalKintone
from tests.local_kintone_tests.api import Api, code_of
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: dict[str, Any] = {"code": {"type": "SINGLE_LINE_TEXT", "unique": True}}


@pytest.fixture
def kintone() -> Iterator[LocalKintone]:
    """One app with five records; the server is not started."""
    server = LocalKintone(seed="none")
    server.create_app("Stock", FIELDS)
    server.add_records(1, [{"code": code} for code in "ABCDE"])
    yield server
    server.stop()


@pytest.fixture
def client(kintone: LocalKintone) -> InProcessClient:
    """A client that may only delete."""
    return InProcessClient(kintone, kintone.token(1, "delete"))


def _ids(kintone: LocalKintone) -> list[int]:
    return [int(record["$id"]["value"]) for record in kintone.records(1)]


def test_deleted_records_are_gone_and_told(kintone: LocalKintone, client: InProcessClient) -> None:
    """The answer is an empty object; the log has the last revision and the record that was."""
    InProcessClient(kintone, kintone.token(1)).update(1, 4, code="D2")
    assert body_of(client.send("DELETE", "records", {"app": 1, "ids": [4, "2"]})) == {}
    assert _ids(kintone) == [1, 3, 5]
    first, second = kintone.writes[1:]
    assert [(write.action, write.record_id, write.revision) for write in (first, second)] == [
        ("delete", 4, 2),
        ("delete", 2, 1),
    ]
    assert first.before is not None
    assert (first.before["code"]["value"], first.after, first.sent) == ("D2", None, None)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, (400, "CB_VA01", {"ids"})),
        ({"ids": []}, (400, "CB_VA01", {"ids"})),
        ({"ids": None}, (400, "CB_VA01", {"ids"})),
        ({"ids": list(range(1, 102))}, (400, "CB_VA01", {"ids"})),
        ({"ids": [1, "x"]}, (400, "CB_VA01", {"ids[1]"})),
        ({"ids": [1, 0]}, (400, "CB_VA01", {"ids[1]"})),
        ({"ids": "1"}, (400, "CB_IJ01", set())),
        ({"ids": [1, 99]}, (404, "GAIA_RE01", set())),
        ({"ids": [1, 1]}, (404, "GAIA_RE01", set())),
        ({"ids": [1, 2], "revisions": [1]}, (400, "CB_VA01", {"revisions"})),
        ({"ids": [1], "revisions": [1, 1]}, (400, "CB_VA01", {"revisions"})),
        ({"ids": [1, 2], "revisions": [1, 2]}, (409, "GAIA_CO02", set())),
        ({"ids": [2, 1], "revisions": [-1, 9]}, (409, "GAIA_CO02", set())),
        ({"ids": [1], "revisions": 1}, (400, "CB_IJ01", set())),
        ({"ids": [1], "revisions": ["x"]}, (400, "CB_IJ01", set())),
    ],
)
def test_deletion_is_refused_as_a_whole(
    kintone: LocalKintone, client: InProcessClient, given: dict[str, Any], refusal: tuple[int, str, set[str]]
) -> None:
    """Fact sheet 2.5: 1 to 100 ids; revisions belong to ids by position; one failure keeps all records."""
    assert refusal_of(client.send("DELETE", "records", {"app": 1, **given})) == refusal
    assert _ids(kintone) == [1, 2, 3, 4, 5]
    assert kintone.writes == []


def test_hundred_go_at_once(kintone: LocalKintone, client: InProcessClient) -> None:
    """A hundred ids are the maximum."""
    kintone.add_records(1, [{} for _ in range(100)])
    assert client.send("DELETE", "records", {"app": 1, "ids": list(range(6, 106))}).status == 200
    assert _ids(kintone) == [1, 2, 3, 4, 5]


def test_unique_value_is_free_again_and_the_id_is_not(kintone: LocalKintone, client: InProcessClient) -> None:
    """Another record may take the value and gets a new id; a refused deletion frees nothing."""
    writing = InProcessClient(kintone, kintone.token(1))
    client.send("DELETE", "records", {"app": 1, "ids": [5, 99]})
    again = {"app": 1, "record": {"code": {"value": "E"}}}
    assert refusal_of(writing.send("POST", "record", again)) == (400, "CB_VA01", {"record.code.value"})
    client.send("DELETE", "records", {"app": 1, "ids": [5]})
    assert body_of(writing.send("POST", "record", again))["id"] == "6"
    key = {"app": 1, "updateKey": {"field": "code", "value": "A"}, "record": {}}
    client.send("DELETE", "records", {"app": 1, "ids": [1]})
    assert refusal_of(writing.send("PUT", "record", key))[:2] == (404, "GAIA_RE20")


@pytest.mark.parametrize("permissions", [("view", "add", "edit"), ("manage",)])
def test_deletion_needs_its_permission(kintone: LocalKintone, permissions: tuple[str, ...]) -> None:
    """Fact sheet 1.4: delete."""
    client = InProcessClient(kintone, kintone.token(1, *permissions))
    assert refusal_of(client.send("DELETE", "records", {"app": 1, "ids": [1]}))[:2] == (403, "GAIA_NO01")


def test_bulk_request_deletes_with_the_rest_or_not_at_all(kintone: LocalKintone) -> None:
    """A record may be deleted and its value taken again within one transaction; a failure restores both."""
    client = InProcessClient(kintone, kintone.token(1))
    delete = {"method": "DELETE", "api": "/k/v1/records.json", "payload": {"app": 1, "ids": [1], "revisions": [1]}}
    add = {"method": "POST", "api": "/k/v1/record.json", "payload": {"app": 1, "record": {"code": {"value": "A"}}}}
    answer = client.send("POST", "bulkRequest", {"requests": [delete, add, delete]})
    assert (answer.status, [result.get("code") for result in body_of(answer)["results"]]) == (
        404,
        [None, None, "GAIA_RE01"],
    )
    assert _ids(kintone) == [1, 2, 3, 4, 5]
    results = body_of(client.send("POST", "bulkRequest", {"requests": [delete, add]}))["results"]
    assert (results[0], results[1]["revision"], len(_ids(kintone))) == ({}, "1", 5)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("fault", [{"status": 503}, {"cut": "answer"}, {"code": "GAIA_DA02", "status": 400}])
def test_failure_on_demand_comes_before_or_after_the_work(
    kintone: LocalKintone, client: InProcessClient, fault: dict[str, Any], *, applied: bool
) -> None:
    """The records are gone or still there; a repetition finds them missing or deletes them."""
    kintone.fail(api="records", method="DELETE", applied=applied, **fault)
    try:
        assert client.send("DELETE", "records", {"app": 1, "ids": [1, 2]}).status in (400, 503)
    except ConnectionCutError as cut:
        assert cut.applied is applied  # noqa: PT017 - some kinds only
    assert _ids(kintone) == ([3, 4, 5] if applied else [1, 2, 3, 4, 5])
    assert client.send("DELETE", "records", {"app": 1, "ids": [1, 2]}).status == (404 if applied else 200)


def test_parameters_may_be_in_the_url(kintone: LocalKintone) -> None:
    """delete-records: ids[0], revisions[0] and so on; 101 do not fit."""
    kintone.start()
    client = Api(kintone.url, kintone.token(1))
    path = f"{kintone.url}{client.path('records')}?app=1"
    stale = client.session.delete(f"{path}&ids[0]=2&ids[1]=3&revisions[0]=-1&revisions[1]=4", timeout=10)
    assert code_of(stale) == (409, "GAIA_CO02")
    gone = client.session.delete(f"{path}&ids[0]=2&ids[1]=3&revisions[0]=-1&revisions[1]=1", timeout=10)
    assert (gone.json(), _ids(kintone)) == ({}, [1, 4, 5])
