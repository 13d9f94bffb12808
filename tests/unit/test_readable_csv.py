"""Records as CSV for people."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from kintone.values.formulas import without_formula
from tests.unit.form_samples import form_of
from tests.unit.query_tool import full_record, text_field
from tools.readable_csv import CsvColumns, ReadableLines


def _rows(*parts: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(parts), newline="")))


def test_lines_end_in_crlf() -> None:
    """The file has one header, and quotes only where CSV needs them."""
    export = ReadableLines(CsvColumns(["name"]))
    whole = export.text([{"name": text_field("佐藤")}]) + export.text([{"name": text_field("田中")}])

    assert whole == "name\r\n佐藤\r\n田中\r\n"


OLD, NEW = {"name": text_field("a")}, {"name": text_field("b"), "added": text_field("c")}


def test_columns_are_those_of_the_form_when_no_fields_were_named() -> None:
    """Columns follow the form's order after ``$id``, without ``$revision`` and fields that no record can have."""
    form = form_of(
        [
            {
                "Status": {"type": "STATUS"},
                "box": {"type": "GROUP"},
                "related": {"type": "REFERENCE_TABLE"},
                "lines": {"type": "SUBTABLE"},
                "Number": {"type": "RECORD_NUMBER"},
                "name": {"type": "SINGLE_LINE_TEXT"},
            }
        ]
    )
    record = {"name": text_field("x"), "$revision": {"value": "3"}, "$id": {"value": "1"}}
    with_status = record | {"Status": {"type": "STATUS", "value": "Open"}}

    assert _rows(ReadableLines(CsvColumns([], form)).text([record])) == [
        ["$id", "lines", "Number", "name"],
        ["1", "", "", "x"],
    ]
    assert _rows(ReadableLines(CsvColumns([], form)).text([with_status]))[0] == [
        "$id",
        "Status",
        "lines",
        "Number",
        "name",
    ]
    assert _rows(ReadableLines(CsvColumns([], form)).text([])) == [["$id", "lines", "Number", "name"]]


def test_column_is_there_when_only_later_records_have_the_field() -> None:
    """Records saved before the field was added have an empty cell."""
    export = ReadableLines(CsvColumns([], form_of([NEW])))

    assert _rows(export.text([OLD]), export.text([NEW]))[1:] == [["", "a", ""], ["", "b", "c"]]


def test_first_records_settle_the_columns_when_the_form_is_unknown() -> None:
    """All records of the first page count, not only the first record."""
    assert _rows(ReadableLines(CsvColumns([])).text([OLD, NEW])) == [
        ["$id", "name", "added"],
        ["", "a", ""],
        ["", "b", "c"],
    ]


@pytest.mark.parametrize("form", [None, form_of([OLD])])
def test_file_fails_when_a_later_record_has_a_field_without_a_column(form: Form | None) -> None:
    """The error names the field and says what to do; no column is dropped without an error."""
    export = ReadableLines(CsvColumns([], form))
    export.text([OLD])

    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields .*\(added\).* in fields$"):
        export.text([OLD, NEW])


def test_later_fields_stay_out_when_fields_were_named() -> None:
    """Only the named fields become columns."""
    export = ReadableLines(CsvColumns(["name"]))

    assert _rows(export.text([OLD]), export.text([NEW])) == [["name"], ["a"], ["b"]]


WIDE_FORMULAS = ["\N{FULLWIDTH EQUALS SIGN}1", "\N{FULLWIDTH PLUS SIGN}1", "\N{FULLWIDTH HYPHEN-MINUS}1"]
WIDE_FORMULAS += ["\N{FULLWIDTH COMMERCIAL AT}SUM(A1)"]


