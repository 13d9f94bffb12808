"""Tools with a token that lacks a permission: the message names the one that the refused request needs."""

from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

PERMISSIONS = ("View records", "Add records", "Edit records")
VIEW, ADD = ["View records"], ["Add records"]
BY_FORM = ["View records", "Add records"]
ONE = {"record_id": "1"}
BY_KEY = {"update_key": "sku", "update_key_value": "A-001"}
UNCHECKED = {"validate_before_write": False}
RECORD = {"record_data": {"stock": "5"}, **UNCHECKED}
ROWS = {"records_data": [{"sku": "A-001", "stock": "5"}], "update_key": "sku", **UNCHECKED}
BY_ID = {"records_data": [{"id": 1, "record": {"stock": "5"}}], **UNCHECKED}


@pytest.mark.parametrize(
    ("tool", "parameters", "tokens"),
    [
        ("kintone_get_fields", {}, ("edit", BY_FORM)),
        ("kintone_get_record", ONE, ("edit", VIEW)),
        ("kintone_get_record", ONE, ("add", VIEW)),
        ("kintone_get_record", BY_KEY, ("edit", BY_FORM)),
        ("kintone_get_record", BY_KEY, ("add", VIEW)),
        ("kintone_query", {"query": "stock > 1"}, ("add", VIEW)),
        ("kintone_query", {"query": "order by stock asc"}, ("edit", VIEW)),
        ("kintone_aggregate", {}, ("add", VIEW)),
        ("kintone_aggregate", {"group_by": "rank"}, ("edit", BY_FORM)),
        ("kintone_validate_record_data", {"record_data": {}}, ("edit", BY_FORM)),
        ("kintone_download_file", {"record_id": "1", "attachment_field": "attachment"}, ("edit", VIEW)),
        ("kintone_add_record", RECORD, ("view", ADD)),
        ("kintone_add_record", {"record_data": {"stock": "5"}}, ("edit", BY_FORM)),
        ("kintone_upsert_records", ROWS, ("view", ["Add records", "Edit records"])),
        ("kintone_upsert_records", ROWS, ("add", ["Add records", "Edit records"])),
        ("kintone_upsert_records", BY_ID, ("view", ["Edit records"])),
    ],
)
def test_the_missing_permission_is_named(
    host: DifyHost, site: LocalKintone, tool: str, parameters: dict[str, Any], tokens: tuple[str, list[str]]
) -> None:
    """A model or a person ticks what is named, and nothing else is asked for.

    ``tokens`` are the permission that the token has, and those that the refused request needs.
    """
    held, needed = tokens
    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, parameters, credentials_of(site, held))
    advice = failed.value.message.partition("tick ")[2].partition(" for the token")[0]

    assert failed.value.code == "GAIA_NO01"
    assert [name for name in PERMISSIONS if name in advice] == needed
    assert ("lookup" in failed.value.message) == (
        tool in ("kintone_add_record", "kintone_upsert_records") and needed != BY_FORM
    )
