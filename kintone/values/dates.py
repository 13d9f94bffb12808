"""Days as people write them; what can be read in two ways is never guessed at.

kintone holds days from 1000-01-01 to 9999-12-31,
https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html.
"""

import re
from datetime import date

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.eras import read_era_date
from kintone.values.excerpts import excerpt
from kintone.values.full_width import narrow

FIRST_YEAR = 1000
LONGEST_TEXT = 64
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII)
_KANJI = re.compile(r"(\d{4})()\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", re.ASCII)
_PART = re.compile(r"(\d{4})(?:\s*年|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)?", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.]\d{1,2}|\s*月\s*\d{1,2}\s*日)", re.ASCII)
_IN_QUOTES = Message("write it as a text in quotes: YYYY-MM-DD for a day, HH:MM for a time")
_HOW = Message("write year, month and day, as in YYYY-MM-DD")


def date_text(value: object) -> str:
    """Return the text of a date or time, narrowed; raises ``UnusableValueError`` for what cannot be one."""
    if not isinstance(value, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("a text is needed, not {value}", value=excerpt(value)), _IN_QUOTES
        )
    if len(value) > LONGEST_TEXT:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is too long for a date or a time", value=excerpt(value))
        )
    return narrow(value)


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
            ProblemCode.BAD_FORMAT, Message("{value} is not a day of the calendar", value=excerpt(text)), _HOW
        ) from None
    if day.year < FIRST_YEAR:
        raise too_early(text)
    return day


def too_early(text: str) -> UnusableValueError:
    """Say that kintone's calendar begins later."""
    return UnusableValueError(
        ProblemCode.TOO_SMALL,
        Message("{value} is before the year 1000", value=excerpt(text)),
        Message("kintone holds the years 1000 to 9999"),
    )


def _unreadable(text: str) -> UnusableValueError:
    shown = excerpt(text)
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        return UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} does not tell year, month and day apart", value=shown),
            _year_first(numbers),
        )
    part = _PART.fullmatch(text)
    if part:
        return UnusableValueError(ProblemCode.AMBIGUOUS, Message("{value} is not a whole date", value=shown), _HOW)
    if _NO_YEAR.fullmatch(text):
        return UnusableValueError(ProblemCode.AMBIGUOUS, Message("{value} has no year", value=shown), _HOW)
    return UnusableValueError(ProblemCode.BAD_FORMAT, Message("{value} is not a date", value=shown), _HOW)


def _year_first(match: re.Match[str]) -> Message:
    """Offer the days that three numbers with the year last can mean."""
    first, second, year = (int(group) for group in match.groups())
    if year < FIRST_YEAR:
        return _HOW
    days = {_iso(year, first, second), _iso(year, second, first)} - {None}
    if not days:
        return _HOW
    written = [f'"{day}"' for day in sorted(filter(None, days))]
    if len(written) == 1:
        return Message("write the year first: {day}", day=written[0])
    return Message("write the year first: {one} or {other}", one=written[0], other=written[1])


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
