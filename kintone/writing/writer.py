"""Writing many records: entries are sent batch by batch, and the first failure ends the writing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from kintone import limits
from kintone.api import Answer, RequestSender
from kintone.errors import InvalidParameterError, KintoneError, RevisionConflictError
from kintone.forms.fields import Form
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.reading.reader import RecordsApi
from kintone.writing.append import AppendPlan, ListMode, are_unchanged, can_be_verified
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
    is_outdated,
    map_to_entries,
    no_record,
    no_records,
    write_failed,
)
from kintone.writing.list_changes import ListChange
from kintone.writing.removals import Removals
from kintone.writing.saved_records import SavedRecords, SavedState, saved_state_of
from kintone.writing.value_refusals import with_hidden_causes

MAX_CONFLICTS = 8
"""After this number of conflicts with other writers, the same entries are not read and sent again."""
MAX_SECONDS_FOR_NAMES = 5
CONCURRENT_EDITS = Message(
    "somebody else is editing these records right now: they were read several times, and were changed each time "
    "before they could be written back; agree with the others whose changes to keep"
)


class WhenMissing(Enum):
    """What an update key does that no record has: it adds a record, or it is an error."""

    ADD = "add"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class UpsertRequest:
    """The entries to write into an app.

    The records of the entries are in kintone's own shape, ``{"code": {"value": …}}``; their positions are counted
    again from 1. ``atomic`` refuses entries that do not fit into one batch. ``form`` shows which fields are tables or
    attachment fields and which keys are numbers; appending needs it. With ``when_missing`` set to ``FAIL`` an update
    key that no record has is an error. ``is_single`` is for one update, where the caller does not number its entries;
    ``tells_lists`` reads what the record has, so that the report shows what becomes of its rows and files.
    """

    app: int
    entries: Sequence[Entry] = field(repr=False)
    atomic: bool = False
    table_mode: ListMode = ListMode.REPLACE
    file_mode: ListMode = ListMode.REPLACE
    form: Form | None = field(default=None, repr=False)
    is_single: bool = False
    when_missing: WhenMissing = WhenMissing.ADD
    tells_lists: bool = False

    def __post_init__(self) -> None:
        """Raise ``TypeError`` for appending without a form, which shows what is a table."""
        if self.form is None and ListMode.APPEND in (self.table_mode, self.file_mode):
            raise TypeError("appending needs the app's form")

    @property
    def appending(self) -> AppendPlan:
        """Which fields are appended to."""
        tables, files = self.table_mode is ListMode.APPEND, self.file_mode is ListMode.APPEND
        fields = self.form.fields if self.form else {}
        return AppendPlan(fields, tables, files, self.tells_lists, numbered=not self.is_single)

    @property
    def appends(self) -> bool:
        """Tell whether an entry adds rows or files to those that are saved."""
        return any(map(self.appending.appends, self.entries))

    @property
    def number_keys(self) -> Collection[str]:
        """The codes of the app's number fields."""
        if self.form is None:
            return ()
        return {code for code, definition in self.form.fields.items() if definition.is_number}


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """The outcome of the entries: ``results`` in input order, and kintone's ``responses``, one for each batch.

    ``repeated`` are the entries that were sent again after a try whose outcome was unknown: a record that the first
    try added is reported as updated. ``list_changes`` tells what became of the rows and files of an entry's record, by
    its position, where the request asked for it.
    """

    results: list[SavedRecord] = field(repr=False)
    requested: int
    with_update_key: int
    responses: list[dict[str, Any]] = field(repr=False)
    repeated: Sequence[Span] = ()
    list_changes: Mapping[int, Sequence[ListChange]] = field(default_factory=dict)

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
    return _Writer(caller, request, removals).write(read or {})


class _Writer:
    """Carries out one upsert; holds its entries, their append plans, the results so far and the ledger."""

    def __init__(self, caller: RequestSender, request: UpsertRequest, removals: Removals | None) -> None:
        self._removals = removals
        self._caller = caller
        self._request = request
        self._appending = request.appending
        self._saved = SavedRecords(caller, request.app, request.number_keys)
        must_exist = request.when_missing is WhenMissing.FAIL
        numbered = [
            replace(entry, position=position, must_exist=must_exist)
            for position, entry in enumerate(request.entries, start=1)
        ]
        keyed = with_number_keys(numbered, request.number_keys)
        self._appending.refuse_unusable_keys(keyed)
        self._entries = [self._appending.without_empty_lists(entry) for entry in keyed]
        self._items = [item_of(entry) for entry in self._entries]
        self._plans: dict[int, AppendedRecord] = {}
        self._ledger = WriteLedger(len(self._entries), numbered=not request.is_single)
        self._results: list[SavedRecord] = []
        self._responses: list[dict[str, Any]] = []

    def write(self, read: Mapping[int, Mapping[str, Any]]) -> UpsertReport:
        self._require_one_batch(self._items)
        try:
            self._plan_from(read)
            while len(self._results) < len(self._items):
                self._write_next()
        except KintoneError as error:
            appends = any(map(self._appending.appends, self._entries))
            raise write_failed(error, self._entries, self._ledger, appends=appends) from None
        keyed = sum(entry.update_key is not None for entry in self._entries)
        # kintone refuses the second try of a planned entry, so nothing is counted wrongly there.
        recounted = [span for span in self._ledger.repeated if span.first not in self._plans]
        changes = {position: plan.changes for position, plan in self._plans.items()}
        return UpsertReport(self._results, len(self._items), keyed, self._responses, recounted, changes)

    def _write_next(self) -> None:
        """Write the next batch; a batch that was refused because of other writers is read and sent again.

        After repeated conflicts the batch is halved, so that only the entries that conflict stay unsaved.
        """
        start, max_size, conflicts = len(self._results), max_entries(), 0
        while True:
            items = self._next_items(start, max_size)
            batch = batch_of(self._request.app, items, is_single=self._request.is_single)
            try:
                self._results += self._send_and_note_removals(batch)
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
                return

    def _next_items(self, start: int, max_size: int) -> Sequence[Item]:
        """Return the items of the next batch, which begins at ``start``; each that appends has its plan."""
        raw = self._items[start : start + count_fitting(self._items, start)][:max_size]
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
        for entry in self._entries:
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
            problem = Message("{problem} (entry {position})", problem=error.problem, position=entry.position)
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
            self._responses.append(answer.body)
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
                "records_data: entries {first} and {second} are both for record {record}, and one of them appends, so "
                "they cannot be saved all or nothing; make one entry of them, or switch atomic off",
                first=items[earlier].entry.position,
                second=item.entry.position,
                record=item.id,
            )
        return items

    def _require_one_batch(self, items: Sequence[Item]) -> None:
        """Raise ``InvalidParameterError`` for entries that must be saved together and do not fit into one batch."""
        if not self._request.atomic or count_fitting(items) == len(items):
            return
        if len(items) > max_entries():
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
