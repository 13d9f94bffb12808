"""``kintone_build_subtable_rows``: what it accepts as rows, the rows it makes, and what it refuses."""

import json

import pytest

from dify_host import rendered
from dify_host.parameters import cast_value
from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError
from tests.unit.build_tools import rows_of, rows_refusal, rows_result, text_of
from tests.unit.query_tool import text_field

PEN = {"item": "ペン 🖊", "qty": 2}
INK = {"id": "12", "item": None, "qty": ""}
ROWS = [
    {"value": {"item": {"value": "ペン 🖊"}, "qty": {"value": 2}}},
    {"id": "12", "value": {"item": {"value": None}, "qty": {"value": ""}}},
]


@pytest.mark.parametrize(
    "given",
    [
        [PEN, INK],
        {"records": [PEN, INK]},
        {"rows": [PEN, INK]},
        {"result": json.dumps([PEN, INK])},
        [{"records": [PEN, INK]}],
        ROWS,
        {"value": ROWS},
        {"type": "SUBTABLE", "value": ROWS},
        [{"value": ROWS}],
        {"json": [{"value": ROWS}]},
        [PEN, {"id": 12, "value": {"item": None, "qty": {"value": ""}}}],
    ],
    ids=str,
)
def test_rows_in_whatever_dify_hands_over(given: object) -> None:
    """Plain objects, rows of kintone's shape and table fields, as objects and as every kind of text."""
    text = json.dumps(given, ensure_ascii=False)

    for way in (given, text, f"```json\n{text}\n```", rendered(given), cast_value("string", given)):
        assert rows_of(way) == ROWS


def test_one_row() -> None:
    """A single object is a list of one."""
    assert rows_of(PEN) == ROWS[:1]
    assert text_of(rows_result(PEN)).startswith("1 row:")


def test_rows_as_kintone_returns_them() -> None:
    """IDs and types stay; calculated columns, saved files and a record's own ID are left out and named."""
    cells = {
        "item": text_field("Pen"),
        "sum": {"type": "CALC", "value": "4"},
        "paper": {"type": "FILE", "value": [{"fileKey": "k", "contentType": "text/plain", "name": "a", "size": "1"}]},
    }
    result = rows_result({"type": "SUBTABLE", "value": [{"id": "381", "value": cells}]})

    assert result.variables["rows"] == [{"id": "381", "value": {"item": text_field("Pen")}}]
    assert [part in text_of(result) for part in ('"sum"', '"paper"', "1 with the ID")] == [True] * 3
    flat = rows_result([{"id": "381", "item": "Pen", "$id": "7"}])
    assert flat.variables["rows"] == [{"id": "381", "value": {"item": {"value": "Pen"}}}]
    assert '"$id"' in text_of(flat)


def test_records_as_rows() -> None:
    """Each record becomes a row; what kintone sets is left out, and lists and people pass."""
    record = {
        "$id": {"type": "__ID__", "value": "7"},
        "作成者": {"type": "CREATOR", "value": {"code": "sato", "name": "佐藤"}},
        "tags": {"type": "CHECK_BOX", "value": ["A", "B"]},
        "owner": {"type": "USER_SELECT", "value": [{"code": "sato", "name": "佐藤"}]},
    }

    assert rows_of([record, record]) == [{"value": {"tags": record["tags"], "owner": record["owner"]}}] * 2


def test_record_with_a_table_is_no_row() -> None:
    """A table in a row is refused with its code and position: its own rows were probably meant."""
    table = {"type": "SUBTABLE", "value": []}
    line = rows_refusal([PEN, {"sku": "A-1", "lines": table}])

    assert [part in line for part in ("subtable_source", "row 2", "lines")] == [True] * 3
    assert "lines" in rows_refusal([{"lines": [{"id": "1", "value": {"qty": {"value": "2"}}}]}])


# IDs


@pytest.mark.parametrize("row_id", [None, "", " "])
def test_row_without_an_id_is_new(row_id: object) -> None:
    """A blank ID is none."""
    assert rows_of([{"id": row_id, "qty": 2}]) == [{"value": {"qty": {"value": 2}}}]
    assert rows_of([{"id": row_id, "value": {"qty": 2}}]) == [{"value": {"qty": {"value": 2}}}]


