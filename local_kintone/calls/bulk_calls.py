"""bulkRequest: several writes in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_kintone.calls.call import bounded_list
from local_kintone.calls.process_calls import update_assignees, update_status, update_statuses
from local_kintone.calls.writing_calls import add_record, add_records, delete_records, update_record, update_records
from local_kintone.paths import parse_path
from local_kintone.refusals import BulkRefusedError, RefusedError, invalid_parameter, wrong_shape
from local_kintone.serving.messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.calls.call import Call

# The calls that kintone allows: https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request
BULK_HANDLERS: dict[tuple[str, str], Callable[[Call], Response]] = {
    ("POST", "record"): add_record,
    ("PUT", "record"): update_record,
    ("POST", "records"): add_records,
    ("PUT", "records"): update_records,
    ("DELETE", "records"): delete_records,
    ("PUT", "record/status"): update_status,
    ("PUT", "records/status"): update_statuses,
    ("PUT", "record/assignees"): update_assignees,
}


def bulk_request(call: Call) -> Response:
    """Answer POST bulkRequest.json.

    Raises:
        BulkRefusedError: an inner call failed; the body has only `results`.
        RefusedError: the request itself is invalid; flat error body.
    """
    given = bounded_list(call.parameters, "requests", call.site.settings.bulk_calls, minimum=1)
    inner = [_inner_call(call, request, index) for index, request in enumerate(given)]
    bodies = []
    with call.site.database.transaction():
        for index, (handler, inner_call) in enumerate(inner):
            try:
                bodies.append(handler(inner_call).body)
            except RefusedError as refusal:
                raise BulkRefusedError(refusal, index, len(inner)) from None
    return Response(200, b'{"results":[' + b",".join(bodies) + b"]}")


def _inner_call(call: Call, request: Any, index: int) -> tuple[Callable[[Call], Response], Call]:  # noqa: ANN401 - JSON
    if not isinstance(request, dict) or not isinstance(request.get("payload"), dict):
        raise wrong_shape()
    path = parse_path(str(request.get("api", "")))
    if path is None or path.guest_space != call.guest_space:
        raise invalid_parameter(f"requests[{index}].api", "The path is not allowed here.")
    method = str(request.get("method"))
    handler = BULK_HANDLERS.get((method, path.api))
    if handler is None:
        raise invalid_parameter(f"requests[{index}].method", "This API is not allowed in a bulk request.")
    return handler, replace(call, method=method, api=path.api, parameters=request["payload"])
