"""What kintone answers to a write, checked: one result per entry, in the order of the entries."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.writing.transactions import InnerCall, Kind, Transaction

LONGEST_NUMBER = 20

type Done = Literal["INSERT", "UPDATE"]


class SavedRecord(TypedDict):
    """A saved entry as the tool shows it."""

    id: str
    revision: str
    operation: Done


def read_saved(transaction: Transaction, body: Mapping[str, Any], doing: Message) -> list[SavedRecord]:
    """Return the results of a transaction; raises ``UnknownResponseError`` when they do not fit what was sent."""
    if transaction.is_single:
        body = {"records": [{"id": transaction.items[0].id, "revision": body.get("revision")}]}
    bodies = [body] if len(transaction.calls) == 1 else body.get("results")
    if not isinstance(bodies, list) or len(bodies) != len(transaction.calls):
        raise unreadable(doing, Message("kintone's answer does not have one result for each call"))
    saved: dict[int, SavedRecord] = {}
    for call, answer in zip(transaction.calls, bodies, strict=True):
        records = _records(call, answer)
        if records is None:
            raise unreadable(doing, Message("kintone's answer does not have one id and revision for each entry"))
        saved.update(zip((item.entry.position for item in call.items), records, strict=True))
    return [saved[item.entry.position] for item in transaction.items]


def unreadable(doing: Message, what: Message) -> UnknownResponseError:
    """Return the error for a success that cannot be read."""
    return UnknownResponseError(Message("{doing}: {what}", doing=doing, what=what))


def number_text(value: object) -> str | None:
    """Return an id or revision as text, or None for anything that is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def _records(call: InnerCall, answer: object) -> list[SavedRecord] | None:
    if not isinstance(answer, dict):
        return None
    found = _inserted(answer) if call.kind is Kind.INSERT else answer.get("records")
    if not isinstance(found, list) or len(found) != len(call.items):
        return None
    records = [_saved(call.kind, record) for record in found]
    whole = [record for record in records if record is not None]
    wanted = [item.id for item in call.items]
    right = all(asked is None or asked == record["id"] for asked, record in zip(wanted, whole, strict=False))
    return whole if right and len(whole) == len(call.items) else None


def _inserted(answer: Mapping[str, object]) -> list[object] | None:
    ids, revisions = answer.get("ids"), answer.get("revisions")
    if not isinstance(ids, list) or not isinstance(revisions, list) or len(ids) != len(revisions):
        return None
    return [{"id": record_id, "revision": revision} for record_id, revision in zip(ids, revisions, strict=True)]


def _saved(kind: Kind, record: object) -> SavedRecord | None:
    if not isinstance(record, dict):
        return None
    record_id, revision = number_text(record.get("id")), number_text(record.get("revision"))
    if record_id is None or revision is None:
        return None
    return {"id": record_id, "revision": revision, "operation": _operation(kind, revision, record.get("operation"))}


def _operation(kind: Kind, revision: str, named: object) -> Done:
    """Tell what was done; where an upsert does not name it, only a new record has the first revision."""
    if kind is not Kind.UPSERT:
        return "INSERT" if kind is Kind.INSERT else "UPDATE"
    if named in ("INSERT", "UPDATE"):
        return "INSERT" if named == "INSERT" else "UPDATE"
    return "INSERT" if revision == "1" else "UPDATE"
