"""Tables in delimited files: marked with ``*``, one row a line, or as the text of a cell."""

import json
from collections.abc import Iterator

import pytest

from kintone.forms.fields import Form
from tests.unit.form_samples import columns, field, make_form
from tests.unit.record_file_samples import read, refusal


@pytest.mark.parametrize("mark", ["*", "レコードの開始行", "記録の始まり", ""])
def test_first_column_marks_where_a_record_begins(mark: str) -> None:
    """Whatever its header is, as long as that is no field and its cells are ``*`` or blank."""
    outcome = read(f'{mark},sku,item,qty\n*,a,x,1\n,a,"y\nz",2\n*,b,,\n*,c,v,3\n')

    assert outcome.values == [
        {"sku": "a", "lines": [{"item": "x", "qty": "1"}, {"item": "y\nz", "qty": "2"}]},
        {"sku": "b", "lines": []},
        {"sku": "c", "lines": [{"item": "v", "qty": "3"}]},
    ]
    assert outcome.lines == [2, 5, 6]


def test_field_in_the_first_column_is_a_field_even_if_it_holds_an_asterisk() -> None:
    """A text may be ``*``."""
    assert read("name,sku\n*,a\n*,b\n").values == [{"name": "*", "sku": "a"}, {"name": "*", "sku": "b"}]


def test_anything_else_in_the_marking_column_is_refused_by_line() -> None:
    """So is a line before the first ``*``."""
    outcome = read("*,sku,item\n,a,x\n*,b,y\nX,c,z\n*,d,\n")

    assert outcome.problems == [(2, "", "bad_format"), (4, "", "bad_format")]
    assert outcome.values == [{}, {}, {"sku": "d", "lines": []}]


TWO_TABLES = {
    "side by side": "*,sku,lines,item,qty,visits,day\n*,a,1,x,2,7,2026-01-01\n,a,2,y,3,8,2026-01-02\n,a,3,z,4,,\n",
    "one below the other": (
        "*,sku,lines,item,qty,visits,day\n*,a,1,x,2,,\n,a,2,y,3,,\n,a,3,z,4,,\n,a,,,,7,2026-01-01\n,a,,,,8,2026-01-02\n"
    ),
}


@pytest.mark.parametrize("text", TWO_TABLES.values(), ids=TWO_TABLES)
def test_tables_stand_side_by_side_or_one_below_the_other(text: str) -> None:
    """Kintone exports them in one way, cli-kintone in the other; a line without id and cells is no row."""
    assert read(text).values == [
        {
            "sku": "a",
            "lines": [
                {"id": "1", "item": "x", "qty": "2"},
                {"id": "2", "item": "y", "qty": "3"},
                {"id": "3", "item": "z", "qty": "4"},
            ],
            "visits": [{"id": "7", "day": "2026-01-01"}, {"id": "8", "day": "2026-01-02"}],
        }
    ]


def test_row_with_an_id_and_blank_cells_is_an_empty_row() -> None:
    """It stays in the table, and its columns are emptied."""
    assert read("*,sku,lines,item,qty\n*,a,5,,\n").values == [
        {"sku": "a", "lines": [{"id": "5", "item": "", "qty": ""}]}
    ]


@pytest.mark.parametrize(("key", "update_key"), [("sku", "sku"), ("$id", None), ("number", "number")])
def test_row_of_another_key_is_refused_by_line(key: str, update_key: str | None) -> None:
    """Its ``*`` is missing: the row would go to the record before. A repeated or blank key is that of the record."""
    outcome = read(f"*,{key},item\n*,5,x\n,5,y\n,,z\n,6,other\n*,7,w\n", update_key=update_key)
    plain_field = read("*,sku,item\n*,5,x\n,6,y\n")

    assert outcome.problems == [(5, key, "bad_format")]
    assert (plain_field.problems, len(plain_field.records[0].notes)) == ([], 1)


def test_blank_cells_of_saved_rows_are_counted() -> None:
    """An update empties them; a row without an id is new, and a blank column that is not in the file stays."""
    text = "*,$id,lines,item,qty,who\n*,5,7,,1,\n,,8,,,sato\n,,,new,,\n*,,9,x,,\n"
    rows = [
        {"id": "7", "value": {"item": {"value": ""}, "who": {"value": []}}},
        {"id": "8", "value": {"item": {"value": "x"}, "qty": {"value": None}}},
        {"value": {"item": {"value": ""}}},
    ]
    as_json = json.dumps([{"id": "5", "record": {"lines": {"value": rows}, "name": {"value": ""}}}])

    assert [record.cleared for record in read(text).records] == [4, 0]
    assert [record.cleared for record in read(as_json).records] == [4]


