"""Describing the fields of an app: which app, which requests are sent, and what a token may not see."""

import re
from collections.abc import Iterator

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.get_fields_tool import CUSTOMERS, EVERY_FIELD, GUEST_NOTES, ORDERS, by_code, refused, run
from tests.wire.plugin import credentials_of


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone) -> Iterator[None]:
    site.clear_failures()
    yield
    site.clear_failures()


def test_process_that_the_token_may_not_see(host: DifyHost, site: LocalKintone) -> None:
    """The fields are described, and text and variable say that process management is on, but not how."""
    site.fail(api="app/status", status=403, code="GAIA_NO01")
    outcome = run(host, site, EVERY_FIELD)

    assert outcome.variables["process"] == {"enabled": True, "statuses": [], "actions": []}
    assert "GAIA_NO01" in outcome.text.splitlines()[-1]
    assert len(outcome.variables["fields"]) == len(site.apps[EVERY_FIELD].form.properties)


def test_name_that_cannot_be_read(host: DifyHost, site: LocalKintone) -> None:
    """Without app.json the name is blank and the rest is as it was."""
    with_name = run(host, site)
    site.fail(api="app", status=403, code="GAIA_NO01")
    without = run(host, site)

    assert without.variables["app"] == {"id": "1", "name": ""}
    assert without.variables["fields"] == with_name.variables["fields"]
    assert without.text.partition("\n")[2] == with_name.text.partition("\n")[2]


@pytest.mark.parametrize(("permission", "may_view"), [("view", True), ("add", False)])
def test_token_that_may_only_view_or_only_add(
    host: DifyHost, site: LocalKintone, permission: str, *, may_view: bool
) -> None:
    """Both tokens describe all fields; the text says which of them may view records."""
    outcome = run(host, site, ORDERS, permission)

    assert len(outcome.variables["fields"]) == len(site.apps[ORDERS].form.properties)
    assert ("may not view" in outcome.text) != may_view


def test_form_that_cannot_be_read_is_a_failure(host: DifyHost, site: LocalKintone) -> None:
    """Without the form there is nothing to describe."""
    site.fail(api="app/form/fields", status=403, code="GAIA_NO01")
    assert refused(host, site).message.startswith("[GAIA_NO01] ")


def test_app_that_the_token_does_not_cover(host: DifyHost, site: LocalKintone) -> None:
    """A token of another app, an unknown app and a token that may only edit fail with kintone's code."""
    codes = [
        refused(host, site, kintone_app_id=CUSTOMERS).message.partition("]")[0],
        refused(host, site, kintone_app_id=999).message.partition("]")[0],
    ]
    with pytest.raises(PluginFailure) as failed:
        run(host, site, ORDERS, "edit")
    assert [*codes, failed.value.message.partition("]")[0]] == ["[GAIA_IA02", "[GAIA_AP01", "[GAIA_NO01"]


def test_another_app_by_its_number(host: DifyHost, site: LocalKintone) -> None:
    """With a token of each app, the call decides which app is described."""
    tokens = f"{site.token(ORDERS, 'view')},{site.token(CUSTOMERS, 'view')}"
    credentials = {**credentials_of(site, "view"), "kintone_api_token": tokens}
    outcome = host.invoke("kintone_get_fields", {"kintone_app_id": CUSTOMERS}, credentials)

    assert outcome.variables["app"] == {"id": str(CUSTOMERS), "name": site.apps[CUSTOMERS].name}
    assert set(by_code(outcome)) == set(site.apps[CUSTOMERS].form.properties)


def test_app_in_a_guest_space(host: DifyHost, site: LocalKintone) -> None:
    """All requests go through the path of the guest space."""
    before = len(site.requests)
    space = site.apps[GUEST_NOTES].guest_space
    outcome = run(host, site, GUEST_NOTES, kintone_guest_space_id=space)

    assert set(by_code(outcome)) == set(site.apps[GUEST_NOTES].form.properties)
    assert outcome.variables["app"]["name"] == site.apps[GUEST_NOTES].name
    paths = [request.path for request in site.requests[before:]]
    assert len(paths) == 4
    assert all(path.startswith(f"/k/guest/{space}/v1/") for path in paths)


def test_nothing_is_written_and_no_record_is_returned(host: DifyHost, site: LocalKintone) -> None:
    """Four reads; of the records only one id is asked for, and it is not shown."""
    before, writes = len(site.requests), len(site.writes)
    outcome = run(host, site)

    requests = site.requests[before:]
    assert {request.method for request in requests} == {"GET"}
    assert len(requests) == 4
    assert len(site.writes) == writes
    assert "りんごジュース" not in str(outcome.variables)


@pytest.mark.parametrize(("api", "line"), [("app", 0), ("records", 1), ("app/status", -1)])
def test_part_that_cannot_be_read_is_told(host: DifyHost, site: LocalKintone, api: str, line: int) -> None:
    """Name, permission and process are not left out in silence: the text says that they could not be found out."""
    site.fail(api=api, times=None, status=404)
    outcome = run(host, site, EVERY_FIELD)

    assert re.search(r"could not be (read|found out).*[A-Z]{4}", outcome.text.splitlines()[line])
    assert "with this credential" not in outcome.text
    assert len(outcome.variables["fields"]) == len(site.apps[EVERY_FIELD].form.properties)
