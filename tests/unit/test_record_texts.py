"""Records as text."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.messages import Message
from kintone.query import parse
from kintone.reading.matches import Matches
from kintone.reading.pages import Page
from tests.unit.query_tool import full_record, text_field
from tools.query_summary import QuerySummary
from tools.record_formats import flatten
from tools.record_texts import FULL_TEXT, SHORT_TEXT, RecordText, TextLimits


def _outcome(records: int, query: str = "", warnings: tuple[str, ...] = ()) -> QuerySummary:
    offset = parse(query).offset or 0
    return QuerySummary(12, records, Matches(offset + records), None, offset, 1, 1, "single", (), query, warnings)


def _stopped(records: int, total: int) -> QuerySummary:
    matches = Matches(total, truncated=True)
    return QuerySummary(12, records, matches, "max_records", 0, 1, 1, "single", (), "", ("odd",))


def _text(records: list[dict[str, Any]], limits: TextLimits = FULL_TEXT, outcome: QuerySummary | None = None) -> str:
    text = RecordText(limits, ())
    text.add(_page(records))
    return _joined(text, outcome or _outcome(len(records)))


def _page(records: list[dict[str, Any]]) -> Page:
    ids = [record.get("$id", {}).get("value", "9") for record in records]
    return Page(1, records, ids)


def _joined(text: RecordText, outcome: QuerySummary) -> str:
    return "".join(f"{line}\n" for line in text.lines(outcome, Message("On.")))


def test_record_is_one_readable_line_when_it_is_shown() -> None:
    """Line breaks become spaces, lists are readable, empty fields are named, and ``$revision`` is left out."""
    line = (
        '#17 name=Alice, "A"|memo=one two|amount=-1234.50|tags=A, B|owner=佐藤 昇 (sato), tanaka'
        "|made_by=佐藤 昇 (sato)|files=見積.pdf|lines=[item=Pen, qty=2; item=Ink, qty=]|empty: due, nothing"
    )

    assert _text([full_record(17)]) == f"1 record of app 12:\n{line}\n"


def test_several_values_in_a_table_row_are_separated_by_slashes() -> None:
    """Commas separate the columns, so a slash separates values; a row without a value stays a row."""
    row = {"id": "1", "value": {"tags": {"type": "CHECK_BOX", "value": ["A", "B"]}, "n": text_field("x")}}
    empty = {"id": "2", "value": {"tags": {"type": "CHECK_BOX", "value": []}, "n": text_field("")}}

    assert "t=[tags=A / B, n=x; tags=, n=]" in _text([{"t": {"type": "SUBTABLE", "value": [row, empty]}}])
    assert "t=[tags=, n=]" in _text([{"t": {"type": "SUBTABLE", "value": [empty]}}])
    assert "t=[]" in _text([{"t": {"type": "SUBTABLE", "value": [{"id": "3", "value": {}}]}}])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a|b", '"a|b"'),
        ('a|"b"', '"a|\\"b\\""'),
        ('"a" b', '"\\"a\\" b"'),
        (" a", '" a"'),
        ("a\u3000", '"a\u3000"'),
        ("\n", '" "'),
        ("a, b; c=d / e", "a, b; c=d / e"),
        ("1\\2", "1\\2"),
    ],
)
def test_value_is_quoted_where_its_end_could_be_misread(value: str, shown: str) -> None:
    """A reader sees where each value ends, and blanks that belong to it; other values have no quotes."""
    assert _text([{"a": text_field(value), "b": text_field("x")}]).splitlines()[1] == f"#9 a={shown}|b=x"


def test_option_with_a_separator_is_quoted_in_a_list() -> None:
    """Two options are not taken for three."""
    options = ["A, B", "C", "D|E", "F,"]
    row = {"id": "1", "value": {"n": text_field("x, y"), "m": text_field("a]; b")}}
    record = {"o": {"type": "CHECK_BOX", "value": options}, "t": {"type": "SUBTABLE", "value": [row]}}

    assert _text([record]).splitlines()[1] == '#9 o="A, B", C, "D|E", "F,"|t=[n="x, y", m="a]; b"]'


def test_quotes_are_closed_when_a_quoted_value_is_cut() -> None:
    """The rest of the line stays readable."""
    record = {"a": text_field("x|" * 5_000), "b": text_field("y")}

    assert _text([record] * 30, SHORT_TEXT).splitlines()[1].endswith('x|x…"|b=y')


def test_revision_is_shown_when_it_was_asked_for() -> None:
    """System fields are shown if they were requested."""
    text = RecordText(FULL_TEXT, ("$id", "$revision"))
    text.add(_page([full_record(17)]))

    assert "#17 $revision=4|" in _joined(text, _outcome(1))


def test_full_width_spaces_stay_when_lines_are_folded() -> None:
    """Only line breaks and control characters are replaced."""
    assert "a=東京\u3000駅 x  y" in _text([{"a": text_field("東京\u3000駅\r\nx  y")}])


def test_option_keeps_its_outer_blanks_when_it_is_the_last_of_a_line() -> None:
    """An option must match exactly when it is written back."""
    record = {"$id": {"value": "7"}, "a": {"type": "DROP_DOWN", "value": " A "}}

    assert _text([record]).splitlines()[1] == '#7 a=" A "'
    assert _text([{"$id": {"value": "7"}}]).splitlines()[1] == "#7"


def test_warnings_come_first_when_the_answer_is_partial() -> None:
    """A partial result begins with its warning."""
    text = _text([full_record(1)], outcome=_outcome(1, warnings=("the answer is partial",)))

    assert text.startswith("Warning: the answer is partial\n1 record of app 12:")


def test_first_line_says_so_when_a_maximum_stopped_the_reading() -> None:
    """How many of how many, what stopped it and how to go on come first; warnings follow."""
    text = RecordText(FULL_TEXT, ())
    text.add(_page([{"a": text_field("x")}] * 3))
    first, warning, *records = _joined(text, _stopped(3, 32)).splitlines()

    assert first.startswith("3 of 32 ")
    for word in ("max_records", "offset 3", "kintone_aggregate"):
        assert word in first
    assert warning == "Warning: odd"
    assert records == ["#9 a=x"] * 3


def test_text_has_one_way_to_read_on_when_it_is_cut_and_the_reading_was_stopped() -> None:
    """A reader of the text alone must not skip the records that were read and are not shown."""
    text = RecordText(TextLimits(1_000, 300), ())
    text.add(_page([{"a": text_field("x" * 50)}] * 100))
    first, _, *lines, last = _joined(text, _stopped(100, 320)).splitlines()

    assert first.startswith("100 of 320 ")
    assert "offset" not in first
    assert f"{100 - len(lines)} more" in last
    assert f"offset {len(lines)} " in last


def test_utc_is_stated_once_when_times_are_shown() -> None:
    """A model that is told Z alone may name the wrong day."""
    moment = {"a": {"type": "DATETIME", "value": "2026-11-27T23:30:00Z"}, "b": {"type": "DATE", "value": "2026-11-27"}}
    clock = {"a": {"type": "TIME", "value": "23:30"}, "b": text_field("Z")}

    assert _text([moment] * 3).splitlines()[1:] == ["#9 a=2026-11-27T23:30:00Z|b=2026-11-27"] * 3 + [
        "Times ending in Z are UTC."
    ]
    assert "UTC" not in _text([clock])


def test_text_with_times_stays_within_its_limit() -> None:
    """The sentence about UTC counts too."""
    records = [{"a": {"type": "DATETIME", "value": "2026-11-27T23:30:00Z"}}] * 50
    whole = _text(records)

    assert _text(records, TextLimits(len(whole), 300)) == whole
    assert len(_text(records, TextLimits(len(whole) - 1, 300))) < len(whole)


def test_text_is_one_sentence_when_there_is_no_record() -> None:
    """An empty result is stated in a sentence."""
    assert _text([]) == "No record of app 12 matches.\n"


def test_text_names_each_record_by_its_id_when_no_field_holds_it() -> None:
    """An agent that reads only the text can use the id in its next call."""
    text = RecordText(FULL_TEXT, ("a",))
    text.add(Page(1, [{"a": text_field("x")}, {"a": text_field("")}], ["31", "32"]))

    assert _joined(text, _outcome(2)).splitlines()[1:] == ["#31 a=x", "#32 empty: a"]


def test_field_that_only_later_records_have_is_named_as_empty() -> None:
    """Records that were saved before a field was added lack it."""
    records = [{"a": text_field("x")}, {"a": text_field(""), "b": text_field("y"), "c": text_field("z")}]

    assert _text(records).splitlines()[1:] == ["#9 a=x|empty: b, c", "#9 b=y|c=z|empty: a"]


def test_text_says_how_many_follow_when_it_is_cut() -> None:
    """The text stays within its limit, has whole lines, and gives the offset to continue with."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 50)} for number in range(1, 101)]
    text = _text(records, TextLimits(1_000, 300), _outcome(5_000, 'a = "1" order by $id asc offset 7'))
    head, *lines, last = text.splitlines()

    assert len(text) <= 1_000
    assert len(lines) > 7
    assert head.startswith("5,000 of 5,007 matching records of app 12")
    assert f"{5_000 - len(lines):,} more. On. " in last
    assert f"write offset {7 + len(lines)} instead of offset 7 in query" in last
    assert all(line.endswith("x" * 50) for line in lines)


