"""PUT record/status, records/status and record/assignees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.calls.call import bounded_list
from local_kintone.calls.writing_calls import write_context
from local_kintone.refusals import invalid_parameter, wrong_shape
from local_kintone.serving.messages import Response, json_response
from local_kintone.writing.statuses import act, assign, check_target

if TYPE_CHECKING:
    from local_kintone.calls.call import Call

MAX_ASSIGNEES = 100


def update_status(call: Call) -> Response:
    """Answer PUT record/status.json."""
    context = write_context(call, *call.site.settings.status_permissions)
    check_target(call.parameters, ("id", "action"), "", context.problems)
    context.problems.raise_any()
    with call.site.database.transaction():
        _, revision = act(context, call.parameters)
    return json_response({"revision": revision})


def update_statuses(call: Call) -> Response:
    """Answer PUT records/status.json: all or nothing."""
    context = write_context(call, *call.site.settings.status_permissions)
    rows = bounded_list(call.parameters, "records", call.site.settings.write_batch, minimum=1)
    if not all(isinstance(row, dict) for row in rows):
        raise wrong_shape()
    for index, row in enumerate(rows):
        check_target(row, ("id", "action"), f"records[{index}].", context.problems)
    context.problems.raise_any()
    with call.site.database.transaction():
        moved = [act(context, row) for row in rows]
    return json_response({"records": [{"id": number, "revision": revision} for number, revision in moved]})


def update_assignees(call: Call) -> Response:
    """Answer PUT record/assignees.json, which needs the permission to manage the app.

    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-assignees/
    """
    context = write_context(call, "view", "manage")
    given = call.parameters
    check_target(given, ("id", "assignees"), "", context.problems)
    context.problems.raise_any()
    if not isinstance(given["assignees"], list):
        raise wrong_shape()
    if len(given["assignees"]) > MAX_ASSIGNEES:
        raise invalid_parameter("assignees", f"size must be between 0 and {MAX_ASSIGNEES}")
    with call.site.database.transaction():
        revision = assign(context, given)
    return json_response({"revision": revision})
