"""Reading DATE, TIME and DATETIME values as people and programs write them; an ambiguous text is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, to_half_width

FIRST_YEAR = 1000
MAX_UTC_OFFSET = timedelta(hours=14)
_DAY_AND_CLOCK = re.compile(r"(?P<day>.*?\d\s*日?)(?:[Tt]\s*|\s+|(?<=日))(?P<clock>\D{0,4}\d.*)", re.ASCII)
_OFFSET = re.compile(r"(?P<clock>.*?)\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>[0-5]\d)?)",
                     re.ASCII | re.IGNORECASE)  # fmt: skip
_DATE_ONLY_ADVICE = Message("write the day without a time, as in YYYY-MM-DD")
_DATETIME_ADVICE = Message("write day, time and offset, as in YYYY-MM-DDThh:mm+hh:mm, or Z for UTC")


def read_date(value: object) -> str:
    """Return a DATE value; raises ``UnusableValueError``.

    A time after the day is dropped, whatever its offset, and the day stays as written. A UTC time other than midnight
    is refused: programs write moments in this form, and in Japan the moment may be on the next day.
    """
    text = _date_text(value)
    parts = _DAY_AND_CLOCK.fullmatch(text)
    if parts is None:
        return _read_day(text).isoformat()
    day = _part(text, lambda: _read_day(parts.group("day").strip()))
    clock, offset = _part(text, lambda: _split_offset(parts.group("clock")))
    if _part(text, lambda: _read_clock(clock), _DATE_ONLY_ADVICE) != (0, 0) and offset == timedelta(0):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} is a moment in UTC and may be another day elsewhere", value=preview(value)),
            _DATE_ONLY_ADVICE,
        )
    return day.isoformat()


def read_time(value: object) -> str:
    """Return a TIME value without seconds; raises ``UnusableValueError``."""
    return _clock_text(_read_clock(_date_text(value)))


def read_datetime(value: object, zone: ZoneInfo | None = None) -> str:
    """Return a DATETIME value in UTC without seconds, which kintone drops too; raises ``UnusableValueError``.

    A moment without an offset is one in ``zone``; without a zone it is refused as ambiguous. So is a date without a
    time: kintone would read it as midnight in UTC, which is hardly ever intended.
    """
    text = _date_text(value)
    parts = _DAY_AND_CLOCK.fullmatch(text)
    if parts is None:
        written = _read_day(text).isoformat()
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} has no time and no offset from UTC", value=preview(value)),
            Message(
                'write both, for example "{day}T00:00:00+09:00" for midnight in Japan or "{day}T00:00:00Z" in UTC',
                day=written,
            ),
        )
    day = _part(text, lambda: _read_day(parts.group("day").strip()), _DATETIME_ADVICE)
    clock, offset = _part(text, lambda: _split_offset(parts.group("clock")), _DATETIME_ADVICE)
    moment = datetime.combine(day, time(*_part(text, lambda: _read_clock(clock), _DATETIME_ADVICE)))
    if offset is None:
        if zone is None:
            raise _no_offset(value, moment)
        offset = _offset_in(zone, text, moment)
    return _utc_text(text, moment, offset)


def only_moment(local: datetime) -> datetime | None:
    """Return in UTC the moment of a clock in its zone; None where that clock shows it twice or never.

    That happens where daylight saving time ends and begins. Raises ``OverflowError`` near the years 1 and 9999.
    """
    moment = local.astimezone(UTC)
    return moment if local.replace(fold=1).astimezone(UTC) == moment else None


def _offset_in(zone: ZoneInfo, text: str, moment: datetime) -> timedelta:
    """Return the offset of a moment that is written without one; raises ``UnusableValueError``."""
    local = moment.replace(tzinfo=zone)
    try:
        if only_moment(local) is not None:
            return local.utcoffset() or timedelta(0)
    except OverflowError:
        return timedelta(0)
    complaint = Message("the clocks of {zone} show {value} twice or never", zone=zone.key, value=preview(text))
    raise UnusableValueError(ProblemCode.AMBIGUOUS, complaint, Message("add the offset from UTC"))


def _part[Part](text: str, read: Callable[[], Part], advice: Message | None = None) -> Part:
    """Read a part of ``text``; errors name the whole text, with ``advice`` in place of their own suggestion."""
    try:
        return read()
    except UnusableValueError as error:
        complaint = Message("{value} cannot be read: {complaint}", value=preview(text), complaint=error.complaint)
        raise UnusableValueError(error.code, complaint, advice or error.suggestion) from None


def _split_offset(text: str) -> tuple[str, timedelta | None]:
    """Split a time from its offset from UTC, None where it has none; raises ``UnusableValueError``."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return text, None
    if match.group("utc"):
        return match.group("clock"), timedelta(0)
    offset = timedelta(hours=int(match.group("hours")), minutes=int(match.group("minutes") or 0))
    if offset > MAX_UTC_OFFSET:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} does not end with an offset from UTC", value=preview(text)),
            Message("write the offset as in +hh:mm, at most 14 hours, or Z for UTC"),
        )
    return match.group("clock"), -offset if match.group("sign") == "-" else offset


