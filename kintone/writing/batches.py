"""Batches: which entries are sent together, as which request, and how kintone's answer is read.

Nothing is sent here.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal, TypedDict

from pydantic import FailFast

from kintone import api, limits
from kintone.api import Method, Request, RetrySafety, encode_json
from kintone.errors import InvalidParameterError, UnknownResponseError, entries_named
from kintone.ledger import Span
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.texts import preview, printable
from kintone.writing.entries import Entry
from kintone.writing.list_changes import ListChange
from kintone.writing.repeating import holds_file_keys, renames_keys

# Items: entries as they are sent


class WriteKind(Enum):
    """How an entry is written; entries of the same kind can share a call."""

    UPSERT = "upsert"
    """By update key, with ``"upsert": true``."""
    UPDATE = "update"
    """By id, or by key of a record that must exist, without ``"upsert"``: that would insert a record not found."""
    INSERT = "insert"
    """By POST: kintone refuses a key that exists by now, and overwrites nothing."""


@dataclass(frozen=True, slots=True)
class AppendedRecord:
    """The record that is sent in place of an entry's own values, made after reading what is saved.

    With ``id`` the record of that id is updated, provided that it still has ``revision``. Without it the entry is
    inserted, its key among its values. ``given_rows`` shows for each table that is appended to which of the rows sent
    are the caller's: it maps the index among the rows sent to the index among the caller's rows, both from 0.
    ``changes`` tells what becomes of the saved rows and files, where that was asked for.
    """

    record: Mapping[str, object] = field(repr=False)
    id: str | None = None
    revision: str | None = None
    given_rows: Mapping[str, Mapping[int, int]] = field(default_factory=dict, repr=False)
    changes: Sequence[ListChange] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as it is sent: ``payload`` is its element of ``records``, ``size`` the bytes of that as JSON."""

    entry: Entry
    kind: WriteKind
    payload: Mapping[str, object] = field(repr=False)
    size: int
    plan: AppendedRecord | None = field(default=None, repr=False)

    @property
    def id(self) -> str | None:
        """The id of the record that is updated, None where it is not known."""
        return self.plan.id if self.plan else self.entry.id

    @property
    def has_revision(self) -> bool:
        """Tell whether kintone compares a revision before it writes."""
        return "revision" in self.payload if self.kind is not WriteKind.INSERT else False

    @property
    def merges(self) -> bool:
        """Tell whether it updates a record that was read, with the revision that was read."""
        return self.plan is not None and self.plan.id is not None

    @property
    def inserts_key(self) -> bool:
        """Tell whether it is inserted because no record with its key was found."""
        return self.plan is not None and self.plan.id is None


def item_of(entry: Entry, plan: AppendedRecord | None = None) -> Item:
    """Prepare an entry; raises ``InvalidParameterError`` for a value that JSON cannot hold."""
    kind = _write_kind_of(entry, plan)
    payload = _payload(entry, kind, plan)
    try:
        size = len(encode_json(payload))
    except InvalidParameterError as error:
        raise InvalidParameterError(
            "{parameter}: {entry}: {problem}", parameter=entry.parameter, entry=entry.named, problem=error.problem
        ) from None
    return Item(entry, kind, payload, size, plan)


def max_entries() -> int:
    """Return how many entries one batch holds at most."""
    return limits.MAX_BULK_REQUESTS * limits.MAX_RECORDS_PER_WRITE


def count_fitting(items: Sequence[Item], start: int = 0) -> int:
    """Return how many items from ``start`` on fit into one batch; at least one, however large it is."""
    counts: Counter[WriteKind] = Counter()
    size = 0
    for count, item in enumerate(items[start : start + max_entries()]):
        counts[item.kind] += 1
        size += item.size
        if count and (size > limits.MAX_BULK_BYTES or _calls_needed(counts) > limits.MAX_BULK_REQUESTS):
            return count
    return min(max_entries(), len(items) - start)


# Calls and batches


@dataclass(frozen=True, slots=True)
class InnerCall:
    """One call of a batch: up to 100 items of one kind."""

    kind: WriteKind
    items: tuple[Item, ...]

    @property
    def method(self) -> Method:
        """The HTTP method."""
        return "POST" if self.kind is WriteKind.INSERT else "PUT"

    def payload(self, app: int) -> dict[str, object]:
        """Return the body of the call."""
        payload: dict[str, object] = {"app": app, "records": [item.payload for item in self.items]}
        return {**payload, "upsert": True} if self.kind is WriteKind.UPSERT else payload


