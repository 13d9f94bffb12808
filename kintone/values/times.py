"""Times of day as people write them."""

import re

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt

HOURS, MINUTES, NOON = 24, 60, 12
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::([0-5]\d)(?:[.,]\d+)?)?", re.ASCII)
_ENGLISH = re.compile(r"(\d{1,2})(?::(\d{2})(?::[0-5]\d)?)?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)
_JAPANESE = re.compile(
    r"(午前|午後)?\s*(\d{1,2})(?::(\d{2})(?::[0-5]\d)?|\s*時(?:\s*(?:(\d{1,2})\s*分(?:\s*\d{1,2}\s*秒)?|(半)))?)",
    re.ASCII,
)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_HOW = Message("write hours and minutes, as in HH:MM")

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
        ProblemCode.BAD_FORMAT, Message("{value} is not a time", value=excerpt(text)), _advice(text)
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
            Message("{value} can mean noon or midnight", value=excerpt(text)),
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
        Message("{value} is not a time of a day", value=excerpt(text)),
        Message("write a time from 00:00 to 23:59"),
    )


def _advice(text: str) -> Message:
    match = _DIGITS.fullmatch(text)
    if match and int(match.group(1)) < HOURS and int(match.group(2)) < MINUTES:
        return Message('write a colon: "{hour:02}:{minute}"', hour=int(match.group(1)), minute=match.group(2))
    return _HOW
