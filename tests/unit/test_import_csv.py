"""CSV files in the format of cli-kintone."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from tests.unit.form_samples import columns, field, make_form, options, rich_form
from tests.unit.query_tool import full_record, text_field
from tools.import_csv import ImportLines

FORM = make_form(
    field("SINGLE_LINE_TEXT", "name"),
    field("SUBTABLE", "lines", fields=columns(field("SINGLE_LINE_TEXT", "item"), field("FILE", "scan"))),
    field("FILE", "files"),
    field("SUBTABLE", "visits", fields=columns(field("DATE", "on"))),
    field("STATUS", "state", enabled=True),
    field("REFERENCE_TABLE", "related", referenceTable=None),
    field("GROUP", "box", openGroup=True),
    field("UNHEARD_OF", "new"),
    field("NUMBER", "price"),
)
FILES = {"type": "FILE", "value": [{"fileKey": "k1", "name": "見積.pdf"}, {"fileKey": "k2", "name": "b.txt"}]}
NO_FILES = {"type": "FILE", "value": []}


def _record(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - fields as kintone shows them
    record = {
        "$id": {"type": "__ID__", "value": "7"},
        "$revision": {"type": "__REVISION__", "value": "3"},
        "name": text_field("a"),
        "lines": {"type": "SUBTABLE", "value": []},
        "files": NO_FILES,
        "visits": {"type": "SUBTABLE", "value": []},
        "state": {"type": "STATUS", "value": ""},
        "price": {"type": "NUMBER", "value": "1.50"},
    }
    return record | changed


def _row(number: int, **cells: Any) -> dict[str, Any]:  # noqa: ANN401 - fields as kintone shows them
    return {"id": str(number), "value": cells}


def _lines(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"type": "SUBTABLE", "value": list(rows)}


def _header(fields: list[str], form: Form = FORM) -> str:
    return ImportLines(fields, form).text([])


def test_columns_are_those_that_an_import_can_write_when_none_was_named() -> None:
    """Left out: ``$id``, ``$revision``, attachments (in tables too), status, related records, groups, unknown types."""
    assert _header([]) == '*,"name","lines","item","visits","on","price"\n'


def test_columns_of_every_type_when_none_was_named() -> None:
    """They are the types that cli-kintone supports (website/docs/reference/record-export/fields), but attachments."""
    (codes,) = csv.reader(io.StringIO(_header([], rich_form())))
    every = {*rich_form().fields, *rich_form().tables_by_column, "*"}

    assert every - set(codes) == {"files", "状態", "作業者", "分類", "related", "box"}


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        (["price", "name"], '"price","name"\n'),
        (["$revision", "name", "$id"], '"$revision","name","$id"\n'),
        (["files", "state", "box", "related"], '"files","state","box","related"\n'),
        (["visits", "name", "lines"], '*,"visits","on","name","lines","item"\n'),
        (["name", "nmae", "item", "NAME", "price"], '"name","price"\n'),
    ],
)
def test_columns_are_the_named_ones_in_their_order(fields: list[str], header: str) -> None:
    """The columns of a table follow its code; codes that the form lacks and those of columns have no column."""
    assert _header(fields) == header


@pytest.mark.parametrize("fields", [["nmae"], ["item", "scan"]])
def test_file_without_any_column_is_refused(fields: list[str]) -> None:
    """The error names the codes before anything is read."""
    with pytest.raises(InvalidParameterError, match=f"^\\[INVALID_INPUT\\] fields.*{', '.join(fields)}.*table"):
        ImportLines(fields, FORM)


def test_lines_hold_one_row_of_one_table_each() -> None:
    """The tables stand one below the other, all other values repeat, and a record without rows has its line."""
    with_rows = _record(
        lines=_lines(_row(21, item=text_field("x"), scan=NO_FILES), _row(22, item=text_field(""), scan=NO_FILES)),
        visits=_lines(_row(5, on={"type": "DATE", "value": None})),
    )

    assert ImportLines([], FORM).text([with_rows, _record()]) == (
        '*,"name","lines","item","visits","on","price"\n'
        '*,"a","21","x",,,"1.50"\n'
        ',"a","22",,,,"1.50"\n'
        ',"a",,,"5",,"1.50"\n'
        '*,"a",,,,,"1.50"\n'
    )


def test_header_stands_once() -> None:
    """A later page has lines alone."""
    lines = ImportLines(["name"], FORM)

    assert lines.text([_record()]) + lines.text([_record(name=text_field("b"))]) == '"name"\n"a"\n"b"\n'


def test_values_of_every_shape_are_as_cli_kintone_writes_them() -> None:
    """Codes of people, names of attachments, and choices, one a line; texts and numbers as kintone has them."""
    record = full_record(1) | {
        "made_by": {"type": "CREATOR", "value": {"code": "sato", "name": "佐藤 昇"}},
        "assignees": {"type": "STATUS_ASSIGNEE", "value": [{"code": "sato", "name": "佐藤 昇"}]},
        "new": {"type": "UNKNOWN", "value": {"some": 1}},
    }
    del record["lines"]
    kinds = {code: str(shown["type"]) for code, shown in record.items() if code not in ("$id", "$revision")}
    form = make_form(*(field(kind, code, options=options("A", "B")) for code, kind in kinds.items()))
    (row,) = csv.DictReader(io.StringIO(ImportLines(list(kinds), form).text([record]), newline=""))

    assert row == {
        "name": 'Alice, "A"',
        "memo": "one\ntwo",
        "amount": "-1234.50",
        "due": "",
        "tags": "A\nB",
        "nothing": "",
        "owner": "sato\ntanaka",
        "made_by": "sato",
        "files": "見積.pdf",
        "assignees": "sato",
        "new": '{"some":1}',
    }


@pytest.mark.parametrize(
    ("text", "cell"),
    [("", ""), ("*", "*"), ("x", '"x"'), (" ", '" "'), ('"', '""""'), ("=1+1", '"=1+1"'), ("-1\n@a", '"-1\n@a"')],
)
def test_cell_is_quoted_unless_it_is_empty_or_an_asterisk(text: str, cell: str) -> None:
    """No apostrophe guards a formula: an import would save it."""
    assert ImportLines(["price", "name"], FORM).text([_record(name=text_field(text))]).endswith(f'"1.50",{cell}\n')


