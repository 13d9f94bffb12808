"""Dates in conditions: days written in another form, and moments that do not say which time zone they are in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import LISTS
from kintone.problems import UnusableValueError
from kintone.query.comparisons import Comparison, Operand
from kintone.query.proposals import is_accepted
from kintone.query.rewriting import condition_for
from kintone.query.tokens import quote
from kintone.query.unzoned import DATE_OF_KINTONE, Unzoned, is_like_a_date, read_unzoned
from kintone.texts import printable
from kintone.values.dates import read_date

MAX_TOLD = 5
FIRST_PLAIN_YEAR = 1900
"""Before, offsets of time zones have seconds, which kintone does not take."""
_SAME_AS = {"in": "=", "not in": "!=", "like": "=", "not like": "!="}
"""What these operators ask of a date, which none of them finds itself."""


@dataclass(frozen=True, slots=True)
class DateChange:
    """A day that is sent in kintone's own form; ``is_first`` tells that it is the first of a month or year."""

    code: str
    operand: Operand
    sent: str
    is_first: bool = False


@dataclass(slots=True)
class DateCheck:
    """What a form says about the dates in a condition.

    ``changes`` are the days to send in another form. ``refused`` has a sentence for each of the first five comparisons
    of a moment with a text without an offset, or of a day with a month or year. ``unchecked`` has one for each of the
    first five texts without an offset in a field that may be a date and time. ``unknown`` tells that the form lacks a
    code that is compared with a date.
    """

    changes: list[DateChange] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)
    unchecked: list[Message] = field(default_factory=list)
    unknown: bool = False

    def told(self) -> list[Message]:
        """Return a sentence for each different change, the first five in words, and those of ``unchecked``."""
        different = {(change.operand.text, change.sent, change.code): change for change in self.changes}
        sentences = [_told(change) for change in list(different.values())[:MAX_TOLD]]
        if left := len(different) - len(sentences):
            sentences.append(Message("query: {count} more dates were changed as well", count=left))
        return [*sentences, *self.unchecked[:MAX_TOLD]]

    def applied(self, text: str) -> str:
        """Return the query with the changes made; ``text`` is the one whose condition was checked."""
        parts: list[str] = []
        place = 0
        for change in self.changes:
            parts += [text[place : change.operand.start], change.sent]
            place = change.operand.end
        return "".join([*parts, text[place:]])


def _told(change: DateChange) -> Message:
    written, code = printable(change.operand.text), printable(change.code)
    if change.is_first:
        return Message("query: {written} was sent as {sent}, its first day", written=written, sent=change.sent)
    return Message(
        "query: {written} was sent as {sent}, since {code} is a date without a time",
        written=written,
        sent=change.sent,
        code=code,
    )


def check_dates(comparisons: Sequence[Comparison], form: Form, zone: ZoneInfo) -> DateCheck:
    """Check every comparison with a text that looks like a date; ``zone`` is where such a text was probably meant."""
    check = DateCheck()
    for comparison in comparisons:
        dates = [operand for operand in comparison.operands if is_like_a_date(operand)]
        if dates:
            _check(comparison, dates, form, zone, check)
    return check


def _check(comparison: Comparison, dates: Sequence[Operand], form: Form, zone: ZoneInfo, check: DateCheck) -> None:
    found = form.find(comparison.code)
    has_unzoned = any(read_unzoned(date.value) for date in dates)
    if found is None:
        check.unknown = check.unknown or "." not in comparison.code
        if has_unzoned and len(check.unchecked) < MAX_TOLD:
            check.unchecked.append(_left_alone(comparison))
    elif found.value_kind is ValueKind.DATE:
        _check_days(comparison, dates, found, form, check)
    elif found.value_kind is ValueKind.DATETIME and has_unzoned:
        # How kintone compares calculated dates is not documented, so that no other condition can be proposed.
        sentences = check.unchecked if found.format else check.refused
        if len(sentences) < MAX_TOLD:
            sentences.append(_left_alone(comparison) if found.format else _no_offset(comparison, found, form, zone))


def _check_days(
    comparison: Comparison, dates: Sequence[Operand], found: FieldDefinition, form: Form, check: DateCheck
) -> None:
    for date in dates:
        unzoned = read_unzoned(date.value)
        if unzoned is None or unzoned.is_day or unzoned.has_time or found.format:
            check.changes += [DateChange(found.code, date, sent)] if (sent := _day(date)) else []
        elif comparison.operator in (">=", "<"):
            check.changes.append(DateChange(found.code, date, _date_text(unzoned.start), is_first=True))
        elif len(check.refused) < MAX_TOLD:
            check.refused.append(_no_day(comparison, found, form))
            return


def _day(operand: Operand) -> str:
    """Return a day in quotes in kintone's form; blank where it is written so, or where it cannot be read."""
    if DATE_OF_KINTONE.fullmatch(operand.value):
        return ""
    try:
        return quote(read_date(operand.value))
    except UnusableValueError:
        return ""


# Sentences about dates that nobody could check


def unchecked_dates(comparisons: Sequence[Comparison]) -> list[Message]:
    """Return a sentence for each of the first five texts without an offset, where the form could not be read."""
    unzoned = [
        comparison
        for comparison in comparisons
        if any(is_like_a_date(operand) and read_unzoned(operand.value) for operand in comparison.operands)
    ]
    return [
        Message(
            "query: {written} was sent as it is, since the app's form could not be read; the text has no offset, and "
            "if {code} is a date and time, kintone reads it as UTC",
            written=_shown(comparison),
            code=printable(comparison.code),
        )
        for comparison in unzoned[:MAX_TOLD]
    ]


