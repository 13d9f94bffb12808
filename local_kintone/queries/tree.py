"""What a parsed query is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotes or a bare number, as text."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function and its arguments, which are bare words and numbers."""

    name: str
    arguments: tuple[str, ...]


type Operand = Literal | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, an operator in lower case ("not in") and its operands; `related` is the column behind a dot."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    related: str | None = None


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by one word, "and" or "or"."""

    word: str
    parts: tuple[Condition, ...]


type Condition = Comparison | Junction


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of `order by`."""

    field: str
    ascending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; limit and offset are None where they are not given."""

    condition: Condition | None = None
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int | None = None
