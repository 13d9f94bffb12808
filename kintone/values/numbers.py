"""Numbers as NUMBER fields take them: plain decimal text, every digit kept."""

import math
import re
from decimal import Decimal

from kintone.messages import Message
from kintone.validation.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.full_width import narrow

MOST_DIGITS = 30
"""Largest number of digits that an app can be set to, https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html."""
LONGEST_TEXT = 100
_NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,4}))?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_KEPT = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def read_number(value: object) -> str:
    """Return a number as plain decimal text; raises ``UnusableValueError``.

    A text that kintone understands as it is stays as it is; signs, exponents, blanks and full-width digits are resolved
    without passing through a binary float.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("a number is needed, not {value}", value=excerpt(value)),
            Message('write a number such as 5 or "5"'),
        )
    return _from_text(value) if isinstance(value, str) else _from_number(value)


def decimal_of(text: str) -> Decimal:
    """Return the value of a text that ``read_number`` made."""
    return Decimal(text)


def _from_number(value: float | Decimal) -> str:
    if isinstance(value, int):
        if value.bit_length() > 4 * MOST_DIGITS:
            raise _too_many_digits(value)
        return str(value)
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} is not a number kintone can hold", value=excerpt(value)),
            Message("write a finite number, or null"),
        )
    return _plain(Decimal(str(value)) if isinstance(value, float) else value)


def _from_text(value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise _no_number(value, "")
    text = narrow(value)
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _no_number(value, text)
    if _KEPT.fullmatch(text):
        _require_few_digits(Decimal(text))
        return text
    return _plain(Decimal(text))


def _plain(number: Decimal) -> str:
    _require_few_digits(number)
    return format(number, "f") if number else "0"


def _require_few_digits(number: Decimal) -> None:
    if number and number.adjusted() >= MOST_DIGITS:
        raise _too_many_digits(number)
    if (number and number.adjusted() < -LONGEST_TEXT) or len(number.as_tuple().digits) > LONGEST_TEXT:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} has more decimals than kintone can hold", value=excerpt(number)),
            Message("round it to at most 10 decimals"),
        )


def _too_many_digits(value: object) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.TOO_LARGE,
        Message("{value} has more than {most} digits before the decimal point", value=excerpt(value), most=MOST_DIGITS),
        Message("no app of kintone holds so many; write fewer digits or use a text field"),
    )


def _no_number(value: str, text: str) -> UnusableValueError:
    complaint = Message("{value} is not a number", value=excerpt(value))
    if _GROUPED.fullmatch(text):
        return UnusableValueError(
            ProblemCode.BAD_FORMAT,
            complaint,
            Message('write it without separators: "{number}"', number=text.replace(",", "")),
        )
    inside = _KEPT.search(text.replace(",", ""))
    advice = Message('write digits only, such as "{number}"', number=inside.group() if inside else "1234.5")
    return UnusableValueError(ProblemCode.BAD_FORMAT, complaint, advice)
