"""Years of the Japanese eras, where they name one day of the common calendar."""

import re
from dataclasses import dataclass
from datetime import date

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError


@dataclass(frozen=True, slots=True)
class Era:
    """An era from ``first`` to ``last``, both included; year 1 is the year of ``first``."""

    name: str
    letter: str
    first: date
    last: date


# The days on which one era passed into the next belonged to both until 1926. Before 1873 Japan counted by the moon, so
# those dates would need a conversion that nobody means.
ERAS = (
    Era("令和", "R", date(2019, 5, 1), date.max),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
)
FIRST_SOLAR_YEAR = 1873
_BY_NAME = {era.name: era for era in ERAS} | {era.letter: era for era in ERAS}
_KANJI = re.compile(r"(令和|平成|昭和|大正|明治)\s*(元|\d{1,2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_LETTER = re.compile(r"([RHSTM])(元|\d{1,2})([./-])(\d{1,2})\3(\d{1,2})", re.ASCII | re.IGNORECASE)


def read_era_date(text: str) -> date | None:
    """Return the day that ``令和8年4月1日`` or ``R8.4.1`` names, None for a text of another form.

    Raises ``UnusableValueError`` for a day outside its era; ``ValueError`` for a day that no calendar has.
    """
    match = _KANJI.fullmatch(text)
    if match:
        name, year, month, day = match.groups()
    else:
        match = _LETTER.fullmatch(text)
        if match is None:
            return None
        name, year, _, month, day = match.groups()
    era = _BY_NAME[name.upper()]
    number = 1 if year == "元" else int(year)
    found = date(era.first.year + number - 1, int(month), int(day))
    if not number or not era.first <= found <= era.last or found.year < FIRST_SOLAR_YEAR:
        raise _outside(text, found)
    return found


def _outside(text: str, found: date) -> UnusableValueError:
    advice = Message("write the year of the common calendar")
    if found.year >= FIRST_SOLAR_YEAR:
        advice = Message(
            'write the year of the common calendar, for example "{day}" if that is the day you mean',
            day=found.isoformat(),
        )
    return UnusableValueError(
        ProblemCode.AMBIGUOUS,
        Message('"{value}" is not a day of that era in the calendar of today', value=text),
        advice,
    )
