"""Deleting records in the real plugin process, as Dify casts the parameters."""

import json
from typing import Any, Literal

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone, ReceivedRequest
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import failure

TOOL = "kintone_delete_records"
FORM: dict[str, dict[str, Any]] = {"name": {"type": "SINGLE_LINE_TEXT"}, "papers": {"type": "FILE"}}


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


@pytest.fixture
def app(site: LocalKintone) -> int:
    """Make an app with five records."""
    app = site.create_app("delete", FORM, code="DEL")
    site.add_records(app, [{"name": name} for name in ("茶 🍵", 'say "x"', "茶 🍵", "ink", "ink")])
    return app


def ids(site: LocalKintone, app: int) -> list[int]:
    """Return the ids of the records of an app."""
    return [int(record["$id"]["value"]) for record in site.records(app)]


@pytest.mark.parametrize("given_by", ["workflow", "agent"])
@pytest.mark.parametrize(
    ("parameters", "gone"),
    [
        ({"record_ids": "DEL-2, 4"}, ["2", "4"]),
        ({"record_ids": '```json\n[2, "4"]\n```'}, ["2", "4"]),
        ({"query": 'name = "茶 🍵"', "confirm_count": "2"}, ["1", "3"]),
        ({"query": 'name = "茶 🍵"', "confirm_count": 2}, ["1", "3"]),
        ({"query": 'name = "none"', "confirm_count": 0}, []),
    ],
)
def test_delete_as_dify_casts_it(  # noqa: PLR0913, PLR0917 - fixtures and cases
    host: DifyHost,
    site: LocalKintone,
    app: int,
    given_by: Literal["workflow", "agent"],
    parameters: dict[str, Any],
    gone: list[str],
) -> None:
    """Exactly these records go; variables, JSON and text tell them, and that they cannot be restored."""
    outcome = host.invoke(TOOL, parameters, credentials_of(site, app=app), given_by=given_by, timeout=60)

    assert ids(site, app) == [number for number in range(1, 6) if str(number) not in gone]
    assert outcome.variables == {"deleted_count": len(gone), "record_ids": gone}
    assert outcome.json == [{"deleted_count": len(gone), "record_ids": gone}]
    assert outcome.agent_view == outcome.text
    assert all(number in outcome.text for number in gone)
    assert ("cannot be restored" in outcome.text) is bool(gone)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"record_ids": ""},
        {"record_ids": "[]"},
        {"query": "", "confirm_count": 5},
        {"query": 'name = "ink"'},
        {"query": 'name = "ink"', "confirm_count": 1},
        {"query": 'name = "ink"', "confirm_count": 3},
        {"query": 'name = "ink" limit 1', "confirm_count": 1},
        {"record_ids": "1", "query": 'name = "ink"', "confirm_count": 2},
        {"record_ids": "INQ-1"},
        {"condition": 'name = "ink"', "confirm_count": 2},
        {"record_ids": "1, 99"},
    ],
)
def test_what_is_refused_deletes_nothing(
    host: DifyHost, site: LocalKintone, app: int, parameters: dict[str, Any]
) -> None:
    """Whatever is missing, too much or wrong: every record stays."""
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), **parameters)

    assert ids(site, app) == [1, 2, 3, 4, 5]
    assert failed.code == ("GAIA_RE01" if parameters == {"record_ids": "1, 99"} else "INVALID_INPUT")


@pytest.mark.parametrize("space", [3, None])
@pytest.mark.parametrize("count", [2, 150])
def test_paths_of_a_guest_space(host: DifyHost, site: LocalKintone, space: int | None, count: int) -> None:
    """Outer and inner paths name the guest space."""
    app = site.create_app("guests", FORM, guest_space=space)
    site.add_records(app, [{"name": str(number)} for number in range(count + 1)])
    credentials = credentials_of(site, app=app) | {"kintone_guest_space_id": str(space or "")}

    outcome = host.invoke(TOOL, {"query": f"$id <= {count}", "confirm_count": count}, credentials)

    assert outcome.variables["deleted_count"] == count
    assert ids(site, app) == [count + 1]
    base = f"/k/guest/{space}/v1" if space else "/k/v1"
    assert {request.path.rpartition("/")[0] for request in site.requests} == {base}


