"""Operands of date and time fields: TODAY(), THIS_WEEK() and others, and the range of texts that they cover."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from local_kintone.dates import normalize_date, normalize_time, parse_datetime
from local_kintone.queries.operators import DATETIME_TYPES
from local_kintone.queries.parser import Function, Operand, syntax_error
from local_kintone.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from local_kintone.forms.form import Field

WEEKDAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
UNITS = ("DAYS", "WEEKS", "MONTHS", "YEARS")
MONTHS = 12
DAYS_OF_LONG_MONTH = 31
SHIFTS = {"LAST": -1, "THIS": 0, "NEXT": 1}

type Days = tuple[date, date]


def days_of(function: Function, today: date) -> Days:
    """Return the first and the last day of a date function, relative to `today`.

    Raises:
        RefusedError: GAIA_IL08 wrong number of arguments, GAIA_IQ23 unknown day, GAIA_IQ25 unknown unit,
            CB_VA01 unknown function.
    """
    fixed = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if function.name in fixed:
        _arguments(function, 0)
        day = today + timedelta(days=fixed[function.name])
        return day, day
    if function.name == "FROM_TODAY":
        return _from_today(function, today)
    word, _, unit = function.name.partition("_")
    spans: dict[str, Callable[[Function, date, int], Days]] = {"WEEK": _week, "MONTH": _month, "YEAR": _year}
    if word not in SHIFTS or unit not in spans:
        raise syntax_error(f"unknown function {function.name}()")
    return spans[unit](function, today, SHIFTS[word])


def _arguments(function: Function, *numbers: int) -> tuple[str, ...]:
    if len(function.arguments) not in numbers:
        raise RefusedError(400, "GAIA_IL08", f"Wrong number of arguments for {function.name}().")
    return function.arguments


def _from_today(function: Function, today: date) -> Days:
    count, unit = _arguments(function, 2)
    if unit not in UNITS:
        raise RefusedError(400, "GAIA_IQ25", f"The unit {unit} of FROM_TODAY() is unknown.")
    try:
        number = int(count)
    except ValueError:
        raise syntax_error(f"FROM_TODAY() needs an integer, not {count!r}") from None
    try:
        if unit in ("DAYS", "WEEKS"):
            day = today + timedelta(days=number if unit == "DAYS" else 7 * number)
        else:
            day = _months_later(today, number if unit == "MONTHS" else MONTHS * number)
    except (ValueError, OverflowError):
        raise syntax_error(f"FROM_TODAY() with {number} {unit} is out of range") from None
    return day, day


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _week(function: Function, today: date, shift: int) -> Days:
    sunday = today - timedelta(days=today.isoweekday() % 7) + timedelta(weeks=shift)
    if not _arguments(function, 0, 1):
        return sunday, sunday + timedelta(days=6)
    if function.arguments[0] not in WEEKDAYS:
        raise _no_day(function)
    day = sunday + timedelta(days=WEEKDAYS.index(function.arguments[0]))
    return day, day


def _month(function: Function, today: date, shift: int) -> Days:
    first = _months_later(today.replace(day=1), shift)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    if not _arguments(function, 0, 1):
        return first, last
    wanted = function.arguments[0]
    if wanted == "LAST":
        return last, last
    if not wanted.isdecimal() or not 1 <= int(wanted) <= DAYS_OF_LONG_MONTH:
        raise _no_day(function)
    # A day that the month does not have becomes the first day of the next month.
    day = first.replace(day=int(wanted)) if int(wanted) <= last.day else last + timedelta(days=1)
    return day, day


def _year(function: Function, today: date, shift: int) -> Days:
    _arguments(function, 0)
    return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)


def _no_day(function: Function) -> RefusedError:
    return RefusedError(400, "GAIA_IQ23", f"The day {function.arguments[0]} of {function.name}() is unknown.")


type Span = tuple[str, str]


def span_of(field: Field, operand: Operand, moment: datetime, zone: tzinfo) -> Span:
    """Return the range of stored texts that an operand covers at a time; ISO texts sort like their dates."""
    if isinstance(operand, Function):
        if operand.name == "NOW":
            now = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            return now, now
        first, last = days_of(operand, moment.astimezone(zone).date())
        if field.type in DATETIME_TYPES:
            begin = datetime.combine(first, time.min, zone).astimezone(UTC)
            end = datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)
            return f"{begin:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}"
        return str(first), str(last)
    text = _normal(field, operand.text) if operand.text else ""
    if text is None:
        raise syntax_error(f"{operand.text!r} is not a valid value for {field.code} ({field.type})")
    return text, text


def _normal(field: Field, text: str) -> str | None:
    if field.type == "DATE":
        return normalize_date(text)
    if field.type == "TIME":
        return normalize_time(text)
    parsed = parse_datetime(text)
    return None if parsed is None else f"{parsed:%Y-%m-%dT%H:%M:%SZ}"


def span_test(operator: str, span: Span) -> Callable[[object], bool]:
    """Return the test of a stored text; a blank field matches no comparison of order."""
    first, last = span
    if operator in ("=", "!="):
        return lambda value: first <= str(value or "") <= last
    if operator == ">":
        return lambda value: bool(value) and str(value) > last
    if operator == ">=":
        return lambda value: bool(value) and str(value) >= first
    if operator == "<":
        return lambda value: bool(value) and str(value) < first
    return lambda value: bool(value) and str(value) <= last
