"""Where kintone's complaints point to, in words that count from 1.

kintone names the place of a bad value in keys such as ``records[3].lines.value[0].value.qty.value``, counting from 0;
``record.`` for a single record, ``record[code]`` for a number that is none, ``values`` for choices and files.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kintone.errors import (
    InvalidRequestError,
    KintoneError,
    RevisionConflictError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    entries_named,
)
from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import NOTHING, Joined, Message, counted, verbatim
from kintone.remedies import for_maybe_saved, for_write
from kintone.writing.batches import Batch, InnerCall, Item, WriteKind
from kintone.writing.entries import Entry, holds_file_keys, renames_keys

_FIELD = r"(?:\.(?P<code>[^\[\]]+?)|\[(?P<bracketed>[^\]]+)\])\.values?(?P<rest>|[.\[].*)"
_START = re.compile(r"records\[(?P<index>\d{1,6})\]|record(?=[.\[])")
_TOP = re.compile(_FIELD, re.DOTALL)
_CELL = re.compile(r"\[(?P<row>\d{1,6})\]\.value" + _FIELD, re.DOTALL)
_CHOICE = re.compile(r"\[(?P<choice>\d{1,6})\](?:\.value)?")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in what was sent: ``index``, ``row`` and ``choice`` count from 0 as kintone's keys do."""

    code: str
    index: int | None = None
    row: int | None = None
    column: str = ""
    choice: int | None = None

    def words(self, given_rows: Mapping[str, Mapping[int, int]] | None = None) -> Message:
        """Name the field, row and choice.

        ``given_rows`` tells for tables that were appended to which of the rows sent are the caller's: from the place
        among those sent to the place among the caller's. The others were saved before and do not count as the caller's.
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
    """Read one of kintone's keys; None for one that does not point into a record, such as ``app``."""
    start = _START.match(key)
    if start is None:
        return None
    index = int(start["index"]) if start["index"] else None
    rest = key[start.end() :]
    inner = rest.removeprefix(".record")
    # A wrapper "record" inside "records[3]" is skipped; a field whose code is "record" is not.
    if index is not None and inner.startswith((".", "[")) and not re.match(r"\.values?(?:$|\[)", inner):
        rest = inner
    field = _TOP.fullmatch(rest)
    if field is None:
        return FieldPath(rest.strip(".") or "record", index) if index is not None else None
    code = field["code"] or field["bracketed"]
    cell = _CELL.fullmatch(field["rest"])
    if cell is None:
        return FieldPath(code, index, choice=_choice(field["rest"]))
    column = cell["code"] or cell["bracketed"]
    return FieldPath(code, index, int(cell["row"]), column, _choice(cell["rest"]))


def readable(key: str) -> Message:
    """Return the words for a key of a single record, or the key itself."""
    path = read_path(key)
    return verbatim(key) if path is None else path.words()


def _choice(rest: str) -> int | None:
    choice = _CHOICE.fullmatch(rest)
    return int(choice["choice"]) if choice else None


FOUND_BY = {
    WriteKind.UPSERT: Message("with an update key"),
    WriteKind.UPDATE: Message("with an id or a revision"),
    WriteKind.INSERT: Message("with neither key nor id"),
}
SENT_AS = {
    WriteKind.UPSERT: Message("with an update key"),
    WriteKind.UPDATE: Message("whose records are there"),
    WriteKind.INSERT: Message("whose records are not there yet"),
}
CONFLICTS = ("GAIA_CO02", "GAIA_UN03")
MISSING = ("GAIA_RE01", "GAIA_RE20", "GAIA_BL01")
PASSING = (UnavailableError, UnreachableError, TimedOutError)
SAFE = Message("sending these again is safe, since an update key or id finds the same records again")
ABOUT_THE_APP = ("GAIA_IL23",)


def map_to_entries(error: KintoneError, batch: Batch) -> KintoneError:
    """Return the error with kintone's places (``results[1]``, ``records[3].name.value``) as the caller's entries."""
    reply = error.reply
    call = failing_call(error, batch)
    if reply is None or call is None or batch.is_single:
        return error
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
        named = Message("entry {position}, {place}", position=item.entry.position, place=path.words(given_rows))
        fields.append((named, words))
    mapped = error.copy_with(reply=replace(reply, fields=fields))
    about_entries = isinstance(error, InvalidRequestError | RevisionConflictError) or error.code in MISSING
    if about_entries and error.code not in ABOUT_THE_APP and not is_placed:
        entries = _candidates_named(error, call)
        mapped = mapped.copy_with(problem=Message("{problem} ({entries})", problem=error.problem, entries=entries))
    return mapped


