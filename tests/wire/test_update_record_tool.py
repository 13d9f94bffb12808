"""Changing one record, and keys that must exist, in the real plugin process."""

import json
from typing import Any, Literal

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import failure, record_with, run

TOOL = "kintone_update_record"
FORM: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "tags": {"type": "CHECK_BOX", "options": ["a", "b"]},
    "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT"}}},
}


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


@pytest.fixture
def app(site: LocalKintone) -> int:
    """Make an app with one record that has two rows."""
    app = site.create_app("update", FORM)
    site.add_records(app, [{"key": "茶-1", "name": "old", "tags": ["a"], "lines": [{"item": "x"}, {"item": "y"}]}])
    return app


def values(site: LocalKintone, app: int) -> list[dict[str, Any]]:
    """Return the values of all records of an app."""
    return [{code: content["value"] for code, content in record.items()} for record in site.records(app)]


@pytest.mark.parametrize("given_by", ["workflow", "agent"])
def test_update_as_dify_casts_it(
    host: DifyHost, site: LocalKintone, app: int, given_by: Literal["workflow", "agent"]
) -> None:
    """Texts as a node or a model fills them in, with quotes and emoji, are stored whole."""
    name = "say \"いいね\" 🍵\\ 'x'"
    parameters = {
        "record_data": f"```json\n{json.dumps({'name': name, 'lines': [{'item': 'z'}]}, ensure_ascii=False)}\n```",
        "update_key": " key ",
        "update_key_value": "茶-1",
        "table_mode": "append",
    }
    outcome = host.invoke(TOOL, parameters, credentials_of(site, app=app), given_by=given_by, timeout=60)
    (record,) = values(site, app)

    assert (record["name"], record["tags"]) == (name, ["a"])
    assert [row["value"]["item"]["value"] for row in record["lines"]] == ["x", "y", "z"]
    assert outcome.variables == {
        "record_id": "1",
        "revision": "2",
        "record_url": f"{site.origin}/k/{app}/show#record=1",
        "response": {"revision": "2"},
    }
    assert "lines: 1 row added, 2 kept" in outcome.agent_view
    assert outcome.agent_view == outcome.text


def test_replaced_rows_reach_the_agent(host: DifyHost, site: LocalKintone, app: int) -> None:
    """A model reads which rows its update removed."""
    (before,) = values(site, app)
    ids = [row["id"] for row in before["lines"]]
    outcome = host.invoke(
        TOOL, {"record_id": 1, "record_data": '{"lines": [{"item": "z"}]}'}, credentials_of(site, app=app), timeout=60
    )

    assert f"2 removed (ids {', '.join(ids)})" in outcome.agent_view
    assert (site.stats.by_api or {})["GET records"] == 1


def test_mistyped_key_is_one_refusal(host: DifyHost, site: LocalKintone) -> None:
    """The failure names key and parameter behind kintone's code, and no record is added."""
    count = len(site.records(1))
    failed = failure(host, site, TOOL, record_data={"stock": 7}, update_key="sku", update_key_value="A-0O1")

    assert failed.message.startswith("[GAIA_RE20] ")
    assert [word in failed.message for word in ("A-0O1", "sku", "update_key_value", "nothing is saved")] == [True] * 4
    assert len(site.records(1)) == count


def test_upsert_with_mistyped_key(host: DifyHost, site: LocalKintone) -> None:
    """With when_missing fail nothing of the call is written, and the entry is named with its key."""
    before = site.records(1)
    failed = failure(
        host,
        site,
        "kintone_upsert_records",
        records_data=[{"sku": "A-001", "stock": 7}, {"sku": "A-0O1", "stock": 9}],
        update_key="sku",
        when_missing="fail",
    )

    assert failed.message.startswith("[GAIA_RE20] ")
    assert [word in failed.message for word in ("entry 2", "A-0O1", "nothing is saved")] == [True] * 3
    assert site.records(1) == before


