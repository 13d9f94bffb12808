"""Writing many records: entries go out transaction by transaction, and nothing follows a failure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kintone.errors import InvalidParameterError, KintoneError, RevisionConflictError
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.operations import Answer, Caller
from kintone.writing.answers import SavedRecord, read_saved
from kintone.writing.appending import Appender, ListMode
from kintone.writing.entries import Entry, holds_file_keys, renames_keys
from kintone.writing.failures import map_to_entries, write_failed
from kintone.writing.number_keys import with_number_keys
from kintone.writing.transactions import MOST_BYTES, Item, fitting, item_of, max_entries, transaction_of

SOMEBODY_ELSE = Message(
    "somebody else is editing these records right now: what is saved was read twice and changed again before it could "
    "be written back; agree with those who edit them whose changes are to stay, then send it again"
)


@dataclass(frozen=True, slots=True)
class UpsertRequest:
    """What is to be written into which app.

    The records of the entries are in kintone's own shape, ``{"code": {"value": …}}``; their positions are counted anew
    from 1. ``atomic`` refuses what does not fit into one transaction. ``number_fields`` are the codes of the app's
    NUMBER fields, where the form is known.
    """

    app: int
    entries: Sequence[Entry] = field(repr=False)
    atomic: bool = False
    table_mode: ListMode = ListMode.REPLACE
    file_mode: ListMode = ListMode.REPLACE
    number_fields: Collection[str] = ()

    @property
    def appends(self) -> bool:
        """Tell whether saved rows or files are to be kept."""
        return ListMode.APPEND in (self.table_mode, self.file_mode)


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """What became of the entries: ``results`` in input order, ``responses`` of kintone, one for each transaction.

    ``repeated`` are the entries that were sent again after a try whose outcome was unknown, so that a record that the
    first try added is told as updated.
    """

    results: list[SavedRecord] = field(repr=False)
    requested: int
    with_update_key: int
    responses: list[dict[str, Any]] = field(repr=False)
    repeated: Sequence[Span] = ()

    @property
    def added(self) -> int:
        """Count the inserted records."""
        return sum(record["operation"] == "INSERT" for record in self.results)

    @property
    def updated(self) -> int:
        """Count the updated records."""
        return len(self.results) - self.added

    def summary(self) -> dict[str, int]:
        """Return the counts under the names that workflows use."""
        return {
            "add": self.added,
            "updated": self.updated,
            "requested": self.requested,
            "with_update_key": self.with_update_key,
        }


def upsert(caller: Caller, request: UpsertRequest) -> UpsertReport:
    """Write all entries, up to 2,000 in one transaction.

    Raises ``InvalidParameterError`` before anything is sent, and what made a transaction fail with a ledger of all
    entries.
    """
    return _Writer(caller, request).write()


def repeat_notice(entries: Sequence[Entry], *, appends: bool = False) -> str:
    """Say what would happen if the same entries were sent once more, as a retry of a workflow's node does."""
    fresh = [entry.position for entry in entries if entry.update_key is None and entry.id is None]
    if fresh:
        return (
            f"Warning: {len(fresh)} of {len(entries)} entries (the first is entry {fresh[0]}) have neither update key "
            "nor id; sending them again, as a retry of the workflow's node does, would insert them twice. Give them an "
            "update key, or switch the retry off."
        )
    if renames_keys(entries):
        return (
            "Warning: some entries change the field by which others find their records, so sending the same entries "
            "again, as a retry of the workflow's node does, may find other records or add new ones."
        )
    if holds_file_keys(entries):
        return (
            "Warning: the key of an uploaded file serves once, so sending the same entries again, as a retry of the "
            "workflow's node does, is refused."
        )
    if appends:
        return (
            "Warning: in append mode, sending the same entries again, as a retry of the workflow's node does, would "
            "append their rows or files twice."
        )
    return (
        "Every entry has an update key or an id, so sending the same entries again is safe: the same records are found."
    )


class _Writer:
    """One upsert on its way: what is done and what is left."""

    def __init__(self, caller: Caller, request: UpsertRequest) -> None:
        self._caller = caller
        self._request = request
        numbered = [replace(entry, position=position) for position, entry in enumerate(request.entries, start=1)]
        self._entries = with_number_keys(numbered, request.number_fields)
        self._appender = Appender(
            caller, request.app, request.table_mode is ListMode.APPEND, request.file_mode is ListMode.APPEND
        )
        self._ledger = WriteLedger(len(self._entries))
        self._results: list[SavedRecord] = []
        self._responses: list[dict[str, Any]] = []

    def write(self) -> UpsertReport:
        items = [item_of(entry) for entry in self._entries]
        self._refuse_split(items)
        while len(self._results) < len(items):
            done = len(self._results)
            self._write_batch(items[done : done + fitting(items, done)])
        keyed = sum(entry.update_key is not None for entry in self._entries)
        return UpsertReport(self._results, len(items), keyed, self._responses, self._ledger.repeated)

    def _write_batch(self, batch: Sequence[Item]) -> None:
        ready = batch
        try:
            if self._request.appends:
                ready = self._appender.merged(batch)
                self._refuse_split(ready)
                ready = ready[: fitting(ready)]
            self._send(ready, batch[: len(ready)])
        except KintoneError as error:
            appends = any(self._appender.concerns(item.entry) for item in ready)
            raise write_failed(error, self._entries, self._ledger, appends=appends) from None

    def _send(self, ready: Sequence[Item], originals: Sequence[Item]) -> None:
        """Send one transaction; when a record changed since it was read for appending, read and send once more."""
        try:
            self._send_once(ready)
        except RevisionConflictError as conflict:
            again = self._read_again(ready, originals) if not conflict.maybe_saved else None
            if again is None:
                raise
            try:
                self._send_once(again)
            except RevisionConflictError as second:
                raise second.but(remedy=SOMEBODY_ELSE) from None

    def _read_again(self, ready: Sequence[Item], originals: Sequence[Item]) -> Sequence[Item] | None:
        """Return the items merged anew, or None when no record that was read has changed.

        It is then a revision of the caller's own that is outdated, and reading again would not help.
        """
        if all(item.merged is None for item in ready):
            return None
        again = self._appender.merged(originals)
        return again if _revisions(again) != _revisions(ready) else None

    def _send_once(self, items: Sequence[Item]) -> None:
        transaction = transaction_of(self._request.app, items)
        operation = transaction.operation(self._caller.api_path)

        def kept(answer: Answer) -> list[SavedRecord]:
            results = read_saved(transaction, answer.body, operation.description)
            self._responses.append(answer.body)
            return results

        try:
            self._results += self._caller.write(operation, kept, self._ledger, transaction.span)
        except KintoneError as error:
            raise map_to_entries(error, transaction) from None

    def _refuse_split(self, items: Sequence[Item]) -> None:
        if not self._request.atomic or fitting(items) == len(items):
            return
        if len(items) > max_entries():
            reason = Message(
                "kintone saves at most {most} entries at once and these are {count}",
                most=max_entries(),
                count=len(items),
            )
        else:
            reason = Message(
                "kintone saves at most 20 times 100 entries of one kind (with update key, with id, with neither) and "
                "{megabytes} MB at once, and these entries need more",
                megabytes=MOST_BYTES // 1_000_000,
            )
        raise InvalidParameterError(
            "atomic: {reason}, so they cannot be saved all or nothing; send fewer, or switch atomic off", reason=reason
        )


def _revisions(items: Sequence[Item]) -> dict[int, str]:
    return {item.entry.position: item.merged.revision for item in items if item.merged}
