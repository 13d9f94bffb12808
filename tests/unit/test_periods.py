"""Units of dates and the zones they are taken in."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kintone.errors import InvalidParameterError
from kintone.values.periods import (
    Unit,
    default_time_zone,
    moment_text,
    period_of_day,
    period_of_moment,
    read_moment,
    read_time_zone,
)

DAYS = [
    (Unit.YEAR, "2026"),
    (Unit.QUARTER, "2026-Q1"),
    (Unit.MONTH, "2026-03"),
    (Unit.WEEK, "2026-03-02"),
    (Unit.DAY, "2026-03-05"),
    (Unit.WEEKDAY, "4"),
]


@pytest.mark.parametrize(("unit", "written"), DAYS)
def test_day_when_written_by_unit(unit: Unit, written: str) -> None:
    """Each unit has its own form; a week is its Monday, weekdays count from it."""
    assert period_of_day(date(2026, 3, 5), unit) == written


@pytest.mark.parametrize(
    ("day", "quarter"), [((2026, 3, 31), "2026-Q1"), ((2026, 4, 1), "2026-Q2"), ((2026, 12, 31), "2026-Q4")]
)
def test_day_when_a_quarter_ends(day: tuple[int, int, int], quarter: str) -> None:
    """Quarters are those of the calendar."""
    assert period_of_day(date(*day), Unit.QUARTER) == quarter


def test_week_when_the_year_begins_in_it() -> None:
    """A week that two years share belongs to the Monday in the old one; Sunday is its last day."""
    assert period_of_day(date(2027, 1, 1), Unit.WEEK) == "2026-12-28"
    assert period_of_day(date(2027, 1, 3), Unit.WEEK) == "2026-12-28"
    assert period_of_day(date(2027, 1, 3), Unit.WEEKDAY) == "7"
    assert period_of_day(date(1000, 1, 1), Unit.WEEK) == "0999-12-30"


@pytest.mark.parametrize(
    ("unit", "written"),
    [(Unit.HOUR, "2026-03-06T00:00+09:00"), (Unit.DAY, "2026-03-06"), (Unit.MONTH, "2026-03"), (Unit.WEEKDAY, "5")],
)
def test_moment_when_it_is_the_next_day_in_japan(unit: Unit, written: str) -> None:
    """A moment belongs to the day that clocks of the zone show."""
    moment = datetime(2026, 3, 5, 15, 59, tzinfo=UTC)

    assert period_of_moment(moment, unit, ZoneInfo("Asia/Tokyo")) == written


def test_hours_when_clocks_are_set_back() -> None:
    """The two hours of one name are told apart by their offset."""
    zone = ZoneInfo("America/New_York")
    hours = [period_of_moment(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), Unit.HOUR, zone) for hour in (4, 5, 6, 7)]

    assert hours == [
        "2026-11-01T00:00-04:00",
        "2026-11-01T01:00-04:00",
        "2026-11-01T01:00-05:00",
        "2026-11-01T02:00-05:00",
    ]


def test_moment_when_its_year_would_have_five_digits() -> None:
    """A moment at the end of kintone's calendar that a zone would carry beyond it stays in UTC."""
    moment = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    assert period_of_moment(moment, Unit.YEAR, ZoneInfo("Asia/Tokyo")) == "9999"
    assert moment_text(moment, ZoneInfo("Asia/Tokyo")) == "9999-12-31T23:59:00+00:00"


@pytest.mark.parametrize("text", ["2026-03-05", "2026-03-05T04:07:00", "", "x", "2026-03-05T04:07:00Z" + " " * 40])
def test_moment_when_the_text_is_none(text: str) -> None:
    """A text without an offset is no moment."""
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


@pytest.mark.parametrize(
    ("host", "zone"),
    [
        ("example.cybozu.com", "Asia/Tokyo"),
        ("example.s.cybozu.com", "Asia/Tokyo"),
        ("example.cybozu.cn", "Asia/Shanghai"),
        ("example.kintone.com", "UTC"),
        ("127.0.0.1", "UTC"),
    ],
)
def test_zone_when_none_is_given(host: str, zone: str) -> None:
    """The site decides."""
    assert default_time_zone(host) == zone


@pytest.mark.parametrize("written", ["America/New_York", "america/new_york"])
def test_zone_when_named(written: str) -> None:
    """Any name of the IANA database, in any letter case."""
    assert read_time_zone(written).key == "America/New_York"


@pytest.mark.parametrize("written", ["Asia/Tokio", "../etc/passwd", "/etc/localtime", "+09:00", "Asia", "x" * 10_000])
def test_zone_when_there_is_none_of_the_name(written: str) -> None:
    """A name that the database lacks is refused, the nearest one named where there is one."""
    with pytest.raises(InvalidParameterError) as refused:
        read_time_zone(written)

    assert "time_zone" in str(refused.value)
    assert ("Asia/Tokyo" in str(refused.value.problem.values["meant"])) == (written == "Asia/Tokio")
