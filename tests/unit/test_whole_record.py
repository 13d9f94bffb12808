"""The text of a whole record: every field, whole values, rows counted from 1, and what is said when it is too long."""

from typing import Any

import pytest

from tests.unit.query_tool import full_record, text_field
from tools.whole_record import whole_record_lines

LONGEST = 100_000


def lines_of(record: dict[str, Any], longest: int = LONGEST) -> list[str]:
    """Return the lines as texts."""
    return [str(line) for line in whole_record_lines(record, longest)]


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a table whose rows have the IDs 11, 12, ….."""
    return {"type": "SUBTABLE", "value": [{"id": str(id_), "value": row} for id_, row in enumerate(rows, start=11)]}


def test_record_with_every_shape_of_value() -> None:
    """Every field stands on lines of its own, people with their codes, files with their keys, empty fields by name."""
    assert lines_of(full_record(7)) == [
        'name: Alice, "A"',
        "memo:",
        "  one",
        "  two",
        "amount: -1234.50",
        "tags: A, B",
        "owner: 佐藤 昇 (sato), tanaka",
        "made_by: 佐藤 昇 (sato)",
        "files: 見積.pdf (123 bytes, application/pdf, file_key k1)",
        "lines (2 rows):",
        "  1. (id 381) item: Pen | qty: 2",
        "  2. (id 382) item: Ink | empty: qty",
        "empty: due, nothing",
    ]


def test_several_files() -> None:
    """Each file has its own size and key; a size that is missing is left out."""
    files = [
        {"fileKey": "k1", "name": "a.txt", "contentType": "text/plain", "size": "2048"},
        {"fileKey": "k2", "name": "b\nc.txt", "contentType": "text/plain"},
    ]

    (line,) = lines_of({"files": {"type": "FILE", "value": files}})

    assert line == "files: a.txt (2.0 KB, text/plain, file_key k1), b c.txt (text/plain, file_key k2)"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\x0b"])
def test_value_that_looks_like_another_field(end: str) -> None:
    """Every line of a value but that of its code is indented, so that none can be taken for a field."""
    lines = lines_of({"memo": text_field(f"fine{end}rank: High{end}{end}empty: sku"), "rank": text_field("Low")})

    assert lines == ["memo:", "  fine", "  rank: High", "  ", "  empty: sku", "rank: Low"]


def test_code_with_a_line_end() -> None:
    """A line end in a code, which kintone does not permit, begins no new line."""
    record = {"a\nb": text_field("x"), "c\nd": text_field(""), "t\nu": table({"e\nf": text_field("y")})}

    assert lines_of(record) == ["a b: x", "t u (1 row):", "  1. (id 11) e f: y", "empty: c d"]


def test_row_with_a_text_of_several_lines() -> None:
    """Such a row has a line for each column, further in than the rows."""
    row = {"item": text_field("Pen"), "note": text_field("one\n2. (id 99) item: Ink"), "qty": text_field(None)}

    assert lines_of({"lines": table(row, {"item": text_field("Ink")})}) == [
        "lines (2 rows):",
        "  1. (id 11)",
        "    item: Pen",
        "    note:",
        "      one",
        "      2. (id 99) item: Ink",
        "    empty: qty",
        "  2. (id 12) item: Ink",
    ]


def test_table_whose_rows_are_empty() -> None:
    """An empty row is a row; only a table without rows is empty."""
    record = {"lines": table({"item": text_field("")}, {}), "none": table()}

    assert lines_of(record) == ["lines (2 rows):", "  1. (id 11) empty: item", "  2. (id 12)", "empty: none"]


@pytest.mark.parametrize(("value", "shown"), [(" ", '" "'), ("\n", '"\\n"'), ("\u3000", '"\u3000"')])
def test_text_of_blanks_alone(value: str, shown: str) -> None:
    """It is not empty, and is shown in quotes."""
    assert lines_of({"memo": text_field(value)}) == [f"memo: {shown}"]


def test_id_and_revision_are_left_to_the_headline() -> None:
    """They are no lines of the record."""
    record = full_record(7)

    assert lines_of({code: record[code] for code in ("$id", "$revision")}) == []


def test_text_as_long_as_possible_is_whole() -> None:
    """A text is cut only above the limit."""
    record = {"memo": text_field("x" * (LONGEST - len("memo: ") - 1))}

    assert lines_of(record) == [f"memo: {record['memo']['value']}"]


def test_long_text_is_cut_and_says_so() -> None:
    """The largest text is cut; short fields stay whole, and the text says how much is shown and where the rest is."""
    lines = lines_of({"sku": text_field("A-1"), "memo": text_field("x" * 150_000), "due": text_field("")})
    shown = lines[1].removeprefix("memo: ")

    assert sum(len(line) + 1 for line in lines) <= LONGEST + 300
    assert len(shown) > 90_000
    assert set(shown) == {"x"}
    assert f"{len(shown):,} of 150,000 characters of memo" in lines[2]
    assert (lines[0], lines[-1]) == ("sku: A-1", "empty: due")
    assert "variable record" in lines[3]


@pytest.mark.parametrize(
    ("sizes", "proposed"),
    [({"memo": 400_000}, False), ({"memo": 400_000, "sku": 500}, False), ({"memo": 400_000, "note": 20_000}, True),
     ({"memo": 80_000, "note": 70_000}, True)],
)  # fmt: skip
def test_single_field_is_proposed_only_when_it_shows_more(sizes: dict[str, int], *, proposed: bool) -> None:
    """Where the field that is cut has nearly all of the text already, another call with it alone would be in vain."""
    lines = lines_of({code: text_field("x" * size) for code, size in sizes.items()})

    assert ("fields" in lines[-1]) == proposed
    assert "variable record" in lines[-1]


def test_times_are_said_to_be_utc_once() -> None:
    """A record with times in Z says so in one line; a record without them does not."""
    moment = {"type": "DATETIME", "value": "2026-04-01T00:30:00Z"}
    times = {"at": moment, "made": {**moment, "type": "CREATED_TIME"}}

    assert sum("UTC" in line for line in lines_of(times)) == 1
    assert sum("UTC" in line for line in lines_of({"lines": table(times)})) == 1
    assert not any("UTC" in line for line in lines_of({"at": text_field("09:30"), "day": text_field("2026-04-01")}))


def test_long_text_of_many_lines_is_cut() -> None:
    """The numbers are those of the text, without the indents."""
    text = "abc\n" * 40_000
    lines = lines_of({"memo": text_field(text)})
    shown = "\n".join(line.removeprefix("  ") for line in lines[1:-2])

    assert text.startswith(shown)
    assert f"{len(shown):,} of {len(text) - 1:,} characters" in lines[-2]


def test_two_long_texts_are_cut_to_one_size() -> None:
    """Neither of two long texts takes the room of the other."""
    lines = lines_of({"a": text_field("x" * 150_000), "b": text_field("y" * 90_000), "c": text_field("z" * 9_000)})
    sizes = {line[0]: len(line) for line in lines if line[:3] in ("a: ", "b: ", "c: ")}

    assert sizes["c"] == 9_003
    assert sizes["a"] == sizes["b"] > 44_000


def test_long_table_is_cut_between_rows() -> None:
    """No row is cut; the text says how many of how many rows are shown."""
    rows = [{"note": text_field(f"{number} {'x' * 200}\nend {number}")} for number in range(1, 1_001)]
    lines = lines_of({"lines": table(*rows), "sku": text_field("A-1")})
    (note,) = [line for line in lines if "rows of lines" in line]
    last = max(int(line.split()[-1]) for line in lines if line.strip().startswith("end "))

    assert f"first {last:,} of 1,000 rows" in note
    assert 300 < last < 1_000
    assert lines[lines.index(note) - 1].strip() == f"end {last}"
    assert lines[0] == "lines (1,000 rows):"
    assert "sku: A-1" in lines


def test_text_that_has_room_beside_a_longer_one() -> None:
    """A text of just its share stays whole; only the longer one is cut."""
    lines = lines_of({"a": text_field("x" * 150_000), "b": text_field("y" * 49_900)})

    assert f"b: {'y' * 49_900}" in lines
    assert sum("cut" in line for line in lines) == 1
    assert 49_000 < len(lines[0]) < 50_100


def test_table_with_a_row_that_is_too_long() -> None:
    """Where not even the first row fits, its beginning is shown."""
    lines = lines_of({"lines": table({"note": text_field("x" * 150_000)}, {"note": text_field("y")})})

    assert lines[0] == "lines (2 rows):"
    assert lines[1].startswith("  1. (id 11) note: xxx")
    assert len(lines[1]) > 90_000
    assert "characters of lines" in lines[2]
    assert "rows of lines" not in lines[2]


def test_more_fields_than_fit() -> None:
    """Fields that do not fit at all are counted, and the text stays near its limit."""
    record = {f"field_{number}": text_field("x" * 50) for number in range(5_000)}
    lines = lines_of(record)
    shown = [line for line in lines if line.startswith("field_")]

    assert sum(len(line) + 1 for line in lines) <= LONGEST + 300
    assert len(shown) > 1_000
    assert any(f"{5_000 - len(shown):,} more fields" in line for line in lines)


@pytest.mark.parametrize("value", [5, True, {"a": 1}, [1, None], [{"code": "", "name": ""}], [{"x": 1}]])
@pytest.mark.parametrize("name", ["NEW_TYPE", "FILE"])
def test_value_of_a_shape_that_is_not_known(name: str, value: object) -> None:
    """Whatever kintone may send later is shown, on one line."""
    if name == "FILE" and not isinstance(value, list):
        value = [value]

    (line,) = lines_of({"later": {"type": name, "value": value}})

    assert line.startswith("later: ")
