"""Where kintone's complaints point to."""

import pytest

from kintone.writing.failures import read_path, readable


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
    "key", ["app", "records", "record", "query", "", "records[x].a.value", "records[99999999].a.value"]
)
def test_a_key_that_points_into_no_record_stays_as_it_is(key: str) -> None:
    """Nothing is guessed."""
    assert read_path(key) is None
    assert str(readable(key)) == key


@pytest.mark.parametrize(
    ("place", "words"),
    [(0, "lines row 2, qty"), (1, "lines row 2 of those already saved, qty"), (2, "lines row 1, qty")],
)
def test_rows_that_were_saved_before_do_not_count_as_the_callers(place: int, words: str) -> None:
    """After appending, the caller's rows stand behind those that were there, or in the place of the row they change."""
    path = read_path(f"records[0].lines.value[{place}].value.qty.value")

    assert path is not None
    assert str(path.words({"lines": {0: 1, 2: 0}})) == words
