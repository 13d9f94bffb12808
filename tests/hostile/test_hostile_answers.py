"""Invalid answers of kintone, for every tool: it works correctly or fails with one clear line."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host.file_server import FileServer
from local_kintone import LocalKintone
from tests.contract.agreed_names import NETWORKED_TOOLS
from tests.good_parameters import ACTION, prepared
from tests.hostile.tool_calls import CallResult, call_tool

MEGABYTE = 1024 * 1024
LONG = 100_000
"""Characters, many more than an error message may have; a megabyte is tried once for each kind of answer."""
HUGE = "k" * MEGABYTE
UNUSUAL_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**400, "", "x", "1" * 5_000, "9" * 18, "\u202e", "a\nb", "k" * LONG,
    [], {}, [1], {"a": None},
]  # fmt: skip
UNUSUAL_RECORDS: list[Any] = [
    [None], ["x"], [[]], [{}], [{"$id": None}], [{"$id": {"value": None}}], [{"$id": {"value": "1"}, "a": "x"}],
    [{"$id": {"value": "1"}, "a": {}}], [{"$id": {"value": "1"}, "t": {"type": "SUBTABLE", "value": [1]}}],
    [{"$id": {"value": "1"}, "t": {"type": "SUBTABLE", "value": [{"value": {"c": 1}}]}}],
    [{"$id": {"value": "1"}, "f": {"type": "FILE", "value": {"a": 1}}}], {"value": []}, {"fileKey": 5},
    {"attachment": {"type": "FILE", "value": 7}}, {"attachment": {"type": "FILE", "value": [7]}},
    {"attachment": {"type": "FILE", "value": [{"fileKey": "k", "name": [], "size": "1" * 5_000}]}},
    {"attachment": {"type": "FILE", "value": []}, "$revision": {"value": {}}}, {"t": {"type": "SUBTABLE",
    "value": 7}},
    {"t": {"type": "SUBTABLE", "value": [7, {"value": 7}, {"value": {"c": 7}}]}}, {"name": {"type": 5}},
    {"name": {"type": "NUMBER", "minValue": "1E+99999999", "maxValue": []}}, {"name": {"type": "SUBTABLE",
    "fields": 5}},
    {"name": {"type": "DROP_DOWN", "options": {"a": {"index": "NaN"}}}}, {"name": {"type": "X" * LONG,
    "label": 5}},
]  # fmt: skip
"""Values in the place of records or fields."""
RECORD_KEYS = ("records", "record", "properties", "results")
KEYS = {
    "GET records": ("records", "totalCount"),
    "GET record": ("record",),
    "GET app": ("appId", "code", "name"),
    "GET app/form/fields": ("properties", "revision"),
    "GET app/status": ("enable", "states", "actions"),
    "POST records/cursor": ("id", "totalCount"),
    "GET records/cursor": ("records", "next"),
    "POST record": ("id", "revision"),
    "PUT record": ("revision",),
    "PUT records": ("records",),
    "POST records": ("ids", "revisions"),
    "POST bulkRequest": ("results",),
    "DELETE records": (),
    "POST file": ("fileKey",),
    "POST record/comment": ("id",),
    "PUT records/status": ("records",),
    "GET record/comments": ("comments", "older", "newer"),
}
UPSERT = "kintone_upsert_records"
NEW: dict[str, Any] = {"record": {"sku": "NEW", "name": "n"}}
KNOWN: dict[str, Any] = {"id": 1, "record": {"name": "x"}}
CALLS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("kintone_query", {}, ["GET records"]),
    ("kintone_query", {"output_mode": "flattened_json", "fields": "sku,lines"}, ["GET records"]),
    ("kintone_query", {"output_mode": "csv_file"}, ["GET records"]),
    (
        "kintone_query",
        {"output_mode": "csv_file", "csv_format": "kintone", "csv_encoding": "utf-8"},
        ["GET app/form/fields", "GET records"],
    ),
    ("kintone_query", {"output_mode": "jsonl_file", "query": "limit 2"}, ["GET records"]),
    ("kintone_query", {"output_mode": "json_stream"}, ["GET records"]),
    ("kintone_query", {"output_mode": "text_only", "query": "limit 2 offset 10001"}, ["GET records"]),
    ("kintone_query", {"query": "order by sku asc offset 10001"}, ["POST records/cursor", "GET records/cursor"]),
    ("kintone_get_record", {"record_id": 1}, ["GET record"]),
    ("kintone_get_record", {"record_id": "APP-1"}, ["GET app"]),
    (
        "kintone_get_record",
        {"update_key": "sku", "update_key_value": "A-001", "output_mode": "flattened_json"},
        ["GET app/form/fields", "GET records"],
    ),
    ("kintone_aggregate", {}, ["GET records"]),
    (
        "kintone_aggregate",
        {"group_by": "owner, due:month", "measures": "sum(stock), max(due)"},
        ["GET app/form/fields", "GET records"],
    ),
    ("kintone_get_fields", {}, ["GET app/form/fields", "GET app", "GET app/status", "GET records"]),
    ("kintone_validate_record_data", {"record_data": {"name": "x", "t": [{"c": 1}]}}, ["GET app/form/fields"]),
    ("kintone_add_record", {"record_data": {"name": "x"}}, ["GET app/form/fields"]),
    ("kintone_add_record", {"record_data": NEW["record"], "validate_before_write": False}, ["POST record"]),
    (UPSERT, {"records_data": [NEW], "validate_before_write": False}, ["POST records"]),
    (UPSERT, {"records_data": [KNOWN], "validate_before_write": False}, ["PUT records"]),
    (UPSERT, {"records_data": [KNOWN, NEW], "validate_before_write": False}, ["POST bulkRequest"]),
    (
        UPSERT,
        {"records_data": [{"id": 1, "record": {"lines": [{"item": "a", "qty": 1}]}}], "table_mode": "append"},
        ["GET records", "PUT records", "GET app/form/fields"],
    ),
    ("kintone_update_record", {"record_data": {"name": "x"}, "record_id": 1}, ["GET app/form/fields", "PUT record"]),
    (
        "kintone_update_record",
        {"record_data": {"name": "x"}, "update_key": "sku", "update_key_value": "A-001"},
        ["PUT records"],
    ),
    (
        "kintone_update_record",
        {"record_data": {"lines": [{"item": "a", "qty": 1}]}, "record_id": 1},
        ["GET records", "PUT record"],
    ),
    (UPSERT, {"records_file": b"$id,name\n1,x\n"}, ["GET app/form/fields", "PUT records"]),
    ("kintone_upload_file", {}, ["POST file"]),
    (
        "kintone_upload_file",
        {"record_id": 1, "attachment_field": "attachment"},
        ["GET record", "POST file", "PUT record"],
    ),
    ("kintone_download_file", {"record_id": 1, "attachment_field": "attachment"}, ["GET record"]),
    ("kintone_add_record_comment", {"record_id": 1, "comment_text": "x"}, ["POST record/comment"]),
    ("kintone_get_record_comments", {"record_id": 1}, ["GET record/comments"]),
    (
        "kintone_update_status",
        {"record_ids": 1, "action": ACTION},
        ["PUT records/status", "GET app/form/fields", "GET records", "GET app/status"],
    ),
    ("kintone_delete_records", {"query": "$id < 0", "confirm_count": 0}, ["GET records"]),
    ("kintone_delete_records", {"record_ids": [1_000_001]}, ["DELETE records"]),
    ("kintone_delete_records", {"record_ids": list(range(1_000_001, 1_000_102))}, ["POST bulkRequest"]),
]
EACH = [(tool, parameters, request) for tool, parameters, requests in CALLS for request in requests]
WRITES = (
    "POST record",
    "POST records",
    "PUT records",
    "PUT record",
    "POST bulkRequest",
    "POST record/comment",
    "PUT records/status",
    "DELETE records",
)


@pytest.fixture
def call(
    site: LocalKintone, files: FileServer, credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Return a function that calls a tool while one request of it fails in the given way."""
    monkeypatch.setattr("kintone.client.form_cache._time_to_live", -1.0)
    monkeypatch.setenv("KINTONE_CALL_BUDGET", "20")

    def call_with_failure(tool: str, parameters: dict[str, Any], request: str, **failure: Any) -> CallResult:  # noqa: ANN401 - as fail()
        site.clear_failures()
        method, api = request.split()
        failure_set = site.fail(method=method, api=api, times=3, **failure)
        if tool == "kintone_upload_file":
            parameters = {**parameters, "upload_file": [files.offer("a.txt", b"content", "text/plain")]}
        if "records_file" in parameters:
            served = files.offer("a.csv", parameters["records_file"], "text/csv")
            parameters = {**parameters, "records_file": served}
        result = call_tool(tool, parameters, credentials)
        assert failure_set.hits, f"{request} was not sent: {result}"
        return result

    with prepared(site, "kintone_update_status"):
        yield call_with_failure
        site.clear_failures()


