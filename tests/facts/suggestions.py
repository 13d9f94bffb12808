"""Reads the values that a suggestion of the check names, and tells whether it may offer them for what was given."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from tests.facts.odd_rows import Outcome, Row, Value

TEXT_TYPES = {"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"}
COMPARED = {"NUMBER", "DATE", "TIME", "DATETIME", *TEXT_TYPES}
"""Types whose values have a sign, a size or a day that a suggestion could change; options and codes have none."""

_JSON_LIST = re.compile(r"\[[^\]…]*\]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LIMIT = re.compile(r"(-?\d+(?:\.\d+)?) or (?:more|less)\b")
_DATED = re.compile(r"\d{4}[-/.年]")
_TEMPLATE = re.compile(r"[YMDHhms:./ -]+T?[YMDHhms:./ -]*Z?")


def offered(suggestion: str, kind: str) -> list[Value]:
    """Return the values that an English suggestion names: lists as JSON, texts in quotes, limits as numbers.

    What stands for a form only, such as "YYYY-MM-DD" or a list with "…" in it, is left out, and so is what is only
    part of a date and time: its time of day, its offset.
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


def may_offer(row: Row, kind: str, given: Value, candidate: Value, generic: Iterable[Value]) -> bool:
    """Tell whether a suggestion may name a value for what was given: it keeps sign, size, day and text, or has none.

    Args:
        row: the row of the table, for what the value may mean.
        kind: type of the field or column.
        given: what was given for it.
        candidate: what the suggestion names.
        generic: what is suggested for values that have nothing in common with this one; anything of that may be named.
    """
    if kind not in COMPARED or candidate in generic or isinstance(candidate, float):
        return True
    meanings = {_meaning(kind, value) for value in _meant(row)}
    if _meaning(kind, candidate) in meanings:
        return True
    shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    if kind in TEXT_TYPES:
        return str(candidate) == shown or str(candidate) not in shown
    return not _taken_from(_digits(str(candidate)), _digits(shown))


def has_digits(value: Value) -> bool:
    """Tell whether a value holds a digit."""
    return bool(_digits(value if isinstance(value, str) else json.dumps(value)))


def _meant(row: Row) -> list[Value]:
    outcomes: list[Outcome] = [row.outcome, *filter(None, (row.unchecked, row.added, row.updated))]
    cells = [value for outcome in outcomes for value in outcome.stored]
    values = [value[0]["cell"] if isinstance(value, list) and value and _is_row(value[0]) else value for value in cells]
    return [value for value in (*values, *row.readings) if isinstance(value, str)]


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


def _taken_from(digits: str, source: str) -> bool:
    """Tell whether all digits, but for noughts at either end, stand in the source in this order."""
    remaining = iter(source)
    core = digits.strip("0")
    return bool(core) and all(digit in remaining for digit in core)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
