"""Querying records, in the real plugin process."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

RECORDS = 3_000
MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with an app of 20 fields."""
    with LocalKintone(seed="wide", records=RECORDS, port=ports.take()) as running:
        yield running


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone) -> None:
    site.clear_failures()


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Query with a token that may only view."""
    return host.invoke("kintone_query", parameters, credentials_of(site, "view"), timeout=60)


def test_nearest_code_is_named_when_the_query_has_an_unknown_one(host: DifyHost, site: LocalKintone) -> None:
    """Kintone's refusal of a query is told with what was probably meant."""
    with pytest.raises(PluginFailure, match=r'\[GAIA_IQ11\] .*did you mean "code" instead of "cdoe"'):
        run(host, site, query='cdoe = "1"')


@pytest.mark.parametrize("mode", MODES)
def test_every_record_comes_once_when_a_mode_reads_many_pages(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """Whatever the mode, the count is right and no line comes near Dify's limit."""
    outcome = run(host, site, output_mode=mode, fields="$id,code")

    assert outcome.variables["record_count"] == RECORDS
    assert mode == "text_only" or outcome.json[-1]["summary"]["total_records"] == RECORDS
    assert outcome.longest_line < 1_000_000
    assert outcome.text.startswith(f"{RECORDS:,} records of app 1")


def test_shapes_are_the_same_when_records_are_read_as_json_or_file(host: DifyHost, site: LocalKintone) -> None:
    """Pages, plain objects, variables and both files tell of the same records."""
    query = "order by $id asc limit 20"
    (both,) = run(host, site, query=query).json
    flat = run(host, site, query=query, output_mode="flattened_json")
    (lines,) = run(host, site, query=query, output_mode="jsonl_file").files
    (table,) = run(host, site, query=query, output_mode="csv_file").files
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))

    ids = [record["$id"]["value"] for record in both["records"]]
    assert len(ids) == 20
    assert [record["$id"] for record in flat.variables["records"]] == flat.variables["record_ids"] == ids
    assert [json.loads(line) for line in lines.content.splitlines()] == flat.json[0]["records"]
    assert [row["$id"] for row in rows] == ids
    assert (table.name.endswith(".csv"), lines.name.endswith(".jsonl")) == (True, True)


def test_pages_come_in_order_when_they_are_streamed(host: DifyHost, site: LocalKintone) -> None:
    """One message per page, then the summary."""
    *pages, last = run(host, site, output_mode="json_stream").json

    assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
    ids = [int(record["$id"]["value"]) for page in pages for record in page["records"]]
    assert len(ids) == RECORDS
    assert ids == sorted(set(ids))
    assert last["summary"]["pages"] == len(pages)


def test_call_fails_before_sending_when_one_message_cannot_hold_the_records(host: DifyHost, site: LocalKintone) -> None:
    """The error names what helps, and the plugin lives on."""
    messages: list[object] = []
    with pytest.raises(PluginFailure) as failed:
        host.invoke("kintone_query", {}, credentials_of(site, "view"), timeout=60, on_message=messages.append)

    assert failed.value.code == "TOO_LARGE"
    assert "json_stream" in failed.value.message
    assert "\n" not in failed.value.message
    assert not messages
    assert run(host, site, max_records=1).variables["record_count"] == 1


def test_nothing_is_found_when_no_record_matches(host: DifyHost, site: LocalKintone) -> None:
    """That is an answer."""
    outcome = run(host, site, query="$id < 0")

    assert outcome.text == "No record of app 1 matches.\n"
    assert outcome.variables == {"record_count": 0, "record_ids": [], "records": []}


