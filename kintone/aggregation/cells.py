"""Values of fields as an aggregation compares, adds and writes them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.values.numbers import plain_number
from kintone.values.periods import Unit, moment_text, period_of_day, period_of_moment, read_moment

MINUTES = 60
MAX_DIGITS = 60
_NUMBER = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?(?:[eE][+-]?[0-9]{{1,2}})?", re.ASCII)
_CLOCK = re.compile(r"(?P<sign>-?)(?P<hours>[0-9]{1,12}):(?P<minutes>[0-5][0-9])", re.ASCII)

type Key = Any
"""A value that can be compared with others of its field: text, number or moment."""


@dataclass(frozen=True, slots=True)
class Cells:
    """How values of one field are read, written and ordered.

    ``read`` returns the values that a record has in the field, none where it is empty; it raises ``ValueError``,
    ``TypeError`` or ``KeyError`` for what kintone does not answer. ``shown`` writes one, ``order`` returns what to sort
    it by.
    """

    read: Callable[[Any], Sequence[Key]]
    shown: Callable[[Key], str] = str
    order: Callable[[Key], Any] = lambda key: key


def cells_of(field: FieldDefinition, zone: ZoneInfo, unit: Unit | None = None) -> Cells:
    """Return how the values of a field are read; ``unit`` is for days and moments, ``zone`` for moments alone."""
    kind = field.value_kind
    if kind is ValueKind.DATE:
        return Cells(_one(_day if unit is None else lambda text: _period(text, unit)))
    if kind is ValueKind.DATETIME:
        return _moments(zone, unit)
    if kind in (ValueKind.OPTION, ValueKind.OPTIONS):
        return _choices(field)
    return _PLAIN[kind]


def read_number(text: str) -> Decimal:
    """Return a number as kintone writes it; raises ``ValueError``."""
    # Most numbers are digits alone, which this tells in a fraction of the time.
    if not (text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS) and not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def read_minutes(text: str) -> int:
    """Return the minutes of a time or duration, ``25:01``; raises ``ValueError``."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError("not a duration")
    minutes = int(match["hours"]) * MINUTES + int(match["minutes"])
    return -minutes if match["sign"] else minutes


def duration_text(minutes: int) -> str:
    """Write a duration as kintone does, hours beyond 24 included."""
    hours, rest = divmod(abs(minutes), MINUTES)
    return f"{'-' * (minutes < 0)}{hours}:{rest:02}"


def _clock_text(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES)
    return f"{hours:02}:{rest:02}"


def _one(read: Callable[[str], Key]) -> Callable[[Any], Sequence[Key]]:
    """Read a field of one text, which is empty without any."""

    def read_one(value: Any) -> Sequence[Key]:  # noqa: ANN401 - whatever an answer holds
        if value.__class__ is str:
            return (read(value),) if value else ()
        if value is not None:
            raise TypeError("not a text")
        return ()

    return read_one


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _period(text: str, unit: Unit) -> str:
    return period_of_day(date.fromisoformat(text), unit)


def _moments(zone: ZoneInfo, unit: Unit | None) -> Cells:
    if unit is None:
        return Cells(_one(read_moment), lambda moment: moment_text(moment, zone))
    read = _one(lambda text: period_of_moment(read_moment(text), unit, zone))
    # Hours are sorted by time, which their texts are not where clocks are set back.
    return Cells(read, order=_hour) if unit is Unit.HOUR else Cells(read)


def _hour(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _choices(field: FieldDefinition) -> Cells:
    places = {name: place for place, name in enumerate(field.options)}
    several = field.value_kind.holds_several

    def order(name: str) -> tuple[int, str]:
        """Put an option that the form has no more behind those it has."""
        return places.get(name, len(places)), name

    return Cells(_texts if several else _one(str), order=order)


def _texts(value: Any) -> Sequence[Key]:  # noqa: ANN401 - whatever an answer holds
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("not a list of texts")
    return tuple(dict.fromkeys(filter(None, value)))


def _codes(value: Any) -> Sequence[Key]:  # noqa: ANN401 - whatever an answer holds
    if not value:
        return ()
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(dict.fromkeys(filter(None, map(_code, value))))


def _person(value: Any) -> Sequence[Key]:  # noqa: ANN401 - whatever an answer holds
    code = _code(value) if value else ""
    return (code,) if code else ()


def _code(entry: Any) -> str:  # noqa: ANN401 - whatever an answer holds
    code = entry["code"]
    if not isinstance(code, str):
        raise TypeError("not a code")
    return code


_PLAIN = {
    ValueKind.NUMBER: Cells(_one(read_number), plain_number),
    ValueKind.ID: Cells(_one(read_number), plain_number),
    ValueKind.DURATION: Cells(_one(read_minutes), duration_text),
    ValueKind.TIME: Cells(_one(read_minutes), _clock_text),
    ValueKind.TEXT: Cells(_one(str)),
    ValueKind.LONG_TEXT: Cells(_one(str)),
    ValueKind.TEXTS: Cells(_texts),
    ValueKind.PERSON: Cells(_person),
    ValueKind.PEOPLE: Cells(_codes),
}
