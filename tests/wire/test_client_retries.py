"""Which requests the client retries, as counted by the server."""

from dataclasses import replace
from typing import Any

import pytest

from kintone import errors
from kintone.api import Request, RetrySafety
from kintone.client import KintoneClient
from kintone.ledger import ONE_ENTRY, EntryState, WriteLedger
from kintone.messages import Message
from local_kintone import LocalKintone
from tests.wire.conftest import OpenClient

READ = Request(Message("reading records of app 1"), "GET", "records", {"app": 1, "query": "limit 1"}, RetrySafety.READ)


def insert_request(sku: str) -> Request:
    """Return an insert, which must not be sent twice."""
    record = {"sku": {"value": sku}, "name": {"value": "n"}}
    return Request(
        Message("adding a record to app 1"), "POST", "record", {"app": 1, "record": record}, RetrySafety.INSERT
    )


def add(client: KintoneClient, sku: str) -> WriteLedger:
    """Add a record and return its ledger."""
    ledger = WriteLedger(1, numbered=False)
    client.write(insert_request(sku), lambda answer: answer.body, ledger, ONE_ENTRY)
    return ledger


def change(client: KintoneClient) -> None:
    """Update a record, which is safe to repeat."""
    parameters = {"app": 1, "id": 1, "record": {"name": {"value": "x"}}}
    operation = Request(Message("changing"), "PUT", "record", parameters, RetrySafety.UPDATE)
    client.write(operation, lambda answer: answer.body, WriteLedger(1, numbered=False), ONE_ENTRY)


def count(client: KintoneClient, sku: str) -> int:
    """Count the records with this key."""
    query = {"app": 1, "query": f'sku = "{sku}"'}
    return len(client.call(Request(Message("counting"), "GET", "records", query, RetrySafety.READ)).body["records"])


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 429, "code": "GAIA_TO04"},
        {"status": 429, "body": "slow down"},
        {"status": 503, "body": "<html>maintenance</html>"},
        {"status": 502, "body": ""},
        {"status": 504, "body": "gateway"},
        {"status": 500, "body": "oops"},
        {"status": 500, "body": '{"code": "E1", "message": "a gateway\'s own"}'},
        {"status": 400, "code": "GAIA_DA02"},
        {"cut": "before"},
        {"cut": "after"},
        {"cut": "before", "reset": True},
        {"cut_after_bytes": 20},
        {"length_offset": 50},
    ],
)
def test_read_when_it_fails_twice(kintone: LocalKintone, open_client: OpenClient, failure: dict[str, Any]) -> None:
    """A read that fails twice is retried and succeeds."""
    kintone.fail(api="records", times=2, **failure)

    assert len(open_client().call(READ).body["records"]) == 1


def test_read_when_retry_after_is_given(kintone: LocalKintone, open_client: OpenClient) -> None:
    """A 429 with Retry-After is retried like any other 429."""
    kintone.fail(api="records", times=1, status=429, code="GAIA_TO04", headers={"Retry-After": "1"})

    assert open_client().call(READ).body["records"]


@pytest.mark.parametrize(("status", "kind"), [(503, errors.UnavailableError), (500, errors.UnknownResponseError)])
def test_read_when_every_try_fails(
    kintone: LocalKintone, open_client: OpenClient, status: int, kind: type[errors.KintoneError]
) -> None:
    """The last failure is raised, with the number of tries."""
    kintone.fail(api="records", times=None, status=status, body="<html>maintenance</html>")

    with pytest.raises(kind, match=rf"HTTP {status}.*tried 6 times"):
        open_client().call(READ)
    assert kintone.stats.by_api == {"GET records": 6}


@pytest.mark.parametrize("status", [500, 520])
def test_read_when_the_server_failed_with_kintones_code(
    kintone: LocalKintone, open_client: OpenClient, status: int
) -> None:
    """A 5xx with a code of kintone that is not a lock is not retried."""
    kintone.fail(api="records", times=None, status=status, code="CB_FA01")

    with pytest.raises(errors.KintoneError, match=r"^\[CB_FA01\] "):
        open_client().call(READ)
    assert kintone.stats.by_api == {"GET records": 1}


@pytest.mark.parametrize("repeat", set(RetrySafety) - {RetrySafety.READ})
def test_other_requests_when_the_server_failed(
    kintone: LocalKintone, open_client: OpenClient, repeat: RetrySafety
) -> None:
    """After a 500 a request that is not a read is not retried, since it may have been applied."""
    kintone.fail(times=None, status=500, body="oops")

    with pytest.raises(errors.UnknownResponseError):
        open_client().call(replace(READ, retry_safety=repeat))
    assert kintone.stats.requests == 1


