"""Conversion of whole records to kintone's shape."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.fields import WriteMode
from kintone.records import check_record, check_update_key, record_without_form
from tests.unit.form_samples import columns, field, make_form, rich_form

FORM = rich_form()


def _codes(raw: dict[str, object], operation: WriteMode = "add") -> list[tuple[str, int | None, str]]:
    read = check_record(raw, FORM, operation)
    assert all(map(str, read.lines))
    return [(problem.field, problem.row, problem.code.value) for problem in read.problems]


def test_plain_values_and_kintones_shape_may_be_mixed() -> None:
    """Both ways to write a field are understood in one record, a type beside the value is ignored."""
    raw = {"name": "a", "price": {"value": 5}, "memo": {"type": "MULTI_LINE_TEXT", "value": "m"}}
    read = check_record(raw, FORM, "add")
    assert read.record == {"name": {"value": "a"}, "price": {"value": "5"}, "memo": {"value": "m"}}
    assert (read.problems, read.changes) == ([], [])


@pytest.mark.parametrize(
    ("code", "near"),
    [("Memo", '"memo"'), ("ｍｅｍｏ", '"memo"'), ("prise", '"price"'), ("状 態", '"状態"'), ("qtyy", '"qty"')],
)
def test_an_unknown_code_gets_the_nearest_real_one(code: str, near: str) -> None:
    """Case, width, blanks and typing errors still lead to the intended code, columns included."""
    problem = check_record({code: "x"}, FORM, "add").problems[0]
    assert problem.code == "unknown_field"
    assert near in str(problem.suggestion)


def test_a_label_leads_to_its_code() -> None:
    """A label as shown on the screen is answered with its field code."""
    form = make_form({**field("NUMBER", "num_1"), "label": "商品の値段"})
    problem = check_record({"商品の 値段": 1}, form, "add").problems[0]
    assert str(problem.suggestion).startswith('did you mean "num_1"?')


def test_a_label_of_several_fields_names_all_their_codes() -> None:
    """All fields and columns with the label are suggested, and none is preferred."""
    memos = [{**field("SINGLE_LINE_TEXT", f"memo_{number}", unique=True), "label": "メモ"} for number in (1, 2)]
    notes = [{**field("SINGLE_LINE_TEXT", f"note_{number}"), "label": "備考"} for number in (1, 2)]
    form = make_form(*memos, field("SUBTABLE", "t", fields=columns(*notes)))
    for raw, codes in (
        ({"メモ": "x"}, ("memo_1", "memo_2")),
        ({"t": [{"備考": "x"}]}, ("note_1", "note_2")),
        ({"備考": "x"}, ("note_1", "note_2")),
    ):
        suggestion = str(check_record(raw, form, "add").problems[0].suggestion)
        assert all(code in suggestion for code in codes)
    assert '"t" or the column "note_2"' in suggestion
    _, problem = check_update_key("メモ", "x", form)
    assert problem is not None
    assert all(code in str(problem.suggestion) for code in ("memo_1", "memo_2"))


def test_a_column_at_top_level_is_refused_with_its_table() -> None:
    """The message names the table, since kintone would ignore the column."""
    problem = check_record({"qty": 1}, FORM, "add").problems[0]
    assert (problem.code, "lines" in str(problem.message)) == ("unknown_field", True)


@pytest.mark.parametrize(
    "code",
    ["$id", "$revision", "number", "total", "auto", "address", "状態", "作業者", "分類", "related", "box"],
)
def test_what_kintone_fills_is_not_writable(code: str) -> None:
    """Fields of a fetched record that kintone fills are reported one by one, with the advice to leave them out."""
    read = check_record({code: {"type": "X", "value": "1"}}, FORM, "add")
    assert [problem.code for problem in read.problems] == ["not_writable"]
    assert read.problems[0].suggestion
    assert read.record == {}


@pytest.mark.parametrize("code", ["maker", "editor", "made", "edited"])
def test_creators_and_times_are_refused_on_update_only(code: str) -> None:
    """These fields may be given when a record is added, with the right permission."""
    value = "2026-04-01T00:00Z" if code in ("made", "edited") else "sato"
    assert _codes({code: value}) == []
    assert _codes({code: value}, "update") == [(code, None, "not_writable")]


ROW = {"value": {"item": {"value": "x"}, "qty": {"value": "2"}}}


@pytest.mark.parametrize(
    "given",
    [
        [{"item": "x", "qty": 2}],
        [{"value": {"item": "x", "qty": {"value": 2}}}],
        {"item": "x", "qty": 2},
        {"value": [{"item": {"value": "x"}, "qty": "2"}]},
        {"value": {"item": "x", "qty": "2"}},
        {"type": "SUBTABLE", "value": [{"id": None, "value": {"item": "x", "qty": 2}}]},
    ],
)
def test_rows_may_be_plain_objects_or_kintones(given: object) -> None:
    """A list of rows, or one row, in any mixture of shapes."""
    read = check_record({"lines": given}, FORM, "update")
    assert read.problems == []
    assert read.record == {"lines": {"value": [ROW]}}


@pytest.mark.parametrize("row_id", ["381", 381])
def test_a_row_keeps_its_id(row_id: object) -> None:
    """An existing row keeps its id, in either shape."""
    plain = {"id": row_id, "item": "x", "qty": "2"}
    wrapped = {"id": row_id, **ROW}
    for given_row in (plain, wrapped):
        read = check_record({"lines": [given_row]}, FORM, "update")
        assert read.record == {"lines": {"value": [{"id": "381", **ROW}]}}


def test_one_row_in_kintones_shape_is_no_wrapper() -> None:
    """An object with an id and a value is one row, not a field with its value."""
    read = check_record({"lines": {"id": "3", **ROW}}, FORM, "update")
    assert read.record == {"lines": {"value": [{"id": "3", **ROW}]}}


def test_a_column_called_id_takes_precedence_over_the_row_id() -> None:
    """In a plain row of a table that has such a column, id is the column."""
    form = make_form(field("SUBTABLE", "t", fields=columns(field("NUMBER", "id"))))
    read = check_record({"t": [{"id": 5}]}, form, "update")
    assert read.record == {"t": {"value": [{"value": {"id": {"value": "5"}}}]}}


def test_problems_in_rows_name_row_and_column() -> None:
    """All problems of a table are reported together, with rows counted from 1."""
    rows = [{"item": "x"}, {"qty": "abc"}, 5, {"itm": 1}, {"id": "a"}, {"memo": 1}, {"sum": 1}]
    read = check_record({"lines": rows}, FORM, "add", rules=False)
    assert [(problem.field, problem.row, problem.code.value) for problem in read.problems] == [
        ("qty", 2, "bad_format"),
        ("lines", 3, "wrong_type"),
        ("itm", 4, "unknown_column"),
        ("lines", 5, "bad_format"),
        ("memo", 6, "unknown_column"),
        ("lines", 7, "wrong_type"),
    ]


def test_two_rows_with_one_id_are_refused_with_their_numbers() -> None:
    """The message gives both rows, which kintone's does not."""
    read = check_record({"lines": [{"id": 1, "qty": 1}, {"id": "1", "qty": 2}]}, FORM, "update")
    assert "rows 1 and 2" in str(read.problems[0].message)


