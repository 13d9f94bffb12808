"""Files of records, written into a local kintone: what is stored afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import RevisionConflictError
from kintone.record_files import FileOptions, RecordFile
from kintone.writing.upserts import UpsertReport, UpsertRequest
from kintone.writing.writer import upsert
from tests.unit.in_process import InProcess
from tests.unit.record_file_samples import TOKYO

OPTIONS = ["A", "B", "C, D"]
CELLS: dict[str, dict[str, Any]] = {
    "in_text": {"type": "SINGLE_LINE_TEXT"},
    "in_number": {"type": "NUMBER"},
    "in_checks": {"type": "CHECK_BOX", "options": OPTIONS},
    "in_day": {"type": "DATE"},
    "in_users": {"type": "USER_SELECT"},
    "in_double": {"type": "CALC", "expression": "in_number * 2"},
}
FORM: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "text": {"type": "SINGLE_LINE_TEXT", "defaultValue": "preset"},
    "lines": {"type": "MULTI_LINE_TEXT"},
    "rich": {"type": "RICH_TEXT"},
    "number": {"type": "NUMBER"},
    "link": {"type": "LINK", "protocol": "CALL"},
    "checks": {"type": "CHECK_BOX", "options": OPTIONS, "defaultValue": ["A"]},
    "several": {"type": "MULTI_SELECT", "options": OPTIONS},
    "radio": {"type": "RADIO_BUTTON", "options": OPTIONS},
    "drop": {"type": "DROP_DOWN", "options": OPTIONS},
    "day": {"type": "DATE"},
    "clock": {"type": "TIME"},
    "moment": {"type": "DATETIME"},
    "users": {"type": "USER_SELECT"},
    "teams": {"type": "ORGANIZATION_SELECT"},
    "groups": {"type": "GROUP_SELECT"},
    "double": {"type": "CALC", "expression": "number * 2"},
    "table": {"type": "SUBTABLE", "fields": CELLS},
    "other": {"type": "SUBTABLE", "fields": {"alone": {"type": "NUMBER"}}},
}
FULL: dict[str, Any] = {
    "key": "k1", "text": "'=1+1", "lines": 'a "b"\n\n c,d', "rich": "<b>x</b>", "number": "-12.5", "link": "+81-3-1",
    "checks": ["A", "C, D"], "several": ["B"], "radio": "B", "drop": "C, D", "day": "2026-04-01", "clock": "09:30",
    "moment": "2026-04-01T00:30:00Z", "users": ["sato", "suzuki"], "teams": ["sales"], "groups": ["everyone"],
    "table": [
        {"in_text": "x", "in_number": "1", "in_checks": ["A", "B"], "in_day": "2026-01-01", "in_users": ["sato"]},
        {"in_text": "", "in_number": "", "in_checks": [], "in_day": "", "in_users": []},
    ],
    "other": [{"alone": "5"}],
}  # fmt: skip
BLANK: dict[str, Any] = {"key": "k2", "text": "", "checks": [], "table": [], "other": []}


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Return an app with a field of every type that can be written, and two records."""
    with InProcess(FORM, budget=280) as site:
        site.kintone.add_records(site.app, [FULL, BLANK])
        yield site


def shown(site: InProcess, *, ids: bool = True) -> list[dict[str, Any]]:
    """Return the values of the records, without what kintone sets itself."""
    return [_shown(record, ids=ids) for record in site.kintone.records(site.app)]


