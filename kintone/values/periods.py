"""Periods: the year, week, hour or other unit that a day or a moment belongs to, and time zones."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from kintone.errors import InvalidParameterError
from kintone.messages import NOTHING, Joined, Message
from kintone.texts import preview

MAX_MOMENT_TEXT = 40
MAX_ZONE_NAME = 64
OFFSET_START = len("2026-03-05T13:00:00")
DAY_LENGTH, HOUR_LENGTH = len("2026-03-05"), len("2026-03-05T13")
MINUTES_OF_DAY = frozenset(f"T{hour:02}:{minute:02}:00Z" for hour in range(24) for minute in range(60))
"""What follows the day in a DATETIME value of kintone, which has no seconds."""
MAX_CACHED_DAYS = 16_384
SIMILARITY_CUTOFF = 0.7
MONTHS_IN_QUARTER = 3
NO_PLACES = frozenset({"Factory"})
"""Names that tzdata documents and that are neither a place nor UTC."""
ZONES_BY_OFFSET: Mapping[int, str] = {
    0: "UTC", 60: "Africa/Lagos", 120: "Africa/Johannesburg", 180: "Africa/Nairobi", 240: "Asia/Dubai",
    300: "Asia/Karachi", 330: "Asia/Kolkata", 345: "Asia/Kathmandu", 360: "Asia/Dhaka", 390: "Asia/Yangon",
    420: "Asia/Bangkok", 480: "Asia/Shanghai", 540: "Asia/Tokyo", 570: "Australia/Darwin", 600: "Australia/Brisbane",
    -180: "America/Sao_Paulo", -240: "America/La_Paz", -300: "America/Lima", -360: "America/Costa_Rica",
    -420: "America/Phoenix", -600: "Pacific/Honolulu",
}  # fmt: skip
"""Minutes east of UTC, and a zone that has this offset all year."""
ZONES_BY_ABBREVIATION: Mapping[str, str] = {
    "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "hkt": "Asia/Hong_Kong", "sgt": "Asia/Singapore",
    "brt": "America/Sao_Paulo", "edt": "America/New_York", "pdt": "America/Los_Angeles", "cest": "Europe/Berlin",
}  # fmt: skip
"""Abbreviations in wide use that mean one zone and are no name of the IANA database."""
_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[-+])\s*(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?", re.ASCII)
ZONES_BY_DOMAIN: Mapping[str, str] = {".cybozu.com": "Asia/Tokyo", ".cybozu.cn": "Asia/Shanghai"}


class Unit(StrEnum):
    """A unit to group days and moments by; years and quarters are those of the calendar."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"


def default_time_zone(host: str) -> str:
    """Return the zone of most users of a site: Japan's on cybozu.com, China's on cybozu.cn, else UTC."""
    return next((zone for end, zone in ZONES_BY_DOMAIN.items() if host.endswith(end)), "UTC")


def read_time_zone(name: str) -> ZoneInfo:
    """Return the zone with an IANA name, in any letter case; raises ``InvalidParameterError`` with what was meant."""
    found = _zone_names().get(name.casefold()) if len(name) <= MAX_ZONE_NAME else None
    if found is None:
        complaint = Message(
            "time_zone: {name} is not a time zone of the IANA database; write a name such as Asia/Tokyo, "
            "Europe/Berlin or UTC",
            name=preview(name),
        )
        raise InvalidParameterError(Joined([complaint, _zone_hint(name[:MAX_ZONE_NAME].casefold())]))
    return ZoneInfo(found)


def _zone_hint(wanted: str) -> Message:
    """Return the zone that was probably meant: one with the offset that was written, or with a similar name."""
    if match := _OFFSET.fullmatch(wanted):
        offset = int(f"{match['sign']}1") * (int(match["hours"]) * 60 + int(match["minutes"] or 0))
        zone = ZONES_BY_OFFSET.get(offset)
        return Message("a zone with that offset is {zone}", zone=zone) if zone else NOTHING
    zone = ZONES_BY_ABBREVIATION.get(wanted) or _similar_zone(wanted)
    return Message('did you mean "{zone}"?', zone=zone) if zone else NOTHING


def _similar_zone(wanted: str) -> str | None:
    """Return the place with a similar name; a short name or one with digits is not similar to any but itself."""
    places = {key: zone for key, zone in _zone_names().items() if not any(map(str.isdigit, key)) and "/" in key}
    cities = {key.rpartition("/")[2]: zone for key, zone in places.items()}
    city = cities.get(wanted.replace(" ", "_"))
    close = get_close_matches(wanted.replace(" ", "_"), places, n=1, cutoff=SIMILARITY_CUTOFF)
    return city or (places[close[0]] if close and "/" in wanted else None)


