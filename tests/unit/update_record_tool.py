"""Calls ``kintone_update_record`` in this process, on an app with a table and attachment fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.kintone_update_record import UpdateRecord
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "label": "品番", "unique": True},
    "number": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT", "required": True},
    "note": {"type": "SINGLE_LINE_TEXT"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}, "papers": {"type": "FILE"}},
    },
    "papers2": {"type": "FILE"},
}
FORM_READ, READ, UPDATE, UPDATE_LIST = "GET app/form/fields", "GET records", "PUT record", "PUT records"


@contextmanager
def open_shop() -> Iterator[InProcess]:
    """Run a kintone with two records; the first has three rows."""
    with InProcess(FORM) as site:
        rows = [{"item": item, "qty": "1"} for item in ("茶", "pen", "cup")]
        site.kintone.add_records(
            site.app,
            [
                {"sku": "A-1", "number": "10", "name": "茶 🍵", "note": "old", "lines": rows},
                {"sku": "A-2", "number": "20", "name": "ink"},
            ],
        )
        yield site


def update(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    return run_tool(site, UpdateRecord, parameters)


def refusal(site: InProcess, **parameters: object) -> str:
    """Return the line of a call that is refused before anything is written."""
    before = site.kintone.records(site.app)
    with pytest.raises(InvalidParameterError) as refused:
        update(site, **parameters)
    assert site.kintone.records(site.app) == before
    return str(refused.value)


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def calls(site: InProcess) -> list[str]:
    """Return the requests in order."""
    return [asked.call for asked in site.asked]


def stored(site: InProcess, record_id: int = 1) -> dict[str, Any]:
    """Return the values of a record."""
    (record,) = site.kintone.records(site.app, f"$id = {record_id}")
    return {code: content["value"] for code, content in record.items()}


def row_ids(site: InProcess) -> list[str]:
    """Return the ids of the rows of the first record."""
    return [row["id"] for row in stored(site)["lines"]]


def items(site: InProcess) -> list[str]:
    """Return the items of the rows of the first record."""
    return [row["value"]["item"]["value"] for row in stored(site)["lines"]]


def upload(site: InProcess, name: str) -> dict[str, str]:
    """Upload a file and return its key as a record takes it."""
    return {"fileKey": site.kintone.site.files.upload(name, "text/plain", b"x")}
