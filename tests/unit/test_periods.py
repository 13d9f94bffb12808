"""The periods of days and moments, and time zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kintone.errors import InvalidParameterError
from kintone.values.periods import (
    ZONES_BY_ABBREVIATION,
    ZONES_BY_OFFSET,
    Unit,
    day_periods,
    default_time_zone,
    moment_periods,
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
def test_day_when_given_a_unit(unit: Unit, written: str) -> None:
    """Each unit has its own form; a week is its Monday, weekdays count from Monday."""
    assert period_of_day(date(2026, 3, 5), unit) == written


@pytest.mark.parametrize(
    ("day", "quarter"), [((2026, 3, 31), "2026-Q1"), ((2026, 4, 1), "2026-Q2"), ((2026, 12, 31), "2026-Q4")]
)
def test_day_when_a_quarter_ends(day: tuple[int, int, int], quarter: str) -> None:
    """Quarters are calendar quarters."""
    assert period_of_day(date(*day), Unit.QUARTER) == quarter


def test_week_when_the_year_begins_in_it() -> None:
    """A week in two years is named by its Monday in the old year; Sunday is its last day."""
    assert period_of_day(date(2027, 1, 1), Unit.WEEK) == "2026-12-28"
    assert period_of_day(date(2027, 1, 3), Unit.WEEK) == "2026-12-28"
    assert period_of_day(date(2027, 1, 3), Unit.WEEKDAY) == "7"
    assert period_of_day(date(1000, 1, 1), Unit.WEEK) == "0999-12-30"


@pytest.mark.parametrize(
    ("unit", "written"),
    [(Unit.HOUR, "2026-03-06T00:00+09:00"), (Unit.DAY, "2026-03-06"), (Unit.MONTH, "2026-03"), (Unit.WEEKDAY, "5")],
)
def test_moment_when_it_is_the_next_day_in_japan(unit: Unit, written: str) -> None:
    """A moment belongs to its day in the zone."""
    moment = datetime(2026, 3, 5, 15, 59, tzinfo=UTC)

    assert period_of_moment(moment, unit, ZoneInfo("Asia/Tokyo")) == written


def test_hours_when_clocks_are_set_back() -> None:
    """The two hours with the same name differ in their offset."""
    zone = ZoneInfo("America/New_York")
    hours = [period_of_moment(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), Unit.HOUR, zone) for hour in (4, 5, 6, 7)]

    assert hours == [
        "2026-11-01T00:00-04:00",
        "2026-11-01T01:00-04:00",
        "2026-11-01T01:00-05:00",
        "2026-11-01T02:00-05:00",
    ]


def test_moment_when_its_year_would_have_five_digits() -> None:
    """A moment whose year in the zone would be 10000 stays in UTC."""
    moment = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    assert period_of_moment(moment, Unit.YEAR, ZoneInfo("Asia/Tokyo")) == "9999"
    assert moment_text(moment, ZoneInfo("Asia/Tokyo")) == "9999-12-31T23:59:00+00:00"


@pytest.mark.parametrize(
    ("zone", "first_day", "days"),
    [
        ("UTC", (2026, 2, 27), 4),
        ("Asia/Tokyo", (2025, 12, 30), 3),
        ("Asia/Kathmandu", (2026, 3, 30), 3),
        ("America/New_York", (2026, 10, 31), 3),
        ("Europe/Berlin", (2026, 3, 28), 3),
        ("Australia/Lord_Howe", (2026, 4, 3), 3),
        ("America/St_Johns", (2010, 11, 6), 3),
        ("Pacific/Apia", (2011, 12, 29), 4),
        ("America/New_York", (1883, 11, 17), 3),
        ("UTC", (9999, 12, 30), 2),
        ("Pacific/Kiritimati", (9999, 12, 30), 2),
        ("America/New_York", (1, 1, 1), 2),
    ],
)
@pytest.mark.parametrize("unit", Unit)
def test_moments_when_every_minute_is_read(zone: str, first_day: tuple[int, int, int], days: int, unit: Unit) -> None:
    """Every minute around the ends of periods and changes of clocks has the period that its own conversion gives."""
    period = moment_periods(unit, ZoneInfo(zone))
    start = datetime(*first_day, tzinfo=UTC)
    moments = [start + timedelta(minutes=minute) for minute in range(days * 24 * 60 - 1)]

    wrong = [
        moment
        for moment in moments
        if period(f"{moment.isoformat()[:19]}Z") != period_of_moment(moment, unit, ZoneInfo(zone))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-05T14:59:59Z", "2026-03-05"),
        ("2026-03-05T15:00:01Z", "2026-03-06"),
        ("2026-03-05T14:59:59.999Z", "2026-03-05"),
        ("2026-03-05T23:30:00+09:00", "2026-03-05"),
        ("2026-03-05T23:30:00-01:00", "2026-03-06"),
    ],
)
def test_moment_when_it_is_not_a_whole_minute_in_utc(text: str, day: str) -> None:
    """Seconds, fractions and offsets are accepted as well."""
    assert moment_periods(Unit.DAY, ZoneInfo("Asia/Tokyo"))(text) == day


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00Z", "2026-03-05T24:00:01Z", "2026-03-05T04:07:00", "T00:00:00Z", ""]
)
def test_period_when_the_text_is_not_a_moment(text: str) -> None:
    """A text that is not a moment has no period."""
    with pytest.raises(ValueError, match=r".*"):
        moment_periods(Unit.MONTH, ZoneInfo("UTC"))(text)


def test_period_of_day_when_the_text_is_not_a_day() -> None:
    """A text that is not a day has no period, whatever was read before."""
    period = day_periods(Unit.MONTH)

    assert period("2026-03-05") == "2026-03"
    with pytest.raises(ValueError, match=r".*"):
        period("2026-02-30")


@pytest.mark.parametrize("text", ["2026-03-05", "2026-03-05T04:07:00", "", "x", "2026-03-05T04:07:00Z" + " " * 40])
def test_moment_when_the_text_is_not_one(text: str) -> None:
    """A text without an offset, or one that is not a date and time, is refused."""
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
    """The zone depends on the domain of the site."""
    assert default_time_zone(host) == zone


@pytest.mark.parametrize("written", ["America/New_York", "america/new_york"])
def test_zone_when_named(written: str) -> None:
    """Names of the IANA database are accepted in any letter case."""
    assert read_time_zone(written).key == "America/New_York"


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("Asia/Tokio", "Asia/Tokyo"), ("tokyo", "Asia/Tokyo"), ("New York", "America/New_York"),
        ("JST", "Asia/Tokyo"), ("GMT+9", "Asia/Tokyo"), ("UTC+09:00", "Asia/Tokyo"), ("+0900", "Asia/Tokyo"),
        ("+09:00", "Asia/Tokyo"), ("utc-3", "America/Sao_Paulo"), ("GMT+5:30", "Asia/Kolkata"), ("UTC+0", "UTC"),
        ("../etc/passwd", ""), ("/etc/localtime", ""), ("Asia", ""), ("AEST", ""), ("IST", ""), ("GMT+15", ""),
        ("UTC+99:99", ""), ("x" * 10_000, ""),
    ],
)  # fmt: skip
def test_zone_when_the_name_is_unknown(written: str, suggested: str) -> None:
    """An unknown name is refused; what is suggested has the offset that was written, or nearly the same name."""
    with pytest.raises(InvalidParameterError) as refused:
        read_time_zone(written)

    hint = str(refused.value.problem).partition("Europe/Berlin or UTC")[2].strip("; ")
    assert "time_zone" in str(refused.value)
    assert suggested in hint
    assert bool(hint) == bool(suggested)


@pytest.mark.parametrize("written", ["localtime", "Factory", "posixrules", "leapseconds", "zone.tab", "right/UTC"])
def test_zone_when_it_is_no_place(written: str) -> None:
    """A file of the system is not a name of the database, and Factory is no place."""
    with pytest.raises(InvalidParameterError):
        read_time_zone(written)


@pytest.mark.parametrize("written", ["UTC", "GMT", "Etc/GMT-9", "Japan", "EST5EDT", "America/Argentina/Buenos_Aires"])
def test_zone_when_its_name_is_rare(written: str) -> None:
    """Every other name that tzdata documents is accepted."""
    assert read_time_zone(written).key == written


def test_zones_that_are_suggested_for_an_offset() -> None:
    """Each of them has its offset in every month of the year."""
    for minutes, zone in ZONES_BY_OFFSET.items():
        offsets = {
            datetime(2026, month, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for month in range(1, 13)
        }
        assert offsets == {timedelta(minutes=minutes)}
    assert {read_time_zone(zone).key for zone in ZONES_BY_ABBREVIATION.values()} == {*ZONES_BY_ABBREVIATION.values()}
