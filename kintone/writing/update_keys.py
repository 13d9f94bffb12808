"""Update keys: their values as text, and which two of them kintone would take for the same.

A key is a text or number field that prohibits duplicates; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
"""

import math
import re
from collections.abc import Hashable, Iterable, Sequence
from decimal import Context, Decimal
from typing import Final, NamedTuple

from kintone.messages import Joined, Message
from kintone.values.full_width import narrow

LONGEST_KEY = 64
"""Characters of a field that prohibits duplicates; https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html"""
LONGEST_FIELD_CODE = 128
NAMED_POSITIONS = 10
MOST_BITS = 256
"""More than any number of 64 digits has; Python refuses to print integers of some thousand digits."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_EXACT = Context(prec=400)
_NOT_IN_A_CODE = re.compile(r"""[\s"'`()<>=!,;{}\[\]\\]""")


class UpdateKey(NamedTuple):
    """The field code to match on and the value to look for."""

    field: str
    value: str


class KeyProblemError(Exception):
    """Why a value cannot be a key, as the end of a sentence."""

    def __init__(self, problem: Message) -> None:
        """Keep the end of the sentence."""
        super().__init__(problem)
        self.problem: Final = problem


def is_field_code(code: str) -> bool:
    """Tell whether a text can be a field code; what cannot must not get into a query."""
    return 0 < len(code) <= LONGEST_FIELD_CODE and _NOT_IN_A_CODE.search(code) is None


def key_text(value: object) -> str:
    """Return the key as kintone takes it; raises ``KeyProblemError``."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        text = _number_text(value)
    else:
        raise KeyProblemError(Message("must be a text or a number"))
    if not text.strip():
        raise KeyProblemError(Message("is empty; kintone can find no record by an empty key"))
    if len(text) > LONGEST_KEY:
        raise KeyProblemError(
            Message("is {length} characters long; a key has {longest} at most", length=len(text), longest=LONGEST_KEY)
        )
    return text


def number_of(text: str) -> Decimal | None:
    """Return the number that kintone would read, full-width digits included, or None."""
    plain = narrow(text)
    return Decimal(plain).normalize(_EXACT) if len(plain) <= LONGEST_KEY and _NUMBER.fullmatch(plain) else None


def plain_number(number: Decimal) -> str:
    """Write a number with digits alone."""
    return format(number.normalize(_EXACT), "f") if number else "0"


def same_key(value: object, text: str) -> bool:
    """Tell whether a value given elsewhere for the key field is the key's own."""
    try:
        other = key_text(value)
    except KeyProblemError:
        return False
    number = number_of(other)
    return other == text or (number is not None and number == number_of(text))


def repeated_keys(keys: Iterable[tuple[int, UpdateKey | None]]) -> list[Message]:
    """Return a sentence for every key that more than one entry has; keys come with their positions."""
    return _repeated(
        (position, key, Message('update key {field} = "{value}"', field=key.field, value=key.value))
        for position, key in keys
        if key
    )


def repeated_ids(ids: Iterable[tuple[int, str | None]]) -> list[Message]:
    """Return a sentence for every record id that more than one entry has."""
    return _repeated(
        (position, record_id, Message("id {id}", id=record_id)) for position, record_id in ids if record_id
    )


def repeated_numbers(keys: Iterable[tuple[int, UpdateKey, Decimal]]) -> list[Message]:
    """Return a sentence for every number that more than one key is."""
    return _repeated(
        (
            position,
            (key.field, number),
            Message("update key {field} = {number}", field=key.field, number=plain_number(number)),
        )
        for position, key, number in keys
    )


def _repeated(keys: Iterable[tuple[int, Hashable, Message]]) -> list[Message]:
    positions: dict[Hashable, list[int]] = {}
    words: dict[Hashable, Message] = {}
    for position, key, word in keys:
        positions.setdefault(key, []).append(position)
        words.setdefault(key, word)
    return [
        Message("entries {positions} have the same {key}; keep one of them", positions=_listed(found), key=words[key])
        for key, found in positions.items()
        if len(found) > 1
    ]


def _listed(positions: Sequence[int]) -> Message:
    if len(positions) > NAMED_POSITIONS:
        named = Joined(positions[:NAMED_POSITIONS], ", ")
        return Message("{positions} and {count} more", positions=named, count=len(positions) - NAMED_POSITIONS)
    return Message("{positions} and {last}", positions=Joined(positions[:-1], ", "), last=positions[-1])


def _number_text(value: float | Decimal) -> str:
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise _too_many_digits()
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise KeyProblemError(Message("is not a finite number"))
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if abs(number.adjusted()) > LONGEST_KEY:
        raise _too_many_digits()
    return plain_number(number)


def _too_many_digits() -> KeyProblemError:
    return KeyProblemError(Message("is a number of more than {longest} digits", longest=LONGEST_KEY))
