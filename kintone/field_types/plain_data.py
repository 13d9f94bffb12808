"""Values of field types that are not known here: passed on if JSON can carry them at all."""

import math
from decimal import Decimal

from kintone.forms.field_definitions import FieldDefinition
from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.plain_text import require_sound

DEEPEST = 64
MOST_PARTS = 200_000


def read_plain(value: object, _definition: FieldDefinition) -> object:
    """Return the value itself; raises ``UnusableValueError`` for what cannot travel as JSON.

    Walks without recursion, so that no nesting is too deep to be refused.
    """
    waiting: list[tuple[object, int]] = [(value, 1)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_PARTS:
            raise UnusableValueError(
                ProblemCode.BAD_FORMAT, Message("{value} is nested too deeply or too large", value=excerpt(value))
            )
        if isinstance(part, dict):
            waiting.extend((inner, depth + 1) for pair in part.items() for inner in pair)
            if not all(isinstance(key, str) for key in part):
                raise UnusableValueError(
                    ProblemCode.WRONG_TYPE, Message("{value} has a name that is not a text", value=excerpt(value))
                )
        elif isinstance(part, list):
            waiting.extend((inner, depth + 1) for inner in part)
        else:
            _require_scalar(part)
    return value


def _require_scalar(part: object) -> None:
    if isinstance(part, str):
        require_sound(part)
    elif isinstance(part, float | Decimal):
        if not (part.is_finite() if isinstance(part, Decimal) else math.isfinite(part)):
            raise UnusableValueError(
                ProblemCode.BAD_FORMAT, Message("{value} is not a number kintone can hold", value=excerpt(part))
            )
    elif part is not None and not isinstance(part, int):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("{value} is nothing that JSON can carry", value=excerpt(part))
        )
