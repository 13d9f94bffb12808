"""``kintone_flatten_json`` with the rows of a table."""

from typing import Any

import pytest

from tests.unit.flatten_json_tool import INK, TEA, objects, order, refusal, result_of, warnings
from tests.unit.query_tool import text_field


def test_rows_of_a_table() -> None:
    """One object a row of every record, with the row's ID and its columns and nothing of the record."""
    assert objects([order("1", "2", "3"), order("2"), order("3", "9")], subtable_field_code="lines") == [
        {"id": "11", "qty": "2"},
        {"id": "12", "qty": "3"},
        {"id": "31", "qty": "9"},
    ]


def test_rows_with_fields_of_their_record() -> None:
    """The fields that are named stand beside each row; a column among them changes nothing."""
    result = result_of([order("1", "2"), order("2", "3")], subtable_field_code="lines", fields="$id, name, qty")

    assert result.variables == {
        "records": [
            {"id": "11", "qty": "2", "$id": "1", "name": "order 1"},
            {"id": "21", "qty": "3", "$id": "2", "name": "order 2"},
        ],
        "record_count": 2,
    }
    assert warnings(result) == []


def test_rows_with_all_fields_of_their_record() -> None:
    """``*`` puts every field of the record beside the row, but not the table itself."""
    result = result_of([order("1", "2")], subtable_field_code="lines", fields="*")

    assert warnings(result) == []
    assert result.variables["records"] == [{"id": "11", "qty": "2", "$id": "1", "name": "order 1"}]


@pytest.mark.parametrize(
    "table", [[{"id": "11", "qty": "2"}], {"value": [{"id": "11", "value": {"qty": {"value": "2"}}}]}]
)
def test_rows_of_plain_and_written_tables(table: object) -> None:
    """Tables without types, plain or as they are written, have rows too."""
    assert objects([{"name": "x", "lines": table}], subtable_field_code="lines") == [{"id": "11", "qty": "2"}]


def test_rows_that_are_new() -> None:
    """A row that kintone has not saved yet has no ID, and none is made up."""
    record = {"lines": {"type": "SUBTABLE", "value": [{"value": {"qty": {"value": "2"}}}]}}

    assert objects([record], subtable_field_code="lines") == [{"qty": "2"}]


@pytest.mark.parametrize(
    ("code", "present"),
    [
        ("line", ["line", '"lines"']),
        ("zzz", ["zzz", '"lines"']),
        ("name", ["name", "record 1", '"lines"']),
        ("qty", ["qty", '"lines"']),
    ],
)
def test_table_that_is_none(code: str, present: list[str]) -> None:
    """The refusal names the nearest code, or the tables there are."""
    message = refusal([order("1", "2"), order("2")], subtable_field_code=code)

    assert message.startswith("[INVALID_INPUT] subtable_field_code")
    assert [part for part in present if part not in message] == []


@pytest.mark.parametrize(
    "field",
    [
        {"type": "CHECK_BOX", "value": []},
        {"type": "USER_SELECT", "value": [{"code": "sato", "name": "x"}]},
        {"type": "FILE", "value": []},
        "text",
    ],
)
def test_field_that_is_no_table(field: object) -> None:
    """A list of another type is no table, even an empty one."""
    assert "no table" in refusal([{"lines": field}], subtable_field_code="lines")


def test_table_that_some_records_lack() -> None:
    """The others are converted, and a warning counts those without the table."""
    result = result_of([order("1", "2"), TEA, INK], subtable_field_code="lines")
    (warning,) = warnings(result)

    assert result.variables["record_count"] == 1
    assert "2 records" in warning
    assert "lines" in warning


def test_column_with_the_code_id() -> None:
    """The column's value is kept; the row's own ID is left out, and a warning says so."""
    rows = [{"id": "11", "value": {"id": text_field("mine"), "qty": text_field("2")}}]
    record = {"lines": {"type": "SUBTABLE", "value": rows}}

    for parameters in ({}, {"subtable_field_code": "lines"}):
        result = result_of([record], **parameters)
        found: Any = result.variables["records"]

        assert found in ([{"lines": [{"id": "mine", "qty": "2"}]}], [{"id": "mine", "qty": "2"}])
        assert [("lines" in warning, "ID" in warning) for warning in warnings(result)] == [(True, True)]


def test_field_of_the_record_with_the_code_id() -> None:
    """A field that was asked for by name takes the place of the row's ID, and a warning says so."""
    result = result_of([{**order("1", "2"), "id": text_field("mine")}], subtable_field_code="lines", fields="id")

    assert result.variables["records"] == [{"id": "mine", "qty": "2"}]
    assert len(warnings(result)) == 1