def test_record_stays_when_its_only_cell_is_empty() -> None:
    """A blank line would be no record to cli-kintone, which skips blank lines."""
    assert ImportLines(["name"], FORM).text([_record(name=text_field(""))]) == '"name"\n""\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_texts_come_back_when_the_file_is_read_again(texts: list[str]) -> None:
    """A CSV reader returns any text unchanged."""
    codes = [f"f{place}" for place in range(len(texts))]
    form = make_form(*(field("SINGLE_LINE_TEXT", code) for code in codes))
    record = {code: text_field(text) for code, text in zip(codes, texts, strict=True)}
    written = ImportLines(codes, form).text([record])

    assert list(csv.reader(io.StringIO(written, newline=""))) == [codes, texts]


def test_left_out_values_are_told() -> None:
    """Only fields that hold something are named, each once; csv_format readable shows them."""
    lines = ImportLines([], FORM)
    rows = _lines(_row(1, item=text_field("x"), scan=FILES), _row(2, item=text_field("y"), scan=FILES))
    lines.text([_record(), _record(files=FILES), _record(lines=rows, files=FILES)])
    (warning,) = lines.warnings

    assert [str(warning).count(code) for code in ("files", "scan", "state")] == [1, 1, 0]
    assert "csv_format readable" in str(warning)


def test_nothing_is_told_when_nothing_is_left_out() -> None:
    """Empty attachments, a switched-off status and named fields need no sentence."""
    for fields in ([], ["name", "files"]):
        lines = ImportLines(fields, FORM)
        lines.text([_record(), _record(files=FILES) if fields else _record()])

        assert list(lines.warnings) == []


@pytest.mark.parametrize("fields", [[], ["name", "price"]])
def test_no_column_is_called_hidden_when_nothing_shows_it(fields: list[str]) -> None:
    """Without records nobody knows; of named fields that no record has every output mode warns."""
    lines = ImportLines(fields, FORM)
    lines.text([{"name": text_field("a")}] if fields else [])

    assert list(lines.warnings) == []


def test_column_that_no_record_has_is_told() -> None:
    """A field that is hidden from the credential looks empty, and an import would empty it."""
    lines = ImportLines([], FORM)
    hidden = {code: shown for code, shown in _record().items() if code != "price"}
    lines.text([hidden, hidden])

    assert "price" in str(*lines.warnings)
    lines.text([_record()])
    assert list(lines.warnings) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"added": text_field("x")}, "added"),
        ({"lines": _lines(_row(1, added=text_field("x")))}, "added"),
        ({"lines": text_field("x")}, "lines"),
        ({"name": _lines(_row(1, item=text_field("x")))}, "name"),
    ],
)
@pytest.mark.parametrize("fields", [[], ["lines", "name", "added"]])
def test_file_fails_when_the_form_has_changed_meanwhile(changed: dict[str, Any], named: str, fields: list[str]) -> None:
    """A field that came after the header was written, or became a table, is not dropped without an error."""
    lines = ImportLines(fields, FORM)
    lines.text([_record()])

    with pytest.raises(InvalidParameterError, match=rf"^\[INVALID_INPUT\] fields.*\({named}\)"):
        lines.text([_record(), _record(**changed)])