def test_a_table_with_too_many_rows_is_refused_as_a_whole() -> None:
    """Rows beyond ten thousand are not read one by one."""
    assert _codes({"lines": [{"item": "x"}] * 10_001}) == [("lines", None, "too_long")]


@pytest.mark.parametrize(("asked", "listed"), [(0, 0), (3, 3), (100, 100), (1_000, 100)])
def test_record_is_not_valid_however_few_problems_are_listed(asked: int, listed: int) -> None:
    """All problems count, also those that are not listed."""
    read = check_record({f"k{number}": 1 for number in range(200)}, FORM, "update", max_problems=asked)

    assert (len(read.problems), read.unlisted_problems, read.valid) == (listed, 200 - listed, False)


def test_a_code_that_is_no_text_is_a_problem_of_its_own() -> None:
    """Python literals may have numbers as names."""
    assert _codes({5: "x"}) == [("5", None, "unknown_field")]  # type: ignore[dict-item]


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_what_is_no_record_raises(raw: object) -> None:
    """Only an object is a record."""
    with pytest.raises(InvalidParameterError, match="must be an object"):
        check_record(raw, FORM, "add")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameterError, match="must be an object"):
        record_without_form(raw)  # type: ignore[arg-type]


def test_an_unknown_type_passes_what_json_can_carry() -> None:
    """A value of a type that kintone adds later is passed on if JSON can represent it."""
    form = make_form(field("HOLOGRAM", "h"))
    assert check_record({"h": {"x": [1]}}, form, "add").record == {"h": {"value": {"x": [1]}}}
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for bad in (deep, _nested(65), {1: 2}, float("nan"), {"a": b"x"}, ["\x00"]):
        assert len(check_record({"h": bad}, form, "add").problems) == 1
    assert check_record({"h": _nested(64)}, form, "add").problems == []


