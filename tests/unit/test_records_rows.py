"""Rows of tables: which rows a value stands for, and what is told of each."""

import pytest

from kintone.forms.fields import WriteMode
from kintone.records import CheckedRecord, check_record
from tests.unit.form_samples import columns, field, make_form

FORM = make_form(
    field(
        "SUBTABLE",
        "lines",
        fields=columns(
            field("CALC", "sum", expression="qty * 2"),
            field("SINGLE_LINE_TEXT", "item", required=True),
            field("NUMBER", "qty"),
            field("DATE", "day"),
            field("NUMBER", "price"),
        ),
    ),
    field("SINGLE_LINE_TEXT", "name"),
)


def check(value: object, mode: WriteMode = "update") -> CheckedRecord:
    """Return what becomes of a table's value."""
    return check_record({"lines": value}, FORM, mode)


def told(read: CheckedRecord) -> list[tuple[str, int | None, str]]:
    """Return the problems as field, row and code; all their sentences can be read."""
    assert all(map(str, read.lines))
    return [(problem.field, problem.row, problem.code.value) for problem in read.problems]


@pytest.mark.parametrize(
    ("value", "changed"),
    [([], False), (None, True), ("", True), ([{"item": "x"}], False), ({"item": "x"}, True), ({"value": []}, False)],
)
def test_value_that_is_sent_as_another_list_of_rows_is_told(value: object, *, changed: bool) -> None:
    """Nothing becomes an empty list, one row a list of it."""
    read = check(value)

    assert read.problems == []
    assert [(change.field, change.row) for change in read.changes] == [("lines", None)] * changed


@pytest.mark.parametrize(
    ("row_id", "kept"),
    [("5", "5"), (5, "5"), ("05", "5"), (None, None), ("", None), (0, ""), ("0", ""), (-1, ""), ("a", ""), (1.5, ""),
     (True, "")],
)  # fmt: skip
def test_row_id_is_a_number_from_one_on(row_id: object, kept: str | None) -> None:
    """An empty one means a new row; anything else is refused, since kintone would add a row for it."""
    read = check([{"id": row_id, "value": {"item": "x"}}])
    wanted = {"value": {"item": {"value": "x"}}}

    if kept == "":
        assert told(read) == [("lines", 1, "bad_format")]
        assert read.record == {}
    else:
        assert read.record == {"lines": {"value": [wanted if kept is None else {"id": kept, **wanted}]}}


@pytest.mark.parametrize(("mode", "missing"), [("add", True), ("update", False)])
def test_row_that_exists_may_leave_columns_out(mode: WriteMode, *, missing: bool) -> None:
    """A record that is added has no rows yet, whatever ids are given."""
    assert told(check([{"id": "5", "value": {"qty": 1}}], mode)) == [("item", 1, "required")] * missing
    assert told(check([{"qty": 1}], mode)) == [("item", 1, "required")]


def test_rows_with_the_same_id_are_told_each_with_the_first() -> None:
    """Rows without an id are new ones and never the same."""
    rows = [{"id": number, "item": "x"} for number in (5, 6, "5", None, "", 5, 7, "a", "a")]
    problems = [str(problem.message) for problem in check(rows).problems if problem.row is None]

    assert len(problems) == 2
    assert "rows 1 and 3" in problems[0]
    assert "rows 1 and 6" in problems[1]
    assert all("5" in problem for problem in problems)


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ({"sum": 1}, [("sum", 1, "not_writable"), ("item", 1, "required")]),
        ({"sum": {"type": "CALC", "value": "1"}}, [("lines", 1, "wrong_type"), ("item", 1, "required")]),
        ({"id": "5", "value": {"sum": {"type": "CALC", "value": "1"}}}, []),
        ({"id": "5", "value": {}}, [("lines", 1, "wrong_type")]),
        ({"id": "a", "value": {}}, [("lines", 1, "bad_format"), ("item", 1, "required")]),
        ({"nowhere": 1}, [("nowhere", 1, "unknown_column"), ("item", 1, "required")]),
        ({"name": 1, "item": "x"}, [("name", 1, "unknown_column")]),
        ({5: 1, "item": "x"}, [("5", 1, "unknown_column")]),
        ("item", [("lines", 1, "wrong_type")]),
        (None, [("lines", 1, "wrong_type")]),
    ],
)
def test_row_that_would_be_stored_otherwise_is_told_once(row: object, problems: list[object]) -> None:
    """A blank row, a column of nowhere, a field of the record; nothing of the table is sent then."""
    read = check([row])

    assert told(read) == problems
    assert (read.record == {}) is bool(problems)


