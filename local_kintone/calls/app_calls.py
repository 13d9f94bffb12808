"""GET app, app/form/fields, app/form/layout, app/settings, app/status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.refusals import invalid_parameter
from local_kintone.serving.messages import Response, json_response
from local_kintone.writing.rules import acting_user

if TYPE_CHECKING:
    from local_kintone.calls.call import Call
    from local_kintone.forms.apps import App

LANGUAGES = ("ja", "en", "zh", "user", "default")
CREATED = "2026-01-05T01:00:00.000Z"


def _readable(call: Call, name: str = "app") -> App:
    also = ("manage",) if call.site.settings.manage_reads_forms else ()
    return call.app("view", "add", *also, any_of=True, name=name)


def _check_language(call: Call) -> None:
    if call.parameters.get("lang", "default") not in LANGUAGES:
        raise invalid_parameter("lang", "Must be one of the enum value.")


def get_app(call: Call) -> Response:
    """Answer GET app.json."""
    app = _readable(call, "id")
    user = acting_user(call.site.settings)
    space = None if app.guest_space is None else str(app.guest_space)
    return json_response(
        {
            "appId": str(app.number),
            "code": app.code,
            "name": app.name,
            "description": app.description,
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
    app = _readable(call)
    _check_language(call)
    properties = {code: _visible(call, given) for code, given in app.form.properties.items()}
    return json_response({"properties": properties, "revision": str(app.form.revision)})


def _visible(call: Call, properties: dict[str, Any]) -> dict[str, Any]:
    # Without the permission to view the related app, kintone returns null.
    table = properties.get("referenceTable")
    if not table or call.credential.allows(int(table["relatedApp"]["app"]), "view"):
        return properties
    return {**properties, "referenceTable": None}


def get_layout(call: Call) -> Response:
    """Answer GET app/form/layout.json."""
    app = _readable(call)
    return json_response({"layout": app.layout, "revision": str(app.form.revision)})


def get_settings(call: Call) -> Response:
    """Answer GET app/settings.json."""
    app = _readable(call)
    _check_language(call)
    return json_response(
        {
            "name": app.name,
            "description": app.description,
            "icon": {"type": "PRESET", "key": "APP72"},
            "theme": "WHITE",
            "titleField": {"selectionMode": "AUTO"},
            "enableThumbnails": True,
            "enableBulkDeletion": False,
            "enableComments": app.comments,
            "enableDuplicateRecord": True,
            "enableInlineRecordEditing": True,
            "numberPrecision": app.precision.to_api(),
            "firstMonthOfFiscalYear": "4",
            "revision": str(app.form.revision),
        }
    )


def get_status(call: Call) -> Response:
    """Answer GET app/status.json, the process management.

    An app that never had it returns null for statuses and actions:
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-process-management-settings
    """
    app = _readable(call)
    _check_language(call)
    if app.process is None:
        shown: dict[str, Any] = {"enable": False, "states": None, "actions": None}
    else:
        shown = app.process.to_api()
    for state in (shown["states"] or {}).values():
        assignee = state["assignee"]
        assignee["entities"] = [entity for entity in assignee["entities"] if _exists(call, **entity["entity"])]
    return json_response({**shown, "revision": str(app.form.revision)})


def _exists(call: Call, *, type: str, code: str) -> bool:  # noqa: A002 - kintone's name
    # kintone leaves out users, organizations and groups that are deleted or not active.
    settings = call.site.settings
    known = {"USER": settings.users, "ORGANIZATION": settings.organizations, "GROUP": settings.groups}
    return code in known.get(type, {code: code})