def _shown(fields: dict[str, Any], *, ids: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, cell in fields.items():
        if code not in FORM and code not in CELLS and code != "alone":
            continue
        value = cell["value"]
        if cell["type"] == "SUBTABLE":
            value = [({"id": row["id"]} if ids else {}) | _shown(row["value"], ids=ids) for row in value]
        elif isinstance(value, list):
            value = [entry["code"] if isinstance(entry, dict) else entry for entry in value]
        found[code] = "" if value is None else value
    return found


def exported(site: InProcess) -> str:
    """Return the file that cli-kintone writes of the records."""
    codes = [code for code in FORM if code not in ("table", "other")]
    tables = {"table": list(CELLS), "other": ["alone"]}
    header = ["*", *codes, *(code for table, columns in tables.items() for code in (table, *columns))]
    lines = [header]
    for record in site.kintone.records(site.app):
        outer = {code: _cell(record[code]["value"]) for code in codes}
        rows = [
            {table: row["id"], **{code: _cell(cell["value"]) for code, cell in row["value"].items()}}
            for table in tables
            for row in record[table]["value"]
        ]
        of_record = [[{**outer, **row}.get(code, "") for code in header] for row in rows or [{}]]
        of_record[0][0] = "*"
        lines += of_record
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _cell(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return "\n".join(entry["code"] if isinstance(entry, dict) else entry for entry in value)
    return value or ""


def _quoted(cell: str) -> str:
    return cell if cell in ("", "*") else '"' + cell.replace('"', '""') + '"'


def imported(site: InProcess, data: str | bytes, update_key: str | None = None) -> UpsertReport:
    """Write the records of a file as a tool does."""
    encoded = data.encode() if isinstance(data, str) else data
    form = site.client.forms.with_precision(site.client.forms.read(site.app))
    options = FileOptions(form, TOKYO, host="a.cybozu.com", update_key=update_key)
    records = list(RecordFile([encoded], options))
    assert [str(problem.words) for record in records for problem in record.problems] == []
    return upsert(site.client, UpsertRequest(site.app, [record.entry for record in records], form=form))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_records_come_back_after_all_were_deleted(shop: InProcess, codec: str) -> None:
    """What was exported, deleted and imported is what it was, row ids and system fields aside."""
    before, text = shown(shop, ids=False), exported(shop)
    shop.delete(shop.ids())

    report = imported(shop, text.encode(codec))

    assert report.summary()["add"] == 2
    assert shown(shop, ids=False) == before


def test_records_come_back_after_they_were_changed(shop: InProcess) -> None:
    """An update by key restores every field, empties what was empty, and keeps the ids of rows that still exist."""
    before, text = shown(shop), exported(shop)
    row = {"id": before[0]["table"][0]["id"], "value": {"in_text": {"value": "changed"}}}
    shop.ask("PUT", "record", id=shop.ids()[0], record={
        "text": {"value": "changed"}, "checks": {"value": ["B"]}, "users": {"value": []}, "day": {"value": None},
        "table": {"value": [row, {"value": {"in_text": {"value": "more"}}}]},
    })  # fmt: skip
    shop.ask("PUT", "record", id=shop.ids()[1], record={
        "text": {"value": "x"}, "other": {"value": [{"value": {"alone": {"value": "1"}}}]},
    })  # fmt: skip

    report = imported(shop, text, "key")

    after = shown(shop)
    assert report.summary()["updated"] == 2
    assert after[1] == before[1]
    assert {**after[0], "table": []} == {**before[0], "table": []}
    assert after[0]["table"][0] == before[0]["table"][0]
    assert {**after[0]["table"][1], "id": ""} == {**before[0]["table"][1], "id": ""}


def test_file_without_some_columns_leaves_their_fields_alone(shop: InProcess) -> None:
    """An empty cell empties a field, a missing column does not."""
    before = shown(shop)

    imported(shop, "key,text,number\nk1,,\nk3,new,\n", "key")

    after = shown(shop)
    assert after[0] == {**before[0], "text": "", "number": "", "double": after[0]["double"]}
    assert (after[2]["text"], after[2]["checks"]) == ("new", ["A"])


def test_empty_cell_suppresses_the_default_of_a_new_record(shop: InProcess) -> None:
    """As cli-kintone does."""
    imported(shop, "key,text,checks\nk3,,\n")

    assert (shown(shop)[2]["text"], shown(shop)[2]["checks"]) == ("", [])


def test_records_are_found_by_id(shop: InProcess) -> None:
    """``$id`` finds a record, and a revision that is no longer the record's stops it."""
    first = shop.ids()[0]

    imported(shop, f"$id,$revision,text\n{first},1,changed\n")

    assert shown(shop)[0]["text"] == "changed"
    with pytest.raises(RevisionConflictError):
        imported(shop, f"$id,$revision,text\n{first},1,again\n")
