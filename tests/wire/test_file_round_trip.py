"""An app with every type of field: its CSV file for import, with all records deleted meanwhile, gives them back."""

from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.plugin import Ports

EVERY_FIELD = 3
NOT_IN_FILES = frozenset(
    ["RECORD_NUMBER", "__ID__", "__REVISION__", "CREATED_TIME", "UPDATED_TIME", "CREATOR", "MODIFIER", "FILE"]
) | {"STATUS", "STATUS_ASSIGNEE", "CATEGORY"}


@pytest.fixture
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's apps."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def values(site: LocalKintone) -> list[dict[str, Any]]:
    """Return the records without what kintone alone sets, without attachments and without row ids."""
    return [
        {code: _value(cell) for code, cell in record.items() if cell["type"] not in NOT_IN_FILES}
        for record in site.records(EVERY_FIELD)
    ]


def _value(cell: dict[str, Any]) -> object:
    if cell["type"] != "SUBTABLE":
        return cell["value"]
    return [
        {code: each["value"] for code, each in row["value"].items() if each["type"] not in NOT_IN_FILES}
        for row in cell["value"]
    ]


@pytest.mark.parametrize("encoding", ["utf-8-bom", "utf-8", "shift_jis"])
def test_records_come_back(host: DifyHost, site: LocalKintone, encoding: str) -> None:
    """All values but attachments, through each encoding, into records that are all new."""
    before = values(site)
    tokens = [site.token(EVERY_FIELD), site.token(2, "view")]
    credentials = {
        "kintone_domain": site.url,
        "kintone_app_id": str(EVERY_FIELD),
        "kintone_api_token": ",".join(tokens),
    }
    export = {"output_mode": "csv_file", "csv_format": "kintone", "csv_encoding": encoding}
    (file,) = host.invoke("kintone_query", export, credentials).files
    ids = [record["$id"]["value"] for record in site.records(EVERY_FIELD)]
    host.invoke("kintone_delete_records", {"record_ids": ids}, credentials)
    assert values(site) == []
    served = host.serve("records.csv", file.content, "text/csv")
    given = {"records_file": served, "file_encoding": "shift_jis" if encoding == "shift_jis" else "auto"}
    outcome = host.invoke("kintone_upsert_records", given, credentials)

    assert outcome.variables["upsert_result"]["add"] == len(before) == 2
    assert values(site) == before
