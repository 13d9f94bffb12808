"""Operands of date and time fields, as the first and last text that they cover."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from local_kintone.queries.calendar_functions import days_of
from local_kintone.queries.operators import MOMENTS
from local_kintone.queries.tree import Function, Operand
from local_kintone.queries.words import syntax_error
from local_kintone.values.moments import normal_date, normal_time, parsed_datetime

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from local_kintone.forms import Field

type Span = tuple[str, str]


def span_of(field: Field, operand: Operand, moment: datetime, zone: tzinfo) -> Span:
    """Return the range of stored texts that an operand covers at a moment; ISO texts sort like what they name."""
    if isinstance(operand, Function):
        if operand.name == "NOW":
            now = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            return now, now
        first, last = days_of(operand, moment.astimezone(zone).date())
        if field.kind in MOMENTS:
            begin = datetime.combine(first, time.min, zone).astimezone(UTC)
            end = datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)
            return f"{begin:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}"
        return str(first), str(last)
    text = _normal(field, operand.text) if operand.text else ""
    if text is None:
        raise syntax_error(f"{operand.text!r} is no value for {field.code} ({field.kind})")
    return text, text


def _normal(field: Field, text: str) -> str | None:
    if field.kind == "DATE":
        return normal_date(text)
    if field.kind == "TIME":
        return normal_time(text)
    parsed = parsed_datetime(text)
    return None if parsed is None else f"{parsed:%Y-%m-%dT%H:%M:%SZ}"


def span_test(operator: str, span: Span) -> Callable[[object], bool]:
    """Return the test of a stored text; a blank field is neither before nor after anything."""
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