def _nested(depth: int) -> list[object]:
    """Return an empty list nested in this many lists."""
    nested: list[object] = []
    for _ in range(depth - 1):
        nested = [nested]
    return nested


def test_a_record_without_form_is_accepted_only_if_unambiguous() -> None:
    """Texts, numbers, null and lists of texts pass; a possible table, user or file is refused with its name."""
    sound = {"a": 1, "b": {"type": "X", "value": ["x", "y"]}, "c": "東京", "d": None}
    read = record_without_form(sound)
    assert read.record == {"a": {"value": 1}, "b": {"value": ["x", "y"]}, "c": {"value": "東京"}, "d": {"value": None}}
    unsound = {"t": [{"qty": 1}], "u": [{"code": "u"}], "f": {"fileKey": "k"}, "b": True, "e": {}, 5: "x"}
    read = record_without_form(unsound)  # type: ignore[arg-type]
    assert [problem.field for problem in read.problems] == ["t", "u", "f", "b", "e", "5"]
    assert read.record == {}


def test_values_are_converted_without_the_rules_too() -> None:
    """Rows are converted and unknown columns refused; what kintone ignores or refuses itself is sent unchanged."""
    raw = {"lines": [{"item": "", "qty": "１"}], "price": "123456789", "total": 5, "nowhere": "x", "number": 3}
    read = check_record(raw, FORM, "add", rules=False)
    assert read.problems == []
    assert read.record["lines"] == {"value": [{"value": {"item": {"value": ""}, "qty": {"value": "1"}}}]}
    assert {code: read.record[code]["value"] for code in ("price", "total", "nowhere", "number")} == {
        "price": "123456789", "total": 5, "nowhere": "x", "number": 3
    }  # fmt: skip
    bad = check_record({"lines": [{"itm": "x"}, {}], "owner": "a、b"}, FORM, "update", rules=False)
    assert [(problem.field, problem.row) for problem in bad.problems] == [("itm", 1), ("lines", 2), ("owner", None)]


ODD_COLUMNS = make_form(
    field("SUBTABLE", "t", fields=columns(*(field("SINGLE_LINE_TEXT", code) for code in ("value", "code", "fileKey"))))
)


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ({"value": "x", "code": "y"}, {"value": "x", "code": "y"}),
        ({"value": "x"}, {"value": "x"}),
        ([{"value": "x"}], {"value": "x"}),
        ({"value": {"value": "x"}}, {"value": "x"}),
        ({"value": [{"value": {"value": "x"}}]}, {"value": "x"}),
        ([{"value": {"value": {"value": "x"}, "code": {"value": "y"}}}], {"value": "x", "code": "y"}),
        ([{"code": "y"}], {"code": "y"}),
        ([{"fileKey": "y"}], {"fileKey": "y"}),
        ("[{'code': 'y'}]", {"code": "y"}),
    ],
)
def test_columns_with_names_of_kintones_own_shapes_are_columns(given: object, cells: dict[str, str]) -> None:
    """Rows are recognised by the form, whatever the codes of their columns."""
    read = check_record({"t": given}, ODD_COLUMNS, "update")
    assert read.problems == []
    assert read.record == {"t": {"value": [{"value": {code: {"value": value} for code, value in cells.items()}}]}}


