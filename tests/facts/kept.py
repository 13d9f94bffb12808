"""What a field of the local kintone holds, in the short form in which the table of odd values states it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.facts.odd_rows import Value

PEOPLE = {"USER_SELECT", "ORGANIZATION_SELECT", "GROUP_SELECT"}
NUMBERS = {"NUMBER", "CALC"}
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def plain(cell: Mapping[str, Any]) -> Value:
    """Return a field's or column's value in the short form; see the table.

    Numbers lose the noughts behind their decimals, nothing else is touched. A table is a list of rows by column.
    """
    kind, value = cell["type"], cell["value"]
    if kind == "SUBTABLE":
        return [{code: plain(inner) for code, inner in row["value"].items()} for row in value]
    if kind in PEOPLE or kind == "STATUS_ASSIGNEE":
        return [person["code"] for person in value]
    if kind == "FILE":
        return [file["name"] for file in value]
    if kind in ("CREATOR", "MODIFIER"):
        return value["code"]
    if value is None:
        return ""
    return _number(value) if kind in NUMBERS and value else value


def agrees(expected: Value, found: Value, kept: Value = None) -> bool:
    """Tell whether what was found, in the short form, is what was expected.

    Columns that were not expected have to be blank, computed, or what `kept` (the rows from before) says.
    """
    if not (isinstance(expected, list) and expected and isinstance(expected[0], dict)):
        return type(expected) is type(found) and bool(expected == found)
    if not isinstance(found, list) or len(found) != len(expected):
        return False
    before = kept if kept and len(kept) == len(found) else [{}] * len(found)
    return all(_row_agrees(*three) for three in zip(expected, found, before, strict=True))


def _row_agrees(expected: Mapping[str, Value], found: Mapping[str, Value], before: Mapping[str, Value]) -> bool:
    others = {code: value for code, value in found.items() if code not in expected}
    return (
        expected.keys() <= found.keys()
        and all(agrees(value, found[code]) for code, value in expected.items())
        and all(value in ("", [], before.get(code)) or code in COMPUTED for code, value in others.items())
    )


COMPUTED = {"double", "sum"}
"""Columns of the table's forms that kintone computes."""


def _number(text: str) -> str:
    if not _PLAIN_NUMBER.fullmatch(text):
        return f"no plain number: {text}"
    shown = f"{Decimal(text):f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown
