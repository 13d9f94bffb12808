"""Records written in the import format of ``kintone_query`` are read back as they were."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from tests.unit.record_file_samples import read
from tests.unit.test_record_files_round_trip import FORM, RECORDS, Shown, expected
from tools.csv_files import CsvExport
from tools.import_csv import ImportLines

EXAMPLES = settings(max_examples=100, deadline=None)


def _shown(field: FieldDefinition, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any value of a field
    """Return a value as kintone shows it."""
    if field.is_table:
        rows = [
            {"id": row_id, "value": {code: _shown(field.columns[code], cell) for code, cell in cells.items()}}
            for row_id, cells in value
        ]
        return {"type": field.type.name, "value": rows}
    shape = field.type.shape
    if shape is Shape.CODES:
        value = [{"code": code, "name": "佐藤"} for code in value]
    if shape is Shape.PERSON:
        value = {"code": value, "name": "佐藤"}
    if field.type.empty is None and value == "":
        value = None
    return {"type": field.type.name, "value": value}


def _file(records: Sequence[Shown], encoding: str, fields: Sequence[str] = ()) -> bytes:
    shown = [
        {
            "$id": {"type": "__ID__", "value": "1"},
            **{
                code: _shown(FORM.fields[code], value) for code, value in record.items() if not fields or code in fields
            },
        }
        for record in records
    ]
    return CsvExport(ImportLines(fields, FORM), encoding).part(shown, ["1"] * len(records))


@EXAMPLES
@given(records=RECORDS, encoding=st.sampled_from(["utf-8-bom", "utf-8"]))
def test_records_come_back(records: list[Shown], encoding: str) -> None:
    """In UTF-8, with and without byte order mark."""
    outcome = read(_file(records, encoding), FORM)

    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == [expected(record) for record in records]


@EXAMPLES
@given(records=RECORDS)
def test_records_come_back_through_shift_jis(records: list[Shown]) -> None:
    """Where the code page has all their characters; otherwise no file is written."""
    try:
        data = _file(records, "shift_jis")
    except InvalidParameterError:
        return
    outcome = read(data, FORM, host="a.cybozu.com")

    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == [expected(record) for record in records]


@EXAMPLES
@given(records=RECORDS, code=st.sampled_from(["text", "lines", "checks"]))
def test_one_column_comes_back(records: list[Shown], code: str) -> None:
    """Also records of which that one value is empty."""
    outcome = read(_file(records, "utf-8", [code]), FORM)

    assert outcome.error == ""
    assert outcome.values == [{code: record[code]} for record in records]


@pytest.mark.parametrize("blank", ["", " ", "\t", "\N{IDEOGRAPHIC SPACE}", "\x85", "\n", " \n\t"])
@pytest.mark.parametrize("code", ["text", "lines"])
def test_record_of_one_blank_value_comes_back(blank: str, code: str) -> None:
    """It stands in quotes, which tell it from an empty line of the file; it is the first, a middle and the last one."""
    records: list[Shown] = [{code: blank}, {code: "x"}, {code: blank}, {code: "y"}, {code: blank}]

    assert read(_file(records, "utf-8", [code]), FORM).values == records
