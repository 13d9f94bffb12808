"""POST, PUT and DELETE of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.calls.parameters import items, truth
from local_kintone.refusals import RefusedError, invalid_parameter, no_record, wrong_shape
from local_kintone.serving.messages import Response, json_response
from local_kintone.values.identifiers import positive
from local_kintone.writing.context import Writing
from local_kintone.writing.saving import delete, insert, update
from local_kintone.writing.unique_keys import read_update_key, record_with_key, refuse_key_within
from local_kintone.writing.upserting import upsert_row

if TYPE_CHECKING:
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
