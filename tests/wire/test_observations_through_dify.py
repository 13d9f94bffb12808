"""What an agent's model reads of a tool that succeeded, and what a workflow gets, in the real plugin process."""

import json

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.good_parameters import as_texts, good_parameters
from tests.wire.plugin import credentials_of

FILES = {"kintone_upload_file", "kintone_download_file"}
"""What an agent has no file for, and what sends no JSON."""


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool not in FILES])
def test_agent_reads_the_text_alone_and_a_workflow_gets_the_json(host: DifyHost, site: LocalKintone, tool: str) -> None:
    """The JSON is marked: an agent app leaves it out, the official Agent node knows no mark, the workflow has it."""
    outcome = host.invoke(tool, as_texts(good_parameters(tool)), credentials_of(site), given_by="agent", timeout=60)

    assert outcome.agent_view == outcome.text
    assert outcome.json != [{"data": []}]
    assert all(json.dumps(content, ensure_ascii=False) in outcome.agent_node_view for content in outcome.json)


@pytest.mark.parametrize("mode", ["both", "text_only", "json_stream", "flattened_json"])
def test_nothing_that_a_record_holds_breaks_a_line_of_dify(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """A record with U+0085 is read in every mode, and found by it."""
    app = site.create_app("Lines", {"note": {"type": "MULTI_LINE_TEXT"}, "sku": {"type": "SINGLE_LINE_TEXT"}})
    site.add_records(app, [{"sku": "n\x85l", "note": "a\x85b\u2028c"}])

    outcome = host.invoke(
        "kintone_query", {"query": 'sku like "l"', "output_mode": mode}, credentials_of(site, app=app), timeout=60
    )

    assert outcome.variables["record_count"] == 1


def test_next_line_in_a_mapping_reaches_the_record(host: DifyHost, site: LocalKintone) -> None:
    """What the upload makes of a mapping is what the upsert takes, U+0085 in it included."""
    mapping = {"records": [{"attachment_field": "attachment", "record": {"sku": "O-3", "memo": "a\x85b"}}]}
    given = {"upload_file": [host.serve("a.txt", b"x", "text/plain")], "records_mapping": json.dumps(mapping)}
    uploaded = host.invoke("kintone_upload_file", given, credentials_of(site), given_by="workflow", timeout=60)

    records = {"records_data": uploaded.variables["records_data"]}
    host.invoke("kintone_upsert_records", records, credentials_of(site), given_by="workflow", timeout=60)

    assert [record["memo"]["value"] for record in site.records(1, 'sku = "O-3"')] == ["a\x85b"]
