"""The tools send what their declarations promise to the next node."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from dify_host import DifyHost, Outcome
from local_kintone import LocalKintone
from tests.contract.agreed_names import RESULTS, TOOLS
from tests.contract.plugin_files import tool
from tests.good_parameters import good_parameters, prepared
from tests.wire.plugin import credentials_of

EVERY_FIELD, INQUIRIES = 3, 5
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
MAPPING = json.dumps([{"attachment_field": "attachment", "updateKey": {"field": "sku", "value": "A-001"}}])

TESTED_SEPARATELY = {
    "kintone_query",
    "kintone_get_record",
    "kintone_upload_file",
    "kintone_download_file",
    "kintone_delete_records",
    "kintone_query_docs",
    "kintone_record_data_docs",
}
"""Tools with modes or files, one that works once on the same records, which all have tests below, and the guides."""


@dataclass
class Differences:
    """What was sent otherwise than declared, and the types that were seen where none is declared, by place."""

    wrong: list[str] = field(default_factory=list)
    untyped: dict[str, set[str]] = field(default_factory=dict)

    def compare(self, place: str, value: object, schema: Mapping[str, Any]) -> None:
        """Compare a value with its schema, down to the items of lists and the keys of objects."""
        if "type" not in schema:
            self.untyped.setdefault(place, set()).add(type(value).__name__)
        elif type(value) not in TYPES[schema["type"]]:
            self.wrong.append(f"{place} is {type(value).__name__}")
        if isinstance(value, list):
            for item in value:
                self.compare(f"{place}[]", item, schema.get("items", {}))
        if isinstance(value, dict) and (keys := schema.get("properties")):
            self.wrong += [f"{place}.{key} is one of two" for key in keys.keys() ^ value.keys()]
            for key in keys.keys() & value.keys():
                self.compare(f"{place}.{key}", value[key], keys[key])


def run_and_check_outputs(  # noqa: PLR0913 - a call, and where its differences are noted
    host: DifyHost,
    site: LocalKintone,
    name: str,
    parameters: dict[str, Any],
    *,
    app: int = 1,
    found: Differences | None = None,
) -> Outcome:
    """Run a tool and compare its variables with its ``output_schema``."""
    outcome = host.invoke(name, parameters, credentials_of(site, app=app), timeout=60)
    declared = tool(name)["output_schema"]["properties"]
    found = found or Differences()
    assert outcome.variables.keys() <= declared.keys()
    for variable, value in outcome.variables.items():
        found.compare(f"{name}: {variable}", value, declared[variable])
    assert found.wrong == []
    assert outcome.text.strip()
    return outcome


@pytest.mark.parametrize(
    ("mode", "variables"),
    [
        ("", {"record_count", "total_count", "record_ids", "records"}),
        ("both", {"record_count", "total_count", "record_ids", "records"}),
        ("flattened_json", {"record_count", "total_count", "record_ids", "records"}),
        ("text_only", {"record_count", "total_count", "record_ids"}),
        ("json_stream", {"record_count", "total_count"}),
        ("csv_file", {"record_count", "total_count"}),
        ("jsonl_file", {"record_count", "total_count"}),
    ],
)
def test_query_sends_what_it_declares(host: DifyHost, site: LocalKintone, mode: str, variables: set[str]) -> None:
    """Each mode sends its variables, a text and, except text_only, a JSON message with the summary."""
    outcome = run_and_check_outputs(host, site, "kintone_query", {"query": "stock >= 0", "output_mode": mode})

    assert set(outcome.variables) == variables
    assert bool(outcome.files) == mode.endswith("_file")
    if mode == "text_only":
        assert outcome.json_messages == 0
        return
    assert outcome.json[-1]["summary"]["total_records"] == outcome.variables["record_count"] > 0
    assert set(outcome.json[-1]["summary"]) == {
        "total_records",
        "total_count",
        "truncated",
        "requests_made",
        "pages",
        "pagination_strategy",
        "fields",
        "effective_query",
        "warnings",
    }


@pytest.mark.parametrize("csv_format", ["readable", "kintone"])
@pytest.mark.parametrize("csv_encoding", ["utf-8-bom", "utf-8", "shift_jis"])
def test_query_sends_the_same_with_every_kind_of_csv(
    host: DifyHost, site: LocalKintone, csv_format: str, csv_encoding: str
) -> None:
    """The settings of the file change neither variables nor messages."""
    parameters = {"output_mode": "csv_file", "csv_format": csv_format, "csv_encoding": csv_encoding}
    outcome = run_and_check_outputs(host, site, "kintone_query", parameters, app=EVERY_FIELD)

    assert set(outcome.variables) == {"record_count", "total_count"}
    assert [(file.extension, file.mime_type) for file in outcome.files] == [(".csv", "text/csv")]
    assert outcome.json[-1]["summary"]["total_records"] == outcome.variables["record_count"] > 0


@pytest.mark.parametrize("mode", ["", "both", "flattened_json", "text_only"])
def test_get_record_sends_what_it_declares(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """Each mode sends every variable, a text and, except text_only, the record as JSON."""
    outcome = run_and_check_outputs(host, site, "kintone_get_record", {"record_id": "1", "output_mode": mode})

    assert set(outcome.variables) == set(tool("kintone_get_record")["output_schema"]["properties"])
    assert outcome.json == [{"data": []} if mode == "text_only" else {"record": outcome.variables["record"]}]


@pytest.mark.parametrize("name", [name for name in TOOLS if name not in TESTED_SEPARATELY])
def test_tool_sends_what_it_declares(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A tool without modes and files sends every declared variable and a JSON message."""
    invalid_record = {"record_data": {"sku": "S-1", "nmae": 1}}
    site.add_comment(1, 1, "x")
    parameters = invalid_record if name == "kintone_validate_record_data" else good_parameters(name)
    with prepared(site, name):
        outcome = run_and_check_outputs(host, site, name, parameters)

    assert set(outcome.variables) == set(tool(name)["output_schema"]["properties"])
    assert all(value != [] for value in outcome.variables.values())
    assert outcome.json != [{"data": []}]


