"""Failures of a write: which entry and field kintone complains about, and which entries to send again.

kintone names the place of a bad value in keys such as ``records[3].lines.value[0].value.qty.value``, counting from 0.
It writes ``record.`` for a single record, ``record[code]`` for a value that is not a number, and ``values`` for choices
and files. Our sentences count from 1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kintone.errors import (
    ErrorReply,
    InvalidParameterError,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    RevisionConflictError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    entries_named,
)
from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import NOTHING, Joined, Message, counted, verbatim
from kintone.remedies import FIND_BY_QUERY, for_maybe_saved, for_write
from kintone.texts import preview
from kintone.writing.batches import Batch, InnerCall, Item, WriteKind
from kintone.writing.entries import Entry
from kintone.writing.repeating import SAFE_TO_RESEND, EntryTraits, resend_advice, retry_note

# Places in a record


_FIELD = r"(?:\.(?P<code>[^\[\]]+?)|\[(?P<bracketed>[^\]]+)\])\.values?(?P<rest>|[.\[].*)"
_START = re.compile(r"records\[(?P<index>\d{1,6})\]|record(?=[.\[])")
_TOP_FIELD = re.compile(_FIELD, re.DOTALL)
_CELL = re.compile(r"\[(?P<row>\d{1,6})\]\.value" + _FIELD, re.DOTALL)
_CHOICE = re.compile(r"\[(?P<choice>\d{1,6})\](?:\.value)?")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in the records that were sent; ``index``, ``row`` and ``choice`` count from 0 as kintone's keys do."""

    code: str
    index: int | None = None
    row: int | None = None
    column: str = ""
    choice: int | None = None

    def words(self, given_rows: Mapping[str, Mapping[int, int]] | None = None) -> Message:
        """Name the field, row and choice, counting from 1.

        ``given_rows`` maps for each table that was appended to the index among the rows sent to the index among the
        caller's rows, as in ``AppendedRecord``. The other rows were already saved.
        """
        field = verbatim(self.code) if self.row is None else self._cell(self.row, (given_rows or {}).get(self.code))
        return field if self.choice is None else Message("{field}, value {number}", field=field, number=self.choice + 1)

    def _cell(self, row: int, given: Mapping[int, int] | None) -> Message:
        number = row if given is None else given.get(row)
        if number is None:
            return Message(
                "{table} row {row} of those already saved, {column}", table=self.code, row=row + 1, column=self.column
            )
        return Message("{table} row {row}, {column}", table=self.code, row=number + 1, column=self.column)


def read_path(key: str) -> FieldPath | None:
    """Read one of kintone's keys; return None for a key that does not point into a record, such as ``app``."""
    start = _START.match(key)
    if start is None:
        return None
    index = int(start["index"]) if start["index"] else None
    rest = key[start.end() :]
    inner = rest.removeprefix(".record")
    # A wrapper "record" inside "records[3]" is skipped; a field whose code is "record" is not.
    if index is not None and inner.startswith((".", "[")) and not re.match(r"\.values?(?:$|\[)", inner):
        rest = inner
    field = _TOP_FIELD.fullmatch(rest)
    if field is None:
        return FieldPath(rest.strip(".") or "record", index) if index is not None else None
    code = field["code"] or field["bracketed"]
    cell = _CELL.fullmatch(field["rest"])
    if cell is None:
        return FieldPath(code, index, choice=_choice(field["rest"]))
    column = cell["code"] or cell["bracketed"]
    return FieldPath(code, index, int(cell["row"]), column, _choice(cell["rest"]))


def readable(key: str) -> Message:
    """Name the place of a key of a single record; return a key that does not point into a record unchanged."""
    path = read_path(key)
    return verbatim(key) if path is None else path.words()


def _choice(rest: str) -> int | None:
    choice = _CHOICE.fullmatch(rest)
    return int(choice["choice"]) if choice else None


# Which entries an error is about


WRITE_KIND_NAMES = {
    WriteKind.UPSERT: Message("with an update key"),
    WriteKind.UPDATE: Message("with an id or a revision"),
    WriteKind.INSERT: Message("with neither key nor id"),
}
PLANNED_WRITE_KIND_NAMES = {
    WriteKind.UPSERT: Message("with an update key"),
    WriteKind.UPDATE: Message("whose records exist"),
    WriteKind.INSERT: Message("whose records do not exist yet"),
}
CONFLICT_CODES = ("GAIA_CO02", "GAIA_UN03")
NO_SUCH_KEY = "GAIA_RE20"
NOT_FOUND_CODES = ("GAIA_RE01", NO_SUCH_KEY, "GAIA_BL01")
APP_ERROR_CODES = ("GAIA_IL23",)
"""Refusals of a request that are about the app and not about an entry."""
CORRECT_THE_KEY = Joined(
    [Message("correct the update key, or set when_missing to add if the record is to be added"), FIND_BY_QUERY]
)
MAX_KEYS_SHOWN = 10


