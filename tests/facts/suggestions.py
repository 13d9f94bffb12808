"""Reads the values that a validation suggestion names, and decides whether they suit the given value."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from tests.facts.case_types import Case, Outcome, Value

TEXT_TYPES = {"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"}
COMPARED = {"NUMBER", "DATE", "TIME", "DATETIME", *TEXT_TYPES}
"""Types whose values have a sign, a size, a day or a text that a suggestion could change; options and codes do not."""

_JSON_LIST = re.compile(r"\[[^\]…]*\]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LIMIT = re.compile(r"(-?\d+(?:\.\d+)?) or (?:more|less)\b")
_DATED = re.compile(r"\d{4}[-/.年]")
_TEMPLATE = re.compile(r"[YMDHhms:./ -]+T?[YMDHhms:./ -]*Z?")


def suggested_values(suggestion: str, kind: str) -> list[Value]:
    """Return the values that an English suggestion names: lists as JSON, texts in quotes, limits as numbers.

    Format patterns such as "YYYY-MM-DD", lists with "…" in them, and parts of a date and time (its time of day, its
    offset) are left out.
    """
    values: list[Value] = []
    rest = suggestion
    for found in _JSON_LIST.findall(suggestion):
        try:
            values.append(json.loads(found))
        except ValueError:
            continue
        rest = rest.replace(found, " ")
    if "…" in rest:
        rest = re.sub(r"\[.*….*\]", " ", rest)
    values += [_unescaped(text) for text in _QUOTED.findall(rest) if not _TEMPLATE.fullmatch(text)]
    if kind == "DATETIME":
        values = [value for value in values if _DATED.match(str(value))]
    return values + [float(number) for number in _LIMIT.findall(rest)]


def is_suitable(case: Case, kind: str, given: Value, candidate: Value, generic: Iterable[Value]) -> bool:
    """Return whether a suggested value keeps the given value's sign, size, day and text, or is independent of it.

    Args:
        case: the case of the given value, which says what it may mean.
        kind: type of the field or column.
        given: the given value.
        candidate: the suggested value.
        generic: values that are suggested for unrelated given values too; these are always permitted.
    """
    if kind not in COMPARED or candidate in generic or isinstance(candidate, float):
        return True
    meanings = {_meaning(kind, value) for value in _meanings(case)}
    if _meaning(kind, candidate) in meanings:
        return True
    shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    if kind in TEXT_TYPES:
        return str(candidate) == shown or str(candidate) not in shown
    return not _is_subsequence(_digits(str(candidate)), _digits(shown))


def has_digits(value: Value) -> bool:
    """Return whether a value contains a digit."""
    return bool(_digits(value if isinstance(value, str) else json.dumps(value)))


def _meanings(case: Case) -> list[Value]:
    outcomes: list[Outcome] = [case.outcome, *filter(None, (case.unchecked, case.added, case.updated))]
    cells = [value for outcome in outcomes for value in outcome.stored]
    values = [value[0]["cell"] if isinstance(value, list) and value and _is_row(value[0]) else value for value in cells]
    return [value for value in (*values, *case.readings) if isinstance(value, str)]


def _is_row(value: Value) -> bool:
    return isinstance(value, dict) and "cell" in value


def _meaning(kind: str, value: Value) -> str:
    text = str(value)
    try:
        if kind == "NUMBER":
            return f"{Decimal(text).normalize():f}"
        if kind == "DATETIME":
            return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M}"
    except (InvalidOperation, ValueError, OverflowError):
        return text
    return text


def _digits(text: str) -> str:
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())


def _is_subsequence(digits: str, source: str) -> bool:
    """Return whether the digits, without leading and trailing zeros, appear in the source in this order."""
    remaining = iter(source)
    core = digits.strip("0")
    return bool(core) and all(digit in remaining for digit in core)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
