"""Numbers and ids: how many digits and decimals an app keeps, rounded which way, and how clients write ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from functools import cached_property

from local_kintone.refusals import invalid_parameter

ROUNDINGS = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}
MAX_DIGITS = 30
MAX_DECIMALS = 10
# Exact for every number that an app can keep.
EXACT = Context(prec=100)


@dataclass(frozen=True)
class NumberPrecision:
    """An app's `numberPrecision`.

    Attributes:
        digits: digits in all, 1 to 30.
        decimal_places: how many of them are decimals, 0 to 10.
        rounding_mode: "HALF_EVEN", "UP" or "DOWN".
    """

    digits: int = 16
    decimal_places: int = 4
    rounding_mode: str = "HALF_EVEN"

    def __post_init__(self) -> None:
        """Refuse what no app can be set to.

        Raises:
            ValueError: a number out of its range or an unknown rounding.
        """
        if not (1 <= self.digits <= MAX_DIGITS and 0 <= self.decimal_places <= min(MAX_DECIMALS, self.digits)):
            raise ValueError(f"an app keeps no {self.digits} digits with {self.decimal_places} decimals")
        if self.rounding_mode not in ROUNDINGS:
            raise ValueError(f"rounding_mode is one of {', '.join(ROUNDINGS)}")

    @cached_property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimal_places)

    def rounded(self, number: Decimal) -> Decimal | None:
        """Return a number with no more decimals than the app keeps; None where it has too many digits before them."""
        whole = self.digits - self.decimal_places
        if number and number.adjusted() > MAX_DIGITS:
            return None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.decimal_places:
            number = number.quantize(self._step, ROUNDINGS[self.rounding_mode], EXACT).normalize(EXACT)
        return None if number and number.adjusted() >= whole else number

    def shown(self) -> dict[str, str]:
        """Return what app/settings.json shows."""
        return {
            "digits": str(self.digits),
            "decimalPlaces": str(self.decimal_places),
            "roundingMode": self.rounding_mode,
        }


def plain_text(number: Decimal) -> str:
    """Return a number without exponent, zero without a sign."""
    return f"{number:f}" if number else "0"


def comparable(text: str) -> str:
    """Return the text that stands for all ways to write one number; what is no number stands for itself."""
    try:
        return plain_text(Decimal(text).normalize(EXACT))
    except ArithmeticError:
        return text


# Digits of half width alone.
_DIGITS = re.compile(r"[0-9]+")


def is_whole(text: str) -> bool:
    """Tell whether a text is nothing but half-width digits."""
    return bool(_DIGITS.fullmatch(text))


def positive(value: object, name: str) -> int:
    """Return a positive integer, given as number or numeric text, or refuse under a name."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not is_whole(str(value)) or not int(value):
        raise invalid_parameter(name, "Only positive integers are allowed.")
    return int(value)