@pytest.mark.parametrize(("tool", "parameters", "request_"), EACH)
def test_tool_when_a_key_of_the_answer_is_invalid(
    call: Any,  # noqa: ANN401 - see call
    tool: str,
    parameters: dict[str, Any],
    request_: str,
) -> None:
    """A key with any type and size in an answer is accepted or causes an error of one line.

    Where several calls send the same request, the values are divided among them.
    """
    keys = KEYS[request_]
    calls = [each[:2] for each in EACH if each[2] == request_]
    turns = min(4, len(calls))
    good: dict[str, Any] = {"records": [{"$id": {"value": "1"}}], "totalCount": "1", "id": "1", "revision": "1"}
    for key in keys:
        values = [*UNUSUAL_VALUES, *UNUSUAL_RECORDS] if key in RECORD_KEYS else UNUSUAL_VALUES
        for value in values[calls.index((tool, parameters)) % turns :: turns]:
            body = {name: good.get(name, []) for name in keys}
            result = call(tool, parameters, request_, status=200, body=json.dumps({**body, key: value}))
            _require_saved_warning(result, request_)
        result = call(
            tool, parameters, request_, status=200, body=json.dumps({name: [] for name in keys if name != key})
        )
        _require_saved_warning(result, request_)


@pytest.mark.parametrize("request_", KEYS)
def test_tool_when_an_answer_has_a_megabyte(call: Any, request_: str) -> None:  # noqa: ANN401 - see call
    """A megabyte in an answer, in an unread key of it or in an error is not repeated in the message."""
    tool, parameters, _ = next(each for each in EACH if each[2] == request_)
    keys = KEYS[request_]
    for key in (*keys, "another"):
        body: dict[str, Any] = {name: [] for name in keys}
        _require_saved_warning(
            call(tool, parameters, request_, status=200, body=json.dumps({**body, key: HUGE})), request_
        )
    errors = {f"records[{n}].record.name.value": {"messages": ["m" * 50] * 2} for n in range(10_000)}
    for error in ({"code": HUGE, "message": HUGE, "id": HUGE}, {"code": "CB_VA01", "message": "m", "errors": errors}):
        call(tool, parameters, request_, status=400, body=json.dumps(error))


