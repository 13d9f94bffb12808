"""Assignees; status and assignees inside bulk requests, in the log of writes, under failures and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import ConnectionCutError, LocalKintone
from tests.local_kintone_tests.api import Api, code_of
from tests.local_kintone_tests.in_process_client import body_of, refusal_of
from tests.local_kintone_tests.workflow import FIELDS, PROCESS, Workflow, revision_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def flow() -> Iterator[Workflow]:
    """An app with a workflow."""
    workflow = Workflow()
    yield workflow
    workflow.kintone.stop()


def test_assignees_are_replaced_and_the_revision_rises_by_one(flow: Workflow) -> None:
    """update-assignees: login names; an empty list removes everybody; a repeated name counts once."""
    flow.kintone.set_status(flow.app, 1, "Any", ["suzuki"])
    assert revision_of(flow.assign(1, "Administrator", "sato", "sato", revision=3)) == "4"
    assert flow.place(1) == ("Any", ["Administrator", "sato"], "4")
    assert revision_of(flow.assign(1)) == "5"
    assert flow.place(1) == ("Any", [], "5")
    assert flow.act(1, "Close").status == 200


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"assignees": ["nobody"]}, (400, "GAIA_IL26")),
        ({"assignees": ["sato", "suzuki"]}, (400, "GAIA_TO02")),
        ({"assignees": ["sato"], "revision": 9}, (409, "GAIA_CO02")),
        ({"assignees": [5]}, (400, "CB_IJ01")),
        ({"assignees": [{"code": "sato"}]}, (400, "CB_IJ01")),
        ({"assignees": "sato"}, (400, "CB_IJ01")),
        ({"assignees": ["sato"] * 101}, (400, "CB_VA01")),
        ({}, (400, "CB_VA01")),
        ({"assignees": ["sato"], "id": "x"}, (400, "CB_VA01")),
    ],
)
def test_assignees_are_refused(flow: Workflow, given: dict[str, Any], refusal: tuple[int, str]) -> None:
    """Unknown users, several for a status that has one, an outdated revision, over a hundred, wrong shapes."""
    client = flow.with_permissions("view", "manage")
    answer = client.send("PUT", "record/assignees", {"app": flow.app, "id": 1, **given})
    assert refusal_of(answer)[:2] == refusal
    assert flow.place(1) == ("New", [], "1")


@pytest.mark.parametrize("permissions", [("view", "add", "edit", "delete"), ("manage",)])
def test_assignees_need_the_management_of_the_app(flow: Workflow, permissions: tuple[str, ...]) -> None:
    """update-assignees: app management, and viewing of the record."""
    client = flow.with_permissions(*permissions)
    given = {"app": flow.app, "id": 1, "assignees": []}
    assert refusal_of(client.send("PUT", "record/assignees", given))[:2] == (403, "GAIA_NO01")


def test_bulk_request_moves_assigns_and_writes_as_one(flow: Workflow) -> None:
    """Fact sheet 2.7: status, statuses and assignees are allowed inside; the results are the inner answers."""
    client = flow.with_permissions("view", "edit", "manage")
    row = {"id": 2, "action": "Ask any"}
    requests = [
        _inner("record/status", app=flow.app, id=1, action="Ask any"),
        _inner("records/status", app=flow.app, records=[row]),
        _inner("record/assignees", app=flow.app, id=2, assignees=["sato"]),
        _inner("record", app=flow.app, id=1, record={"price": {"value": "5"}}),
    ]
    results = body_of(client.send("POST", "bulkRequest", {"requests": requests}))["results"]
    assert results == [
        {"revision": "3"},
        {"records": [{"id": "2", "revision": "3"}]},
        {"revision": "4"},
        {"revision": "4"},
    ]
    assert (flow.place(1)[0], flow.place(2)) == ("Any", ("Any", ["sato"], "4"))
    before = [write.action for write in flow.kintone.writes]
    assert before == ["status", "status", "assignees", "update"]
    failing = [_inner("record/status", app=flow.app, id=1, action="Close"), *requests[1:2]]
    answer = client.send("POST", "bulkRequest", {"requests": failing})
    assert (answer.status, [result.get("code") for result in body_of(answer)["results"]]) == (400, [None, "GAIA_IL03"])
    assert flow.place(1) == ("Any", ["suzuki", "Administrator"], "4")
    assert [write.action for write in flow.kintone.writes] == before


def _inner(api: str, **payload: object) -> dict[str, Any]:
    return {"method": "PUT", "api": f"/k/v1/{api}.json", "payload": payload}


def test_writes_tell_what_was_sent_and_what_became_of_it(flow: Workflow) -> None:
    """Action, revision, the parameters without the app, the record before and after, and who sent it."""
    client = flow.with_permissions("view", "edit")
    client.send("PUT", "record/status", {"app": flow.app, "id": 1, "action": "着手する", "assignee": "Administrator"})
    flow.assign(1, "sato")
    moved, assigned = flow.kintone.writes
    assert (moved.action, moved.record_id, moved.revision, moved.author) == ("status", 1, 3, "plugin")
    assert moved.sent == {"id": 1, "action": "着手する", "assignee": "Administrator"}
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before["ステータス"]["value"], moved.after["ステータス"]["value"]) == ("New", "Chosen")
    assert (assigned.action, assigned.revision, assigned.sent) == ("assignees", 4, {"id": 1, "assignees": ["sato"]})
    assert assigned.before == moved.after


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"cut": "answer"}, {"cut_after_bytes": 3}, {"code": "GAIA_DA02", "status": 400}]
)
@pytest.mark.parametrize("api", ["record/status", "records/status", "record/assignees"])
def test_failure_on_demand_comes_before_or_after_the_work(
    flow: Workflow, api: str, fault: dict[str, Any], *, applied: bool
) -> None:
    """A failure of exactly this call, with the change kept or undone; the next call works."""
    client = flow.with_permissions("view", "edit", "manage")
    flow.kintone.set_status(flow.app, 1, "Any", ["Administrator"])
    row = {"id": 1, "action": "Close"}
    given: dict[str, dict[str, Any]] = {
        "record/status": row,
        "records/status": {"records": [row]},
        "record/assignees": {"id": 1, "assignees": []},
    }
    flow.kintone.fail(api=api, method="PUT", applied=applied, **fault)
    try:
        assert client.send("PUT", api, {"app": flow.app, **given[api]}).status in (400, 503)
    except ConnectionCutError as cut:
        assert cut.applied is applied  # noqa: PT017 - some kinds only
    changed: tuple[str, list[str], str] = ("Any", [], "4") if api == "record/assignees" else ("Free", [], "5")
    assert flow.place(1) == (changed if applied else ("Any", ["Administrator"], "3"))
    assert len(flow.kintone.writes) == int(applied)
    assert client.send("PUT", "record/status", {"app": flow.app, "id": 2, "action": "Close"}).status == 200


def test_over_http_and_in_a_guest_space() -> None:
    """The guest space's path is needed, also inside a bulk request, and not allowed for other apps."""
    with LocalKintone(seed="none") as kintone:
        guest = kintone.create_app("Guest", FIELDS, 7, process=PROCESS)
        plain = kintone.create_app("Plain", FIELDS, process=PROCESS)
        for app in (guest, plain):
            kintone.add_records(app, [{"code": "A"}])
        inside = Api(kintone.url, kintone.token(guest, "view", "edit", "manage"), guest=7)
        outside = Api(kintone.url, kintone.token(guest, "view", "edit", "manage"))
        close = {"app": guest, "id": 1, "action": "Ask any"}
        assert code_of(outside.send("PUT", "record/status", close)) == (400, "GAIA_IL23")
        wrong = Api(kintone.url, kintone.token(plain, "view", "edit"), guest=7)
        assert code_of(wrong.send("PUT", "record/status", {**close, "app": plain})) == (403, "CB_NO02")
        assert inside.send("PUT", "record/status", close).json() == {"revision": "3"}
        assign = {"app": guest, "id": 1, "assignees": ["Administrator"]}
        assert inside.send("PUT", "record/assignees", assign).json() == {"revision": "4"}
        row = {"id": 1, "action": "Close"}
        inner = {
            "method": "PUT",
            "api": "/k/guest/7/v1/records/status.json",
            "payload": {"app": guest, "records": [row]},
        }
        bulk = inside.send("POST", "bulkRequest", {"requests": [inner]})
        assert bulk.json() == {"results": [{"records": [{"id": "1", "revision": "6"}]}]}
        assert inside.get("app/status", app=guest).json()["enable"] is True