@pytest.mark.parametrize(
    "failure",
    [{"status": 429, "code": "GAIA_TO04"}, {"status": 400, "code": "GAIA_RE18"}, {"status": 400, "code": "GAIA_LT01"}],
)
def test_insert_when_it_was_not_applied(
    kintone: LocalKintone, open_client: OpenClient, failure: dict[str, Any]
) -> None:
    """An insert that kintone did not apply is retried and saved once."""
    kintone.fail(api="record", method="POST", times=2, **failure)
    client = open_client()

    ledger = add(client, "ONCE")

    assert ledger.state(1) is EntryState.SAVED
    assert ledger.repeated == []
    assert count(client, "ONCE") == 1


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ({"cut": "after"}, errors.UnreachableError),
        ({"cut_after_bytes": 5}, errors.UnreachableError),
        ({"status": 503, "body": "<html/>", "applied": True}, errors.UnavailableError),
        ({"status": 502, "body": "", "applied": True}, errors.UnavailableError),
        ({"status": 500, "body": "oops", "applied": True}, errors.UnknownResponseError),
        ({"login_page": True, "applied": True}, errors.UnknownResponseError),
    ],
)
def test_insert_when_its_answer_is_lost(
    kintone: LocalKintone, open_client: OpenClient, failure: dict[str, Any], kind: type[errors.KintoneError]
) -> None:
    """An insert whose answer is lost is not retried, and the error says that it may have been saved."""
    kintone.fail(api="record", method="POST", times=1, **failure)
    client = open_client()

    with pytest.raises(kind, match="may have been saved") as failed:
        add(client, "LOST-1")

    assert failed.value.maybe_saved
    assert count(client, "LOST-1") == 1


def test_insert_when_it_times_out(kintone: LocalKintone, open_client: OpenClient) -> None:
    """An insert that times out is not retried."""
    kintone.fail(api="record", method="POST", times=1, delay=1.5)
    client = open_client(timeout=0.3)

    with pytest.raises(errors.TimedOutError, match=r"^\[TIMED_OUT\] .*may have been saved"):
        add(client, "LATE")

    assert kintone.stats.by_api == {"POST record": 1}


def test_read_when_it_times_out(kintone: LocalKintone, open_client: OpenClient) -> None:
    """A read that times out is tried twice, not six times."""
    kintone.fail(api="records", times=None, delay=0.8)

    with pytest.raises(errors.TimedOutError, match=r"did not answer in time.*tried 2 times"):
        open_client(timeout=0.2).call(READ)


def test_call_when_the_budget_is_used_up(kintone: LocalKintone, open_client: OpenClient) -> None:
    """The operator's budget ends a call whose requests would be allowed more time."""
    kintone.fail(api="records", times=None, delay=3)
    client = open_client(timeout=30.0, budget=0.5)

    for _ in range(2):
        with pytest.raises(errors.BudgetExceededError, match=r"^\[BUDGET_EXCEEDED\] .*KINTONE_CALL_BUDGET"):
            client.call(READ)
    assert kintone.stats.by_api == {"GET records": 1}


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"status": 503, "body": "<html>maintenance</html>"}, "answered with HTTP 503"),
        ({"status": 503, "code": "CB_FA02"}, "answered with HTTP 503, CB_FA02"),
        ({"status": 429, "code": "GAIA_TO04"}, "answered with HTTP 429, GAIA_TO04"),
        ({"cut": "before"}, "the connection broke"),
    ],
)
def test_call_when_the_budget_is_used_up_by_a_second_try(
    kintone: LocalKintone, open_client: OpenClient, failure: dict[str, Any], words: str
) -> None:
    """The error also reports how the previous try failed, since that is why the call took so long."""
    kintone.fail(api="records", times=1, **failure)
    kintone.fail(api="records", times=None, delay=3)

    with pytest.raises(errors.BudgetExceededError) as failed:
        open_client(timeout=30.0, budget=0.3).call(READ)

    assert failed.value.code == "BUDGET_EXCEEDED"
    assert [str(note) for note in failed.value.notes if words in str(note)]
    assert kintone.stats.requests == 2


def test_write_when_the_budget_is_used_up_by_a_second_try(kintone: LocalKintone, open_client: OpenClient) -> None:
    """A write reports the previous try too, and its outcome is unknown."""
    kintone.fail(api="record", times=1, status=400, code="GAIA_DA02")
    kintone.fail(api="record", times=None, delay=3)

    with pytest.raises(errors.BudgetExceededError, match="answered with HTTP 400, GAIA_DA02") as failed:
        change(open_client(timeout=30.0, budget=0.3))

    assert failed.value.maybe_saved
    assert kintone.stats.requests == 2


def test_call_when_the_budget_is_used_up_by_the_first_try(kintone: LocalKintone, open_client: OpenClient) -> None:
    """Without a previous try none is reported."""
    kintone.fail(api="records", times=None, delay=3)

    with pytest.raises(errors.BudgetExceededError) as failed:
        open_client(timeout=30.0, budget=0.2).call(READ)

    assert failed.value.notes == ()


def test_bulk_request_when_one_request_fails(open_client: OpenClient) -> None:
    """The error keeps the index of the request that failed in a bulk request."""
    inner = {"method": "PUT", "api": "/k/v1/records.json"}
    good = {"app": 1, "records": [{"id": 1, "record": {}}]}
    bad = {"app": 1, "records": [{"id": 999_999, "record": {}}]}
    requests = [{**inner, "payload": good}, {**inner, "payload": bad}]

    with pytest.raises(errors.NotFoundError, match="GAIA_RE01") as failed:
        open_client().call(
            Request(Message("writing"), "POST", "bulkRequest", {"requests": requests}, RetrySafety.UPDATE)
        )

    assert failed.value.reply is not None
    assert failed.value.reply.index == 1
