"""The characters that a model reads of each tool's answer, beside the same values as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from benchmarks import BenchmarkError
from benchmarks.server import KintoneServer, Target
from dify_host import DifyHost, Outcome

QUERY_TOOL = "kintone_query"
RECORDS = 20
MAX_RATIO_TO_CSV = 1.15

_KINDS = ["見積", "故障", "契約", "その他"]
_PRIORITIES = ["高", "中", "低"]
_STATES = ["未着手", "対応中", "完了"]
_PRODUCTS = ["A型", "B型", "C型"]


def _options(*names: str) -> dict[str, Any]:
    return {name: {"label": name, "index": str(index)} for index, name in enumerate(names)}


INQUIRIES: dict[str, dict[str, Any]] = {
    "受付番号": {"type": "SINGLE_LINE_TEXT"},
    "受付日時": {"type": "DATETIME"},
    "会社名": {"type": "SINGLE_LINE_TEXT"},
    "氏名": {"type": "SINGLE_LINE_TEXT"},
    "電話": {"type": "LINK", "protocol": "CALL"},
    "種別": {"type": "DROP_DOWN", "options": _options(*_KINDS)},
    "優先度": {"type": "RADIO_BUTTON", "options": _options(*_PRIORITIES)},
    "状況": {"type": "DROP_DOWN", "options": _options(*_STATES)},
    "担当": {"type": "USER_SELECT"},
    "期限": {"type": "DATE"},
    "製品": {"type": "CHECK_BOX", "options": _options(*_PRODUCTS)},
    "内容": {"type": "MULTI_LINE_TEXT"},
}
"""The fields of an app of customers' inquiries."""

_COMPANIES = ["株式会社青空", "山田商事", "みどり工業株式会社", "ABC"]
_NAMES = ["高橋 健", "伊藤 美咲", "渡辺", "中村 大輔"]
_STAFF = [("sato", "佐藤 昇"), ("suzuki", "鈴木 花子"), ("tanaka", "田中 一郎")]
_PROBLEMS = [
    "電源が入らない",
    "先週納品された製品の電源が入りません。\n至急確認をお願いします。",
    "見積書の有効期限を延ばしてほしい、とのこと",
    "請求書の宛名",
    "",
]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A record as kintone takes it, and the text of each of its values."""

    record: Mapping[str, Any]
    texts: Mapping[str, str]


def inquiries() -> list[Inquiry]:
    """Return twenty inquiries, each with a few empty fields."""
    return [_inquiry(number) for number in range(1, RECORDS + 1)]


def _inquiry(number: int) -> Inquiry:
    code, name = _STAFF[number % 3]
    products = _PRODUCTS[: number % 3]
    has_owner = number % 4 > 0
    texts = {
        "受付番号": f"Q-{number:04}",
        "受付日時": f"2026-11-{number:02}T0{number % 9}:30:00Z",
        "会社名": _COMPANIES[number % 4],
        "氏名": _NAMES[number % 4],
        "電話": f"03-1234-{number:04}" if number % 5 else "",
        "種別": _KINDS[number % 4],
        "優先度": _PRIORITIES[number % 3],
        "状況": _STATES[number % 3],
        "担当": f"{name} ({code})" if has_owner else "",
        "期限": f"2026-12-{number:02}" if number % 3 else "",
        "製品": ", ".join(products),
        "内容": _PROBLEMS[number % 5],
    }
    people = [{"code": code, "name": name}] if has_owner else []
    return Inquiry({**texts, "担当": people, "製品": products, "期限": texts["期限"] or None}, texts)


def csv_with_codes(rows: Iterable[Mapping[str, str]]) -> str:
    """Return the values as CSV, with a line of field codes before each record."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerows([row.keys(), row.values()])
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Answer:
    """The size of one answer.

    Attributes:
        title: The tool, and what it was asked.
        characters: Characters that an agent's model reads.
        unmarked: Characters where the agent does not know Dify's mark on JSON messages.
        csv: Characters of the same values as CSV with the codes of each record; None where records are not shown.
    """

    title: str
    characters: int
    unmarked: int
    csv: int | None = None

    @property
    def ratio(self) -> float | None:
        """The characters divided by those of the CSV."""
        return self.characters / self.csv if self.csv else None


