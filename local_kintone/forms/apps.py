"""Apps: name, form, layout and the guest space they may live in; what becomes of their records when a form changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import field as data_field
from typing import TYPE_CHECKING, Any

from local_kintone.forms.field_types import SWITCHABLE, blank_value
from local_kintone.forms.form import Form, plain_layout
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
        name: shown name.
        form: its fields.
        guest_space: id of its guest space, or None.
        code: the app code that precedes record numbers, mostly "".
        layout: what app/form/layout.json shows.
        precision: how numbers are rounded.
    """

    number: int
    name: str
    form: Form
    guest_space: int | None = None
    code: str = ""
    layout: list[dict[str, Any]] = data_field(default_factory=list)
    precision: NumberPrecision = NumberPrecision()  # noqa: RUF009 - it cannot be changed


class Apps:
    """All apps of the server, by id."""

    def __init__(self, database: Database) -> None:
        """Work on an open database and take over the apps it holds."""
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
        """Make an app with the next free id."""
        form = Form(properties)
        number = self._database.next_numbers("app")
        app = App(number, name, form, guest_space, code, layout or plain_layout(form))
        self.by_number[number] = app
        self._save(app)
        return app

    def take_form(self, app: App, form: Form) -> None:
        """Give an app another form; of its records change_form() takes care."""
        app.form = form
        app.layout = plain_layout(app.form)
        self._save(app)

    def change_precision(self, app: App, precision: NumberPrecision) -> None:
        """Round an app's numbers another way from now on."""
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
