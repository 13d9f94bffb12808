"""Update keys of number fields, where "1", "1.0" and full-width digits are one and the same."""

from collections.abc import Container, Sequence
from decimal import Decimal

from kintone.messages import Message
from kintone.values.numbers import number_in, plain_number
from kintone.writing.entries import Entry, refuse
from kintone.writing.update_keys import UpdateKey, repeated_keys, repeated_numbers


def with_number_keys(entries: Sequence[Entry], number_fields: Container[str]) -> list[Entry]:
    """Write the keys of NUMBER fields with plain digits; ``number_fields`` are their codes, from the app's form.

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
        number = number_in(key.value)
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
        numbers.append((entry.position, key, number))
        written.append(entry.with_key_value(plain_number(number)))
    # Normalisation may have made one key of two texts.
    texts = [(entry.position, entry.update_key) for entry in entries if not _is_number(entry, number_fields)]
    refuse(problems + repeated_numbers(numbers) + repeated_keys(texts))
    return written


def _is_number(entry: Entry, number_fields: Container[str]) -> bool:
    return entry.update_key is not None and entry.update_key.field in number_fields