def is_outdated(error: KintoneError, batch: Batch) -> bool:
    """Tell whether a refusal may come of what others did between reading and writing, so that reading again helps.

    That is a revision that was read and is not the latest, a record found by its key that is gone, or a key that was
    not there and is now. A revision of the caller's own is the caller's business, and where kintone complains about
    something else too, reading again would not help.
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
    """Tell whether kintone complains about the key that an insert brings.

    The words of the complaint follow the language of the kintone user, so they are not looked at.
    """
    path = read_path(place)
    if path is None or path.index is None or path.index >= len(call.items):
        return False
    item = call.items[path.index]
    key = item.entry.update_key
    return item.inserts_key and key is not None and path.row is None and path.code == key.field


def write_failed(error: KintoneError, entries: Sequence[Entry], ledger: WriteLedger, *, appends: bool) -> KintoneError:
    """Return what to raise: the error with what to send again; the ledger tells what is saved.

    Where nothing was saved and that is sure, kintone's own error says all.
    """
    # It may come from reading what entries are appended to.
    error = error.copy_with(remedy=for_write(error.remedy, len(ledger)))
    rest = entries_named(Span(ledger.first_unsaved() or 1, len(ledger)))
    if not ledger.has_unknown():
        if not ledger.count(EntryState.SAVED):
            return error.copy_with(ledger=ledger)
        first = Message("correct what kintone names") if isinstance(error, InvalidRequestError) else error.remedy
        if isinstance(error, PASSING):
            first = Message("wait a minute")
        remedy = Message("{first}, then send {rest} again and none of those before", first=first, rest=rest)
        return error.copy_with(ledger=ledger, remedy=remedy)
    if not ledger.numbered:
        return error.copy_with(ledger=ledger)
    unknown = [entry for entry in entries if ledger.state(entry.position) is EntryState.UNKNOWN]
    advice = resend_advice(unknown, appends=appends)
    parts: list[Message] = [advice]
    if len(unknown) > 1:
        parts.insert(0, Message("in kintone there are either all of these or none"))
    if advice is SAFE:
        parts.append(Message("what is to be sent again is {rest}", rest=rest))
    else:
        parts.append(Message("of {rest}, send again what is not there", rest=rest))
    # Where a later try was refused, kintone's advice is about that try, not about what became of the first one.
    parts.append(NOTHING if error.kintone_code else for_maybe_saved(error.remedy))
    return error.copy_with(ledger=ledger, remedy=Joined(parts))


def resend_advice(entries: Sequence[Entry], *, appends: bool) -> Message:  # noqa: PLR0911 - one for each reason
    """Say whether entries that may have been saved can be sent again."""
    fresh = [entry for entry in entries if entry.update_key is None and entry.id is None]
    if len(fresh) == 1:
        return Message(
            "look in kintone first: entry {position} has neither update key nor id, and sending it again would insert "
            "it twice if it is there",
            position=fresh[0].position,
        )
    if fresh:
        return Message(
            "look in kintone first: {count} of these entries (the first is entry {first}) have neither update key nor "
            "id, and sending them again would insert them twice if they are there",
            count=len(fresh),
            first=fresh[0].position,
        )
    if renames_keys(entries):
        return Message(
            "look in kintone first: some entries change the field by which others find their records, and sending them "
            "again may find other records"
        )
    if holds_file_keys(entries):
        return Message(
            "look in kintone first: the key of an uploaded file serves once, so upload the files anew where they are "
            "not there"
        )
    if appends:
        return Message("look in kintone first: rows or files that are there would be appended twice")
    if any(entry.revision for entry in entries):
        return Message(
            "look in kintone first: an entry with a revision that is saved has a new one, and is refused when it is "
            "sent again"
        )
    return SAFE


def failing_call(error: KintoneError, batch: Batch) -> InnerCall | None:
    """Return the call that kintone refused; a failure of the request as a whole has none."""
    index = error.reply.index if error.reply else None
    if index is not None:
        return batch.calls[index] if 0 <= index < len(batch.calls) else None
    return batch.calls[0] if len(batch.calls) == 1 and error.kintone_code else None


def _candidates_named(error: KintoneError, call: InnerCall) -> Message:
    """Name the entry, or those among which it is: for some failures kintone does not say which one."""
    positions = [item.entry.position for item in candidate_entries(error, call)]
    span = Span(positions[0], positions[-1])
    if len(span) == len(positions):
        return counted(len(span), entries_named(span), Message("one of {entries}", entries=entries_named(span)))
    return Message(
        "one of the entries {found_by} between {first} and {last}",
        found_by=(SENT_AS if any(item.plan for item in call.items) else FOUND_BY)[call.kind],
        first=span.first,
        last=span.last,
    )


def candidate_entries(error: KintoneError, call: InnerCall) -> Sequence[Item]:
    """Return the entries that the failure can be about."""
    found: list[Item] = []
    if error.code in CONFLICTS:
        found = [item for item in call.items if item.has_revision]
    elif error.code == "GAIA_RE01" and error.reply:
        numbers = set(re.findall(r"\d+", error.reply.message))
        found = [item for item in call.items if item.id in numbers]
    return found or call.items