@pytest.mark.parametrize(
    ("permissions", "parameters", "permission"),
    [
        (("view",), {"record_ids": "1"}, "Delete records"),
        (("view", "add", "edit"), {"query": 'name = "ink"', "confirm_count": 2}, "Delete records"),
        (("delete",), {"query": 'name = "ink"', "confirm_count": 2}, "View records"),
    ],
)
def test_a_token_without_a_permission(  # noqa: PLR0913, PLR0917 - fixtures and cases
    host: DifyHost,
    site: LocalKintone,
    app: int,
    permissions: tuple[str, ...],
    parameters: dict[str, Any],
    permission: str,
) -> None:
    """The message names the permission to tick, by its name on kintone's screen."""
    token = site.token(app, *permissions)
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=token, **parameters)

    assert failed.code == "GAIA_NO01"
    assert f"tick {permission} for" in failed.message
    assert "nothing was deleted" in failed.message
    assert ids(site, app) == [1, 2, 3, 4, 5]


def test_a_token_that_may_only_delete(host: DifyHost, site: LocalKintone, app: int) -> None:
    """By ids nothing has to be read."""
    credentials = credentials_of(site, app=app) | {"kintone_api_token": site.token(app, "delete")}
    assert host.invoke(TOOL, {"record_ids": "2,3"}, credentials).variables["deleted_count"] == 2
    assert ids(site, app) == [1, 4, 5]


def test_comments_and_files_go_with_their_record(host: DifyHost, site: LocalKintone, app: int) -> None:
    """A record that is gone has neither; those of other records stay."""
    for record in (1, 2):
        site.add_comment(app, record, "x")
    credentials = credentials_of(site, app=app)
    host.invoke(TOOL, {"record_ids": "1"}, credentials)

    kept = host.invoke("kintone_get_record_comments", {"record_id": "2"}, credentials)
    assert kept.variables["comment_count"] == 1
    with pytest.raises(Exception, match="GAIA_RE01"):
        host.invoke("kintone_get_record_comments", {"record_id": "1"}, credentials)


LOST = {"503": {"status": 503}, "cut": {"cut": "before"}, "page": {"login_page": True}}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_ids_that_never_existed_and_a_lost_answer(
    host: DifyHost, site: LocalKintone, app: int, fault: dict[str, Any]
) -> None:
    """Nobody can tell these from deleted records afterwards: they are told as missing, not as deleted."""
    site.fail(method="DELETE", api="records", **fault)
    outcome = host.invoke(TOOL, {"record_ids": "98, 99"}, credentials_of(site, app=app), timeout=60)

    assert ids(site, app) == [1, 2, 3, 4, 5]
    assert "Deleted" not in outcome.text
    assert "records 98, 99" in outcome.text
    assert "not known" in outcome.text


def test_only_the_batch_whose_answer_was_lost_is_doubtful(host: DifyHost, site: LocalKintone) -> None:
    """What kintone confirmed is told as deleted, apart from what was only looked up."""
    app = site.create_app("batches", FORM)
    site.add_records(app, [{}] * 2_003)
    site.fail(method="DELETE", api="records", status=500, applied=True)
    named = ",".join(map(str, range(1, 2_003)))
    outcome = host.invoke(TOOL, {"record_ids": named}, credentials_of(site, app=app), timeout=60)

    assert ids(site, app) == [2_003]
    assert "Deleted 2,000 records" in outcome.text
    (doubtful,) = (line for line in outcome.text.splitlines() if "not known" in line)
    assert "records 2001, 2002" in doubtful
    assert outcome.variables["deleted_count"] == 2_002


@pytest.mark.parametrize(("named", "word"), [("2", "whether record 2 is"), ("2, 3", "which of records 2, 3 are")])
def test_one_record_of_unknown_outcome(host: DifyHost, site: LocalKintone, app: int, named: str, word: str) -> None:
    """One record is spoken of as one."""
    site.fail(method="DELETE", api="records", status=503, applied=False, times=None)
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), record_ids=named)

    assert failed.code == "UNAVAILABLE"
    assert word in failed.message
    assert ("all of these" in failed.message) == ("," in named)
    assert ids(site, app) == [1, 2, 3, 4, 5]


def test_records_of_a_query_whose_answer_was_lost(host: DifyHost, site: LocalKintone, app: int) -> None:
    """A query has seen the records, so they are told as deleted."""
    site.fail(method="DELETE", api="records", status=500, applied=True)
    parameters = {"query": 'name = "ink"', "confirm_count": 2}
    outcome = host.invoke(TOOL, parameters, credentials_of(site, app=app), timeout=60)

    assert ids(site, app) == [1, 2, 3]
    assert "Deleted 2 records" in outcome.text
    assert "not known" not in outcome.text
    assert "some of them" not in outcome.text