def _left_alone(comparison: Comparison) -> Message:
    return Message(
        "query: {written} was sent as it is; the text has no offset, and if {code} is a date and time, kintone reads "
        "it as UTC",
        written=_shown(comparison),
        code=printable(comparison.code),
    )


# Refusals, with conditions that kintone takes and that mean one of the readings


def _no_offset(comparison: Comparison, found: FieldDefinition, form: Form, zone: ZoneInfo) -> Message:
    zones = list(dict.fromkeys([zone, ZoneInfo("UTC")]))
    readings = _in_zones([(_reading(comparison, found, _in(each)), each) for each in zones], form)
    periods = _in_zones([(_period(comparison, found, _in(each)), each) for each in zones], form)
    if readings and len(zones) == 1:
        readings = Message("{reading}, or an offset such as +09:00 in place of Z", reading=readings)
    sentence = Message(
        "query: {written} compares {words} with a text without an offset, which kintone would read as UTC",
        written=_shown(comparison),
        words=found.type.words,
    )
    needs_others = comparison.operator not in found.operators
    operators = Message("its operators are {operators}", operators=", ".join(found.operators))
    return Joined(
        [
            sentence,
            operators if needs_others else NOTHING,
            Message("write {readings}", readings=readings) if readings else NOTHING,
            Message("for all of that time write {periods}", periods=periods) if periods else NOTHING,
        ]
    )


def _no_day(comparison: Comparison, found: FieldDefinition, form: Form) -> Message:
    period, first = _period(comparison, found, _date_text), _reading(comparison, found, _date_text)
    return Joined(
        [
            Message(
                "query: {written} compares {words} with a month or a year; it takes one day, as in YYYY-MM-DD",
                written=_shown(comparison),
                words=found.type.words,
            ),
            *(
                Message("for all of that time write {condition}", condition=condition)
                for condition in [period]
                if condition and is_accepted(condition, form)
            ),
            *(
                Message("for its first day write {condition}", condition=condition)
                for condition in [first]
                if condition and is_accepted(condition, form)
            ),
        ]
    )


def _shown(comparison: Comparison) -> str:
    operands = ", ".join(operand.text for operand in comparison.operands)
    shown = f"({operands})" if comparison.operator in LISTS else operands
    return printable(f"{comparison.code} {comparison.operator} {shown}")


def _in_zones(conditions: Sequence[tuple[str, ZoneInfo]], form: Form) -> Message:
    """Return the conditions that kintone takes, each with its zone."""
    shown = [
        Message("{condition} ({zone})", condition=condition, zone=zone.key)
        for condition, zone in conditions
        if condition and is_accepted(condition, form)
    ]
    return Joined(shown, ", or ")


def _reading(comparison: Comparison, found: FieldDefinition, text_of: Callable[[datetime], str]) -> str:
    """Return the comparison with the first moment of each text that names one; blank where the type takes none."""
    values = []
    for operand in comparison.operands:
        unzoned = read_unzoned(operand.value) if is_like_a_date(operand) else None
        values.append(text_of(unzoned.start) if unzoned else operand.text)
    return condition_for(found, comparison.operator, values)


def _period(comparison: Comparison, found: FieldDefinition, text_of: Callable[[datetime], str]) -> str:
    """Return the condition for all of the time that is named; blank where one moment or another thing is named.

    In a table a negative condition is about all rows, which a comparison of order is not.
    """
    operator = _SAME_AS.get(comparison.operator, comparison.operator)
    unzoned = [read_unzoned(operand.value) if is_like_a_date(operand) else None for operand in comparison.operands]
    periods = [each for each in unzoned if each and not each.has_time]
    if operator not in ("=", "!=", "<=", ">") or len(periods) != len(unzoned):
        return ""
    if operator == "!=" and found.in_table:
        return ""
    conditions = [_of_period(comparison.code, operator, each, text_of) for each in periods]
    joined = (" and " if operator == "!=" else " or ").join(conditions)
    return f"({joined})" if len(conditions) > 1 and operator == "=" else joined


def _of_period(code: str, operator: str, period: Unzoned, text_of: Callable[[datetime], str]) -> str:
    start, end = text_of(period.start), text_of(period.end)
    return {
        "=": f"{code} >= {start} and {code} < {end}",
        "!=": f"({code} < {start} or {code} >= {end})",
        "<=": f"{code} < {end}",
        ">": f"{code} >= {end}",
    }[operator]


def _date_text(wall_clock: datetime) -> str:
    return quote(wall_clock.date().isoformat())


def _in(zone: ZoneInfo) -> Callable[[datetime], str]:
    return lambda wall_clock: _moment(wall_clock, zone)


def _moment(wall_clock: datetime, zone: ZoneInfo) -> str:
    """Return a moment in quotes, with the offset of the zone or, for UTC and long ago, in UTC."""
    moment = wall_clock.replace(tzinfo=zone)
    if zone.key == "UTC" or wall_clock.year < FIRST_PLAIN_YEAR:
        try:
            return quote(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        except OverflowError:
            return quote(wall_clock.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return quote(moment.isoformat(timespec="seconds"))