def test_advice_about_a_table_names_all_its_columns() -> None:
    """Those that can be written as a row, the calculated one apart; a mistyped column leads to the one meant, too."""
    shapes = [str(check(value).problems[0].suggestion) for value in ("[5]", 5, [{"item": "x"}, 5])]

    for shape in shapes:
        assert all(f'"{code}": …' in shape for code in ("item", "qty", "day", "price"))
        assert '"sum"' not in shape
        assert "sum (SUM)" in shape
    for mistyped, near in (("prise", 'did you mean "price"'), ("zzzzzz", "")):
        suggestion = str(check([{"item": "x", mistyped: 1}]).problems[0].suggestion)
        assert all(code in suggestion for code in ("item", "qty", "day", "price", "sum"))
        assert near in suggestion


def test_the_same_mistake_in_many_rows_lists_the_columns_once() -> None:
    """A record with a hundred rows that all have the same wrong column costs one list of columns."""
    suggestions = [str(problem.suggestion) for problem in check([{"item": "x", "prise": 1}] * 50).problems]

    assert ["day" in suggestion for suggestion in suggestions] == [True] + 49 * [False]
    assert all('"price"' in suggestion for suggestion in suggestions)


def test_fields_of_the_record_and_columns_are_sent_to_their_places() -> None:
    """A field in a row goes beside the table, a column beside it into the rows."""
    [inside] = check([{"item": "x", "name": "y"}]).problems
    [beside] = check_record({"qty": 1}, FORM, "update").problems
    [slip] = check_record({"qtyy": 1}, FORM, "update").problems

    assert "beside" in str(inside.suggestion)
    assert '{"lines": [{"qty": …}]}' in str(beside.suggestion)
    assert all(code in str(beside.suggestion) for code in ("item", "day", "price", "sum"))
    assert "lines" in str(slip.suggestion)
    assert "qty" in str(slip.suggestion)


def test_field_without_definition_is_passed_on_only_without_rules() -> None:
    """Then it is said that the form does not have it, which may be out of date."""
    passed = check_record({"nowhere": {"type": "NUMBER", "value": 5}}, FORM, "update", rules=False)
    refused = check_record({"nowhere": 5}, FORM, "update")

    assert (passed.record, passed.knows_all_fields) == ({"nowhere": {"value": 5}}, False)
    assert (refused.record, refused.knows_all_fields) == ({}, True)
    assert check_record({"name": "x"}, FORM, "update", rules=False).knows_all_fields


def test_number_that_needs_the_precision_is_noted_wherever_it_stands() -> None:
    """A later number that fits every app does not undo it."""
    for rows in ([{"qty": 5}, {"qty": "1.5"}], [{"qty": "1.5"}, {"qty": 5}], [{"qty": 12, "price": 3}]):
        assert check_record({"lines": rows}, FORM, "update", rules=False).wants_precision
    assert not check_record({"lines": [{"qty": 5}, {"qty": "-7"}]}, FORM, "update", rules=False).wants_precision


def test_rows_in_a_text_are_read_and_a_text_that_holds_none_is_told() -> None:
    """JSON and Python; text that is neither is no list of rows."""
    assert check('[{"item": "x"}]').record == check([{"item": "x"}]).record == check("[{'item': 'x'}]").record
    for text in ("x", '"x"', "5", "null", "[sato, ito]", "[{'qty': 1, 'qty': 2}]"):
        read = check(text)
        assert read.record == {}
        assert [code for _, _, code in told(read)] == ["bad_format" if text[0] == "[" else "wrong_type"]


@pytest.mark.parametrize("row", [{"id": "7"}, {"id": 7, "value": {}}])
def test_row_with_an_id_alone_is_told_how_to_keep_it(row: dict[str, object]) -> None:
    """With its columns, or left out in append mode; a new record has no saved rows."""
    (problem,) = check([row]).problems
    assert problem.code == "wrong_type"
    assert '{"id": "7", "item": …, "qty": …, "day": …, …}' in str(problem.suggestion)
    assert "append" in str(problem.suggestion)

    assert "append" not in str(check([row], "add").problems[0].suggestion)