@pytest.mark.parametrize("given", [{"value": None}, {"value": []}, [], None, ""])
def test_only_an_empty_list_or_nothing_empties_a_table(given: object) -> None:
    """This also applies where a column has the code value."""
    assert check_record({"t": given}, ODD_COLUMNS, "update").record == {"t": {"value": []}}


@pytest.mark.parametrize(
    "given", [{}, [{}], {"value": {}}, "{}", "[sato", [{"value": {}}], [{"id": ""}], [{"id": "5"}]]
)
def test_an_object_without_columns_is_no_row_and_empties_nothing(given: object) -> None:
    """Kintone would store a blank row or delete the existing rows."""
    read = check_record({"lines": given}, FORM, "update")
    assert [problem.field for problem in read.problems] == ["lines"]
    assert read.record == {}


def test_what_kintone_calculates_and_copies_is_left_out_of_what_was_read() -> None:
    """A fetched record can be written back: typed values that kintone fills are left out, untyped ones refused."""
    row = {"id": "3", "value": {"qty": {"type": "NUMBER", "value": "2"}, "sum": {"type": "CALC", "value": "4"}}}
    raw = {
        "lines": {"type": "SUBTABLE", "value": [row]},
        "total": {"type": "CALC", "value": "9"},
        "address": {"type": "SINGLE_LINE_TEXT", "value": "here"},
    }
    read = check_record(raw, FORM, "update")
    assert read.problems == []
    assert read.record == {"lines": {"value": [{"id": "3", "value": {"qty": {"value": "2"}}}]}}
    assert [change.field for change in read.changes] == ["sum", "total", "address"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("number", "RECORD_NUMBER"), ("状態", "STATUS"), ("作業者", "STATUS_ASSIGNEE"), ("maker", "CREATOR"),
     ("edited", "UPDATED_TIME"), ("分類", "CATEGORY")],
)  # fmt: skip
def test_what_kintone_refuses_is_a_mistake_also_where_it_was_read(code: str, kind: str) -> None:
    """Only what kintone calculates or copies is left out of its own accord."""
    assert _codes({code: {"type": kind, "value": "1"}}, "update") == [(code, None, "not_writable")]


TEXTS = st.sampled_from(["2026/4/1", "R8.4.1", "9:30 PM", "A, B", "東京、大阪", "１２", "1.5e1", "High", "u1", "0"])
VALUES = st.one_of(TEXTS, st.text(max_size=12), st.none(), st.booleans(), st.integers(), st.decimals(), st.floats())
ROWS = st.lists(st.dictionaries(st.sampled_from(["item", "qty", "id"]), VALUES, max_size=3), max_size=3)


@settings(max_examples=300, deadline=None)
@example({"price": 4.557843989422807e-92})
@example({"price": 10**30})
@given(st.dictionaries(st.sampled_from(sorted(FORM.fields)), VALUES | st.lists(VALUES, max_size=3) | ROWS, max_size=6))
def test_a_normalised_record_stays_as_it_is(raw: dict[str, object]) -> None:
    """Converting a converted record changes nothing and finds no problem."""
    once = check_record(raw, FORM, "add", rules=False).record
    twice = check_record(once, FORM, "add", rules=False)
    assert twice.record == once
    assert (twice.changes, twice.problems) == ([], [])


def test_unknown_fields_are_answered_with_the_fields_there_are_once() -> None:
    """The first suggestion lists fields that can be written, with labels, at most thirty; the next does not."""
    many = [field("NUMBER", f"n{number}") for number in range(40)]
    form = make_form(field("SINGLE_LINE_TEXT", "name"), field("CALC", "total"), *many)
    first, second = (str(each.suggestion) for each in check_record({"nmae": 1, "zzzz": 2}, form, "add").problems)

    assert 'did you mean "name"?' in first
    assert "name (NAME)" in first
    assert ("n28 (N28)" in first, "n29" in first, "11 more" in first) == (True, False, True)
    assert "total" not in first
    assert "n1 " not in second