def test_a_later_batch_fails_after_an_answer_was_lost(host: DifyHost, site: LocalKintone) -> None:
    """The failure, too, calls deleted only what kintone confirmed."""
    app = site.create_app("broken", FORM)
    site.add_records(app, [{}] * 4_001)
    site.fail(method="POST", api="bulkRequest", after=1, status=500, applied=True)
    given = ",".join(map(str, [*range(1, 4_001), 5_000]))
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), record_ids=given)

    assert ids(site, app) == [4_001]
    assert failed.code == "GAIA_RE01"
    assert "; deleted: records 1 to 2000;" in failed.message
    assert "not known: records 2001 to 4000" in failed.message


def test_nothing_is_called_deleted_when_all_answers_were_lost(host: DifyHost, site: LocalKintone) -> None:
    """IDs of another app, a lost answer, and a refusal: this call may have deleted nothing at all."""
    app = site.create_app("foreign", FORM)
    site.fail(method="POST", api="bulkRequest", status=500)
    given = ",".join(map(str, range(1, 2_002)))
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), record_ids=given)

    assert failed.code == "GAIA_RE01"
    assert "deleted: records" not in failed.message
    assert "not known: records 1 to 2000" in failed.message


@pytest.mark.parametrize("parameters", [{"record_ids": "4, 5"}, {"query": 'name = "ink"', "confirm_count": 2}])
def test_somebody_changes_a_record_in_the_same_moment(
    host: DifyHost, site: LocalKintone, app: int, parameters: dict[str, Any]
) -> None:
    """The advice fits a tool that takes no values and no revision."""
    site.fail(method="DELETE", api="records", status=409, code="GAIA_CO02")
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), **parameters)

    assert failed.code == "GAIA_CO02"
    assert "nothing was deleted" in failed.message
    assert "revision" not in failed.message
    assert "values" not in failed.message


def test_a_query_that_finds_nothing_although_something_was_expected(
    host: DifyHost, site: LocalKintone, app: int
) -> None:
    """As when a workflow's node repeats a deletion that was carried out: no advice to confirm 0 records."""
    parameters = {"query": 'name = "none"', "confirm_count": 2}
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), **parameters)

    assert failed.code == "INVALID_INPUT"
    assert "confirm_count 0" not in failed.message
    assert "deleted before" in failed.message


@pytest.mark.parametrize(("given", "has_others"), [("98, 99", False), ("99", False), ("1, 99", True)])
def test_advice_about_others_where_there_are_others(
    host: DifyHost, site: LocalKintone, app: int, given: str, *, has_others: bool
) -> None:
    """Without the IDs that no record has, an empty list would be left."""
    failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), record_ids=given)

    assert failed.code == "GAIA_RE01"
    assert "kintone_app_id" in failed.message
    assert ("send record_ids" in failed.message) is has_others


def test_somebody_else_deletes_everything_that_was_found(host: DifyHost, site: LocalKintone, app: int) -> None:
    """Nothing is left to do; a call with confirm_count 0 would do nothing."""
    token = site.token(app, author="others")

    def delete(request: ReceivedRequest) -> None:
        if request.method == "DELETE" and len(ids(site, app)) == 5:
            headers = {"User-Agent": "test", "X-Cybozu-API-Token": token, "Content-Type": "application/json"}
            body = json.dumps({"app": app, "ids": [4, 5]}).encode()
            site.exchange("DELETE", "/k/v1/records.json", headers, body)

    site.before_request.append(delete)
    try:
        parameters = {"query": 'name = "ink"', "confirm_count": 2}
        failed = failure(host, site, TOOL, kintone_app_id=str(app), kintone_api_token=site.token(app), **parameters)
    finally:
        site.before_request.remove(delete)

    assert ids(site, app) == [1, 2, 3]
    assert failed.code == "GAIA_RE01"
    assert "confirm_count 0" not in failed.message
    assert "nothing is left" in failed.message


def test_kintone_counts_more_than_it_shows(host: DifyHost, site: LocalKintone, app: int) -> None:
    """The IDs that were read count; the doubt is told, but nobody is asked to run a deletion again to settle it."""
    shown = {"records": [{"$id": {"type": "__ID__", "value": number}} for number in ("4", "5")], "totalCount": "7"}
    answer: dict[str, Any] = {"status": 200, "body": json.dumps(shown), "content_type": "application/json"}
    site.fail(method="GET", api="records", **answer)
    parameters = {"query": 'name = "ink"', "confirm_count": 2}
    outcome = host.invoke(TOOL, parameters, credentials_of(site, app=app), timeout=60)

    assert ids(site, app) == [1, 2, 3]
    assert "kintone counted 7" in outcome.text
    assert "run this again" not in outcome.text
