"""Whole records on their way to kintone's shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.forms_api import WriteMode
from kintone.normalization import normalize_record, normalize_update_key, wrap_record
from tests.unit.form_samples import columns, field, make_form, rich_form

FORM = rich_form()


def _codes(raw: dict[str, object], operation: WriteMode = "add") -> list[tuple[str, int | None, str]]:
    read = normalize_record(raw, FORM, operation=operation)
    return [(problem.field, problem.row, problem.code.value) for problem in read.problems]


def test_plain_values_and_kintones_shape_may_be_mixed() -> None:
    """Both ways to write a field are understood in one record, a type beside the value is ignored."""
    raw = {"name": "a", "price": {"value": 5}, "memo": {"type": "MULTI_LINE_TEXT", "value": "m"}}
    read = normalize_record(raw, FORM, operation="add")
    assert read.record == {"name": {"value": "a"}, "price": {"value": "5"}, "memo": {"value": "m"}}
    assert (read.problems, read.changes) == ([], [])


@pytest.mark.parametrize(
    ("code", "near"),
    [("Memo", '"memo"'), ("ｍｅｍｏ", '"memo"'), ("prise", '"price"'), ("状 態", '"状態"'), ("qtyy", '"qty"')],
)
def test_an_unknown_code_gets_the_nearest_real_one(code: str, near: str) -> None:
    """Case, width, blanks and slips of the pen lead to the code that was probably meant, columns included."""
    problem = normalize_record({code: "x"}, FORM, operation="add").problems[0]
    assert problem.code == "unknown_field"
    assert near in str(problem.suggestion)


def test_a_label_leads_to_its_code() -> None:
    """Somebody who writes what the screen shows is told the code."""
    form = make_form({**field("NUMBER", "num_1"), "label": "商品の値段"})
    problem = normalize_record({"商品の 値段": 1}, form, operation="add").problems[0]
    assert str(problem.suggestion) == 'did you mean "num_1"?'


def test_a_column_at_top_level_is_sent_to_its_table() -> None:
    """The message says where it belongs, since kintone would ignore it."""
    problem = normalize_record({"qty": 1}, FORM, operation="add").problems[0]
    assert (problem.code, "lines" in str(problem.message)) == ("unknown_field", True)


@pytest.mark.parametrize(
    "code",
    ["$id", "$revision", "number", "total", "auto", "address", "状態", "作業者", "分類", "related", "box"],
)
def test_what_kintone_fills_is_not_writable(code: str) -> None:
    """Echoing a fetched record is told field by field, with the advice to leave them out."""
    read = normalize_record({code: {"type": "X", "value": "1"}}, FORM, operation="add")
    assert [problem.code for problem in read.problems] == ["not_writable"]
    assert read.problems[0].suggestion
    assert read.record == {}


@pytest.mark.parametrize("code", ["maker", "editor", "made", "edited"])
def test_creators_and_times_are_refused_on_update_only(code: str) -> None:
    """They are taken when a record is added, with the right permission."""
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
    read = normalize_record({"lines": given}, FORM, operation="update")
    assert read.problems == []
    assert read.record == {"lines": {"value": [ROW]}}


@pytest.mark.parametrize("row_id", ["381", 381])
def test_a_row_keeps_its_id(row_id: object) -> None:
    """A row that exists is addressed by its id, in either shape."""
    plain = {"id": row_id, "item": "x", "qty": "2"}
    wrapped = {"id": row_id, **ROW}
    for given_row in (plain, wrapped):
        read = normalize_record({"lines": [given_row]}, FORM, operation="update")
        assert read.record == {"lines": {"value": [{"id": "381", **ROW}]}}


def test_one_row_in_kintones_shape_is_no_wrapper() -> None:
    """An object with an id and a value is one row, not a field with its value."""
    read = normalize_record({"lines": {"id": "3", **ROW}}, FORM, operation="update")
    assert read.record == {"lines": {"value": [{"id": "3", **ROW}]}}


def test_a_column_called_id_owns_its_name() -> None:
    """In a plain row of a table that has such a column, id is the column."""
    form = make_form(field("SUBTABLE", "t", fields=columns(field("NUMBER", "id"))))
    read = normalize_record({"t": [{"id": 5}]}, form, operation="update")
    assert read.record == {"t": {"value": [{"value": {"id": {"value": "5"}}}]}}


def test_problems_in_rows_name_row_and_column() -> None:
    """Everything wrong in a table is told at once, rows counted from 1."""
    rows = [{"item": "x"}, {"qty": "abc"}, 5, {"itm": 1}, {"id": "a"}, {"memo": 1}, {"sum": 1}]
    assert _codes({"lines": rows}) == [
        ("qty", 2, "bad_format"),
        ("lines", 3, "wrong_type"),
        ("itm", 4, "unknown_column"),
        ("lines", 5, "bad_format"),
        ("memo", 6, "unknown_column"),
        ("sum", 7, "not_writable"),
    ]


def test_two_rows_with_one_id_are_refused_with_their_numbers() -> None:
    """The message names both, which kintone would not."""
    read = normalize_record({"lines": [{"id": 1, "qty": 1}, {"id": "1", "qty": 2}]}, FORM, operation="update")
    assert "rows 1 and 2" in str(read.problems[0].message)


def test_a_table_with_too_many_rows_is_refused_as_a_whole() -> None:
    """Rows beyond ten thousand are not read one by one."""
    assert _codes({"lines": [{"item": "x"}] * 10_001}) == [("lines", None, "too_long")]


def test_listed_problems_are_capped_and_counted() -> None:
    """A hundred problems are listed, the others counted."""
    read = normalize_record({f"k{number}": 1 for number in range(1_000)}, FORM, operation="add")
    assert (len(read.problems), read.unlisted_problems) == (100, 900)


def test_a_code_that_is_no_text_is_a_problem_of_its_own() -> None:
    """Python literals may bring numbers as names."""
    assert _codes({5: "x"}) == [("5", None, "unknown_field")]  # type: ignore[dict-item]


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_what_is_no_record_raises(raw: object) -> None:
    """Only an object can be a record."""
    with pytest.raises(InvalidParameterError, match="must be an object"):
        normalize_record(raw, FORM, operation="add")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameterError, match="must be an object"):
        wrap_record(raw)  # type: ignore[arg-type]


def test_an_unknown_type_passes_what_json_can_carry() -> None:
    """A type that kintone adds later is passed on unless it cannot travel."""
    form = make_form(field("HOLOGRAM", "h"))
    assert normalize_record({"h": {"x": [1]}}, form, operation="add").record == {"h": {"value": {"x": [1]}}}
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for bad in (deep, {1: 2}, float("nan"), {"a": b"x"}, ["\x00"]):
        assert len(normalize_record({"h": bad}, form, operation="add").problems) == 1


def test_wrapping_gives_the_outer_shape_and_nothing_else() -> None:
    """Without the form, plain values are wrapped and left as they are."""
    assert wrap_record({"a": 1, "b": {"type": "X", "value": [2]}, "c": {"code": "u"}}) == {
        "a": {"value": 1},
        "b": {"value": [2]},
        "c": {"value": {"code": "u"}},
    }
    with pytest.raises(InvalidParameterError, match="field code 5"):
        wrap_record({5: 1})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("field_code", "value", "key"), [("name", "A-1", "A-1"), ("price", "５", "5"), ("price", 7, "7")]
)
def test_an_update_key_becomes_text(field_code: str, value: object, key: str) -> None:
    """The key is read as its field is read."""
    assert normalize_update_key(field_code, value, FORM) == (key, None)


@pytest.mark.parametrize(
    ("field_code", "value", "code"),
    [("nmae", "x", "unknown_field"), (5, "x", "unknown_field"), ("memo", "x", "wrong_type"), ("name", "", "required"),
     ("name", None, "required"), ("name", "x" * 65, "too_long"), ("price", "abc", "bad_format")],
)  # fmt: skip
def test_an_unusable_update_key_is_a_problem(field_code: object, value: object, code: str) -> None:
    """Field and value of an update key are checked before kintone is asked."""
    key, problem = normalize_update_key(field_code, value, FORM)
    assert key == ""
    assert problem is not None
    assert problem.code == code


TEXTS = st.sampled_from(["2026/4/1", "R8.4.1", "9:30 PM", "A, B", "東京、大阪", "１２", "1.5e1", "High", "u1", "0"])
VALUES = st.one_of(TEXTS, st.text(max_size=12), st.none(), st.booleans(), st.integers(), st.decimals(), st.floats())
ROWS = st.lists(st.dictionaries(st.sampled_from(["item", "qty", "id"]), VALUES, max_size=3), max_size=3)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FORM.fields)), VALUES | st.lists(VALUES, max_size=3) | ROWS, max_size=6))
def test_a_normalised_record_stays_as_it_is(raw: dict[str, object]) -> None:
    """Reading what was read before changes nothing and finds nothing."""
    once = normalize_record(raw, FORM, operation="add").record
    twice = normalize_record(once, FORM, operation="add")
    assert twice.record == once
    assert (twice.changes, twice.problems) == ([], [])
