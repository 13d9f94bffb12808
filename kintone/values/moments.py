"""DATE, TIME and DATETIME values, from what people and programs write to what kintone keeps."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.dates import FIRST_YEAR, date_text, read_day, too_early
from kintone.values.excerpts import excerpt
from kintone.values.times import clock_text, read_clock

_DAY_ALONE = Message("write the day alone, as in YYYY-MM-DD")
_WHOLE = Message("write day, time and offset, as in YYYY-MM-DDThh:mm+hh:mm, or Z for UTC")
LARGEST_OFFSET = timedelta(hours=14)
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
            Message("{value} is a moment in UTC and may be another day elsewhere", value=excerpt(value)),
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
            Message("{value} has no time and no offset from UTC", value=excerpt(value)),
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
        complaint = Message("{value} cannot be read: {complaint}", value=excerpt(text), complaint=error.complaint)
        raise UnusableValueError(error.code, complaint, how or error.suggestion) from None


def _split_offset(text: str) -> tuple[str, timedelta | None]:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return text, None
    if match.group("utc"):
        return match.group("clock"), timedelta(0)
    offset = timedelta(hours=int(match.group("hours")), minutes=int(match.group("minutes") or 0))
    if offset > LARGEST_OFFSET:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} ends in no offset from UTC", value=excerpt(text)),
            Message("write the offset as in +hh:mm, at most 14 hours, or Z for UTC"),
        )
    return match.group("clock"), -offset if match.group("sign") == "-" else offset


def _utc_text(text: str, moment: datetime, offset: timedelta) -> str:
    try:
        utc = moment.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except OverflowError:
        raise UnusableValueError(
            ProblemCode.TOO_LARGE,
            Message("{value} is after the year 9999 in UTC", value=excerpt(text)),
            Message("write an earlier moment"),
        ) from None
    if utc.year < FIRST_YEAR:
        raise too_early(text)
    return utc.strftime("%Y-%m-%dT%H:%M:00Z")


def _no_offset(value: object, moment: datetime) -> UnusableValueError:
    written = moment.strftime("%Y-%m-%dT%H:%M:00")
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message("{value} does not say in which time zone", value=excerpt(value)),
        Message(
            'add the offset from UTC, for example "{moment}+09:00" for Japan or "{moment}Z" for UTC', moment=written
        ),
    )
