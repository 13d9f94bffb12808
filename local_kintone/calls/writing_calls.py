"""POST, PUT and DELETE of records, and several of them in one bulkRequest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_kintone.calls.call import items, truth
from local_kintone.numbers import positive
from local_kintone.paths import parsed_path
from local_kintone.refusals import (
    BulkRefusedError,
    RefusedError,
    invalid_parameter,
    no_record,
    unknown_call,
    wrong_shape,
)
from local_kintone.serving.messages import Response, json_response
from local_kintone.writing.saving import Writing, delete, insert, update, upsert_row
from local_kintone.writing.unique_keys import read_update_key, record_with_key, refuse_key_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.calls.call import Call


def _writing(call: Call, *permissions: str) -> Writing:
    return Writing(call.site, call.app(*permissions), call.credential, call.received.number)


def add_record(call: Call) -> Response:
    """Answer POST record.json; without `record` the new one has defaults only."""
    writing = _writing(call, "add")
    with call.site.database.transaction():
        number, revision = insert(writing, call.parameters.get("record"), "record")
        writing.problems.raise_any()
    return json_response({"id": number, "revision": revision})


def add_records(call: Call) -> Response:
    """Answer POST records.json: all or nothing."""
    writing = _writing(call, "add")
    given = items(call.parameters, "records", call.site.settings.write_batch)
    if not all(isinstance(record, dict) for record in given):
        raise wrong_shape()
    with call.site.database.transaction():
        kept = [insert(writing, record, f"records[{index}]") for index, record in enumerate(given)]
        writing.problems.raise_any()
    return json_response({"ids": [number for number, _ in kept], "revisions": [revision for _, revision in kept]})


def update_record(call: Call) -> Response:
    """Answer PUT record.json."""
    writing = _writing(call, "edit")
    given = call.parameters
    with call.site.database.transaction():
        number = _meant(writing, given, "")
        _, revision = update(writing, number, given.get("record"), given.get("revision"), "record")
        writing.problems.raise_any()
    return json_response({"revision": revision})


def update_records(call: Call) -> Response:
    """Answer PUT records.json, with or without `upsert`."""
    upserting = truth(call.parameters, "upsert")
    writing = _writing(call, *(("edit", "add") if upserting else ("edit",)))
    given = items(call.parameters, "records", call.site.settings.write_batch)
    with call.site.database.transaction():
        kept = [_updated_row(writing, row, index, upserting=upserting) for index, row in enumerate(given)]
        writing.problems.raise_any()
    return json_response({"records": kept})


def _updated_row(writing: Writing, row: object, index: int, *, upserting: bool) -> dict[str, str]:
    if not isinstance(row, dict):
        raise wrong_shape()
    prefix = f"records[{index}]"
    if upserting:
        return upsert_row(writing, row, prefix)
    number = _meant(writing, row, f"{prefix}.")
    kept, revision = update(writing, number, row.get("record"), row.get("revision"), prefix)
    return {"id": kept, "revision": revision}


def _meant(writing: Writing, row: dict[str, Any], prefix: str) -> int:
    key = row.get("updateKey")
    if key is None:
        if row.get("id") is None:
            raise invalid_parameter(f"{prefix}id")
        return positive(row["id"], f"{prefix}id")
    if row.get("id") is not None:
        raise invalid_parameter(f"{prefix}updateKey", "Specify either the id or the updateKey.")
    field, value = read_update_key(writing, key, f"{prefix}updateKey")
    refuse_key_within(row.get("record"), field.code, prefix)
    number = record_with_key(writing, field, value)
    if number is None:
        raise RefusedError(404, "GAIA_RE20", f"No record has the value {value} in the field {field.code}.")
    return number


def delete_records(call: Call) -> Response:
    """Answer DELETE records.json: all or nothing."""
    writing = _writing(call, "delete")
    ids = items(call.parameters, "ids", call.site.settings.write_batch, least=1)
    revisions = call.parameters.get("revisions") or [None] * len(ids)
    if not isinstance(revisions, list):
        raise wrong_shape()
    if len(revisions) != len(ids):
        raise invalid_parameter("revisions", "As many revisions as ids are needed.")
    numbers = [positive(given, f"ids[{index}]") for index, given in enumerate(ids)]
    with call.site.database.transaction():
        for number in numbers:
            if call.site.records.text(writing.app.number, number) is None:
                raise no_record(number)
        for number, revision in zip(numbers, revisions, strict=True):
            delete(writing, number, revision)
    return json_response({})


INNER: dict[tuple[str, str], Callable[[Call], Response]] = {
    ("POST", "record"): add_record,
    ("PUT", "record"): update_record,
    ("POST", "records"): add_records,
    ("PUT", "records"): update_records,
    ("DELETE", "records"): delete_records,
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
