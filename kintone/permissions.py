"""Which permissions of an API token a request needs, and what to say where they are missing.

Source: the pages of the endpoints, https://cybozu.dev/ja/kintone/docs/rest-api/, each under its permissions. The names
are those of kintone's screens, https://get.kintone.help/k/en/user/app_settings/api_token.html.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from kintone.api import Request, RetrySafety
from kintone.error_codes import Meaning
from kintone.errors import PermissionDeniedError
from kintone.messages import Message

VIEW: Final = Message("View records")
ADD: Final = Message("Add records")
EDIT: Final = Message("Edit records")
DELETE: Final = Message("Delete records")
VIEW_OR_ADD: Final = Message("{one} or {other}", one=VIEW, other=ADD)
VIEW_AND_EDIT: Final = Message("{one} and {other}", one=VIEW, other=EDIT)
ADD_AND_EDIT: Final = Message("{one} and {other}", one=ADD, other=EDIT)
UNNAMED: Final = Message("the permission that this needs")
"""For an upload, to which any token suffices, and for requests that are not in the table."""

NEEDED: Final[Mapping[tuple[str, str], Message]] = {
    ("GET", "record"): VIEW,
    ("GET", "records"): VIEW,
    ("POST", "records/cursor"): VIEW,
    ("GET", "records/cursor"): VIEW,
    ("DELETE", "records/cursor"): VIEW,
    ("GET", "file"): VIEW,
    ("GET", "record/comments"): VIEW,
    ("POST", "record/comment"): VIEW,
    ("GET", "app"): VIEW_OR_ADD,
    ("GET", "app/form/fields"): VIEW_OR_ADD,
    ("GET", "app/settings"): VIEW_OR_ADD,
    ("GET", "app/status"): VIEW_OR_ADD,
    ("POST", "record"): ADD,
    ("POST", "records"): ADD,
    ("PUT", "record"): EDIT,
    ("PUT", "records"): EDIT,
    ("PUT", "records/status"): VIEW_AND_EDIT,
    ("DELETE", "records"): DELETE,
}
"""Permissions by method and API; an upsert needs adding and editing, even where every record exists.

For a change of status kintone's page names viewing alone, others report editing; both are enough in either case.
"""

RECORD_WRITES: Final = ("record", "records", "bulkRequest")

_API_IN_PATH: Final = re.compile(r"/v1/(?P<api>.+)\.json$")
_TEXT: Final = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_COLUMN_OF_RELATED_RECORDS: Final = re.compile(r"[^\W\d]\w*\.[\w$]")


def not_permitted(request: Request, index: int | None = None) -> Meaning:
    """Return what kintone's refusal for want of a permission means for a request.

    ``index`` is the position of the refused call in a bulkRequest, from 0; None for other requests.
    """
    problem = Message("the API token may not do this")
    remedy = tick(needed_permission(request, index))
    saves = request.retry_safety.writes and request.retry_safety is not RetrySafety.DELETE
    if saves and request.api in RECORD_WRITES:
        remedy = Message(
            "{remedy}; to write a lookup, {view} is needed in a token of its source app as well",
            remedy=remedy,
            view=VIEW,
        )
    elif _asks_related_records(request):
        remedy = Message(
            "{remedy}; for a condition on related records, {view} is needed in a token of their app as well",
            remedy=remedy,
            view=VIEW,
        )
    return Meaning(PermissionDeniedError, problem, remedy)


def tick(permission: Message) -> Message:
    """Return the advice to give the token a permission."""
    return Message(
        "tick {permission} for the token in the app's settings, API Token, and publish the app with Update App",
        permission=permission,
    )


def needed_permission(request: Request, index: int | None = None) -> Message:
    """Return the permission that a request needs; of a bulkRequest the call at ``index``, or all its calls."""
    if request.api != "bulkRequest":
        return _needed(request.method, request.api, request.parameters)
    calls = request.parameters.get("requests")
    listed = list(calls) if isinstance(calls, list | tuple) else []
    chosen = listed if index is None else listed[index : index + 1]
    needed = {_needed_by_call(call) for call in chosen}
    if needed == {ADD, EDIT} or ADD_AND_EDIT in needed:
        return ADD_AND_EDIT
    return needed.pop() if len(needed) == 1 else UNNAMED


def _needed_by_call(call: Mapping[str, Any]) -> Message:
    """Return the permission that one call of a bulkRequest needs."""
    path = _API_IN_PATH.search(call["api"])
    return _needed(call["method"], path["api"] if path else "", call["payload"])


def _needed(method: str, api: str, parameters: Mapping[str, object]) -> Message:
    if method == "PUT" and parameters.get("upsert"):
        return ADD_AND_EDIT
    return NEEDED.get((method, api), UNNAMED)


def _asks_related_records(request: Request) -> bool:
    """Tell whether a condition names a column behind a dot, which only related records have."""
    query = str(request.parameters.get("query", ""))
    return _COLUMN_OF_RELATED_RECORDS.search(_TEXT.sub("", query)) is not None
