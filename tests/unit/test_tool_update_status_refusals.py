"""Actions of process management that kintone refuses: what the messages tell to do instead."""

import json
from typing import Any

import pytest

from kintone.errors import KintoneError, NotFoundError, PermissionDeniedError
from tests.process_samples import action, person, state
from tests.unit.in_process import Asked, InProcess
from tests.unit.status_tool import PROCESS, act, refused, results_of, sent, statuses, text

# Actions that are refused


def test_action_that_the_status_does_not_offer(flow: InProcess) -> None:
    """The record, its status, the actions that are possible and where they lead; nothing is saved."""
    error = refused(flow, record_ids="2", action="Approve")

    assert error.code == "GAIA_IL03"
    line = str(error)
    assert all(word in line for word in ("nothing is saved", "record 2", '"New"', '"着手する"', '"Working"', '"Skip"'))
    assert '"Send back"' not in line
    assert "did you mean" not in line


@pytest.mark.parametrize(
    ("given", "meant"),
    [("skip", "Skip"), ("ＳＫＩＰ", "Skip"), ("着手", "着手する"), ("Working", "着手する"), ("Skp", "Skip")],
)
def test_nearest_action(flow: InProcess, given: str, meant: str) -> None:
    """Case, width, slips, and the name of the status that an action leads to; it is proposed, not carried out."""
    error = refused(flow, record_ids="1", action=given)

    assert error.code == "GAIA_IL03"
    assert f'did you mean "{meant}"?' in str(error)
    assert statuses(flow) == ["New"] * 3


def test_action_that_exists_nowhere(flow: InProcess) -> None:
    """Names are those in the language of the user that acts, which is said."""
    line = str(refused(flow, record_ids="1", action="却下して保管"))

    assert all(word in line for word in ("却下して保管", "language", "Administrator"))


def test_records_in_several_statuses(flow: InProcess) -> None:
    """Each status with its records and actions, and which records could have changed; none did."""
    flow.kintone.set_status(flow.app, 2, "Second", ["Administrator"])
    flow.kintone.set_status(flow.app, 3, "Done", [])

    line = str(refused(flow, record_ids="1, 2, 3", action="Send back", assignee="sato"))

    assert all(
        word in line for word in ('record 1: the status is "New"', 'record 3: the status is "Done"', "records 1, 3")
    )
    assert "to change record 2" in line
    assert statuses(flow) == ["New", "Second", "Done"]


@pytest.mark.parametrize("status", ["Done", "Second"])
def test_no_action_is_advised_where_the_token_has_none(flow: InProcess, status: str) -> None:
    """An action of other statuses, where none leads on, and where only others may act."""
    flow.kintone.set_status(flow.app, 2, status, ["suzuki"] if status == "Second" else [])

    line = str(refused(flow, record_ids="2", action="Ask all"))

    assert "record 2" in line
    assert "use an action" not in line


def test_records_of_others_are_not_called_free_to_change(flow: InProcess) -> None:
    """Of the records whose status offers the action, those alone that the token may act on."""
    flow.kintone.set_status(flow.app, 2, "Second", ["suzuki"])
    flow.kintone.set_status(flow.app, 3, "Second", ["Administrator"])

    line = str(refused(flow, record_ids="1, 2, 3", action="Send back", assignee="sato"))

    assert "to change record 3" in line
    assert results_of(act(flow, record_ids="3", action="Send back", assignee="sato"))


def test_record_that_is_there_already(flow: InProcess) -> None:
    """After a lost answer a repetition is refused; the message lets the reader decide that nothing is left to do."""
    act(flow, record_ids="1", action="Skip")

    line = str(refused(flow, record_ids="1", action="Skip"))

    assert all(word in line for word in ('the status is "Second"', "before"))


def test_condition_of_an_action(flow: InProcess) -> None:
    """An offered action is refused where the record does not match its condition, which is told."""
    flow.kintone.set_status(flow.app, 1, "Working", ["Administrator"])

    assert "price >= 1000" in str(refused(flow, record_ids="1", action="Finish"))


def test_two_actions_of_one_name(flow: InProcess) -> None:
    """Kintone cannot tell them apart, whatever code it gives."""
    twice = {"states": {"New": {}, "Done": {}}, "actions": [action("Go", "New", "Done"), action("Go", "New", "New")]}
    flow.kintone.set_process(flow.app, twice)

    assert "2 actions" in str(refused(flow, record_ids="1", action="Go"))
    flow.kintone.fail(api="records/status", status=400, code="GAIA_XX99")
    assert "2 actions" in str(refused(flow, record_ids="1", action="Go"))


