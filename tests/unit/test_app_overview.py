"""Reading what a credential may know of an app, with a kintone in this process."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.api import Answer, Request
from kintone.app_overview import EXTRAS_SECONDS, AppOverview, Process, read_overview
from kintone.client import KintoneClient
from kintone.deadline import Deadline
from kintone.errors import KintoneError, UnknownResponseError
from tests.unit.in_process import Asked, InProcess

FORM: dict[str, dict[str, Any]] = {"name": {"type": "SINGLE_LINE_TEXT"}, "状況": {"type": "STATUS", "enabled": True}}
EXTRAS = ("app", "app/status", "records")


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Return a kintone whose app has process management, and a client."""
    with InProcess(FORM) as running:
        yield running


def overview_of(site: InProcess) -> AppOverview:
    """Read the app of a site."""
    return read_overview(site.client, site.app, lambda: site.client.forms.read(site.app, fresh=True))


def test_app_is_read_in_four_requests_at_once(site: InProcess) -> None:
    """No request waits for the answer of another, and none asks for more than one record and its id."""
    site.before = lambda _asked: site.pass_time(1)

    overview = overview_of(site)

    assert sorted(asked.call for asked in site.asked) == [
        "GET app", "GET app/form/fields", "GET app/status", "GET records",
    ]  # fmt: skip
    assert site.scheduler.now() < 2
    assert (overview.name, overview.may_view) == ("app", True)
    asked = {each.api: each.parameters for each in site.asked}
    assert asked["records"] == {"app": str(site.app), "fields": ["$id"], "query": "limit 1"}
    assert asked["app/status"] == {"app": str(site.app), "lang": "user"}
    assert asked["app"] == {"id": str(site.app)}


def test_process_is_read_in_the_order_of_its_statuses(site: InProcess) -> None:
    """Statuses go by their index, whatever order the answer has; actions keep theirs."""

    def mixed(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "states": dict(reversed(body["states"].items()))} if asked.api == "app/status" else body

    site.change = mixed
    process = overview_of(site).process

    assert isinstance(process, Process)
    assert process.statuses == ["未処理", "処理中", "完了"]
    assert [(action.name, action.before, action.after) for action in process.actions][:2] == [
        ("処理を開始", "未処理", "処理中"),
        ("完了する", "処理中", "完了"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"enable": False, "states": None, "actions": None},
        {
            "enable": False,
            "states": {"x": {"name": "x", "index": "0"}},
            "actions": [{"name": "a", "from": "x", "to": "x"}],
        },
    ],
)
def test_process_that_is_off_has_no_statuses(site: InProcess, answer: dict[str, Any]) -> None:
    """Whether it was never set or was switched off, no status can be reached and no action taken."""
    site.change = lambda asked, body: answer if asked.api == "app/status" else body

    assert overview_of(site).process == Process(enabled=False)


@pytest.mark.parametrize("api", EXTRAS)
@pytest.mark.parametrize(("status", "code"), [(403, "GAIA_NO01"), (400, "GAIA_IL23"), (404, "")])
def test_form_is_returned_when_another_part_is_refused(site: InProcess, api: str, status: int, code: str) -> None:
    """A refusal of name, process or record leaves the other parts as they are."""
    site.kintone.fail(api=api, status=status, code=code or None, times=1)

    overview = overview_of(site)

    assert list(overview.form.fields)[:2] == ["name", "状況"]
    assert isinstance(overview.name, KintoneError) == (api == "app")
    assert isinstance(overview.process, KintoneError) == (api == "app/status")
    if api == "records" and code == "GAIA_NO01":
        assert overview.may_view is False
    else:
        assert isinstance(overview.may_view, KintoneError) == (api == "records")


def test_waiting_for_the_other_parts_is_bounded(site: InProcess) -> None:
    """If the process management never answers, the fields come after half a minute at most."""

    def never(asked: Asked) -> None:
        if asked.api == "app/status":
            site.pass_time(1_000)

    site.before = never
    overview = overview_of(site)

    assert isinstance(overview.process, KintoneError)
    assert site.scheduler.now() <= EXTRAS_SECONDS + 1


def test_failure_of_the_form_is_raised_at_once(site: InProcess) -> None:
    """If the form cannot be read, nothing is waited for."""

    def slow(asked: Asked) -> None:
        if asked.api != "app/form/fields":
            site.pass_time(20)

    site.before = slow
    site.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=1)

    with pytest.raises(KintoneError) as failed:
        overview_of(site)
    assert failed.value.code == "GAIA_NO01"
    assert site.scheduler.now() < 20


def test_other_requests_end_when_the_form_failed(site: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the form cannot be read, the requests for the other parts are cancelled, so that none is sent again."""
    deadlines: list[Deadline] = []
    call = KintoneClient.call

    def noted(client: KintoneClient, request: Request, deadline: Deadline | None = None) -> Answer:
        if deadline:
            deadlines.append(deadline)
        return call(client, request, deadline)

    monkeypatch.setattr(KintoneClient, "call", noted)
    site.before = lambda asked: site.pass_time(1) if asked.api == "app/form/fields" else None
    site.kintone.fail(api="app/form/fields", status=403, code="GAIA_NO01", times=1)

    with pytest.raises(KintoneError):
        overview_of(site)
    assert [deadline.is_cancelled for deadline in deadlines] == [True] * len(EXTRAS)
    assert not site.client.deadline.is_cancelled


@pytest.mark.parametrize(
    ("api", "answer"),
    [
        ("app", {"appId": "999", "name": "another"}),
        ("app", {"appId": "1", "name": 5}),
        ("app/status", {"enable": "true"}),
        ("app/status", {"enable": True, "states": {"x": {"index": "0"}}}),
        ("app/status", {"enable": True, "states": {}, "actions": [{"name": "a", "from": "x"}]}),
        ("app/status", {"enable": True, "states": {}, "actions": [{"name": "a", "from": "x", "to": "x"}] * 10_001}),
        ("records", {"records": {}}),
        ("records", {}),
    ],
)
def test_part_that_is_not_kintones_is_an_error(site: InProcess, api: str, answer: dict[str, Any]) -> None:
    """An answer without the documented shape tells nothing, and the fields are read all the same."""
    site.change = lambda asked, body: answer if asked.api == api else body
    overview = overview_of(site)

    part = {"app": overview.name, "app/status": overview.process, "records": overview.may_view}[api]
    assert isinstance(part, UnknownResponseError)
    assert overview.form.fields
