"""Actions: every change of a record's status, and every refusal."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_kintone_tests.in_process_client import body_of, refusal_of, values_of
from tests.local_kintone_tests.workflow import PROCESS, Workflow, revision_of
from tests.process_samples import action, person, state

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def flow() -> Iterator[Workflow]:
    """An app with a workflow."""
    workflow = Workflow()
    yield workflow
    workflow.kintone.stop()


def test_action_changes_the_status_and_raises_the_revision_by_two(flow: Workflow) -> None:
    """update-status: the action and the change of the status are two operations."""
    (number,) = flow.kintone.add_records(flow.app, [{"code": "D", "更新者": {"code": "sato", "name": "佐藤 昇"}}])
    flow.kintone.site.clock.sleep(3600)
    answer = flow.act(number, "Close")
    assert body_of(answer) == {"revision": "3"}
    assert flow.place(number) == ("Free", [], "3")
    values = values_of(flow.kintone, flow.app, number)
    assert (values["code"], values["更新者"]["code"]) == ("D", "Administrator")
    assert values["更新日時"] == "2026-04-01T10:30:00Z"
    assert flow.place(2) == ("New", [], "1")


@pytest.mark.parametrize(
    ("name", "assignee", "status", "assignees"),
    [
        ("着手する", "sato", "Chosen", ["sato"]),
        ("Ask any", None, "Any", ["suzuki", "Administrator"]),
        ("Ask all", None, "All", ["suzuki", "Administrator"]),
        ("Ask all", "", "All", ["suzuki", "Administrator"]),
        ("Close", None, "Free", []),
    ],
)
def test_assignees_follow_the_next_status(
    flow: Workflow, name: str, assignee: str | None, status: str, assignees: list[str]
) -> None:
    """ONE of several is the chosen one, ANY and ALL are all candidates, without candidates there is nobody."""
    revision_of(flow.act(1, name, assignee=assignee))
    assert flow.place(1) == (status, assignees, "3")
    assert values_of(flow.kintone, flow.app, 1)["作業者"] == [
        {"code": code, "name": flow.kintone.settings.users[code]} for code in assignees
    ]


@pytest.mark.parametrize(
    ("name", "assignee", "refusal"),
    [
        ("着手する", None, (400, "GAIA_SA01")),
        ("着手する", "", (400, "GAIA_SA01")),
        ("着手する", "suzuki", (400, "GAIA_SA04")),
        ("着手する", "nobody", (400, "GAIA_IL26")),
        ("Ask any", "suzuki", (400, "GAIA_SA04")),
        ("Ask all", "suzuki", (400, "GAIA_SA04")),
        ("Close", "sato", (400, "GAIA_SA04")),
        ("Close", "nobody", (400, "GAIA_IL26")),
        ("Approve", None, (400, "GAIA_IL03")),
        ("Send back", "sato", (400, "GAIA_IL03")),
    ],
)
def test_action_is_refused(flow: Workflow, name: str, assignee: str | None, refusal: tuple[int, str]) -> None:
    """SA01 an assignee is required, SA04 not permitted, IL26 unknown; IL03 the action does not lead on from here."""
    assert refusal_of(flow.act(1, name, assignee=assignee))[:2] == refusal
    assert flow.place(1) == ("New", [], "1")
    assert flow.kintone.writes == []


def test_refusal_of_an_impossible_action_blames_somebody_else(flow: Workflow) -> None:
    """Fact sheet 4.3 and field reports: the message speaks of a change by someone, not of the action."""
    message = str(body_of(flow.act(1, "Approve"))["message"])
    assert "someone" in message
    assert "Approve" not in message


def test_record_of_others_is_gaia_nt01(flow: Workflow) -> None:
    """update-status: a token acts as Administrator, who must be among the assignees if there are any."""
    flow.kintone.set_status(flow.app, 1, "Any", ["suzuki", "sato"])
    assert refusal_of(flow.act(1, "Close"))[:2] == (403, "GAIA_NT01")
    flow.kintone.set_status(flow.app, 1, "Any", ["suzuki", "Administrator"])
    assert revision_of(flow.act(1, "Close")) == "7"
    assert flow.place(1) == ("Free", [], "7")


def test_status_where_all_must_act_waits_for_the_others(flow: Workflow) -> None:
    """Kintone's pages: an action need not change the status; it moves when the last of all has acted."""
    revision_of(flow.act(1, "Ask all"))
    assert revision_of(flow.act(1, "Close")) == "4"
    assert flow.place(1) == ("All", ["suzuki"], "4")
    assert refusal_of(flow.act(1, "Close"))[:2] == (403, "GAIA_NT01")
    flow.kintone.set_status(flow.app, 1, "All", ["Administrator"])
    assert revision_of(flow.act(1, "Close")) == "8"
    assert flow.place(1) == ("Free", [], "8")


