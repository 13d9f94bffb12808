"""What lies behind a refusal of values that kintone's words do not tell.

kintone takes a row whose id the record does not have for a new row, and an update key that no record has for a new
record; it then asks for their required values. Source:
https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from kintone.error_codes import BAD_VALUES, MEANINGS
from kintone.errors import KintoneError
from kintone.forms.fields import Form
from kintone.forms.near_matches import listed
from kintone.messages import NOTHING, Joined, Message
from kintone.records.unchecked import sent_lookups
from kintone.texts import printable
from kintone.writing.batches import Batch, Item, WriteKind
from kintone.writing.entries import Entry
from kintone.writing.failures import failing_call, keys_named
from kintone.writing.field_paths import FieldPath, read_path

MAX_NAMED = 10
LOOKUP_CODES = ("GAIA_LO03", "GAIA_LO04")

type FindKeys = Callable[[Sequence[Entry]], Collection[int] | None]
"""Returns the positions of the entries whose key a record has; None where that cannot be found out."""


def with_hidden_causes(
    error: KintoneError, cause: KintoneError, batch: Batch, find_keys: FindKeys, form: Form | None
) -> KintoneError:
    """Return the error with notes about row ids and update keys that no record has, and about lookups.

    ``cause`` is the failure as kintone answered it, with kintone's own places.
    """
    call = failing_call(cause, batch)
    if call is not None and form is not None and cause.kintone_code in LOOKUP_CODES:
        return with_lookups_named(error, [item.entry for item in call.items], form, numbered=not batch.is_single)
    if call is None or MEANINGS.get(cause.kintone_code) is not BAD_VALUES:
        return error
    paths = [path for path in map(read_path, cause.field_errors) if path is not None]
    placed = [(call.items[path.index or 0], path) for path in paths if (path.index or 0) < len(call.items)]
    lacking = [item for item, path in placed if path.code not in item.entry.record]
    notes = [*_about_rows(placed, batch), *_about_keys(lacking, batch, find_keys)]
    return error.copy_with(notes=[*error.notes, *notes])


# Lookups


def with_lookups_named(error: KintoneError, entries: Iterable[Entry], form: Form, *, numbered: bool) -> KintoneError:
    """Return the error with the lookups that were sent, if it is about one; kintone does not tell which."""
    if error.kintone_code not in LOOKUP_CODES:
        return error
    named = [
        Message("{entry}: {lookup}", entry=entry.named, lookup=lookup) if numbered else lookup
        for entry in entries
        for lookup in sent_lookups(entry.record, form)
    ]
    note = Message("lookups that were sent: {lookups}", lookups=listed(named, "; ", MAX_NAMED))
    return error.copy_with(notes=[*error.notes, note] if named else error.notes)


# Rows


def _about_rows(placed: Sequence[tuple[Item, FieldPath]], batch: Batch) -> list[Message]:
    """Return what is known of the rows, equal notes once with all their entries."""
    notes: dict[str, Message] = {}
    entries: dict[str, dict[int, Message]] = {}
    for item, path in placed:
        if note := _about_row(item, path):
            notes.setdefault(str(note), note)
            entries.setdefault(str(note), {})[item.entry.position] = item.entry.named
    if batch.is_single:
        return list(notes.values())[:MAX_NAMED]
    return [
        Message("{entries}: {note}", entries=listed(list(entries[text].values()), ", ", MAX_NAMED), note=note)
        for text, note in notes.items()
    ][:MAX_NAMED]


def _about_row(item: Item, path: FieldPath) -> Message:
    """Say that the record does not have the row's id, or may not have it where its rows were not read."""
    row_id = _row_id(item, path)
    if not row_id:
        return NOTHING
    words = {"id": printable(row_id), "table": printable(path.code)}
    if item.plan is None:
        return Message(
            "if the record has no row with the id {id} in {table}, kintone takes that row for a new one", **words
        )
    if not any(row_id in change.unknown for change in item.plan.changes if change.code == path.code):
        return NOTHING
    return Message(
        "the record has no row with the id {id} in {table}, so kintone takes that row for a new one", **words
    )


def _row_id(item: Item, path: FieldPath) -> str:
    record = item.plan.record if item.plan else item.entry.record
    wrapper = record.get(path.code)
    rows = wrapper.get("value") if isinstance(wrapper, Mapping) else None
    if path.row is None or not isinstance(rows, list | tuple) or path.row >= len(rows):
        return ""
    row = rows[path.row]
    return str(row.get("id") or "") if isinstance(row, Mapping) else ""


# Keys


def _about_keys(items: Sequence[Item], batch: Batch, find_keys: FindKeys) -> list[Message]:
    """Name the entries that would have added a record because none has their key.

    ``items`` are those in which kintone misses a field that was not sent; others are not looked up.
    """
    adding = {item.entry.position: item for item in items if item.entry.update_key and not item.entry.must_exist}
    unplanned = [item.entry for item in adding.values() if item.kind is WriteKind.UPSERT]
    found = find_keys(unplanned) if unplanned else ()
    if batch.is_single or found is None:
        return []
    new = [item.entry for item in adding.values() if item.inserts_key or item.kind is WriteKind.UPSERT]
    new = [entry for entry in new if entry.position not in found]
    if not new:
        return []
    return [
        Joined(
            [
                Message("no record has this key, so kintone would add one ({entries})", entries=keys_named(new)),
                Message("if a saved record is meant, correct the key; with when_missing fail nothing is added"),
            ]
        )
    ]
