"""The record store: index use, lazy reading, persistence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_kintone import LocalKintone
from local_kintone.storage.record_store import PAGE, SCAN
from tests.local_kintone_tests.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = 3000


@pytest.fixture(scope="module")
def wide() -> Iterator[LocalKintone]:
    """Run a server with an app of 3,000 records with gaps in their ids."""
    with LocalKintone(seed="wide", records=RECORDS, gaps=10) as server:
        yield server


def _plan(wide: LocalKintone, statement: str, values: tuple[object, ...]) -> str:
    rows = wide.site.database.rows(f"EXPLAIN QUERY PLAN {statement}", values)
    return " ".join(str(row[-1]) for row in rows)


def test_page_by_id_uses_the_primary_key(wide: LocalKintone) -> None:
    """A page by id is one search in the index of app and id, without sorting."""
    cases = [(PAGE, (1, 100, 1 << 60, 500, 0)), (SCAN, (1, 100, 1 << 60, 500))]
    for statement, values in [(form.format(way), values) for form, values in cases for way in ("ASC", "DESC")]:
        plan = _plan(wide, statement, values)
        assert "USING INDEX" in plan
        assert "(app=? AND id>? AND id<?)" in plan
        assert "TEMP B-TREE" not in plan


def test_count_reads_the_index_alone(wide: LocalKintone) -> None:
    """Counting without a condition reads no record."""
    statement = "SELECT count(*) FROM records WHERE app = ? AND id > ? AND id < ?"
    assert "COVERING INDEX" in _plan(wide, statement, (1, 0, 100))
    assert wide.site.records.count(1) == RECORDS


def test_unique_value_is_looked_up(wide: LocalKintone) -> None:
    """An update key is one search in an index."""
    statement = "SELECT id FROM unique_values WHERE app = ? AND field = ? AND value = ?"
    assert "(app=? AND field=? AND value=?)" in _plan(wide, statement, (1, "code", "x"))


def test_seeking_reads_every_record_once(wide: LocalKintone) -> None:
    """Paging by `$id` returns all records in spite of gaps, with and without a condition."""
    client = Api(wide.url, wide.token(1, "view"))
    for condition in ("", 'rank in ("High", "Middle", "Low") and '):
        last, seen = 0, []
        while page := client.found(f"{condition}$id > {last} order by $id asc limit 500"):
            seen += page
            last = page[-1]
        assert len(seen) == len(set(seen)) == RECORDS
        assert seen == sorted(seen)
        assert 10 not in seen


def test_condition_streams_only_as_far_as_the_limit(wide: LocalKintone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with a condition reads from the last id and stops when it is full."""
    selection = wide.site.finder.selection(wide.apps[1], 'rank in ("High") and $id > 1000 order by $id asc limit 10')
    read: list[int] = []
    scan = wide.site.records.scan

    def counted(*arguments: object, ascending: bool) -> object:
        for row in scan(*arguments, ascending=ascending):  # type: ignore[arg-type]
            read.append(row[0])
            yield row

    monkeypatch.setattr(wide.site.records, "scan", counted)
    assert len(selection.page(10, 0)) == 10
    assert 1000 < read[0] < read[-1] < 1100


def test_page_without_condition_is_joined_from_stored_texts(wide: LocalKintone) -> None:
    """The stored JSON texts are sent unchanged."""
    texts = wide.site.finder.selection(wide.apps[1], "$id >= 1 order by $id asc").page(2, 0)
    assert [json.loads(text)["$id"]["value"] for text in texts] == ["1", "2"]


def test_database_file_keeps_everything(tmp_path: Path) -> None:
    """A server with the same file has the same apps, tokens, records and ids."""
    path = str(tmp_path / "kintone.sqlite")
    with LocalKintone(database=path) as first:
        token = first.token(1, "view", "add")
        first.add_records(1, [{"sku": "Z-9"}])
    with LocalKintone(database=path) as second:
        client = Api(second.url, token)
        assert client.found('sku = "Z-9"') == [13]
        assert client.send("POST", "record", {"app": 1, "record": {"sku": {"value": "Z-10"}}}).json()["id"] == "14"


def test_loader_takes_plain_and_wrapped_values(bare: LocalKintone) -> None:
    """add_records() adds defaults and blanks, keeps given ids and refuses unknown codes."""
    app = bare.create_app(
        "Loaded",
        {
            "a": {"type": "SINGLE_LINE_TEXT", "defaultValue": "x"},
            "t": {"type": "SUBTABLE", "fields": {"c": {"type": "NUMBER"}}},
        },
    )
    assert bare.add_records(app, [{"a": "1", "$id": 7, "t": [{"c": 5}]}, {"a": {"value": "2"}}, {}]) == [7, 8, 9]
    records = bare.records(app)
    assert [record["a"]["value"] for record in records] == ["1", "2", "x"]
    assert records[0]["t"]["value"][0]["value"] == {"c": {"type": "NUMBER", "value": "5"}}
    with pytest.raises(ValueError, match="nosuch"):
        bare.add_records(app, [{"nosuch": "1"}])