def _utc_text(text: str, moment: datetime, offset: timedelta) -> str:
    try:
        utc = moment.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except OverflowError:
        raise UnusableValueError(
            ProblemCode.TOO_LARGE,
            Message("{value} is after the year 9999 in UTC", value=preview(text)),
            Message("write an earlier moment"),
        ) from None
    if utc.year < FIRST_YEAR:
        raise _too_early(text)
    return utc.strftime("%Y-%m-%dT%H:%M:00Z")


def _no_offset(value: object, moment: datetime) -> UnusableValueError:
    written = moment.strftime("%Y-%m-%dT%H:%M:00")
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message("{value} does not say which time zone it is in", value=preview(value)),
        Message(
            'add the offset from UTC, for example "{moment}+09:00" for Japan or "{moment}Z" for UTC', moment=written
        ),
    )


# The text of a value


MAX_DATE_TEXT = 64
_TEXT_ADVICE = Message("write it as a text in quotes: YYYY-MM-DD for a day, HH:MM for a time")


def _date_text(value: object) -> str:
    """Return the text of a date or time in half-width characters; raises ``UnusableValueError`` for another value."""
    if not isinstance(value, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("a text is needed, not {value}", value=preview(value)), _TEXT_ADVICE
        )
    if len(value) > MAX_DATE_TEXT:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is too long for a date or a time", value=preview(value))
        )
    return to_half_width(value)


# Days


_SEPARATED_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII)
_KANJI_DATE = re.compile(r"(\d{4})()\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_THREE_NUMBERS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", re.ASCII)
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:\s*年|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)?", re.ASCII)
_DATE_WITHOUT_YEAR = re.compile(r"\d{1,2}(?:[-/.]\d{1,2}|\s*月\s*\d{1,2}\s*日)", re.ASCII)
_DATE_ADVICE = Message("write year, month and day, as in YYYY-MM-DD")


def _read_day(text: str) -> date:
    """Return the day of a half-width text; raises ``UnusableValueError``."""
    match = _SEPARATED_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text) or _KANJI_DATE.fullmatch(text)
    try:
        if match is None:
            day = _read_era_date(text)
            if day is None:
                raise _unreadable(text)
        else:
            day = date(int(match.group(1)), int(match.group(3)), int(match.group(4)))
    except ValueError:
        if match is not None and int(match.group(1)) < FIRST_YEAR:
            raise _too_early(text) from None
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a day of the calendar", value=preview(text)), _DATE_ADVICE
        ) from None
    if day.year < FIRST_YEAR:
        raise _too_early(text)
    return day


def _too_early(text: str) -> UnusableValueError:
    """Return the error for a date before the year 1000, with which kintone's calendar begins."""
    return UnusableValueError(
        ProblemCode.TOO_SMALL,
        Message("{value} is before the year 1000", value=preview(text)),
        Message("kintone holds the years 1000 to 9999"),
    )


def _unreadable(text: str) -> UnusableValueError:
    """Return the error for a text that is not a date, with the reason."""
    shown = preview(text)
    numbers = _THREE_NUMBERS.fullmatch(text)
    if numbers:
        return UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} does not show which number is the year, the month and the day", value=shown),
            _year_first(numbers),
        )
    if _YEAR_OR_MONTH.fullmatch(text):
        return UnusableValueError(
            ProblemCode.AMBIGUOUS, Message("{value} is not a whole date", value=shown), _DATE_ADVICE
        )
    if _DATE_WITHOUT_YEAR.fullmatch(text):
        return UnusableValueError(ProblemCode.AMBIGUOUS, Message("{value} has no year", value=shown), _DATE_ADVICE)
    return UnusableValueError(ProblemCode.BAD_FORMAT, Message("{value} is not a date", value=shown), _DATE_ADVICE)


def _year_first(match: re.Match[str]) -> Message:
    """Return the advice for three numbers with the year last: the days that they can mean."""
    first, second, year = (int(group) for group in match.groups())
    if year < FIRST_YEAR:
        return _DATE_ADVICE
    days = {_iso(year, first, second), _iso(year, second, first)} - {None}
    if not days:
        return _DATE_ADVICE
    written = [f'"{day}"' for day in sorted(filter(None, days))]
    if len(written) == 1:
        return Message("write the year first: {day}", day=written[0])
    return Message("write the year first: {one} or {other}", one=written[0], other=written[1])


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


# Days of Japanese eras


@dataclass(frozen=True, slots=True)
class _Era:
    """An era from ``first`` to ``last``, both included; year 1 is the year of ``first``."""

    name: str
    letter: str
    first: date
    last: date


