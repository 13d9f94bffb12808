"""Dates, times and date-times in the forms that kintone takes, brought into the one it shows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

FIRST_YEAR = 1000
# Digits are those of half width.
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII)


def normal_date(text: str) -> str | None:
    """Return a date as YYYY-MM-DD; a missing month or day becomes 01; None for what is no date."""
    match = _DATE.fullmatch(text)
    if match is None or int(match.group(1)) < FIRST_YEAR:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1)).isoformat()
    except ValueError:
        return None


def normal_time(text: str) -> str | None:
    """Return a time as HH:MM; None for what is no time."""
    match = _TIME.fullmatch(text)
    try:
        return None if match is None else f"{time(int(match.group(1)), int(match.group(2))):%H:%M}"
    except ValueError:
        return None


def normal_datetime(text: str) -> str | None:
    """Return a date-time in UTC to the minute; a bare date is midnight UTC; None for what is no date-time."""
    moment = parsed_datetime(text)
    return None if moment is None else shown_datetime(moment)


def shown_datetime(moment: datetime) -> str:
    """Return a moment as kintone shows it: UTC, seconds dropped."""
    moment = moment.astimezone(UTC)
    # strftime leaves out leading zeros of early years on some systems.
    return f"{moment.year:04}-{moment:%m-%dT%H:%M}:00Z"


def parsed_datetime(text: str) -> datetime | None:
    """Return the moment that a text with a time zone, or a bare date, means."""
    day = normal_date(text)
    if day is not None:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    if not _ZONED.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= FIRST_YEAR else None