def test_file_tools_send_what_they_declare(host: DifyHost, site: LocalKintone) -> None:
    """Uploading sends its variables and a JSON message; downloading its variables, a line of text and the file."""
    file = host.serve("a.txt", b"content", "text/plain")
    uploaded = run_and_check_outputs(
        host, site, "kintone_upload_file", {"upload_file": [file], "records_mapping": MAPPING}
    )
    run_and_check_outputs(host, site, "kintone_upsert_records", {"records_data": uploaded.variables["records_data"]})
    number = next(record for record in site.records(1) if record["sku"]["value"] == "A-001")["$id"]["value"]
    downloaded = run_and_check_outputs(
        host, site, "kintone_download_file", {"record_id": number, "attachment_field": "attachment"}
    )

    assert set(uploaded.variables) == {"uploaded_files", "file_keys", "records_data"}
    assert uploaded.json[0]["uploaded_files"][0]["file_name"] == "a.txt"
    assert set(downloaded.variables) == {"file_name", "mime_type", "size"}
    assert [file.content for file in downloaded.files] == [b"content"]
    assert downloaded.json == [{"data": []}]


def test_keys_of_entries_have_the_declared_types(host: DifyHost, site: LocalKintone) -> None:
    """Where entries and objects hold more than one type, none is declared; everywhere else exactly the declared one."""
    found = Differences()
    mistakes = {"nmae": 1, "lines": [{"item": "Pen", "qty": 0}]}
    entries = [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"stock": 5}}, {"record": {"sku": "T-1"}}]
    file = host.serve("a.txt", b"content", "text/plain")
    csv = host.serve("a.csv", b"sku,stock\nT-2,5\n", "text/csv")
    calls: list[tuple[str, dict[str, Any], int]] = [
        *(("kintone_get_fields", {}, app) for app in (1, 2, EVERY_FIELD)),
        *(("kintone_get_record", {"record_id": "1"}, app) for app in (1, EVERY_FIELD)),
        ("kintone_query", {}, EVERY_FIELD),
        ("kintone_query", {"query": "$id < 0"}, 1),
        ("kintone_aggregate", {"group_by": "rank", "measures": "count, sum(stock)"}, 1),
        ("kintone_aggregate", {}, 1),
        ("kintone_validate_record_data", {"record_data": mistakes}, 1),
        ("kintone_add_record", {"record_data": {"sku": "T-0"}}, 1),
        ("kintone_update_record", {"record_id": "1", "record_data": {"stock": 6}}, 1),
        ("kintone_upsert_records", {"records_data": entries}, 1),
        ("kintone_upsert_records", {"records_file": csv, "update_key": "sku"}, 1),
        ("kintone_add_record_comment", {"record_id": "1", "comment_text": "x"}, 1),
        ("kintone_get_record_comments", {"record_id": "1"}, 1),
        ("kintone_update_status", {"record_ids": "3, 9", "action": "承認する"}, INQUIRIES),
        ("kintone_upload_file", {"upload_file": [file], "records_mapping": MAPPING}, 1),
        ("kintone_delete_records", {"query": 'sku = "T-0"', "confirm_count": 1}, 1),
        ("kintone_flatten_json", {"records_json": [{"sku": {"type": "SINGLE_LINE_TEXT", "value": "A-001"}}]}, 1),
        ("kintone_build_records_data", {"records_source": [{"sku": "A-001", "name": "x"}], "updateKey": "sku"}, 1),
        ("kintone_build_subtable_rows", {"subtable_source": [{"id": "1", "item": "x"}]}, 1),
    ]
    assert {name for name, *_ in calls} == {name for name in TOOLS if RESULTS[name]} - {"kintone_download_file"}
    for name, parameters, app in calls:
        run_and_check_outputs(host, site, name, parameters, app=app, found=found)

    assert {place: sorted(types) for place, types in found.untyped.items() if not place.endswith("[]")} == {
        "kintone_get_fields: fields[].default": ["NoneType", "list", "str"],
        "kintone_get_fields: fields[].lookup": ["NoneType", "dict"],
        "kintone_validate_record_data: errors[].row": ["NoneType", "int"],
    }
    assert [place for place in found.untyped if place.endswith("[]")] == ["kintone_get_fields: fields[].default[]"]