ANSWERS: list[dict[str, Any]] = [
    {"login_page": True},
    {"status": 200, "body": ""},
    {"status": 204, "body": ""},
    {"status": 206, "body": "{}"},
    {"status": 102, "body": ""},
    {"status": 199, "body": "{}"},
    {"status": 299, "body": "{}"},
    {"status": 200, "body": "null"},
    {"status": 200, "body": "[" * 100_000},
    {"status": 200, "body": '{"a":' * 150 + "1" + "}" * 150},
    {"status": 200, "body": "{}", "headers": {"Content-Encoding": "gzip"}},
    {"status": 200, "body": "{}", "headers": {"X-Cybozu-Warning": "w" * 60_000}},
    {"status": 200, "body": '{"records":[{"$id":{"value":"1"}}],"x":"' + "y" * LONG + '"}'},
    {"status": 400, "body": json.dumps({"code": "CB_VA01", "message": "m", "errors": {
        f"records[{n}].record.name.value": {"messages": ["m" * 50] * 2} for n in range(1_000)}})},
    {"status": 400, "body": json.dumps({"code": 5, "message": [], "errors": []})},
    {"status": 400, "body": json.dumps({"code": "C" * LONG, "message": "m" * LONG, "id": "i" * LONG})},
    {"status": 400, "body": json.dumps({"results": [{}, 5, {"code": "GAIA_RE01", "message": "\n\x00",
    "errors": 5}]})},
    {"status": 300, "body": ""},
    {"status": 304, "body": ""},
    {"status": 307, "redirect": "http://[::1"},
    {"status": 307, "redirect": "//evil.example:99999/"},
    {"status": 301, "redirect": ""},
    {"status": 600, "body": "x"},
    {"length_offset": 10},
    {"length_offset": -1},
    {"cut_after_bytes": 1},
]  # fmt: skip


@pytest.mark.parametrize(("tool", "parameters", "request_"), EACH)
def test_tool_when_the_whole_answer_is_invalid(call: Any, tool: str, parameters: dict[str, Any], request_: str) -> None:  # noqa: ANN401 - see call
    """An answer of any status, length, encoding and size is accepted or causes an error of one line.

    The code that reads them is shared, so they are divided among reading requests; each write gets all of them.
    """
    turns = 1 if request_ in WRITES else 3
    for failure in ANSWERS[EACH.index((tool, parameters, request_)) % turns :: turns]:
        result = call(tool, parameters, request_, **failure)
        if failure.get("status", 200) < 300:
            _require_saved_warning(result, request_)


@pytest.mark.parametrize("failure", [{"bomb_bytes": 200 * MEGABYTE}, {"endless_bytes": 200 * MEGABYTE}], ids=str)
@pytest.mark.parametrize("request_", ["GET records", "PUT record"])
def test_tool_when_the_answer_is_endless(
    call: Any,  # noqa: ANN401 - see call
    request_: str,
    failure: dict[str, Any],
) -> None:
    """Reading stops in an answer that decompresses to too much or never ends, of a read and of a write."""
    tool, parameters, _ = next(each for each in EACH if each[2] == request_)
    _require_saved_warning(call(tool, parameters, request_, **failure), request_)


def test_calls_cover_every_tool() -> None:
    """Each tool that asks kintone has a call in this module."""
    assert {tool for tool, _, _ in CALLS} == set(NETWORKED_TOOLS)


def _require_saved_warning(result: CallResult, request: str) -> None:
    """Require that the failure of a write with an unreadable answer says that it may have been saved, or deleted."""
    if request in WRITES and result.failure:
        assert "saved" in result.text or "deleted" in result.text, result