def map_to_entries(error: KintoneError, batch: Batch, missing: Sequence[Item] = ()) -> KintoneError:
    """Return the error with kintone's places, such as ``records[3].name.value``, as places in the caller's entries.

    ``missing`` are the entries of which it is known that no record has their update key.
    """
    reply = error.reply
    call = failing_call(error, batch)
    if reply is None or call is None:
        return error
    if batch.is_single:
        return error.copy_with(reply=replace(reply, fields=_fields_of_one(reply, batch.items[0])))
    fields: list[tuple[str | Message, Sequence[str]]] = []
    is_placed = False
    for place, words in reply.fields:
        path = read_path(str(place))
        item = call.items[path.index] if path and path.index is not None and path.index < len(call.items) else None
        if path is None or item is None:
            fields.append((place, words))
            continue
        is_placed = True
        given_rows = item.plan.given_rows if item.plan else None
        named = Message("{entry}, {place}", entry=item.entry.named, place=path.words(given_rows))
        fields.append((named, words))
    mapped = error.copy_with(reply=replace(reply, fields=fields))
    about_entries = isinstance(error, InvalidRequestError | RevisionConflictError) or error.code in NOT_FOUND_CODES
    if about_entries and error.code not in APP_ERROR_CODES and not is_placed:
        entries = keys_named([item.entry for item in missing]) if missing else _candidates_named(error, call)
        remedy = CORRECT_THE_KEY if missing else mapped.remedy
        problem = Message("{problem} ({entries})", problem=error.problem, entries=entries)
        mapped = mapped.copy_with(problem=problem, remedy=remedy)
    return mapped


def _fields_of_one(reply: ErrorReply, item: Item) -> list[tuple[str | Message, Sequence[str]]]:
    given_rows = item.plan.given_rows if item.plan else None
    paths = [(place, read_path(str(place)), words) for place, words in reply.fields]
    return [(path.words(given_rows) if path else place, words) for place, path, words in paths]


def is_outdated(error: KintoneError, batch: Batch) -> bool:
    """Tell whether a refusal may come from changes by others after the records were read, so that reading again helps.

    That is the case for a revision that is no longer the latest, for a record that was found by its key and is now
    gone, and for a key that did not exist and now does. It is not the case for a revision that the caller gave, nor
    where kintone also complains about something else.
    """
    call = failing_call(error, batch)
    if call is None:
        return False
    if isinstance(error, RevisionConflictError):
        return any(item.merges and item.entry.revision is None for item in call.items)
    if error.kintone_code == "GAIA_RE01":
        return all(item.merges and item.entry.update_key for item in candidate_entries(error, call))
    places = error.field_errors
    return error.kintone_code == "CB_VA01" and bool(places) and all(_is_duplicate_key(place, call) for place in places)


def _is_duplicate_key(place: str, call: InnerCall) -> bool:
    """Tell whether kintone complains about the update key of an insert.

    The place alone is compared: the language of kintone's words depends on the kintone user.
    """
    path = read_path(place)
    if path is None or path.index is None or path.index >= len(call.items):
        return False
    item = call.items[path.index]
    key = item.entry.update_key
    return item.inserts_key and key is not None and path.row is None and path.code == key.field


# What to send again


TEMPORARY_ERRORS = (UnavailableError, UnreachableError, TimedOutError)


