"""Makes a scenario that shows a violation as small as can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from simulation.scenario import Scenario

MOST_PLAYS = 400


def shrink(scenario: Scenario, shows: Callable[[Scenario], bool], most_plays: int = MOST_PLAYS) -> Scenario:
    """Return the smallest scenario found for which `shows` still holds; the given one must be such."""
    plays = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(scenario):
            if plays >= most_plays:
                return scenario
            plays += 1
            if shows(candidate):
                scenario = candidate
                smaller = True
                break
    return scenario


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios with less in them, the boldest first."""
    yield from _fewer_entries(scenario)
    for field in ("acts", "troubles"):
        for place in reversed(range(len(getattr(scenario, field)))):
            yield scenario.without(field, place)
    if len(scenario.records) > 1:
        # Only from the end: an id is the place of its record.
        for keep in (len(scenario.records) // 2, len(scenario.records) - 1):
            yield replace(scenario, records=scenario.records[:keep])
    for place, trouble in enumerate(scenario.troubles):
        for times in sorted({1, 2, trouble.times // 2}):
            if 0 < times < trouble.times:
                yield replace(scenario, troubles=_exchanged(scenario.troubles, place, replace(trouble, times=times)))
    yield from _plainer_parts(scenario)


def _fewer_entries(scenario: Scenario) -> Iterator[Scenario]:
    count = len(scenario.entries)
    for size in sorted({count // 2, count // 4, 1} - {0}, reverse=True):
        for start in range(0, count, size):
            rest = scenario.entries[:start] + scenario.entries[start + size :]
            if rest:
                yield replace(scenario, entries=rest)


def _exchanged[T](values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def _plainer_parts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios of the same length with plainer entries, records and settings."""
    for place, entry in enumerate(scenario.entries):
        for candidate in (replace(entry, rows=None, note=False, decimals=False), replace(entry, revision=None)):
            if candidate != entry:
                yield replace(scenario, entries=_exchanged(scenario.entries, place, candidate))
    for place, record in enumerate(scenario.records):
        if record.rows or record.files:
            yield replace(scenario, records=_exchanged(scenario.records, place, replace(record, rows=0, files=0)))
    if scenario.files > 1:
        yield replace(scenario, files=1)
    if scenario.checked:
        yield replace(scenario, checked=False)
