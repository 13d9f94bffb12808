"""Plain objects made of what was read, and written back, in the real plugin process."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure, rendered
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

ORDERS = 1
NO_CREDENTIAL = {"kintone_domain": "kintone.example", "kintone_app_id": "x", "kintone_api_token": "no token"}


@pytest.fixture
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's records unchanged."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def call(host: DifyHost, site: LocalKintone, tool: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as Dify has it
    """Call a tool as a workflow's node does; those that ask kintone nothing get a credential that it would refuse."""
    offline = tool.startswith(("kintone_build", "kintone_flatten"))
    credentials = NO_CREDENTIAL if offline else credentials_of(site, "view", "add", "edit")
    outcome = host.invoke(tool, parameters, credentials, given_by="workflow", timeout=60)
    return {**outcome.variables, "json": outcome.json, "text": outcome.text}


def stored(site: LocalKintone, sku: str) -> dict[str, Any]:
    """Return the values of a record."""
    (record,) = site.records(ORDERS, f'sku = "{sku}"')
    return {code: content["value"] for code, content in record.items()}


def test_query_flatten_build_upsert(host: DifyHost, site: LocalKintone) -> None:
    """Plain objects of a query, changed by a Code node, are written by their key; the others stay."""
    before = stored(site, "A-002"), len(site.records(ORDERS))
    queried = call(host, site, "kintone_query", query='sku in ("A-001", "B-002")')
    flat = call(host, site, "kintone_flatten_json", records_json=queried["records"], fields="sku, name, stock, lines")
    changed = [{**row, "stock": 77, "name": f"{row['name']} 🍵"} for row in flat["records"]] + [
        {"sku": "新-1", "name": "茶"}
    ]
    built = call(host, site, "kintone_build_records_data", records_source=changed, updateKey="sku")
    written = call(host, site, "kintone_upsert_records", records_data=built["records_data"])

    assert written["upsert_result"] == {"add": 1, "updated": 2, "requested": 3, "with_update_key": 3}
    assert stored(site, "B-002")["stock"] == "77"
    assert stored(site, "A-001")["name"].endswith("🍵")
    assert stored(site, "新-1")["name"] == "茶"
    assert (stored(site, "A-002"), len(site.records(ORDERS))) == (before[0], before[1] + 1)
    (lines,) = [record["lines"]["value"] for record in queried["records"] if record["sku"]["value"] == "B-002"]
    assert [row["id"] for row in stored(site, "B-002")["lines"]] == [row["id"] for row in lines]


@pytest.mark.parametrize("output", ["records", "json"])
def test_whole_records_of_a_query_are_written_back(host: DifyHost, site: LocalKintone, output: str) -> None:
    """With system fields, calculated and copied fields, people and tables: the records are the same as before."""
    before = site.records(ORDERS)
    tokens = f"{site.token(ORDERS, 'view', 'add', 'edit')},{site.token(2, 'view')}"
    credentials = {**credentials_of(site), "kintone_api_token": tokens}
    queried = call(host, site, "kintone_query", query="order by $id asc")
    for key in ("sku", "$id"):
        built = call(host, site, "kintone_build_records_data", records_source=queried[output], updateKey=key)
        parameters = {"records_data": built["records_data"]}
        outcome = host.invoke("kintone_upsert_records", parameters, credentials, given_by="workflow", timeout=60)

        assert {result["operation"] for result in outcome.variables["results"]} == {"UPDATE"}
        assert [code for code in ("$revision", "作成者", "total") if f'"{code}"' not in built["text"]] == []
    assert without_traces(site.records(ORDERS)) == without_traces(before)