def test_somebody_was_quicker(flow: InProcess) -> None:
    """If the action is possible once it is looked at, the records have just changed."""
    flow.kintone.fail(api="records/status", status=400, code="GAIA_IL03")

    assert "try again" in str(refused(flow, record_ids="1", action="Skip"))


# Who may act


def test_record_of_others(flow: InProcess) -> None:
    """A token acts as Administrator; who must act is named, and what can be done."""
    flow.kintone.set_status(flow.app, 1, "Second", ["suzuki", "sato"])

    error = refused(flow, record_ids="1", action="Approve")

    assert isinstance(error, PermissionDeniedError)
    assert error.code == "GAIA_NT01"
    line = str(error)
    assert all(word in line for word in ("Administrator", "鈴木 花子 (suzuki)", "佐藤 昇 (sato)", "record 1"))
    assert "possible actions" not in line


def test_wrong_action_on_a_record_of_others(flow: InProcess) -> None:
    """The right name would be refused too, since the token may not act: said before the actions are named."""
    flow.kintone.set_status(flow.app, 1, "Second", ["suzuki"])

    line = str(refused(flow, record_ids="1", action="Done"))

    assert "possible actions" not in line
    assert "possible from the status" not in line
    assert line.index("token cannot act") < line.index('"Send back"')


@pytest.mark.parametrize(("name", "given"), [("着手する", ""), ("着手する", "tanaka"), ("着手する", "nobody")])
def test_candidates_are_named(flow: InProcess, name: str, given: str) -> None:
    """Users by login name, a group as a group: missing, not permitted and unknown."""
    error = refused(flow, record_ids="1", action=name, assignee=given)

    assert error.code == {"": "GAIA_SA01", "tanaka": "GAIA_SA04", "nobody": "GAIA_IL26"}[given]
    assert all(word in str(error) for word in ("assignee", '"Working"', "Administrator, sato", "group managers", given))


def test_assignee_where_nobody_is_chosen(flow: InProcess) -> None:
    """ANY, ALL and statuses without candidates take none."""
    error = refused(flow, record_ids="1", action="Skip", assignee="suzuki")

    assert error.code == "GAIA_SA04"
    assert "leave assignee out" in str(error)


@pytest.mark.parametrize(
    ("kind", "code", "shown"),
    [
        ("ORGANIZATION", "sales", "department sales"),
        ("FIELD_ENTITY", "作成者", "field 作成者"),
        ("CREATOR", "", "creator of the app"),
        ("GROUP", "managers", "group managers"),
    ],
)
def test_every_kind_of_candidate(flow: InProcess, kind: str, code: str, shown: str) -> None:
    """Departments, fields and the creator, as the settings name them."""
    states: dict[str, object] = {"New": {}, "Next": state("ONE", person(code, kind))}
    flow.kintone.set_process(flow.app, {"states": states, "actions": [action("Go", "New", "Next")]})

    assert shown in str(refused(flow, record_ids="1", action="Go"))


# Records, settings and permissions that are missing


def test_unknown_records(flow: InProcess) -> None:
    """Those that are not there are named; none of the others changed."""
    error = refused(flow, record_ids="1, 98, 2, 99", action="Skip")

    assert isinstance(error, NotFoundError)
    assert error.code == "GAIA_RE01"
    assert all(word in str(error) for word in ("records 98, 99", "record_ids", "nothing is saved"))
    assert statuses(flow) == ["New"] * 3


def test_process_management_is_off(flow: InProcess) -> None:
    """The app has no statuses; nothing more is asked."""
    flow.kintone.set_process(flow.app, {**PROCESS, "enable": False})

    error = refused(flow, record_ids="1", action="Skip")

    assert error.code == "GAIA_ST02"
    assert "Process Management" in str(error)
    assert len(flow.asked) == 1


def test_token_without_permission(flow: InProcess) -> None:
    """The permissions to tick are named."""
    flow.kintone.fail(api="records/status", status=403, code="GAIA_NO01")

    line = str(refused(flow, record_ids="1", action="Skip"))

    assert all(word in line for word in ("View records", "Edit records"))


def test_settings_that_the_token_may_not_see(flow: InProcess) -> None:
    """The status is told all the same, and where to look for the actions."""
    flow.kintone.fail(api="app/status", status=403, code="GAIA_NO01", times=None)

    line = str(refused(flow, record_ids="1", action="Approve"))

    assert all(word in line for word in ('the status is "New"', "buttons"))


def test_records_that_the_token_may_not_see(flow: InProcess) -> None:
    """The actions of the app are told with the statuses that they start from."""
    flow.kintone.fail(api="records", status=403, code="GAIA_NO01", times=None)

    line = str(refused(flow, record_ids="1", action="Aprove"))

    assert all(word in line for word in ("could not be read", '"Approve" (from "Review")'))


