"""Queries on the apps of a server: reads the text, looks into related apps, limits searches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local_kintone.queries.conditions import Scope
from local_kintone.queries.operators import check_operator, no_field
from local_kintone.queries.parser import parse
from local_kintone.queries.selection import Results, Selection
from local_kintone.queries.tree import Comparison, Query
from local_kintone.record_store import ALL_IDS
from local_kintone.refusals import RefusedError

if TYPE_CHECKING:
    from local_kintone.apps import App, Apps
    from local_kintone.clock import Clock
    from local_kintone.forms import Field
    from local_kintone.queries.value_tests import Test
    from local_kintone.record_store import RecordStore
    from local_kintone.settings import Settings
    from local_kintone.tokens import Credential


class Finder:
    """Makes selections; shared by all calls."""

    def __init__(self, apps: Apps, records: RecordStore, settings: Settings, clock: Clock) -> None:
        """Work on the server's apps and records."""
        self._apps = apps
        self._records = records
        self._settings = settings
        self._clock = clock
        self._results = Results()
        self._searches = Results()

    def selection(self, app: App, text: str, credential: Credential | None = None) -> Selection:
        """Plan a query given as text; without a credential every related app may be read.

        Raises:
            RefusedError: the query is malformed or does not suit the form.
        """
        return self.plan(app, parse(text), credential)

    def plan(self, app: App, query: Query, credential: Credential | None = None) -> Selection:
        """Plan a parsed query."""
        related = partial(self._related_values, credential)
        scope = Scope(app.form, self._settings, self._clock, lambda *_: None, related, app.code)
        scope.hits_within_limit = partial(self._hits_within_limit, app, scope)
        return Selection.plan(self._records, app.number, query, scope, self._results)

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
        hits = self._searches.get(key, search)
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
