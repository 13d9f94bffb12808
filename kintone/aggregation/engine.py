"""Records go in page by page, rows come out; what is kept grows with the groups alone."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from kintone import limits
from kintone.aggregation.cells import Key
from kintone.aggregation.measures import DistinctBudget, Tally, shown_value, tally_maker
from kintone.aggregation.plan import Group, Measured, Plan
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from kintone.replies import misshapen, name_in_answer

type GroupKey = tuple[Key, ...]
type Row = dict[str, str | int]

_NO_KEY: GroupKey = ()
_NO_VALUE: Sequence[Key] = (None,)
_ABSENT: Mapping[str, Any] = {"value": None}
_UNREADABLE = (ValueError, TypeError, KeyError, OverflowError)
_COARSER = Message(
    "group by fewer fields or by a coarser unit, such as month instead of day, or add a condition to query"
)


@dataclass(slots=True)
class GroupNotes:
    """How many records, or rows of the table, have no value in a field of ``group_by``, and how many several."""

    empty: int = 0
    several: int = 0


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a page adds: records, or rows of a table with their ``cells``, and the id of the record of each."""

    records: Sequence[Mapping[str, Any]]
    cells: Sequence[Mapping[str, Any]]
    ids: Sequence[str]

    def column(self, each: Group | Measured) -> Sequence[Sequence[Key]]:
        """Return the values in one field; raises ``UnknownResponseError`` for what is none of its type."""
        place = each.place
        if place is None:
            return [()] * len(self.ids)
        code, read = place.field.code, each.cells.read
        holders = self.cells if place.table else self.records
        try:
            values = [fields[code]["value"] for fields in holders]
        except KeyError:
            values = [fields.get(code, _ABSENT)["value"] for fields in holders]
        try:
            return [read(value) for value in values]
        except _UNREADABLE:
            raise _unreadable(
                code, next(self.ids[at] for at, value in enumerate(values) if not _is_readable(read, value))
            ) from None


