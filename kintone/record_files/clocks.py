"""Dates and times that are written without an offset from UTC, or with more than the field keeps."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.problems import UnusableValueError
from kintone.texts import to_half_width
from kintone.values.dates import read_datetime

_SECONDS = re.compile(r":[0-9]{2}:(?=[0-9.,]*[1-9])[0-9]|[1-9][0-9]?秒", re.ASCII)
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}(?::[0-9]{2})+|[0-9]{1,2}時(?:[0-9]{1,2}分)?", re.ASCII)
_NOT_ZERO = re.compile("[1-9]")


@dataclass(slots=True)
class LocalClock:
    """Reads dates and times without an offset as those of one zone; ``used`` tells whether there were any.

    ``drops_seconds`` tells whether there were seconds, ``drops_times`` whether days had times other than midnight.
    """

    zone: ZoneInfo
    used: bool = False
    drops_seconds: bool = False
    drops_times: bool = False

    def read(self, text: str) -> str:
        """Return a DATETIME value in UTC; raises ``UnusableValueError``."""
        self.note_seconds(text)
        try:
            return read_datetime(text)
        except UnusableValueError:
            moment = read_datetime(text, self.zone)
        self.used = True
        return moment

    def note_seconds(self, text: str) -> None:
        """Note whether a time has seconds, which kintone does not keep."""
        if not self.drops_seconds:
            self.drops_seconds = bool(_SECONDS.search(to_half_width(text)))

    def note_time_of_day(self, text: str) -> None:
        """Note whether a day has a time, which a DATE does not keep."""
        if not self.drops_times:
            found = _TIME_OF_DAY.search(to_half_width(text))
            self.drops_times = bool(found and _NOT_ZERO.search(found[0]))
