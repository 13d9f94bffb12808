"""Tests of a stored value for one comparison, and the search of `like`."""

from __future__ import annotations

import operator as comparison_operators
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from local_kintone.forms import field_types
from local_kintone.numbers import is_digits
from local_kintone.queries.date_operands import span_of, span_test
from local_kintone.queries.operators import USERS
from local_kintone.queries.parser import Comparison, Function, syntax_error
from local_kintone.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from local_kintone.forms.form import Field
    from local_kintone.settings import Settings

MAX_WORDS = 10
# `#` and `+` are not among the symbols that kintone's help lists as ignored: "C#" and "C++" are words.
_WORD = r"a-z0-9_#+\u00c0-\u024f"
_RUNS = re.compile(rf"[{_WORD}]+|[^\W{_WORD}]+")
_LATIN = re.compile(rf"[{_WORD}]")


@lru_cache(maxsize=1000)
def search_words(keyword: str) -> tuple[str, ...]:
    """Split a keyword into the pieces that must all be found: Latin words and pairs of Japanese characters.

    Most symbols are ignored, letter case and width are folded, and only the first ten words are used. A single
    Japanese character matches only a text run of that character alone. A keyword of ignored symbols matches nothing.
    """
    pieces: list[str] = []
    for run in _runs(keyword)[:MAX_WORDS]:
        if _LATIN.match(run):
            pieces.append(run)
        else:
            pieces += [run[start : start + 2] for start in range(max(1, len(run) - 1))]
    return tuple(pieces)


def matches(text: str, keyword: str) -> bool:
    """Tell whether a text contains every piece of a keyword."""
    pieces = search_words(keyword)
    return bool(pieces) and _index(text).issuperset(pieces)


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=4000)
def _index(text: str) -> frozenset[str]:
    found = set()
    for run in _runs(text):
        if _LATIN.match(run):
            found.add(run)
        else:
            found.update(run[start : start + 2] for start in range(max(1, len(run) - 1)))
    return frozenset(found)


type Test = Callable[[object], bool]

NEGATIVE = frozenset({"!=", "not in", "not like", "is not empty"})
ORDER_COMPARISONS = {
    ">": comparison_operators.gt,
    "<": comparison_operators.lt,
    ">=": comparison_operators.ge,
    "<=": comparison_operators.le,
}
DATE_TYPES = field_types.DATETIME_TYPES | {"DATE", "TIME"}
LOGIN_USER = "Administrator"


def positive_test(
    field: Field, comparison: Comparison, settings: Settings, moment: datetime, app_code: str = ""
) -> Test:
    """Return the test of a comparison at a time, without the negation of a negative operator.

    `app_code` is the code of the field's app, the optional prefix of a record number.
    """
    operator = comparison.operator
    if operator.startswith("is "):
        return _is_empty
    if operator.endswith("like"):
        return _like(_literals(comparison)[0])
    if field.type in DATE_TYPES:
        spans = [span_of(field, operand, moment, settings.time_zone) for operand in comparison.operands]
        tests = [span_test("=" if operator.endswith("in") else operator, span) for span in spans]
        return lambda value: any(test(value) for test in tests)
    if field.type in field_types.NUMERIC:
        prefix = f"{app_code}-" if app_code and field.type == "RECORD_NUMBER" else ""
        return _number_test(operator, [_operand_number(text, prefix) for text in _literals(comparison)])
    return _listed_test(field, comparison, settings)


def _literals(comparison: Comparison) -> list[str]:
    for operand in comparison.operands:
        if isinstance(operand, Function):
            raise syntax_error(f"{operand.name}() is not allowed here")
    return [operand.text for operand in comparison.operands if not isinstance(operand, Function)]


def _is_empty(value: object) -> bool:
    return not value.strip() if isinstance(value, str) else not value


def _like(keyword: str) -> Test:
    def test(value: object) -> bool:
        if isinstance(value, list):
            return any(matches(file["name"], keyword) for file in value)
        return bool(value) and matches(str(value), keyword)

    return test


def as_number(text: object) -> Decimal | None:
    """Return the number of a stored value; None if it is blank. An app code before a record number is skipped."""
    if not text:
        return None
    plain = str(text)
    try:
        return Decimal(plain)
    except InvalidOperation:
        try:
            return Decimal(plain.rpartition("-")[2])
        except InvalidOperation:
            return None


def _number_test(operator: str, operands: list[Decimal | None]) -> Test:
    numbers = set(operands)
    if operator not in ORDER_COMPARISONS:
        return lambda value: as_number(value) in numbers
    limit = numbers.pop()
    compare = ORDER_COMPARISONS[operator]
    if limit is None:
        return lambda _value: False

    def test(value: object) -> bool:
        number = as_number(value)
        return number is not None and bool(compare(number, limit))

    return test


def _operand_number(text: str, prefix: str) -> Decimal | None:
    plain = text.strip()
    if prefix and is_digits(number := plain.removeprefix(prefix)):
        plain = number
    if not plain:
        return None
    try:
        operand = Decimal(plain)
    except InvalidOperation:
        operand = Decimal("NaN")
    if not plain.isascii() or "_" in plain or not operand.is_finite():
        raise syntax_error(f"{text!r} is not a number")
    return operand


def _listed_test(field: Field, comparison: Comparison, settings: Settings) -> Test:
    wanted = {_code(operand.name) if isinstance(operand, Function) else operand.text for operand in comparison.operands}
    if field.type in field_types.ONE_CHOICE | field_types.MANY_CHOICES:
        _all_known(wanted, field.options, "GAIA_IQ10", f"in the options of {field.code}")
    if field.type == "STATUS":
        _all_known(wanted, field.statuses, "GAIA_IQ10", "a status")
    if field.type in USERS:
        _all_known(wanted, settings.users, "GAIA_IL42", "a user")
    if field.type == "ORGANIZATION_SELECT":
        _all_known(wanted, settings.organizations, "GAIA_IL42", "an organization")
    if field.type == "GROUP_SELECT":
        _all_known(wanted, settings.groups, "GAIA_IL42", "a group")

    def test(value: object) -> bool:
        return not wanted.isdisjoint(_codes(value))

    return test


def _code(function: str) -> str:
    if function != "LOGINUSER":
        raise syntax_error(f"{function}() is not allowed in a list")
    return LOGIN_USER


def _all_known(wanted: Collection[str], known: Collection[str], code: str, what: str) -> None:
    for name in wanted:
        if name and name not in known:
            raise RefusedError(400, code, f'"{name}" in the query is not {what}.')


def _codes(value: object) -> list[str]:
    if not value:
        return [""]
    if isinstance(value, dict):
        return [str(value["code"])]
    if isinstance(value, list):
        return [str(cast("dict[str, Any]", item)["code"]) if isinstance(item, dict) else str(item) for item in value]
    return [str(value)]
