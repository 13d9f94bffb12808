"""Texts about many mistakes of one kind: the first few are listed, then how many more there are, once."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import InvalidParameterError, KintoneError, line_of
from tests.process_samples import action, state
from tests.unit.in_process import InProcess
from tests.unit.status_tool import FORM as WORKFLOW
from tests.unit.status_tool import refused
from tests.unit.tool_runs import run_tool
from tools.base import KintoneTool
from tools.kintone_add_record import AddRecord
from tools.kintone_update_record import UpdateRecord
from tools.kintone_upsert_records import UpsertRecords
from tools.kintone_validate_record_data import ValidateRecordData

LONGEST = 1_500
"""Characters of a text that a model reads without need for more."""
FORM: dict[str, dict[str, Any]] = {
    **{f"field_{number}": {"type": "SINGLE_LINE_TEXT", "label": f"Field {number}"} for number in range(40)},
    "lines": {
        "type": "SUBTABLE",
        "fields": {"qty": {"type": "NUMBER"}, "day": {"type": "DATE", "required": True}},
    },
}
UNKNOWN = {f"something_else_{number:02}": "x" for number in range(60)}


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with one record that has one row."""
    with InProcess(FORM) as running:
        running.kintone.add_records(running.app, [{"lines": [{"qty": "1", "day": "2026-01-01"}]}])
        yield running


def test_sixty_unknown_fields_of_one_record_when_checked(site: InProcess) -> None:
    """The variable holds all of them."""
    result = run_tool(site, ValidateRecordData, {"record_data": UNKNOWN})
    text = "\n".join(map(str, result.lines))
    errors = result.variables["errors"]

    assert isinstance(errors, list)
    assert [error["field"] for error in errors] == list(UNKNOWN)
    assert len(text) < LONGEST
    assert "something_else_09 and 50 more" in text
    assert "field_20 (Field 20)" in text


@pytest.mark.parametrize("tool", [AddRecord, UpsertRecords])
def test_sixty_unknown_fields_of_one_record_when_written(site: InProcess, tool: type[KintoneTool]) -> None:
    """Entries that have the same ones are named together."""
    given: dict[str, object] = {"record_data": UNKNOWN}
    if tool is UpsertRecords:
        given = {"records_data": [{"record": UNKNOWN}, {"record": UNKNOWN}, {"record": {"something_else_00": "x"}}]}
    with pytest.raises(InvalidParameterError) as refusal:
        run_tool(site, tool, given)

    assert len(line_of(refusal.value)) < LONGEST
    assert "something_else_01" in line_of(refusal.value)
    assert ("entries 1, 2: something_else_01" in line_of(refusal.value)) is (tool is UpsertRecords)


@pytest.mark.parametrize(("count", "shown"), [(12, "200 to 211"), (2, "200, 201")])
def test_rows_with_unknown_ids_are_told_together(site: InProcess, count: int, shown: str) -> None:
    """In the text of an update that replaces the rows."""
    rows = [{"id": 200 + number, "qty": 1, "day": "2026-01-01"} for number in range(count)]
    result = run_tool(site, UpdateRecord, {"record_id": "1", "record_data": {"lines": rows}})

    assert f"ids {shown}," in "\n".join(map(str, result.lines))


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_refused_rows_with_unknown_ids_are_told_together(site: InProcess, mode: str) -> None:
    """Kintone misses a required column in each of them, and names each."""
    rows = [{"id": 200 + number, "qty": 1} for number in range(12)]
    with pytest.raises(KintoneError) as refusal:
        run_tool(site, UpdateRecord, {"record_id": "1", "record_data": {"lines": rows}, "table_mode": mode})
    notes = list(map(str, refusal.value.notes))

    assert len([note for note in notes if "200" in note]) == 1
    assert any("209 and 2 more" in note for note in notes)
    assert len(line_of(refusal.value)) < LONGEST


def test_refused_action_of_records_in_many_statuses() -> None:
    """The first statuses have their actions, the others their records."""
    numbers = range(14)
    names = [f"Status {number:02}" for number in numbers]
    moves = [(names[one], names[(one + step) % 14]) for one in numbers for step in (1, 2, 3)]
    process: dict[str, Any] = {
        "states": {name: state("ONE") for name in names},
        "actions": [action(f"Move to {after}", before, after) for before, after in moves],
    }
    with InProcess(WORKFLOW) as site:
        site.kintone.set_process(site.app, process)
        site.kintone.add_records(site.app, [{} for _ in numbers])
        for number, name in enumerate(names, start=1):
            site.kintone.set_status(site.app, number, name, [])
        line = line_of(refused(site, record_ids=", ".join(str(number + 1) for number in numbers), action="Go"))

    assert len(line) < LONGEST
    assert 'record 2: the status is "Status 01"' in line
    assert "more statuses" in line
    assert "13, 14" in line.partition("more statuses")[2]
