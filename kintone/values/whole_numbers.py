"""Whole numbers as people and models write them: the one place that reads them."""

import re
from decimal import Decimal

from kintone.messages import NOTHING, Message
from kintone.values.full_width import narrow

MOST_DIGITS = 18
"""More than any id of kintone has; so many fit into 64 bits."""
EXACT_DIGITS = 15
"""Digits of a binary float that are surely those that were written."""
FIRST_INEXACT = 10**EXACT_DIGITS
LONGEST_TEXT = 40
_NUMBER = re.compile(rf"(-?0*[0-9]{{1,{MOST_DIGITS}}})|(-?[0-9]{{1,{EXACT_DIGITS}}})\.0", re.ASCII)
"""Digits, or what becomes of a whole number that was a binary float before it was made a text: 12.0."""
_RECORD_NUMBER = re.compile(rf"[A-Za-z0-9]+-0*([1-9][0-9]{{0,{MOST_DIGITS - 1}}})", re.ASCII)
_DECORATED = re.compile(rf"(?:#\s*)?0*([1-9][0-9]{{0,{MOST_DIGITS - 1}}})\s*[番号]?", re.ASCII)


def whole_number(value: object) -> int | None:
    """Return the whole number that a value surely is, None for everything else.

    Texts hold nothing but digits of one width, perhaps a minus sign in front and blanks around, and perhaps the ``.0``
    of a number that was turned into text on its way; numbers may be of any type where their value is whole. So
    ``"1.00"``, ``"1e2"``, ``"1_0"``, digits of other scripts and ``True`` are none.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str):
        text = narrow(value) if len(value) <= LONGEST_TEXT else ""
        match = _NUMBER.fullmatch(text)
        return int(match[1] or match[2]) if match else None
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() > MOST_DIGITS):
        # Arithmetic with an exponent of seven digits raises.
        return None
    most = EXACT_DIGITS if isinstance(value, float) else MOST_DIGITS
    return int(value) if abs(value) < 10**most and value == int(value) else None


def may_be_rounded(value: object) -> bool:
    """Tell whether the last digits of a whole number may be gone: whoever decoded it may hold numbers as floats."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) >= FIRST_INEXACT and value == value.to_integral_value()
    if not isinstance(value, int | float) or not abs(value) >= FIRST_INEXACT:
        return False
    return isinstance(value, int) or value.is_integer()


def record_id_hint(value: object) -> Message:
    """Say how a record is named by its number, where a value shows which number was probably meant."""
    text = narrow(value) if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""
    if match := _RECORD_NUMBER.fullmatch(text):
        return Message(
            "if {given} is a record number of this app, write its last part alone: {id}", given=text, id=match[1]
        )
    if match := _DECORATED.fullmatch(text):
        return Message("write the number alone: {id}", id=match[1])
    return NOTHING
