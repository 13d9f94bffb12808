"""DATE, TIME and DATETIME values, from what people and programs write; what can be read in two ways is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, to_half_width


@dataclass(frozen=True, slots=True)
class Era:
    """An era from ``first`` to ``last``, both included; year 1 is the year of ``first``."""

    name: str
    letter: str
    first: date
    last: date


# The days on which one era passed into the next belonged to both until 1926. Before 1873 Japan counted by the moon, so
# those dates would need a conversion that nobody means.
ERAS = (
    Era("令和", "R", date(2019, 5, 1), date.max),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
)
FIRST_SOLAR_YEAR = 1873
_BY_NAME = {era.name: era for era in ERAS} | {era.letter: era for era in ERAS}
_ERA_KANJI = re.compile(r"(令和|平成|昭和|大正|明治)\s*(元|\d{1,2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_LETTER = re.compile(r"([RHSTM])(元|\d{1,2})([./-])(\d{1,2})\3(\d{1,2})", re.ASCII | re.IGNORECASE)


def read_era_date(text: str) -> date | None:
    """Return the day that ``令和8年4月1日`` or ``R8.4.1`` names, None for a text of another form.

    Raises ``UnusableValueError`` for a day outside its era; ``ValueError`` for a day that no calendar has.
    """
    match = _ERA_KANJI.fullmatch(text)
    if match:
        name, year, month, day = match.groups()
    else:
        match = _LETTER.fullmatch(text)
        if match is None:
            return None
        name, year, _, month, day = match.groups()
    era = _BY_NAME[name.upper()]
    number = 1 if year == "元" else int(year)
    found = date(era.first.year + number - 1, int(month), int(day))
    if not number or not era.first <= found <= era.last or found.year < FIRST_SOLAR_YEAR:
        raise _outside(text, found)
    return found


def _outside(text: str, found: date) -> UnusableValueError:
    advice = Message("write the year of the common calendar")
    if found.year >= FIRST_SOLAR_YEAR:
        advice = Message(
            'write the year of the common calendar, for example "{day}" if that is the day you mean',
            day=found.isoformat(),
        )
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message('"{value}" is not a day of that era in the calendar of today', value=text),
        advice,
    )


FIRST_YEAR = 1000
MAX_DATE_TEXT = 64
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII)
_KANJI = re.compile(r"(\d{4})()\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", re.ASCII)
_PART = re.compile(r"(\d{4})(?:\s*年|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)?", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.]\d{1,2}|\s*月\s*\d{1,2}\s*日)", re.ASCII)
_IN_QUOTES = Message("write it as a text in quotes: YYYY-MM-DD for a day, HH:MM for a time")
_HOW_A_DAY = Message("write year, month and day, as in YYYY-MM-DD")


def date_text(value: object) -> str:
    """Return the text of a date or time, narrowed; raises ``UnusableValueError`` for what cannot be one."""
    if not isinstance(value, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("a text is needed, not {value}", value=preview(value)), _IN_QUOTES
        )
    if len(value) > MAX_DATE_TEXT:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is too long for a date or a time", value=preview(value))
        )
    return to_half_width(value)


def read_day(text: str) -> date:
    """Return the day that a narrowed text names; raises ``UnusableValueError``."""
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text) or _KANJI.fullmatch(text)
    try:
        if match is None:
            day = read_era_date(text)
            if day is None:
                raise _unreadable(text)
        else:
            day = date(int(match.group(1)), int(match.group(3)), int(match.group(4)))
    except ValueError:
        if match is not None and int(match.group(1)) < FIRST_YEAR:
            raise too_early(text) from None
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a day of the calendar", value=preview(text)), _HOW_A_DAY
        ) from None
    if day.year < FIRST_YEAR:
        raise too_early(text)
    return day


def too_early(text: str) -> UnusableValueError:
    """Say that kintone's calendar begins later."""
    return UnusableValueError(
        ProblemCode.TOO_SMALL,
        Message("{value} is before the year 1000", value=preview(text)),
        Message("kintone holds the years 1000 to 9999"),
    )


