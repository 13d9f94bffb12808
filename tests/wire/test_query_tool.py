"""Querying records, in the plugin process."""

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
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Query with a token that may only view."""
    return host.invoke("kintone_query", parameters, credentials_of(site, "view"), timeout=60)


def test_unknown_field_code_in_a_query(host: DifyHost, site: LocalKintone) -> None:
    """The error of an unknown field code suggests the nearest existing one."""
    with pytest.raises(PluginFailure, match=r'\[GAIA_IQ11\] .*"cdoe"; did you mean "code"'):
        run(host, site, query='cdoe = "1"')


@pytest.mark.parametrize("mode", MODES)
def test_all_records_are_returned_when_a_mode_reads_many_pages(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """In every mode the count is right and no line is near Dify's limit."""
    outcome = run(host, site, output_mode=mode, fields="$id,code")

    assert outcome.variables["record_count"] == RECORDS
    assert mode == "text_only" or outcome.json[-1]["summary"]["total_records"] == RECORDS
    assert outcome.longest_line < 1_000_000
    assert outcome.text.startswith(f"{RECORDS:,} records of app 1")


def test_records_are_the_same_in_json_variables_and_files(host: DifyHost, site: LocalKintone) -> None:
    """Pages, plain objects, variables and both kinds of file have the same records."""
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


def test_pages_are_in_order_when_they_are_streamed(host: DifyHost, site: LocalKintone) -> None:
    """There is one message for each page, then one for the summary."""
    *pages, last = run(host, site, output_mode="json_stream").json

    assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
    ids = [int(record["$id"]["value"]) for page in pages for record in page["records"]]
    assert len(ids) == RECORDS
    assert ids == sorted(set(ids))
    assert last["summary"]["pages"] == len(pages)


def test_call_fails_when_the_records_do_not_fit_one_message(host: DifyHost, site: LocalKintone) -> None:
    """Nothing is sent, the error names a mode that helps, and the plugin continues to work."""
    messages: list[object] = []
    with pytest.raises(PluginFailure) as failed:
        host.invoke("kintone_query", {}, credentials_of(site, "view"), timeout=60, on_message=messages.append)

    assert failed.value.code == "TOO_LARGE"
    assert "json_stream" in failed.value.message
    assert "\n" not in failed.value.message
    assert not messages
    assert run(host, site, max_records=1).variables["record_count"] == 1


def test_result_when_no_record_matches(host: DifyHost, site: LocalKintone) -> None:
    """A query without matches is a result, not an error."""
    outcome = run(host, site, query="$id < 0")

    assert outcome.text == "No record of app 1 matches.\n"
    assert outcome.variables == {"record_count": 0, "total_count": 0, "record_ids": [], "records": []}


def test_warning_when_kintone_stops_a_search_early(
    host: DifyHost, site: LocalKintone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text and the summary say that the result is partial."""
    monkeypatch.setattr(site.settings, "like_limit", 5)
    outcome = run(host, site, query='memo like "Record"')

    assert "partial" in outcome.json[0]["summary"]["warnings"][0]
    assert outcome.text.startswith("Warning: kintone stopped the search")


def test_failure_is_one_line_when_kintone_refuses_the_query(host: DifyHost, site: LocalKintone) -> None:
    """The message begins with kintone's error code."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, query='no_such_field = "1"')

    assert failed.value.message.startswith("[GAIA_IQ11] ")


def test_pages_have_only_the_requested_fields_when_they_are_streamed(host: DifyHost, site: LocalKintone) -> None:
    """``$id``, which paging reads too, and ``$revision`` are left out; Dify sorts the names."""
    *pages, _ = run(host, site, output_mode="json_stream", fields="memo,code").json

    assert len(pages) > 1
    assert {tuple(record) for page in pages for record in page["records"]} == {("code", "memo")}


@pytest.mark.parametrize("query", ["", "order by code desc"])
@pytest.mark.parametrize("mode", MODES)
def test_every_warning_is_reported_when_pages_have_different_ones(
    host: DifyHost, site: LocalKintone, mode: str, query: str
) -> None:
    """Each warning stands once in the summary and once in the text, whichever way records are read."""
    for api in ("records", "records/cursor"):
        site.fail(api=api, method="GET", after=0, headers={"X-Cybozu-Warning": "first thing"})
        site.fail(api=api, method="GET", after=1, headers={"X-Cybozu-Warning": "other thing"})
        site.fail(api=api, method="GET", after=1, headers={"X-Cybozu-Warning": "first thing"})
    outcome = run(host, site, query=query, output_mode=mode, fields="$id")

    expected = ["kintone warns: first thing", "kintone warns: other thing"]
    assert mode == "text_only" or sorted(outcome.json[-1]["summary"]["warnings"]) == expected
    assert [outcome.text.count(f"Warning: {warning}") for warning in expected] == [1, 1]


def test_csv_columns_when_old_records_lack_a_field(host: DifyHost, site: LocalKintone) -> None:
    """The header comes from the form, not from records that were saved before the field was added."""
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


def test_suggestion_when_the_form_has_just_changed(host: DifyHost, site: LocalKintone) -> None:
    """The suggestion comes from the current form, not from the cached one."""
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
