"""Numbers as people and models write them: the one place that reads them, every digit kept."""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

from kintone import limits
from kintone.messages import NOTHING, Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, to_half_width

MAX_DIGITS = 18
"""More than any id of kintone has; so many fit into 64 bits."""
EXACT_DIGITS = 15
"""Digits of a binary float that are surely those that were written."""
FIRST_INEXACT = 10**EXACT_DIGITS
MAX_WHOLE_NUMBER_TEXT = 40
_WHOLE_NUMBER = re.compile(rf"(-?0*[0-9]{{1,{MAX_DIGITS}}})|(-?[0-9]{{1,{EXACT_DIGITS}}})\.0", re.ASCII)
"""Digits, or what becomes of a whole number that was a binary float before it was made a text: 12.0."""
_RECORD_NUMBER = re.compile(rf"[A-Za-z0-9]+-0*([1-9][0-9]{{0,{MAX_DIGITS - 1}}})", re.ASCII)
_DECORATED = re.compile(rf"(?:#\s*)?0*([1-9][0-9]{{0,{MAX_DIGITS - 1}}})\s*[番号]?", re.ASCII)


def whole_number(value: object) -> int | None:
    """Return the whole number that a value surely is, None for everything else.

    Texts hold nothing but digits of one width, perhaps a minus sign in front and blanks around, and perhaps the ``.0``
    of a number that was turned into text on its way; numbers may be of any type where their value is whole. So
    ``"1.00"``, ``"1e2"``, ``"1_0"``, digits of other scripts and ``True`` are none.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str):
        text = to_half_width(value) if len(value) <= MAX_WHOLE_NUMBER_TEXT else ""
        match = _WHOLE_NUMBER.fullmatch(text)
        return int(match[1] or match[2]) if match else None
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() > MAX_DIGITS):
        # Arithmetic with an exponent of seven digits raises.
        return None
    most = EXACT_DIGITS if isinstance(value, float) else MAX_DIGITS
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
    text = to_half_width(value) if isinstance(value, str) and len(value) <= MAX_WHOLE_NUMBER_TEXT else ""
    if match := _RECORD_NUMBER.fullmatch(text):
        return Message(
            "if {given} is a record number of this app, write its last part alone: {id}", given=text, id=match[1]
        )
    if match := _DECORATED.fullmatch(text):
        return Message("write the number alone: {id}", id=match[1])
    return NOTHING


MAX_NUMBER_TEXT = 100
"""Characters of a number as it is written; ours, longer than any number that kintone keeps."""
ROUNDINGS = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}
_EXACT = Context(prec=400)

_CURRENCY = "[¥￥$€£￡₩￦円元]"
# A blank behind "-" is not allowed: "- 5" may be the item of a list.
_NUMBER = re.compile(
    rf"(?P<sign>[-+]|[▲△]\s*)?(?:{_CURRENCY}\s*)?(?P<inner>[-+]|[▲△]\s*)?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d{1,4}))?"
    rf"(?:\s*{_CURRENCY})?",
    re.ASCII,
)
_KEPT = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_HOW = Message("write digits only, with a point before decimals and a minus sign in front if negative")


@dataclass(frozen=True, slots=True)
class NumberPrecision:
    """How many digits an app keeps of a number, how many of them behind the point, and how it rounds the rest.

    ``known`` is false where the app's settings could not be read and kintone's default stands in for them.
    """

    digits: int = limits.DEFAULT_NUMBER_DIGITS
    decimals: int = limits.DEFAULT_NUMBER_DECIMALS
    rounding: str = "HALF_EVEN"
    known: bool = True

    @property
    def whole_digits(self) -> int:
        """Return how many digits may stand before the point."""
        return self.digits - self.decimals


DEFAULT_PRECISION = NumberPrecision(known=False)


def read_number(value: object) -> str:
    """Return a number as plain decimal text; raises ``UnusableValueError``.

    A text that kintone understands as it is stays as it is. Signs, exponents, blanks, full-width digits, thousands in
    threes and a currency sign at either end are resolved without passing through a binary float; what could be read in
    another way is refused.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("a number is needed, not {value}", value=preview(value)), _HOW
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
    """Return the shortest text of a number: digits, no exponent, no zeros behind the decimals."""
    return format(number.normalize(_EXACT), "f") if number else "0"


def decimals_of(text: str) -> int:
    """Return how many decimals a text that ``read_number`` made has, zeros at their end left out."""
    _, point, decimals = text.partition(".")
    return len(decimals.rstrip("0")) if point else 0


def whole_digits_of(text: str) -> int:
    """Return how many digits stand before the point, zeros in front left out."""
    return len(text.lstrip("-").partition(".")[0].lstrip("0"))


def rounded(text: str, precision: NumberPrecision) -> str:
    """Return a number with the decimals that an app keeps, rounded as it rounds."""
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
        raise UnusableValueError(ProblemCode.BAD_FORMAT, Message("{value} is not a number", value=preview(value)), _HOW)
    sign = "-" if (match["sign"] or match["inner"] or "+")[0] in "-▲△" else ""
    digits = sign + match["digits"].replace(",", "")
    if match["exponent"] is None and _KEPT.fullmatch(digits):
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


def too_many_digits(value: object, most: int = limits.MAX_NUMBER_DIGITS) -> UnusableValueError:
    """Say that a number has more digits before the point than an app keeps."""
    return UnusableValueError(
        ProblemCode.TOO_LARGE,
        Message("{value} has more than {most} digits before the decimal point", value=preview(value), most=most),
        Message("keep it in a text field, or have the app keep more digits"),
    )
