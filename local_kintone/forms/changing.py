"""Replacing an app's form or its process management, and adapting the app's records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_kintone.forms.apps import build_form, process_of
from local_kintone.forms.field_types import OPTIONAL_SYSTEM_TYPES, blank_value
from local_kintone.forms.form import default_layout
from local_kintone.storage.record_store import ALL_IDS, serialised
from local_kintone.writing.assignees import set_first_assignees
from local_kintone.writing.unique_keys import unique_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field, Form
    from local_kintone.forms.process import Process
    from local_kintone.settings import Settings
    from local_kintone.site import Site

type Cells = dict[str, dict[str, Any]]
type Keys = dict[tuple[str, str], int]


def change_form(site: Site, app: App, properties: Mapping[str, Mapping[str, Any]]) -> None:
    """Replace an app's form and adapt its records; their revisions stay.

    Removed fields and columns are removed from every record. Added fields are missing from existing records until
    these are saved again, unless the setting `new_fields` is "blank"; defaults apply to new records only. The
    existing values of a field that now prohibits duplicates are indexed.

    Raises:
        ValueError: kintone would not accept the form, or it prohibits duplicates that the records contain. Nothing
            is changed then.
    """
    process = process_of(app.process, properties)
    form = build_form(properties, app.form.revision + 1, process)
    _replace(site, app, form, process, default_layout(form))


def change_process(site: Site, app: App, process: Process | None) -> None:
    """Replace an app's process management and adapt its records; their revisions stay.

    Switched on, every record gets the first status. Switched off, the records lose status and assignees; kintone
    would show them again when it is switched on again.

    Raises:
        ValueError: a record has a status that would be gone, or the process management does not fit the form.
            Nothing is changed then.
    """
    if app.running_process is not None and process is not None and process.enabled:
        status = app.form.first_of_type("STATUS").code
        rows = site.records.scan(app.number, [status], ALL_IDS, ascending=True)
        if gone := {values[status] for _, values in rows}.difference(process.names):
            raise ValueError(f"records have the status {', '.join(sorted(gone))}")
    form = build_form(app.form.properties, app.form.revision + 1, process)
    _replace(site, app, form, process, app.layout)


def _replace(site: Site, app: App, form: Form, process: Process | None, layout: list[dict[str, Any]]) -> None:
    records = {}
    keys: Keys = {}
    for number, _ in site.records.scan(app.number, [], ALL_IDS, ascending=True):
        before = json.loads(str(site.records.text(app.number, number)))
        record = _adapted(before, form.in_records, site.settings)
        if form.first_of_type("STATUS").code not in before:
            set_first_assignees(site.settings, form, process, record)
        records[number] = record | {code: before[code] for code in ("$revision", "$id")}
        _collect_keys(keys, form, record, number)
    with site.database.transaction():
        for number, record in records.items():
            site.records.write(app.number, number, int(record["$revision"]["value"]), serialised(record))
        site.unique_values.rebuild(app.number, ((code, text, number) for (code, text), number in keys.items()))
        site.apps.replace_form(app, form, process, layout)


def _adapted(cells: Cells, fields: Iterable[Field], settings: Settings) -> Cells:
    fitted: Cells = {}
    for field in fields:
        if field.code in cells:
            value = cells[field.code]["value"]
            if field.type == "SUBTABLE":
                columns = field.columns.values()
                value = [{"id": row["id"], "value": _adapted(row["value"], columns, settings)} for row in value]
            fitted[field.code] = {"type": field.type, "value": value}
        elif settings.new_fields == "blank" or field.type in OPTIONAL_SYSTEM_TYPES:
            value = field.statuses[0] if field.type == "STATUS" else blank_value(field.type)
            fitted[field.code] = {"type": field.type, "value": value}
    return fitted


def _collect_keys(keys: Keys, form: Form, record: Cells, number: int) -> None:
    for field in form.unique_fields:
        text = unique_text(field, record.get(field.code, {}).get("value"))
        if text and keys.setdefault((field.code, text), number) != number:
            raise ValueError(f"records {keys[field.code, text]} and {number} have the same {field.code}")
