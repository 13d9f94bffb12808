"""Finding records: the plan that reads as little as the query allows, and what it finds."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone.queries.conditions import Matcher, Scope, compile_condition
from local_kintone.queries.id_bounds import is_id, split_bounds
from local_kintone.queries.ordering import sort_fields, sorted_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from local_kintone.forms import Field
    from local_kintone.queries.ordering import Row
    from local_kintone.queries.tree import Query
    from local_kintone.record_store import Bounds, RecordStore

KEPT_RESULTS = 16


class Results:
    """Ids found lately: one query's pages are cut from one list as long as no record changes."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._lists: OrderedDict[Hashable, array[int]] = OrderedDict()

    def get(self, key: Hashable, find: Callable[[], Sequence[int]]) -> array[int]:
        """Return the ids kept under a key, finding them first where there are none."""
        found = self._lists.get(key)
        if found is None:
            found = array("q", find())
            self._lists[key] = found
            while len(self._lists) > KEPT_RESULTS:
                self._lists.popitem(last=False)
        return found


@dataclass(slots=True)
class Selection:
    """One query on one app, ready to be read.

    Attributes:
        store: where the records are.
        app: the app id.
        query: the parsed query.
        scope: what its condition is compiled against.
        results: ids found lately.
    """

    store: RecordStore
    app: int
    query: Query
    scope: Scope
    results: Results
    bounds: Bounds
    matcher: Matcher | None
    sorts: list[tuple[Field, bool]]

    @classmethod
    def plan(cls, store: RecordStore, app: int, query: Query, scope: Scope, results: Results) -> Selection:
        """Check a query against the form and split off its range of ids."""
        bounds, rest = split_bounds(query.condition, scope.form)
        matcher = None if rest is None else compile_condition(rest, scope)
        sorts = sort_fields(query.order, scope.form)
        return cls(store, app, query, scope, results, bounds, matcher, sorts)

    @property
    def by_id(self) -> bool:
        """Whether the order is that of the ids, so that nothing needs sorting."""
        return not self.query.order or is_id(self.query.order[0].field, self.scope.form)

    @property
    def ascending(self) -> bool:
        """Whether ids ascend; without `order by` the newest record comes first."""
        return bool(self.query.order) and self.query.order[0].ascending

    def page(self, limit: int, offset: int) -> list[bytes]:
        """Return the stored JSON texts of one page."""
        if self.matcher is None and self.by_id:
            return self.store.page(self.app, self.bounds, ascending=self.ascending, limit=limit, offset=offset)
        if self.by_id and not offset:
            return self.store.bodies(self.app, self._first(limit))
        return self.store.bodies(self.app, self.ids()[offset : offset + limit])

    def count(self) -> int:
        """Return the number of records that match, limit and offset aside."""
        if self.matcher is None:
            return self.store.count(self.app, self.bounds)
        return len(self.ids())

    def ids(self) -> array[int]:
        """Return the ids of all records that match, in the order of the query."""
        # Functions such as NOW() move on, so nothing is kept for longer than a minute.
        minute = self.scope.clock.now().timestamp() // 60
        settings = self.scope.settings
        parts = (self.query.condition, self.query.order, settings.like_limit, settings.utc_offset_hours)
        key = (self.app, self.store.version(self.app), self.scope.form.revision, parts, minute)
        return self.results.get(key, self._find)

    def _first(self, limit: int) -> list[int]:
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
