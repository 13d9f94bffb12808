"""The aggregator: takes pages of records and returns rows; its memory grows with the number of groups only."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from kintone import limits
from kintone.aggregation.accumulators import Accumulator, DistinctBudget, accumulator_factory, encoded_result
from kintone.aggregation.plan import AggregationPlan, Group, PlannedMeasure
from kintone.aggregation.values import Value
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from kintone.replies import misshapen, name_in_answer

type GroupKey = tuple[Value, ...]
type Row = dict[str, str | int]

_EMPTY_KEY: GroupKey = ()
_NO_VALUE: Sequence[Value] = (None,)
_ABSENT: Mapping[str, Any] = {"value": None}
_DECODING_ERRORS = (ValueError, TypeError, KeyError, OverflowError)
_FEWER_GROUPS = Message(
    "group by fewer fields or by a coarser unit, such as month instead of day, or add a condition to query"
)


@dataclass(slots=True)
class GroupCounts:
    """How many records, or table rows, have no value in a field of ``group_by``, and how many have several."""

    without_value: int = 0
    with_several: int = 0


@dataclass(frozen=True, slots=True)
class _Items:
    """The records of a page, or their table rows, which are what is counted.

    ``records``, ``columns`` (the fields of the table row, or of the record) and ``ids`` (of the record) have an entry
    for each item.
    """

    records: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]
    ids: Sequence[str]

    def values_of(self, part: Group | PlannedMeasure) -> Sequence[Sequence[Value]]:
        """Return the values of one field for each item; raises ``UnknownResponseError`` if one is not of its type."""
        source = part.source
        if source is None:
            return [()] * len(self.ids)
        code, decode = source.field.code, part.codec.decode
        holders = self.columns if source.table else self.records
        try:
            raw = [fields[code]["value"] for fields in holders]
        except KeyError:
            raw = [fields.get(code, _ABSENT)["value"] for fields in holders]
        try:
            return [decode(value) for value in raw]
        except _DECODING_ERRORS:
            position = next(position for position, value in enumerate(raw) if not _can_decode(decode, value))
            raise _wrong_value(code, self.ids[position]) from None


class Aggregator:
    """Computes one aggregation: call ``add`` with each page, then ``rows``.

    ``record_count`` is the number of records, ``item_count`` that of the records or table rows that were counted,
    ``without_rows`` that of records with an empty table; ``group_counts`` are in the order of the groups. ``names`` are
    those of the people, departments and groups among the groups, by login name or code.
    """

    def __init__(self, plan: AggregationPlan) -> None:
        """Start without records; without ``group_by`` there is one group from the start."""
        self.record_count = 0
        self.item_count = 0
        self.without_rows = 0
        self.group_counts = [GroupCounts() for _ in plan.groups]
        self.names: dict[str, str] = {}
        self._plan = plan
        self._absent = list(plan.fields)
        budget = DistinctBudget()
        self._factories = [accumulator_factory(each.request.measure, budget) for each in plan.measures]
        self._groups: dict[GroupKey, list[Accumulator]] = {}
        self._characters = 0
        if not plan.groups:
            self._accumulators(_EMPTY_KEY)

    @property
    def total_rows(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    @property
    def absent(self) -> Sequence[str]:
        """Return the codes of the fields that no record had; none if there was no record."""
        return self._absent if self.record_count else ()

    # Adding records

    def add(self, page: Page) -> None:
        """Add the records of a page.

        Raises ``ResultTooLargeError`` for too many groups or different values, ``UnknownResponseError`` for a value
        that is not of its field's type.
        """
        if self._absent:
            self._absent = [code for code in self._absent if not any(code in record for record in page.records)]
        self.record_count += len(page.records)
        items = self._items(page)
        self.item_count += len(items.ids)
        columns = self._measured_values(items)
        for key, members in self._members_by_group(items).items():
            for accumulator, column in zip(self._accumulators(key), columns, strict=True):
                accumulator.add([column[member] for member in members])

    def _items(self, page: Page) -> _Items:
        table = self._plan.table
        if not table:
            return _Items(page.records, page.records, page.ids)
        items: list[tuple[Record, Mapping[str, Any], str]] = []
        for record, record_id in zip(page.records, page.ids, strict=True):
            rows = record.get(table, _ABSENT)["value"] or ()
            self.without_rows += not rows
            items += ((record, row["value"], record_id) for row in rows)
        return _Items([item[0] for item in items], [item[1] for item in items], [item[2] for item in items])

    def _measured_values(self, items: _Items) -> Sequence[Sequence[Sequence[Value]]]:
        """Return the values for each measure; the values of one field are decoded once."""
        decoded: dict[str, Sequence[Sequence[Value]]] = {}
        for measure in self._plan.measures:
            if measure.request.code not in decoded:
                decoded[measure.request.code] = items.values_of(measure)
        return [decoded[measure.request.code] for measure in self._plan.measures]

    def _members_by_group(self, items: _Items) -> Mapping[GroupKey, Sequence[int]]:
        """Return the positions of the items of each group; an item is in one for each combination of its values."""
        if not self._plan.groups:
            return {_EMPTY_KEY: range(len(items.ids))}
        columns = [items.values_of(group) for group in self._plan.groups]
        for group, counts, column in zip(self._plan.groups, self.group_counts, columns, strict=True):
            counts.without_value += column.count(())
            if group.holds_several:
                counts.with_several += sum(len(values) > 1 for values in column)
            if group.holds_people:
                self._note_names(items, group)
        return _members(columns)

    def _note_names(self, items: _Items, group: Group) -> None:
        """Keep the names that stand beside login names; the values were decoded before, so their shape is right."""
        holders = items.columns if group.source.table else items.records
        for fields in holders:
            value = fields.get(group.source.field.code, _ABSENT)["value"] or ()
            for entry in value if isinstance(value, list) else (value,):
                if entry and isinstance(name := entry.get("name"), str):
                    self.names.setdefault(entry["code"], name)

    def _accumulators(self, key: GroupKey) -> list[Accumulator]:
        accumulators = self._groups.get(key)
        if accumulators is None:
            accumulators = self._groups[key] = [create() for create in self._factories]
            self._characters += sum(len(value) for value in key if isinstance(value, str))
            if len(self._groups) > limits.MAX_GROUPS or self._characters > limits.MAX_GROUP_CHARACTERS:
                raise _too_many_groups(len(self._groups))
        return accumulators

    # Rows

    def rows(self, maximum: int) -> list[Row]:
        """Return up to ``maximum`` rows in the requested order; their keys are the groups and measures as written."""
        results = [[accumulator.result() for accumulator in group] for group in self._groups.values()]
        rows = list(zip(self._groups, results, strict=True))
        groups = self._plan.groups
        rows.sort(key=lambda row: tuple(map(_group_sort_key, groups, row[0])))
        for sort_key in reversed(self._plan.request.order):
            column, descending = sort_key.column, sort_key.descending
            if column < len(groups):
                rows.sort(key=lambda row: _group_sort_key(groups[column], row[0][column]), reverse=descending)
            else:
                measure = column - len(groups)
                rows.sort(key=lambda row: _result_sort_key(row[1][measure], descending), reverse=descending)
        return [self._row(key, row_results) for key, row_results in rows[:maximum]]

    def _row(self, key: GroupKey, results: Sequence[Any]) -> Row:
        row: Row = {}
        for group, value in zip(self._plan.groups, key, strict=True):
            row[group.request.text] = "" if value is None else group.codec.encode(value)
        for measure, result in zip(self._plan.measures, results, strict=True):
            row[measure.request.text] = encoded_result(result, measure.request.measure, measure.kind, measure.codec)
        return row


def _members(columns: Sequence[Sequence[Sequence[Value]]]) -> Mapping[GroupKey, Sequence[int]]:
    members: defaultdict[Any, list[int]] = defaultdict(list)
    if len(columns) == 1:
        for position, values in enumerate(columns[0]):
            for value in values or _NO_VALUE:
                members[value].append(position)
        return {(value,): positions for value, positions in members.items()}
    for position, item_values in enumerate(zip(*columns, strict=True)):
        combinations = prod(len(values) or 1 for values in item_values)
        if combinations > limits.MAX_GROUPS or len(members) > limits.MAX_GROUPS:
            raise _too_many_groups(max(combinations, len(members)))
        for key in product(*[values or _NO_VALUE for values in item_values]):
            members[key].append(position)
    return members


def _can_decode(decode: Callable[[Any], object], value: object) -> bool:
    try:
        decode(value)
    except _DECODING_ERRORS:
        return False
    return True


def _group_sort_key(group: Group, value: Value) -> tuple[Any, ...]:
    """Sort the group without a value first."""
    return (0,) if value is None else (1, group.codec.sort_key(value))


def _result_sort_key(result: Any, descending: bool) -> tuple[bool, Any]:  # noqa: ANN401, FBT001 - see Accumulator
    """Sort rows without a value last in both directions."""
    return (result is not None) if descending else (result is None), result


def _wrong_value(code: str, record_id: str) -> UnknownResponseError:
    part = Message("the value of {code} in record {id}", code=name_in_answer(code), id=record_id)
    return misshapen(Message("aggregating records"), part, Message("not of the field's type"))


def _too_many_groups(count: int) -> ResultTooLargeError:
    return ResultTooLargeError(
        Message(
            "there are too many groups: {count:,} so far; the maximum is {groups:,} groups with {characters:,} "
            "characters in their names",
            count=count,
            groups=limits.MAX_GROUPS,
            characters=limits.MAX_GROUP_CHARACTERS,
        ),
        remedy=_FEWER_GROUPS,
    )
