"""Actions of process management: what is sent, what is read afterwards, and what is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import InvalidParameterError, KintoneError, NotFoundError, PermissionDeniedError
from tests.unit.in_process import Asked, InProcess
from tests.unit.status_tool import FORM, PROCESS, act, action, person, refused, state, statuses, text, with_workflow


@pytest.fixture
def flow() -> Iterator[InProcess]:
    """Return a kintone with a workflow and three records in its first status."""
    with InProcess(FORM) as running:
        yield with_workflow(running)


def sent(site: InProcess) -> list[dict[str, Any]]:
    """Return the rows of the only change of statuses."""
    (asked,) = [asked for asked in site.asked if asked.call == "PUT records/status"]
    rows: list[dict[str, Any]] = asked.parameters["records"]
    return rows


# What is sent and told


def test_action_on_several_records(flow: InProcess) -> None:
    """One request for all, in the order given, each once; results are texts in that order, with the status read."""
    result = act(flow, record_ids="3, 1\n3", action="Skip")

    assert sent(flow) == [{"id": "3", "action": "Skip"}, {"id": "1", "action": "Skip"}]
    expected = [{"id": "3", "revision": "3", "status": "Second"}, {"id": "1", "revision": "3", "status": "Second"}]
    assert result.variables == result.json == {"results": expected}
    assert statuses(flow) == ["Second", "New", "Second"]
    assert all(word in text(result) for word in ("2 records", '"Second"', "3, 1", "鈴木 花子 (suzuki)"))


def test_nothing_is_read_before_the_action(flow: InProcess) -> None:
    """Another writer could act between reading and sending; one write, then form, records and settings."""
    act(flow, record_ids="1", action="Skip")

    assert [asked.call for asked in flow.asked] == [
        "PUT records/status", "GET app/form/fields", "GET records", "GET app/status",
    ]  # fmt: skip
    (records,) = [asked for asked in flow.asked if asked.call == "GET records"]
    assert records.parameters["fields"] == ["$id", "$revision", "ステータス", "作業者"]


@pytest.mark.parametrize(
    "assignee", ["sato", "佐藤 昇 (sato)", " sato ", {"code": "sato"}, '{"code": "sato"}', ["sato"], '["sato"]']
)
def test_assignee(flow: InProcess, assignee: object) -> None:
    """The login name, as people and models write it, is sent for each record."""
    act(flow, record_ids="1, 2", action="着手する", assignee=assignee)

    assert [row["assignee"] for row in sent(flow)] == ["sato", "sato"]
    assert statuses(flow) == ["Working", "Working", "New"]


@pytest.mark.parametrize("assignee", [None, "", "  ", "null", "None", []])
def test_no_assignee(flow: InProcess, assignee: object) -> None:
    """Blank is not sent, since kintone refuses an assignee that a status does not take."""
    act(flow, record_ids="1", action="Skip", assignee=assignee)

    assert "assignee" not in sent(flow)[0]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"action": "Skip"}, "record_ids"),
        ({"record_ids": "[]", "action": "Skip"}, "record_ids"),
        ({"record_ids": "1, x", "action": "Skip"}, "record_ids"),
        ({"record_ids": "1"}, "action"),
        ({"record_ids": "1", "action": " "}, "action"),
        ({"record_ids": "1", "action": ["Skip"]}, "action"),
        ({"record_ids": "1", "action": "Skip", "assignee": "sato, suzuki"}, "assignee"),
        ({"record_ids": "1", "action": "Skip", "assignee": ["sato", "suzuki"]}, "assignee"),
        ({"record_ids": "1", "action": "Skip", "assignee": {"name": "sato"}}, "assignee"),
        ({"record_ids": ", ".join(map(str, range(1, 102))), "action": "Skip"}, "101"),
    ],
)
def test_wrong_parameters_send_nothing(flow: InProcess, parameters: dict[str, object], name: str) -> None:
    """Each is refused by its name, before kintone is asked."""
    error = refused(flow, **parameters)

    assert isinstance(error, InvalidParameterError)
    assert name in str(error)
    assert flow.asked == []


def test_hundred_records(flow: InProcess) -> None:
    """A hundred different ones, one of them twice, are one request."""
    flow.kintone.add_records(flow.app, [{} for _ in range(97)])

    result = act(flow, record_ids=[*range(1, 101), 1], action="Skip")

    assert len(sent(flow)) == 100
    assert {each["status"] for each in _results(result)} == {"Second"}


def _results(result: Any) -> list[dict[str, str]]:  # noqa: ANN401 - a result of a tool
    found: list[dict[str, str]] = result.variables["results"]
    return found


def test_record_number_of_the_app(flow: InProcess) -> None:
    """A record number counts as its record."""
    flow.kintone.apps[flow.app].code = "INQ"

    assert _results(act(flow, record_ids="INQ-2", action="Skip"))[0]["id"] == "2"


# Statuses in which all must act


def test_record_that_waits_for_others(flow: InProcess) -> None:
    """Administrator's part is saved; the record stays, and the text says for whom it waits and where it leads."""
    act(flow, record_ids="1", action="Ask all")
    result = act(flow, record_ids="1", action="Approve")

    assert _results(result) == [{"id": "1", "revision": "4", "status": "Review"}]
    assert all(word in text(result) for word in ('"Review"', "suzuki", '"Second"', "all assignees"))


def test_record_that_moved_to_a_status_with_the_same_action(flow: InProcess) -> None:
    """A repetition would approve once more, which the text says."""
    flow.kintone.set_status(flow.app, 1, "Review", ["Administrator"])
    result = act(flow, record_ids="1", action="Approve")

    assert _results(result)[0]["status"] == "Second"
    assert "again" in text(result)
    assert "again" not in text(act(flow, record_ids="2", action="Skip"))


