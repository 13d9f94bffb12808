"""Numbers and ids: an app's digits, decimals and rounding mode, and the accepted formats of ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from functools import cached_property

from local_kintone.refusals import invalid_parameter

ROUNDINGS = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}
MAX_DIGITS = 30
MAX_DECIMALS = 10
# Exact for every number that an app can store.
EXACT = Context(prec=100)


@dataclass(frozen=True)
class NumberPrecision:
    """An app's `numberPrecision`.

    Attributes:
        digits: total number of digits, 1 to 30.
        decimal_places: how many of them are decimals, 0 to 10.
        rounding_mode: "HALF_EVEN", "UP" or "DOWN".
    """

    digits: int = 16
    decimal_places: int = 4
    rounding_mode: str = "HALF_EVEN"

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a number is out of its range or the rounding mode is unknown.
        """
        if not (1 <= self.digits <= MAX_DIGITS and 0 <= self.decimal_places <= min(MAX_DECIMALS, self.digits)):
            raise ValueError(f"{self.digits} digits with {self.decimal_places} decimals are out of range")
        if self.rounding_mode not in ROUNDINGS:
            raise ValueError(f"rounding_mode must be one of {', '.join(ROUNDINGS)}")

    @cached_property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimal_places)

    def rounded(self, number: Decimal) -> Decimal | None:
        """Return a number rounded to the app's decimals; None if it has too many integer digits."""
        whole = self.digits - self.decimal_places
        if number and number.adjusted() > MAX_DIGITS:
            return None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.decimal_places:
            number = number.quantize(self._step, ROUNDINGS[self.rounding_mode], EXACT).normalize(EXACT)
        return None if number and number.adjusted() >= whole else number

    def to_api(self) -> dict[str, str]:
        """Return the `numberPrecision` of app/settings.json."""
        return {
            "digits": str(self.digits),
            "decimalPlaces": str(self.decimal_places),
            "roundingMode": self.rounding_mode,
        }


def format_number(number: Decimal) -> str:
    """Return a number as text, without an exponent; zero has no sign."""
    return f"{number:f}" if number else "0"


def canonical_number(text: str) -> str:
    """Return one text for all spellings of the same number; a text that is not a number is returned unchanged."""
    try:
        return format_number(Decimal(text).normalize(EXACT))
    except ArithmeticError:
        return text


# Half-width digits only.
_DIGITS = re.compile(r"[0-9]+")


def is_digits(text: str) -> bool:
    """Tell whether a text consists of half-width digits only."""
    return bool(_DIGITS.fullmatch(text))


def positive_integer(value: object, name: str) -> int:
    """Return a positive integer from a number or a numeric text.

    Raises:
        RefusedError: CB_VA01 under the parameter's name.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not is_digits(str(value)) or not int(value):
        raise invalid_parameter(name, "Only positive integers are allowed.")
    return int(value)
