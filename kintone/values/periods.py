"""Units of dates: which year, week or hour a day or a moment belongs to, and in which time zone."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from kintone.errors import InvalidParameterError
from kintone.messages import NOTHING, Message
from kintone.texts import preview

MAX_MOMENT_TEXT = 40
MAX_ZONE_NAME = 64
HOUR_END = len("2026-03-05T13")
OFFSET_START = len("2026-03-05T13:00:00")
ALIKE = 0.7
MONTHS_IN_QUARTER = 3
HOME_ZONES: Mapping[str, str] = {".cybozu.com": "Asia/Tokyo", ".cybozu.cn": "Asia/Shanghai"}


class Unit(StrEnum):
    """What days and moments are gathered by; years, quarters and months are those of the calendar."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"


def default_time_zone(host: str) -> str:
    """Return the zone of most users of a site: Japan's for cybozu.com, China's for cybozu.cn, else UTC."""
    return next((zone for end, zone in HOME_ZONES.items() if host.endswith(end)), "UTC")


def read_time_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, in any letter case; raises ``InvalidParameterError`` naming the nearest."""
    known = _zone_names()
    found = known.get(name.casefold()) if len(name) <= MAX_ZONE_NAME else None
    if found is None:
        close = get_close_matches(name[:MAX_ZONE_NAME].casefold(), known, n=1, cutoff=ALIKE)
        raise InvalidParameterError(
            "time_zone: {name} is no time zone of the IANA database; {meant}write a name such as Asia/Tokyo, "
            "Europe/Berlin or UTC",
            name=preview(name),
            meant=Message('did you mean "{zone}"? ', zone=known[close[0]]) if close else NOTHING,
        )
    return ZoneInfo(found)


@cache
def _zone_names() -> Mapping[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones())}


def read_moment(text: str) -> datetime:
    """Return the moment that a DATETIME value of kintone is, in UTC; raises ``ValueError``."""
    moment = datetime.fromisoformat(text[:MAX_MOMENT_TEXT])
    if moment.tzinfo is None or len(text) > MAX_MOMENT_TEXT:
        raise ValueError("not a moment")
    if moment.microsecond:
        moment = moment.replace(microsecond=0)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def local_moment(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment as clocks of a zone show it; one whose year there has five digits stays in UTC."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment with the offset it has in a zone, as ``2026-03-05T13:07:00+09:00``."""
    return local_moment(moment, zone).isoformat(timespec="seconds")


def period_of_moment(moment: datetime, unit: Unit, zone: ZoneInfo) -> str:
    """Return the period that a moment belongs to in a zone.

    An hour keeps its offset, ``2026-03-05T13:00+09:00``, so that the two hours of one name at the end of daylight
    saving stay apart.
    """
    return _WRITERS[unit](local_moment(moment, zone))


def period_of_day(day: date, unit: Unit) -> str:
    """Return the period that a day belongs to.

    ``2026``, ``2026-Q1``, ``2026-03``, the Monday of a week as a date (ISO 8601), ``2026-03-05``, or 1 to 7 from
    Monday.
    """
    return _WRITERS[unit](day)


def _quarter(day: date) -> str:
    return f"{day.isoformat()[:4]}-Q{(day.month - 1) // MONTHS_IN_QUARTER + 1}"


def _week(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()[:10]


def _hour(moment: date) -> str:
    written = moment.isoformat()
    return f"{written[:HOUR_END]}:00{written[OFFSET_START:]}"


_WRITERS: Mapping[Unit, Callable[[date], str]] = {
    Unit.YEAR: lambda day: day.isoformat()[:4],
    Unit.QUARTER: _quarter,
    Unit.MONTH: lambda day: day.isoformat()[:7],
    Unit.WEEK: _week,
    Unit.DAY: lambda day: day.isoformat()[:10],
    Unit.WEEKDAY: lambda day: str(day.isoweekday()),
    Unit.HOUR: _hour,
}
"""How each unit is written of a day, or of a moment as clocks show it."""