@dataclass(frozen=True, slots=True)
class Batch:
    """Items that are saved together or not at all.

    ``is_single`` says that the caller writes one record and does not number its entries.
    """

    app: int
    items: Sequence[Item] = field(repr=False)
    calls: Sequence[InnerCall] = field(repr=False)
    is_single: bool = False

    @property
    def span(self) -> Span:
        """The first and the last of its entries."""
        return Span(self.items[0].entry.position, self.items[-1].entry.position)

    @property
    def retry_safety(self) -> RetrySafety:
        """The retry safety of the call that is least safe to repeat."""
        kinds = {call.kind for call in self.calls}
        entries = [item.entry for item in self.items]
        if WriteKind.INSERT in kinds or renames_keys(entries):
            return RetrySafety.INSERT
        if any(item.has_revision for item in self.items) or holds_file_keys(entries):
            return RetrySafety.UPDATE_WITH_REVISION
        return RetrySafety.UPSERT if WriteKind.UPSERT in kinds else RetrySafety.UPDATE

    def request(self, api_path: Callable[[str], str]) -> Request:
        """Return its request: a plain call where one is enough, which is atomic too, otherwise a bulkRequest."""
        if self.is_single:
            return self._single(self.items[0])
        description = Message("writing {entries} into app {app}", entries=entries_named(self.span), app=self.app)
        if len(self.calls) == 1:
            call = self.calls[0]
            return api.write_records(description, call.method, call.payload(self.app), self.retry_safety)
        path = api_path("records")
        requests = [{"method": call.method, "api": path, "payload": call.payload(self.app)} for call in self.calls]
        return api.bulk_request(description, requests, self.retry_safety)

    def _single(self, item: Item) -> Request:
        """Return the request for one record; by key as a list of one, whose answer has the id of the record."""
        if item.id is None:
            field, value = item.entry.update_key or ("", "")
            description = Message(
                "writing the record of app {app} with {field} = {value}",
                app=self.app,
                field=printable(field),
                value=preview(value),
            )
            return api.write_records(description, "PUT", self.calls[0].payload(self.app), self.retry_safety)
        description = Message("writing record {record} of app {app}", record=item.id, app=self.app)
        return api.update_record(description, {"app": self.app, **item.payload}, self.retry_safety)


def batch_of(app: int, items: Sequence[Item], *, is_single: bool = False) -> Batch:
    """Divide items that fit into one batch into calls, in input order where 20 calls are enough for that.

    ``is_single`` is for one update, by id or by the key of a record that must exist.
    """
    calls = _in_order(items)
    return Batch(app, items, calls if len(calls) <= limits.MAX_BULK_REQUESTS else _by_write_kind(items), is_single)


