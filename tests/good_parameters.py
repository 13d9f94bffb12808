"""Valid parameters for each tool, written for the first app of the demo; the tests of all tools start from them."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_kintone import LocalKintone

ACTION = "確認する"
LOOP = {"states": ["未処理"], "actions": [{"name": ACTION, "from": "未処理", "to": "未処理"}]}
"""Process management in which an action can be repeated without end."""
_NUMBERS = itertools.count(1)


def good_parameters(tool: str) -> dict[str, Any]:
    """Return parameters that work any number of times, the most important one first.

    Files are the exception: no server answers at the upload's address, and no file has the key of the download. A tool
    that needs process management finds it within ``with prepared(site, tool):``.
    """
    record = {"sku": f"GOOD-{next(_NUMBERS)}", "name": "茶"}
    good: dict[str, dict[str, Any]] = {
        "kintone_query": {"query": "limit 1"},
        "kintone_validate_record_data": {"record_data": record},
        "kintone_add_record": {"record_data": record},
        "kintone_upsert_records": {
            "records_data": [{"updateKey": {"field": "sku", "value": "A-001"}, "record": {"name": "x"}}]
        },
        "kintone_upload_file": {"upload_file": [{"url": "http://127.0.0.1:9/x", "filename": "a"}]},
        "kintone_download_file": {"file_key": "x"},
        "kintone_get_record": {"record_id": "1"},
        "kintone_aggregate": {"group_by": "rank"},
        "kintone_query_docs": {},
        "kintone_record_data_docs": {},
        "kintone_get_fields": {"fields": "sku, lines"},
        "kintone_flatten_json": {"records_json": [{"sku": {"type": "SINGLE_LINE_TEXT", "value": "A-001"}}]},
        "kintone_update_record": {"record_data": {"name": "x"}, "update_key": "sku", "update_key_value": "A-001"},
        "kintone_add_record_comment": {"record_id": "1", "comment_text": "見積もりを送りました。"},
        "kintone_get_record_comments": {"record_id": "1"},
        "kintone_update_status": {"record_ids": "1", "action": ACTION},
        "kintone_delete_records": {"query": 'sku = "GONE"', "confirm_count": 0},
        "kintone_build_records_data": {"records_source": [{"sku": "A-001", "name": "x"}], "updateKey": "sku"},
        "kintone_build_subtable_rows": {"subtable_source": [{"item": "x", "qty": 1}]},
    }
    return good[tool]


@contextmanager
def prepared(site: LocalKintone, tool: str) -> Iterator[None]:
    """Let the first app have what the tool needs, such as process management, within a block."""
    needs_process = tool == "kintone_update_status"
    if needs_process:
        site.set_process(1, LOOP)
    yield
    if needs_process:
        site.set_process(1, None)


def as_texts(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as a workflow's node or a model fills them in: data as JSON text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in parameters.items()
    }