@cache
def _zone_names() -> Mapping[str, str]:
    """Return the names that tzdata documents; a system has others beside them, such as ``localtime``."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {name.casefold(): name for name in sorted(names) if name not in NO_PLACES}


def read_moment(text: str) -> datetime:
    """Return the moment of a DATETIME value of kintone, in UTC and without fractions of a second.

    Raises ``ValueError`` for a text that is not a moment with an offset.
    """
    moment = datetime.fromisoformat(text[:MAX_MOMENT_TEXT])
    if moment.tzinfo is None or len(text) > MAX_MOMENT_TEXT:
        raise ValueError("not a moment")
    if moment.microsecond:
        moment = moment.replace(microsecond=0)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def local_moment(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment in a zone; one whose year there would have five digits stays in UTC."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment in a zone as a text with its offset, such as ``2026-03-05T13:07:00+09:00``."""
    return local_moment(moment, zone).isoformat(timespec="seconds")


def period_of_moment(moment: datetime, unit: Unit, zone: ZoneInfo) -> str:
    """Return the period of a moment in a zone, in the form that ``period_of_day`` describes.

    An hour has its offset, ``2026-03-05T13:00+09:00``: when daylight saving time ends, two hours differ only in it.
    """
    return _FORMATS[unit](local_moment(moment, zone))


def moment_periods(unit: Unit, zone: ZoneInfo) -> Callable[[str], str]:
    """Return a function from a DATETIME value of kintone to its period, which raises ``ValueError`` for other texts.

    Converting every moment would take longer than decoding its JSON, so the function remembers the periods of days.
    """

    def convert(text: str) -> str:
        return period_of_moment(read_moment(text), unit, zone)

    if unit is Unit.HOUR:
        return convert
    periods_of = lru_cache(MAX_CACHED_DAYS)(lambda day: _periods_of_utc_day(day, unit, zone))

    def period(text: str) -> str:
        clock = text[DAY_LENGTH:]
        periods = periods_of(text[:DAY_LENGTH]) if clock in MINUTES_OF_DAY else None
        if periods is None:
            return convert(text)
        before, midnight, after = periods
        return before if clock < midnight else after

    return period


def _periods_of_utc_day(day: str, unit: Unit, zone: ZoneInfo) -> tuple[str, str, str] | None:
    """Return the period before midnight in the zone, that midnight in UTC as ``T15:00:00Z``, and the period from then.

    None where the offset changes during the UTC day.
    """
    start = read_moment(f"{day}T00:00:00Z")
    first, last = local_moment(start, zone), local_moment(start + timedelta(hours=23, minutes=59, seconds=59), zone)
    if first.utcoffset() != last.utcoffset():
        return None
    since_midnight = timedelta(hours=first.hour, minutes=first.minute, seconds=first.second)
    midnight = start if first.date() == last.date() else start + (timedelta(days=1) - since_midnight)
    return _FORMATS[unit](first), f"{midnight.isoformat()[DAY_LENGTH:OFFSET_START]}Z", _FORMATS[unit](last)


def day_text(text: str) -> str:
    """Return a DATE value of kintone in its usual form; raises ``ValueError`` for other texts."""
    return date.fromisoformat(text).isoformat()


def day_periods(unit: Unit) -> Callable[[str], str]:
    """Return a function from a DATE value of kintone to its period, which raises ``ValueError`` for other texts."""
    return lru_cache(MAX_CACHED_DAYS)(lambda text: period_of_day(date.fromisoformat(text), unit))


def period_of_day(day: date, unit: Unit) -> str:
    """Return the period of a day.

    ``2026``, ``2026-Q1``, ``2026-03``, the Monday of the week as a date (ISO 8601), ``2026-03-05``, or the weekday from
    1 for Monday to 7.
    """
    return _FORMATS[unit](day)


def _quarter(day: date) -> str:
    return f"{day.isoformat()[:4]}-Q{(day.month - 1) // MONTHS_IN_QUARTER + 1}"


def _week(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()[:10]


def _hour(moment: date) -> str:
    text = moment.isoformat()
    return f"{text[:HOUR_LENGTH]}:00{text[OFFSET_START:]}"


_FORMATS: Mapping[Unit, Callable[[date], str]] = {
    Unit.YEAR: lambda day: day.isoformat()[:4],
    Unit.QUARTER: _quarter,
    Unit.MONTH: lambda day: day.isoformat()[:7],
    Unit.WEEK: _week,
    Unit.DAY: lambda day: day.isoformat()[:10],
    Unit.WEEKDAY: lambda day: str(day.isoweekday()),
    Unit.HOUR: _hour,
}
"""The text of each unit for a day, or for a moment in its zone."""