class Aggregation:
    """One aggregation: ``take`` the pages, then ask for ``rows``.

    ``record_count`` are the records taken, ``counted`` those that were counted: the same, or rows of the table.
    ``without_rows`` are records whose table is empty, ``notes`` stand in the order of the groups.
    """

    def __init__(self, plan: Plan) -> None:
        """Start without records; without ``group_by`` there is one group from the beginning."""
        self.record_count = 0
        self.counted = 0
        self.without_rows = 0
        self.notes = [GroupNotes() for _ in plan.groups]
        self._plan = plan
        self._absent = list(plan.fields)
        budget = DistinctBudget()
        self._makers = [tally_maker(each.asked.measure, budget) for each in plan.measures]
        self._groups: dict[GroupKey, list[Tally]] = {}
        self._characters = 0
        if not plan.groups:
            self._tallies(_NO_KEY)

    @property
    def total_rows(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    @property
    def absent(self) -> Sequence[str]:
        """Return the codes of fields that no record has had; none where there was no record."""
        return self._absent if self.record_count else ()

    def take(self, page: Page) -> None:
        """Count the records of a page.

        Raises ``ResultTooLargeError`` for too many groups or values, ``UnknownResponseError`` for a value that is not
        of its field's type.
        """
        if self._absent:
            self._absent = [code for code in self._absent if not any(code in record for record in page.records)]
        self.record_count += len(page.records)
        counted = self._counted_in(page)
        self.counted += len(counted.ids)
        columns = self._columns_of(counted)
        for key, members in self._groups_of(counted).items():
            for tally, column in zip(self._tallies(key), columns, strict=True):
                tally.add([column[member] for member in members])

    def _counted_in(self, page: Page) -> _Counted:
        table = self._plan.table
        if not table:
            return _Counted(page.records, page.records, page.ids)
        found: list[tuple[Record, Mapping[str, Any], str]] = []
        for record, record_id in zip(page.records, page.ids, strict=True):
            rows = record.get(table, _ABSENT)["value"] or ()
            self.without_rows += not rows
            found += ((record, row["value"], record_id) for row in rows)
        return _Counted([each[0] for each in found], [each[1] for each in found], [each[2] for each in found])

    def _columns_of(self, counted: _Counted) -> Sequence[Sequence[Sequence[Key]]]:
        """Return the values of each measure; a field that several measure is read once."""
        read: dict[str, Sequence[Sequence[Key]]] = {}
        for each in self._plan.measures:
            if each.asked.code not in read:
                read[each.asked.code] = counted.column(each)
        return [read[each.asked.code] for each in self._plan.measures]

    def _groups_of(self, counted: _Counted) -> Mapping[GroupKey, Sequence[int]]:
        """Return which of the records or rows belong to which group: each to every combination of its values."""
        if not self._plan.groups:
            return {_NO_KEY: range(len(counted.ids))}
        columns = [counted.column(group) for group in self._plan.groups]
        for group, notes, column in zip(self._plan.groups, self.notes, columns, strict=True):
            notes.empty += column.count(())
            if group.holds_several:
                notes.several += sum(len(keys) > 1 for keys in column)
        return _members(columns)

    def _tallies(self, key: GroupKey) -> list[Tally]:
        tallies = self._groups.get(key)
        if tallies is None:
            tallies = self._groups[key] = [make() for make in self._makers]
            self._characters += sum(len(part) for part in key if isinstance(part, str))
            if len(self._groups) > limits.MAX_GROUPS or self._characters > limits.MAX_GROUP_CHARACTERS:
                raise _too_many(len(self._groups))
        return tallies

    def rows(self, most: int) -> list[Row]:
        """Return the first rows in the order that was asked for; keys are the groups and measures as given."""
        places = [[tally.value() for tally in tallies] for tallies in self._groups.values()]
        rows = list(zip(self._groups, places, strict=True))
        groups = self._plan.groups
        rows.sort(key=lambda row: tuple(map(_group_order, groups, row[0])))
        for sort_key in reversed(self._plan.asked.order):
            place, descending = sort_key.place, sort_key.descending
            if place < len(groups):
                rows.sort(key=lambda row: _group_order(groups[place], row[0][place]), reverse=descending)
            else:
                rows.sort(key=lambda row: _value_order(row[1][place - len(groups)], descending), reverse=descending)
        return [self._row(key, values) for key, values in rows[:most]]

    def _row(self, key: GroupKey, values: Sequence[Any]) -> Row:
        row: Row = {}
        for group, part in zip(self._plan.groups, key, strict=True):
            row[group.asked.text] = "" if part is None else group.cells.shown(part)
        for each, value in zip(self._plan.measures, values, strict=True):
            row[each.asked.text] = shown_value(value, each.asked.measure, each.kind, each.cells)
        return row


def _members(columns: Sequence[Sequence[Sequence[Key]]]) -> Mapping[GroupKey, Sequence[int]]:
    members: defaultdict[Any, list[int]] = defaultdict(list)
    if len(columns) == 1:
        for place, keys in enumerate(columns[0]):
            for key in keys or _NO_VALUE:
                members[key].append(place)
        return {(key,): places for key, places in members.items()}
    for place, found in enumerate(zip(*columns, strict=True)):
        combinations = prod(len(keys) or 1 for keys in found)
        if combinations > limits.MAX_GROUPS or len(members) > limits.MAX_GROUPS:
            raise _too_many(max(combinations, len(members)))
        for key in product(*[keys or _NO_VALUE for keys in found]):
            members[key].append(place)
    return members


def _is_readable(read: Callable[[Any], object], value: object) -> bool:
    try:
        read(value)
    except _UNREADABLE:
        return False
    return True


def _group_order(group: Group, part: Key) -> tuple[Any, ...]:
    """Sort what has no value first."""
    return (0,) if part is None else (1, group.cells.order(part))


def _value_order(value: Any, descending: bool) -> tuple[bool, Any]:  # noqa: ANN401, FBT001 - a key for sorting
    """Sort what has no value last, whatever the direction."""
    return (value is not None) if descending else (value is None), value


def _unreadable(code: str, record_id: str) -> UnknownResponseError:
    part = Message("the value of {code} in record {id}", code=name_in_answer(code), id=record_id)
    return misshapen(Message("aggregating records"), part, Message("of another kind than its field"))


def _too_many(count: int) -> ResultTooLargeError:
    return ResultTooLargeError(
        Message(
            "there are too many groups: {count:,} so far, and at most {most:,} with {longest:,} characters are kept",
            count=count,
            most=limits.MAX_GROUPS,
            longest=limits.MAX_GROUP_CHARACTERS,
        ),
        remedy=_COARSER,
    )
