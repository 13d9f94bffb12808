"""The check that each condition which a sentence proposes must pass: kintone reads it, and the form has all of it."""

from kintone.errors import InvalidParameterError
from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import NOTHING, Message
from kintone.operators import EQUALITY, IDS, LISTS, ORDER
from kintone.query.comparisons import NUMBER, Comparison, Operand, OperandKind, read_condition
from kintone.query.functions import is_right_function
from kintone.query.literals import is_calculated_date, is_readable
from kintone.query.parts import parse
from kintone.query.tokens import quote
from kintone.query.unzoned import is_like_a_date, read_unzoned
from kintone.texts import printable

EXAMPLE = quote("…")
"""Stands in a proposal for a value that its reader must fill in."""
MAX_LENGTH = 400
"""Characters of the longest proposal; our own limit, since a longer one is no help."""


def write(condition: str, form: Form) -> Message:
    """Return the advice to write a condition; nothing where it is blank or not certain to be accepted."""
    return Message("write {instead}", instead=condition) if is_accepted(condition, form) else NOTHING


def is_accepted(condition: str, form: Form) -> bool:
    """Tell whether kintone takes a condition in this app, as far as the form shows; users are not in it."""
    if not condition or len(condition) > MAX_LENGTH or printable(condition, MAX_LENGTH) != condition:
        return False
    try:
        query = parse(condition)
    except InvalidParameterError:
        return False
    found = read_condition(query.condition)
    if found.broken or not found.comparisons or query.condition != condition:
        return False
    return all(_fits(comparison, form) for comparison in found.comparisons)


def _fits(comparison: Comparison, form: Form) -> bool:
    field = form.find(comparison.code)
    if field is None:
        before = form.find(comparison.code.partition(".")[0])
        return before is not None and before.query.dotted and comparison.operator not in EQUALITY
    texts = [operand for operand in comparison.operands if operand.kind is OperandKind.TEXT]
    if comparison.operator not in field.operators or any(quote(text.value) != text.text for text in texts):
        return False
    return all(_is_right(operand, comparison.operator, field) for operand in comparison.operands)


def _is_right(operand: Operand, operator: str, field: FieldDefinition) -> bool:
    if operand.kind is OperandKind.FUNCTION:
        return is_right_function(operand, field, operator)
    value = operand.value
    if not value or operand.text == EXAMPLE:
        return bool(value) or (bool(field.empty_condition) and operator in (*EQUALITY, *LISTS))
    if (field.options and value not in field.options) or is_calculated_date(field) or not is_readable(value, field):
        return False
    if field.type.query is IDS and not NUMBER.fullmatch(value):
        return (
            False  # Whether this is the code of the app, which a record number may have in front, is not in the form.
        )
    unzoned = read_unzoned(value) if is_like_a_date(operand) else None
    if field.value_kind is ValueKind.DATETIME:
        return unzoned is None
    return not (field.value_kind is ValueKind.DATE and operator not in ORDER and unzoned and not unzoned.is_day)
