"""Update keys of number fields, where "1", "1.0" and full-width digits are one and the same."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

from kintone.messages import Message
from kintone.writing.entries import Entry, refuse
from kintone.writing.update_keys import UpdateKey, number_of, plain_number, repeated_keys, repeated_numbers

_EXACT = Context(prec=400)
_ROUNDINGS: Mapping[str, str] = {"HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP, "DOWN": ROUND_DOWN}


@dataclass(frozen=True, slots=True)
class NumberPrecision:
    """How an app keeps numbers: so many decimals, and how it rounds what has more; ``rounding`` is kintone's word.

    Source: ``numberPrecision`` of https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings.
    """

    decimals: int
    rounding: str = "HALF_EVEN"

    def rounded(self, number: Decimal) -> Decimal:
        """Return the number that kintone keeps."""
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent <= self.decimals:
            return number
        rounding = _ROUNDINGS.get(self.rounding, ROUND_HALF_EVEN)
        return number.quantize(Decimal(1).scaleb(-self.decimals), rounding, _EXACT).normalize(_EXACT)


def with_number_keys(
    entries: Sequence[Entry], number_fields: Container[str], precision: NumberPrecision | None = None
) -> list[Entry]:
    """Write the keys of NUMBER fields with plain digits; ``number_fields`` are their codes, from the app's form.

    With ``precision`` they are rounded as the app rounds them, which kintone would do by itself.
    Raises ``InvalidParameterError`` for number keys that are no numbers and for two keys that are equal.
    """
    problems: list[Message] = []
    numbers: list[tuple[int, UpdateKey, Decimal]] = []
    written: list[Entry] = []
    for entry in entries:
        key = entry.update_key
        if key is None or key.field not in number_fields:
            written.append(entry)
            continue
        number = number_of(key.value)
        if number is None:
            problems.append(
                Message(
                    'entry {position}: the update key {field} is a number field and "{value}" is not a number; '
                    "write digits only",
                    position=entry.position,
                    field=key.field,
                    value=key.value,
                )
            )
            continue
        if precision is not None:
            number = precision.rounded(number)
        numbers.append((entry.position, key, number))
        written.append(entry.with_key_value(plain_number(number)))
    # Normalisation may have made one key of two texts.
    texts = [(entry.position, entry.update_key) for entry in entries if not _is_number(entry, number_fields)]
    refuse(problems + repeated_numbers(numbers) + repeated_keys(texts))
    return written


def _is_number(entry: Entry, number_fields: Container[str]) -> bool:
    return entry.update_key is not None and entry.update_key.field in number_fields
