"""The part of a condition that is nothing but a range of record ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.queries.conditions import flattened
from local_kintone.queries.tree import Comparison, Condition, Junction, Literal
from local_kintone.record_store import ALL_IDS, LAST_ID, Bounds
from local_kintone.values.identifiers import is_whole

if TYPE_CHECKING:
    from local_kintone.forms import Form

MARGINS = {">": (0, None), ">=": (-1, None), "<": (None, 0), "<=": (None, 1), "=": (-1, 1)}


def split_bounds(condition: Condition | None, form: Form) -> tuple[Bounds, Condition | None]:
    """Take the id comparisons out of the outermost `and`.

    Returns:
        The range they leave and the rest of the condition, None where nothing is left.
    """
    if condition is None:
        return ALL_IDS, None
    above, below = ALL_IDS.above, ALL_IDS.below
    rest = []
    for part in flattened(condition):
        bounds = _bounds(part, form)
        if bounds is None:
            rest.append(part)
        else:
            above, below = max(above, bounds.above), min(below, bounds.below)
    if not rest:
        return Bounds(above, below), None
    return Bounds(above, below), rest[0] if len(rest) == 1 else Junction("and", tuple(rest))


def is_id(code: str, form: Form) -> bool:
    """Tell whether a code means the record id."""
    found = form.find(code)
    return found is not None and found.kind in ("__ID__", "RECORD_NUMBER")


def _bounds(part: Condition, form: Form) -> Bounds | None:
    if not isinstance(part, Comparison) or part.related or part.operator not in MARGINS:
        return None
    operand = part.operands[0]
    if not is_id(part.field, form) or not isinstance(operand, Literal) or not is_whole(operand.text):
        return None
    number = min(int(operand.text), LAST_ID - 1)
    low, high = MARGINS[part.operator]
    return Bounds(
        ALL_IDS.above if low is None else number + low,
        ALL_IDS.below if high is None else number + high,
    )
