"""Update keys: their values as text, and which of them kintone treats as equal.

A key is a text or number field that prohibits duplicates.
Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from kintone import limits
from kintone.messages import Joined, Message
from kintone.problems import UnusableValueError
from kintone.values.numbers import decimal_of, number_in, plain_number, read_number

MAX_LISTED_POSITIONS = 10

_NOT_IN_A_CODE = re.compile(r"""[\s"'`()<>=!,;{}\[\]\\]""")


class UpdateKey(NamedTuple):
    """The code of the field by which a record is found, and the value to find."""

    field: str
    value: str


class KeyProblemError(Exception):
    """A value cannot be a key; ``problem`` is the end of a sentence that begins with the value."""

    def __init__(self, problem: Message) -> None:
        """Keep the problem."""
        super().__init__(problem)
        self.problem: Final = problem


def is_field_code(code: str) -> bool:
    """Tell whether a text can be a field code; any other text must not be written into a query."""
    return 0 < len(code) <= limits.MAX_NAME_LENGTH and _NOT_IN_A_CODE.search(code) is None


def key_text(value: object) -> str:
    """Return the key as text, which kintone takes; raises ``KeyProblemError``."""
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
                "is {length} characters long; a key has at most {max_length}",
                length=len(text),
                max_length=limits.MAX_UNIQUE_LENGTH,
            )
        )
    return text


def same_key(value: object, text: str) -> bool:
    """Tell whether a value that the record gives for the key field equals the key ``text``."""
    try:
        other = key_text(value)
    except KeyProblemError:
        return False
    if other == text:
        return True
    # A value that is given as a number may equal the key although its text differs, as 1 and 1.0 do.
    number = None if isinstance(value, str) else number_in(other)
    return number is not None and number == number_in(text)


def repeated_keys(keys: Iterable[tuple[int, UpdateKey | None]]) -> list[Message]:
    """Return a sentence for every key that more than one entry has; each key is given with its entry's position."""
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
    """Return a sentence for every number that is the key of more than one entry."""
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
    names: dict[Hashable, Message] = {}
    for position, key, name in keys:
        positions.setdefault(key, []).append(position)
        names.setdefault(key, name)
    return [
        Message("entries {positions} have the same {key}; keep one of them", positions=_listed(found), key=names[key])
        for key, found in positions.items()
        if len(found) > 1
    ]


def _listed(positions: Sequence[int]) -> Message:
    if len(positions) > MAX_LISTED_POSITIONS:
        listed = Joined(positions[:MAX_LISTED_POSITIONS], ", ")
        return Message("{positions} and {count} more", positions=listed, count=len(positions) - MAX_LISTED_POSITIONS)
    return Message("{positions} and {last}", positions=Joined(positions[:-1], ", "), last=positions[-1])


def _number_text(value: float | Decimal) -> str:
    try:
        return plain_number(decimal_of(read_number(value)))
    except UnusableValueError as error:
        raise KeyProblemError(Message("cannot be used: {complaint}", complaint=error.complaint)) from None
