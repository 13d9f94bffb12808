"""Finding records: the query plan that reads as few records as possible, order, limits and related apps."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from local_kintone.forms import field_types
from local_kintone.numbers import is_digits
from local_kintone.queries.conditions import Matcher, Scope, compile_condition, flattened
from local_kintone.queries.operators import UNSORTABLE, check_operator, no_field, unusable
from local_kintone.queries.parser import Comparison, Condition, Junction, Literal, Query, parse
from local_kintone.queries.value_tests import as_number
from local_kintone.refusals import RefusedError
from local_kintone.storage.record_store import ALL_IDS, LAST_ID, Bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from local_kintone.clock import Clock
    from local_kintone.forms.apps import App, Apps
    from local_kintone.forms.form import Field, Form
    from local_kintone.queries.parser import Sort
    from local_kintone.queries.value_tests import Test
    from local_kintone.settings import Settings
    from local_kintone.storage.record_store import RecordStore
    from local_kintone.storage.tokens import Credential

BOUND_OFFSETS = {">": (0, None), ">=": (-1, None), "<": (None, 0), "<=": (None, 1), "=": (-1, 1)}


def split_bounds(condition: Condition | None, form: Form) -> tuple[Bounds, Condition | None]:
    """Extract the id comparisons from the outermost `and`.

    Returns:
        The range of ids and the rest of the condition; None if nothing is left.
    """
    if condition is None:
        return ALL_IDS, None
    above, below = ALL_IDS.above, ALL_IDS.below
    rest = []
    for part in flattened(condition):
        bounds = _bounds(part, form)
        if bounds is None:
            rest.append(part)
        else:
            above, below = max(above, bounds.above), min(below, bounds.below)
    if not rest:
        return Bounds(above, below), None
    return Bounds(above, below), rest[0] if len(rest) == 1 else Junction("and", tuple(rest))


def is_id(code: str, form: Form) -> bool:
    """Tell whether a code is that of the record id or the record number."""
    found = form.find(code)
    return found is not None and found.type in ("__ID__", "RECORD_NUMBER")


def _bounds(part: Condition, form: Form) -> Bounds | None:
    if not isinstance(part, Comparison) or part.related or part.operator not in BOUND_OFFSETS:
        return None
    operand = part.operands[0]
    if not is_id(part.field, form) or not isinstance(operand, Literal) or not is_digits(operand.text):
        return None
    number = min(int(operand.text), LAST_ID - 1)
    low, high = BOUND_OFFSETS[part.operator]
    return Bounds(
        ALL_IDS.above if low is None else number + low,
        ALL_IDS.below if high is None else number + high,
    )


type Row = tuple[int, Mapping[str, Any]]


def sort_fields(order: Sequence[Sort], form: Form) -> list[tuple[Field, bool]]:
    """Return the fields to sort by, each with True for ascending order.

    Raises:
        RefusedError: GAIA_IQ11 unknown field, GAIA_IQ03 the field cannot be sorted by.
    """
    fields = []
    for sort in order:
        field = form.find(sort.field)
        if field is None:
            raise no_field(sort.field)
        if field.type in UNSORTABLE or field.table:
            raise unusable(field, "order by")
        fields.append((field, sort.ascending))
    return fields


def sorted_ids(rows: list[Row], fields: Sequence[tuple[Field, bool]]) -> list[int]:
    """Sort records by several fields; equal records are sorted by descending id, as without `order by`."""
    rows.sort(key=lambda row: row[0], reverse=True)
    for field, ascending in reversed(fields):
        rows.sort(key=lambda row: _key(field, row), reverse=not ascending)
    return [number for number, _ in rows]


def _key(field: Field, row: Row) -> tuple[bool, Any]:
    number, values = row
    value = values.get(field.code)
    if field.type in ("__ID__", "RECORD_NUMBER"):
        return True, number
    if field.type in field_types.NUMERIC:
        parsed = as_number(value)
        return parsed is not None, parsed or Decimal()
    if field.type in field_types.ONE_CHOICE:
        options = field.options
        return bool(value), options.index(value) if value in options else len(options)
    if isinstance(value, dict):
        return True, value["code"]
    return bool(value), str(value or "")


MAX_CACHED_RESULTS = 16


class ResultCache:
    """A cache of found ids: the pages of one query use the same list until a record changes."""

    def __init__(self) -> None:
        """Start empty."""
        self._lists: OrderedDict[Hashable, array[int]] = OrderedDict()

    def get(self, key: Hashable, find: Callable[[], Sequence[int]]) -> array[int]:
        """Return the ids under a key; find and store them if there are none."""
        found = self._lists.get(key)
        if found is None:
            found = array("q", find())
            self._lists[key] = found
            while len(self._lists) > MAX_CACHED_RESULTS:
                self._lists.popitem(last=False)
        return found


@dataclass(slots=True)
class Selection:
    """A planned query on one app.

    Attributes:
        store: the record store.
        app: the app id.
        query: the parsed query.
        scope: the context of its condition.
        cache: the cache of found ids.
        bounds: the range of ids.
        matcher: the test for the rest of the condition; None if every record in the range matches.
        sorts: the fields to sort by, each with True for ascending order.
    """

    store: RecordStore
    app: int
    query: Query
    scope: Scope
    cache: ResultCache
    bounds: Bounds
    matcher: Matcher | None
    sorts: list[tuple[Field, bool]]

    @classmethod
    def plan(cls, store: RecordStore, app: int, query: Query, scope: Scope, cache: ResultCache) -> Selection:
        """Check a query against the form and extract its range of ids."""
        bounds, rest = split_bounds(query.condition, scope.form)
        matcher = None if rest is None else compile_condition(rest, scope)
        sorts = sort_fields(query.order, scope.form)
        return cls(store, app, query, scope, cache, bounds, matcher, sorts)

    @property
    def by_id(self) -> bool:
        """Whether the result is ordered by id, so no sorting is needed."""
        return not self.query.order or is_id(self.query.order[0].field, self.scope.form)

    @property
    def ascending(self) -> bool:
        """Whether the first key is ascending; without `order by` the order is descending by id."""
        return bool(self.query.order) and self.query.order[0].ascending

    def page(self, limit: int, offset: int) -> list[bytes]:
        """Return the stored JSON texts of one page."""
        if self.matcher is None and self.by_id:
            return self.store.page(self.app, self.bounds, ascending=self.ascending, limit=limit, offset=offset)
        if self.by_id and not offset:
            return self.store.bodies(self.app, self._first_ids(limit))
        return self.store.bodies(self.app, self.ids()[offset : offset + limit])

    def count(self) -> int:
        """Return the number of records that match, ignoring limit and offset."""
        if self.matcher is None:
            return self.store.count(self.app, self.bounds)
        return len(self.ids())

    def ids(self) -> array[int]:
        """Return the ids of all records that match, in the order of the query."""
        # The key contains the minute because the results of functions such as NOW() change.
        minute = self.scope.clock.now().timestamp() // 60
        settings = self.scope.settings
        parts = (self.query.condition, self.query.order, settings.like_limit, settings.utc_offset_hours)
        key = (self.app, self.store.version(self.app), self.scope.form.revision, parts, minute)
        return self.cache.get(key, self._find)

    def _first_ids(self, limit: int) -> list[int]:
        found: list[int] = []
        if not limit or self.matcher is None:
            return found
        for number, values in self._scan(self.scope.codes, ascending=self.ascending):
            if self.matcher(number, values):
                found.append(number)
                if len(found) == limit:
                    break
        return found

    def _find(self) -> list[int]:
        codes = set(self.scope.codes)
        if not self.by_id:
            codes.update(field.code for field, _ in self.sorts)
        ascending = self.by_id and self.ascending
        matcher = self.matcher or (lambda _number, _values: True)
        rows: list[Row] = [row for row in self._scan(codes, ascending=ascending) if matcher(*row)]
        return [number for number, _ in rows] if self.by_id else sorted_ids(rows, self.sorts)

    def _scan(self, codes: set[str], *, ascending: bool) -> Iterator[tuple[int, dict[str, Any]]]:
        return self.store.scan(self.app, sorted(codes), self.bounds, ascending=ascending)


class Finder:
    """Plans queries; shared by all calls."""

    def __init__(self, apps: Apps, records: RecordStore, settings: Settings, clock: Clock) -> None:
        """Work on the server's apps and records."""
        self._apps = apps
        self._records = records
        self._settings = settings
        self._clock = clock
        self._cache = ResultCache()
        self._search_cache = ResultCache()

    def selection(self, app: App, text: str, credential: Credential | None = None) -> Selection:
        """Plan a query given as text; without a credential every related app may be read.

        Raises:
            RefusedError: the query is malformed or does not fit the form.
        """
        return self.plan(app, parse(text), credential)

    def plan(self, app: App, query: Query, credential: Credential | None = None) -> Selection:
        """Plan a parsed query."""
        related = partial(self._related_values, credential)
        scope = Scope(app.form, self._settings, self._clock, lambda *_: None, related, app.code)
        scope.hits_within_limit = partial(self._hits_within_limit, app, scope)
        return Selection.plan(self._records, app.number, query, scope, self._cache)

    def matches(self, app: App, text: str, number: int) -> bool:
        """Tell whether one record matches a condition given as text; nothing is cached."""
        selection = self.selection(app, text)
        bounds = Bounds(max(selection.bounds.above, number - 1), min(selection.bounds.below, number + 1))
        rows = self._records.scan(app.number, sorted(selection.scope.codes), bounds, ascending=True)
        return any(selection.matcher is None or selection.matcher(*row) for row in rows)

    def _hits_within_limit(
        self, app: App, scope: Scope, field: Field, comparison: Comparison, test: Test
    ) -> frozenset[int] | None:
        limit = self._settings.like_limit
        if self._records.count(app.number) <= limit:
            return None

        def search() -> list[int]:
            found = []
            for number, values in self._records.scan(app.number, [field.table or field.code], ALL_IDS, ascending=True):
                if _found_in(field, values, test):
                    found.append(number)
                    if len(found) > limit:
                        break
            return found

        key = (app.number, self._records.version(app.number), field.code, comparison.operands, limit)
        hits = self._search_cache.get(key, search)
        if len(hits) <= limit:
            return None
        scope.aborted = True
        return frozenset(hits[:limit])

    def _related_values(self, credential: Credential | None, field: Field, comparison: Comparison) -> frozenset[str]:
        settings = field.properties["referenceTable"]
        app = self._apps.by_number[int(settings["relatedApp"]["app"])]
        if credential is not None and not credential.allows(app.number, "view"):
            raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot view the related app.")
        column = app.form.find(str(comparison.related))
        if column is None:
            raise no_field(f"{field.code}.{comparison.related}")
        plain = Comparison(column.code, comparison.operator, comparison.operands)
        check_operator(column, plain, in_rows=True)
        ids = self.plan(app, Query(plain), credential).ids()
        key = str(settings["condition"]["relatedField"])
        values = (self._records.get(app.number, number) or {} for number in ids)
        return frozenset(str(record[key]["value"]) for record in values if record.get(key, {}).get("value"))


def _found_in(field: Field, values: dict[str, object], test: Test) -> bool:
    if field.table is None:
        return test(values.get(field.code))
    rows = values.get(field.table)
    cells = [row["value"].get(field.code, {}) for row in rows] if isinstance(rows, list) else []
    return any(test(cell.get("value")) for cell in cells)
