"""Whole numbers that may have been rounded: Dify decodes objects and holds every number as a binary float.

A float keeps 15 digits, so 12345678901234567 arrives as 12345678901234568 and would match another record.
"""

import json
from typing import Any

import pytest

from local_kintone import LocalKintone
from tests.good_parameters import good_parameters
from tests.hostile.tool_calls import call_tool

UPSERT, UPLOAD = "kintone_upsert_records", "kintone_upload_file"
ROUNDED: list[Any] = [10**15, 12345678901234568, -(10**15), 10**400, 1e15, 12345678901234567.0, 1e22, 1e300]
EXACT: list[Any] = [10**15 - 1, 999_999_999_999_999.0, -(10**15 - 1)]


def _places(number: Any) -> list[tuple[str, str, Any]]:  # noqa: ANN401 - of either type
    """Return the tools, parameters and values in which a number may occur."""
    key = {"field": "sku", "value": number}
    attached: dict[str, Any] = {"attachment_field": "attachment"}
    return [
        ("kintone_validate_record_data", "record_data", {"price": number}),
        ("kintone_validate_record_data", "record_data", {"price": {"value": number}}),
        ("kintone_validate_record_data", "record_data", {"lines": [{"qty": number}]}),
        ("kintone_validate_record_data", "record_data", {"record_data": {"price": number}}),
        ("kintone_add_record", "record_data", {"name": number}),
        (UPSERT, "records_data", [{"updateKey": key, "record": {}}]),
        (UPSERT, "records_data", [{"id": number, "record": {}}]),
        (UPSERT, "records_data", [{"id": 1, "revision": number, "record": {}}]),
        (UPSERT, "records_data", {"records": [{"record": {"price": number}}]}),
        (UPSERT, "records_data", {"records_data": {"records": [{"record": {"price": number}}]}}),
        (UPLOAD, "records_mapping", {"records": [{**attached, "record": {"price": number}}]}),
        (UPLOAD, "records_mapping", [{**attached, "updateKey": key}]),
        (UPLOAD, "file_names", [number]),
        ("kintone_query", "fields", ["sku", number]),
    ]


SCALARS = [
    ("kintone_download_file", "record_id"), ("kintone_query", "kintone_app_id"), ("kintone_query", "query"),
    ("kintone_query", "fields"), ("kintone_query", "max_records"), ("kintone_query", "kintone_guest_space_id"),
    (UPSERT, "update_key"), ("kintone_download_file", "file_key"), ("kintone_download_file", "file_name"),
]  # fmt: skip


@pytest.mark.parametrize("number", ROUNDED, ids=lambda number: f"{type(number).__name__} {str(number)[:20]}")
def test_tools_when_a_decoded_number_may_be_rounded(
    site: LocalKintone, credentials: dict[str, str], number: float
) -> None:
    """A number of more than 15 digits in a decoded object is refused before any request."""
    beside = {"kintone_download_file": {"attachment_field": "attachment"}}
    scalars = [(tool, parameter, number) for tool, parameter in SCALARS]
    for tool, parameter, value in [*_places(number), *scalars]:
        site.reset()
        result = call_tool(tool, {**good_parameters(tool), **beside.get(tool, {}), parameter: value}, credentials)

        assert result.failure == "INVALID_INPUT", (tool, parameter, value)
        assert parameter in result.text, (tool, parameter, result)
        assert site.requests == [], (tool, parameter, result)


@pytest.mark.parametrize("number", EXACT)
def test_validate_when_a_decoded_number_is_exact(credentials: dict[str, str], number: float) -> None:
    """A number of up to 15 digits is accepted."""
    for tool, parameter, value in _places(number)[:1]:
        result = call_tool(
            tool, {**good_parameters(tool), parameter: {**value, "sku": "NEW", "name": "n"}}, credentials
        )

        assert not result.failure, result


def test_upsert_when_a_number_is_in_json_text(site: LocalKintone, credentials: dict[str, str]) -> None:
    """JSON text is decoded by the plugin, which keeps every digit of a number."""
    site.reset()
    entries = json.dumps([{"updateKey": {"field": "sku", "value": 12345678901234567}, "record": {"name": "n"}}])

    assert not call_tool(UPSERT, {"records_data": entries}, credentials).failure
    assert json.loads(site.requests[-1].body)["records"][0]["updateKey"]["value"] == "12345678901234567"
