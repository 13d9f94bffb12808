"""Process management of an app: what app/status.json tells, what records and queries show, and switching it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, refusal_of, values_of
from tests.local_kintone_tests.workflow import FIELDS, PROCESS, Workflow
from tests.process_samples import action, person, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE: dict[str, Any] = {"title": {"type": "SINGLE_LINE_TEXT"}}
CREATOR = person("作成者", "FIELD_ENTITY")


@pytest.fixture
def flow() -> Iterator[Workflow]:
    """An app with a workflow."""
    workflow = Workflow()
    yield workflow
    workflow.kintone.stop()


@pytest.fixture
def bare() -> Iterator[LocalKintone]:
    """A server without apps."""
    server = LocalKintone(seed="none")
    yield server
    server.stop()


def _status(kintone: LocalKintone, app: int) -> dict[str, Any]:
    return body_of(InProcessClient(kintone, kintone.token(app, "view")).get("app/status", f"app={app}"))


def test_statuses_and_actions_are_told_as_on_kintones_page(flow: Workflow) -> None:
    """Statuses by name with index as text and assignees, actions with from, to, filterCond and type."""
    told = _status(flow.kintone, flow.app)
    assert told["enable"] is True
    assert list(told["states"]) == ["New", "Chosen", "Any", "All", "Free"]
    assert told["states"]["Any"] == {
        "name": "Any",
        "index": "2",
        "assignee": {"type": "ANY", "entities": [person("suzuki"), person("Administrator")]},
    }
    assert told["actions"][0] == action("着手する", "New", "Chosen") | {"type": "PRIMARY"}
    assert len(told["actions"]) == 8


def test_each_app_has_its_own(flow: Workflow) -> None:
    """One app's statuses are not those of another; an app without returns null."""
    other = flow.kintone.create_app("Other", TITLE, process={"states": ["申請", "済"]})
    plain = flow.kintone.create_app("Plain", TITLE)
    assert list(_status(flow.kintone, other)["states"]) == ["申請", "済"]
    assert "New" in _status(flow.kintone, flow.app)["states"]
    told = _status(flow.kintone, plain)
    assert (told["enable"], told["states"], told["actions"]) == (False, None, None)


def test_index_decides_the_order(bare: LocalKintone) -> None:
    """The status with the lowest index is the first, which new records get."""
    app = bare.create_app("A", TITLE, process={"states": {"Done": {"index": "9"}, "Start": {"index": 2}}})
    assert bare.add_records(app, [{}]) == [1]
    assert values_of(bare, app, 1)["ステータス"] == "Start"


def test_people_who_do_not_exist_are_left_out(flow: Workflow) -> None:
    """The page of app/status.json: deleted users, groups and organizations are not returned."""
    del flow.kintone.settings.users["suzuki"]
    entities = _status(flow.kintone, flow.app)["states"]["Any"]["assignee"]["entities"]
    assert entities == [person("Administrator")]


def test_records_have_status_and_assignees_only_with_it(flow: Workflow) -> None:
    """Fact sheet 6.1: STATUS and STATUS_ASSIGNEE are absent from records and disabled in forms without it."""
    adding = flow.with_permissions("view", "add")
    created = adding.add(flow.app, code="D")
    record = flow.kintone.records(flow.app, f"$id = {created}")[0]
    assert record["ステータス"] == {"type": "STATUS", "value": "New"}
    assert record["作業者"] == {"type": "STATUS_ASSIGNEE", "value": []}
    plain = flow.kintone.create_app("Plain", TITLE)
    client = InProcessClient(flow.kintone, flow.kintone.token(plain))
    client.add(plain, title="x")
    assert {"ステータス", "作業者"}.isdisjoint(flow.kintone.records(plain)[0])
    for app, enabled in ((flow.app, True), (plain, False)):
        fields = body_of(InProcessClient(flow.kintone, flow.kintone.token(app)).get("app/form/fields", f"app={app}"))
        assert {fields["properties"][code]["enabled"] for code in ("ステータス", "作業者")} == {enabled}