def test_upsert_with_known_keys(host: DifyHost, site: LocalKintone) -> None:
    """A key that a record has is updated as before."""
    entries = [{"sku": "A-001", "stock": 7}]
    outcome = run(host, site, "kintone_upsert_records", records_data=entries, update_key="sku", when_missing="fail")

    assert outcome.variables["upsert_result"] == {"add": 0, "updated": 1, "requested": 1, "with_update_key": 1}
    assert record_with(site, "A-001")["stock"]["value"] == "7"


def test_token_that_may_only_edit(host: DifyHost, site: LocalKintone, app: int) -> None:
    """Without the check it can change plain fields; a field that it empties may have been a table, and that is told."""
    credentials = credentials_of(site, "edit", app=app)
    parameters = {"record_id": "1", "validate_before_write": False}
    outcome = host.invoke(TOOL, {**parameters, "record_data": {"name": "new", "lines": []}}, credentials, timeout=60)

    (record,) = values(site, app)
    assert (record["name"], record["lines"]) == ("new", [])
    assert "lines" in outcome.text
    assert "name" not in outcome.text.splitlines()[-1]


@pytest.mark.parametrize(
    "parameters",
    [
        {"record_data": {"name": "new"}},
        {"record_data": {"lines": [{"item": "z"}]}, "validate_before_write": False},
        {"record_data": {"name": "new"}, "table_mode": "append", "validate_before_write": False},
    ],
)
def test_token_that_cannot_read_the_form(
    host: DifyHost, site: LocalKintone, app: int, parameters: dict[str, object]
) -> None:
    """What needs the form is refused with the permission that is missing, and nothing is written."""
    before = values(site, app)
    with pytest.raises(PluginFailure, match=r"View records|permission to view"):
        host.invoke(TOOL, {"record_id": "1", **parameters}, credentials_of(site, "edit", app=app), timeout=60)

    assert values(site, app) == before


def test_token_that_may_not_view(host: DifyHost, site: LocalKintone, app: int) -> None:
    """Rows cannot be replaced unseen: without the permission to view the record nothing is written."""
    before = values(site, app)
    credentials = credentials_of(site, "add", "edit", app=app)
    host.invoke(TOOL, {"record_id": "1", "record_data": {"name": "old"}}, credentials, timeout=60)
    with pytest.raises(PluginFailure, match="GAIA_NO01"):
        host.invoke(TOOL, {"record_id": "1", "record_data": {"lines": []}}, credentials, timeout=60)

    assert values(site, app)[0]["lines"] == before[0]["lines"]


def test_token_that_may_not_edit(host: DifyHost, site: LocalKintone, app: int) -> None:
    """Kintone's refusal names the permission."""
    with pytest.raises(PluginFailure, match=r"GAIA_NO01.*Edit records"):
        host.invoke(
            TOOL, {"record_id": "1", "record_data": {"name": "x"}}, credentials_of(site, "view", app=app), timeout=60
        )

    assert values(site, app)[0]["name"] == "old"


def test_misplaced_names_are_explained(host: DifyHost, site: LocalKintone) -> None:
    """An invented parameter is refused with the one that is meant; that of adding names this tool."""
    assert "record_id" in failure(host, site, TOOL, record_data={"stock": 1}, id=5).message
    assert TOOL in failure(host, site, "kintone_add_record", record_data={"sku": "Z"}, record_id="5").message


@pytest.mark.parametrize(("mode", "went"), [("append", "2 kept"), ("replace", "2 removed")])
def test_row_that_is_not_there(host: DifyHost, site: LocalKintone, app: int, mode: str, went: str) -> None:
    """Kintone takes a row with an id that the record lacks as a new one; a model that meant a saved row reads that."""
    (other,) = site.add_records(app, [{"key": "other", "lines": [{"item": "z"}]}])
    foreign = next(row["id"] for row in values(site, app)[other - 1]["lines"])
    rows = [{"id": foreign, "item": "mine"}, {"id": 987654, "item": "mistyped"}, {"item": "new"}]
    outcome = host.invoke(
        TOOL,
        {"record_id": "1", "record_data": json.dumps({"lines": rows}), "table_mode": mode},
        credentials_of(site, app=app),
        given_by="agent",
        timeout=60,
    )
    (line,) = (line for line in outcome.agent_view.splitlines() if line.startswith("lines: "))

    assert [word in line for word in ("3 rows added", went, f"ids {foreign}, 987654")] == [True] * 3
    assert len(values(site, app)[0]["lines"]) == (5 if mode == "append" else 3)


