"""Records as text."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.messages import Message
from kintone.reading.pages import Page
from tests.unit.query_tool import full_record, text_field
from tools.query_summary import QuerySummary
from tools.record_formats import flatten
from tools.record_texts import FULL_TEXT, SHORT_TEXT, RecordText, TextLimits


def _outcome(records: int, query: str = "", warnings: tuple[str, ...] = ()) -> QuerySummary:
    return QuerySummary(12, records, 1, 1, "single", (), query, warnings)


def _text(records: list[dict[str, Any]], limits: TextLimits = FULL_TEXT, outcome: QuerySummary | None = None) -> str:
    text = RecordText(limits, ())
    text.add(_page(records))
    return _joined(text, outcome or _outcome(len(records)))


def _page(records: list[dict[str, Any]]) -> Page:
    ids = [record.get("$id", {}).get("value", "9") for record in records]
    return Page(1, records, ids)


def _joined(text: RecordText, outcome: QuerySummary) -> str:
    return "".join(f"{line}\n" for line in text.lines(outcome, Message("On: {onward}.")))


def test_record_is_one_readable_line_when_it_is_shown() -> None:
    """Line breaks are folded, lists, users, files and tables readable; empty fields are named, ``$revision`` is not."""
    line = (
        '#17 name: Alice, "A" | memo: one two | amount: -1234.50 | tags: A, B | owner: 佐藤 昇 (sato), tanaka'
        " | made_by: 佐藤 昇 (sato) | files: 見積.pdf | lines: [item: Pen, qty: 2; item: Ink] | empty: due, nothing"
    )

    assert _text([full_record(17)]) == f"1 record of app 12:\n{line}\n"


def test_several_values_are_told_apart_when_they_stand_in_a_table_row() -> None:
    """A slash joins them, since commas part the columns."""
    row = {"id": "1", "value": {"tags": {"type": "CHECK_BOX", "value": ["A", "B"]}, "n": text_field("x")}}

    assert "t: [tags: A / B, n: x]" in _text([{"t": {"type": "SUBTABLE", "value": [row, {"id": "2", "value": {}}]}}])


def test_revision_is_shown_when_it_was_asked_for() -> None:
    """What fields name is shown."""
    text = RecordText(FULL_TEXT, ("$id", "$revision"))
    text.add(_page([full_record(17)]))

    assert "#17 $revision: 4 |" in _joined(text, _outcome(1))


def test_full_width_spaces_stay_when_lines_are_folded() -> None:
    """Only line breaks and control characters are folded."""
    assert "a: 東京\u3000駅 x  y" in _text([{"a": text_field("東京\u3000駅\r\nx  y")}])


def test_option_keeps_its_outer_blanks_when_it_is_the_last_of_a_line() -> None:
    """An option must match exactly when it is written back."""
    record = {"$id": {"value": "7"}, "a": {"type": "DROP_DOWN", "value": " A "}}

    assert _text([record]).splitlines()[1] == "#7 a:  A "
    assert _text([{"$id": {"value": "7"}}]).splitlines()[1] == "#7"


def test_warnings_come_first_when_the_answer_is_partial() -> None:
    """A partial answer is never passed off as whole."""
    text = _text([full_record(1)], outcome=_outcome(1, warnings=("the answer is partial",)))

    assert text.startswith("Warning: the answer is partial\n1 record of app 12:")


def test_sentence_is_all_when_there_is_no_record() -> None:
    """Nothing found is an answer."""
    assert _text([]) == "No record of app 12 matches.\n"


def test_text_names_each_record_by_its_id_when_no_field_holds_it() -> None:
    """An agent that reads the text alone can name the record in its next call."""
    text = RecordText(FULL_TEXT, ("a",))
    text.add(Page(1, [{"a": text_field("x")}, {"a": text_field("")}], ["31", "32"]))

    assert _joined(text, _outcome(2)).splitlines()[1:] == ["#31 a: x", "#32 empty: a"]


def test_text_says_how_many_follow_when_it_is_cut() -> None:
    """It stays within its limit, shows whole lines, and says where to go on, an offset of the query counted in."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 50)} for number in range(1, 101)]
    text = _text(records, TextLimits(1_000, 300), _outcome(5_000, 'a = "1" order by $id asc offset 7'))
    head, *lines, last = text.splitlines()

    assert len(text) <= 1_000
    assert len(lines) > 8
    assert head == "5,000 records of app 12:"
    assert last.endswith(
        f"{5_000 - len(lines):,} more. On: write offset {7 + len(lines)} instead of offset 7 in query."
    )
    assert all(line.endswith("x" * 50) for line in lines)