def test_by_how_much_a_waiting_action_raises_the_revision_is_a_setting(flow: Workflow) -> None:
    """No source tells it."""
    flow.kintone.settings.waiting_revisions = 2
    revision_of(flow.act(1, "Ask all"))
    assert revision_of(flow.act(1, "Close")) == "5"


def test_revision_of_the_record_is_compared(flow: Workflow) -> None:
    """An outdated revision is 409 GAIA_CO02, -1 and none are not compared."""
    assert refusal_of(flow.act(1, "Close", revision=2))[:2] == (409, "GAIA_CO02")
    assert flow.place(1) == ("New", [], "1")
    assert revision_of(flow.act(1, "Close", revision="1")) == "3"
    assert revision_of(flow.act(1, "Send back", assignee="Administrator", revision=-1)) == "5"
    assert flow.place(1) == ("Chosen", ["Administrator"], "5")


def test_condition_of_an_action_decides(flow: Workflow) -> None:
    """An action whose filterCond the record does not meet is not possible; changed records are looked at anew."""
    limited = {"states": ["New", "Free"], "actions": [action("Close", "New", "Free", "price >= 1000")]}
    flow.kintone.set_process(flow.app, limited)
    for price in ("999", ""):
        flow.client.update(flow.app, 1, price=price)
        assert refusal_of(flow.act(1, "Close"))[:2] == (400, "GAIA_IL03")
    flow.client.update(flow.app, 1, price="1000")
    assert flow.act(1, "Close").status == 200
    assert refusal_of(flow.act(2, "Close"))[:2] == (400, "GAIA_IL03")


def test_failed_bulk_leaves_no_trace_in_later_conditions(flow: Workflow) -> None:
    """A condition that was true only inside a call that was undone is false afterwards."""
    limited = {"states": ["New", "Free"], "actions": [action("Close", "New", "Free", "price >= 1000")]}
    flow.kintone.set_process(flow.app, limited)
    raise_price = {"app": flow.app, "id": 1, "record": {"price": {"value": "1000"}}}
    close = {"app": flow.app, "id": 1, "action": "Close", "assignee": "sato"}
    requests = [
        {"method": "PUT", "api": "/k/v1/record.json", "payload": raise_price},
        {"method": "PUT", "api": "/k/v1/record/status.json", "payload": close},
    ]
    results = body_of(flow.client.send("POST", "bulkRequest", {"requests": requests}))["results"]
    assert [result.get("code") for result in results] == [None, "GAIA_SA04"]
    assert refusal_of(flow.act(1, "Close"))[:2] == (400, "GAIA_IL03")
    assert flow.place(1) == ("New", [], "1")


