"""Records go in page by page, rows come out; what is kept grows with the groups alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from kintone import limits
from kintone.aggregation.cells import Key
from kintone.aggregation.measures import DistinctBudget, Tally, shown_value, tally_maker
from kintone.aggregation.plan import Group, Measured, Plan
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from kintone.replies import misshapen, named

type GroupKey = tuple[Key, ...]
type Row = dict[str, str | int]

_NO_KEY: GroupKey = ()
_COARSER = Message(
    "group by fewer fields or by a coarser unit, such as month instead of day, or add a condition to query"
)


@dataclass(slots=True)
class GroupNotes:
    """How many records, or rows of the table, have no value in a field of ``group_by``, and how many several."""

    empty: int = 0
    several: int = 0


class _UnreadableError(Exception):
    """A value is not what kintone answers for its field."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
        for record, record_id in zip(page.records, page.ids, strict=True):
            self.record_count += 1
            try:
                self._take(record)
            except _UnreadableError as error:
                raise _unreadable(error.code, record_id) from None

    def _take(self, record: Record) -> None:
        if not self._plan.table:
            self._count(record, record)
            return
        rows = _value(record, self._plan.table) or ()
        self.without_rows += not rows
        for row in rows:
            self._count(record, row["value"])

    def _count(self, record: Record, cells: Mapping[str, Any]) -> None:
        """Count a record, or a row with its ``cells``, under each of its groups."""
        self.counted += 1
        values = [_keys(each, record, cells) for each in self._plan.measures]
        for key in self._group_keys(record, cells):
            for tally, keys in zip(self._tallies(key), values, strict=True):
                tally.add(keys)

    def _group_keys(self, record: Record, cells: Mapping[str, Any]) -> Iterator[GroupKey]:
        """Yield every combination of the values in the fields of ``group_by``; None stands for no value."""
        found: list[Sequence[Key]] = []
        for group, notes in zip(self._plan.groups, self.notes, strict=True):
            keys = _keys(group, record, cells)
            notes.empty += not keys
            notes.several += len(keys) > 1
            found.append(keys or (None,))
        return product(*found)

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


def _keys(each: Group | Measured, record: Record, cells: Mapping[str, Any]) -> Sequence[Key]:
    place = each.place
    if place is None:
        return ()
    try:
        return each.cells.read(_value(cells if place.table else record, place.field.code))
    except (ValueError, TypeError, KeyError, OverflowError):
        raise _UnreadableError(place.field.code) from None


def _value(fields: Mapping[str, Any], code: str) -> Any:  # noqa: ANN401 - whatever the field holds
    content = fields.get(code)
    return None if content is None else content["value"]


def _group_order(group: Group, part: Key) -> tuple[Any, ...]:
    """Sort what has no value first."""
    return (0,) if part is None else (1, group.cells.order(part))


def _value_order(value: Any, descending: bool) -> tuple[bool, Any]:  # noqa: ANN401, FBT001 - a key for sorting
    """Sort what has no value last, whatever the direction."""
    return (value is not None) if descending else (value is None), value


def _unreadable(code: str, record_id: str) -> UnknownResponseError:
    part = Message("the value of {code} in record {id}", code=named(code), id=record_id)
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
