"""Texts that look like dates, and what one without an offset names: a time, day, month or year on a wall clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kintone.problems import UnusableValueError
from kintone.query.comparisons import Operand, OperandKind
from kintone.texts import to_half_width
from kintone.values.dates import MAX_DATE_TEXT, read_date, read_datetime

DATE_OF_KINTONE = re.compile(r"\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?", re.ASCII)
"""The days that kintone takes itself; a missing month or day is 1."""
_LIKE_A_DATE = re.compile(
    r"(?:[12]\d{3}(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\s*年.*)?|(?:明治|大正|昭和|平成|令和)\s*[\d元].*)(?:\D.*)?",
    re.ASCII | re.DOTALL,
)
_YEAR_AND_MONTH = re.compile(r"(\d{4})(?:\s*年|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)?", re.ASCII)


def is_like_a_date(operand: Operand) -> bool:
    """Tell whether an operand is a text that begins with a day, a month or a year."""
    if operand.kind is not OperandKind.TEXT or len(operand.text) > 2 * MAX_DATE_TEXT:
        return False
    return _LIKE_A_DATE.fullmatch(to_half_width(operand.value)) is not None


@dataclass(frozen=True, slots=True)
class Unzoned:
    """A time, day, month or year on a wall clock: its first moment, and the first moment after it."""

    start: datetime
    end: datetime
    has_time: bool

    @property
    def is_day(self) -> bool:
        """Tell whether it is one day, not a month or a year."""
        return not self.has_time and self.end - self.start == timedelta(days=1)


def read_unzoned(text: str) -> Unzoned | None:
    """Return what a text without an offset names; None for one with an offset, and for one that cannot be read."""
    if _reads(read_datetime, text):
        return None
    if moment := _reads(read_datetime, f"{text}Z"):
        start = datetime.fromisoformat(moment).replace(tzinfo=None)
        return Unzoned(start, start, has_time=True)
    if day := _reads(read_date, text):
        return _period(datetime.fromisoformat(day), days=1)
    match = _YEAR_AND_MONTH.fullmatch(to_half_width(text))
    month = int(match[2] or match[3] or 1) if match else 0
    if match is None or not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    first = datetime(int(match[1]), month, 1)  # noqa: DTZ001 - a wall clock
    has_month = bool(match[2] or match[3])
    last_month = datetime(first.year, first.month if has_month else 12, 28)  # noqa: DTZ001 - a wall clock
    return _period(first, days=((last_month + timedelta(days=4)).replace(day=1) - first).days)


def _reads(read: Callable[[object], str], text: str) -> str:
    try:
        return read(text)
    except UnusableValueError:
        return ""


def _period(start: datetime, days: int) -> Unzoned | None:
    try:
        return Unzoned(start, start + timedelta(days=days), has_time=False)
    except OverflowError:
        return None
