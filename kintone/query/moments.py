"""Dates in conditions: days written in another form, and moments that do not say which time zone they are in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import LISTS
from kintone.problems import UnusableValueError
from kintone.query.comparisons import Comparison, Operand, OperandKind
from kintone.query.tokens import quote
from kintone.texts import printable, to_half_width
from kintone.values.dates import MAX_DATE_TEXT, read_date, read_datetime

MAX_TOLD = 5
FIRST_PLAIN_YEAR = 1900
"""Before, offsets of time zones have seconds, which kintone does not take."""
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
class DateChange:
    """A day that is sent in kintone's own form."""

    code: str
    operand: Operand
    sent: str


@dataclass(frozen=True, slots=True)
class DateCheck:
    """What a form says about the dates in a condition.

    ``changes`` are the days to send in another form, ``unzoned`` a sentence for each of the first five comparisons of a
    moment without an offset, ``unknown`` tells that the form lacks a code that is compared with a date.
    """

    changes: Sequence[DateChange]
    unzoned: Sequence[Message]
    unknown: bool

    def told(self) -> list[Message]:
        """Return a sentence for each different change, the first five in words."""
        different = list(dict.fromkeys((change.operand.text, change.sent, change.code) for change in self.changes))
        sentences = [
            Message(
                "query: {written} was sent as {sent}, since {code} is a date without a time",
                written=printable(written),
                sent=sent,
                code=printable(code),
            )
            for written, sent, code in different[:MAX_TOLD]
        ]
        if left := len(different) - len(sentences):
            sentences.append(Message("query: {count} more dates were sent without a time as well", count=left))
        return sentences

    def applied(self, text: str) -> str:
        """Return the query with the changes made; ``text`` is the one whose condition was checked."""
        parts: list[str] = []
        place = 0
        for change in self.changes:
            parts += [text[place : change.operand.start], change.sent]
            place = change.operand.end
        return "".join([*parts, text[place:]])


def check_dates(comparisons: Sequence[Comparison], form: Form, zone: ZoneInfo) -> DateCheck:
    """Check every comparison with a text that looks like a date; ``zone`` is where such a text was probably meant."""
    changes: list[DateChange] = []
    unzoned: list[Message] = []
    unknown = False
    for comparison in comparisons:
        dates = [operand for operand in comparison.operands if is_like_a_date(operand)]
        if not dates:
            continue
        field = form.find(comparison.code)
        if field is None:
            unknown = unknown or "." not in comparison.code
        elif field.value_kind is ValueKind.DATE:
            changes += [DateChange(field.code, date, sent) for date in dates if (sent := _day(date))]
        elif field.value_kind is ValueKind.DATETIME and len(unzoned) < MAX_TOLD:
            unzoned += [_refusal(comparison, field, zone)] if any(read_unzoned(date.value) for date in dates) else []
    return DateCheck(changes, unzoned, unknown)


def _day(operand: Operand) -> str:
    """Return a day in quotes in kintone's form; blank where it is written so, or where it cannot be read."""
    if DATE_OF_KINTONE.fullmatch(operand.value):
        return ""
    try:
        return quote(read_date(operand.value))
    except UnusableValueError:
        return ""


# Moments without an offset


@dataclass(frozen=True, slots=True)
class Unzoned:
    """A time, day, month or year on a wall clock: its first moment, and the first moment after it."""

    start: datetime
    end: datetime
    has_time: bool


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


def _refusal(comparison: Comparison, field: FieldDefinition, zone: ZoneInfo) -> Message:
    zones = list(dict.fromkeys([zone, ZoneInfo("UTC")]))
    written = printable(_written(comparison, lambda operand: operand.text))
    readings: Message = Joined([_reading(comparison, each) for each in zones], ", or ")
    if len(zones) == 1:
        readings = Message("{reading}, or an offset such as +09:00 in place of Z", reading=readings)
    if not _is_period(comparison):
        return Message(
            "query: {written} compares {words} with a text without an offset, which kintone would read as UTC; write "
            "{readings}",
            written=written,
            words=field.type.words,
            readings=readings,
        )
    return Message(
        "query: {written} compares {words} with a text without an offset, which kintone would read as UTC; write "
        "{readings}; for all of that time write {periods}",
        written=written,
        words=field.type.words,
        readings=readings,
        periods=Joined([_whole_period(comparison, each) for each in zones], ", or "),
    )


def _written(comparison: Comparison, text_of: Callable[[Operand], str]) -> str:
    operands = ", ".join(map(text_of, comparison.operands))
    shown = f"({operands})" if comparison.operator in LISTS else operands
    return f"{comparison.code} {comparison.operator} {shown}"


def _reading(comparison: Comparison, zone: ZoneInfo) -> Message:
    def text_of(operand: Operand) -> str:
        unzoned = read_unzoned(operand.value) if is_like_a_date(operand) else None
        return _moment(unzoned.start, zone) if unzoned else operand.text

    return _in_zone(_written(comparison, text_of), zone)


def _in_zone(condition: str, zone: ZoneInfo) -> Message:
    return Message("{condition} ({zone})", condition=condition, zone=zone.key)


def _is_period(comparison: Comparison) -> bool:
    """Tell whether a day, month or year stands where one moment of it is hardly meant."""
    if comparison.operator not in ("=", "!=", "<=", ">"):
        return False
    unzoned = read_unzoned(comparison.operands[0].value)
    return unzoned is not None and not unzoned.has_time


def _whole_period(comparison: Comparison, zone: ZoneInfo) -> Message:
    unzoned = read_unzoned(comparison.operands[0].value)
    if unzoned is None:
        return NOTHING
    code, start, end = comparison.code, _moment(unzoned.start, zone), _moment(unzoned.end, zone)
    condition = {
        "=": f"{code} >= {start} and {code} < {end}",
        "!=": f"({code} < {start} or {code} >= {end})",
        "<=": f"{code} < {end}",
        ">": f"{code} >= {end}",
    }[comparison.operator]
    return _in_zone(condition, zone)


def _moment(wall_clock: datetime, zone: ZoneInfo) -> str:
    """Return a moment in quotes, with the offset of the zone or, for UTC and long ago, in UTC."""
    moment = wall_clock.replace(tzinfo=zone)
    if zone.key == "UTC" or wall_clock.year < FIRST_PLAIN_YEAR:
        try:
            return quote(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        except OverflowError:
            return quote(wall_clock.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return quote(moment.isoformat(timespec="seconds"))
