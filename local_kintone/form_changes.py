"""What becomes of an app's records when its form changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_kintone.field_types import SWITCHABLE, blank_value
from local_kintone.forms import Form
from local_kintone.record_store import ALL_IDS, serialised
from local_kintone.writing.unique_keys import unique_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.apps import App
    from local_kintone.forms import Field
    from local_kintone.settings import Settings
    from local_kintone.site import Site

type Cells = dict[str, dict[str, Any]]
type Keys = dict[tuple[str, str], int]


def change_form(site: Site, app: App, properties: Mapping[str, Mapping[str, Any]]) -> None:
    """Give an app another form and fit its records to it; their revisions stay.

    A field that the form no longer has is gone from every record, tables' columns included. A field that is new is
    missing from the records there are until they are saved again, unless `late_fields` says "blank"; defaults are
    for new records alone. A field that now prohibits duplicates knows the values there are.

    Raises:
        ValueError: no form of kintone, or one that prohibits duplicates of which the records have some; nothing is
            changed then.
    """
    form = Form(properties, app.form.revision + 1)
    records = {}
    keys: Keys = {}
    for number, _ in site.records.scan(app.number, [], ALL_IDS, ascending=True):
        record = json.loads(str(site.records.text(app.number, number)))
        system = {code: record[code] for code in ("$revision", "$id")}
        record = _fitted(record, form.in_records, site.settings) | system
        records[number] = record
        _take_keys(keys, form, record, number)
    with site.database.transaction():
        for number, record in records.items():
            site.records.write(app.number, number, int(record["$revision"]["value"]), serialised(record))
        site.unique_values.rebuild(app.number, ((code, text, number) for (code, text), number in keys.items()))
        site.apps.take_form(app, form)


def _fitted(cells: Cells, fields: Iterable[Field], settings: Settings) -> Cells:
    fitted: Cells = {}
    for field in fields:
        if field.code in cells:
            value = cells[field.code]["value"]
            if field.kind == "SUBTABLE":
                columns = field.columns.values()
                value = [{"id": row["id"], "value": _fitted(row["value"], columns, settings)} for row in value]
            fitted[field.code] = {"type": field.kind, "value": value}
        elif settings.late_fields == "blank" or field.kind in SWITCHABLE:
            value = settings.states[0] if field.kind == "STATUS" else blank_value(field.kind)
            fitted[field.code] = {"type": field.kind, "value": value}
    return fitted


def _take_keys(keys: Keys, form: Form, record: Cells, number: int) -> None:
    for field in form.unique_fields:
        text = unique_text(field, record.get(field.code, {}).get("value"))
        if text and keys.setdefault((field.code, text), number) != number:
            raise ValueError(f"records {keys[field.code, text]} and {number} have the same {field.code}")