def write_failed(
    error: KintoneError, pending: Sequence[Entry], ledger: WriteLedger, traits: EntryTraits
) -> KintoneError:
    """Return the error to raise: ``error`` with the ledger, and with advice about which entries to send again.

    ``pending`` are the entries that are not known to be saved, ``traits`` those of all entries. Where certainly nothing
    was saved, kintone's own advice is enough.
    """
    error = _with_retry_note(error, ledger, traits)
    rest = entries_named(Span(ledger.first_unsaved() or 1, len(ledger)))
    if not ledger.has_unknown():
        if not ledger.count(EntryState.SAVED):
            return error.copy_with(ledger=ledger)
        remedy = Message("{first}, then send {rest} again and none of those before", first=_first(error), rest=rest)
        return error.copy_with(ledger=ledger, remedy=remedy)
    if not ledger.numbered:
        return error.copy_with(ledger=ledger)
    parts = _about_unknown(pending, ledger, traits)
    if parts[-1] is SAFE_TO_RESEND:
        later = isinstance(error, UnavailableError | UnreachableError)
        in_time = Message("send {rest} again in a few minutes", rest=rest)
        parts.append(in_time if later else _after_correction(error, Message("send {rest} again", rest=rest)))
    else:
        parts.append(Message("of {rest}, send again those that are not there", rest=rest))
    # Where a later try was refused, kintone's advice is about that try, not about the outcome of the first one.
    parts.append(NOTHING if error.kintone_code else for_maybe_saved(error.remedy))
    return error.copy_with(ledger=ledger, remedy=Joined(parts))


def _saved_counts(ledger: WriteLedger) -> Message:
    """Count what was added and updated; nothing where a try whose answer was lost may have added what counts so."""
    results = ledger.results()
    if not results or ledger.repeated or len(results) != ledger.count(EntryState.SAVED):
        return NOTHING
    added = sum(result.get("operation") == "INSERT" for result in results)
    return Message(
        "of those saved, {added:,} were added, {updated:,} updated", added=added, updated=len(results) - added
    )


def _with_retry_note(error: KintoneError, ledger: WriteLedger, traits: EntryTraits) -> KintoneError:
    # The error may come from reading the records that are appended to.
    error = error.copy_with(remedy=for_write(error.remedy, len(ledger)))
    if ledger.numbered and (ledger.has_unknown() or ledger.count(EntryState.SAVED)):
        notes = [_saved_counts(ledger), retry_note(traits)]
        error = error.copy_with(notes=[*error.notes, *(note for note in notes if note)])
    return error


def _first(error: KintoneError) -> Message:
    """Say what has to be done before the rest is sent."""
    if isinstance(error, TEMPORARY_ERRORS):
        return Message("wait a minute")
    return Message("correct what kintone names") if isinstance(error, InvalidRequestError) else error.remedy


def _after_correction(error: KintoneError, again: Message) -> Message:
    """Say what comes before sending again: what a later try saw refused is refused again unchanged."""
    refused = isinstance(error, InvalidRequestError | NotFoundError)
    return Joined([_first(error), again]) if refused else again


def _about_unknown(pending: Sequence[Entry], ledger: WriteLedger, traits: EntryTraits) -> list[Message]:
    """Say what is known of the entries whose outcome is unknown, and last whether they can be sent again."""
    unknown = [entry for entry in pending if ledger.state(entry.position) is EntryState.UNKNOWN]
    together = [Message("kintone has saved either all of these or none")] if len(unknown) > 1 else []
    return [*together, resend_advice(EntryTraits(appends=traits.appends).add(unknown))]


# From where to go on with a file


def import_failed(
    error: KintoneError, pending: Sequence[Entry], ledger: WriteLedger, traits: EntryTraits
) -> KintoneError:
    """Return the error to raise for a file: as ``write_failed``, with advice from which of its entries to go on."""
    error = _with_retry_note(error, ledger, traits).copy_with(ledger=ledger)
    position = ledger.first_unsaved() or ledger.last + 1
    begin = _go_on(position, pending)
    if not ledger.has_unknown():
        if position == 1:
            return error
        first = error.before_going_on if isinstance(error, InvalidParameterError) else _first(error)
        return error.copy_with(remedy=Message("{first}, then {go_on}", first=first, go_on=begin) if first else begin)
    parts = _about_unknown(pending, ledger, traits)
    if parts[-1] is SAFE_TO_RESEND:
        parts.append(_after_correction(error, begin))
    else:
        behind = max(entry.position for entry in pending if ledger.state(entry.position) is EntryState.UNKNOWN) + 1
        rest = _go_on(behind, pending) if behind <= ledger.last else Message("nothing is left to import")
        parts.append(Message("if they are there, {rest}; if they are not, {begin}", rest=rest, begin=begin))
    parts.append(NOTHING if error.kintone_code else for_maybe_saved(error.remedy))
    return error.copy_with(remedy=Joined(parts))


def _go_on(position: int, pending: Sequence[Entry]) -> Message:
    line = next((entry.line for entry in pending if entry.position == position), 0)
    if line:
        return Message("continue with first_entry {position} (line {line})", position=position, line=line)
    return Message("continue with first_entry {position}", position=position)