def test_text_of_exactly_the_maximum_length_is_complete() -> None:
    """No line is dropped to make room for a sentence that is not needed."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 43)} for number in range(100, 120)]
    exact = 20 * len(f"#100 a={'x' * 43}\n") + len("20 records of app 12:\n")

    text = _text(records, TextLimits(exact, 300))
    assert len(text) == exact
    assert len(text.splitlines()) == 21
    assert len(_text(records, TextLimits(exact - 1, 300)).splitlines()) < 21


def test_text_says_where_to_go_on_when_the_query_has_no_offset() -> None:
    """The message gives an offset to add, since there is none to replace."""
    records = [{"$id": {"value": str(number)}, "a": text_field("x" * 50)} for number in range(1, 101)]
    *lines, last = _text(records, TextLimits(1_000, 300), _outcome(5_000, "limit 5000")).splitlines()

    assert f"put offset {len(lines) - 1} at the end of query" in last


def test_value_is_whole_when_the_text_has_room() -> None:
    """A value is cut only if the text needs the room."""
    _, *lines = _text([{"a": text_field("x" * 15_000)}, {"a": text_field("y" * 4_000)}], SHORT_TEXT).splitlines()

    assert lines == [f"#9 a={'x' * 15_000}", f"#9 a={'y' * 4_000}"]


def test_longest_values_are_cut_when_all_records_are_to_have_room() -> None:
    """Short values are complete, and the end explains the mark and how to read more."""
    records = [{"a": text_field("x" * 30_000), "b": text_field("short")}, {"a": text_field("y" * 2_000)}]
    text = _text(records, SHORT_TEXT)
    _, first, second, last = text.splitlines()

    assert SHORT_TEXT.text - 1_000 < len(text) <= SHORT_TEXT.text
    assert first.endswith("x…|b=short")
    assert second == f"#9 a={'y' * 2_000}|empty: b"
    assert "…" in last


def test_values_are_cut_when_there_are_many_records() -> None:
    """Each value has up to a thousand characters, and the text is cut between two records."""
    _, line, *_, more, last = _text([{"a": text_field("x" * 5_000)}] * 100, SHORT_TEXT).splitlines()

    assert line == f"#9 a={'x' * (SHORT_TEXT.value - 1)}…"
    assert "more" in more
    assert "…" in last


def test_first_record_is_cut_when_not_even_one_fits() -> None:
    """A part of the record is shown within the limit, and what is cut or left out is stated."""
    record = {"a": text_field("x" * 5_000), "b": text_field("y" * 5_000), "c": text_field("")}
    text = _text([record], TextLimits(1_000, 10_000), _outcome(2))

    assert len(text) <= 1_000
    assert "xxx…" in text
    assert "2 more fields of #9" in text
    assert "1 more. On. " in text
    assert text.splitlines()[-1].startswith("Values")


@pytest.mark.parametrize("text", ["v" * 60, ""])
def test_fields_are_counted_when_a_record_has_too_many(text: str) -> None:
    """Fields that are left out of a very wide record are counted."""
    codes = [f"f{number}" for number in range(6_000)]
    text_of_record = _text([{code: text_field(text) for code in codes}], SHORT_TEXT)
    _, line, hidden = text_of_record.splitlines()
    shown = re.findall(r"\bf\d+\b", line)

    assert SHORT_TEXT.text - 1_000 < len(text_of_record) <= SHORT_TEXT.text
    assert shown == codes[: len(shown)]
    assert hidden.startswith(f"{6_000 - len(shown):,} more fields of #9 ")
    assert "in fields" in hidden


def test_nothing_is_kept_when_the_text_is_full() -> None:
    """Memory does not grow with the records after the cut."""
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
    """A record takes fewer characters than its flattened JSON, on one line."""
    record = {"$id": {"type": "__ID__", "value": "17"}} | {
        code: {"type": "X", "value": value} for code, value in values.items()
    }
    lines = _text([record], TextLimits(10**6, 10**6)).split("\n")[1:-1]

    assert len(lines) == 1
    assert len(lines[0]) < len(json.dumps(flatten(record), ensure_ascii=False))
