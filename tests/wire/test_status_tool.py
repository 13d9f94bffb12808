"""Actions of process management in the real plugin process, on the demo's inquiries."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

TOOL = "kintone_update_status"
INQUIRIES = 5


@pytest.fixture
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's inquiries."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Run the tool as a workflow's node does, with a token that may view and edit the inquiries."""
    credentials = credentials_of(site, "view", "edit", app=INQUIRIES)
    return host.invoke(TOOL, parameters, credentials, given_by="workflow", timeout=60)


def refused(host: DifyHost, site: LocalKintone, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, **parameters)
    return failed.value


def status_of(site: LocalKintone, record: int) -> tuple[str, list[str]]:
    """Return status and assignees of an inquiry."""
    (found,) = site.records(INQUIRIES, f"$id = {record}")
    return found["ステータス"]["value"], [person["code"] for person in found["作業者"]["value"]]


def changes(site: LocalKintone) -> list[dict[str, Any]]:
    """Return the bodies of the requests that change statuses."""
    return [
        json.loads(request.body)
        for request in site.requests
        if request.path.endswith("/status.json") and request.method == "PUT"
    ]


def test_inquiries_are_approved(host: DifyHost, site: LocalKintone) -> None:
    """What is sent, what is stored, and what a workflow and a model get."""
    outcome = run(host, site, record_ids="[9, 3]", action="承認する")

    rows = [{"id": "9", "action": "承認する"}, {"id": "3", "action": "承認する"}]
    assert changes(site) == [{"app": 5, "records": rows}]
    assert status_of(site, 3) == status_of(site, 9) == ("完了", [])
    assert [(each["id"], each["status"]) for each in outcome.variables["results"]] == [("9", "完了"), ("3", "完了")]
    assert all(isinstance(each["revision"], str) for each in outcome.variables["results"])
    assert outcome.json == [{"results": outcome.variables["results"]}]
    assert '"完了"' in outcome.text


def test_inquiry_is_sent_back_with_an_assignee(host: DifyHost, site: LocalKintone) -> None:
    """First without one: the message names the candidates; then with one of them."""
    failure = refused(host, site, record_ids="3", action="差し戻す")
    outcome = run(host, site, record_ids="3", action="差し戻す", assignee="佐藤 昇 (sato)")

    assert failure.code == "GAIA_SA01"
    assert "Administrator, sato, suzuki, tanaka" in failure.message
    assert outcome.variables["results"][0]["status"] == "対応中"
    assert status_of(site, 3) == ("対応中", ["sato"])
    assert changes(site)[1]["records"] == [{"id": "3", "action": "差し戻す", "assignee": "sato"}]


def test_inquiry_of_somebody_else(host: DifyHost, site: LocalKintone) -> None:
    """Record 7 waits for Suzuki alone; the message a model reads names her and what a token acts as."""
    failure = refused(host, site, record_ids="3, 7", action="承認する")

    assert failure.code == "GAIA_NT01"
    assert all(word in failure.agent_view for word in ("record 7", "鈴木 花子 (suzuki)", "Administrator"))
    assert status_of(site, 3)[0] == "承認待ち"


def test_a_mistyped_action_leads_to_the_right_one(host: DifyHost, site: LocalKintone) -> None:
    """The name of the status that the action leads to is refused with the action, which then succeeds."""
    failure = refused(host, site, record_ids="3", action="完了")

    assert failure.code == "GAIA_IL03"
    assert 'did you mean "承認する"?' in failure.message
    assert run(host, site, record_ids="3", action="承認する").variables["results"][0]["status"] == "完了"


@pytest.mark.parametrize("applied", [False, True])
def test_action_whose_answer_is_lost(host: DifyHost, site: LocalKintone, *, applied: bool) -> None:
    """The plugin sends it once and says that it may have been saved; a repetition is refused with what it did."""
    site.fail(api="records/status", cut="answer", applied=applied, times=1)
    failure = refused(host, site, record_ids="3", action="承認する")

    assert len(changes(site)) == 1
    assert all(word in failure.message for word in ("may have been saved", "Dify", "read the status"))
    if applied:
        assert "before" in refused(host, site, record_ids="3", action="承認する").message
    assert status_of(site, 3)[0] == ("完了" if applied else "承認待ち")


def test_status_cannot_be_read_back(host: DifyHost, site: LocalKintone) -> None:
    """The action is saved, so the step succeeds."""
    site.fail(api="records", status=500, times=None)

    outcome = run(host, site, record_ids="3", action="承認する")

    assert outcome.variables["results"] == [
        {"id": "3", "revision": outcome.variables["results"][0]["revision"], "status": ""}
    ]
    assert "saved" in outcome.text
    site.clear_failures()
    assert status_of(site, 3)[0] == "完了"


@pytest.mark.parametrize("permissions", [("view",), ("edit",), ("add",)])
def test_token_without_permission(host: DifyHost, site: LocalKintone, permissions: tuple[str, ...]) -> None:
    """The permissions to tick are named, and nothing is saved."""
    credentials = credentials_of(site, *permissions, app=INQUIRIES)
    with pytest.raises(PluginFailure) as failed:
        host.invoke(TOOL, {"record_ids": "3", "action": "承認する"}, credentials, timeout=60)

    assert failed.value.code == "GAIA_NO01"
    assert all(word in failed.value.message for word in ("View records", "Edit records", "nothing is saved"))


