"""Bulk loading of records, for seeds: with defaults and computed fields, without checks and lookups."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from local_kintone.storage.record_store import serialised
from local_kintone.writing.assignees import set_first_assignees
from local_kintone.writing.calculations import compute
from local_kintone.writing.rules import default_value
from local_kintone.writing.saving import set_system_values
from local_kintone.writing.unique_keys import unique_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.site import Site

BATCH = 2000


def load_records(site: Site, app: App, records: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert any number of records at revision 1.

    Args:
        site: the server's state.
        app: the target app.
        records: field code to value, plain or as {"value": …}. The rows of a table are such mappings, or rows in
            kintone's format. "$id" sets the record's id, so the ids can have gaps.

    Returns:
        The record ids, in the order of the records.
    """
    loader = _Loader(site, app)
    ids: list[int] = []
    with site.database.transaction():
        for batch in _batches(records):
            ids += loader.load(batch)
    return ids


def _batches(records: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    source = iter(records)
    while batch := list(itertools.islice(source, BATCH)):
        yield batch


class _Loader:
    def __init__(self, site: Site, app: App) -> None:
        self._site = site
        self._app = app
        self._defaults = {
            field.code: default_value(field, site.settings, site.clock.now()) for field in app.form.in_records
        }
        self._known = self._defaults.keys() | {"$id", "$revision"}
        self._unique = app.form.unique_fields

    def load(self, batch: list[Mapping[str, Any]]) -> list[int]:
        rows: list[tuple[int, str]] = []
        values: list[tuple[str, str, int]] = []
        ids = self._numbers(batch)
        for number, given in zip(ids, batch, strict=True):
            record = self._record(given)
            set_system_values(self._app, record, number, 1)
            rows.append((number, serialised(record)))
            texts = ((field.code, unique_text(field, record[field.code]["value"])) for field in self._unique)
            values += [(code, text, number) for code, text in texts if text]
        self._site.records.load(self._app.number, rows)
        self._site.unique_values.load(self._app.number, values)
        return ids

    def _numbers(self, batch: list[Mapping[str, Any]]) -> list[int]:
        given = [int(_unwrapped(record["$id"])) for record in batch if "$id" in record]
        if given:
            self._site.records.reserve_ids(self._app.number, max(given))
        missing = len(batch) - len(given)
        following = itertools.count(self._site.records.next_id(self._app.number, missing) if missing else 1)
        return [int(_unwrapped(record["$id"])) if "$id" in record else next(following) for record in batch]

    def _record(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if not given.keys() <= self._known:
            unknown = given.keys() - self._known
            raise ValueError(f"app {self._app.number} has no field {', '.join(sorted(unknown))}")
        record: dict[str, Any] = {}
        for field in self._app.form.in_records:
            value = _unwrapped(given[field.code]) if field.code in given else self._defaults[field.code]
            if field.type == "SUBTABLE":
                value = [self._row(field, row) for row in value]
            record[field.code] = {"type": field.type, "value": _stored(field, value)}
        form = self._app.form
        if not given.keys() & {form.first_of_type("STATUS").code, form.first_of_type("STATUS_ASSIGNEE").code}:
            set_first_assignees(self._site.settings, form, self._app.process, record)
        compute(self._app, record)
        return record

    def _row(self, table: Field, given: Mapping[str, Any]) -> dict[str, Any]:
        inner = given["value"] if "value" in given and "value" not in table.columns else given
        cells = {}
        for column in table.columns.values():
            default = default_value(column, self._site.settings, self._site.clock.now())
            value = _unwrapped(inner[column.code]) if column.code in inner else default
            cells[column.code] = {"type": column.type, "value": _stored(column, value)}
        return {"id": str(self._site.records.next_row_id()), "value": cells}


def _unwrapped(given: Any) -> Any:  # noqa: ANN401 - whatever shape the field's type has
    return given["value"] if isinstance(given, dict) and "value" in given else given


def _stored(field: Field, value: Any) -> Any:  # noqa: ANN401 - any shape, as above
    return str(value) if field.type == "NUMBER" and value is not None else value