def without_traces(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records without what every update changes."""
    changing = ("$revision", "更新者", "更新日時")
    return [{code: value for code, value in record.items() if code not in changing} for record in records]


@pytest.mark.parametrize("way", ["object", "template", "json"])
def test_rows_of_a_query_are_changed_and_written(host: DifyHost, site: LocalKintone, way: str) -> None:
    """One row of a table is changed, one added, one goes; saved rows keep their IDs, however rows are handed on."""
    queried = call(host, site, "kintone_query", query='sku = "B-002"')
    flat = call(
        host, site, "kintone_flatten_json", records_json=queried["json"], subtable_field_code="lines", fields="$id"
    )
    first, *_ = flat["records"]
    built = call(
        host, site, "kintone_build_subtable_rows", subtable_source=[{**first, "qty": 9}, {"item": "新しい 🖊", "qty": 1}]
    )
    data: object = {
        "object": {"lines": {"value": built["rows"]}},
        "template": f'{{"lines": {rendered(built["rows"])}}}',
        "json": json.dumps({"lines": built["json"][0]}, ensure_ascii=False),
    }[way]
    written = call(host, site, "kintone_update_record", record_data=data, update_key="sku", update_key_value="B-002")

    rows = stored(site, "B-002")["lines"]
    assert [(row["value"]["item"]["value"], row["value"]["qty"]["value"]) for row in rows] == [
        (first["item"], "9"),
        ("新しい 🖊", "1"),
    ]
    assert rows[0]["id"] == first["id"]
    assert "1 row added, 1 changed" in written["text"]
    assert built["json"] == [{"value": built["rows"]}]


def test_table_of_a_record_goes_to_another(host: DifyHost, site: LocalKintone) -> None:
    """The value of a table field, bound as it is, becomes rows with the columns of the form."""
    queried = call(host, site, "kintone_query", query='sku = "B-002"')
    built = call(host, site, "kintone_build_subtable_rows", subtable_source=queried["records"][0]["lines"])
    call(host, site, "kintone_add_record", record_data={"sku": "N-1", "name": "x", "lines": built["rows"]})

    def cells(sku: str) -> list[object]:
        return [{code: cell["value"] for code, cell in row["value"].items()} for row in stored(site, sku)["lines"]]

    assert cells("N-1") == cells("B-002")


def test_more_rows_than_a_code_node_returns_as_objects(host: DifyHost, site: LocalKintone) -> None:
    """A JSON text has no limit of 30; 300 rows reach kintone, each once."""
    text = json.dumps([{"sku": f"T-{number}", "name": "茶"} for number in range(300)], ensure_ascii=False)
    before = len(site.records(ORDERS))
    built = call(host, site, "kintone_build_records_data", records_source=text, updateKey="sku")
    written = call(host, site, "kintone_upsert_records", records_data=built["records_data"])

    assert written["upsert_result"]["add"] == 300
    assert len(site.records(ORDERS)) == before + 300


def test_failures_through_dify(host: DifyHost, site: LocalKintone) -> None:
    """A refusal, and a result that no message can carry, are lines with a code; kintone is asked nothing."""
    large = json.dumps([{"sku": str(number), "memo": "x" * 100_000} for number in range(50)])
    for parameters, code in (
        ({"records_source": [{"name": "x"}], "updateKey": "sku"}, "INVALID_INPUT"),
        ({"records_source": large, "updateKey": "sku"}, "TOO_LARGE"),
    ):
        with pytest.raises(PluginFailure) as failed:
            call(host, site, "kintone_build_records_data", **parameters)
        assert failed.value.code == code
        assert failed.value.message in failed.value.workflow_view
    assert "kintone_upsert_records" in failed.value.message
    assert site.requests == []


def test_next_line_characters_survive_until_they_are_stored(host: DifyHost, site: LocalKintone) -> None:
    """Dify's lines end at U+0085, so the JSON text and its line in the text hold it escaped."""
    rows = json.dumps([{"sku": "N\u00851", "name": "a\u0085b"}])
    built = call(host, site, "kintone_build_records_data", records_source=rows, updateKey="sku")
    call(host, site, "kintone_upsert_records", records_data=built["records_data"])

    (record,) = [record for record in site.records(ORDERS) if record["sku"]["value"].startswith("N")]
    assert (record["sku"]["value"], record["name"]["value"]) == ("N\u00851", "a\u0085b")
    assert any(line.startswith("{") and json.loads(line) for line in built["text"].splitlines())