@pytest.mark.parametrize("empty", [None, [], ""])
def test_appending_nothing(host: DifyHost, site: LocalKintone, app: int, empty: object) -> None:
    """With append an empty list empties nothing, and nothing says that it did."""
    before = values(site, app)[0]["lines"]
    outcome = host.invoke(
        TOOL,
        {"record_id": "1", "record_data": json.dumps({"lines": empty, "name": "new"}), "table_mode": "append"},
        credentials_of(site, app=app),
        timeout=60,
    )

    assert values(site, app)[0]["lines"] == before
    assert "→ []" not in outcome.text
    assert [word in outcome.text for word in ("rows of lines stay", "table_mode")] == [True] * 2


def test_appending_no_file(host: DifyHost, site: LocalKintone) -> None:
    """The same for attachments, beside a table that is replaced and told as before."""
    app = site.create_app("files", {"papers": {"type": "FILE"}, "lines": FORM["lines"]})
    site.add_records(app, [{"lines": [{"item": "x"}]}])
    outcome = host.invoke(
        TOOL,
        {"record_id": "1", "record_data": {"papers": None, "lines": None}, "file_mode": "append"},
        credentials_of(site, app=app),
        timeout=60,
    )

    assert [word in outcome.text for word in ("files of papers stay", "file_mode", "lines: 1 removed")] == [True] * 3
    assert "lines: null → []" in outcome.text
    assert "papers: null" not in outcome.text


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        (TOOL, {"record_id": "1", "record_data": {"lines": [{"item": "z"}]}, "table_mode": "append"}),
        ("kintone_add_record", {"record_data": {"name": "new"}}),
    ],
)
def test_repeating_after_a_lost_answer(
    host: DifyHost, site: LocalKintone, app: int, name: str, parameters: dict[str, object]
) -> None:
    """The failure says that a repetition, Dify's own retry too, may write twice, as the store then shows."""
    site.fail(method="POST" if name == "kintone_add_record" else "PUT", cut="after")
    with pytest.raises(PluginFailure, match=r"may have been saved.*retry.*second time"):
        host.invoke(name, parameters, credentials_of(site, app=app), timeout=60)
    host.invoke(name, parameters, credentials_of(site, app=app), timeout=60)

    assert [len(values(site, app)), len(values(site, app)[0]["lines"])] in ([3, 2], [1, 4])


def test_repeating_with_a_revision(host: DifyHost, site: LocalKintone, app: int) -> None:
    """The failure says that a repetition is refused, and kintone refuses it."""
    parameters = {"record_id": "1", "record_data": {"name": "new"}, "revision": "1"}
    site.fail(method="PUT", cut="after")
    with pytest.raises(PluginFailure, match=r"may have been saved.*refused"):
        host.invoke(TOOL, parameters, credentials_of(site, app=app), timeout=60)
    once = values(site, app)
    with pytest.raises(PluginFailure, match="GAIA_CO02"):
        host.invoke(TOOL, parameters, credentials_of(site, app=app), timeout=60)

    assert values(site, app) == once
    assert once[0]["name"] == "new"


def test_failure_names_the_key(host: DifyHost, site: LocalKintone, app: int) -> None:
    """Of fifty runs of an Iteration node, the line tells which record was not written."""
    parameters = {"update_key": "key", "update_key_value": "茶-1", "record_data": {"name": "x"}, "revision": "9"}
    with pytest.raises(PluginFailure, match=r"GAIA_CO02.*key = .茶-1"):
        host.invoke(TOOL, parameters, credentials_of(site, app=app), timeout=60)
