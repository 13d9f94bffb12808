"""Conditions in the words that a field takes: what to write instead of one that kintone refuses."""

from collections.abc import Sequence

from kintone.forms.fields import FieldDefinition
from kintone.operators import EMPTINESS, EQUALITY, LISTS, SEARCH
from kintone.query.comparisons import Comparison
from kintone.query.tokens import quote

NEGATIVE = (EQUALITY[1], LISTS[1], SEARCH[1], EMPTINESS[1])
BLANK = quote("")
EMPTY_WORDS = ("null", "none", "nil", "empty", "blank", "undefined")


def rewritten(comparison: Comparison, field: FieldDefinition) -> str:
    """Return the condition that means the same with an operator that the field takes; blank where there is none."""
    values = [operand.text for operand in comparison.operands]
    return condition_for(field, comparison.operator, values)


def condition_for(field: FieldDefinition, operator: str, values: Sequence[str]) -> str:
    """Return a condition with this meaning that the field takes; ``values`` are written as in a query.

    For a text of several lines ``=`` becomes ``like``, which finds words. Blank where there is no such condition.
    """
    is_negative = operator in NEGATIVE
    if operator in EMPTINESS or (operator in (*EQUALITY, *LISTS) and list(values) == [BLANK]):
        return field.filled_condition if is_negative else field.empty_condition
    if operator in field.operators:
        return f"{field.code} {operator} {_list(values) if operator in LISTS else values[0]}"
    if operator not in (*EQUALITY, *LISTS):
        return ""
    equal, several, found = EQUALITY[is_negative], LISTS[is_negative], SEARCH[is_negative]
    if several in field.operators:
        return f"{field.code} {several} {_list(values)}"
    single = equal if equal in field.operators else found
    if single not in field.operators:
        return ""
    return _joined([f"{field.code} {single} {value}" for value in values], "and" if is_negative else "or")


def _joined(conditions: Sequence[str], connector: str) -> str:
    joined = f" {connector} ".join(conditions)
    return f"({joined})" if len(conditions) > 1 else joined


def is_empty_word(text: str) -> bool:
    """Tell whether a word without quotes stands for "no value" in other languages."""
    return text.lower().rstrip(";") in EMPTY_WORDS


def _list(values: Sequence[str]) -> str:
    return f"({', '.join(values)})"
