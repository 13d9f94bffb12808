"""Reading numbers as people and models write them, with all their digits; no other module does that."""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

from kintone import limits
from kintone.messages import NOTHING, Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, to_half_width

# Whole numbers


MAX_DIGITS = 18
"""More than any id of kintone has; numbers of this length fit into 64 bits."""
EXACT_DIGITS = 15
"""Digits that a binary float holds exactly."""
FIRST_INEXACT = 10**EXACT_DIGITS
MAX_WHOLE_NUMBER_TEXT = 40
MAX_RECORD_NUMBER_TEXT = 200
_WHOLE_NUMBER = re.compile(rf"(-?0*[0-9]{{1,{MAX_DIGITS}}})|(-?[0-9]{{1,{EXACT_DIGITS}}})\.0", re.ASCII)
"""Digits, or digits with ``.0``: the text of a whole number that was a binary float."""
_RECORD_NUMBER = re.compile(rf"[A-Za-z0-9]+-([1-9][0-9]{{0,{MAX_DIGITS - 1}}})", re.ASCII)
_DECORATED = re.compile(rf"(?:#\s*)?0*([1-9][0-9]{{0,{MAX_DIGITS - 1}}})\s*[番号]?", re.ASCII)
_NAMED = re.compile(
    r"(?:(?:record(?:[ _](?:id|number))?|\$?id)[\s:=#]+|(?:レコード|记录)(?:番号|编号|\s*ID)?[\s:=#]*|#\s*)?"
    rf"0*([1-9][0-9]{{0,{MAX_DIGITS - 1}}})\s*[番号]?",
    re.ASCII | re.IGNORECASE,
)
"""A record as people and models name it, such as ``#3``, ``record 3`` and ``$id = 3``."""
_WITH_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+", re.ASCII)
_BETWEEN_NUMBERS = re.compile(r"\s*(?:[,;、]|\band\b|\bor\b)\s*|\s+")


def whole_number(value: object) -> int | None:
    """Return the whole number that a value certainly stands for, None for every other value.

    A text may hold only half-width or full-width digits, a leading minus sign, blanks around it, and the ``.0`` of a
    float that was converted to text. Numbers of any type are accepted if their value is whole. So ``"1.00"``,
    ``"1e2"``, ``"1_0"``, digits of other scripts and ``True`` give None.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str):
        text = to_half_width(value) if len(value) <= MAX_WHOLE_NUMBER_TEXT else ""
        match = _WHOLE_NUMBER.fullmatch(text)
        return int(match[1] or match[2]) if match else None
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() > MAX_DIGITS):
        # Arithmetic with an exponent of seven digits would raise.
        return None
    max_digits = EXACT_DIGITS if isinstance(value, float) else MAX_DIGITS
    return int(value) if abs(value) < 10**max_digits and value == int(value) else None


def may_be_rounded(value: object) -> bool:
    """Tell whether a whole number may have lost its last digits in a program that decodes numbers as floats."""
    if isinstance(value, Decimal):
        # Arithmetic with an exponent of seven digits would raise.
        return value.is_finite() and value.adjusted() >= EXACT_DIGITS and value == value.to_integral_value()
    if not isinstance(value, int | float) or not abs(value) >= FIRST_INEXACT:
        return False
    return isinstance(value, int) or value.is_integer()


def record_number_parts(value: object) -> tuple[str, str] | None:
    """Return the app code and the record ID of a record number such as ``APP-17``, None for every other value.

    kintone writes the ID without zeros in front, so ``INQ-0010`` is the value of some other field. Source: https://cybozu.dev/ja/kintone/docs/overview/field-types.
    """
    text = to_half_width(value) if isinstance(value, str) and len(value) <= MAX_RECORD_NUMBER_TEXT else ""
    code, _, number = text.rpartition("-")
    record_id = None if number.startswith("0") else whole_number(number)
    return (code, str(record_id)) if code and record_id else None


def record_id_hint(value: object) -> Message:
    """Return advice with the record id that a value probably means, nothing where it shows none."""
    text = to_half_width(value) if isinstance(value, str) and len(value) <= MAX_WHOLE_NUMBER_TEXT else ""
    if match := _RECORD_NUMBER.fullmatch(text):
        return Message(
            "if {given} is a record number of this app, write only its last part: {id}", given=text, id=match[1]
        )
    if match := _DECORATED.fullmatch(text):
        return Message("write only the number: {id}", id=match[1])
    return NOTHING


def named_record_id(value: object) -> str | None:
    """Return the record ID in a text that can only mean one, such as ``#3`` or ``record 3``; None for all others."""
    text = to_half_width(value) if isinstance(value, str) and len(value) <= MAX_WHOLE_NUMBER_TEXT else ""
    match = _NAMED.fullmatch(text)
    return match[1] if match else None


def several_record_ids(value: object) -> list[str]:
    """Return the record IDs in a list, or in a text such as ``3, 4`` or ``[3, 4]``; none where it is anything else.

    ``1,234`` may be one number, so it gives none.
    """
    if isinstance(value, str):
        text = to_half_width(value) if len(value) <= MAX_RECORD_NUMBER_TEXT else ""
        text = "" if _WITH_THOUSANDS.fullmatch(text) else text
        inner = text[1:-1].strip() if text.startswith("[") and text.endswith("]") else text
        parts: list[object] = [part.strip("\"'") for part in _BETWEEN_NUMBERS.split(inner)]
    else:
        parts = value if isinstance(value, list) else []
    numbers = [whole_number(part) for part in parts]
    ids = [str(number) for number in numbers if number is not None and number > 0]
    return ids if len(ids) == len(parts) else []


