"""Keeping rows and files that updated records already have."""

from typing import Any

import pytest

from kintone.operations import Repeat
from kintone.writing.appending import ListMode
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upsert import UpsertRequest, upsert
from tests.unit.appending_double import FakeKintone
from tests.unit.appending_samples import KEPT_ROW, NEW_ROW, SAVED_ROW, TYPES, append, by_key, site


def test_saved_rows_and_files_are_sent_along_with_the_revision() -> None:
    """Rows are complete, without what kintone computes; users and files are reduced to what kintone takes."""
    kintone = site()
    row = append(kintone, [by_key(lines=[NEW_ROW], papers=[{"fileKey": "new"}], name="x")])

    assert row == {
        "updateKey": {"field": "sku", "value": "A"},
        "record": {
            "lines": {"value": [KEPT_ROW, NEW_ROW]},
            "papers": {"value": [{"fileKey": "f1"}, {"fileKey": "new"}]},
            "name": {"value": "x"},
        },
        "revision": "1",
    }
    [read] = kintone.reads
    assert (read.api, read.repeat) == ("records", Repeat.READ)
    assert read.parameters == {
        "app": 12,
        "query": 'sku in ("A") limit 500',
        "fields": ["$id", "$revision", "sku", "lines", "papers"],
    }
    assert kintone.writes[0].repeat is Repeat.UPDATE_WITH_REVISION


def test_records_named_by_id_are_read_by_id() -> None:
    """The id goes into the same kind of query."""
    kintone = site()
    row = append(kintone, [Entry(1, {"lines": {"value": [NEW_ROW]}}, None, "1")])

    assert row == {"id": "1", "record": {"lines": {"value": [KEPT_ROW, NEW_ROW]}}, "revision": "1"}
    assert kintone.reads[0].parameters["query"] == '$id in ("1") limit 500'


def test_a_row_with_a_saved_id_changes_that_row() -> None:
    """It stays in its place, its other columns stay too."""
    row = append(site(), [by_key(lines=[NEW_ROW, {"id": "381", "value": {"qty": {"value": "6"}}}])])

    changed = {"id": "381", "value": {**KEPT_ROW["value"], "qty": {"value": "6"}}}  # type: ignore[dict-item]
    assert row["record"]["lines"]["value"] == [changed, NEW_ROW]


@pytest.mark.parametrize("empty", [[], None, ""])
def test_an_empty_list_keeps_what_is_saved(empty: object) -> None:
    """Appending nothing is no reason to delete."""
    row = append(site(), [by_key(lines=empty, papers=empty, name="x")])

    assert row["record"] == {"name": {"value": "x"}}
    assert "revision" not in row


def test_other_lists_and_empty_values_are_sent_as_they_are() -> None:
    """Check boxes and users replace, as ever; the saved record tells which fields are tables and files."""
    values: dict[str, Any] = {"tags": [], "who": [{"code": "u1"}], "name": None}
    row = append(site(), [by_key(**values)])

    assert row["record"] == {code: {"value": value} for code, value in values.items()}
    assert "revision" not in row


def test_only_the_chosen_kind_is_appended() -> None:
    """Tables and files have a mode each."""
    row = append(site(), [by_key(lines=[NEW_ROW], papers=[{"fileKey": "new"}])], tables=False)

    assert row["record"] == {
        "lines": {"value": [NEW_ROW]},
        "papers": {"value": [{"fileKey": "f1"}, {"fileKey": "new"}]},
    }


def test_a_file_that_is_there_is_not_sent_twice() -> None:
    """Its key is kept once."""
    row = append(site(), [by_key(papers=[{"fileKey": "f1"}, {"fileKey": "new"}])])

    assert row["record"]["papers"]["value"] == [{"fileKey": "f1"}, {"fileKey": "new"}]


def test_an_unknown_key_is_inserted_as_it_is() -> None:
    """There is nothing to keep and no revision to compare."""
    row = append(site(), [by_key(sku="B", lines=[NEW_ROW])])

    assert row == {"updateKey": {"field": "sku", "value": "B"}, "record": {"lines": {"value": [NEW_ROW]}}}


def test_nothing_is_read_when_no_entry_brings_rows_or_files() -> None:
    """Nor for entries that are inserted anyway, nor in replace mode."""
    kintone = site()
    append(kintone, [by_key(name="x"), Entry(2, {"lines": {"value": [NEW_ROW]}})][:1])
    upsert(kintone, UpsertRequest(12, [Entry(1, {"lines": {"value": [NEW_ROW]}})], table_mode=ListMode.APPEND))
    upsert(kintone, UpsertRequest(12, [by_key(lines=[NEW_ROW])]))

    assert kintone.reads == []


def test_records_are_read_a_hundred_at_a_time_with_quoted_values() -> None:
    """A quote in a key cannot end the text of the query."""
    kintone = site()
    entries = [by_key(number, f'k"{number}', lines=[NEW_ROW]) for number in range(1, 202)]
    upsert(kintone, UpsertRequest(12, entries, table_mode=ListMode.APPEND))

    assert len(kintone.reads) == 3
    assert str(kintone.reads[2].parameters["query"]).startswith(r'sku in ("k\"201") limit')


def test_a_number_key_finds_its_record_however_it_is_written() -> None:
    """Kintone gives "1.0" back for a key of 1."""

    class Lenient(FakeKintone):
        def _read(self, api: str, parameters: dict[str, Any]) -> dict[str, Any]:
            return super()._read(api, {**parameters, "query": 'no in ("1.0") limit 500'})

    kintone = Lenient(types=TYPES)
    kintone.add(no="1.0", lines=[SAVED_ROW])
    row = append(kintone, [Entry(1, {"lines": {"value": [NEW_ROW]}}, UpdateKey("no", "1"))])

    assert row["record"]["lines"]["value"] == [KEPT_ROW, NEW_ROW]
