"""Dates in conditions: days in another form, and moments without an offset."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kintone.query.comparisons import read_condition
from kintone.query.moments import DateCheck, check_dates
from kintone.query.unzoned import read_unzoned
from tests.unit.form_samples import columns, field, make_form

TOKYO, UTC = ZoneInfo("Asia/Tokyo"), ZoneInfo("UTC")
FORM = make_form(
    field("DATE", "due"),
    field("DATETIME", "seen"),
    field("CREATED_TIME", "made"),
    field("UPDATED_TIME", "edited"),
    field("CALC", "until", format="DATETIME"),
    field("CALC", "day", format="DATE"),
    field("CALC", "sum", format="NUMBER"),
    field("SINGLE_LINE_TEXT", "note"),
    field("SUBTABLE", "rows", fields=columns(field("DATETIME", "at"), field("DATE", "on"))),
)


def checked(condition: str, zone: ZoneInfo = TOKYO) -> DateCheck:
    """Check a condition against the form."""
    return check_dates(read_condition(condition).comparisons, FORM, zone)


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        ('due = "2026/11/25"', 'due = "2026-11-25"'),
        ('due >= "2026-11-25 10:00" and due < "2026/12/1"', 'due >= "2026-11-25" and due < "2026-12-01"'),
        ('due = "2026年11月25日"', 'due = "2026-11-25"'),
        ('due = "令和8年11月25日"', 'due = "2026-11-25"'),
        ('due = "2026-11-25T23:30:00+09:00"', 'due = "2026-11-25"'),
        ('due = "２０２６／１１／２５"', 'due = "2026-11-25"'),
        ('on in ("2026/11/25", "2026-11-26")', 'on in ("2026-11-25", "2026-11-26")'),
        ('day > "2026.11.25"', 'day > "2026-11-25"'),
    ],
)
def test_day_is_sent_in_kintones_form(condition: str, sent: str) -> None:
    """Where the field is a date, a day is one whatever its separators, and a time with it says nothing."""
    check = checked(condition)

    assert check.applied(condition) == sent
    assert len(check.told()) == condition.count('"') / 2 - condition.count('"2026-11-26"')
    assert not check.refused


@pytest.mark.parametrize(
    "condition",
    [
        'due = "2026-11-25"',
        'due = "2026-1-5"',
        'day = "2026-11"',
        'until >= "2026-11-25"',
        'due = "11/25/2026"',
        'due = "2026-11-25T15:00:00Z"',
        'due = "2026-02-30"',
        'due = ""',
        'note = "2026/11/25"',
        'note like "2026-11-25 10:00"',
        'sum = "2026"',
        'seen = "2026-11-25T10:00:00Z"',
        'seen >= "2026-11-25T10:00:00+0900"',
        'made < "2026-11-25T10:00+09:00"',
        'seen = ""',
        "seen >= TODAY()",
        'seen = "someday"',
        'rows.at in ("2026-11-25")',
    ],
)
def test_date_is_left_to_kintone_when_it_is_right_or_cannot_be_read(condition: str) -> None:
    """Also a UTC moment for a date, which may be another day elsewhere, and dates in texts."""
    check = checked(condition)

    assert check.applied(condition) == condition
    assert not check.refused


@pytest.mark.parametrize(
    ("condition", "tokyo", "utc"),
    [
        ('seen > "2026-11-25 10:30"', 'seen > "2026-11-25T10:30:00+09:00"', 'seen > "2026-11-25T10:30:00Z"'),
        ('made >= "2026-11-25"', 'made >= "2026-11-25T00:00:00+09:00"', 'made >= "2026-11-25T00:00:00Z"'),
        ('edited < "2026/11"', 'edited < "2026-11-01T00:00:00+09:00"', 'edited < "2026-11-01T00:00:00Z"'),
        ('edited >= "2026"', 'edited >= "2026-01-01T00:00:00+09:00"', 'edited >= "2026-01-01T00:00:00Z"'),
        ('seen in ("2026-11-25 10:00")', 'seen = "2026-11-25T10:00:00+09:00"', 'seen = "2026-11-25T10:00:00Z"'),
        ('at = "2026-11-25 10:00"', 'at in ("2026-11-25T10:00:00+09:00")', 'at in ("2026-11-25T10:00:00Z")'),
        (
            'at in ("2026-11-25T10:00", "2026-11-25T10:00:00Z")',
            'at in ("2026-11-25T10:00:00+09:00", "2026-11-25T10:00:00Z")',
            'at in ("2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z")',
        ),
    ],
)
def test_moment_without_an_offset_is_refused_with_both_readings(condition: str, tokyo: str, utc: str) -> None:
    """The sentence holds what was written, and each reading so that it can be copied."""
    (sentence,) = checked(condition).refused

    assert f"query: {condition} compares" in str(sentence)
    assert f"write {tokyo} (Asia/Tokyo), or {utc} (UTC)" in str(sentence)
    assert "all of that time" not in str(sentence)


@pytest.mark.parametrize(
    ("condition", "period"),
    [
        ('seen = "2026-11-25"', 'seen >= "2026-11-25T00:00:00+09:00" and seen < "2026-11-26T00:00:00+09:00"'),
        ('seen != "2026/12/31"', '(seen < "2026-12-31T00:00:00+09:00" or seen >= "2027-01-01T00:00:00+09:00")'),
        ('seen <= "2026-11-25"', 'seen < "2026-11-26T00:00:00+09:00"'),
        ('seen > "2026-11-25"', 'seen >= "2026-11-26T00:00:00+09:00"'),
        ('seen = "2026-02"', 'seen >= "2026-02-01T00:00:00+09:00" and seen < "2026-03-01T00:00:00+09:00"'),
        ('seen = "2026"', 'seen >= "2026-01-01T00:00:00+09:00" and seen < "2027-01-01T00:00:00+09:00"'),
    ],
)
def test_range_is_given_when_a_day_is_hardly_one_moment(condition: str, period: str) -> None:
    """A bare date with = means its whole day, as do bounds that would leave the day out or in."""
    (sentence,) = checked(condition).refused
    periods = str(sentence).partition("all of that time write ")[2]

    assert periods == f"{period} (Asia/Tokyo), or {period.replace('+09:00', 'Z')} (UTC)"


def test_only_utc_and_an_offset_are_asked_for_when_the_zone_is_not_known() -> None:
    """A site of kintone.com may be anywhere."""
    (sentence,) = checked('seen > "2026-11-25 10:00"', UTC).refused

    assert re.findall(r"\(([A-Za-z/]+)\)", str(sentence)) == ["UTC"]
    assert "offset such as +09:00" in str(sentence)


def test_reading_has_the_offset_of_its_day() -> None:
    """Daylight saving time decides, and before 1900, when offsets had seconds, the reading is in UTC."""
    berlin = ZoneInfo("Europe/Berlin")

    assert 'seen > "2026-07-01T00:00:00+02:00"' in str(checked('seen > "2026-07-01"', berlin).refused[0])
    assert 'seen > "2026-12-01T00:00:00+01:00"' in str(checked('seen > "2026-12-01"', berlin).refused[0])
    assert 'seen > "1879-12-31T23:06:32Z"' in str(checked('seen > "1880-01-01"', berlin).refused[0])


def test_five_comparisons_are_told() -> None:
    """A query of hundreds does not fill the message."""
    assert len(checked(" or ".join(f'seen > "2026-11-{day}"' for day in range(10, 25))).refused) == 5


def test_unknown_code_is_noted() -> None:
    """A form that is remembered may lack a new field; the columns of related records are never in it."""
    assert checked('new > "2026-11-25"').unknown
    assert not checked('related.new > "2026-11-25" and new = "x"').unknown


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-11-25 10:00", "2026-11-25T10:00", "2026-11-25T10:00"),
        ("2026年11月25日 10時30分", "2026-11-25T10:30", "2026-11-25T10:30"),
        ("2026-11-25", "2026-11-25", "2026-11-26"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026年", "2026-01-01", "2027-01-01"),
    ],
)
def test_period_of_a_text_without_an_offset(text: str, start: str, end: str) -> None:
    """A time is one moment, a day, a month and a year last until the next one."""
    unzoned = read_unzoned(text)

    assert unzoned is not None
    assert (unzoned.start, unzoned.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert unzoned.has_time is (start == end)


@pytest.mark.parametrize("text", ["2026-11-25T10:00Z", "2026-11-25 10:00+09:00", "2026-13", "x", "", "9999-12-31"])
def test_other_texts_are_no_time_on_a_wall_clock(text: str) -> None:
    """Texts with an offset, impossible months, and a day after which no other can be written."""
    assert read_unzoned(text) is None


@pytest.mark.parametrize(
    ("condition", "period"),
    [
        ('due = "2026-11"', 'due >= "2026-11-01" and due < "2026-12-01"'),
        ('due != "2026"', '(due < "2026-01-01" or due >= "2027-01-01")'),
        ('due <= "2026/11"', 'due < "2026-12-01"'),
        ('due > "2026年"', 'due >= "2027-01-01"'),
        ('on in ("2026-11")', 'on >= "2026-11-01" and on < "2026-12-01"'),
        ('on not in ("2026-11")', ""),
    ],
)
def test_month_or_year_is_refused_where_a_day_of_it_is_hardly_meant(condition: str, period: str) -> None:
    """Kintone does not document what it makes of one; it may take the first day in silence."""
    check = checked(condition)
    (sentence,) = check.refused

    assert not check.changes
    assert (f"for all of that time write {period};" in str(sentence)) is bool(period)
    assert "for its first day write " in str(sentence)


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        ('due >= "2026-11"', 'due >= "2026-11-01"'),
        ('due < "2026"', 'due < "2026-01-01"'),
        ('due >= "2026年4月"', 'due >= "2026-04-01"'),
    ],
)
def test_first_day_is_sent_where_a_month_or_year_is_a_bound(condition: str, sent: str) -> None:
    """From a month on, and before one, can only mean its first day; it is told."""
    check = checked(condition)

    assert (check.applied(condition), check.refused) == (sent, [])
    assert [sent[-12:] in str(told) for told in check.told()] == [True]


@pytest.mark.parametrize(
    ("condition", "reading", "period"),
    [
        ('seen in ("2026-11-25")', "seen = ", "seen >= "),
        ('seen like "2026-11"', "", "seen >= "),
        ('seen not like "2026-11"', "", "(seen < "),
        ('at = "2026-11-25"', "at in (", "at >= "),
        ('at != "2026-11-25"', "at not in (", ""),
        ('seen in ("2026-11-25", "2026-11-26")', "(seen = ", "(seen >= "),
    ],
)
def test_readings_have_operators_that_the_field_takes(condition: str, reading: str, period: str) -> None:
    """A refusal by kintone would follow otherwise; in a table a range says nothing about all rows."""
    (sentence,) = checked(condition).refused

    assert "its operators are" in str(sentence)
    assert (f"; write {reading}" in str(sentence)) is bool(reading)
    assert (f"all of that time write {period}" in str(sentence)) is bool(period)


@pytest.mark.parametrize("condition", ['until >= "2026-11-25"', 'related.made > "2026-11-25"', 'hidden > "2026-11-25"'])
def test_text_without_an_offset_is_told_where_nobody_knows_how_it_is_read(condition: str) -> None:
    """Calculated moments, whose values in conditions are not documented, and fields of another app."""
    check = checked(condition)

    assert not check.refused
    assert check.applied(condition) == condition
    assert [("UTC" in str(told), condition in str(told)) for told in check.told()] == [(True, True)]
    assert checked(condition.replace("2026-11-25", "2026-11-25T10:00:00Z")).told() == []
