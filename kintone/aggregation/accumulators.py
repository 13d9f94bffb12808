"""Accumulators: each computes one measure of one group, in memory that does not grow with the number of records."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from itertools import chain
from typing import Any

from kintone import limits
from kintone.aggregation.values import Value, ValueCodec
from kintone.errors import ResultTooLargeError
from kintone.field_types import Measure, ValueKind
from kintone.messages import Message
from kintone.values.numbers import plain_number

EXACT = Context(prec=400)
"""Enough digits for the exact sum of any numbers that kintone can store."""
AVERAGE_STEP = Decimal("1e-10")
MAX_KEPT_LENGTH = 32
"""Of a text with more characters only a digest is kept to recognise it."""


class DistinctBudget:
    """Counts the different values that the accumulators of all groups keep together."""

    def __init__(self) -> None:
        """Start at zero."""
        self._count = 0

    def add(self) -> None:
        """Count one more value; raises ``ResultTooLargeError`` above ``MAX_DISTINCT_VALUES``."""
        self._count += 1
        if self._count > limits.MAX_DISTINCT_VALUES:
            raise ResultTooLargeError(
                Message(
                    "there are more than {maximum:,} different values to count", maximum=limits.MAX_DISTINCT_VALUES
                ),
                remedy=Message("add a condition to query, or leave count_distinct out"),
            )


class Accumulator:
    """One measure of one group."""

    __slots__ = ()

    @abstractmethod
    def add(self, values: Sequence[Sequence[Value]]) -> None:
        """Add the values that records have in the field: for each record a sequence of its values."""

    @abstractmethod
    def result(self) -> Any:  # noqa: ANN401 - a number, or a value of the field
        """Return the result so far, None where there was no value."""


class CountAccumulator(Accumulator):
    """The number of records, or of table rows."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        """Start at zero."""
        self._count = 0

    def add(self, values: Sequence[Sequence[Value]]) -> None:
        """Count the records, with or without a value."""
        self._count += len(values)

    def result(self) -> int:
        """Return the number."""
        return self._count


class SumAccumulator(Accumulator):
    """The exact sum; 0 without values."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        """Start at zero."""
        self._total: Any = Decimal(0)
        self._count = 0

    def add(self, values: Sequence[Sequence[Value]]) -> None:
        """Add the values."""
        flat = list(chain.from_iterable(values))
        with localcontext(EXACT):
            self._total = sum(flat, self._total)
        self._count += len(flat)

    def result(self) -> Decimal | None:
        """Return the sum."""
        total: Decimal = self._total
        return total


class MeanAccumulator(SumAccumulator):
    """The arithmetic mean."""

    __slots__ = ()

    def result(self) -> Decimal | None:
        """Return the mean, not yet rounded to the decimals of the rows."""
        return EXACT.divide(self._total, Decimal(self._count)) if self._count else None


class ExtremeAccumulator(Accumulator):
    """The smallest or the largest value."""

    __slots__ = ("_best", "_choose")

    def __init__(self, choose: Callable[[Iterable[Value]], Value]) -> None:
        """Start without a value; ``choose`` is ``min`` or ``max``."""
        self._best: list[Value] = []
        self._choose = choose

    def add(self, values: Sequence[Sequence[Value]]) -> None:
        """Keep the best of the values."""
        flat = [*self._best, *chain.from_iterable(values)]
        self._best = [self._choose(flat)] if flat else []

    def result(self) -> Value:
        """Return the best value."""
        return self._best[0] if self._best else None


class DistinctAccumulator(Accumulator):
    """The number of different values."""

    __slots__ = ("_budget", "_seen")

    def __init__(self, budget: DistinctBudget) -> None:
        """Start without values; ``budget`` is shared by all groups."""
        self._seen: set[object] = set()
        self._budget = budget

    def add(self, values: Sequence[Sequence[Value]]) -> None:
        """Keep the new values."""
        for value in chain.from_iterable(values):
            identity = _identity(value)
            if identity not in self._seen:
                self._budget.add()
                self._seen.add(identity)

    def result(self) -> int:
        """Return the number."""
        return len(self._seen)


def _identity(value: Value) -> object:
    """Return an object that equals that of an equal value only, and is small."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, str) and len(value) > MAX_KEPT_LENGTH:
        return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return value


def accumulator_factory(measure: Measure, budget: DistinctBudget) -> Callable[[], Accumulator]:
    """Return a function that creates accumulators of a measure."""
    factories: dict[Measure, Callable[[], Accumulator]] = {
        Measure.COUNT: CountAccumulator,
        Measure.SUM: SumAccumulator,
        Measure.AVG: MeanAccumulator,
        Measure.MIN: lambda: ExtremeAccumulator(min),
        Measure.MAX: lambda: ExtremeAccumulator(max),
        Measure.COUNT_DISTINCT: lambda: DistinctAccumulator(budget),
    }
    return factories[measure]


def encoded_result(
    result: Any,  # noqa: ANN401 - see Accumulator
    measure: Measure,
    kind: ValueKind,
    codec: ValueCodec,
) -> str | int:
    """Return a result as it appears in the rows: counts as numbers, others as text, "" where there was no value.

    An average is rounded to ten decimals, that of durations to the minute, both half to even.
    """
    if measure in (Measure.COUNT, Measure.COUNT_DISTINCT):
        return int(result)
    if result is None:
        return ""
    if kind is ValueKind.DURATION:
        return codec.encode(int(Decimal(result).quantize(Decimal(1), ROUND_HALF_EVEN, EXACT)))
    if measure is Measure.AVG:
        return plain_number(result.quantize(AVERAGE_STEP, ROUND_HALF_EVEN, EXACT))
    return codec.encode(result)