@pytest.mark.parametrize("code", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", *WIDE_FORMULAS])
def test_header_is_escaped_when_a_code_looks_like_a_formula(code: str) -> None:
    """Field codes are written by other people, like cells."""
    record = {code: text_field("x")}

    assert _rows(ReadableLines(CsvColumns([code])).text([record])) == [[f"'{code}"], ["x"]]
    assert _rows(ReadableLines(CsvColumns([], form_of([record]))).text([record]))[0] == ["$id", f"'{code}"]


@pytest.mark.parametrize("kind", ["NUMBER", "CALC", "SINGLE_LINE_TEXT"])
def test_negative_zero_keeps_its_sign(kind: str) -> None:
    """A signed number is not a formula, whatever the type of the field."""
    assert _rows(ReadableLines(CsvColumns(["n"])).text([{"n": {"type": kind, "value": "-0.0"}}]))[1] == ["-0.0"]


def test_type_is_that_of_the_cell_when_the_first_record_lacks_the_field() -> None:
    """The field type is taken from any record: a calculated duration is not a formula."""
    records = [{"a": text_field("x")}, {"a": text_field("y"), "n": {"type": "CALC", "value": "-1:30"}}]

    assert _rows(ReadableLines(CsvColumns(["a", "n"])).text(records))[1:] == [["x", ""], ["y", "-1:30"]]


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [("DROP_DOWN", " A ", " A "), ("CHECK_BOX", [" A", "B "], " A\nB "), ("RADIO_BUTTON", "　", "　")],
)
def test_option_keeps_its_outer_blanks_when_it_has_some(kind: str, value: object, cell: str) -> None:
    """An option must match exactly when it is written back."""
    assert _rows(ReadableLines(CsvColumns(["o"])).text([{"o": {"type": kind, "value": value}}]))[1] == [cell]


def test_columns_are_the_fields_when_fields_were_named() -> None:
    """Columns follow the order of the request; a code that no record has is an empty column."""
    rows = _rows(ReadableLines(CsvColumns(["memo", "unknown", "$revision"])).text([full_record(1)]))

    assert rows == [["memo", "unknown", "$revision"], ["one\ntwo", "", "4"]]


def test_values_are_readable_when_they_are_no_plain_text() -> None:
    """Several values and table rows are on separate lines; users have name and code, files their name."""
    header, cells = _rows(ReadableLines(CsvColumns([])).text([full_record(1)]))
    row = dict(zip(header, cells, strict=True))

    assert row["name"] == 'Alice, "A"'
    assert row["amount"] == "-1234.50"
    assert row["due"] == row["nothing"] == ""
    assert row["tags"] == "A\nB"
    assert row["owner"] == "佐藤 昇 (sato)\ntanaka"
    assert row["made_by"] == "佐藤 昇 (sato)"
    assert row["files"] == "見積.pdf"
    assert row["lines"] == "item: Pen, qty: 2\nitem: Ink"


def test_file_without_records_has_its_header() -> None:
    """A file without records is a valid CSV file with its header."""
    assert _rows(ReadableLines(CsvColumns(["a", "b"])).text([])) == [["a", "b"]]
    assert _rows(ReadableLines(CsvColumns([])).text([])) == [["$id"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", *WIDE_FORMULAS]
)
def test_text_is_escaped_when_it_looks_like_a_formula(text: str) -> None:
    """An apostrophe prevents a spreadsheet from running it, also inside lists and tables."""
    record = {"a": text_field(text), "b": {"type": "CHECK_BOX", "value": [text]}}

    assert _rows(ReadableLines(CsvColumns(["a", "b"])).text([record]))[1] == [f"'{text}", f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "+81312345678", "-0.5", "a=b", "", "1-2"])
def test_other_text_is_unchanged(text: str) -> None:
    """Signed numbers and other text are not escaped."""
    assert without_formula(text) == text


def test_numbers_and_dates_stay_when_they_begin_with_a_sign() -> None:
    """Only text fields can contain a formula."""
    record = {"n": {"type": "CALC", "value": "-1:30"}, "d": {"type": "NUMBER", "value": "-1e3"}}

    assert _rows(ReadableLines(CsvColumns(["n", "d"])).text([record]))[1] == ["-1:30", "-1e3"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_texts_come_back_when_the_file_is_read_again(texts: list[str]) -> None:
    """A CSV reader returns any text, with an apostrophe where it was escaped."""
    codes = [f"f{place}" for place in range(len(texts))]
    record = {code: text_field(text) for code, text in zip(codes, texts, strict=True)}

    assert _rows(ReadableLines(CsvColumns(codes)).text([record])) == [codes, [without_formula(text) for text in texts]]
