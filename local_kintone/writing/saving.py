"""Inserting, updating, upserting and deleting one record inside the call's database transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from local_kintone.dates import format_datetime
from local_kintone.numbers import is_digits, positive_integer
from local_kintone.refusals import invalid_parameter, no_record, stale_revision, wrong_shape
from local_kintone.storage.record_store import serialised
from local_kintone.storage.write_log import Action, Write
from local_kintone.writing.assignees import set_first_assignees
from local_kintone.writing.calculations import compute
from local_kintone.writing.merging import merged_cells
from local_kintone.writing.rules import acting_user, check_record, refuse_unwritable
from local_kintone.writing.unique_keys import (
    check_unique,
    read_update_key,
    record_with_key,
    reject_key_field,
    unique_texts,
)
from local_kintone.writing.values import Problems, ValueContext

if TYPE_CHECKING:
    from local_kintone.forms.apps import App
    from local_kintone.site import Site
    from local_kintone.storage.tokens import Credential

type Texts = tuple[str | None, str | None]


@dataclass(frozen=True)
class WriteContext:
    """A call that writes to one app.

    Attributes:
        site: the server's state.
        app: the target app.
        credential: the permissions of the request's tokens.
        request: sequence number of the API request.
        problems: collects the problems of the call.
    """

    site: Site
    app: App
    credential: Credential
    request: int = 0
    problems: Problems = field(default_factory=Problems)

    def note(self, action: Action, number: int, revision: int, *, sent: object, texts: Texts) -> None:
        """Log a write when its transaction is committed; `texts` are the record before and after."""
        author = self.credential.authors.get(self.app.number, "")
        given = sent if isinstance(sent, dict) else None
        self.site.writes.note(Write(0, self.request, author, self.app.number, action, number, revision, given, *texts))

    @cached_property
    def in_records(self) -> ValueContext:
        """The context for reading the values of a record's own fields."""
        return ValueContext(self.site.settings, self.site.files, self.app, self.problems)

    @cached_property
    def in_rows(self) -> ValueContext:
        """The context for reading the values of table rows."""
        return replace(self.in_records, in_rows=True)


NO_REVISION_CHECK = "-1"


def insert(context: WriteContext, given: object, prefix: str) -> tuple[str, str]:
    """Insert a record and return its id and revision; it is not stored if there are problems."""
    record = _merged(context, given, None, prefix)
    number = context.site.records.next_id(context.app.number)
    text = _store(context, record, number, 1, prefix)
    context.note("add", number, 1, sent=given or {}, texts=(None, text))
    return str(number), "1"


def update(context: WriteContext, number: int, given: object, revision: object, prefix: str) -> tuple[str, str]:
    """Update a record and return its id and new revision.

    Raises:
        RefusedError: GAIA_RE01 unknown record, GAIA_CO02 outdated revision.
    """
    stored, before = stored_record(context, number, revision)
    record = _merged(context, given, before, prefix)
    form = context.app.form
    record[form.first_of_type("MODIFIER").code]["value"] = acting_user(context.site.settings)
    record[form.first_of_type("UPDATED_TIME").code]["value"] = format_datetime(context.site.clock.now())
    following = int(before["$revision"]["value"]) + 1
    text = _store(context, record, number, following, prefix)
    context.note("update", number, following, sent=given or {}, texts=(stored, text))
    return str(number), str(following)


def delete(context: WriteContext, number: int, revision: object) -> None:
    """Delete a record.

    Raises:
        RefusedError: GAIA_RE01 unknown record, GAIA_CO02 outdated revision.
    """
    stored, before = stored_record(context, number, revision)
    context.site.records.delete(context.app.number, number)
    context.note("delete", number, int(before["$revision"]["value"]), sent=None, texts=(stored, None))


def stored_record(context: WriteContext, number: int, revision: object) -> tuple[str, dict[str, Any]]:
    """Return a record as JSON text and as an object, after comparing its revision with the client's."""
    text = context.site.records.text(context.app.number, number)
    if text is None:
        raise no_record(number)
    before = json.loads(text)
    known = str(NO_REVISION_CHECK if revision is None else revision)
    if not is_digits(known.removeprefix("-")):
        raise wrong_shape()
    if known not in (NO_REVISION_CHECK, before["$revision"]["value"]):
        raise stale_revision()
    return text, before


def _merged(context: WriteContext, given: object, before: dict[str, Any] | None, prefix: str) -> dict[str, Any]:
    sent = {} if given is None else given
    if not isinstance(sent, dict):
        raise wrong_shape()
    refuse_unwritable(context, sent, inserting=before is None)
    record: dict[str, Any] = merged_cells(context, context.app.form.in_records, sent, before, prefix)
    if before is None:
        set_first_assignees(context.site.settings, context.app.form, context.app.process, record)
    compute(context.app, record)
    check_record(context.app.form, record, prefix, context.problems)
    return record


def _store(context: WriteContext, record: dict[str, Any], number: int, revision: int, prefix: str) -> str:
    keys = unique_texts(context, record)
    check_unique(context, keys, number, prefix)
    if context.problems.messages:
        return ""
    set_system_values(context.app, record, number, revision)
    text = serialised(record)
    context.site.records.write(context.app.number, number, revision, text)
    context.site.unique_values.replace(context.app.number, number, keys)
    return text


def set_system_values(app: App, record: dict[str, Any], number: int, revision: int) -> None:
    """Set a record's number, id and revision."""
    to_api = f"{app.code}-{number}" if app.code else str(number)
    record[app.form.first_of_type("RECORD_NUMBER").code] = {"type": "RECORD_NUMBER", "value": to_api}
    record["$revision"] = {"type": "__REVISION__", "value": str(revision)}
    record["$id"] = {"type": "__ID__", "value": str(number)}


def upsert_row(context: WriteContext, row: dict[str, Any], prefix: str) -> dict[str, str]:
    """Update or insert one row.

    An unknown id inserts under a new id; an unknown key inserts with the key's value.

    Returns:
        `id`, `revision` and `operation` ("INSERT" or "UPDATE").

    Raises:
        RefusedError: those of update() and insert(); CB_VA01 for an id together with a key, for neither, and for
            a key that is also in `record`.
    """
    given = row.get("record")
    sent = {} if given is None else given
    if not isinstance(sent, dict):
        raise wrong_shape()
    number, key = _target(context, row, prefix)
    if key is not None:
        reject_key_field(sent, key[0], f"{prefix}.")
    if number is not None and context.site.records.text(context.app.number, number) is not None:
        saved, revision = update(context, number, sent, row.get("revision"), prefix)
        return {"id": saved, "revision": revision, "operation": "UPDATE"}
    if key is not None:
        sent = {**sent, key[0]: {"value": key[1]}}
    saved, revision = insert(context, sent, prefix)
    return {"id": saved, "revision": revision, "operation": "INSERT"}


def _target(context: WriteContext, row: dict[str, Any], prefix: str) -> tuple[int | None, tuple[str, object] | None]:
    number, given = row.get("id"), row.get("updateKey")
    if (number is None) == (given is None):
        raise invalid_parameter(f"{prefix}.updateKey", "Specify either the id or the updateKey.")
    if given is None:
        return positive_integer(number, f"{prefix}.id"), None
    field, value = read_update_key(context, given, f"{prefix}.updateKey")
    return record_with_key(context, field, value), (field.code, value)
