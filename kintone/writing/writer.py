"""Writing many records: entries are sent batch by batch, and the first failure ends the writing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kintone import limits
from kintone.api import Answer, RequestSender
from kintone.errors import BudgetExceededError, InvalidParameterError, KintoneError, RevisionConflictError
from kintone.ledger import WriteLedger
from kintone.messages import Message
from kintone.reading.reader import RecordsApi
from kintone.writing.append import are_unchanged, can_be_verified
from kintone.writing.batches import (
    AppendedRecord,
    Batch,
    Item,
    SavedRecord,
    batch_of,
    count_fitting,
    item_of,
    max_entries,
    read_saved,
)
from kintone.writing.entries import Entry, with_number_keys
from kintone.writing.failures import (
    NO_SUCH_KEY,
    candidate_entries,
    failing_call,
    import_failed,
    is_outdated,
    map_to_entries,
    no_record,
    no_records,
    write_failed,
)
from kintone.writing.pending import PendingItems
from kintone.writing.removals import Removals
from kintone.writing.saved_records import SavedRecords, SavedState, saved_state_of
from kintone.writing.upserts import EntryStream, UpsertReport, UpsertRequest, WhenMissing
from kintone.writing.value_refusals import with_hidden_causes

MAX_CONFLICTS = 8
"""After this number of conflicts with other writers, the same entries are not read and sent again."""
MAX_SECONDS_FOR_NAMES = 5
SHARE_KEPT = 0.1
"""Of the time of a call, what is left when a writing that stops early stops; more where batches take long."""
CONCURRENT_EDITS = Message(
    "somebody else is editing these records right now: they were read several times, and were changed each time "
    "before they could be written back; agree with the others whose changes to keep"
)


def upsert(
    caller: RequestSender,
    request: UpsertRequest,
    read: Mapping[int, Mapping[str, Any]] | None = None,
    removals: Removals | None = None,
) -> UpsertReport:
    """Write all entries, up to 2,000 in one batch.

    ``read`` holds records that were just read, by the position of the entry that appends to them. ``removals`` collects
    what goes where entries replace rows or files; without it nothing is read for that but with ``tells_lists``. Raises
    ``InvalidParameterError`` before anything is sent, and the error of a failed batch with a ledger of all entries.
    """
    numbered = (replace(entry, position=position) for position, entry in enumerate(request.entries, start=1))
    return _Writer(caller, request, removals, EntryStream(numbered), is_file=False).write(read or {})


def upsert_file(
    caller: RequestSender, request: UpsertRequest, stream: EntryStream, removals: Removals | None = None
) -> UpsertReport:
    """Write the entries of a file while it is read, as ``upsert`` does; memory does not grow with their number.

    Errors tell from which entry to go on. An ``InvalidParameterError`` of the file before anything is sent is raised as
    it is.
    """
    return _Writer(caller, request, removals, stream, is_file=True).write({})


class _Writer:
    """Carries out one upsert; holds the entries to come, their append plans, the report so far and the ledger."""

    def __init__(
        self,
        caller: RequestSender,
        request: UpsertRequest,
        removals: Removals | None,
        stream: EntryStream,
        *,
        is_file: bool,
    ) -> None:
        self._removals = removals
        self._caller = caller
        self._request = request
        self._stream = stream
        self._is_file = is_file
        self._appending = request.appending
        self._saved = SavedRecords(caller, request.app, request.number_keys)
        self._pending = PendingItems(stream.entries, self._prepared, all_at_once=not is_file)
        self._plans: dict[int, AppendedRecord] = {}
        self._ledger = WriteLedger(0, numbered=not request.is_single, first=stream.first, keeps_results=not is_file)
        self._report = UpsertReport()
        self._slowest = 0.0

    def _prepared(self, entries: Sequence[Entry]) -> Sequence[Item]:
        """Bring entries that were taken from their source into the shape in which they are sent."""
        must_exist = self._request.when_missing is WhenMissing.FAIL
        if must_exist:
            entries = [replace(entry, must_exist=True) for entry in entries]
        keyed = with_number_keys(entries, self._request.number_keys)
        self._appending.refuse_unusable_keys(keyed)
        ready = [self._appending.without_empty_lists(entry) for entry in keyed]
        traits = self._report.traits.add(ready)
        traits.appends = traits.appends or any(map(self._appending.appends, ready))
        items = [item_of(entry) for entry in ready]
        self._ledger.grow(len(items))
        return items

    def write(self, read: Mapping[int, Mapping[str, Any]]) -> UpsertReport:
        self._pending.fill()
        self._require_one_batch(self._pending.items)
        try:
            self._plan_from(read)
            while self._pending.items and not self._stops_before_next():
                began = self._caller.deadline.remaining()
                self._write_next()
                self._pending.fill()
                self._slowest = max(self._slowest, began - self._caller.deadline.remaining())
        except KintoneError as error:
            if not self._stops_after(error):
                raise self._failed(error) from None
        if self._pending.items:
            self._report.next_entry = self._pending.items[0].entry
            self._report.traits.take_back([item.entry for item in self._pending.items])
        return self._report

    def _failed(self, error: KintoneError) -> KintoneError:
        """Return the error with the ledger, and with advice about what to send again."""
        pending = [item.entry for item in self._pending.items]
        failed = import_failed if self._is_file else write_failed
        return failed(error, pending, self._ledger, self._report.traits)

    def _stops_before_next(self) -> bool:
        """Tell whether so little time is left that the next batch would perhaps not end; the first one is sent."""
        deadline = self._caller.deadline
        kept = max(deadline.budget * SHARE_KEPT, 2 * self._slowest)
        return self._stream.stops_early and self._slowest > 0 and deadline.remaining() < kept

    def _stops_after(self, error: KintoneError) -> bool:
        """Tell whether the time was over before anything of the next batch was sent, and the call may end well."""
        is_over = self._stream.stops_early and isinstance(error, BudgetExceededError)
        return is_over and bool(self._pending.items) and bool(self._saved_count()) and not self._ledger.has_unknown()

    def _saved_count(self) -> int:
        return self._report.added + self._report.updated

    def _write_next(self) -> None:
        """Write the next batch; a batch that was refused because of other writers is read and sent again.

        After repeated conflicts the batch is halved, so that only the entries that conflict stay unsaved.
        """
        max_size, conflicts = max_entries(), 0
        while True:
            items = self._next_items(max_size)
            batch = batch_of(self._request.app, items, is_single=self._request.is_single)
            try:
                results = self._send_and_note_removals(batch)
            except KintoneError as error:
                mapped = map_to_entries(error, batch, self._missing(error, batch))
                mapped = with_hidden_causes(mapped, error, batch, self._found_keys, self._request.form)
                if error.maybe_saved or not is_outdated(error, batch):
                    raise mapped from None
                conflicts += 1
                if conflicts >= MAX_CONFLICTS and (self._request.atomic or len(items) == 1):
                    raise mapped.copy_with(remedy=CONCURRENT_EDITS) from None
                self._caller.pause_after_conflict(conflicts)
                if not self._read_again(error, batch):
                    raise mapped from None
                if conflicts > 1 and not self._request.atomic:
                    max_size = max(1, len(items) // 2)
            else:
                self._note_saved(items, results)
                return

    def _note_saved(self, items: Sequence[Item], results: Sequence[SavedRecord]) -> None:
        """Count a saved batch and forget its entries; of a file nothing else is kept."""
        report, planned = self._report, {item.entry.position for item in items} & self._plans.keys()
        report.requested += len(items)
        report.with_update_key += sum(item.entry.update_key is not None for item in items)
        added = sum(record["operation"] == "INSERT" for record in results)
        report.added += added
        report.updated += len(results) - added
        # kintone refuses the second try of a planned entry, so nothing is counted wrongly there.
        first = items[0].entry.position
        report.repeated += [span for span in self._ledger.repeated if span.first == first and first not in planned]
        if not self._is_file:
            report.results += results
            report.list_changes.update((position, self._plans[position].changes) for position in sorted(planned))
        for position in planned:
            del self._plans[position]
        self._pending.drop(len(items))
        self._stream.on_saved([item.entry for item in items], results)

    def _next_items(self, max_size: int) -> Sequence[Item]:
        """Return the items of the next batch; each that appends has its plan."""
        raw = self._pending.items[: count_fitting(self._pending.items)][:max_size]
        self._plan(raw)
        items = [item_of(item.entry, plan) if (plan := self._plans.get(item.entry.position)) else item for item in raw]
        self._require_one_batch(items)
        return self._until_repeated_record(items[: count_fitting(items)])

    def _plan(self, items: Sequence[Item]) -> None:
        """Read the records that items append to, and plan what is sent for them; skip those that have a plan."""
        entries = [item.entry for item in items if item.entry.position not in self._plans]
        entries = [entry for entry in entries if self._appending.codes_to_read(entry)]
        if not entries:
            return
        codes = sorted({code for entry in entries for code in self._appending.codes_to_read(entry)})
        saved = self._saved.read(entries, codes)
        missing = [each for each in entries if each.must_exist and each.id is None and each.position not in saved]
        if len(missing) > 1:
            raise no_records(self._request.app, missing)
        for entry in entries:
            self._plans[entry.position] = self._plan_of(entry, saved.get(entry.position))

    def _plan_from(self, read: Mapping[int, Mapping[str, Any]]) -> None:
        """Plan the entries whose records the caller has read."""
        for item in self._pending.items if read else ():
            entry = item.entry
            record = read.get(entry.position)
            if record is not None and entry.id is not None and self._appending.codes_to_read(entry):
                description = Message("reading record {record}", record=entry.id)
                self._plans[entry.position] = self._plan_of(entry, saved_state_of(record, entry.id, description))

    def _plan_of(self, entry: Entry, saved: SavedState | None) -> AppendedRecord:
        if saved is None and entry.id is not None:
            # The search did not show the record. A request for it alone says why: it is missing or may not be viewed.
            saved = self._get(entry, entry.id)
        if saved is None:
            if entry.revision is not None or entry.must_exist:
                raise no_record(self._request.app, entry, numbered=self._ledger.numbered)
            return self._appending.insertion(entry)
        return self._appending.merge(entry, saved)

    def _get(self, entry: Entry, record_id: str) -> SavedState:
        try:
            record = RecordsApi(self._caller).get(self._request.app, record_id)
        except KintoneError as error:
            if not self._ledger.numbered:
                raise
            problem = Message("{problem} ({entry})", problem=error.problem, entry=entry.named)
            raise error.copy_with(problem=problem) from None
        return saved_state_of(record, record_id, Message("reading record {record}", record=record_id))

    def _missing(self, error: KintoneError, batch: Batch) -> Sequence[Item]:
        """Return the entries whose key no record has, where kintone refused one of them, which it need not name."""
        call = failing_call(error, batch)
        if error.kintone_code != NO_SUCH_KEY or call is None or batch.is_single:
            return ()
        found = candidate_entries(error, call)
        if len(found) == 1:
            return found
        known = self._found_keys([item.entry for item in found])
        return () if known is None else [item for item in found if item.entry.position not in known]

    def _found_keys(self, entries: Sequence[Entry]) -> Collection[int] | None:
        """Return the positions of the entries whose records can be read, within a few seconds; None on a failure."""
        try:
            with self._caller.deadline.within(MAX_SECONDS_FOR_NAMES) as deadline:
                return self._saved.read(entries, [], deadline)
        except KintoneError:
            return None

    def _read_again(self, error: KintoneError, batch: Batch) -> bool:
        """Plan the items of a refused batch again; return whether sending them again makes sense."""
        before = {item.entry.position: item.plan for item in batch.items if item.plan}
        for position in before:
            del self._plans[position]
        self._plan(batch.items)
        if any(_differs(plan, self._plans[position]) for position, plan in before.items()):
            return True
        # No other writer changed the records. An earlier entry of the same batch may have changed the record of an
        # entry without a revision of its own; that conflict ends when they are sent one after the other.
        call = failing_call(error, batch)
        has_own_revision = call is None or any(item.entry.revision for item in call.items)
        return isinstance(error, RevisionConflictError) and not has_own_revision

    def _send_and_note_removals(self, batch: Batch) -> Sequence[SavedRecord]:
        if self._removals is None:
            return self._send(batch)
        if self._request.tells_lists:
            for plan in (item.plan for item in batch.items if item.plan):
                self._removals.expect(plan.id or "", plan.changes)
        else:
            entries = [item.entry for item in batch.items]
            self._removals.look(self._saved, self._appending, entries, self._caller.deadline)
            for plan in (item.plan for item in batch.items if item.plan and item.plan.id):
                self._removals.expect_new_rows(plan.id or "", plan.changes)
        try:
            results = self._send(batch)
        except KintoneError:
            if self._ledger.has_unknown(batch.span):
                self._removals.batch_unknown()
            raise
        self._removals.batch_saved()
        return results

    def _send(self, batch: Batch) -> Sequence[SavedRecord]:
        """Send a batch, and once more where its outcome is unknown and no record has changed since it was read."""
        try:
            return self._send_once(batch)
        except KintoneError:
            if not self._ledger.has_unknown(batch.span) or not can_be_verified(batch.items):
                raise
            if not self._is_unchanged(batch):
                raise
        return self._send_once(batch)

    def _is_unchanged(self, batch: Batch) -> bool:
        try:
            saved = self._saved.read([item.entry for item in batch.items], [])
        except KintoneError:
            return False
        return are_unchanged({item.entry.position: self._plans[item.entry.position] for item in batch.items}, saved)

    def _send_once(self, batch: Batch) -> Sequence[SavedRecord]:
        request = batch.request(self._caller.api_path)

        def read_results(answer: Answer) -> list[SavedRecord]:
            results = read_saved(batch, answer.body, request.description)
            if not self._is_file:
                self._report.responses.append(answer.body)
            return results

        return self._caller.write(request, read_results, self._ledger, batch.span)

    def _until_repeated_record(self, items: Sequence[Item]) -> Sequence[Item]:
        """Stop before a second entry for the same record: its rows must be read after the first is saved.

        Raises ``InvalidParameterError`` where all entries must be saved together.
        """
        first: dict[str, int] = {}
        for place, item in enumerate(items):
            if item.id is None:
                continue
            earlier = first.setdefault(item.id, place)
            if earlier == place or not (item.merges or items[earlier].merges):
                continue
            if not self._request.atomic:
                return items[:place]
            raise InvalidParameterError(
                "{parameter}: entries {first} and {second} are both for record {record}, and one of them appends, so "
                "they cannot be saved all or nothing; make one entry of them, or switch atomic off",
                parameter=item.entry.parameter,
                first=items[earlier].entry.position,
                second=item.entry.position,
                record=item.id,
            )
        return items

    def _require_one_batch(self, items: Sequence[Item]) -> None:
        """Raise ``InvalidParameterError`` for entries that must be saved together and do not fit into one batch."""
        if not self._request.atomic or count_fitting(items) == len(items):
            return
        if len(items) > max_entries() and self._is_file:
            reason = Message("kintone saves at most {most} entries at once and the file holds more", most=max_entries())
        elif len(items) > max_entries():
            reason = Message(
                "kintone saves at most {most} entries at once and these are {count}",
                most=max_entries(),
                count=len(items),
            )
        else:
            reason = Message(
                "kintone saves at most {calls} times {most} entries of one kind (with update key, with id, with "
                "neither; when appending, those whose records exist and those whose records do not) and {megabytes} MB "
                "at once, and these entries need more",
                calls=limits.MAX_BULK_REQUESTS,
                most=limits.MAX_RECORDS_PER_WRITE,
                megabytes=limits.MAX_BULK_BYTES // 1_000_000,
            )
        raise InvalidParameterError(
            "atomic: {reason}, so they cannot be saved all or nothing; send fewer, or switch atomic off", reason=reason
        )


def _differs(left: AppendedRecord, right: AppendedRecord) -> bool:
    return (left.id, left.revision) != (right.id, right.revision)
