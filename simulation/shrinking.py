"""Shrinks a scenario that shows a violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from simulation.scenario import Scenario

MAX_RUNS = 400


def shrink(scenario: Scenario, reproduces: Callable[[Scenario], bool], max_runs: int = MAX_RUNS) -> Scenario:
    """Return the smallest scenario found for which `reproduces` is true; it must be true for the given one."""
    runs = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(scenario):
            if runs >= max_runs:
                return scenario
            runs += 1
            if reproduces(candidate):
                scenario = candidate
                smaller = True
                break
    return scenario


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Yield smaller scenarios, the smallest first."""
    yield from _fewer_entries(scenario)
    half = len(scenario.chosen) // 2
    for chosen in (scenario.chosen[half:], scenario.chosen[:half]) if half else ():
        yield replace(scenario, chosen=chosen)
    if scenario.comments:
        yield replace(scenario, comments=scenario.comments // 2)
    for field in ("competing_writes", "injected_faults"):
        for index in reversed(range(len(getattr(scenario, field)))):
            yield scenario.without(field, index)
    if len(scenario.records) > 1:
        # Records are removed only from the end, because a record's id is its position.
        for keep in (len(scenario.records) // 2, len(scenario.records) - 1):
            yield replace(scenario, records=scenario.records[:keep])
    for index, injected in enumerate(scenario.injected_faults):
        for times in sorted({1, 2, injected.times // 2}):
            if 0 < times < injected.times:
                yield replace(
                    scenario, injected_faults=_replaced(scenario.injected_faults, index, replace(injected, times=times))
                )
    yield from _simpler_parts(scenario)


def _fewer_entries(scenario: Scenario) -> Iterator[Scenario]:
    count = len(scenario.entries)
    for size in sorted({count // 2, count // 4, 1} - {0}, reverse=True):
        for start in range(0, count, size):
            rest = scenario.entries[:start] + scenario.entries[start + size :]
            if rest:
                yield replace(scenario, entries=rest)


def _replaced[T](values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _simpler_parts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios of the same length with simpler entries, records and settings."""
    for index, entry in enumerate(scenario.entries):
        for candidate in (replace(entry, rows=None, note=False, decimals=False), replace(entry, revision=None)):
            if candidate != entry:
                yield replace(scenario, entries=_replaced(scenario.entries, index, candidate))
    for index, record in enumerate(scenario.records):
        if record.rows or record.files:
            yield replace(scenario, records=_replaced(scenario.records, index, replace(record, rows=0, files=0)))
    if scenario.files > 1:
        yield replace(scenario, files=1)
    if scenario.validated:
        yield replace(scenario, validated=False)
