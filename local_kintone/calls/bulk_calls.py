"""POST bulkRequest: up to twenty writes, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_kintone.calls import writing_calls
from local_kintone.calls.parameters import items
from local_kintone.paths import parsed_path
from local_kintone.refusals import BulkRefusedError, RefusedError, invalid_parameter, unknown_call, wrong_shape
from local_kintone.serving.messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.calls.call import Call

INNER: dict[tuple[str, str], Callable[[Call], Response]] = {
    ("POST", "record"): writing_calls.add_record,
    ("PUT", "record"): writing_calls.update_record,
    ("POST", "records"): writing_calls.add_records,
    ("PUT", "records"): writing_calls.update_records,
    ("DELETE", "records"): writing_calls.delete_records,
}

# kintone itself takes no call of these inside, and no reading one.
NEVER_INSIDE = frozenset({"bulkRequest", "file", "record/comment", "records/cursor"})
WRITING = frozenset({"POST", "PUT", "DELETE"})


def bulk_request(call: Call) -> Response:
    """Answer POST bulkRequest.json.

    Raises:
        BulkRefusedError: an inner call failed; its body has `results` alone.
        RefusedError: the request itself is wrong, or this server lacks an inner call: flat body as ever.
    """
    given = items(call.parameters, "requests", call.site.settings.bulk_calls, least=1)
    inner = [_inner(call, request, index) for index, request in enumerate(given)]
    bodies = []
    with call.site.database.transaction():
        for index, (handler, inner_call) in enumerate(inner):
            try:
                bodies.append(handler(inner_call).body)
            except RefusedError as refusal:
                raise BulkRefusedError(refusal, index, len(inner)) from None
    return Response(200, b'{"results":[' + b",".join(bodies) + b"]}")


def _inner(call: Call, request: Any, index: int) -> tuple[Callable[[Call], Response], Call]:  # noqa: ANN401 - JSON
    if not isinstance(request, dict) or not isinstance(request.get("payload"), dict):
        raise wrong_shape()
    path = parsed_path(str(request.get("api", "")))
    if path is None or path.guest_space != call.guest_space:
        raise invalid_parameter(f"requests[{index}].api", "The path is not allowed here.")
    method = str(request.get("method"))
    handler = INNER.get((method, path.api))
    if handler is None:
        if method in WRITING and path.api not in NEVER_INSIDE:
            raise unknown_call(method, str(request["api"]))
        raise invalid_parameter(f"requests[{index}].method", "This API is not allowed in a bulk request.")
    return handler, replace(call, method=method, api=path.api, parameters=request["payload"])
