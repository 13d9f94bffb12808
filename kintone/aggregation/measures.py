"""What is computed of the values of a group, one value after the other, in memory that does not grow with them."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from itertools import chain
from typing import Any

from kintone import limits
from kintone.aggregation.cells import Cells, Key
from kintone.errors import ResultTooLargeError
from kintone.field_types import Measure, ValueKind
from kintone.messages import Message
from kintone.values.numbers import plain_number

EXACT = Context(prec=400)
"""More digits than the sum of any numbers has that kintone can hold."""
AVERAGE_STEP = Decimal("1e-10")
LONGEST_KEPT = 32
"""Characters of a text that is kept whole to tell it from others; of a longer one a digest is."""


class DistinctBudget:
    """Counts the different values that all groups keep together."""

    def __init__(self) -> None:
        """Start without any."""
        self._count = 0

    def add(self) -> None:
        """Count one more; raises ``ResultTooLargeError``."""
        self._count += 1
        if self._count > limits.MAX_DISTINCT_VALUES:
            raise ResultTooLargeError(
                Message("there are more than {most:,} different values to count", most=limits.MAX_DISTINCT_VALUES),
                remedy=Message("add a condition to query, or leave count_distinct out"),
            )


class Tally:
    """One measure of one group."""

    __slots__ = ()

    @abstractmethod
    def add(self, values: Sequence[Sequence[Key]]) -> None:
        """Take the values that records have in the field, those of each record apart."""

    @abstractmethod
    def value(self) -> Any:  # noqa: ANN401 - what it is measured in
        """Return what it comes to, None where there was no value."""


class CountTally(Tally):
    """How many records or rows there were."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        """Start with none."""
        self._count = 0

    def add(self, values: Sequence[Sequence[Key]]) -> None:
        """Count the records, whatever they hold."""
        self._count += len(values)

    def value(self) -> int:
        """Return the number."""
        return self._count


class SumTally(Tally):
    """The exact sum, 0 of no values."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        """Start with 0."""
        self._total: Any = Decimal(0)
        self._count = 0

    def add(self, values: Sequence[Sequence[Key]]) -> None:
        """Add the values."""
        keys = list(chain.from_iterable(values))
        with localcontext(EXACT):
            self._total = sum(keys, self._total)
        self._count += len(keys)

    def value(self) -> Decimal | None:
        """Return the sum."""
        total: Decimal = self._total
        return total


class AverageTally(SumTally):
    """The mean of the values."""

    __slots__ = ()

    def value(self) -> Decimal | None:
        """Return the mean with far more digits than are shown."""
        return EXACT.divide(self._total, Decimal(self._count)) if self._count else None


class ExtremeTally(Tally):
    """The smallest or the largest value."""

    __slots__ = ("_best", "_pick")

    def __init__(self, pick: Callable[[Iterable[Key]], Key]) -> None:
        """Start with none; ``pick`` is ``min`` or ``max``."""
        self._best: list[Key] = []
        self._pick = pick

    def add(self, values: Sequence[Sequence[Key]]) -> None:
        """Keep the best one."""
        keys = [*self._best, *chain.from_iterable(values)]
        self._best = [self._pick(keys)] if keys else []

    def value(self) -> Key:
        """Return it."""
        return self._best[0] if self._best else None


class DistinctTally(Tally):
    """How many different values there were."""

    __slots__ = ("_budget", "_seen")

    def __init__(self, budget: DistinctBudget) -> None:
        """Start with none."""
        self._seen: set[object] = set()
        self._budget = budget

    def add(self, values: Sequence[Sequence[Key]]) -> None:
        """Remember the values that are new."""
        for key in chain.from_iterable(values):
            small = _small(key)
            if small not in self._seen:
                self._budget.add()
                self._seen.add(small)

    def value(self) -> int:
        """Return their number."""
        return len(self._seen)


def _small(key: Key) -> object:
    """Return what tells a value from others and takes little memory."""
    if isinstance(key, Decimal):
        return plain_number(key)
    if isinstance(key, str) and len(key) > LONGEST_KEPT:
        return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return key


def tally_maker(measure: Measure, budget: DistinctBudget) -> Callable[[], Tally]:
    """Return what makes a new tally of a measure."""
    makers: dict[Measure, Callable[[], Tally]] = {
        Measure.COUNT: CountTally,
        Measure.SUM: SumTally,
        Measure.AVG: AverageTally,
        Measure.MIN: lambda: ExtremeTally(min),
        Measure.MAX: lambda: ExtremeTally(max),
        Measure.COUNT_DISTINCT: lambda: DistinctTally(budget),
    }
    return makers[measure]


def shown_value(value: Any, measure: Measure, kind: ValueKind, cells: Cells) -> str | int:  # noqa: ANN401 - see Tally
    """Write what a measure comes to: counts as numbers, all else as text, "" where there was no value.

    An average has at most ten decimals; one of durations is rounded to the minute. Both are rounded half to even.
    """
    if measure in (Measure.COUNT, Measure.COUNT_DISTINCT):
        return int(value)
    if value is None:
        return ""
    if kind is ValueKind.DURATION:
        return cells.shown(int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN, EXACT)))
    if measure is Measure.AVG:
        return plain_number(value.quantize(AVERAGE_STEP, ROUND_HALF_EVEN, EXACT))
    return cells.shown(value)