_PAPER = "添付"
_NOBODY: dict[str, Any] = {"type": "ONE", "entities": []}
_PROCESS: dict[str, Any] = {
    "enable": True,
    "states": {name: {"name": name, "index": str(index), "assignee": _NOBODY} for index, name in enumerate(_STATES)},
    "actions": [{"name": "着手する", "from": "未着手", "to": "対応中", "filterCond": ""}],
}
_FIELDS = {"fields": list(INQUIRIES)}
_ENTRY = {"受付番号": "N-0001", "会社名": "ABC", "種別": "見積"}
CALLS: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    (f"{RECORDS} records, `both`", QUERY_TOOL, {"output_mode": "both", **_FIELDS}),
    (f"{RECORDS} records, `text_only`", QUERY_TOOL, {"output_mode": "text_only", **_FIELDS}),
    (f"{RECORDS} records, `json_stream`", QUERY_TOOL, {"output_mode": "json_stream", **_FIELDS}),
    (f"{RECORDS} records, `flattened_json`", QUERY_TOOL, {"output_mode": "flattened_json", **_FIELDS}),
    ("`csv_file`", QUERY_TOOL, {"output_mode": "csv_file", **_FIELDS}),
    ("`jsonl_file`", QUERY_TOOL, {"output_mode": "jsonl_file", **_FIELDS}),
    ("`limit 0`", QUERY_TOOL, {"query": "limit 0"}),
    ("number of records", "kintone_aggregate", {}),
    ("by state and kind", "kintone_aggregate", {"group_by": "状況, 種別"}),
    ("12 fields", "kintone_get_fields", {}),
    ("one record", "kintone_get_record", {"record_id": "1"}),
    (
        "one record",
        "kintone_flatten_json",
        {"records_json": [{"会社名": {"type": "SINGLE_LINE_TEXT", "value": "ABC"}}]},
    ),
    ("one record", "kintone_build_records_data", {"records_source": [_ENTRY], "updateKey": "受付番号"}),
    ("one row", "kintone_build_subtable_rows", {"subtable_source": [{"品名": "ABC", "数量": 1}]}),
    ("the query language", "kintone_query_docs", {}),
    ("the values of records", "kintone_record_data_docs", {}),
    ("one record", "kintone_validate_record_data", {"record_data": _ENTRY}),
    ("one record", "kintone_add_record", {"record_data": _ENTRY}),
    (f"{RECORDS} records", "kintone_upsert_records", {"records_data": [{"record": _ENTRY}] * RECORDS}),
    ("one record", "kintone_update_record", {"record_id": "1", "record_data": {"状況": "完了"}}),
    ("one comment", "kintone_add_record_comment", {"record_id": "1", "comment_text": "見積書を送りました。"}),
    ("one comment", "kintone_get_record_comments", {"record_id": "1"}),
    (f"{RECORDS} records", "kintone_delete_records", {"query": f"$id <= {RECORDS}", "confirm_count": RECORDS}),
)
"""What is asked of the app of inquiries, with a title: the reading calls first, since the others add records."""


def measure(server: KintoneServer, host: DifyHost) -> list[Answer]:
    """Return the size of the answer to each call, of attaching a file and getting it back, and of a status."""
    inquiry_app, paper_app = server.create("Inquiries", INQUIRIES), server.create("Papers", {_PAPER: {"type": "FILE"}})
    _add(server, inquiry_app, [inquiry.record for inquiry in inquiries()])
    flow_app = server.create("Requests", {"件名": {"type": "SINGLE_LINE_TEXT"}}, _PROCESS)
    for target in (paper_app, flow_app):
        _add(server, target, [{}])
    size = len(csv_with_codes(inquiry.texts for inquiry in inquiries()))

    def answer(title: str, tool: str, parameters: Mapping[str, Any], target: Target) -> Answer:
        outcome = host.invoke(tool, dict(parameters), server.credentials(target))
        shows_records = title.startswith(f"{RECORDS} records, ")
        return answer_of(f"`{tool}`, {title}", outcome, size if shows_records else None)

    place = {"record_id": "1", "attachment_field": _PAPER}
    paper = {"upload_file": [host.serve("見積書.pdf", b"%PDF-1.7", "application/pdf")], **place}
    return [
        *(answer(*call, inquiry_app) for call in CALLS),
        answer("one file attached", "kintone_upload_file", paper, paper_app),
        answer("one file", "kintone_download_file", place, paper_app),
        answer("one record", "kintone_update_status", {"record_ids": "1", "action": "着手する"}, flow_app),
    ]


def answer_of(title: str, outcome: Outcome, csv_size: int | None = None) -> Answer:
    """Return the size of an outcome."""
    return Answer(title, len(outcome.agent_view), len(outcome.agent_node_view), csv_size)


def _add(server: KintoneServer, target: Target, records: Iterable[Mapping[str, Any]]) -> None:
    entries = [{code: {"value": value} for code, value in record.items()} for record in records]
    answer = requests.post(
        f"{server.url}/k/v1/records.json",
        json={"app": target.app, "records": entries},
        headers={"X-Cybozu-API-Token": target.token},
        verify=str(server.ca_file),
        timeout=60,
    )
    if not answer.ok:
        raise BenchmarkError(f"the inquiries could not be added: {answer.text}")
