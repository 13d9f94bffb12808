"""The short form in which the value cases state what a field holds."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.facts.case_types import Value

PEOPLE = {"USER_SELECT", "ORGANIZATION_SELECT", "GROUP_SELECT"}
NUMBERS = {"NUMBER", "CALC"}
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def short_form(cell: Mapping[str, Any]) -> Value:
    """Return the value of a field or column in the short form; `tests/facts/value_cases.py` explains it.

    Numbers lose trailing zeros of their decimals. A table is a list of rows, each a value by column code.
    """
    kind, value = cell["type"], cell["value"]
    if kind == "SUBTABLE":
        return [{code: short_form(inner) for code, inner in row["value"].items()} for row in value]
    if kind in PEOPLE or kind == "STATUS_ASSIGNEE":
        return [person["code"] for person in value]
    if kind == "FILE":
        return [file["name"] for file in value]
    if kind in ("CREATOR", "MODIFIER"):
        return value["code"]
    if value is None:
        return ""
    return _number(value) if kind in NUMBERS and value else value


def matches(expected: Value, found: Value, rows_before: Value = None) -> bool:
    """Return whether a value in the short form is the expected one.

    Columns that the expected value lacks must be blank, computed, or unchanged from `rows_before`.
    """
    if not (isinstance(expected, list) and expected and isinstance(expected[0], dict)):
        return type(expected) is type(found) and bool(expected == found)
    if not isinstance(found, list) or len(found) != len(expected):
        return False
    before = rows_before if rows_before and len(rows_before) == len(found) else [{}] * len(found)
    return all(_row_matches(*values) for values in zip(expected, found, before, strict=True))


def _row_matches(expected: Mapping[str, Value], found: Mapping[str, Value], before: Mapping[str, Value]) -> bool:
    others = {code: value for code, value in found.items() if code not in expected}
    return (
        expected.keys() <= found.keys()
        and all(matches(value, found[code]) for code, value in expected.items())
        and all(value in ("", [], before.get(code)) or code in COMPUTED for code, value in others.items())
    )


COMPUTED = {"double", "sum"}
"""Codes of the columns that kintone computes."""


def _number(text: str) -> str:
    if not _PLAIN_NUMBER.fullmatch(text):
        return f"not a plain number: {text}"
    shown = f"{Decimal(text):f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown
