"""A caller that keeps records in memory, remembers what was asked and fails on demand."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kintone.deadline import Deadline
from kintone.errors import ErrorReply, KintoneError, NotFoundError, RevisionConflictError, TimedOutError
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.operations import Answer, Operation

type Record = dict[str, Any]


@dataclass
class Failure:
    """What happens at one write: kintone refuses it, or nobody knows what it did.

    ``applied`` does what was asked first, as an answer that was lost on its way back means.
    """

    error: KintoneError
    applied: bool = False
    is_unknown: bool = False


@dataclass
class FakeKintone:
    """Understands POST and PUT of many records, bulkRequest, and GET by ``… in (…)``.

    ``records`` maps ids to field maps with types, ``types`` gives the types of fields that are no texts. ``failures``
    maps the number of a write, from 1, to what happens then; ``before_write`` runs before each write.
    """

    records: dict[str, Record] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)
    before_write: Callable[[int], None] = lambda _number: None
    operations: list[Operation] = field(default_factory=list)
    last_id: int = 0
    _by_key: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def writes(self) -> list[Operation]:
        """The operations that were no reads."""
        return [operation for operation in self.operations if operation.method != "GET"]

    @property
    def reads(self) -> list[Operation]:
        """The operations that were reads."""
        return [operation for operation in self.operations if operation.method == "GET"]

    @property
    def deadline(self) -> Deadline:
        """Enough time for every test."""
        return Deadline(60)

    def api_path(self, api: str) -> str:
        """Return a path as in guest space 3."""
        return f"/k/guest/3/v1/{api}.json"

    def record_url(self, app: int, record_id: str) -> str:
        """Return some address."""
        return f"https://example.cybozu.com/k/{app}/show#record={record_id}"

    def call(self, operation: Operation, deadline: Deadline | None = None) -> Answer:
        """Carry out a read."""
        del deadline
        assert operation.method == "GET", "a write goes through write()"
        self.operations.append(operation)
        return Answer(self._read(operation.api, _as_sent(operation)))

    def write[Result](
        self, operation: Operation, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a write, or fail as told, and note what became of its entries."""
        assert operation.repeat.writes
        assert 1 <= span.first <= span.last <= len(ledger)
        self.operations.append(operation)
        number = len(self.writes)
        self.before_write(number)
        failure = self.failures.get(number)
        is_unknown = bool(failure and failure.is_unknown)
        try:
            body = self._carried_out(operation, failure)
            is_unknown = True
            result = read(Answer(body))
        except KintoneError as error:
            note = ledger.leave_unknown if is_unknown else ledger.refuse
            note(span)
            raise error.but(ledger=ledger) from None
        ledger.save(span, result if isinstance(result, list) else ())
        return result

    def _carried_out(self, operation: Operation, failure: Failure | None) -> dict[str, Any]:
        if failure and not failure.applied:
            raise failure.error
        body = self._written(operation.api, operation.method, _as_sent(operation))
        if failure:
            raise failure.error
        return body

    def add(self, **values: object) -> str:
        """Save a record directly and return its id."""
        return self._insert({code: {"value": value} for code, value in values.items()})["id"]

    def touch(self, record_id: str) -> None:
        """Raise the revision of a record, as another person's change does."""
        self.revisions[record_id] += 1

    def values(self, code: str) -> list[Any]:
        """Return the values of a field in all records, by id."""
        return [record[code]["value"] for record in self.records.values()]

    def _written(self, api: str, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        kept = (
            {record_id: dict(record) for record_id, record in self.records.items()},
            dict(self.revisions),
            self.last_id,
        )
        calls = parameters["requests"] if api == "bulkRequest" else [{"method": method, "payload": parameters}]
        bodies = []
        self._by_key = {}
        for index, call in enumerate(calls):
            try:
                bodies.append(self._write(call["method"], call["payload"]))
            except KintoneError as error:
                self.records, self.revisions, self.last_id = kept
                if api != "bulkRequest" or error.reply is None:
                    raise
                raise error.but(reply=replace(error.reply, index=index)) from None
        return {"results": bodies} if api == "bulkRequest" else bodies[0]

    def _write(self, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= len(payload["records"]) <= 100
        if method == "POST":
            saved = [self._insert(record) for record in payload["records"]]
            return {"ids": [each["id"] for each in saved], "revisions": [each["revision"] for each in saved]}
        return {"records": [self._put(row, upsert=payload.get("upsert", False)) for row in payload["records"]]}

    def _put(self, row: dict[str, Any], *, upsert: bool) -> dict[str, str]:
        if "id" in row:
            return self._update(row["id"], row)
        key = row["updateKey"]
        assert upsert
        assert key["field"] not in row["record"]
        record_id = self._keys(key["field"]).get(key["value"])
        if record_id is not None:
            return {**self._update(record_id, row), "operation": "UPDATE"}
        inserted = self._insert({**row["record"], key["field"]: {"value": key["value"]}})
        return {**inserted, "operation": "INSERT"}

    def _keys(self, code: str) -> dict[str, str]:
        if code not in self._by_key:
            self._by_key[code] = {
                record[code]["value"]: record_id for record_id, record in self.records.items() if code in record
            }
        return self._by_key[code]

    def _update(self, record_id: str, row: dict[str, Any]) -> dict[str, str]:
        if record_id not in self.records:
            reply = ErrorReply(404, "GAIA_RE01", f"The record (ID: {record_id}) is not found.")
            raise NotFoundError(Message("gone"), reply=reply)
        if "revision" in row and row["revision"] != str(self.revisions[record_id]):
            reply = ErrorReply(409, "GAIA_CO02", "The revision is not the latest.")
            raise RevisionConflictError(Message("conflict"), remedy=Message("decide"), reply=reply)
        self.records[record_id].update(self._typed(row["record"]))
        self.revisions[record_id] += 1
        return {"id": record_id, "revision": str(self.revisions[record_id])}

    def _insert(self, record: Mapping[str, Any]) -> dict[str, str]:
        self.last_id += 1
        record_id = str(self.last_id)
        self.records[record_id] = self._typed(record)
        self.revisions[record_id] = 1
        return {"id": record_id, "revision": "1"}

    def _typed(self, record: Mapping[str, Any]) -> Record:
        return {
            code: {"type": self.types.get(code, "SINGLE_LINE_TEXT"), "value": wrapper["value"]}
            for code, wrapper in record.items()
        }

    def _read(self, api: str, parameters: dict[str, Any]) -> dict[str, Any]:
        assert api == "records"
        code, listed = re.fullmatch(r"(\S+) in \((.*)\) limit 500", parameters["query"], re.DOTALL).groups()  # type: ignore[union-attr]
        wanted = [json.loads(text) for text in re.findall(r'"(?:[^"\\]|\\.)*"', listed)]
        assert 1 <= len(wanted) <= 100
        shown = [self._shown(record_id) for record_id in self.records]
        found = [record for record in shown if record.get(code, {}).get("value") in wanted]
        return {"records": [{key: record[key] for key in parameters["fields"] if key in record} for record in found]}

    def _shown(self, record_id: str) -> Record:
        system = {
            "$id": {"type": "__ID__", "value": record_id},
            "$revision": {"type": "__REVISION__", "value": str(self.revisions[record_id])},
        }
        return {**copy.deepcopy(self.records[record_id]), **system}


def _as_sent(operation: Operation) -> dict[str, Any]:
    parameters: dict[str, Any] = json.loads(json.dumps(operation.parameters))
    return parameters


def lost(*, applied: bool = False) -> Failure:
    """Return the failure of a write whose answer never came."""
    error = TimedOutError(Message("writing failed: no answer within 30 s"), remedy=Message("raise request_timeout"))
    return Failure(error, applied=applied, is_unknown=True)