# Numbers with decimals


MAX_NUMBER_TEXT = 100
"""Characters of a number as it is written; our own limit, longer than any number that kintone keeps."""
ROUNDINGS = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}
_EXACT = Context(prec=400)

_CURRENCY = "[¥￥$€£￡₩￦円元]"
# A blank after "-" is not allowed: "- 5" may be the item of a list.
_NUMBER = re.compile(
    rf"(?P<sign>[-+]|[▲△]\s*)?(?:{_CURRENCY}\s*)?(?P<inner>[-+]|[▲△]\s*)?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d{1,4}))?"
    rf"(?:\s*{_CURRENCY})?",
    re.ASCII,
)
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_ADVICE = Message("write digits only, with a point before decimals and a minus sign in front if negative")


@dataclass(frozen=True, slots=True)
class NumberPrecision:
    """The number precision of an app: digits in all, digits after the point, and how it rounds the rest.

    ``known`` is false for kintone's default, which is used where the app's settings could not be read.
    """

    digits: int = limits.DEFAULT_NUMBER_DIGITS
    decimals: int = limits.DEFAULT_NUMBER_DECIMALS
    rounding: str = "HALF_EVEN"
    known: bool = True

    @property
    def whole_digits(self) -> int:
        """The number of digits allowed before the point."""
        return self.digits - self.decimals


DEFAULT_PRECISION = NumberPrecision(known=False)


def read_number(value: object) -> str:
    """Return a number as plain decimal text; raises ``UnusableValueError``.

    A text that kintone can read stays unchanged. Signs, exponents, blanks, full-width digits, thousands separators and
    a currency sign at either end are converted without a binary float; an ambiguous text is refused.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("a number is needed, not {value}", value=preview(value)), _ADVICE
        )
    return _from_text(value) if isinstance(value, str) else _from_number(value)


def decimal_of(text: str) -> Decimal:
    """Return the value of a text that ``read_number`` made."""
    return Decimal(text)


def number_in(text: str) -> Decimal | None:
    """Return the value of a text as ``read_number`` reads it, or None where it is not a number."""
    try:
        return Decimal(read_number(text)).normalize(_EXACT)
    except UnusableValueError:
        return None


def plain_number(number: Decimal) -> str:
    """Return the shortest text of a number, without exponent and trailing zeros."""
    return format(number.normalize(_EXACT), "f") if number else "0"


def decimals_of(text: str) -> int:
    """Return the number of decimals of a text that ``read_number`` made, without trailing zeros."""
    _, point, decimals = text.partition(".")
    return len(decimals.rstrip("0")) if point else 0


def whole_digits_of(text: str) -> int:
    """Return the number of digits before the point, without leading zeros."""
    return len(text.lstrip("-").partition(".")[0].lstrip("0"))


def rounded(text: str, precision: NumberPrecision) -> str:
    """Return a number rounded to the decimals of an app, in its rounding mode."""
    step = Decimal(1).scaleb(-precision.decimals)
    return plain_number(Decimal(text).quantize(step, ROUNDINGS.get(precision.rounding, ROUND_HALF_EVEN), _EXACT))


def _from_number(value: float | Decimal) -> str:
    if isinstance(value, int):
        if abs(value) >= 10**limits.MAX_NUMBER_DIGITS:
            raise too_many_digits(value)
        return str(value)
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} is not a number kintone can hold", value=preview(value)),
            Message("write a finite number, or null"),
        )
    return _plain(Decimal(str(value)) if isinstance(value, float) else value)


def _from_text(value: str) -> str:
    match = _NUMBER.fullmatch(to_half_width(value)) if len(value) <= MAX_NUMBER_TEXT else None
    if match is None or (match["sign"] and match["inner"]):
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a number", value=preview(value)), _ADVICE
        )
    sign = "-" if (match["sign"] or match["inner"] or "+")[0] in "-▲△" else ""
    digits = sign + match["digits"].replace(",", "")
    if match["exponent"] is None and _PLAIN_NUMBER.fullmatch(digits):
        number = Decimal(digits)
        _require_few_digits(number)
        return "0" if sign and not number else digits
    return _plain(Decimal(f"{digits}e{match['exponent'] or 0}"))


def _plain(number: Decimal) -> str:
    _require_few_digits(number)
    text = format(number, "f") if number else "0"
    if len(text) > MAX_NUMBER_TEXT:
        raise _too_many_decimals(number)
    return text


def _require_few_digits(number: Decimal) -> None:
    if number and number.adjusted() >= limits.MAX_NUMBER_DIGITS:
        raise too_many_digits(number)
    if (number and number.adjusted() < -MAX_NUMBER_TEXT) or len(number.as_tuple().digits) > MAX_NUMBER_TEXT:
        raise _too_many_decimals(number)


def _too_many_decimals(number: Decimal) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} has more decimals than kintone can hold", value=preview(number)),
        Message("write as many decimals as the app keeps, or use a text field"),
    )


def too_many_digits(value: object, max_digits: int = limits.MAX_NUMBER_DIGITS) -> UnusableValueError:
    """Return the error for a number with more digits before the point than an app keeps."""
    return UnusableValueError(
        ProblemCode.TOO_LARGE,
        Message(
            "{value} has more than {maximum} digits before the decimal point", value=preview(value), maximum=max_digits
        ),
        Message("keep it in a text field, or have the app keep more digits"),
    )
