"""GET app, app/form/fields, app/form/layout, app/settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.refusals import invalid_parameter
from local_kintone.values.defaults import acting_user
from local_kintone.wire.response import Response, json_response

if TYPE_CHECKING:
    from local_kintone.calls.call import Call

LANGUAGES = ("ja", "en", "zh", "user", "default")
CREATED = "2026-01-05T01:00:00.000Z"


def get_app(call: Call) -> Response:
    """Answer GET app.json."""
    app = call.app("view", "add", any_of=True, name="id")
    user = acting_user(call.site.settings)
    space = None if app.guest_space is None else str(app.guest_space)
    return json_response(
        {
            "appId": str(app.number),
            "code": app.code,
            "name": app.name,
            "description": "",
            "spaceId": space,
            "threadId": space,
            "createdAt": CREATED,
            "creator": user,
            "modifiedAt": CREATED,
            "modifier": user,
        }
    )


def get_fields(call: Call) -> Response:
    """Answer GET app/form/fields.json."""
    app = call.app("view", "add", any_of=True)
    if call.parameters.get("lang", "default") not in LANGUAGES:
        raise invalid_parameter("lang", "Must be one of the enum value.")
    properties = {code: _visible(call, given) for code, given in app.form.properties.items()}
    return json_response({"properties": properties, "revision": str(app.form.revision)})


def _visible(call: Call, properties: dict[str, Any]) -> dict[str, Any]:
    # Of related records in an app that the caller may not view nothing is told.
    table = properties.get("referenceTable")
    if not table or call.credential.allows(int(table["relatedApp"]["app"]), "view"):
        return properties
    return {**properties, "referenceTable": None}


def get_layout(call: Call) -> Response:
    """Answer GET app/form/layout.json."""
    app = call.app("view", "add", any_of=True)
    return json_response({"layout": app.layout, "revision": str(app.form.revision)})


def get_settings(call: Call) -> Response:
    """Answer GET app/settings.json."""
    app = call.app("view", "add", any_of=True)
    return json_response(
        {
            "name": app.name,
            "description": "",
            "icon": {"type": "PRESET", "key": "APP72"},
            "theme": "WHITE",
            "titleField": {"selectionMode": "AUTO"},
            "enableThumbnails": True,
            "enableBulkDeletion": False,
            "enableComments": True,
            "enableDuplicateRecord": True,
            "enableInlineRecordEditing": True,
            "numberPrecision": app.precision.shown(),
            "firstMonthOfFiscalYear": "4",
            "revision": str(app.form.revision),
        }
    )