def failing_call(error: KintoneError, batch: Batch) -> InnerCall | None:
    """Return the call that kintone refused, None for a failure of the whole request."""
    index = error.reply.index if error.reply else None
    if index is not None:
        return batch.calls[index] if index < len(batch.calls) else None
    return batch.calls[0] if len(batch.calls) == 1 and error.kintone_code else None


def _candidates_named(error: KintoneError, call: InnerCall) -> Message:
    """Name the entry, or all that it may be: for some failures kintone does not say which one."""
    found = [item.entry for item in candidate_entries(error, call)]
    positions = [entry.position for entry in found]
    span = Span(positions[0], positions[-1])
    if len(span) == len(positions):
        named = entries_named(span)
        if found[0].line:
            lines = Message("lines {first} to {last}", first=found[0].line, last=found[-1].line)
            named = counted(len(span), found[0].named, Message("{entries}, {lines}", entries=named, lines=lines))
        return counted(len(span), named, Message("one of {entries}", entries=named))
    names = PLANNED_WRITE_KIND_NAMES if any(item.plan for item in call.items) else WRITE_KIND_NAMES
    return Message(
        "one of the entries {kind} between {first} and {last}",
        kind=names[call.kind],
        first=span.first,
        last=span.last,
    )


def candidate_entries(error: KintoneError, call: InnerCall) -> Sequence[Item]:
    """Return the entries that the failure can be about."""
    found: list[Item] = []
    if error.code in CONFLICT_CODES:
        found = [item for item in call.items if item.has_revision]
    elif error.code == "GAIA_RE01" and error.reply:
        numbers = set(re.findall(r"\d+", error.reply.message))
        found = [item for item in call.items if item.id in numbers]
    elif error.code == NO_SUCH_KEY and error.reply:
        keyed = [item for item in call.items if item.entry.update_key and item.id is None]
        found = [item for item in keyed if _names_key(error.reply.message, item)] or keyed
    return found or call.items


def _names_key(message: str, item: Item) -> bool:
    """Tell whether kintone's words contain the key of an entry, not as a part of a longer word.

    A key of letters alone or of digits alone does not count: it may be a word of kintone's, or the number of the app.
    """
    key = item.entry.update_key
    if key is None or (key.value.isascii() and (key.value.isalpha() or key.value.isdigit())):
        return False
    return re.search(rf"(?<!\w){re.escape(key.value)}(?!\w)", message) is not None


def keys_named(entries: Sequence[Entry]) -> Message:
    """Name the first entries with their update keys, and how many more there are."""
    named: list[Message] = []
    for entry in entries[:MAX_KEYS_SHOWN]:
        field, value = entry.update_key or ("", "")
        named.append(Message("{entry}: {field} = {value}", entry=entry.named, field=field, value=preview(value)))
    left = len(entries) - len(named)
    return Joined([*named, Message("{left} more", left=left) if left else NOTHING], ", ")


def no_records(app: int, entries: Sequence[Entry]) -> NotFoundError:
    """Return the error for two or more entries that update a record by its key, where no record has these keys."""
    problem = Message(
        "no records of app {app} have the update keys of {count:,} entries ({keys})",
        app=app,
        count=len(entries),
        keys=keys_named(entries),
    )
    return NotFoundError(problem, code="NOT_FOUND", remedy=CORRECT_THE_KEY)


def no_record(app: int, entry: Entry, *, numbered: bool) -> NotFoundError:
    """Return the error for an entry that updates a record by its key, where no record has that key."""
    field, value = entry.update_key or ("", "")
    if not numbered:
        problem = Message("no record of app {app} has {value} in {field}", app=app, value=preview(value), field=field)
        return NotFoundError(problem, code="NOT_FOUND")
    if entry.must_exist:
        problem = Message(
            "{entry}: no record of app {app} has {value} in {field}",
            entry=entry.named,
            app=app,
            value=preview(value),
            field=field,
        )
        return NotFoundError(problem, code="NOT_FOUND", remedy=CORRECT_THE_KEY)
    problem = Message(
        "{entry} is meant for revision {revision} of a record that does not exist",
        entry=entry.named,
        revision=entry.revision,
    )
    remedy = Message("leave the revision out to add the record, or correct the update key")
    return NotFoundError(problem, code="NOT_FOUND", remedy=remedy)
