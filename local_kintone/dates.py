"""Dates, times and date-times: from the formats that kintone accepts to the one that it returns."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

MIN_YEAR = 1000
# re.ASCII: only half-width digits are accepted.
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII)


def normalize_date(text: str) -> str | None:
    """Return a date as YYYY-MM-DD; a missing month or day becomes 01; None for an invalid date."""
    match = _DATE.fullmatch(text)
    if match is None or int(match.group(1)) < MIN_YEAR:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1)).isoformat()
    except ValueError:
        return None


def normalize_time(text: str) -> str | None:
    """Return a time as HH:MM; None for an invalid time."""
    match = _TIME.fullmatch(text)
    try:
        return None if match is None else f"{time(int(match.group(1)), int(match.group(2))):%H:%M}"
    except ValueError:
        return None


def normalize_datetime(text: str) -> str | None:
    """Return a date-time in UTC to the minute; a date alone is midnight UTC; None for an invalid text."""
    moment = parse_datetime(text)
    return None if moment is None else format_datetime(moment)


def format_datetime(moment: datetime) -> str:
    """Return a date-time as kintone returns it: UTC, seconds set to 00."""
    return f"{moment.astimezone(UTC).isoformat()[:16]}:00Z"


def parse_datetime(text: str) -> datetime | None:
    """Return the date-time of a text with a time zone or of a date alone; None for an invalid text."""
    day = normalize_date(text)
    if day is not None:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    if not _ZONED.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= MIN_YEAR else None
