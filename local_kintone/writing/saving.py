"""Inserting, updating, upserting and deleting one record, within the transaction of the call."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_kintone.dates import shown_datetime
from local_kintone.numbers import is_whole, positive
from local_kintone.refusals import invalid_parameter, no_record, stale_revision, wrong_shape
from local_kintone.storage.record_store import serialised
from local_kintone.storage.write_log import Action, Write
from local_kintone.writing.calculations import compute
from local_kintone.writing.merging import merged_cells
from local_kintone.writing.rules import acting_user, check_record, refuse_unwritable
from local_kintone.writing.unique_keys import (
    check_unique,
    read_update_key,
    record_with_key,
    refuse_key_within,
    unique_texts,
)
from local_kintone.writing.values import Problems, Reading

if TYPE_CHECKING:
    from local_kintone.forms.apps import App
    from local_kintone.site import Site
    from local_kintone.storage.tokens import Credential

type Texts = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Writing:
    """One call that writes to one app.

    Attributes:
        site: the server's whole state.
        app: the app written to.
        credential: what the request's tokens allow, in this and other apps.
        request: running number of the API request.
        problems: complaints of the whole call.
    """

    site: Site
    app: App
    credential: Credential
    request: int = 0
    problems: Problems = field(default_factory=Problems)

    def note(self, action: Action, number: int, revision: int, *, sent: object, texts: Texts) -> None:
        """Keep a write in the log, once its transaction is kept; `texts` are the record before and after."""
        author = self.credential.authors.get(self.app.number, "")
        given = sent if isinstance(sent, dict) else None
        self.site.writes.note(Write(0, self.request, author, self.app.number, action, number, revision, given, *texts))

    def reading(self, *, in_rows: bool) -> Reading:
        """Return what reading values needs to know."""
        return Reading(self.site.settings, self.site.files, self.app, self.problems, in_rows)


NO_CHECK = "-1"


def insert(writing: Writing, given: object, prefix: str) -> tuple[str, str]:
    """Insert a record and return its id and revision; nothing is kept where problems were noted."""
    record = _merged(writing, given, None, prefix)
    number = writing.site.records.next_id(writing.app.number)
    text = _keep(writing, record, number, 1, prefix)
    writing.note("add", number, 1, sent=given or {}, texts=(None, text))
    return str(number), "1"


def update(writing: Writing, number: int, given: object, revision: object, prefix: str) -> tuple[str, str]:
    """Update a record and return its id and new revision.

    Raises:
        RefusedError: GAIA_RE01 no such record, GAIA_CO02 another revision.
    """
    stored, before = existing(writing, number, revision)
    record = _merged(writing, given, before, prefix)
    form = writing.app.form
    record[form.of_kind("MODIFIER").code]["value"] = acting_user(writing.site.settings)
    record[form.of_kind("UPDATED_TIME").code]["value"] = shown_datetime(writing.site.clock.now())
    following = int(before["$revision"]["value"]) + 1
    text = _keep(writing, record, number, following, prefix)
    writing.note("update", number, following, sent=given or {}, texts=(stored, text))
    return str(number), str(following)


def delete(writing: Writing, number: int, revision: object) -> None:
    """Delete a record.

    Raises:
        RefusedError: GAIA_RE01 no such record, GAIA_CO02 another revision.
    """
    stored, before = existing(writing, number, revision)
    writing.site.records.delete(writing.app.number, number)
    writing.note("delete", number, int(before["$revision"]["value"]), sent=None, texts=(stored, None))


def existing(writing: Writing, number: int, revision: object) -> tuple[str, dict[str, Any]]:
    """Return a record as stored and as read, after comparing its revision with the one that the client knows."""
    text = writing.site.records.text(writing.app.number, number)
    if text is None:
        raise no_record(number)
    before = json.loads(text)
    known = str(NO_CHECK if revision is None else revision)
    if not is_whole(known.removeprefix("-")):
        raise wrong_shape()
    if known not in (NO_CHECK, before["$revision"]["value"]):
        raise stale_revision()
    return text, before


def _merged(writing: Writing, given: object, before: dict[str, Any] | None, prefix: str) -> dict[str, Any]:
    sent = {} if given is None else given
    if not isinstance(sent, dict):
        raise wrong_shape()
    refuse_unwritable(writing, sent, inserting=before is None)
    record: dict[str, Any] = merged_cells(writing, writing.app.form.in_records, sent, before, prefix)
    compute(writing.app, record)
    check_record(writing.app.form, record, prefix, writing.problems)
    return record


def _keep(writing: Writing, record: dict[str, Any], number: int, revision: int, prefix: str) -> str:
    keys = unique_texts(writing, record)
    check_unique(writing, keys, number, prefix)
    if writing.problems.messages:
        return ""
    stamp(writing.app, record, number, revision)
    text = serialised(record)
    writing.site.records.write(writing.app.number, number, revision, text)
    writing.site.unique_values.replace(writing.app.number, number, keys)
    return text


def stamp(app: App, record: dict[str, Any], number: int, revision: int) -> None:
    """Set a record's number, id and revision."""
    shown = f"{app.code}-{number}" if app.code else str(number)
    record[app.form.of_kind("RECORD_NUMBER").code] = {"type": "RECORD_NUMBER", "value": shown}
    record["$revision"] = {"type": "__REVISION__", "value": str(revision)}
    record["$id"] = {"type": "__ID__", "value": str(number)}


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
