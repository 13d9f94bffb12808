"""Update keys: their values as text, and which two of them kintone would take for the same.

A key is a text or number field that prohibits duplicates; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from kintone import limits
from kintone.messages import Joined, Message
from kintone.problems import UnusableValueError
from kintone.values.numbers import decimal_of, number_in, plain_number, read_number

NAMED_POSITIONS = 10

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
    return 0 < len(code) <= limits.MAX_NAME_LENGTH and _NOT_IN_A_CODE.search(code) is None


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
    if len(text) > limits.MAX_UNIQUE_LENGTH:
        raise KeyProblemError(
            Message(
                "is {length} characters long; a key has {longest} at most",
                length=len(text),
                longest=limits.MAX_UNIQUE_LENGTH,
            )
        )
    return text


def same_key(value: object, text: str) -> bool:
    """Tell whether a value given elsewhere for the key field is the key's own."""
    try:
        other = key_text(value)
    except KeyProblemError:
        return False
    if other == text:
        return True
    # A number that did not arrive as text may be written in another way.
    number = None if isinstance(value, str) else number_in(other)
    return number is not None and number == number_in(text)


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
    try:
        return plain_number(decimal_of(read_number(value)))
    except UnusableValueError as error:
        raise KeyProblemError(Message("cannot be used: {complaint}", complaint=error.complaint)) from None