def test_warning_comes_first_when_kintone_cuts_a_search_off(
    host: DifyHost, site: LocalKintone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial answer says so, in the text and in the summary."""
    monkeypatch.setattr(site.settings, "like_limit", 5)
    outcome = run(host, site, query='memo like "Record"')

    assert "partial" in outcome.json[0]["summary"]["warnings"][0]
    assert outcome.text.startswith("Warning: kintone stopped the search")


def test_failure_is_one_line_when_kintone_refuses_the_query(host: DifyHost, site: LocalKintone) -> None:
    """The code of kintone comes first."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, query='no_such_field = "1"')

    assert failed.value.message.startswith("[GAIA_IQ11] ")


def test_pages_hold_the_fields_asked_for_alone_when_they_are_streamed(host: DifyHost, site: LocalKintone) -> None:
    """Without ``$id`` and ``$revision``, although ``$id`` is read for the pages' sake; Dify sorts them by name."""
    *pages, _ = run(host, site, output_mode="json_stream", fields="memo,code").json

    assert len(pages) > 1
    assert {tuple(record) for page in pages for record in page["records"]} == {("code", "memo")}


@pytest.mark.parametrize("query", ["", "order by code desc"])
@pytest.mark.parametrize("mode", MODES)
def test_every_warning_is_told_when_pages_came_with_different_ones(
    host: DifyHost, site: LocalKintone, mode: str, query: str
) -> None:
    """Each once, in the summary and in the text, whichever way was read."""
    for api in ("records", "records/cursor"):
        site.fail(api=api, method="GET", after=0, headers={"X-Cybozu-Warning": "first thing"})
        site.fail(api=api, method="GET", after=1, headers={"X-Cybozu-Warning": "other thing"})
        site.fail(api=api, method="GET", after=1, headers={"X-Cybozu-Warning": "first thing"})
    outcome = run(host, site, query=query, output_mode=mode, fields="$id")

    wanted = ["kintone warns: first thing", "kintone warns: other thing"]
    assert mode == "text_only" or sorted(outcome.json[-1]["summary"]["warnings"]) == wanted
    assert [outcome.text.count(f"Warning: {warning}") for warning in wanted] == [1, 1]


def test_file_has_the_columns_of_the_form_when_old_records_lack_one(host: DifyHost, site: LocalKintone) -> None:
    """Records from before a change of the form do not show the new field; they are not the measure of the header."""
    form: dict[str, Any] = {"name": {"type": "SINGLE_LINE_TEXT"}}
    app = site.create_app("changed", form)
    site.add_records(app, ({"name": str(number)} for number in range(600)))
    credentials = credentials_of(site, "view", app=app)
    (before,) = host.invoke("kintone_query", {"output_mode": "csv_file"}, credentials).files
    site.change_form(app, {"added": {"type": "NUMBER"}, **form})
    site.add_records(app, [{"name": "new", "added": "-5"}])
    (after,) = host.invoke("kintone_query", {"output_mode": "csv_file"}, credentials).files

    headers = [next(csv.reader(io.StringIO(file.content.decode("utf-8-sig")))) for file in (before, after)]
    rows = list(csv.DictReader(io.StringIO(after.content.decode("utf-8-sig"), newline="")))
    assert headers[1][:3] == ["$id", "added", "name"]
    assert [code for code in headers[1] if code != "added"] == headers[0]
    assert [row["added"] for row in rows] == [""] * 600 + ["-5"]


def test_suggestion_knows_the_form_when_it_has_just_changed(host: DifyHost, site: LocalKintone) -> None:
    """A form that was read a moment ago names no code that is gone."""
    app = site.create_app("renamed", {"amount_old": {"type": "NUMBER"}})
    credentials = credentials_of(site, "view", app=app)
    parameters = {"query": "amount > 1"}
    messages: list[str] = []
    for code in ("amount_old", "amount_new"):
        site.change_form(app, {code: {"type": "NUMBER"}})
        with pytest.raises(PluginFailure) as failed:
            host.invoke("kintone_query", parameters, credentials)
        messages.append(failed.value.message)

    assert 'did you mean "amount_old"' in messages[0]
    assert 'did you mean "amount_new"' in messages[1]
