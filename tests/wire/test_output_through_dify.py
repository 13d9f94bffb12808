"""What an agent's model reads of a successful tool, and what a workflow gets, in the plugin process."""

import json

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.good_parameters import as_texts, good_parameters, prepared
from tests.wire.plugin import credentials_of

WITHOUT_JSON = {"kintone_upload_file", "kintone_download_file", "kintone_query_docs", "kintone_record_data_docs"}
"""Tools that an agent cannot give a file to, or that send no JSON."""


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool not in WITHOUT_JSON])
def test_agent_reads_only_the_text_and_a_workflow_gets_the_json(host: DifyHost, site: LocalKintone, tool: str) -> None:
    """An agent app leaves out the marked JSON; the official Agent node and a workflow get it."""
    with prepared(site, tool):
        outcome = host.invoke(tool, as_texts(good_parameters(tool)), credentials_of(site), given_by="agent", timeout=60)

    assert outcome.agent_view == outcome.text
    assert outcome.json != [{"data": []}]
    assert all(json.dumps(content, ensure_ascii=False) in outcome.agent_node_view for content in outcome.json)


@pytest.mark.parametrize("mode", ["both", "text_only", "json_stream", "flattened_json"])
def test_query_when_a_record_contains_next_line_characters(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """A record with U+0085 is found and read in every output mode."""
    app = site.create_app("Lines", {"note": {"type": "MULTI_LINE_TEXT"}, "sku": {"type": "SINGLE_LINE_TEXT"}})
    site.add_records(app, [{"sku": "n\x85l", "note": "a\x85b\u2028c"}])

    outcome = host.invoke(
        "kintone_query", {"query": 'sku like "l"', "output_mode": mode}, credentials_of(site, app=app), timeout=60
    )

    assert outcome.variables["record_count"] == 1


def test_mapping_when_it_contains_a_next_line_character(host: DifyHost, site: LocalKintone) -> None:
    """U+0085 in a mapping is kept from the upload through the upsert."""
    mapping = {"records": [{"attachment_field": "attachment", "record": {"sku": "O-3", "memo": "a\x85b"}}]}
    given = {"upload_file": [host.serve("a.txt", b"x", "text/plain")], "records_mapping": json.dumps(mapping)}
    uploaded = host.invoke("kintone_upload_file", given, credentials_of(site), given_by="workflow", timeout=60)

    records = {"records_data": uploaded.variables["records_data"]}
    host.invoke("kintone_upsert_records", records, credentials_of(site), given_by="workflow", timeout=60)

    assert [record["memo"]["value"] for record in site.records(1, 'sku = "O-3"')] == ["a\x85b"]