def test_record_without_rows_empties_the_table() -> None:
    """And only a file with the table's columns does so."""
    emptied = read("*,$id,lines,item,qty\n*,5,,,\n")

    assert (emptied.values, emptied.records[0].cleared) == ([{"lines": []}], 1)
    assert read("*,$id,name\n*,5,x\n").values == [{"name": "x"}]


@pytest.mark.parametrize(
    ("ids", "problems"),
    [
        (["5", "5"], [(3, "lines", "bad_format")]),
        (["5", "05"], [(3, "lines", "bad_format")]),
        (["x", ""], [(2, "lines", "bad_format")]),
        (["0", "-1"], [(2, "lines", "bad_format"), (3, "lines", "bad_format")]),
        (["5.0", " 6 "], []),
        (["", ""], []),
    ],
)
def test_row_id_is_a_number_that_stands_once(ids: list[str], problems: list[tuple[int, str, str]]) -> None:
    """Kintone adds a row for an id that it does not know, and names no row where one stands twice."""
    assert read(f"*,sku,lines,item\n*,a,{ids[0]},x\n,a,{ids[1]},y\n").problems == problems


def test_same_row_id_in_two_records_is_no_mistake() -> None:
    """Ids count within a record."""
    assert read("*,sku,lines,item\n*,a,5,x\n*,b,5,y\n").problems == []


def test_later_value_outside_of_tables_is_told_where_it_differs() -> None:
    """The line with ``*`` counts; repeated and blank values are what programs write."""
    outcome = read("*,sku,name,item\n*,a,N,x\n,a,N,y\n,,,z\n,a,M,v\n")

    assert outcome.values[0]["name"] == "N"
    assert len(outcome.records[0].notes) == 1
    assert "line 5" in str(outcome.records[0].notes[0])
    assert '"M"' in str(outcome.records[0].notes[0])


def test_mistakes_in_rows_name_their_physical_line_and_column() -> None:
    """A row is not dropped because a cell of it is wrong: the whole record is refused."""
    outcome = read('*,sku,品目,数量\n*,a,"x\ny",1\n,a,z,zwei\n*,b,v,2\n')

    assert outcome.problems == [(4, "qty", "bad_format")]
    assert outcome.records[0].problems[0].column == "数量"
    assert "lines" not in outcome.values[0]
    assert outcome.values[1] == {"sku": "b", "lines": [{"item": "v", "qty": "2"}]}


def test_new_row_without_a_column_that_it_needs_is_told_once() -> None:
    """A row with an id keeps it."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "name"),
        field("SUBTABLE", "t", fields=columns(field("NUMBER", "a"), field("NUMBER", "b", required=True))),
    )

    assert read("*,name,t,a\n*,x,1,1\n", form).problems == []
    assert read("*,name,t,a\n*,x,,1\n,x,,2\n*,y,,3\n", form).problems == [(2, "b", "required")]


def test_attachments_in_rows_must_be_empty_on_every_line() -> None:
    """As outside of tables."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "name"),
        field("SUBTABLE", "t", fields=columns(field("NUMBER", "a"), field("FILE", "f"))),
    )

    outcome = read("*,name,t,a,f\n*,x,1,1,\n,x,2,2,y.pdf\n", form)

    assert outcome.problems == [(3, "f", "not_writable")]


def test_ids_of_rows_without_their_columns_are_refused() -> None:
    """Kintone might store blank rows."""
    assert "lines" in refusal("*,sku,lines\n*,a,5\n")


def test_columns_of_a_table_in_a_plain_file_are_one_row_a_line() -> None:
    """Each line is a record, which has that one row or none."""
    outcome = read("sku,lines,item,qty\na,5,x,1\na,,y,2\nb,,,\n")

    assert outcome.values == [
        {"sku": "a", "lines": [{"id": "5", "item": "x", "qty": "1"}]},
        {"sku": "a", "lines": [{"item": "y", "qty": "2"}]},
        {"sku": "b", "lines": []},
    ]