def test_first_status_may_have_the_creator_as_assignee(bare: LocalKintone) -> None:
    """A record is then assigned to who created it; a token creates as Administrator."""
    app = bare.create_app("A", TITLE, process={"states": {"New": state("ONE", CREATOR), "Done": {}}})
    client = InProcessClient(bare, bare.token(app))
    client.add(app, title="x")
    bare.add_records(app, [{"title": "y"}])
    assert [values_of(bare, app, number)["作業者"][0]["code"] for number in (1, 2)] == ["Administrator"] * 2


def test_creator_that_was_sent_is_the_first_assignee(bare: LocalKintone) -> None:
    """The record's creator is meant, not the acting user."""
    app = bare.create_app("A", TITLE, process={"states": {"New": state("ONE", CREATOR)}})
    client = InProcessClient(bare, bare.token(app, "view", "add", "manage"))
    number = client.add(app, 作成者={"code": "tanaka"})
    assert [person["code"] for person in values_of(bare, app, number)["作業者"]] == ["tanaka"]


@pytest.mark.parametrize(
    "process",
    [
        {"states": []},
        {"states": ["x" * 65]},
        {"states": [""]},
        {"states": {"New": state("SOME")}},
        {"states": {"New": {}, "Done": state("ONE", person("x", "CUSTOM_FIELD"))}},
        {"states": {"New": {}, "Done": state("ONE", person("no_field", "FIELD_ENTITY"))}},
        {"states": {"New": state("ONE", person("sato"))}},
        {"states": {"New": state("ANY", CREATOR)}},
        {"states": ["New"], "actions": [action("Go", "New", "Nowhere")]},
    ],
)
def test_process_that_kintone_would_not_accept_is_refused(bare: LocalKintone, process: dict[str, Any]) -> None:
    """The first status has ONE of nobody or the creator; names, types, fields and actions must fit."""
    with pytest.raises(ValueError, match=r"kintone|assignee|status"):
        bare.create_app("A", TITLE, process=process)
    assert bare.apps == {}


def test_switching_on_and_off_adapts_the_records(bare: LocalKintone) -> None:
    """On, every record gets the first status; off, the fields are gone; the app's revision rises each time."""
    app = bare.create_app("A", TITLE)
    bare.add_records(app, [{"title": "x"}])
    bare.apps[app].layout = layout = [{"type": "ROW", "fields": []}]
    bare.set_process(app, {"states": ["New", "Done"]})
    assert values_of(bare, app, 1)["ステータス"] == "New"
    assert (_status(bare, app)["revision"], values_of(bare, app, 1)["$revision"]) == ("2", "1")
    bare.set_process(app, {"states": ["New", "Done"], "enable": False})
    told = _status(bare, app)
    assert (told["enable"], list(told["states"]), told["revision"]) == (False, ["New", "Done"], "3")
    assert "ステータス" not in bare.records(app)[0]
    assert InProcessClient(bare, bare.token(app)).add(app, title="y") == 2
    bare.set_process(app, None)
    assert _status(bare, app)["states"] is None
    assert values_of(bare, app, 1)["title"] == "x"
    assert bare.apps[app].layout == layout


def test_switching_on_assigns_old_records_to_their_creators(bare: LocalKintone) -> None:
    """If the first status has the creator as assignee; a record with a status keeps its assignees."""
    app = bare.create_app("A", TITLE)
    bare.add_records(app, [{"作成者": {"code": "sato", "name": "佐藤 昇"}}])
    bare.set_process(app, {"states": {"New": state("ONE", CREATOR), "Done": {}}})
    assert [person["code"] for person in values_of(bare, app, 1)["作業者"]] == ["sato"]
    bare.set_status(app, 1, "New", ["tanaka"])
    bare.set_process(app, {"states": {"New": state("ONE", CREATOR), "Closed": {}}})
    assert [person["code"] for person in values_of(bare, app, 1)["作業者"]] == ["tanaka"]


def test_status_of_a_record_cannot_be_removed(flow: Workflow) -> None:
    """Kintone's help: only a status that no record has can be deleted."""
    flow.kintone.set_status(flow.app, 2, "Any", ["suzuki"])
    with pytest.raises(ValueError, match="Any"):
        flow.kintone.set_process(flow.app, {"states": ["New", "Done"]})
    assert list(_status(flow.kintone, flow.app)["states"])[2] == "Any"
    flow.kintone.set_process(flow.app, {"states": ["New", "Any"]})
    assert flow.place(2) == ("Any", ["suzuki"], "3")


