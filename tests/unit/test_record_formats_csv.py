"""Records as CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from tests.unit.form_samples import form_of
from tests.unit.query_tool import full_record, text_field
from tools.record_formats import CsvColumns, CsvExport, without_formula


def _rows(*parts: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(parts).decode("utf-8-sig"), newline="")))


def test_file_opens_in_excel_when_it_holds_japanese() -> None:
    """It starts with one byte order mark, has one header, and its lines end in CRLF."""
    export = CsvExport(CsvColumns(["name"]))
    whole = export.part([{"name": text_field("佐藤")}]) + export.part([{"name": text_field("田中")}])

    assert whole == b"\xef\xbb\xbf" + "name\r\n佐藤\r\n田中\r\n".encode()


OLD, NEW = {"name": text_field("a")}, {"name": text_field("b"), "added": text_field("c")}


def test_columns_are_those_of_the_form_when_no_fields_were_named() -> None:
    """They stand in its order, ``$id`` first; ``$revision`` and what no record ever has stay out."""
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

    assert _rows(CsvExport(CsvColumns([], form)).part([record])) == [
        ["$id", "lines", "Number", "name"],
        ["1", "", "", "x"],
    ]
    assert _rows(CsvExport(CsvColumns([], form)).part([with_status]))[0] == ["$id", "Status", "lines", "Number", "name"]
    assert _rows(CsvExport(CsvColumns([], form)).part([])) == [["$id", "lines", "Number", "name"]]


def test_column_is_there_when_only_later_records_have_the_field() -> None:
    """Records from before a change of the form lack the new field; their cell is empty."""
    export = CsvExport(CsvColumns([], form_of([NEW])))

    assert _rows(export.part([OLD]), export.part([NEW]))[1:] == [["", "a", ""], ["", "b", "c"]]


def test_first_records_settle_the_columns_when_the_form_is_unknown() -> None:
    """All of them count, not only the very first."""
    assert _rows(CsvExport(CsvColumns([])).part([OLD, NEW])) == [
        ["$id", "name", "added"],
        ["", "a", ""],
        ["", "b", "c"],
    ]


@pytest.mark.parametrize("form", [None, form_of([OLD])])
def test_file_fails_when_a_later_record_has_a_field_without_a_column(form: Form | None) -> None:
    """A column is never missing in silence; the failure names the field and the way out."""
    export = CsvExport(CsvColumns([], form))
    export.part([OLD])

    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields .*\(added\).* in fields$"):
        export.part([OLD, NEW])


def test_later_fields_stay_out_when_fields_were_named() -> None:
    """Who names fields has decided."""
    export = CsvExport(CsvColumns(["name"]))

    assert _rows(export.part([OLD]), export.part([NEW])) == [["name"], ["a"], ["b"]]


WIDE_FORMULAS = ["\N{FULLWIDTH EQUALS SIGN}1", "\N{FULLWIDTH PLUS SIGN}1", "\N{FULLWIDTH HYPHEN-MINUS}1"]
WIDE_FORMULAS += ["\N{FULLWIDTH COMMERCIAL AT}SUM(A1)"]


@pytest.mark.parametrize("code", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", *WIDE_FORMULAS])
def test_header_is_disarmed_when_a_code_looks_like_a_formula(code: str) -> None:
    """A field code is text that somebody else wrote, like a cell."""
    record = {code: text_field("x")}

    assert _rows(CsvExport(CsvColumns([code])).part([record])) == [[f"'{code}"], ["x"]]
    assert _rows(CsvExport(CsvColumns([], form_of([record]))).part([record]))[0] == ["$id", f"'{code}"]


@pytest.mark.parametrize("kind", ["NUMBER", "CALC", "SINGLE_LINE_TEXT"])
def test_number_keeps_its_sign_when_it_is_a_negative_nought(kind: str) -> None:
    """Whatever the type of the field, a signed number is no formula."""
    assert _rows(CsvExport(CsvColumns(["n"])).part([{"n": {"type": kind, "value": "-0.0"}}]))[1] == ["-0.0"]


def test_type_is_that_of_the_cell_when_the_first_record_lacks_the_field() -> None:
    """A calculated duration is no formula, whoever has it first."""
    records = [{"a": text_field("x")}, {"a": text_field("y"), "n": {"type": "CALC", "value": "-1:30"}}]

    assert _rows(CsvExport(CsvColumns(["a", "n"])).part(records))[1:] == [["x", ""], ["y", "-1:30"]]


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [("DROP_DOWN", " A ", " A "), ("CHECK_BOX", [" A", "B "], " A\nB "), ("RADIO_BUTTON", "　", "　")],
)
def test_option_keeps_its_outer_blanks_when_it_has_some(kind: str, value: object, cell: str) -> None:
    """An option is a name that must match exactly when it is written back."""
    assert _rows(CsvExport(CsvColumns(["o"])).part([{"o": {"type": kind, "value": value}}]))[1] == [cell]


def test_columns_are_the_fields_when_fields_were_named() -> None:
    """They come in the order asked for; a code that no record has is an empty column."""
    rows = _rows(CsvExport(CsvColumns(["memo", "unknown", "$revision"])).part([full_record(1)]))

    assert rows == [["memo", "unknown", "$revision"], ["one\ntwo", "", "4"]]


def test_values_are_readable_when_they_are_no_plain_text() -> None:
    """Several values and table rows stand a line each; users show name and code, files their name."""
    header, cells = _rows(CsvExport(CsvColumns([])).part([full_record(1)]))
    row = dict(zip(header, cells, strict=True))

    assert row["name"] == 'Alice, "A"'
    assert row["amount"] == "-1234.50"
    assert row["due"] == row["nothing"] == ""
    assert row["tags"] == "A\nB"
    assert row["owner"] == "佐藤 昇 (sato)\ntanaka"
    assert row["made_by"] == "佐藤 昇 (sato)"
    assert row["files"] == "見積.pdf"
    assert row["lines"] == "item: Pen, qty: 2\nitem: Ink"


def test_header_stands_alone_when_there_are_no_records() -> None:
    """A file without records is still a CSV file."""
    assert _rows(CsvExport(CsvColumns(["a", "b"])).part([])) == [["a", "b"]]
    assert _rows(CsvExport(CsvColumns([])).part([])) == [["$id"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", *WIDE_FORMULAS]
)
def test_formula_is_disarmed_when_text_looks_like_one(text: str) -> None:
    """An apostrophe keeps a spreadsheet from running it, also inside lists and tables."""
    record = {"a": text_field(text), "b": {"type": "CHECK_BOX", "value": [text]}}

    assert _rows(CsvExport(CsvColumns(["a", "b"])).part([record]))[1] == [f"'{text}", f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "+81312345678", "-0.5", "a=b", "", "1-2"])
def test_text_stays_when_it_is_harmless(text: str) -> None:
    """Signed numbers and text without such a start are not touched."""
    assert without_formula(text) == text


def test_numbers_and_dates_stay_when_they_begin_with_a_sign() -> None:
    """Only text can be a formula."""
    record = {"n": {"type": "CALC", "value": "-1:30"}, "d": {"type": "NUMBER", "value": "-1e3"}}

    assert _rows(CsvExport(CsvColumns(["n", "d"])).part([record]))[1] == ["-1:30", "-1e3"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_texts_come_back_when_the_file_is_read_again(texts: list[str]) -> None:
    """Whatever a text holds, a CSV reader gets it back, disarmed where it must be."""
    codes = [f"f{place}" for place in range(len(texts))]
    record = {code: text_field(text) for code, text in zip(codes, texts, strict=True)}

    assert _rows(CsvExport(CsvColumns(codes)).part([record])) == [codes, [without_formula(text) for text in texts]]