def test_text_is_whole_when_it_has_exactly_the_room() -> None:
    """Not one line is held back for a sentence that is not needed."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 43)} for number in range(100, 120)]
    lines = _text(records, TextLimits(20 * len(f"#100 a: {'x' * 43}\n"), 300)).splitlines()

    assert len(lines) == 21


def test_text_says_where_to_go_on_when_the_query_has_no_offset() -> None:
    """A second offset would be refused, and none there is to be put in the place of another."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 50)} for number in range(1, 101)]
    *lines, last = _text(records, TextLimits(1_000, 300), _outcome(5_000, "limit 5000")).splitlines()

    assert last.endswith(f"On: put offset {len(lines) - 1} at the end of query.")


def test_value_is_whole_when_the_text_has_room() -> None:
    """An agent that reads one record gets all of it: nothing is cut that need not be."""
    _, *lines = _text([{"a": text_field("x" * 15_000)}, {"a": text_field("y" * 4_000)}], SHORT_TEXT).splitlines()

    assert lines == [f"#9 a: {'x' * 15_000}", f"#9 a: {'y' * 4_000}"]


def test_longest_values_are_cut_when_all_records_are_to_have_room() -> None:
    """What is short stays whole; the end says what the mark means and how to read more."""
    records = [{"a": text_field("x" * 30_000), "b": text_field("short")}, {"a": text_field("y" * 2_000)}]
    text = _text(records, SHORT_TEXT)
    _, first, second, last = text.splitlines()

    assert SHORT_TEXT.text - 1_000 < len(text) <= SHORT_TEXT.text
    assert first.endswith("x… | b: short")
    assert second == f"#9 a: {'y' * 2_000}"
    assert "…" in last


def test_values_are_cut_when_there_are_many_records() -> None:
    """Then a value has its thousand characters, and the text is cut between two records."""
    _, line, *_, more, last = _text([{"a": text_field("x" * 5_000)}] * 100, SHORT_TEXT).splitlines()

    assert line == f"#9 a: {'x' * (SHORT_TEXT.value - 1)}…"
    assert "more" in more
    assert "…" in last


def test_first_record_is_cut_when_not_even_one_fits() -> None:
    """Something of it is shown within the limit, what is cut and what is left out is told."""
    record = {"a": text_field("x" * 5_000), "b": text_field("y" * 5_000), "c": text_field("")}
    text = _text([record], TextLimits(1_000, 10_000), _outcome(2))

    assert len(text) <= 1_000
    assert "xxx…" in text
    assert "2 more fields of #9" in text
    assert "1 more. On:" in text
    assert text.splitlines()[-1].startswith("Values")


@pytest.mark.parametrize("text", ["v" * 60, ""])
def test_fields_are_counted_when_a_record_has_too_many(text: str) -> None:
    """No field goes in silence: of a record as wide as the text those that are not shown are counted."""
    codes = [f"f{number}" for number in range(6_000)]
    told = _text([{code: text_field(text) for code in codes}], SHORT_TEXT)
    _, line, hidden = told.splitlines()
    shown = re.findall(r"\bf\d+\b", line)

    assert SHORT_TEXT.text - 1_000 < len(told) <= SHORT_TEXT.text
    assert shown == codes[: len(shown)]
    assert hidden.startswith(f"{6_000 - len(shown):,} more fields of #9 ")
    assert "in fields" in hidden


def test_nothing_is_kept_when_the_text_is_full() -> None:
    """Memory does not grow with the records behind the cut."""
    text = RecordText(SHORT_TEXT, ())
    for _ in range(50):
        text.add(_page([{"a": text_field("x" * 100)}] * 500))

    assert len(_joined(text, _outcome(25_000))) <= SHORT_TEXT.text


_values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none(),
    st.lists(st.text(min_size=1), max_size=3),
    st.lists(st.fixed_dictionaries({"code": st.text(min_size=1), "name": st.text()}), max_size=3),
)
_records = st.dictionaries(st.text(st.characters(categories=["L"]), min_size=1), _values, min_size=1, max_size=8)


@given(_records)
def test_line_is_shorter_than_json_when_a_record_is_shown(values: dict[str, Any]) -> None:
    """Text costs fewer characters per record than the JSON of the flattened record, and is one line."""
    record = {"$id": {"type": "__ID__", "value": "17"}} | {
        code: {"type": "X", "value": value} for code, value in values.items()
    }
    lines = _text([record], TextLimits(10**6, 10**6)).split("\n")[1:-1]

    assert len(lines) == 1
    assert len(lines[0]) < len(json.dumps(flatten(record), ensure_ascii=False))
