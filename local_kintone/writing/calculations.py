"""Computed fields: + - * /, brackets, SUM() of a column, & to join texts."""

from __future__ import annotations

import ast
import operator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local_kintone.numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field

_ARITHMETIC: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class _NotComputableError(Exception):
    """The formula cannot be computed: division by zero or an unsupported expression."""


def compute(app: App, record: dict[str, Any]) -> None:
    """Set every computed field of a record, table rows first; a formula without a value gives a blank."""
    form = app.form
    if not form.computed_fields:
        return
    for field in form.in_records:
        if field.type == "SUBTABLE":
            for row in record[field.code]["value"]:
                _compute_cells(app, list(field.columns.values()), row["value"], row["value"])
    _compute_cells(app, list(form.in_records), record, record)


def _compute_cells(app: App, fields: list[Field], cells: dict[str, Any], names: Mapping[str, Any]) -> None:
    for field in fields:
        if field.computed:
            # A row that is older than the column lacks its cell.
            value = _result(app, str(field.properties["expression"]), names)
            cells[field.code] = {"type": field.type, "value": value}


def _result(app: App, expression: str, names: Mapping[str, Any]) -> str:
    if not expression:
        return ""
    try:
        value = _value(_parsed(expression), names)
    except (_NotComputableError, ArithmeticError, SyntaxError):
        return ""
    if isinstance(value, str):
        return value
    rounded = app.precision.rounded(value.normalize())
    return "" if rounded is None else format_number(rounded)


@lru_cache(maxsize=500)
def _parsed(expression: str) -> ast.expr:
    # Only arithmetic and text concatenation are supported; comparisons with `=` are a syntax error.
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, names: Mapping[str, Any]) -> Decimal | str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else Decimal(str(node.value))
    if isinstance(node, ast.Name):
        return _number(names.get(node.id, {}).get("value")) if node.id in names else _unknown()
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_as_number(_value(node.operand, names))
    if isinstance(node, ast.BinOp):
        return _pair(node, names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SUM":
        return sum((_sum(argument, names) for argument in node.args), Decimal())
    return _unknown()


def _pair(node: ast.BinOp, names: Mapping[str, Any]) -> Decimal | str:
    if isinstance(node.op, ast.BitAnd):
        return _text(node.left, names) + _text(node.right, names)
    if type(node.op) not in _ARITHMETIC:
        return _unknown()
    left, right = _value(node.left, names), _value(node.right, names)
    return _ARITHMETIC[type(node.op)](_as_number(left), _as_number(right))


def _sum(argument: ast.expr, names: Mapping[str, Any]) -> Decimal:
    if isinstance(argument, ast.Name) and argument.id not in names:
        tables = [cell["value"] for cell in names.values() if cell["type"] == "SUBTABLE"]
        cells = [row["value"][argument.id] for rows in tables for row in rows if argument.id in row["value"]]
        return sum((_number(cell["value"]) for cell in cells), Decimal())
    return _as_number(_value(argument, names))


def _text(node: ast.expr, names: Mapping[str, Any]) -> str:
    if isinstance(node, ast.Name) and node.id in names:
        return str(names[node.id]["value"] or "")
    value = _value(node, names)
    return value if isinstance(value, str) else f"{value:f}"


def _number(value: object) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return _unknown()


def _as_number(value: Decimal | str) -> Decimal:
    return _unknown() if isinstance(value, str) else value


def _unknown() -> Decimal:
    raise _NotComputableError