def test_process_outlives_a_change_of_the_form(flow: Workflow) -> None:
    """A new field changes neither process management nor a record's status."""
    flow.kintone.set_status(flow.app, 1, "Chosen", ["sato"])
    flow.kintone.change_form(flow.app, {**FIELDS, "late": {"type": "NUMBER"}})
    assert flow.place(1)[:2] == ("Chosen", ["sato"])
    assert len(_status(flow.kintone, flow.app)["states"]) == 5


def test_process_and_comments_are_stored(tmp_path: Path) -> None:
    """A server that is started again on its database knows statuses, actions and comments."""
    path = str(tmp_path / "kintone.sqlite")
    first = LocalKintone(seed="none", database=path)
    app = first.create_app("A", FIELDS, process=PROCESS, description="d", comments=False)
    first.add_records(app, [{"code": "A"}])
    first.set_status(app, 1, "All", ["suzuki"])
    first.add_comment(app, 1, "覚書")
    told = _status(first, app)
    first.stop()
    second = LocalKintone(seed="none", database=path)
    assert _status(second, app) == told
    assert (second.apps[app].description, second.apps[app].comments) == ("d", False)
    assert values_of(second, app, 1)["ステータス"] == "All"
    assert [comment["text"] for comment in second.comments(app, 1)] == ["覚書 "]
    second.stop()


@pytest.mark.parametrize(("query", "found"), [('in ("Any")', [2]), ('not in ("New")', [2]), ('= "New"', [3, 1])])
def test_queries_find_by_status(flow: Workflow, query: str, found: list[int]) -> None:
    """The statuses of the app at hand can be asked for."""
    flow.kintone.set_status(flow.app, 2, "Any", ["suzuki"])
    page = body_of(flow.client.get("records", f"app={flow.app}&query=ステータス {query}"))["records"]
    assert [int(record["$id"]["value"]) for record in page] == found


@pytest.mark.parametrize("query", ['ステータス in ("New")', "作業者 in (LOGINUSER())"])
def test_query_for_a_status_without_process_is_gaia_st02(flow: Workflow, query: str) -> None:
    """Measured on a live server (kintone-sql-tools): the query itself is refused."""
    plain = flow.kintone.create_app("Plain", TITLE)
    client = InProcessClient(flow.kintone, flow.kintone.token(plain))
    assert refusal_of(client.get("records", f"app={plain}&query={query}"))[:2] == (400, "GAIA_ST02")


def test_query_for_a_status_of_another_app_is_gaia_iq10(flow: Workflow) -> None:
    """Measured likewise: a status that this app lacks is refused, a blank one finds nothing."""
    other = flow.kintone.create_app("Other", TITLE, process={"states": ["申請"]})
    client = InProcessClient(flow.kintone, flow.kintone.token(other))
    assert refusal_of(client.get("records", f'app={other}&query=ステータス in ("New")'))[:2] == (400, "GAIA_IQ10")
    assert body_of(client.get("records", f'app={other}&query=ステータス in ("")'))["records"] == []


def test_status_cannot_be_written_like_a_field(flow: Workflow) -> None:
    """Fact sheet 6.1: STATUS and STATUS_ASSIGNEE in a PUT of the record are GAIA_UN10."""
    for code, value in (("ステータス", "Free"), ("作業者", [{"code": "sato"}])):
        answer = flow.client.update(flow.app, 1, **{code: value})
        assert refusal_of(answer)[:2] == (400, "GAIA_UN10")
    assert flow.place(1) == ("New", [], "1")


def test_other_program_makes_an_app_with_a_process(flow: Workflow) -> None:
    """The control path for new apps takes process management, too."""
    given = {"name": "N", "properties": TITLE, "process": PROCESS, "comments": False}
    answer = flow.client.kintone.exchange("POST", "/_local/apps", {}, json.dumps(given).encode())
    app = body_of(answer)["app"]
    assert list(_status(flow.kintone, app)["states"])[-1] == "Free"
    assert not flow.kintone.apps[app].comments
