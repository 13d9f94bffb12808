"""One entry of an upsert, number keys brought to one form, and how the problems of entries are told."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self

from kintone.errors import InvalidParameterError
from kintone.messages import NOTHING, Joined, Message
from kintone.values.numbers import number_in, plain_number
from kintone.writing.update_keys import UpdateKey, repeated_keys, repeated_numbers

PARAMETER = "records_data"
MAX_LISTED_PROBLEMS = 20
MAX_PROBLEMS = 1_000
"""After this number of problems the other entries are not read; a text of ten million characters may hold a million."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to write; ``position`` counts from 1, ``record`` is a field map: ``{"code": …}``.

    With ``update_key`` it is inserted or updated, with ``id`` updated, with neither inserted. Where ``revision`` is
    set, the saved record must have it. With ``must_exist`` a key that no record has is an error, and nothing is
    inserted by it. ``line`` is the physical line of the file on which the entry begins, 0 where it is from no file.
    """

    position: int
    record: Mapping[str, object] = field(repr=False)
    update_key: UpdateKey | None = field(default=None, repr=False)
    id: str | None = None
    revision: str | None = None
    must_exist: bool = False
    line: int = 0

    @property
    def named(self) -> Message:
        """The entry in words."""
        if self.line:
            return Message("entry {position} (line {line})", position=self.position, line=self.line)
        return Message("entry {position}", position=self.position)

    @property
    def parameter(self) -> str:
        """The parameter of the tool that it came with."""
        return "records_file" if self.line else PARAMETER

    def with_record(self, record: Mapping[str, object]) -> Self:
        """Return the same entry with other values, as after normalisation."""
        return replace(self, record=record)


# Number keys


def with_number_keys(entries: Sequence[Entry], number_fields: Container[str]) -> list[Entry]:
    """Return the entries with the keys of NUMBER fields in plain digits; ``number_fields`` are the codes of these.

    Raises ``InvalidParameterError`` for number keys that are not numbers and for two keys that are equal.
    """
    problems: list[Message] = []
    numbers: list[tuple[int, UpdateKey, Decimal]] = []
    normalised: list[Entry] = []
    for entry in entries:
        key = entry.update_key
        if key is None or key.field not in number_fields:
            normalised.append(entry)
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
        normalised.append(replace(entry, update_key=key._replace(value=plain_number(number))))
    # Two different texts may be the same number.
    texts = [(entry.position, entry.update_key) for entry in entries if not _has_number_key(entry, number_fields)]
    raise_if_any(problems + repeated_numbers(numbers) + repeated_keys(texts))
    return normalised


def _has_number_key(entry: Entry, number_fields: Container[str]) -> bool:
    return entry.update_key is not None and entry.update_key.field in number_fields


# Reporting problems


def raise_if_any(problems: Sequence[Message], parameter: str = PARAMETER) -> None:
    """Raise one ``InvalidParameterError`` for a parameter that lists the problems, if there are any."""
    if not problems:
        return
    left = len(problems) - MAX_LISTED_PROBLEMS
    more = NOTHING
    if len(problems) >= MAX_PROBLEMS:
        more = Message("and many more")
    elif left > 0:
        more = Message("and {count} more", count=left)
    listed = Joined([*problems[:MAX_LISTED_PROBLEMS], more], "; ")
    raise InvalidParameterError("{parameter}: {problems}", parameter=parameter, problems=listed)


_TYPE_NAMES: Mapping[type, Message] = {
    dict: Message("an object"),
    list: Message("a list"),
    str: Message("a text"),
    bool: Message("true or false"),
    type(None): Message("null"),
}


def type_name(value: object) -> Message:
    """Name the type of a decoded value for a sentence."""
    name = _TYPE_NAMES.get(type(value))
    if name is not None:
        return name
    return Message("a number") if isinstance(value, int | float) else Message("something else")