# Rows as the text of one cell


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", []),
        ("item: x", [{"item": "x", "qty": "", "who": []}]),
        ("item: x, qty: 2\nitem: y, who: 佐藤 (sato) / 鈴木 (suzuki)", [
            {"item": "x", "qty": "2", "who": []}, {"item": "y", "qty": "", "who": ["sato", "suzuki"]},
        ]),
        ("qty: 2, sum: 4", [{"item": "", "qty": "2", "who": []}]),
        ("item: a, b / d, qty: 1", [{"item": "a, b / d", "qty": "1", "who": []}]),
        (r'item: ""a, qty: 5\nb"", qty: 1', [{"item": "a, qty: 5\nb", "qty": "1", "who": []}]),
        ('item: """", qty: 1', [{"item": "", "qty": "1", "who": []}]),
        ('item: """"\nitem: x', [{"item": "", "qty": "", "who": []}, {"item": "x", "qty": "", "who": []}]),
        ("item: '=1", [{"item": "'=1", "qty": "", "who": []}]),
        ('who: x (a) / ""b / c (d)"" / 5 (""e f"")', [{"item": "", "qty": "", "who": ["a", "d", "e f"]}]),
    ],
)  # fmt: skip
def test_readable_rows_come_back(cell: str, expected: object) -> None:
    """Their ids are not in the text, so that they are new rows; calculated columns are left out."""
    assert read(f'sku,lines\na,"{cell}"\n').values == [{"sku": "a", "lines": expected}]


@pytest.mark.parametrize(
    "cell", ["x", "12", "item: x\nsecond line", "item: x, item: y", "zzz: 1, item: x", "item x", ", item: x",
    "item: a, b: c, qty: 1", "item: x, zzz: 1", 'item: ""x', 'item: ""x""y', 'item: ""x"", zzz: 1', 'who: a / ""b""c',
    "item: x\\nitem: y\n, qty: 5"],
)  # fmt: skip
def test_readable_rows_that_may_mean_something_else_are_refused(cell: str) -> None:
    """A value with a line end looks like the next row, and one with a column's name like that column."""
    assert read(f'sku,lines\na,"{cell}"\n').problems == [(2, "lines", "ambiguous")]


def test_mistakes_in_readable_rows_name_column_and_row() -> None:
    """As in any other cell."""
    outcome = read('sku,lines\na,"item: x\nqty: y"\n')

    assert outcome.problems == [(2, "qty", "bad_format")]
    assert outcome.records[0].problems[0].problem.row == 2


def test_readable_rows_with_attachments_are_refused() -> None:
    """Their names are no keys."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "name"),
        field("SUBTABLE", "t", fields=columns(field("NUMBER", "a"), field("FILE", "f"))),
    )

    assert read('name,t\nx,"a: 1, f: y.pdf"\n', form).problems == [(2, "f", "not_writable")]


def long_form() -> Form:
    """Return a form with one table."""
    return make_form(field("SUBTABLE", "t", fields=columns(field("NUMBER", "a"))))


def test_more_rows_than_a_table_takes_are_refused() -> None:
    """10,000 rows are read."""
    text = "*,a\n" + "*,1\n" + ",2\n" * 10_000 + "*,3\n"

    outcome = read(text, long_form())

    assert outcome.problems == [(2, "t", "too_long")]
    assert outcome.values[1] == {"t": [{"a": "3"}]}


def test_record_that_never_ends_is_refused() -> None:
    """Memory does not grow with a file in which no further ``*`` comes."""
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        yield b"*,a\n*,1\n"
        for _ in range(1_000):
            taken += 1
            yield b",2\n" * 1_000

    assert "line 2 " in read(chunks(), long_form()).error
    assert taken < 200


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("*,sku,item,sum\n*,a,x,2\n,,,0\n", [{"item": "x"}, {"item": ""}]),
        ("*,sku,item,sum\n*,a,,0\n", [{"item": ""}]),
        ("*,sku,item,sum\n*,a,,\n", []),
        ("sku,item,sum\na,,0\n", [{"item": ""}]),
    ],
)
def test_row_with_nothing_but_a_calculated_value_is_a_row(text: str, rows: list[dict[str, str]]) -> None:
    """A sum is shown for a row only where there is one."""
    assert read(text).values == [{"sku": "a", "lines": rows}]
