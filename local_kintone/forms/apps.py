"""Apps: name, form, layout and guest space."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import field as data_field
from typing import TYPE_CHECKING, Any

from local_kintone.forms.form import Form, default_layout
from local_kintone.numbers import NumberPrecision

if TYPE_CHECKING:
    from collections.abc import Mapping

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