# Until 1926 the day on which an era began also belonged to the era before. Before 1873 Japan used a lunar calendar;
# dates of that time are refused, since converting them is hardly ever intended.
ERAS = (
    _Era("令和", "R", date(2019, 5, 1), date.max),
    _Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    _Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    _Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    _Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
)
FIRST_SOLAR_YEAR = 1873
_ERAS_BY_NAME = {era.name: era for era in ERAS} | {era.letter: era for era in ERAS}
_ERA_KANJI = re.compile(r"(令和|平成|昭和|大正|明治)\s*(元|\d{1,2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_ERA_LETTER = re.compile(r"([RHSTM])(元|\d{1,2})([./-])(\d{1,2})\3(\d{1,2})", re.ASCII | re.IGNORECASE)


def _read_era_date(text: str) -> date | None:
    """Return the day of a text such as ``令和8年4月1日`` or ``R8.4.1``, None for a text of another form.

    Raises ``UnusableValueError`` for a day outside its era, ``ValueError`` for a day that does not exist.
    """
    match = _ERA_KANJI.fullmatch(text)
    if match:
        name, year, month, day = match.groups()
    else:
        match = _ERA_LETTER.fullmatch(text)
        if match is None:
            return None
        name, year, _, month, day = match.groups()
    era = _ERAS_BY_NAME[name.upper()]
    number = 1 if year == "元" else int(year)
    found = date(era.first.year + number - 1, int(month), int(day))
    if not number or not era.first <= found <= era.last or found.year < FIRST_SOLAR_YEAR:
        raise _outside_era(text, found)
    return found


def _outside_era(text: str, found: date) -> UnusableValueError:
    advice = Message("write the year of the common calendar")
    if found.year >= FIRST_SOLAR_YEAR:
        advice = Message(
            'write the year of the common calendar, for example "{day}" if you mean that day',
            day=found.isoformat(),
        )
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message('"{value}" is not a day of that era in the Gregorian calendar', value=text),
        advice,
    )


# Times of day


type _Clock = tuple[int, int]
HOURS, MINUTES, NOON = 24, 60, 12
_CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::([0-5]\d)(?:[.,]\d+)?)?", re.ASCII)
_ENGLISH_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::[0-5]\d)?)?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)
_JAPANESE_TIME = re.compile(
    r"(午前|午後)?\s*(\d{1,2})(?::(\d{2})(?::[0-5]\d)?|\s*時(?:\s*(?:(\d{1,2})\s*分(?:\s*\d{1,2}\s*秒)?|(半)))?)",
    re.ASCII,
)
_FOUR_DIGITS = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_TIME_ADVICE = Message("write hours and minutes, as in HH:MM")


def _read_clock(text: str) -> _Clock:
    """Return hour and minute of a half-width text, without its seconds; raises ``UnusableValueError``."""
    match = _CLOCK_TIME.fullmatch(text)
    if match:
        return _checked(text, int(match.group(1)), int(match.group(2)))
    match = _ENGLISH_TIME.fullmatch(text)
    if match:
        return _english(text, int(match.group(1)), int(match.group(2) or 0), is_pm=match.group(3) in "pP")
    match = _JAPANESE_TIME.fullmatch(text)
    if match:
        return _japanese(text, match)
    raise UnusableValueError(
        ProblemCode.BAD_FORMAT, Message("{value} is not a time", value=preview(text)), _time_advice(text)
    )


def _clock_text(clock: _Clock) -> str:
    """Return a time as kintone writes it."""
    return f"{clock[0]:02}:{clock[1]:02}"


def _japanese(text: str, match: re.Match[str]) -> _Clock:
    half_of_day, hour, colon_minute, minute, half_past = match.groups()
    minutes = MINUTES // 2 if half_past else int(colon_minute or minute or 0)
    if half_of_day is None:
        return _checked(text, int(hour), minutes)
    if int(hour) == NOON:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can mean noon or midnight", value=preview(text)),
            Message('write "00:{minutes:02}" or "12:{minutes:02}"', minutes=minutes),
        )
    if int(hour) > NOON:
        raise _not_a_time(text)
    return _checked(text, int(hour) + NOON * (half_of_day == "午後"), minutes)


def _english(text: str, hour: int, minute: int, *, is_pm: bool) -> _Clock:
    if not 1 <= hour <= NOON:
        raise _not_a_time(text)
    return _checked(text, hour % NOON + NOON * is_pm, minute)


def _checked(text: str, hour: int, minute: int) -> _Clock:
    if hour >= HOURS or minute >= MINUTES:
        raise _not_a_time(text)
    return hour, minute


def _not_a_time(text: str) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} is not a time of day", value=preview(text)),
        Message("write a time from 00:00 to 23:59"),
    )


def _time_advice(text: str) -> Message:
    match = _FOUR_DIGITS.fullmatch(text)
    if match and int(match.group(1)) < HOURS and int(match.group(2)) < MINUTES:
        return Message('write a colon: "{hour:02}:{minute}"', hour=int(match.group(1)), minute=match.group(2))
    return _TIME_ADVICE
