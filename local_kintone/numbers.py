"""Numbers as an app keeps them: how many digits, how many decimals, rounded which way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from functools import cached_property

ROUNDINGS = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}
MOST_DIGITS = 30
MOST_DECIMALS = 10
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
        if not (1 <= self.digits <= MOST_DIGITS and 0 <= self.decimal_places <= min(MOST_DECIMALS, self.digits)):
            raise ValueError(f"an app keeps no {self.digits} digits with {self.decimal_places} decimals")
        if self.rounding_mode not in ROUNDINGS:
            raise ValueError(f"rounding_mode is one of {', '.join(ROUNDINGS)}")

    @cached_property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimal_places)

    def rounded(self, number: Decimal) -> Decimal | None:
        """Return a number with no more decimals than the app keeps; None where it has too many digits before them."""
        whole = self.digits - self.decimal_places
        if number and number.adjusted() > MOST_DIGITS:
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