@pytest.mark.parametrize("row_id", [381, 381.0, "381", "0381"])
def test_id_of_a_saved_row(row_id: object) -> None:
    """It is sent as text without leading zeros."""
    assert rows_of([{"id": row_id, "qty": 2}])[0]["id"] == "381"


def test_column_with_the_code_id() -> None:
    """Where a plain id is no number, it is a column in all rows; written with its value it always is one."""
    assert rows_of([{"id": "A-1"}, {"id": "5"}]) == [
        {"value": {"id": {"value": "A-1"}}},
        {"value": {"id": {"value": "5"}}},
    ]
    assert rows_of([{"id": {"value": "5"}, "qty": 1}]) == [{"value": {"id": {"value": "5"}, "qty": {"value": 1}}}]
    assert rows_of([{"id": "9", "value": {"id": text_field("A")}}]) == [{"id": "9", "value": {"id": text_field("A")}}]


def test_column_with_the_code_value() -> None:
    """A plain row may have a column of this code."""
    assert rows_of([{"value": "x", "qty": 1}]) == [{"value": {"value": {"value": "x"}, "qty": {"value": 1}}}]
    assert rows_of([{"value": {"value": "x"}, "qty": 1}]) == [{"value": {"value": {"value": "x"}, "qty": {"value": 1}}}]


def test_id_that_two_rows_have() -> None:
    """Kintone would answer GAIA_SI01 without naming the rows."""
    line = rows_refusal([INK, PEN, {**INK, "id": 12}])

    assert "1 and 3" in line
    assert "12" in line


def test_id_that_is_none_in_kintones_shape() -> None:
    """There it can be nothing else, and is refused by its row."""
    line = rows_refusal([PEN, {"id": "new", "value": {"qty": 2}}])

    assert "row 2" in line
    assert '"new"' in line


# Refusals and the result


@pytest.mark.parametrize(
    "given", [None, "", [None], [], "[]", {"value": []}, {"type": "SUBTABLE", "value": []}, {"rows": []}]
)
def test_no_rows(given: object) -> None:
    """No row is never taken for the wish to empty a table."""
    assert rows_refusal(given).startswith("[INVALID_INPUT] subtable_source")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ([PEN, "x"], "column"),
        ([PEN, 5], "entry 2"),
        ("no JSON", "line 1"),
        (5, "subtable_source"),
        ([{1: "x"}], "the name 1"),
    ],
)
def test_what_are_no_rows(given: object, named: str) -> None:
    """The refusal names the parameter and the place."""
    line = rows_refusal(given)

    assert "subtable_source" in line
    assert named in line


def test_whole_numbers_that_dify_may_have_rounded() -> None:
    """Decoded, a number of 16 digits is refused; in a JSON text it is exact, and goes on as text."""
    assert "1234567890123456" in rows_refusal([{"qty": 1234567890123456}])
    assert rows_of('[{"qty": 1234567890123456}]') == [{"value": {"qty": {"value": "1234567890123456"}}}]


@pytest.mark.parametrize("exponent", ["9999999", "-9999999"])
def test_number_with_an_exponent_of_seven_digits(exponent: str) -> None:
    """It goes on as text, and the form refuses it when it is written."""
    (row,) = rows_of(f'[{{"qty": 1e{exponent}}}]')

    assert row["value"]["qty"]["value"] == f"1E{exponent}".replace("E9", "E+9")


def test_text_has_a_row_a_line() -> None:
    """The first line counts the rows, and those that are saved already."""
    headline, *lines = map(str, rows_result([PEN, INK, PEN]).lines)

    assert headline.startswith("3 rows, 1 with the ID")
    assert [json.loads(line) for line in lines] == [*ROWS, ROWS[0]]


def test_rows_that_dify_cannot_carry() -> None:
    """More than a message holds is refused as a whole."""
    with pytest.raises(ResultTooLargeError, match="fewer"):
        rows_result([{"memo": "x" * 500_000}] * 9).messages(Redactor([]))
