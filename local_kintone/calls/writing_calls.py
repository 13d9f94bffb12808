"""POST, PUT and DELETE of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.calls.call import boolean, bounded_list
from local_kintone.numbers import positive_integer
from local_kintone.refusals import RefusedError, invalid_parameter, no_record, wrong_shape
from local_kintone.serving.messages import Response, json_response
from local_kintone.writing.saving import WriteContext, delete, insert, update, upsert_row
from local_kintone.writing.unique_keys import read_update_key, record_with_key, reject_key_field

if TYPE_CHECKING:
    from local_kintone.calls.call import Call


def write_context(call: Call, *permissions: str) -> WriteContext:
    """Return the context of a call on the app that it names, after checking its tokens' permissions."""
    return WriteContext(call.site, call.app(*permissions), call.credential, call.received.number)


def add_record(call: Call) -> Response:
    """Answer POST record.json; without `record` the new record has the default values."""
    context = write_context(call, "add")
    with call.site.database.transaction():
        number, revision = insert(context, call.parameters.get("record"), "record")
        context.problems.raise_any()
    return json_response({"id": number, "revision": revision})


def add_records(call: Call) -> Response:
    """Answer POST records.json: all or nothing."""
    context = write_context(call, "add")
    given = bounded_list(call.parameters, "records", call.site.settings.write_batch)
    if not all(isinstance(record, dict) for record in given):
        raise wrong_shape()
    with call.site.database.transaction():
        saved = [insert(context, record, f"records[{index}]") for index, record in enumerate(given)]
        context.problems.raise_any()
    return json_response({"ids": [number for number, _ in saved], "revisions": [revision for _, revision in saved]})


def update_record(call: Call) -> Response:
    """Answer PUT record.json."""
    context = write_context(call, "edit")
    given = call.parameters
    with call.site.database.transaction():
        number = _target(context, given, "")
        _, revision = update(context, number, given.get("record"), given.get("revision"), "record")
        context.problems.raise_any()
    return json_response({"revision": revision})


def update_records(call: Call) -> Response:
    """Answer PUT records.json, with or without `upsert`."""
    upserting = boolean(call.parameters, "upsert")
    context = write_context(call, *(("edit", "add") if upserting else ("edit",)))
    given = bounded_list(call.parameters, "records", call.site.settings.write_batch)
    with call.site.database.transaction():
        saved = [_updated_row(context, row, index, upserting=upserting) for index, row in enumerate(given)]
        context.problems.raise_any()
    return json_response({"records": saved})


def _updated_row(context: WriteContext, row: object, index: int, *, upserting: bool) -> dict[str, str]:
    if not isinstance(row, dict):
        raise wrong_shape()
    prefix = f"records[{index}]"
    if upserting:
        return upsert_row(context, row, prefix)
    number = _target(context, row, f"{prefix}.")
    saved, revision = update(context, number, row.get("record"), row.get("revision"), prefix)
    return {"id": saved, "revision": revision}


def _target(context: WriteContext, row: dict[str, Any], prefix: str) -> int:
    key = row.get("updateKey")
    if key is None:
        if row.get("id") is None:
            raise invalid_parameter(f"{prefix}id")
        return positive_integer(row["id"], f"{prefix}id")
    if row.get("id") is not None:
        raise invalid_parameter(f"{prefix}updateKey", "Specify either the id or the updateKey.")
    field, value = read_update_key(context, key, f"{prefix}updateKey")
    reject_key_field(row.get("record"), field.code, prefix)
    number = record_with_key(context, field, value)
    if number is None:
        raise RefusedError(404, "GAIA_RE20", f"No record has the value {value} in the field {field.code}.")
    return number


def delete_records(call: Call) -> Response:
    """Answer DELETE records.json: all or nothing."""
    context = write_context(call, "delete")
    ids = bounded_list(call.parameters, "ids", call.site.settings.write_batch, minimum=1)
    revisions = call.parameters.get("revisions") or [None] * len(ids)
    if not isinstance(revisions, list):
        raise wrong_shape()
    if len(revisions) != len(ids):
        raise invalid_parameter("revisions", "As many revisions as ids are needed.")
    numbers = [positive_integer(given, f"ids[{index}]") for index, given in enumerate(ids)]
    with call.site.database.transaction():
        for number in numbers:
            if call.site.records.text(context.app.number, number) is None:
                raise no_record(number)
        for number, revision in zip(numbers, revisions, strict=True):
            delete(context, number, revision)
    return json_response({})