def test_different_statuses_in_one_call(flow: InProcess) -> None:
    """Records from two statuses with the action go to different ones; each is told."""
    flow.kintone.set_status(flow.app, 1, "Review", ["Administrator"])
    flow.kintone.set_status(flow.app, 2, "Second", [])

    result = act(flow, record_ids="1, 2", action="Approve")

    assert [each["status"] for each in _results(result)] == ["Second", "Done"]
    assert all(word in text(result) for word in ('record 1 is now "Second"', 'record 2 is now "Done"'))


def test_somebody_acts_before_the_status_is_read(flow: InProcess) -> None:
    """The status is the one that was read; that it is not where the action leads is said."""

    def colleague(asked: Asked) -> None:
        if asked.call == "GET records":
            flow.before = lambda _asked: None
            flow.kintone.set_status(flow.app, 1, "Working", ["sato"])

    flow.before = colleague
    result = act(flow, record_ids="1", action="Skip")

    assert _results(result) == [{"id": "1", "revision": "3", "status": "Working"}]
    assert '"Second"' in text(result)


# Reading afterwards fails


@pytest.mark.parametrize("status", [403, 400, 503])
def test_status_that_cannot_be_read_back(flow: InProcess, status: int) -> None:
    """The change is saved and told as saved, with the revisions and why the status is missing."""
    flow.kintone.fail(api="records", status=status, code="GAIA_NO01" if status == 403 else None, times=None)

    result = act(flow, record_ids="1, 2", action="Skip")

    assert [(each["revision"], each["status"]) for each in _results(result)] == [("3", ""), ("3", "")]
    assert "saved" in text(result)
    assert len(sent(flow)) == 2


def test_reading_back_never_ends(flow: InProcess) -> None:
    """A kintone that answers nothing more holds the result back for half a minute at most."""

    def never(asked: Asked) -> None:
        if asked.method == "GET":
            flow.pass_time(1_000)

    flow.before = never
    result = act(flow, record_ids="1", action="Skip")

    assert _results(result)[0]["revision"] == "3"
    assert flow.scheduler.now() < 60


def test_form_and_settings_that_cannot_be_read(flow: InProcess) -> None:
    """Records are then read whole, and their statuses found by type."""
    flow.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=None)
    flow.kintone.fail(api="app/status", status=403, code="GAIA_NO01", times=None)

    assert _results(act(flow, record_ids="1", action="Skip"))[0]["status"] == "Second"


def test_record_that_disappears_after_the_action(flow: InProcess) -> None:
    """One deleted by another user, or not visible any more in its new status, is told as saved."""

    def delete(asked: Asked) -> None:
        if asked.call == "GET records":
            flow.before = lambda _asked: None
            flow.delete([2])

    flow.before = delete
    result = act(flow, record_ids="1, 2", action="Skip")

    assert [each["status"] for each in _results(result)] == ["Second", ""]
    assert all(word in text(result) for word in ("saved", "record 2"))


# Lost answers, locks, and answers that prove nothing


@pytest.mark.parametrize("applied", [True, False])
def test_lost_answer_is_not_sent_again(flow: InProcess, *, applied: bool) -> None:
    """It may have been saved, and a repetition could act twice: the status is to be read first."""
    flow.kintone.fail(api="records/status", status=503, applied=applied)

    error = refused(flow, record_ids="1", action="Skip")

    assert error.maybe_saved
    assert len(flow.asked) == 1
    assert all(word in str(error) for word in ("may have been saved", "read the status", "retry"))
    assert statuses(flow)[0] == ("Second" if applied else "New")


@pytest.mark.parametrize(("status", "code"), [(429, "GAIA_TO04"), (400, "GAIA_DA02"), (520, "GAIA_DA02")])
def test_not_carried_out_is_sent_again(flow: InProcess, status: int, code: str) -> None:
    """Too many requests and locks mean that nothing was done."""
    flow.kintone.fail(api="records/status", status=status, code=code, times=2)

    assert _results(act(flow, record_ids="1", action="Skip"))[0]["revision"] == "3"
    assert flow.calls["PUT records/status"] == 3


@pytest.mark.parametrize(
    "records",
    [None, [], [{"id": "2", "revision": "3"}], [{"id": "1"}], [{"id": "1", "revision": None}], ["1"],
     [{"id": "1", "revision": "3"}, {"id": "1", "revision": "3"}]],
)  # fmt: skip
def test_answer_that_proves_nothing(flow: InProcess, records: object) -> None:
    """An answer about other records, or without revisions, leaves open what was saved."""
    flow.change = lambda asked, body: {"records": records} if asked.api == "records/status" else body

    error = refused(flow, record_ids="1", action="Skip")

    assert error.maybe_saved
    assert error.code == "NOT_KINTONE"


def test_answer_in_another_order(flow: InProcess) -> None:
    """Revisions belong to their IDs."""
    flow.ask("PUT", "record", id=2, record={"code": {"value": "x"}})
    flow.change = lambda asked, body: {"records": body["records"][::-1]} if asked.api == "records/status" else body

    assert [each["revision"] for each in _results(act(flow, record_ids="1, 2", action="Skip"))] == ["3", "4"]


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
    ],
)
def test_every_kind_of_candidate(flow: InProcess, kind: str, code: str, shown: str) -> None:
    """Departments, fields and the creator, as the settings name them."""
    states = {"New": {}, "Next": state("ONE", person(code, kind))}
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
