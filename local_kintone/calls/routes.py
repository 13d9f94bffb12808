"""Routing: path, method, tokens, parameters and the function that answers the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.calls import (
    app_calls,
    bulk_calls,
    comment_calls,
    file_calls,
    process_calls,
    reading_calls,
    writing_calls,
)
from local_kintone.calls.call import Call, read_parameters
from local_kintone.paths import parse_path
from local_kintone.refusals import RefusedError, illegal_request, unknown_call
from local_kintone.serving.messages import Response, html_response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.serving.messages import ReceivedRequest
    from local_kintone.site import Site

MAX_URL = 8192
METHODS = ("GET", "POST", "PUT", "DELETE")
UPLOAD = ("POST", "file")

ROUTES: dict[tuple[str, str], Callable[[Call], Response]] = {
    ("GET", "record"): reading_calls.get_record,
    ("GET", "records"): reading_calls.get_records,
    ("POST", "record"): writing_calls.add_record,
    ("PUT", "record"): writing_calls.update_record,
    ("POST", "records"): writing_calls.add_records,
    ("PUT", "records"): writing_calls.update_records,
    ("DELETE", "records"): writing_calls.delete_records,
    ("POST", "records/cursor"): reading_calls.create_cursor,
    ("GET", "records/cursor"): reading_calls.read_cursor,
    ("DELETE", "records/cursor"): reading_calls.delete_cursor,
    ("PUT", "record/status"): process_calls.update_status,
    ("PUT", "records/status"): process_calls.update_statuses,
    ("PUT", "record/assignees"): process_calls.update_assignees,
    ("POST", "record/comment"): comment_calls.add_comment,
    ("GET", "record/comments"): comment_calls.get_comments,
    ("DELETE", "record/comment"): comment_calls.delete_comment,
    ("POST", "bulkRequest"): bulk_calls.bulk_request,
    UPLOAD: file_calls.upload_file,
    ("GET", "file"): file_calls.download_file,
    ("GET", "app"): app_calls.get_app,
    ("GET", "app/form/fields"): app_calls.get_fields,
    ("GET", "app/form/layout"): app_calls.get_layout,
    ("GET", "app/settings"): app_calls.get_settings,
    ("GET", "app/status"): app_calls.get_status,
}


def answer(site: Site, received: ReceivedRequest) -> Response:
    """Answer one API request, with success or error."""
    if len(received.path) + len(received.query) > MAX_URL:
        return html_response("<html><body><h1>Request URL Too Large</h1></body></html>", 414)
    if not received.headers.get("User-Agent"):
        return html_response("<html><body>Access denied. error code: 1003</body></html>", 403)
    try:
        return _called(site, received)
    except RefusedError as refusal:
        return json_response(refusal.body, refusal.status)


def _called(site: Site, received: ReceivedRequest) -> Response:
    method = _method(received)
    path = parse_path(received.path)
    handler = None if path is None else ROUTES.get((method, path.api))
    if path is None or handler is None:
        raise unknown_call(method, received.path)
    credential = site.tokens.authenticate(received.headers.get("X-Cybozu-API-Token"))
    parameters = {} if (method, path.api) == UPLOAD else read_parameters(received)
    return handler(Call(site, method, path.api, path.guest_space, parameters, credential, received))


def _method(received: ReceivedRequest) -> str:
    override = received.headers.get("X-HTTP-Method-Override")
    if override is None:
        return received.method
    if received.method != "POST" or override not in METHODS:
        raise illegal_request("X-HTTP-Method-Override needs POST and a method name in upper case")
    if received.query:
        raise illegal_request("with X-HTTP-Method-Override the parameters must be in the body")
    return override