def test_two_actions_of_one_name_are_refused(flow: Workflow) -> None:
    """update-status: an error if the current status has several actions of that name."""
    twice = [action("Go", "New", "Free"), action("Go", "New", "New")]
    flow.kintone.set_process(flow.app, {"states": ["New", "Free"], "actions": twice})
    assert refusal_of(flow.act(1, "Go"))[:2] == (400, "GAIA_IL03")


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("ORGANIZATION", "sales", ["sato", "tanaka"]),
        ("GROUP", "managers", ["suzuki"]),
        ("FIELD_ENTITY", "boss", ["tanaka", "sato"]),
        ("FIELD_ENTITY", "team", ["suzuki"]),
        ("FIELD_ENTITY", "作成者", ["Administrator"]),
        ("CREATOR", "", ["Administrator"]),
        ("USER", "gone", []),
    ],
)
def test_candidates_come_from_every_kind_of_entity(flow: Workflow, kind: str, code: str, expected: list[str]) -> None:
    """Members of organizations and groups, people in a field, the app's creator; nobody who does not exist."""
    states = {"New": {}, "Next": state("ANY", person(code, kind), person(code, kind))}
    flow.kintone.set_process(flow.app, {"states": states, "actions": [action("Go", "New", "Next")]})
    flow.client.update(flow.app, 1, boss=[{"code": "tanaka"}, {"code": "sato"}], team=[{"code": "support"}])
    revision_of(flow.act(1, "Go"))
    assert flow.place(1)[:2] == ("Next", expected)


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"action": "Close"}, {"id"}),
        ({"id": 1}, {"action"}),
        ({"id": 1, "action": ""}, {"action"}),
        ({"id": "abc", "action": "Close", "revision": "x"}, {"id", "revision"}),
        ({"id": 0, "action": "Close"}, {"id"}),
        ({"id": True, "action": "Close"}, {"id"}),
        ({"id": 1, "action": "Close", "revision": 1.5}, {"revision"}),
    ],
)
def test_missing_and_malformed_parameters_are_cb_va01(flow: Workflow, given: dict[str, Any], keys: set[str]) -> None:
    """All of them are named at once, in a batch with the place of their row."""
    single = flow.client.send("PUT", "record/status", {"app": flow.app, **given})
    assert refusal_of(single) == (400, "CB_VA01", keys)
    rows = [{"id": 2, "action": "Close"}, given]
    batch = flow.client.send("PUT", "records/status", {"app": flow.app, "records": rows})
    assert refusal_of(batch) == (400, "CB_VA01", {f"records[1].{key}" for key in keys})
    assert flow.place(2) == ("New", [], "1")


@pytest.mark.parametrize(
    "given", [{"action": 5}, {"action": ["Close"]}, {"action": "Close", "assignee": {"code": "x"}}]
)
def test_wrong_shapes_are_cb_ij01(flow: Workflow, given: dict[str, Any]) -> None:
    """Names are texts."""
    assert refusal_of(flow.client.send("PUT", "record/status", {"app": flow.app, "id": 1, **given}))[1] == "CB_IJ01"


@pytest.mark.parametrize("assignees", [False, True])
@pytest.mark.parametrize("enabled", [None, False])
def test_app_without_process_is_gaia_st02(flow: Workflow, *, enabled: bool | None, assignees: bool) -> None:
    """Never set, and switched off."""
    flow.kintone.set_process(flow.app, None if enabled is None else {**PROCESS, "enable": False})
    answer = flow.assign(1, "sato") if assignees else flow.act(1, "Close")
    assert refusal_of(answer)[:2] == (400, "GAIA_ST02")


def test_unknown_record_is_gaia_re01(flow: Workflow) -> None:
    """404, for status and assignees."""
    assert refusal_of(flow.act(99, "Close"))[:2] == (404, "GAIA_RE01")
    assert refusal_of(flow.assign(99, "sato"))[:2] == (404, "GAIA_RE01")


