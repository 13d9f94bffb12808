"""POST and DELETE record/comment, GET record/comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.calls.call import whole_number
from local_kintone.calls.writing_calls import write_context
from local_kintone.numbers import is_digits
from local_kintone.refusals import RefusedError, invalid_parameter, no_record
from local_kintone.serving.messages import Response, json_response
from local_kintone.storage.record_store import serialised
from local_kintone.storage.write_log import without_app
from local_kintone.writing.assignees import ADMINISTRATOR
from local_kintone.writing.commenting import composed, read_comment

if TYPE_CHECKING:
    from local_kintone.calls.call import Call
    from local_kintone.storage.write_log import Action
    from local_kintone.writing.saving import Texts, WriteContext

MAX_LIMIT = 10


def add_comment(call: Call) -> Response:
    """Answer POST record/comment.json."""
    context = write_context(call, "view")
    with call.site.database.transaction():
        record = _record(context, call)
        settings = call.site.settings
        text, mentions = read_comment(settings, call.parameters.get("comment"))
        comment = composed(settings, ADMINISTRATOR, call.site.clock.now(), text, mentions)
        comment = call.site.comments.add(context.app.number, record, comment)
        _note(context, "comment", record, without_app(call.parameters), (None, serialised(comment)))
    number = comment["id"]
    return json_response({"id": int(number) if settings.comment_ids == "number" else number})


def _record(context: WriteContext, call: Call) -> int:
    """Return the id of the record, after the checks that all calls about comments share."""
    number = whole_number(call.parameters, "record")
    if not context.app.comments:
        raise RefusedError(400, "GAIA_RE12", "Comment feature is disabled.")
    if call.site.records.text(context.app.number, number) is None:
        raise no_record(number)
    return number


def _note(context: WriteContext, action: Action, record: int, sent: dict[str, Any] | None, texts: Texts) -> None:
    stored = context.site.records.get(context.app.number, record) or {}
    context.note(action, record, int(stored["$revision"]["value"]), sent=sent, texts=texts)


def get_comments(call: Call) -> Response:
    """Answer GET record/comments.json; the newest come first unless `order` is "asc"."""
    context = write_context(call, "view")
    record = _record(context, call)
    order = call.parameters.get("order") or "desc"
    if order not in ("asc", "desc"):
        raise invalid_parameter("order", "must be one of the enum value")
    offset, limit = _size(call, "offset", 0, None), _size(call, "limit", MAX_LIMIT, MAX_LIMIT)
    comments = call.site.comments.all(context.app.number, record)
    if order == "desc":
        comments.reverse()
    page = comments[offset : offset + limit]
    skipped, rest = bool(comments[:offset]), bool(comments[offset + limit :])
    older, newer = (skipped, rest) if order == "asc" else (rest, skipped)
    return json_response({"comments": page, "older": older, "newer": newer})


def _size(call: Call, name: str, default: int, maximum: int | None) -> int:
    value = call.parameters.get(name)
    if value is None or value == "":
        return default
    if not isinstance(value, (int, str)) or not is_digits(str(value).removeprefix("-")):
        raise invalid_parameter(name, "Enter an integer value.")
    number = int(value)
    if number < 0:
        raise invalid_parameter(name, "must be greater than or equal to 0")
    if maximum is not None and number > maximum:
        raise invalid_parameter(name, f"must be less than or equal to {maximum}")
    return number


def delete_comment(call: Call) -> Response:
    """Answer DELETE record/comment.json; a token can only delete what Administrator wrote."""
    context = write_context(call, "view")
    with call.site.database.transaction():
        record = _record(context, call)
        number = whole_number(call.parameters, "comment")
        comment = call.site.comments.get(context.app.number, record, number)
        if comment is None:
            raise RefusedError(
                400, "GAIA_RE02", "The specified comment does not exist. The comment may have been deleted."
            )
        if comment["creator"]["code"] != ADMINISTRATOR:
            raise RefusedError(
                403,
                "GAIA_RE03",
                f"Cannot delete the comment (ID: {number}). The comment was posted by someone other than you.",
            )
        call.site.comments.delete(context.app.number, record, number)
        _note(context, "uncomment", record, None, (serialised(comment), None))
    return json_response({})