def test_token_that_may_only_view_where_kintone_lets_it(host: DifyHost, site: LocalKintone) -> None:
    """Kintone's page names viewing alone; then nothing else is in the way."""
    site.settings.status_permissions = ("view",)
    credentials = credentials_of(site, "view", app=INQUIRIES)

    outcome = host.invoke(TOOL, {"record_ids": "3", "action": "承認する"}, credentials, timeout=60)

    assert outcome.variables["results"][0]["status"] == "完了"


def test_guest_space(host: DifyHost, site: LocalKintone) -> None:
    """All requests and the address go through the guest space."""
    site.set_process(4, {"states": ["New", "Done"], "actions": [{"name": "Close", "from": "New", "to": "Done"}]})
    credentials = credentials_of(site, "view", "edit", app=4) | {"kintone_guest_space_id": "3"}

    outcome = host.invoke(TOOL, {"record_ids": "1", "action": "Close"}, credentials, timeout=60)

    assert outcome.variables["results"][0]["status"] == "Done"
    assert "/k/guest/3/4/show#record=1" in outcome.text
    assert {request.path.removesuffix(".json") for request in site.requests} == {
        f"/k/guest/3/v1/{api}" for api in ("records/status", "app/form/fields", "records", "app/status")
    }


def test_next_line_characters(host: DifyHost, site: LocalKintone) -> None:
    """A status with U+0085 in its name arrives; the character would end the line to Dify."""
    site.set_process(1, {"states": ["New", "a\x85b"], "actions": [{"name": "Go", "from": "New", "to": "a\x85b"}]})

    outcome = host.invoke(TOOL, {"record_ids": "1", "action": "Go"}, credentials_of(site), timeout=60)

    assert outcome.variables["results"][0]["status"] == "a\nb"


@pytest.mark.parametrize("code", ["GAIA_CO02", "GAIA_UN03"])
def test_somebody_changes_the_record_in_the_same_moment(host: DifyHost, site: LocalKintone, code: str) -> None:
    """The advice fits a tool that takes no values and no revision, and tells where the record stands."""
    site.fail(method="PUT", api="records/status", status=409, code=code)
    failed = refused(host, site, record_ids="3", action="承認する")

    assert failed.code == code
    assert "revision" not in failed.message
    assert "values" not in failed.message
    assert all(word in failed.message for word in ("record 3", "承認待ち", "差し戻す"))


def test_candidates_that_are_no_login_names(host: DifyHost, site: LocalKintone) -> None:
    """A group stands in the sentence as whom to choose from, not as a choice."""
    group = {"entity": {"type": "GROUP", "code": "managers"}, "includeSubs": False}
    states = {
        "New": {"index": "0", "assignee": {"type": "ONE", "entities": []}},
        "Busy": {"index": "1", "assignee": {"type": "ONE", "entities": [group]}},
    }
    process = {"enable": True, "states": states, "actions": [{"name": "Go", "from": "New", "to": "Busy"}]}
    app = site.create_app("groups", {"name": {"type": "SINGLE_LINE_TEXT"}}, process=process)
    site.add_records(app, [{}])
    with pytest.raises(PluginFailure) as failed:
        host.invoke(TOOL, {"record_ids": "1", "action": "Go", "assignee": "tanaka"}, credentials_of(site, app=app))

    assert failed.value.code == "GAIA_SA04"
    assert "must be one of a" not in failed.value.message
    assert "managers" in failed.value.message


def test_action_that_leads_to_one_of_its_name_where_all_must_act(host: DifyHost, site: LocalKintone) -> None:
    """The record has moved, but looks as if it waited: a second run would approve the next step, too."""
    both = [{"entity": {"type": "USER", "code": code}, "includeSubs": False} for code in ("Administrator", "sato")]
    states = {
        name: {"index": str(index), "assignee": {"type": kind, "entities": people}}
        for index, (name, kind, people) in enumerate([("New", "ONE", []), ("Both", "ALL", both), ("Done", "ONE", [])])
    }
    actions = [{"name": "Approve", "from": "New", "to": "Both"}, {"name": "Approve", "from": "Both", "to": "Done"}]
    process = {"enable": True, "states": states, "actions": actions}
    app = site.create_app("chain", {"name": {"type": "SINGLE_LINE_TEXT"}}, process=process)
    site.add_records(app, [{}])
    parameters = {"record_ids": "1", "action": "Approve"}

    first = host.invoke(TOOL, parameters, credentials_of(site, app=app))
    assert first.variables["results"][0]["status"] == "Both"
    assert "once more" in first.text
    second = host.invoke(TOOL, parameters, credentials_of(site, app=app))
    assert second.variables["results"][0]["status"] == "Both"
    assert "once more" not in second.text
    with pytest.raises(PluginFailure) as failed:
        host.invoke(TOOL, parameters, credentials_of(site, app=app))
    assert failed.value.code == "GAIA_NT01"


def test_refusal_of_a_kind_that_is_not_known(host: DifyHost, site: LocalKintone) -> None:
    """Nothing suggests that somebody was at work: kintone's own words are what there is to go by."""
    site.fail(method="PUT", api="records/status", status=400, code="GAIA_XX99", message="Ask your boss.")
    failed = refused(host, site, record_ids="3", action="承認する")

    assert failed.code == "GAIA_XX99"
    assert "try again" not in failed.message
    assert all(words in failed.message for words in ("kintone's own message", "Ask your boss.", "承認待ち"))


def test_offered_action_that_is_refused(host: DifyHost, site: LocalKintone) -> None:
    """Somebody may have been at work, but nobody is sent round in circles."""
    site.fail(method="PUT", api="records/status", status=400, code="GAIA_IL03")
    failed = refused(host, site, record_ids="3", action="承認する")

    assert failed.code == "GAIA_IL03"
    assert "once" in failed.message
    assert "buttons" in failed.message
