"""What is computed of the values of a group, one value after the other, in memory that does not grow with them."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
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
    def add(self, keys: Sequence[Key]) -> None:
        """Take the values that one record has in the field."""

    @abstractmethod
    def value(self) -> Any:  # noqa: ANN401 - what it is measured in
        """Return what it comes to, None where there was no value."""


class CountTally(Tally):
    """How many records or rows there were."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        """Start with none."""
        self._count = 0

    def add(self, keys: Sequence[Key]) -> None:
        """Count it, whatever it holds."""
        del keys
        self._count += 1

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

    def add(self, keys: Sequence[Key]) -> None:
        """Add the values."""
        for key in keys:
            self._total = EXACT.add(self._total, key)
            self._count += 1

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

    __slots__ = ("_best", "_is_better")

    def __init__(self, is_better: Callable[[Key, Key], bool]) -> None:
        """Start with none; ``is_better`` compares a new value with the one that is kept."""
        self._best: Key = None
        self._is_better = is_better

    def add(self, keys: Sequence[Key]) -> None:
        """Keep the better one."""
        for key in keys:
            if self._best is None or self._is_better(key, self._best):
                self._best = key

    def value(self) -> Key:
        """Return it."""
        return self._best


class DistinctTally(Tally):
    """How many different values there were."""

    __slots__ = ("_budget", "_seen")

    def __init__(self, budget: DistinctBudget) -> None:
        """Start with none."""
        self._seen: set[object] = set()
        self._budget = budget

    def add(self, keys: Sequence[Key]) -> None:
        """Remember the values that are new."""
        for key in keys:
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
        Measure.MIN: lambda: ExtremeTally(lambda key, best: key < best),
        Measure.MAX: lambda: ExtremeTally(lambda key, best: key > best),
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
