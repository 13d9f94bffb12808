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
from kintone.messages import Joined, Message, counted
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
    ids: dict[tuple[int, str, bool], dict[str, None]] = {}
    items = {item.entry.position: item for item, _ in placed}
    for item, path in placed:
        row_id, is_certain = _row_id(item, path), item.plan is not None
        if row_id and (not is_certain or _is_unknown(item, path.code, row_id)):
            ids.setdefault((item.entry.position, path.code, is_certain), {})[row_id] = None
    notes: dict[str, Message] = {}
    entries: dict[str, list[Entry]] = {}
    for (position, table, is_certain), found in ids.items():
        note = _about_ids(table, list(found), is_certain=is_certain)
        notes.setdefault(str(note), note)
        entries.setdefault(str(note), []).append(items[position].entry)
    if batch.is_single:
        return list(notes.values())[:MAX_NAMED]
    return [
        Message("{entries}: {note}", entries=_entries_named(entries[text]), note=note) for text, note in notes.items()
    ][:MAX_NAMED]


def _entries_named(entries: Sequence[Entry]) -> Message:
    numbered = [
        Message("{position} (line {line})", position=entry.position, line=entry.line)
        if entry.line
        else Message("{position}", position=entry.position)
        for entry in entries
    ]
    several = Message("entries {numbers}", numbers=listed(numbered, ", ", MAX_NAMED))
    return counted(len(entries), entries[0].named, several)


def _is_unknown(item: Item, table: str, row_id: str) -> bool:
    return item.plan is not None and any(row_id in each.unknown for each in item.plan.changes if each.code == table)


def _about_ids(table: str, ids: Sequence[str], *, is_certain: bool) -> Message:
    """Say that the record does not have the rows' ids, or may not have them where its rows were not read."""
    shown = listed([Message("{id}", id=printable(row_id)) for row_id in ids], ", ", MAX_NAMED)
    words = {"ids": shown, "table": printable(table)}
    if is_certain:
        return counted(
            len(ids),
            Message("the record has no row with the id {ids} in {table}, so kintone takes it for a new one", **words),
            Message(
                "the record has no rows with the ids {ids} in {table}, so kintone takes them for new ones", **words
            ),
        )
    return counted(
        len(ids),
        Message("if the record has no row with the id {ids} in {table}, kintone takes it for a new one", **words),
        Message("if the record has no rows with the ids {ids} in {table}, kintone takes them for new ones", **words),
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