@pytest.mark.parametrize("permissions", [("view",), ("edit",), ("add", "delete", "manage")])
def test_token_needs_permissions(flow: Workflow, permissions: tuple[str, ...]) -> None:
    """Viewing and editing by default; kintone's page names viewing alone, which a setting follows."""
    client = flow.with_permissions(*permissions)
    row = {"id": 1, "action": "Close"}
    single, batch = {"app": flow.app, **row}, {"app": flow.app, "records": [row]}
    assert refusal_of(client.send("PUT", "record/status", single))[:2] == (403, "GAIA_NO01")
    assert refusal_of(client.send("PUT", "records/status", batch))[:2] == (403, "GAIA_NO01")
    flow.kintone.settings.status_permissions = ("view",)
    assert client.send("PUT", "record/status", single).status == (200 if "view" in permissions else 403)


def test_batch_moves_all_or_none(flow: Workflow) -> None:
    """The answer has id and revision of each in the order given; one failure undoes all."""
    rows = [{"id": 3, "action": "Close"}, {"id": "1", "action": "着手する", "assignee": "sato", "revision": 1}]
    answer = flow.client.send("PUT", "records/status", {"app": flow.app, "records": rows})
    assert body_of(answer) == {"records": [{"id": "3", "revision": "3"}, {"id": "1", "revision": "3"}]}
    again = [{"id": 2, "action": "Close"}, {"id": 1, "action": "Close"}]
    refused = flow.client.send("PUT", "records/status", {"app": flow.app, "records": again})
    assert refusal_of(refused)[:2] == (403, "GAIA_NT01")
    assert (flow.place(1), flow.place(2)) == (("Chosen", ["sato"], "3"), ("New", [], "1"))
    assert [write.record_id for write in flow.kintone.writes] == [3, 1]


def test_batch_has_one_to_a_hundred_rows(flow: Workflow) -> None:
    """101 rows are refused before anything is done; a hundred move."""
    flow.kintone.add_records(flow.app, [{} for _ in range(98)])
    rows = [{"id": number, "action": "Close"} for number in range(1, 102)]
    for given, refusal in ((rows, (400, "CB_VA01")), ([], (400, "CB_VA01")), ([1], (400, "CB_IJ01"))):
        answer = flow.client.send("PUT", "records/status", {"app": flow.app, "records": given})
        assert refusal_of(answer)[:2] == refusal
    assert flow.place(1) == ("New", [], "1")
    assert flow.client.send("PUT", "records/status", {"app": flow.app, "records": rows[:100]}).status == 200
    assert (flow.place(100)[0], flow.place(101)[0]) == ("Free", "New")


def test_another_writer_may_act_first(flow: Workflow) -> None:
    """A hook's action makes the outer one impossible, as a colleague would."""

    def colleague(_received: object) -> None:
        flow.act(1, "Close")

    flow.kintone.before_request.append(colleague)
    assert refusal_of(flow.act(1, "Close"))[:2] == (400, "GAIA_IL03")
    assert flow.place(1) == ("Free", [], "3")


def test_only_one_of_many_at_once_moves_a_record(flow: Workflow) -> None:
    """Eight threads send the same action: one succeeds, the others find the record in the next status."""
    start, codes = threading.Barrier(8), []

    def send() -> None:
        start.wait()
        codes.append(flow.act(1, "Close").status)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [400] * 7
    assert flow.place(1) == ("Free", [], "3")


def test_method_override_carries_an_action(flow: Workflow) -> None:
    """A POST with X-HTTP-Method-Override: PUT is a PUT; a failure for PUT applies to it."""
    flow.kintone.fail(api="record/status", method="PUT", status=503)
    headers = {**flow.client.headers, "X-HTTP-Method-Override": "PUT", "Content-Type": "application/json"}
    body = f'{{"app":{flow.app},"id":1,"action":"Close"}}'.encode()
    statuses = [flow.kintone.exchange("POST", "/k/v1/record/status.json", headers, body).status for _ in range(2)]
    assert statuses == [503, 200]
    assert flow.place(1)[0] == "Free"
