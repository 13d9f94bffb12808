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


NAMES = ["A", "B", "A, B", " z ", "x / y", "'=1", "=1"]
FORM: dict[str, Any] = {
    "key": {"type": "SINGLE_LINE_TEXT"},
    "memo": {"type": "MULTI_LINE_TEXT"},
    "rich": {"type": "RICH_TEXT"},
    "checks": {"type": "CHECK_BOX", "options": NAMES},
    "choice": {"type": "DROP_DOWN", "options": NAMES},
    "owner": {"type": "USER_SELECT"},
    "moment": {"type": "DATETIME"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {
            "item": {"type": "SINGLE_LINE_TEXT"},
            "note": {"type": "MULTI_LINE_TEXT"},
            "qty": {"type": "NUMBER"},
            "marks": {"type": "CHECK_BOX", "options": NAMES},
            "who": {"type": "USER_SELECT"},
            "day": {"type": "DATE"},
        },
    },
}
SATO, TANAKA = {"code": "sato", "name": "佐藤 昇"}, {"code": "tanaka", "name": "田中 一郎"}
HOSTILE: list[dict[str, Any]] = [
    {
        "key": "'=1+1",
        "memo": "''@x\n\n",
        "rich": '<a href="x">\u0085</a>\n',
        "checks": ["A, B"],
        "choice": " z ",
        "owner": [SATO, TANAKA],
        "moment": "2026-04-01T00:30:00Z",
        "lines": [
            {
                "item": "x, qty: 5",
                "note": "x\nqty: 9\n",
                "qty": "1.234",
                "marks": ["x / y", "A"],
                "who": [SATO, TANAKA],
            },
            {},
            {"item": '"', "day": "2026-04-01", "marks": ["'=1"]},
            {"item": " / 佐藤 😀 ", "note": "\n", "who": [TANAKA]},
        ],
    },
    {"memo": "\n"},
    {"key": " "},
    {},
    {"checks": ["'=1"], "choice": "=1", "lines": [{}]},
    {"checks": ["=1", " z "], "choice": "'=1", "lines": [{"item": "'=1"}, {"marks": ["=1"]}]},
]


@pytest.mark.parametrize("csv_format", ["readable", "kintone"])
@pytest.mark.parametrize("fields", ["", "key,memo", "lines", "checks"])
def test_texts_that_look_like_syntax_come_back(
    host: DifyHost, site: LocalKintone, csv_format: str, fields: str
) -> None:
    """Rows, guards, line ends and blank records, in the format for people as in that for imports."""
    app = site.create_app("round", FORM)
    site.add_records(app, HOSTILE)
    chosen = fields.split(",") if fields else list(FORM)
    before = [{code: shown for code, shown in record.items() if code in chosen} for record in bare(site, app)]
    credentials = {"kintone_domain": site.url, "kintone_app_id": str(app), "kintone_api_token": site.token(app)}
    export = {"output_mode": "csv_file", "csv_format": csv_format, "fields": fields or ",".join(FORM)}
    (file,) = host.invoke("kintone_query", {**export, "query": "order by $id asc"}, credentials).files
    ids = [record["$id"]["value"] for record in site.records(app)]
    host.invoke("kintone_delete_records", {"record_ids": ids}, credentials)

    host.invoke("kintone_upsert_records", {"records_file": host.serve("r.csv", file.content, "text/csv")}, credentials)

    after = [{code: shown for code, shown in record.items() if code in chosen} for record in bare(site, app)]
    assert after == before


def bare(site: LocalKintone, app: int) -> list[dict[str, Any]]:
    """Return the values of the records in the order of their ids, without row ids."""
    return [{code: _value(cell) for code, cell in record.items()} for record in site.records(app, "order by $id asc")]
