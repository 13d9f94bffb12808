"""What kintone answers to a write, checked: one result per entry, in the order of the entries."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from pydantic import FailFast

from kintone.answer_models import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.writing.transactions import InnerCall, Kind, Transaction

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


class _Inserted(AnswerModel):
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


def read_saved(transaction: Transaction, body: Mapping[str, Any], doing: Message) -> list[SavedRecord]:
    """Return the results of a transaction; raises ``UnknownResponseError`` when they do not fit what was sent."""
    if transaction.is_single:
        record_id = transaction.items[0].id or ""
        revision = read_answer(_Revision, body, doing).revision
        return [{"id": record_id, "revision": revision, "operation": "UPDATE"}]
    bodies: Sequence[object] = [body]
    if len(transaction.calls) > 1:
        bodies = read_answer(_Bulk, body, doing).results
        if len(bodies) != len(transaction.calls):
            raise _of_another_number(doing, len(bodies), len(transaction.calls))
    saved: dict[int, SavedRecord] = {}
    for call, answer in zip(transaction.calls, bodies, strict=True):
        records = _records(call, answer, doing)
        saved.update(zip((item.entry.position for item in call.items), records, strict=True))
    _refuse_shared_ids(list(saved.values()), doing)
    return [saved[item.entry.position] for item in transaction.items]


def _records(call: InnerCall, answer: object, doing: Message) -> list[SavedRecord]:
    records = _inserted(answer, doing) if call.kind is Kind.INSERT else _written(call.kind, answer, doing)
    if len(records) != len(call.items):
        raise _of_another_number(doing, len(records), len(call.items))
    for item, record in zip(call.items, records, strict=True):
        if item.id not in (None, record["id"]):
            place = Message("the id of entry {position}", position=item.entry.position)
            raise misshapen(doing, place, Message("that of another record"))
    return records


def _inserted(answer: object, doing: Message) -> list[SavedRecord]:
    told = read_answer(_Inserted, answer, doing)
    if len(told.ids) != len(told.revisions):
        raise _of_another_number(doing, len(told.revisions), len(told.ids))
    return [
        {"id": record_id, "revision": revision, "operation": "INSERT"}
        for record_id, revision in zip(told.ids, told.revisions, strict=True)
    ]


def _written(kind: Kind, answer: object, doing: Message) -> list[SavedRecord]:
    records: Sequence[_Updated | _Upserted]
    if kind is Kind.UPSERT:
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
