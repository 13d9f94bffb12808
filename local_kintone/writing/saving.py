"""Inserting, updating and deleting one record, within the transaction of the call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_kintone.record_store import serialised
from local_kintone.refusals import no_record, stale_revision, wrong_shape
from local_kintone.values.checks import check_record
from local_kintone.values.defaults import acting_user
from local_kintone.values.identifiers import is_whole
from local_kintone.values.moments import shown_datetime
from local_kintone.writing.calculations import compute
from local_kintone.writing.merging import merged_cells
from local_kintone.writing.unique_keys import check_unique, unique_texts
from local_kintone.writing.unwritable import refuse_unwritable

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.writing.context import Writing

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
