"""Apps: name, form, layout and guest space; adapting an app's records to a changed form."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import field as data_field
from typing import TYPE_CHECKING, Any

from local_kintone.forms.field_types import OPTIONAL_SYSTEM_TYPES, blank_value
from local_kintone.forms.form import Form, default_layout
from local_kintone.numbers import NumberPrecision
from local_kintone.storage.record_store import ALL_IDS, serialised
from local_kintone.writing.unique_keys import unique_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.form import Field
    from local_kintone.settings import Settings
    from local_kintone.site import Site
    from local_kintone.storage.database import Database


@dataclass(slots=True)
class App:
    """One app.

    Attributes:
        number: the app id.
        name: display name.
        form: the app's fields.
        guest_space: id of the guest space, or None.
        code: the app code, the prefix of record numbers; "" for none.
        layout: the content of app/form/layout.json.
        precision: how numbers are rounded.
    """

    number: int
    name: str
    form: Form
    guest_space: int | None = None
    code: str = ""
    layout: list[dict[str, Any]] = data_field(default_factory=list)
    precision: NumberPrecision = NumberPrecision()  # noqa: RUF009 - it is immutable


class Apps:
    """All apps of the server, by id."""

    def __init__(self, database: Database) -> None:
        """Read the apps of an open database."""
        self._database = database
        self.by_number: dict[int, App] = {}
        for number, guest_space, text in database.rows("SELECT id, guest_space, definition FROM apps ORDER BY id"):
            stored = json.loads(text)
            form = Form(stored["properties"], stored["revision"])
            app = App(number, stored["name"], form, guest_space, stored["code"], stored["layout"])
            app.precision = NumberPrecision(**stored.get("precision", {}))
            self.by_number[number] = app

    def create(
        self,
        name: str,
        properties: Mapping[str, Mapping[str, Any]],
        *,
        guest_space: int | None = None,
        code: str = "",
        layout: list[dict[str, Any]] | None = None,
    ) -> App:
        """Create an app with the next free id."""
        form = Form(properties)
        number = self._database.next_numbers("app")
        app = App(number, name, form, guest_space, code, layout or default_layout(form))
        self.by_number[number] = app
        self._save(app)
        return app

    def replace_form(self, app: App, form: Form) -> None:
        """Replace an app's form; change_form() adapts the records."""
        app.form = form
        app.layout = default_layout(app.form)
        self._save(app)

    def change_precision(self, app: App, precision: NumberPrecision) -> None:
        """Change how an app rounds numbers."""
        app.precision = precision
        self._save(app)

    def _save(self, app: App) -> None:
        definition = {
            "name": app.name,
            "code": app.code,
            "properties": app.form.properties,
            "layout": app.layout,
            "revision": app.form.revision,
            "precision": asdict(app.precision),
        }
        self._database.run(
            "INSERT OR REPLACE INTO apps VALUES (?, ?, ?)",
            (app.number, app.guest_space, json.dumps(definition, ensure_ascii=False)),
        )


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
    form = Form(properties, app.form.revision + 1)
    records = {}
    keys: Keys = {}
    for number, _ in site.records.scan(app.number, [], ALL_IDS, ascending=True):
        record = json.loads(str(site.records.text(app.number, number)))
        system = {code: record[code] for code in ("$revision", "$id")}
        record = _adapted(record, form.in_records, site.settings) | system
        records[number] = record
        _collect_keys(keys, form, record, number)
    with site.database.transaction():
        for number, record in records.items():
            site.records.write(app.number, number, int(record["$revision"]["value"]), serialised(record))
        site.unique_values.rebuild(app.number, ((code, text, number) for (code, text), number in keys.items()))
        site.apps.replace_form(app, form)


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
            value = settings.states[0] if field.type == "STATUS" else blank_value(field.type)
            fitted[field.code] = {"type": field.type, "value": value}
    return fitted


def _collect_keys(keys: Keys, form: Form, record: Cells, number: int) -> None:
    for field in form.unique_fields:
        text = unique_text(field, record.get(field.code, {}).get("value"))
        if text and keys.setdefault((field.code, text), number) != number:
            raise ValueError(f"records {keys[field.code, text]} and {number} have the same {field.code}")