def _unreadable(text: str) -> UnusableValueError:
    shown = preview(text)
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        return UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} does not tell year, month and day apart", value=shown),
            _year_first(numbers),
        )
    part = _PART.fullmatch(text)
    if part:
        return UnusableValueError(
            ProblemCode.AMBIGUOUS, Message("{value} is not a whole date", value=shown), _HOW_A_DAY
        )
    if _NO_YEAR.fullmatch(text):
        return UnusableValueError(ProblemCode.AMBIGUOUS, Message("{value} has no year", value=shown), _HOW_A_DAY)
    return UnusableValueError(ProblemCode.BAD_FORMAT, Message("{value} is not a date", value=shown), _HOW_A_DAY)


def _year_first(match: re.Match[str]) -> Message:
    """Offer the days that three numbers with the year last can mean."""
    first, second, year = (int(group) for group in match.groups())
    if year < FIRST_YEAR:
        return _HOW_A_DAY
    days = {_iso(year, first, second), _iso(year, second, first)} - {None}
    if not days:
        return _HOW_A_DAY
    written = [f'"{day}"' for day in sorted(filter(None, days))]
    if len(written) == 1:
        return Message("write the year first: {day}", day=written[0])
    return Message("write the year first: {one} or {other}", one=written[0], other=written[1])


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


HOURS, MINUTES, NOON = 24, 60, 12
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::([0-5]\d)(?:[.,]\d+)?)?", re.ASCII)
_ENGLISH = re.compile(r"(\d{1,2})(?::(\d{2})(?::[0-5]\d)?)?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)
_JAPANESE = re.compile(
    r"(午前|午後)?\s*(\d{1,2})(?::(\d{2})(?::[0-5]\d)?|\s*時(?:\s*(?:(\d{1,2})\s*分(?:\s*\d{1,2}\s*秒)?|(半)))?)",
    re.ASCII,
)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_HOW_A_TIME = Message("write hours and minutes, as in HH:MM")

type Clock = tuple[int, int]


def read_clock(text: str) -> Clock:
    """Return hour and minute that a narrowed text names, seconds dropped; raises ``UnusableValueError``."""
    match = _CLOCK.fullmatch(text)
    if match:
        return _checked(text, int(match.group(1)), int(match.group(2)))
    match = _ENGLISH.fullmatch(text)
    if match:
        return _half_day(text, int(match.group(1)), int(match.group(2) or 0), late=match.group(3) in "pP")
    match = _JAPANESE.fullmatch(text)
    if match:
        return _japanese(text, match)
    raise UnusableValueError(
        ProblemCode.BAD_FORMAT, Message("{value} is not a time", value=preview(text)), _advice(text)
    )


def clock_text(clock: Clock) -> str:
    """Return a time as kintone writes it."""
    return f"{clock[0]:02}:{clock[1]:02}"


def _japanese(text: str, match: re.Match[str]) -> Clock:
    half, hour, colon_minute, minute, half_past = match.groups()
    minutes = MINUTES // 2 if half_past else int(colon_minute or minute or 0)
    if half is None:
        return _checked(text, int(hour), minutes)
    if int(hour) == NOON:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can mean noon or midnight", value=preview(text)),
            Message('write "00:{minutes:02}" or "12:{minutes:02}"', minutes=minutes),
        )
    if int(hour) > NOON:
        raise _no_time(text)
    return _checked(text, int(hour) + NOON * (half == "午後"), minutes)


def _half_day(text: str, hour: int, minute: int, *, late: bool) -> Clock:
    if not 1 <= hour <= NOON:
        raise _no_time(text)
    return _checked(text, hour % NOON + NOON * late, minute)


def _checked(text: str, hour: int, minute: int) -> Clock:
    if hour >= HOURS or minute >= MINUTES:
        raise _no_time(text)
    return hour, minute


def _no_time(text: str) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} is not a time of a day", value=preview(text)),
        Message("write a time from 00:00 to 23:59"),
    )


def _advice(text: str) -> Message:
    match = _DIGITS.fullmatch(text)
    if match and int(match.group(1)) < HOURS and int(match.group(2)) < MINUTES:
        return Message('write a colon: "{hour:02}:{minute}"', hour=int(match.group(1)), minute=match.group(2))
    return _HOW_A_TIME


