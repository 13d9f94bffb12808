"""Apps: name, form, layout, process management and guest space."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import field as data_field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from local_kintone.forms.field_types import enables_process
from local_kintone.forms.form import Form, default_layout
from local_kintone.forms.process import DEFAULT_PROCESS, Process
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
        description: what app.json tells about the app.
        comments: whether records can be commented on.
        process: process management; None if it was never set.
    """

    number: int
    name: str
    form: Form
    guest_space: int | None = None
    code: str = ""
    layout: list[dict[str, Any]] = data_field(default_factory=list)
    precision: NumberPrecision = NumberPrecision()  # noqa: RUF009 - it is immutable
    description: str = ""
    comments: bool = True
    process: Process | None = None

    @property
    def running_process(self) -> Process | None:
        """The process management if it is on, otherwise None."""
        return self.process if self.process is not None and self.process.enabled else None


class AppDetails(TypedDict, total=False):
    """What an app may have beside its name and its form; see App."""

    guest_space: int | None
    code: str
    layout: list[dict[str, Any]] | None
    description: str
    comments: bool
    process: Process | None


def process_of(process: Process | None, properties: Mapping[str, Mapping[str, Any]]) -> Process | None:
    """Return an app's process management, or the default if it has none and a form's properties enable it."""
    return DEFAULT_PROCESS if process is None and enables_process(properties) else process


def build_form(properties: Mapping[str, Mapping[str, Any]], revision: int, process: Process | None) -> Form:
    """Return the form of an app with this process management.

    Raises:
        ValueError: kintone would not accept the form, or the process management does not fit it.
    """
    form = Form(properties, revision, process.names if process is not None and process.enabled else ())
    if process is not None:
        process.check(form)
    return form


class Apps:
    """All apps of the server, by id."""

    def __init__(self, database: Database) -> None:
        """Read the apps of an open database."""
        self._database = database
        self.by_number: dict[int, App] = {}
        for number, guest_space, text in database.rows("SELECT id, guest_space, definition FROM apps ORDER BY id"):
            stored = json.loads(text)
            given = stored.get("process")
            process = process_of(Process.from_definition(given) if given else None, stored["properties"])
            form = build_form(stored["properties"], stored["revision"], process)
            app = App(number, stored["name"], form, guest_space, stored["code"], stored["layout"])
            app.precision = NumberPrecision(**stored.get("precision", {}))
            app.description, app.comments = stored.get("description", ""), stored.get("comments", True)
            app.process = process
            self.by_number[number] = app

    def create(self, name: str, properties: Mapping[str, Mapping[str, Any]], **details: Unpack[AppDetails]) -> App:
        """Create an app with the next free id.

        Raises:
            ValueError: see build_form().
        """
        process = process_of(details.get("process"), properties)
        form = build_form(properties, 1, process)
        given = details | {"process": process, "layout": details.get("layout") or default_layout(form)}
        app = App(self._database.next_numbers("app"), name, form, **given)
        self.by_number[app.number] = app
        self._save(app)
        return app

    def replace_form(self, app: App, form: Form, process: Process | None, layout: list[dict[str, Any]]) -> None:
        """Replace an app's form, process management and layout; forms/changing.py adapts the records."""
        app.form, app.process, app.layout = form, process, layout
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
            "description": app.description,
            "comments": app.comments,
            "process": None if app.process is None else app.process.to_api(),
        }
        self._database.run(
            "INSERT OR REPLACE INTO apps VALUES (?, ?, ?)",
            (app.number, app.guest_space, json.dumps(definition, ensure_ascii=False)),
        )
