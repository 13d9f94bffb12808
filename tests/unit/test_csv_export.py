"""Records as CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.query_tool import full_record, text_field
from tools.query_outputs.csv_export import CsvExport, guarded


def _rows(*parts: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(parts).decode("utf-8-sig"), newline="")))


def test_file_opens_in_excel_when_it_holds_japanese() -> None:
    """It starts with one byte order mark, has one header, and its lines end in CRLF."""
    export = CsvExport(["name"])
    whole = export.part([{"name": text_field("佐藤")}]) + export.part([{"name": text_field("田中")}])

    assert whole == b"\xef\xbb\xbf" + "name\r\n佐藤\r\n田中\r\n".encode()


def test_columns_are_the_records_own_when_no_fields_were_named() -> None:
    """``$id`` comes first, ``$revision`` stays out."""
    header = _rows(CsvExport([]).part([full_record(1)]))[0]

    assert header[:3] == ["$id", "name", "memo"]
    assert "$revision" not in header


def test_columns_are_the_fields_when_fields_were_named() -> None:
    """They come in the order asked for; a code that no record has is an empty column."""
    rows = _rows(CsvExport(["memo", "unknown", "$revision"]).part([full_record(1)]))

    assert rows == [["memo", "unknown", "$revision"], ["one\ntwo", "", "4"]]


def test_values_are_readable_when_they_are_no_plain_text() -> None:
    """Several values and table rows stand a line each; users show name and code, files their name."""
    header, cells = _rows(CsvExport([]).part([full_record(1)]))
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
    assert _rows(CsvExport(["a", "b"]).part([])) == [["a", "b"]]
    assert _rows(CsvExport([]).part([])) == [["$id"]]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_formula_is_disarmed_when_text_looks_like_one(text: str) -> None:
    """An apostrophe keeps a spreadsheet from running it, also inside lists and tables."""
    record = {"a": text_field(text), "b": {"type": "CHECK_BOX", "value": [text]}}

    assert _rows(CsvExport(["a", "b"]).part([record]))[1] == [f"'{text}", f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "+81312345678", "-0.5", "a=b", "", "1-2"])
def test_text_stays_when_it_is_harmless(text: str) -> None:
    """Signed numbers and text without such a start are not touched."""
    assert guarded(text) == text


def test_numbers_and_dates_stay_when_they_begin_with_a_sign() -> None:
    """Only text can be a formula."""
    record = {"n": {"type": "CALC", "value": "-1:30"}, "d": {"type": "NUMBER", "value": "-1e3"}}

    assert _rows(CsvExport(["n", "d"]).part([record]))[1] == ["-1:30", "-1e3"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_texts_come_back_when_the_file_is_read_again(texts: list[str]) -> None:
    """Whatever a text holds, a CSV reader gets it back, disarmed where it must be."""
    codes = [f"f{place}" for place in range(len(texts))]
    record = {code: text_field(text) for code, text in zip(codes, texts, strict=True)}

    assert _rows(CsvExport(codes).part([record])) == [codes, [guarded(text) for text in texts]]
