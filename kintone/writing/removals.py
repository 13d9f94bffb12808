"""What entries that replace take away: the rows and files that their records had when they were read before writing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kintone import limits
from kintone.deadline import Deadline
from kintone.errors import InvalidRequestError, PermissionDeniedError, TimedOutError, UnknownResponseError
from kintone.messages import NOTHING, Message
from kintone.writing.append import AppendPlan, list_changes_of
from kintone.writing.entries import Entry
from kintone.writing.list_changes import ListChange
from kintone.writing.saved_records import SavedRecords

MAX_ENTRIES = 10_000
"""Entries of one call whose records are read for this; our own limit: 20 requests beside those of 5 batches."""
MAX_SHARE = 0.25
"""Of the time that is left, the most that one batch may take for reading; the writing itself comes first."""
MAX_SECONDS = 20
"""After a batch that took longer to read, no further ones are read."""
TOLERATED = (PermissionDeniedError, InvalidRequestError, TimedOutError, UnknownResponseError)
"""Failures of the reading alone. Any other one would meet the write as well, and ends the call before it."""

type Removed = dict[tuple[str, str, str], ListChange]
"""Changes by record ID, field code and the ID of the table row that the field is in."""


@dataclass(slots=True)
class Removals:
    """Collects what goes while entries are written in batches.

    A token that may not view records, and an answer that is late or cannot be read, do not make the write fail.
    ``found`` is what the saved entries took away, ``uncertain`` what those of unknown outcome took away if they are
    saved. ``new_rows`` are tables of saved entries with rows that were sent under the ID of a saved row, but are new,
    since the record does not have it. ``unread`` counts the entries with a table or an attachment field whose records
    were not read, ``reason`` tells why. What another writer changes between reading and writing does not show.
    """

    found: Removed = field(default_factory=dict)
    uncertain: Removed = field(default_factory=dict)
    unread: int = 0
    reason: Message = NOTHING
    new_rows: Removed = field(default_factory=dict)
    _pending: Removed = field(default_factory=dict)
    _pending_rows: Removed = field(default_factory=dict)
    _read: int = 0

    def look(self, saved: SavedRecords, plan: AppendPlan, entries: Sequence[Entry], deadline: Deadline) -> None:
        """Read the records of the next batch, up to 500 at once, where its entries replace rows or files.

        Raises the failures that are not ``TOLERATED``.
        """
        self._pending, self._pending_rows = {}, {}
        replacing = [entry for entry in entries if plan.replaced(entry)]
        if replacing and not self.reason and self._read + len(replacing) > MAX_ENTRIES:
            self.reason = Message(
                "the records of at most {count:,} entries of a call are read for it", count=MAX_ENTRIES
            )
        if self.reason:
            self.unread += len(replacing)
            return
        if not replacing:
            return
        self._read += len(replacing)
        left = deadline.remaining()
        try:
            with deadline.within(left * MAX_SHARE) as within:
                self._read_records(saved, plan, replacing, within)
        except TOLERATED as error:
            self._pending, self._pending_rows = {}, {}
            self.unread += len(replacing)
            self.reason = error.problem
        else:
            if left - deadline.remaining() > MAX_SECONDS:
                self.reason = Message("reading the records took too long")

    def expect(self, record_id: str, changes: Sequence[ListChange]) -> None:
        """Note what goes when a record that was read is written next."""
        self._pending = {(record_id, change.code, change.row): change for change in changes if change.removed}

    def expect_new_rows(self, record_id: str, changes: Sequence[ListChange]) -> None:
        """Note rows that the entries of the next batch append under the ID of a row that the record does not have."""
        self._pending_rows |= {(record_id, change.code, ""): change for change in changes if change.unknown}

    def batch_saved(self) -> None:
        """Note that the batch is saved."""
        _merge(self.found, self._pending)
        self.new_rows |= self._pending_rows
        self._pending, self._pending_rows = {}, {}

    def batch_unknown(self) -> None:
        """Note that the batch may have been saved."""
        _merge(self.uncertain, self._pending)
        self._pending = {}

    def _read_records(
        self, saved: SavedRecords, plan: AppendPlan, entries: Sequence[Entry], deadline: Deadline
    ) -> None:
        codes = sorted({code for entry in entries for code in plan.replaced(entry)})
        states = saved.read(entries, codes, deadline, at_once=limits.MAX_RECORDS_PER_READ)
        for entry in entries:
            state = states.get(entry.position)
            if state is None:
                continue
            changes = list_changes_of(plan.fields, plan.replaced(entry), state, entry.record)
            self.expect_new_rows(state.id, changes)
            for change in changes:
                if change.removed:
                    _merge(self._pending, {(state.id, change.code, change.row): change})


def _merge(changes: Removed, more: Removed) -> None:
    """Add changes; of a record that two entries write, all that goes is told once."""
    for place, change in more.items():
        earlier = changes.get(place)
        removed = dict.fromkeys([*(earlier.removed if earlier else ()), *change.removed])
        changes[place] = replace(change, removed=tuple(removed))
