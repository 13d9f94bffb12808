"""A stand-in for kintone's reading side: records in memory that may change between two requests."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from kintone.deadline import Deadline
from kintone.errors import CursorGoneError, ErrorReply, InvalidQueryError, NotFoundError, PermissionDeniedError
from kintone.forms.forms_api import Form, parse_form
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message, verbatim
from kintone.operations import Answer, Operation
from kintone.reading.reader import Reading
from kintone.runtime import ProcessRuntime

APP = 12

_QUERY = re.compile(
    r"""(?P<condition>.*?)\s*
    (?:order\ by\ (?P<key>\S+)\ (?P<direction>asc|desc)\s*)?
    (?:limit\ (?P<limit>\d+)\s*)?
    (?:offset\ (?P<offset>\d+))?$""",
    re.VERBOSE | re.DOTALL,
)
_GUARD = re.compile(r"^(?:\((?P<condition>.*)\) and )?\$id (?P<sign>[<>]) (?P<id>\d+)$", re.DOTALL)


class Clock(ProcessRuntime):
    """A clock that only a test moves on; events and threads are the process's own."""

    def __init__(self) -> None:
        """Start at nought."""
        self.now = 0.0

    def monotonic(self) -> float:
        """Return the time that the test has set."""
        return self.now


class KintoneDouble:
    """Every record matches every condition; ``before`` sees each request first, with its number.

    A request whose deadline is over or cancelled is refused as the execution would; ``deadlines`` goes with
    ``operations`` one by one.
    """

    def __init__(self, ids: Iterable[int] = (), page: int = 500, most_skipped: int = 10_000) -> None:
        """Hold records of these ids; ``name`` sorts them in an order of its own."""
        self.records = {record_id: record_of(record_id) for record_id in ids}
        self.operations: list[Operation] = []
        self.deadlines: list[Deadline] = []
        self.deadline = Deadline(60)
        self.before: Callable[[int, Operation], None] = lambda _number, _operation: None
        self.warning: str | None = None
        self.counts = True
        self.wrong_count: int | None = None
        self.form_is_refused = False
        self.labels: dict[str, str] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.cursors: dict[str, list[list[int]]] = {}
        self.most_at_once = 0
        self.at_once = 0
        self.fresh_forms = 0
        self._page, self._most_skipped = page, most_skipped
        self._lock = threading.Lock()

    def call(self, operation: Operation, deadline: Deadline | None = None) -> Answer:
        """Answer one request."""
        within = deadline or self.deadline
        within.check(operation.description)
        with self._lock:
            self.deadlines.append(within)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.operations.append(operation)
            number = len(self.operations)
        try:
            self.before(number, operation)
            with self._lock:
                return Answer(self._body(operation), self.warning)
        finally:
            with self._lock:
                self.at_once -= 1

    def write[Result](
        self, operation: Operation, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Refuse: a reader writes nothing."""
        raise AssertionError(f"a write while reading: {operation.description}, {read}, {ledger}, {span}")

    def api_path(self, api: str) -> str:
        """Return a path."""
        return f"/k/v1/{api}.json"

    def record_url(self, app: int, record_id: str) -> str:
        """Return an address."""
        return f"https://example.cybozu.com/k/{app}/show#record={record_id}"

    @property
    def forms(self) -> "KintoneDouble":
        """Return who reads forms."""
        return self

    def read(self, app: int, *, fresh: bool = False) -> Form:
        """Return the form, which is that of the records."""
        assert app == APP
        self.fresh_forms += fresh
        if self.form_is_refused:
            raise PermissionDeniedError(Message("the token may not read the form"), reply=ErrorReply(403, "GAIA_NO01"))
        return form_of(self.records.values(), self.labels, self.columns)

    @property
    def queries(self) -> list[str]:
        """Return the queries asked so far."""
        return [str(operation.parameters["query"]) for operation in self.operations if "query" in operation.parameters]

    @property
    def verbs(self) -> Counter[str]:
        """Count the requests by verb and API."""
        return Counter(f"{operation.method} {operation.api}" for operation in self.operations)

    def _body(self, operation: Operation) -> dict[str, Any]:
        parameters = dict(operation.parameters)
        if operation.api == "records":
            return self._records(parameters)
        if operation.api == "record":
            return self._record(parameters)
        return {"POST": self._create, "GET": self._advance, "DELETE": self._drop}[operation.method](parameters)

    def _records(self, parameters: dict[str, Any]) -> dict[str, Any]:
        match = _QUERY.match(parameters["query"])
        assert match
        limit, offset = int(match["limit"] or 100), int(match["offset"] or 0)
        if limit > self._page or offset > self._most_skipped:
            raise InvalidQueryError(verbatim(f"limit {limit} or offset {offset} is out of range"))
        matching = self.matching(parameters["query"])
        total = self._count(matching) if parameters.get("totalCount") and self.counts else None
        return {"records": self._shown(matching[offset : offset + limit], parameters), "totalCount": total}

    def _count(self, ids: list[int]) -> str:
        return str(len(ids) if self.wrong_count is None else self.wrong_count)

    def matching(self, query: str) -> list[int]:
        """Return the ids that a query without limit and offset gives."""
        match = _QUERY.match(query)
        assert match
        ids = list(self.records)
        guard = _GUARD.match(match["condition"])
        if guard:
            ids = [i for i in ids if (i > int(guard["id"]) if guard["sign"] == ">" else i < int(guard["id"]))]
        key = match["key"] or "$id"
        ids.sort(reverse=True)
        ids.sort(key=lambda i: self.sort_value(key, i), reverse=(match["direction"] or "desc") == "desc")
        return ids

    def sort_value(self, key: str, record_id: int) -> int:
        """Return what a record is sorted by."""
        return record_id if key == "$id" else int(self.records[record_id][key]["value"])

    def _shown(self, ids: Iterable[int], parameters: dict[str, Any]) -> list[dict[str, Any]]:
        fields = parameters.get("fields")
        kept = [self.records[record_id] for record_id in ids]
        return [{code: value for code, value in record.items() if not fields or code in fields} for record in kept]

    def _record(self, parameters: dict[str, Any]) -> dict[str, Any]:
        record = self.records.get(int(parameters["id"]))
        if record is None:
            raise NotFoundError(Message("there is no such record"), reply=ErrorReply(404, "GAIA_RE01"))
        return {"record": record}

    def _create(self, parameters: dict[str, Any]) -> dict[str, Any]:
        ids, size = self.matching(parameters["query"]), parameters["size"]
        name = f"cursor-{len(self.operations)}"
        self.cursors[name] = [ids[place : place + size] for place in range(0, len(ids), size)] or [[]]
        self._selection = parameters
        return {"id": name, "totalCount": self._count(ids)}

    def _advance(self, parameters: dict[str, Any]) -> dict[str, Any]:
        pages = self._cursor(parameters)
        ids = [record_id for record_id in pages.pop(0) if record_id in self.records]
        if not pages:
            del self.cursors[parameters["id"]]
        return {"records": self._shown(ids, self._selection), "next": bool(pages)}

    def _drop(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._cursor(parameters)
        del self.cursors[parameters["id"]]
        return {}

    def _cursor(self, parameters: dict[str, Any]) -> list[list[int]]:
        if parameters["id"] not in self.cursors:
            raise CursorGoneError(Message("the cursor is gone"), reply=ErrorReply(404, "GAIA_CN01"))
        return self.cursors[parameters["id"]]


def form_of(
    records: Iterable[dict[str, Any]],
    labels: Mapping[str, str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Form:
    """Return a form of the fields that the records show, labelled by their codes where no label is given."""
    types = {code: field.get("type", "NUMBER") for record in records for code, field in record.items()}
    properties: dict[str, Any] = {
        code: {"type": kind, "label": (labels or {}).get(code, code)} for code, kind in types.items() if code[0] != "$"
    }
    for table, codes in (columns or {}).items():
        properties[table]["fields"] = {code: {"type": "NUMBER"} for code in codes}
    return parse_form({"properties": properties, "revision": "1"}, str(APP))


def record_of(record_id: int) -> dict[str, Any]:
    """Return a record; ``name`` is a number that is spread over the ids and falls together now and then."""
    return {
        "$id": {"type": "__ID__", "value": str(record_id)},
        "$revision": {"type": "__REVISION__", "value": "1"},
        "name": {"type": "NUMBER", "value": str(record_id * 7919 % 1009)},
    }


@contextmanager
def small_pages(page: int = 5, most_skipped: int = 20) -> Iterator[None]:
    """Make kintone's limits small, so that a few records make many pages."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("seeking", "cursors", "offsets", "plan"):
            patch.setattr(f"kintone.reading.{module}.RECORDS_PER_PAGE", page)
        for module in ("seeking", "offsets", "plan", "id_order"):
            patch.setattr(f"kintone.reading.{module}.MOST_SKIPPED", most_skipped)
        patch.setattr("kintone.reading.offsets.FARTHEST", most_skipped + page)
        patch.setattr("kintone.reading.seeking.LARGEST_OVERLAP", page - 2)
        yield


def ids_read(reading: Reading) -> list[int]:
    """Read everything; every page has the ids of its records, and its number."""
    ids: list[int] = []
    for number, page in enumerate(reading.pages(), start=1):
        assert page.number == number
        assert page.ids
        assert len(page.ids) == len(page.records)
        ids += map(int, page.ids)
    return ids
