"""Dates and times that are written without an offset from UTC."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.problems import UnusableValueError
from kintone.values.dates import read_datetime


@dataclass(slots=True)
class LocalClock:
    """Reads dates and times without an offset as those of one zone; ``used`` tells whether there were any."""

    zone: ZoneInfo
    used: bool = False

    def read(self, text: str) -> str:
        """Return a DATETIME value in UTC; raises ``UnusableValueError``."""
        try:
            return read_datetime(text)
        except UnusableValueError:
            moment = read_datetime(text, self.zone)
        self.used = True
        return moment