def _calls_needed(counts: Mapping[WriteKind, int]) -> int:
    return sum(-(-count // limits.MAX_RECORDS_PER_WRITE) for count in counts.values())


def _in_order(items: Sequence[Item]) -> list[InnerCall]:
    runs: list[list[Item]] = []
    for item in items:
        if not runs or runs[-1][0].kind is not item.kind or len(runs[-1]) == limits.MAX_RECORDS_PER_WRITE:
            runs.append([])
        runs[-1].append(item)
    return [InnerCall(run[0].kind, tuple(run)) for run in runs]


def _by_write_kind(items: Sequence[Item]) -> list[InnerCall]:
    """Fill one call after another for each kind; the calls keep the order of their first entries."""
    calls: list[list[Item]] = []
    open_calls: dict[WriteKind, list[Item]] = {}
    for item in items:
        call = open_calls.get(item.kind)
        if call is None or len(call) == limits.MAX_RECORDS_PER_WRITE:
            call = open_calls[item.kind] = []
            calls.append(call)
        call.append(item)
    return [InnerCall(call[0].kind, tuple(call)) for call in calls]


def _write_kind_of(entry: Entry, plan: AppendedRecord | None) -> WriteKind:
    if plan is not None:
        return WriteKind.UPDATE if plan.id is not None else WriteKind.INSERT
    if entry.update_key is not None:
        # A revision belongs to a record that exists; an upsert would insert one that does not.
        return WriteKind.UPDATE if entry.must_exist or entry.revision is not None else WriteKind.UPSERT
    return WriteKind.INSERT if entry.id is None else WriteKind.UPDATE


def _payload(entry: Entry, kind: WriteKind, plan: AppendedRecord | None) -> Mapping[str, object]:
    """Return an element of ``records``: for POST the field map itself, for PUT the field map beside id or key."""
    record = plan.record if plan else entry.record
    if kind is WriteKind.INSERT:
        return record
    payload: dict[str, object] = {"id": plan.id if plan else entry.id}
    if plan is None and entry.update_key is not None:
        payload = {"updateKey": entry.update_key._asdict()}
    payload["record"] = record
    revision = entry.revision or (plan.revision if plan else None)
    return {**payload, "revision": revision} if revision else payload


# kintone's answers


type PerformedOperation = Literal["INSERT", "UPDATE"]


class SavedRecord(TypedDict):
    """A saved entry as the tool shows it."""

    id: str
    revision: str
    operation: PerformedOperation


class AddedAnswer(AnswerModel):
    """The answer to one new record; https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record."""

    id: PositiveNumber
    revision: PositiveNumber


class InsertAnswer(AnswerModel):
    """https://cybozu.dev/ja/kintone/docs/rest-api/records/add-records."""

    ids: Annotated[list[PositiveNumber], FailFast()]
    revisions: Annotated[list[PositiveNumber], FailFast()]


class _Updated(AnswerModel):
    id: PositiveNumber
    revision: PositiveNumber
    # Older pages of kintone's documentation do not show it.
    operation: Literal["UPDATE"] = "UPDATE"


class _Upserted(AnswerModel):
    id: PositiveNumber
    revision: PositiveNumber
    operation: PerformedOperation


class _UpdatedList(AnswerModel):
    """https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records."""

    records: Annotated[list[_Updated], FailFast()]


class _UpsertedList(AnswerModel):
    records: Annotated[list[_Upserted], FailFast()]


class _Revision(AnswerModel):
    revision: PositiveNumber


class BulkAnswer(AnswerModel):
    """https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request."""

    results: Annotated[list[dict[str, Any]], FailFast()]


def read_saved(batch: Batch, body: Mapping[str, Any], description: Message) -> list[SavedRecord]:
    """Return the results of a batch in input order.

    Raises ``UnknownResponseError`` when they do not match the entries that were sent.
    """
    record_id = batch.items[0].id if batch.is_single else None
    if record_id is not None:
        revision = read_answer(_Revision, body, description).revision
        return [{"id": record_id, "revision": revision, "operation": "UPDATE"}]
    bodies: Sequence[object] = [body]
    if len(batch.calls) > 1:
        bodies = read_answer(BulkAnswer, body, description).results
        if len(bodies) != len(batch.calls):
            raise _wrong_count(description, len(bodies), len(batch.calls))
    saved: dict[int, SavedRecord] = {}
    for call, answer in zip(batch.calls, bodies, strict=True):
        records = _records(call, answer, description)
        saved.update(zip((item.entry.position for item in call.items), records, strict=True))
    _refuse_shared_ids(list(saved.values()), description)
    return [saved[item.entry.position] for item in batch.items]


def _records(call: InnerCall, answer: object, description: Message) -> list[SavedRecord]:
    records = (
        _inserted(answer, description) if call.kind is WriteKind.INSERT else _updated(call.kind, answer, description)
    )
    if len(records) != len(call.items):
        raise _wrong_count(description, len(records), len(call.items))
    for item, record in zip(call.items, records, strict=True):
        if item.id not in (None, record["id"]):
            place = Message("the id of {entry}", entry=item.entry.named)
            raise misshapen(description, place, Message("that of another record"))
    return records


def _inserted(answer: object, description: Message) -> list[SavedRecord]:
    inserted = read_answer(InsertAnswer, answer, description)
    if len(inserted.ids) != len(inserted.revisions):
        raise _wrong_count(description, len(inserted.revisions), len(inserted.ids))
    return [
        {"id": record_id, "revision": revision, "operation": "INSERT"}
        for record_id, revision in zip(inserted.ids, inserted.revisions, strict=True)
    ]


def _updated(kind: WriteKind, answer: object, description: Message) -> list[SavedRecord]:
    records: Sequence[_Updated | _Upserted]
    if kind is WriteKind.UPSERT:
        records = read_answer(_UpsertedList, answer, description).records
    else:
        records = read_answer(_UpdatedList, answer, description).records
    return [{"id": record.id, "revision": record.revision, "operation": record.operation} for record in records]


def _refuse_shared_ids(records: Sequence[SavedRecord], description: Message) -> None:
    """Raise for a new record with the id of another one: the answer does not show which entry was saved where."""
    seen: set[str] = set()
    for record in sorted(records, key=lambda record: record["operation"] == "INSERT"):
        if record["operation"] == "INSERT" and record["id"] in seen:
            raise misshapen(description, Message("the id of a new record"), Message("that of another record"))
        seen.add(record["id"])


def _wrong_count(description: Message, count: int, expected: int) -> UnknownResponseError:
    found = Message("{count} where {expected} were sent", count=count, expected=expected)
    return misshapen(description, Message("the number of results"), found)