_DAY_ALONE = Message("write the day alone, as in YYYY-MM-DD")
_WHOLE = Message("write day, time and offset, as in YYYY-MM-DDThh:mm+hh:mm, or Z for UTC")
MAX_UTC_OFFSET = timedelta(hours=14)
_DAY_AND_CLOCK = re.compile(r"(?P<day>.*?\d\s*日?)(?:[Tt]\s*|\s+|(?<=日))(?P<clock>\D{0,4}\d.*)", re.ASCII)
_OFFSET = re.compile(r"(?P<clock>.*?)\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>[0-5]\d)?)",
                     re.ASCII | re.IGNORECASE)  # fmt: skip


def read_date(value: object) -> str:
    """Return a DATE value; raises ``UnusableValueError``.

    A time behind the day is dropped, whatever its offset: the day is the one that was written. A moment in UTC that is
    not midnight is refused, since programs write moments so and in Japan it may be the next day.
    """
    text = date_text(value)
    parts = _DAY_AND_CLOCK.fullmatch(text)
    if parts is None:
        return read_day(text).isoformat()
    day = _part(text, lambda: read_day(parts.group("day").strip()))
    clock, offset = _part(text, lambda: _split_offset(parts.group("clock")))
    if _part(text, lambda: read_clock(clock), _DAY_ALONE) != (0, 0) and offset == timedelta(0):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} is a moment in UTC and may be another day elsewhere", value=preview(value)),
            _DAY_ALONE,
        )
    return day.isoformat()


def read_time(value: object) -> str:
    """Return a TIME value, seconds dropped; raises ``UnusableValueError``."""
    return clock_text(read_clock(date_text(value)))


def read_datetime(value: object) -> str:
    """Return a DATETIME value in UTC, seconds dropped as kintone does it; raises ``UnusableValueError``.

    kintone would take a bare day for midnight in UTC, which is hardly ever what its writer means, so that is refused as
    ambiguous like every moment without an offset.
    """
    text = date_text(value)
    parts = _DAY_AND_CLOCK.fullmatch(text)
    if parts is None:
        written = read_day(text).isoformat()
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} has no time and no offset from UTC", value=preview(value)),
            Message(
                'write both, for example "{day}T00:00:00+09:00" for midnight in Japan or "{day}T00:00:00Z" in UTC',
                day=written,
            ),
        )
    day = _part(text, lambda: read_day(parts.group("day").strip()), _WHOLE)
    clock, offset = _part(text, lambda: _split_offset(parts.group("clock")), _WHOLE)
    moment = datetime.combine(day, time(*_part(text, lambda: read_clock(clock), _WHOLE)))
    if offset is None:
        raise _no_offset(value, moment)
    return _utc_text(text, moment, offset)


def _part[Part](text: str, read: Callable[[], Part], how: Message | None = None) -> Part:
    """Read a part of a text; what is wrong with it is told of the whole, with an advice for the whole."""
    try:
        return read()
    except UnusableValueError as error:
        complaint = Message("{value} cannot be read: {complaint}", value=preview(text), complaint=error.complaint)
        raise UnusableValueError(error.code, complaint, how or error.suggestion) from None


def _split_offset(text: str) -> tuple[str, timedelta | None]:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return text, None
    if match.group("utc"):
        return match.group("clock"), timedelta(0)
    offset = timedelta(hours=int(match.group("hours")), minutes=int(match.group("minutes") or 0))
    if offset > MAX_UTC_OFFSET:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} ends in no offset from UTC", value=preview(text)),
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
        raise too_early(text)
    return utc.strftime("%Y-%m-%dT%H:%M:00Z")


def _no_offset(value: object, moment: datetime) -> UnusableValueError:
    written = moment.strftime("%Y-%m-%dT%H:%M:00")
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message("{value} does not say in which time zone", value=preview(value)),
        Message(
            'add the offset from UTC, for example "{moment}+09:00" for Japan or "{moment}Z" for UTC', moment=written
        ),
    )
