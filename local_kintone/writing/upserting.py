"""One row of an upsert: updated where it is found, inserted where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.refusals import invalid_parameter, wrong_shape
from local_kintone.values.identifiers import positive
from local_kintone.writing.saving import insert, update
from local_kintone.writing.unique_keys import read_update_key, record_with_key, refuse_key_within

if TYPE_CHECKING:
    from local_kintone.writing.context import Writing


def upsert_row(writing: Writing, row: dict[str, Any], prefix: str) -> dict[str, str]:
    """Update or insert one row.

    An unknown id inserts under a new id; an unknown key inserts with the key's value.

    Returns:
        `id`, `revision` and `operation` ("INSERT" or "UPDATE").

    Raises:
        RefusedError: as update() and insert() do; CB_VA01 for id and key together, for neither, and for a key
            that stands in `record` too.
    """
    given = row.get("record")
    sent = {} if given is None else given
    if not isinstance(sent, dict):
        raise wrong_shape()
    number, key = _meant(writing, row, prefix)
    if key is not None:
        refuse_key_within(sent, key[0], f"{prefix}.")
    if number is not None and writing.site.records.get(writing.app.number, number) is not None:
        kept, revision = update(writing, number, sent, row.get("revision"), prefix)
        return {"id": kept, "revision": revision, "operation": "UPDATE"}
    if key is not None:
        sent = {**sent, key[0]: {"value": key[1]}}
    kept, revision = insert(writing, sent, prefix)
    return {"id": kept, "revision": revision, "operation": "INSERT"}


def _meant(writing: Writing, row: dict[str, Any], prefix: str) -> tuple[int | None, tuple[str, object] | None]:
    number, given = row.get("id"), row.get("updateKey")
    if (number is None) == (given is None):
        raise invalid_parameter(f"{prefix}.updateKey", "Specify either the id or the updateKey.")
    if given is None:
        return positive(number, f"{prefix}.id"), None
    field, value = read_update_key(writing, given, f"{prefix}.updateKey")
    return record_with_key(writing, field, value), (field.code, value)
