"""The operators and functions that each field type supports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.queries.parser import Function
from local_kintone.refusals import RefusedError

if TYPE_CHECKING:
    from local_kintone.forms.form import Field
    from local_kintone.queries.parser import Comparison

EQUAL = frozenset({"=", "!="})
ORDERED = EQUAL | {">", "<", ">=", "<="}
LISTED = frozenset({"in", "not in"})
SEARCHED = frozenset({"like", "not like"})
FILLED = frozenset({"is empty", "is not empty"})

OPERATORS: dict[str, frozenset[str]] = {
    "__ID__": ORDERED | LISTED,
    "__REVISION__": frozenset(),
    "RECORD_NUMBER": ORDERED | LISTED,
    "NUMBER": ORDERED | LISTED,
    "CALC": ORDERED | LISTED,
    "SINGLE_LINE_TEXT": EQUAL | LISTED | SEARCHED,
    "LINK": EQUAL | LISTED | SEARCHED,
    "MULTI_LINE_TEXT": SEARCHED | FILLED,
    "RICH_TEXT": SEARCHED,
    "CHECK_BOX": LISTED,
    "RADIO_BUTTON": LISTED,
    "DROP_DOWN": LISTED,
    "MULTI_SELECT": LISTED,
    "FILE": SEARCHED | FILLED,
    "DATE": ORDERED,
    "TIME": ORDERED,
    "DATETIME": ORDERED,
    "CREATED_TIME": ORDERED,
    "UPDATED_TIME": ORDERED,
    "USER_SELECT": LISTED,
    "CREATOR": LISTED,
    "MODIFIER": LISTED,
    "ORGANIZATION_SELECT": LISTED,
    "GROUP_SELECT": LISTED,
    "STATUS": EQUAL | LISTED,
    "STATUS_ASSIGNEE": LISTED,
    # kintone's table of operators does not list it.
    "CATEGORY": frozenset(),
    "SUBTABLE": frozenset(),
    "GROUP": frozenset(),
    "REFERENCE_TABLE": frozenset(),
}

DATETIME_TYPES = frozenset({"DATETIME", "CREATED_TIME", "UPDATED_TIME"})
USERS = frozenset({"USER_SELECT", "CREATOR", "MODIFIER", "STATUS_ASSIGNEE"})
UNSORTABLE = frozenset(
    {
        "__REVISION__",
        "SUBTABLE",
        "GROUP",
        "REFERENCE_TABLE",
        "MULTI_LINE_TEXT",
        "RICH_TEXT",
        "CHECK_BOX",
        "MULTI_SELECT",
        "FILE",
        "USER_SELECT",
        "ORGANIZATION_SELECT",
        "GROUP_SELECT",
        "CATEGORY",
        "STATUS_ASSIGNEE",
    }
)


def unusable(field: Field, what: str) -> RefusedError:
    """Return GAIA_IQ03."""
    return RefusedError(400, "GAIA_IQ03", f"{what} cannot be used with the field {field.code} ({field.type}).")


def no_field(code: str) -> RefusedError:
    """Return GAIA_IQ11."""
    return RefusedError(400, "GAIA_IQ11", f"The specified field (code: {code}) is not found.")


def check_operator(field: Field, comparison: Comparison, *, in_rows: bool) -> None:
    """Refuse an operator that the field's type does not support.

    Raises:
        RefusedError: GAIA_IQ07 for = and != on a table's column, GAIA_IQ03 for all others.
    """
    operator = comparison.operator
    if in_rows and operator in EQUAL and field.type != "__ID__":
        raise RefusedError(
            400, "GAIA_IQ07", f"{operator} cannot be used with {field.code}, which is in a table or related record."
        )
    allowed = OPERATORS[field.type]
    if in_rows and allowed >= EQUAL:
        allowed |= LISTED
    if operator not in allowed:
        raise unusable(field, operator)
    for operand in comparison.operands:
        if isinstance(operand, Function):
            _check_function(field, operand.name, operator)


def _check_function(field: Field, name: str, operator: str) -> None:
    if name == "LOGINUSER":
        suits = field.type in USERS and operator in LISTED
    elif name == "PRIMARY_ORGANIZATION":
        suits = field.type == "ORGANIZATION_SELECT"
    elif name == "NOW":
        suits = field.type in DATETIME_TYPES
    else:
        suits = field.type in DATETIME_TYPES or field.type == "DATE"
    if not suits:
        raise unusable(field, f"{name}()")
