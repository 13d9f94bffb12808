"""Actions of process management: what is sent, what is read afterwards, and what is told."""

import json
from typing import Any

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.in_process import Asked, InProcess
from tests.unit.status_tool import act, refused, results_of, sent, statuses, text

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
    assert {each["status"] for each in results_of(result)} == {"Second"}


def test_record_number_of_the_app(flow: InProcess) -> None:
    """A record number counts as its record."""
    flow.kintone.apps[flow.app].code = "INQ"

    assert results_of(act(flow, record_ids="INQ-2", action="Skip"))[0]["id"] == "2"


# Statuses in which all must act


def test_record_that_waits_for_others(flow: InProcess) -> None:
    """Administrator's part is saved; the record stays, and the text says for whom it waits and where it leads."""
    act(flow, record_ids="1", action="Ask all")
    result = act(flow, record_ids="1", action="Approve")

    assert results_of(result) == [{"id": "1", "revision": "4", "status": "Review"}]
    assert all(word in text(result) for word in ('"Review"', "suzuki", '"Second"', "all assignees"))


def test_record_that_moved_to_a_status_with_the_same_action(flow: InProcess) -> None:
    """A repetition would approve once more, which the text says."""
    flow.kintone.set_status(flow.app, 1, "Review", ["Administrator"])
    result = act(flow, record_ids="1", action="Approve")

    assert results_of(result)[0]["status"] == "Second"
    assert "again" in text(result)
    assert "again" not in text(act(flow, record_ids="2", action="Skip"))


def test_different_statuses_in_one_call(flow: InProcess) -> None:
    """Records from two statuses with the action go to different ones; each is told."""
    flow.kintone.set_status(flow.app, 1, "Review", ["Administrator"])
    flow.kintone.set_status(flow.app, 2, "Second", [])

    result = act(flow, record_ids="1, 2", action="Approve")

    assert [each["status"] for each in results_of(result)] == ["Second", "Done"]
    assert all(word in text(result) for word in ('record 1 is now "Second"', 'record 2 is now "Done"'))


def test_somebody_acts_before_the_status_is_read(flow: InProcess) -> None:
    """The status is the one that was read; that it is not where the action leads is said."""

    def colleague(asked: Asked) -> None:
        if asked.call == "GET records":
            flow.before = lambda _asked: None
            flow.kintone.set_status(flow.app, 1, "Working", ["sato"])

    flow.before = colleague
    result = act(flow, record_ids="1", action="Skip")

    assert results_of(result) == [{"id": "1", "revision": "3", "status": "Working"}]
    assert '"Second"' in text(result)


# Reading afterwards fails


@pytest.mark.parametrize("status", [403, 400, 503])
def test_status_that_cannot_be_read_back(flow: InProcess, status: int) -> None:
    """The change is saved and told as saved, with the revisions and why the status is missing."""
    flow.kintone.fail(api="records", status=status, code="GAIA_NO01" if status == 403 else None, times=None)

    result = act(flow, record_ids="1, 2", action="Skip")

    assert [(each["revision"], each["status"]) for each in results_of(result)] == [("3", ""), ("3", "")]
    assert "saved" in text(result)
    assert len(sent(flow)) == 2


def test_reading_back_never_ends(flow: InProcess) -> None:
    """A kintone that answers nothing more holds the result back for half a minute at most."""

    def never(asked: Asked) -> None:
        if asked.method == "GET":
            flow.pass_time(1_000)

    flow.before = never
    result = act(flow, record_ids="1", action="Skip")

    assert results_of(result)[0]["revision"] == "3"
    assert flow.scheduler.now() < 60


def test_form_and_settings_that_cannot_be_read(flow: InProcess) -> None:
    """Records are then read whole, and their statuses found by type."""
    flow.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=None)
    flow.kintone.fail(api="app/status", status=403, code="GAIA_NO01", times=None)

    assert results_of(act(flow, record_ids="1", action="Skip"))[0]["status"] == "Second"


ODD: list[Any] = [
    {}, {"records": None}, {"records": [None]}, {"records": [{"$id": {"type": "__ID__", "value": "7"}}]},
    {"records": [{"$id": {"type": "__ID__", "value": "1"}, "s": {"type": "STATUS", "value": []}}]},
    {"records": [{"$id": {"type": "__ID__", "value": "1"}, "s": {"type": "STATUS", "value": "x" * 5_000_000}}]},
    {"records": [{"$id": {"type": "__ID__", "value": "1"}, "s": {"type": "STATUS_ASSIGNEE", "value": [{"code": 5}]}}]},
    {"records": [{"$id": {"type": "__ID__", "value": "1"}, "s": {"type": "STATUS_ASSIGNEE", "value": ["x", None]}}]},
    {"enable": True, "states": {"x": {"name": "Second", "assignee": {"type": "ALL", "entities": [None]}}}},
    {"enable": True, "states": {"x": None}, "actions": [{"name": "Skip"}]}, {"enable": "yes"}, {"properties": None},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ODD)))
@pytest.mark.parametrize("api", ["app/form/fields", "records", "app/status"])
def test_odd_answers_to_what_is_read_afterwards(flow: InProcess, api: str, number: int) -> None:
    """Whatever kintone answers then, the change is told as saved, in a message that Dify can carry."""
    flow.change = lambda asked, body: ODD[number] if asked.api == api else body

    result = act(flow, record_ids="1", action="Skip")

    assert results_of(result)[0]["revision"] == "3"
    assert len(text(result)) < 2_000
    assert len(json.dumps(result.variables)) < 2_000


@pytest.mark.parametrize("number", range(len(ODD)))
@pytest.mark.parametrize("api", ["app/form/fields", "records", "app/status"])
def test_odd_answers_to_what_explains_a_refusal(flow: InProcess, api: str, number: int) -> None:
    """The refusal stays kintone's, whatever the explanation lacks."""
    flow.change = lambda asked, body: ODD[number] if asked.api == api else body

    error = refused(flow, record_ids="1", action="Approve")

    assert error.code == "GAIA_IL03"
    assert len(str(error)) < 3_000


def test_record_that_disappears_after_the_action(flow: InProcess) -> None:
    """One deleted by another user, or not visible any more in its new status, is told as saved."""

    def delete(asked: Asked) -> None:
        if asked.call == "GET records":
            flow.before = lambda _asked: None
            flow.delete([2])

    flow.before = delete
    result = act(flow, record_ids="1, 2", action="Skip")

    assert [each["status"] for each in results_of(result)] == ["Second", ""]
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

    assert results_of(act(flow, record_ids="1", action="Skip"))[0]["revision"] == "3"
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

    assert [each["revision"] for each in results_of(act(flow, record_ids="1, 2", action="Skip"))] == ["3", "4"]
