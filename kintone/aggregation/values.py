"""Field values in an aggregation: decoded from kintone's answers, compared, added, and encoded for the rows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.values.numbers import plain_number
from kintone.values.periods import Unit, day_periods, day_text, moment_periods, moment_text, read_moment

MINUTES_PER_HOUR = 60
MAX_DIGITS = 60
_NUMBER = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?(?:[eE][+-]?[0-9]{{1,2}})?", re.ASCII)
_LAST_DIGITS = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}\Z", re.ASCII)
_DURATION = re.compile(r"(?P<sign>-?)(?P<hours>[0-9]{1,12}):(?P<minutes>[0-5][0-9])", re.ASCII)

type Value = Any
"""A decoded value, comparable with other values of its field: a text, a number or a moment."""


@dataclass(frozen=True, slots=True)
class ValueCodec:
    """Decodes, encodes and orders the values of one field.

    ``decode`` returns the values that a record has in the field, none where it is empty; it raises ``ValueError``,
    ``TypeError`` or ``KeyError`` for a value that is not of the field's type. ``encode`` returns the text of a value
    in the rows, ``sort_key`` what to sort it by.
    """

    decode: Callable[[Any], Sequence[Value]]
    encode: Callable[[Value], str] = str
    sort_key: Callable[[Value], Any] = lambda value: value


def codec_of(field: FieldDefinition, zone: ZoneInfo, unit: Unit | None = None) -> ValueCodec:
    """Return the codec of a field; ``unit`` is for dates and moments, ``zone`` for moments only."""
    kind = field.value_kind
    if kind is ValueKind.DATE:
        return ValueCodec(_single(day_periods(unit) if unit else day_text))
    if kind is ValueKind.DATETIME:
        return _moments(zone, unit)
    if kind in (ValueKind.OPTION, ValueKind.OPTIONS):
        return _choices(field)
    return _CODECS[kind]


# Numbers and durations


def read_number(text: str) -> Decimal:
    """Return a number as kintone writes it; raises ``ValueError``."""
    # Most numbers are digits only, and these checks are much faster than the pattern.
    if not (text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS) and not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def read_minutes(text: str) -> int:
    """Return the minutes of a time or duration such as ``25:01``; raises ``ValueError``."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("not a duration")
    minutes = int(match["hours"]) * MINUTES_PER_HOUR + int(match["minutes"])
    return -minutes if match["sign"] else minutes


def duration_text(minutes: int) -> str:
    """Return a duration as kintone writes it, with hours beyond 24."""
    hours, rest = divmod(abs(minutes), MINUTES_PER_HOUR)
    return f"{'-' * (minutes < 0)}{hours}:{rest:02}"


def _clock_text(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours:02}:{rest:02}"


# Fields with one value


def _single(read: Callable[[str], Value]) -> Callable[[Any], Sequence[Value]]:
    """Return a decoder for a field whose value is one text; an empty text is no value."""

    def decode(value: Any) -> Sequence[Value]:  # noqa: ANN401 - any value that JSON can hold
        if value.__class__ is str:
            return (read(value),) if value else ()
        if value is not None:
            raise TypeError("not a text")
        return ()

    return decode


def _moments(zone: ZoneInfo, unit: Unit | None) -> ValueCodec:
    if unit is None:
        return ValueCodec(_single(read_moment), lambda moment: moment_text(moment, zone))
    decode = _single(moment_periods(unit, zone))
    # Hours are sorted by time: where clocks are set back, their texts sort differently.
    return ValueCodec(decode, sort_key=_start_of_hour) if unit is Unit.HOUR else ValueCodec(decode)


def _start_of_hour(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _record_number(text: str) -> tuple[int, str]:
    """Return the number at the end, by which ``APP-12`` follows ``APP-2``."""
    digits = _LAST_DIGITS.search(text)
    return int(digits[0]) if digits else -1, text


def _person(value: Any) -> Sequence[Value]:  # noqa: ANN401 - any value that JSON can hold
    code = _code(value) if value else ""
    return (code,) if code else ()


# Fields with any number of values


def _choices(field: FieldDefinition) -> ValueCodec:
    positions = {name: position for position, name in enumerate(field.options)}
    several = field.value_kind.holds_several

    def sort_key(name: str) -> tuple[int, str]:
        """Return the position in the form; options that the form no longer has come last."""
        return positions.get(name, len(positions)), name

    return ValueCodec(_texts if several else _single(str), sort_key=sort_key)


def _texts(value: Any) -> Sequence[Value]:  # noqa: ANN401 - any value that JSON can hold
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise TypeError("not a list of texts")
    return tuple(dict.fromkeys(filter(None, value)))


def _codes(value: Any) -> Sequence[Value]:  # noqa: ANN401 - any value that JSON can hold
    if not value:
        return ()
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(dict.fromkeys(filter(None, map(_code, value))))


def _code(entry: Any) -> str:  # noqa: ANN401 - any value that JSON can hold
    code = entry["code"]
    if not isinstance(code, str):
        raise TypeError("not a code")
    return code


_CODECS = {
    ValueKind.NUMBER: ValueCodec(_single(read_number), plain_number),
    ValueKind.ID: ValueCodec(_single(read_number), plain_number),
    ValueKind.DURATION: ValueCodec(_single(read_minutes), duration_text),
    ValueKind.TIME: ValueCodec(_single(read_minutes), _clock_text),
    ValueKind.TEXT: ValueCodec(_single(str)),
    ValueKind.RECORD_NUMBER: ValueCodec(_single(str), sort_key=_record_number),
    ValueKind.LONG_TEXT: ValueCodec(_single(str)),
    ValueKind.TEXTS: ValueCodec(_texts),
    ValueKind.PERSON: ValueCodec(_person),
    ValueKind.PEOPLE: ValueCodec(_codes),
}
