"""Batches: which entries go out together, as which bulk request, and what kintone answers; nothing is sent here."""

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
from kintone.writing.entries import Entry, holds_file_keys, renames_keys


class WriteKind(Enum):
    """How an entry is written; entries of one kind may share a call."""

    UPSERT = "upsert"
    """By update key, with ``"upsert": true``."""
    UPDATE = "update"
    """By id, or by a key with a revision, without it: kintone's upsert would insert what it does not find."""
    INSERT = "insert"
    """Without it, so that a key that has come into being meanwhile is refused and not written over."""


@dataclass(frozen=True, slots=True)
class AppendedRecord:
    """What is sent in place of an entry's own values, after looking at what is saved.

    With ``id`` the record of that id is updated, provided that it still has ``revision``; without, the entry is
    inserted, its key among its values. ``given_rows`` tells for each table that is appended to which of the rows sent
    are the caller's: from the place among those sent to the place among the caller's, both counted from 0.
    """

    record: Mapping[str, object] = field(repr=False)
    id: str | None = None
    revision: str | None = None
    given_rows: Mapping[str, Mapping[int, int]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as it is sent: ``payload`` is its element of ``records``, ``size`` the bytes of that."""

    entry: Entry
    kind: WriteKind
    payload: Mapping[str, object] = field(repr=False)
    size: int
    plan: AppendedRecord | None = field(default=None, repr=False)

    @property
    def id(self) -> str | None:
        """The id of the record that is updated, where it is known."""
        return self.plan.id if self.plan else self.entry.id

    @property
    def has_revision(self) -> bool:
        """Tell whether kintone compares a revision."""
        return "revision" in self.payload if self.kind is not WriteKind.INSERT else False

    @property
    def merges(self) -> bool:
        """Tell whether it is written over what was read, with the revision that was read."""
        return self.plan is not None and self.plan.id is not None

    @property
    def inserts_key(self) -> bool:
        """Tell whether it is an insert because no record with its key was found."""
        return self.plan is not None and self.plan.id is None


def item_of(entry: Entry, plan: AppendedRecord | None = None) -> Item:
    """Prepare an entry; raises ``InvalidParameterError`` for what JSON cannot hold."""
    kind = _write_kind_of(entry, plan)
    payload = _payload(entry, kind, plan)
    try:
        size = len(encode_json(payload))
    except InvalidParameterError as error:
        raise InvalidParameterError(
            "records_data: entry {position}: {problem}", position=entry.position, problem=error.problem
        ) from None
    return Item(entry, kind, payload, size, plan)


def max_entries() -> int:
    """Return how many entries one transaction holds at most."""
    return limits.MAX_BULK_REQUESTS * limits.MAX_RECORDS_PER_WRITE


def fitting(items: Sequence[Item], start: int = 0) -> int:
    """Return how many items from ``start`` on fit into one transaction; at least one, however large it is."""
    counts: Counter[WriteKind] = Counter()
    size = 0
    for number, item in enumerate(items[start : start + max_entries()]):
        counts[item.kind] += 1
        size += item.size
        if number and (size > limits.MAX_BULK_BYTES or _calls_needed(counts) > limits.MAX_BULK_REQUESTS):
            return number
    return min(max_entries(), len(items) - start)


@dataclass(frozen=True, slots=True)
class InnerCall:
    """Up to 100 items of one kind."""

    kind: WriteKind
    items: tuple[Item, ...]

    @property
    def method(self) -> Method:
        """Return the verb."""
        return "POST" if self.kind is WriteKind.INSERT else "PUT"

    def payload(self, app: int) -> dict[str, object]:
        """Return the body of the call."""
        payload: dict[str, object] = {"app": app, "records": [item.payload for item in self.items]}
        return {**payload, "upsert": True} if self.kind is WriteKind.UPSERT else payload


@dataclass(frozen=True, slots=True)
class Batch:
    """Items that are saved together or not at all; ``is_single``: one record for a caller that counts no entries."""

    app: int
    items: Sequence[Item] = field(repr=False)
    calls: Sequence[InnerCall] = field(repr=False)
    is_single: bool = False

    @property
    def span(self) -> Span:
        """The entries that it holds."""
        return Span(self.items[0].entry.position, self.items[-1].entry.position)

    @property
    def retry_safety(self) -> RetrySafety:
        """Return what the least repeatable of the calls allows."""
        kinds = {call.kind for call in self.calls}
        entries = [item.entry for item in self.items]
        if WriteKind.INSERT in kinds or renames_keys(entries):
            return RetrySafety.INSERT
        if any(item.has_revision for item in self.items) or holds_file_keys(entries):
            return RetrySafety.UPDATE_WITH_REVISION
        return RetrySafety.UPSERT if WriteKind.UPSERT in kinds else RetrySafety.UPDATE

    def request(self, api_path: Callable[[str], str]) -> Request:
        """Return the one request: a plain call where that is enough, which is atomic too, else a bulkRequest."""
        if self.is_single:
            return self._single()
        description = Message("writing {entries} into app {app}", entries=entries_named(self.span), app=self.app)
        if len(self.calls) == 1:
            call = self.calls[0]
            return api.write_records(description, call.method, call.payload(self.app), self.retry_safety)
        path = api_path("records")
        requests = [{"method": call.method, "api": path, "payload": call.payload(self.app)} for call in self.calls]
        return api.bulk_request(description, requests, self.retry_safety)

    def _single(self) -> Request:
        item = self.items[0]
        description = Message("writing record {record} of app {app}", record=item.id, app=self.app)
        return api.update_record(description, {"app": self.app, **item.payload}, self.retry_safety)


def batch_of(app: int, items: Sequence[Item], *, is_single: bool = False) -> Batch:
    """Cut items that fit into one transaction into calls, in input order where 20 calls are enough for that.

    ``is_single`` is for one update by id, which then has a request of its own.
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
    """Fill calls kind by kind; they keep the order of their first entries."""
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
        # A revision is that of a record that is there; an upsert would insert one that is not.
        return WriteKind.UPSERT if entry.revision is None else WriteKind.UPDATE
    return WriteKind.INSERT if entry.id is None else WriteKind.UPDATE


def _payload(entry: Entry, kind: WriteKind, plan: AppendedRecord | None) -> Mapping[str, object]:
    """Return an element of ``records``: POST wants the field map itself, PUT wants it beside what finds the record."""
    record = plan.record if plan else entry.record
    if kind is WriteKind.INSERT:
        return record
    payload: dict[str, object] = {"id": plan.id if plan else entry.id}
    if plan is None and entry.update_key is not None:
        payload = {"updateKey": entry.update_key._asdict()}
    payload["record"] = record
    revision = entry.revision or (plan.revision if plan else None)
    return {**payload, "revision": revision} if revision else payload


type Done = Literal["INSERT", "UPDATE"]


class SavedRecord(TypedDict):
    """A saved entry as the tool shows it."""

    id: str
    revision: str
    operation: Done


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
    operation: Literal["UPDATE"] = "UPDATE"
    """Older pages do not show it."""


class _Upserted(AnswerModel):
    id: PositiveNumber
    revision: PositiveNumber
    operation: Done


class _UpdatedList(AnswerModel):
    """https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records."""

    records: Annotated[list[_Updated], FailFast()]


class _UpsertedList(AnswerModel):
    records: Annotated[list[_Upserted], FailFast()]


class _Revision(AnswerModel):
    revision: PositiveNumber


class _Bulk(AnswerModel):
    """https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request."""

    results: Annotated[list[dict[str, Any]], FailFast()]


def read_saved(batch: Batch, body: Mapping[str, Any], doing: Message) -> list[SavedRecord]:
    """Return the results of a transaction; raises ``UnknownResponseError`` when they do not fit what was sent."""
    if batch.is_single:
        record_id = batch.items[0].id or ""
        revision = read_answer(_Revision, body, doing).revision
        return [{"id": record_id, "revision": revision, "operation": "UPDATE"}]
    bodies: Sequence[object] = [body]
    if len(batch.calls) > 1:
        bodies = read_answer(_Bulk, body, doing).results
        if len(bodies) != len(batch.calls):
            raise _of_another_number(doing, len(bodies), len(batch.calls))
    saved: dict[int, SavedRecord] = {}
    for call, answer in zip(batch.calls, bodies, strict=True):
        records = _records(call, answer, doing)
        saved.update(zip((item.entry.position for item in call.items), records, strict=True))
    _refuse_shared_ids(list(saved.values()), doing)
    return [saved[item.entry.position] for item in batch.items]


def _records(call: InnerCall, answer: object, doing: Message) -> list[SavedRecord]:
    records = _inserted(answer, doing) if call.kind is WriteKind.INSERT else _written(call.kind, answer, doing)
    if len(records) != len(call.items):
        raise _of_another_number(doing, len(records), len(call.items))
    for item, record in zip(call.items, records, strict=True):
        if item.id not in (None, record["id"]):
            place = Message("the id of entry {position}", position=item.entry.position)
            raise misshapen(doing, place, Message("that of another record"))
    return records


def _inserted(answer: object, doing: Message) -> list[SavedRecord]:
    told = read_answer(InsertAnswer, answer, doing)
    if len(told.ids) != len(told.revisions):
        raise _of_another_number(doing, len(told.revisions), len(told.ids))
    return [
        {"id": record_id, "revision": revision, "operation": "INSERT"}
        for record_id, revision in zip(told.ids, told.revisions, strict=True)
    ]


def _written(kind: WriteKind, answer: object, doing: Message) -> list[SavedRecord]:
    records: Sequence[_Updated | _Upserted]
    if kind is WriteKind.UPSERT:
        records = read_answer(_UpsertedList, answer, doing).records
    else:
        records = read_answer(_UpdatedList, answer, doing).records
    return [{"id": record.id, "revision": record.revision, "operation": record.operation} for record in records]


def _refuse_shared_ids(records: Sequence[SavedRecord], doing: Message) -> None:
    """Refuse a new record with the id of another one: it cannot be told then which entry was saved where."""
    seen: set[str] = set()
    for record in sorted(records, key=lambda record: record["operation"] == "INSERT"):
        if record["operation"] == "INSERT" and record["id"] in seen:
            raise misshapen(doing, Message("the id of a new record"), Message("that of another record"))
        seen.add(record["id"])


def _of_another_number(doing: Message, count: int, wanted: int) -> UnknownResponseError:
    found = Message("{count} where {wanted} were sent", count=count, wanted=wanted)
    return misshapen(doing, Message("the number of results"), found)
