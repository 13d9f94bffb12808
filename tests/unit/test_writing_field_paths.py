"""Conversion of the field paths in kintone's errors."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.writing.field_paths import FieldPath, read_path, readable

CODES = st.sampled_from(["name", "名前", "recorder", "value1", "a-b", "x\ny", "values_x", "id"])
NUMBERS = st.sampled_from([0, 1, 9, 10, 99, 999_999])
CHOICES = st.sampled_from([(".value", None), (".values", None), (".values.value", None)]) | NUMBERS.map(
    lambda number: (f".values[{number}].value", number)
)
"""The ends of keys: a single value, a required list, required people, one of several options."""


@st.composite
def keys(draw: st.DrawFn) -> tuple[str, FieldPath]:
    """Return a key by the grammar of kintone's answers, and the place it names."""

    def field(code: str) -> str:
        return f"[{code}]" if draw(st.booleans()) else f".{code}"

    index = draw(st.none() | NUMBERS)
    code, column, row = draw(CODES), draw(CODES), draw(st.none() | NUMBERS)
    end, choice = draw(CHOICES)
    start = "record" if index is None else f"records[{index}]{draw(st.sampled_from(['', '.record']))}"
    if row is None:
        return f"{start}{field(code)}{end}", FieldPath(code, index, None, "", choice)
    return f"{start}{field(code)}.value[{row}].value{field(column)}{end}", FieldPath(code, index, row, column, choice)


@settings(max_examples=500, deadline=None)
@given(keys())
def test_every_key_of_kintones_grammar_is_read(key: tuple[str, FieldPath]) -> None:
    """A field with or without brackets, a table's cell, one of several values, of one record or of many."""
    text, place = key

    assert read_path(text) == place


@pytest.mark.parametrize(
    ("key", "index", "words"),
    [
        ("records[3].name.value", 3, "name"),
        ("records[0].tags.values", 0, "tags"),
        ("records[0].people.values.value", 0, "people"),
        ("records[0].tags.values[1].value", 0, "tags, value 2"),
        ("records[12][stock].value", 12, "stock"),
        ("records[1].lines.value[0].value.qty.value", 1, "lines row 1, qty"),
        ("records[1].lines.value[4].value[qty].value", 1, "lines row 5, qty"),
        ("records[1].lines.value[4].value.tags.values[0].value", 1, "lines row 5, tags, value 1"),
        ("records[2].record.name.value", 2, "name"),
        ("records[2].record[stock].value", 2, "stock"),
        ("records[2].record.value", 2, "record"),
        ("records[2].record.value[0].value.qty.value", 2, "record row 1, qty"),
        ("records[2].updateKey.value", 2, "updateKey"),
        ("records[2].id", 2, "id"),
        ("records[2]", 2, "record"),
        ("records[2].record", 2, "record"),
        ("records[2].record.values", 2, "record"),
        ("records[2].record.values[0].value", 2, "record, value 1"),
        ("records[2].record.value.value", 2, "value"),
        ("records[2].recorder.value", 2, "recorder"),
        ("records[2].tags.values[3]", 2, "tags, value 4"),
        ("records[999999].name.value", 999_999, "name"),
        ("records[2].updateKey", 2, "updateKey"),
        ("record.name.value", None, "name"),
        ("record[stock].value", None, "stock"),
        ("record.lines.value[0].value.qty.value", None, "lines row 1, qty"),
        ("record.名前.value", None, "名前"),
    ],
)
def test_a_key_names_entry_field_row_and_choice(key: str, index: int | None, words: str) -> None:
    """Rows and choices count from 1 in words."""
    path = read_path(key)

    assert path is not None
    assert (path.index, str(path.words())) == (index, words)


@pytest.mark.parametrize(
    "key",
    [
        "app",
        "records",
        "record",
        "query",
        "",
        "records[x].a.value",
        "records[1000000].a.value",
        "recorder.a.value",
        "a.record.name.value",
        "records[-1].a.value",
        "record.name",
        "record.name.valuex",
    ],
)
def test_a_key_that_points_into_no_record_stays_as_it_is(key: str) -> None:
    """A path in another form is unchanged."""
    assert read_path(key) is None
    assert str(readable(key)) == key


@pytest.mark.parametrize(
    ("place", "words"),
    [(0, "lines row 2, qty"), (1, "lines row 2 of those already saved, qty"), (2, "lines row 1, qty")],
)
def test_rows_that_were_saved_before_do_not_count_as_the_callers(place: int, words: str) -> None:
    """Row numbers are those of the caller's list, for new rows and for changed ones."""
    path = read_path(f"records[0].lines.value[{place}].value.qty.value")

    assert path is not None
    assert str(path.words({"lines": {0: 1, 2: 0}})) == words


def test_rows_of_a_table_that_was_not_appended_to_keep_their_numbers() -> None:
    """Only the table that was appended to holds saved rows before the caller's; another table is as it was given."""
    path = read_path("records[0].parts.value[1].value.qty.values[2].value")

    assert path is not None
    assert str(path.words({"lines": {0: 1}})) == "parts row 2, qty, value 3"
    assert str(path.words(None)) == "parts row 2, qty, value 3"
