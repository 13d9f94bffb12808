"""Adding one record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kintone.errors import KintoneError
from kintone.operations import Caller, Operation, Repeat
from kintone.writing.answers import number_text, probably_saved
from kintone.writing.field_paths import readable


@dataclass(frozen=True, slots=True)
class Added:
    """The new record; ``response`` is kintone's whole answer."""

    id: str
    revision: str
    response: dict[str, Any] = field(repr=False)


def add_record(caller: Caller, app: int, record: Mapping[str, object]) -> Added:
    """Add a record in kintone's shape, ``{"code": {"value": …}}``; an unknown fate is never answered by a second try.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record.
    """
    adding = f"adding a record to app {app}"
    try:
        body = caller.call(Operation(adding, "POST", "record", {"app": app, "record": record}, Repeat.INSERT)).body
    except KintoneError as error:
        name_fields(error)
        raise
    record_id, revision = number_text(body.get("id")), number_text(body.get("revision"))
    if record_id is None or revision is None:
        raise probably_saved(adding, "kintone's answer has no id and revision")
    return Added(record_id, revision, body)


def name_fields(error: KintoneError) -> None:
    """Write the places of a single record in words that count from 1."""
    error.field_errors = {readable(key): messages for key, messages in error.field_errors.items()}