def test_status_that_is_not_visible(flow: InProcess) -> None:
    """Without a right to see the status nothing is claimed about it; the nearest action of the app is told."""
    flow.change = lambda asked, body: (
        {"records": [{"$id": each["$id"]} for each in body["records"]]} if asked.call == "GET records" else body
    )

    line = str(refused(flow, record_ids="1", action="Aprove"))

    assert all(word in line for word in ("record 1", "not visible", '"Approve"'))
    assert "not possible" not in line
    result = act(flow, record_ids="1", action="Skip")
    assert results_of(result)[0]["status"] == ""
    assert "not visible" in text(result)


def test_status_in_another_language(flow: InProcess) -> None:
    """A status that the settings do not name is told with all actions of the app, and nothing is claimed of it."""

    def translated(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.call == "GET records":
            body["records"][0]["ステータス"]["value"] = "新規"
        return body

    flow.change = translated
    line = str(refused(flow, record_ids="1", action="Approve"))

    assert all(word in line for word in ('"新規"', "language", '"Approve" (from "Review")'))
    assert "not possible" not in line


def test_assignee_for_records_of_several_next_statuses(flow: InProcess) -> None:
    """Of one action name that leads to several statuses, each is told, and that they need calls of their own."""
    states: dict[str, object] = {"New": {}, "A": {}, "B": state("ONE", person("sato"), person("suzuki"))}
    actions = [action("Go", "New", "A"), action("Go", "A", "B")]
    flow.kintone.set_process(flow.app, {"states": states, "actions": actions})
    flow.kintone.set_status(flow.app, 2, "A", [])

    line = str(refused(flow, record_ids="1, 2", action="Go", assignee="sato"))

    assert all(word in line for word in ('nobody is chosen for "A"', 'for "B"', "sato, suzuki", "each next status"))


def test_explaining_is_not_waited_for_long(flow: InProcess) -> None:
    """A refusal is certain, so kintone is asked once and for seconds only."""

    def never(asked: Asked) -> None:
        if asked.method == "GET":
            flow.pass_time(1_000)

    flow.before = never
    assert refused(flow, record_ids="1", action="Approve").code == "GAIA_IL03"
    assert flow.scheduler.now() < 20


def test_places_in_kintones_answer_are_records(flow: InProcess) -> None:
    """A complaint about records[1] is about the second record of the call."""
    errors = {"records[1].id": {"messages": ["x"]}, "records[0].action": {"messages": ["y"]}}
    body = json.dumps({"code": "CB_VA01", "id": "x", "message": "invalid", "errors": errors})
    flow.kintone.fail(api="records/status", status=400, body=body, content_type="application/json")

    error: KintoneError = refused(flow, record_ids="1, 3", action="Skip")

    assert error.reply is not None
    assert [str(place) for place, _ in error.reply.fields] == ["record 3", "action"]


def test_names_with_quotes_and_line_ends(flow: InProcess) -> None:
    """An action with any characters is sent as it is, and shown on one line."""
    name = 'Go "🌻"\u2028x'
    process = {"states": {"New": {}, "Done": {}}, "actions": [action(name, "New", "Done")]}
    flow.kintone.set_process(flow.app, process)

    result = act(flow, record_ids="1", action=name)

    assert sent(flow)[0]["action"] == name
    assert "\u2028" not in text(result)
    assert json.dumps(result.variables)


def test_action_of_another_status_is_not_replaced_by_a_similar_one(flow: InProcess) -> None:
    """Asking for an approval is not approving: an action that exists elsewhere leads to no guess."""
    states: dict[str, object] = {"New": {}, "Waiting": {}, "Done": {}}
    actions = [action("Approve it", "New", "Waiting"), action("Approve", "Waiting", "Done")]
    flow.kintone.set_process(flow.app, {"states": states, "actions": actions})

    line = str(refused(flow, record_ids="1", action="Approve"))

    assert '"Approve it"' in line
    assert "did you mean" not in line


def test_condition_is_not_taken_for_a_change_meanwhile(flow: InProcess) -> None:
    """Trying again would not help."""
    flow.kintone.set_status(flow.app, 1, "Working", ["Administrator"])

    assert "try again" not in str(refused(flow, record_ids="1", action="Finish"))


def test_open_records_beside_those_of_others(flow: InProcess) -> None:
    """Which records could be acted on alone is told."""
    flow.kintone.set_status(flow.app, 1, "Second", ["suzuki"])
    flow.kintone.set_status(flow.app, 2, "Second", ["Administrator"])

    line = str(refused(flow, record_ids="1, 2", action="Approve"))

    assert "assignees of record 1" in line
    assert "to change record 2" in line
