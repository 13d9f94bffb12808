"""A local kintone in this process with an app that has a table and attachments, and helpers that write to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kintone.access.credentials import Access, Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.api import EncodedRequest
from kintone.client import KintoneClient
from kintone.connections import Exchange, Phase
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.execution import Engine
from kintone.forms.fields import Form
from kintone.forms.reading import read_form
from kintone.retry import RetryPolicy
from kintone.transport import UploadBody
from kintone.transport_failures import failure_of
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upserts import UpsertReport, UpsertRequest
from kintone.writing.writer import upsert
from local_kintone import ConnectionCutError, LocalKintone, ReceivedRequest, Response

LOOKUP: dict[str, Any] = {
    "relatedApp": {"app": "1", "code": ""},
    "relatedKeyField": "product",
    "fieldMappings": [{"field": "price", "relatedField": "price"}],
}
COLUMNS: dict[str, dict[str, Any]] = {
    "qty": {"type": "NUMBER", "maxValue": "99"},
    "item": {"type": "SINGLE_LINE_TEXT", "lookup": LOOKUP},
    "price": {"type": "NUMBER"},
    "rank": {"type": "DROP_DOWN", "options": ["High", "Low"]},
    "who": {"type": "USER_SELECT"},
    "scan": {"type": "FILE"},
    "total": {"type": "CALC", "expression": "qty * 10"},
    "id": {"type": "SINGLE_LINE_TEXT"},
    "code": {"type": "SINGLE_LINE_TEXT"},
    "value": {"type": "SINGLE_LINE_TEXT"},
    "fileKey": {"type": "SINGLE_LINE_TEXT"},
}
FIELDS: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "needed": {"type": "SINGLE_LINE_TEXT", "required": True, "defaultValue": "x"},
    "tags": {"type": "CHECK_BOX", "options": ["a", "b"]},
    "lines": {"type": "SUBTABLE", "fields": COLUMNS},
    "papers": {"type": "FILE"},
}
WITHOUT_PAUSE = RetryPolicy(first_pause=0.0, longest_pause=0.0)


@dataclass
class _Streamed:
    """An answer of the local kintone."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def chunks(self, _most: int) -> Iterator[bytes]:
        """Yield the body in one piece."""
        yield self.content


class InProcess:
    """A transport to a local kintone without sockets."""

    def __init__(self, kintone: LocalKintone) -> None:
        """Keep the local kintone."""
        self._kintone = kintone

    @contextmanager
    def open(
        self,
        request: EncodedRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> Iterator[_Streamed]:
        """Send the request and yield the answer; raises TransportError as the real transport does."""
        assert body is None
        headers = {"User-Agent": "test", **request.headers, "X-Cybozu-API-Token": access.tokens.header_value()}
        exchange = Exchange(deadline, timeout)
        try:
            reply = self._kintone.exchange(request.method, request.target, headers, request.body or b"")
        except ConnectionCutError as cut:
            exchange.sent, exchange.phase = cut.received, Phase.WAITING
            raise failure_of(ConnectionResetError(), exchange) from None
        finally:
            exchange.finish()
        yield _Streamed(reply.status, reply.headers, reply.body)


@dataclass
class Bench:
    """A local kintone with an app of products (1), an app that is written to, and clients for both."""

    kintone: LocalKintone
    app: int = 0
    _clients: list[KintoneClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the apps; the product "pen" costs 100 today, and rows that were saved earlier have copied 80."""
        products: dict[str, dict[str, Any]] = {
            "product": {"type": "SINGLE_LINE_TEXT", "unique": True},
            "price": {"type": "NUMBER"},
        }
        self.source = self.kintone.create_app("products", products)
        self.kintone.add_records(self.source, [{"product": "pen", "price": "100"}])
        self.app = self.kintone.create_app("orders", FIELDS)
        self.others = self.kintone.token(self.app, author="others")

    def client(self, *permissions: str) -> KintoneClient:
        """Return a client that retries without a pause."""
        tokens = f"{self.kintone.token(self.app, *permissions)},{self.kintone.token(self.source, 'view')}"
        site = read_site("https://sample.cybozu.com", frozenset())
        engine = Engine(transport=InProcess(self.kintone))
        settings = OperatorSettings.from_environment({})
        opened = KintoneClient(Access(site, Tokens(tokens)), settings, policy=WITHOUT_PAUSE, engine=engine)
        self._clients.append(opened)
        return opened

    def close(self) -> None:
        """Close the clients and the local kintone."""
        for client in self._clients:
            client.close()
        self.kintone.stop()

    def form(self) -> Form:
        """Return the current form of the app."""
        return read_form(self.client(), self.app)

    def save(self, **values: Any) -> int:  # noqa: ANN401 - values of any field
        """Save a record and return its id."""
        [number] = self.kintone.add_records(self.app, [values])
        return number

    def append(
        self,
        *entries: Entry,
        tables: bool = True,
        files: bool = True,
        atomic: bool = False,
        form: Form | None = None,
        client: KintoneClient | None = None,
    ) -> UpsertReport:
        """Upsert in append mode; earlier requests are removed from the log of requests."""
        known = form or self.form()
        self.kintone.site.traffic.reset()
        modes = {True: ListMode.APPEND, False: ListMode.REPLACE}
        request = UpsertRequest(
            self.app,
            entries,
            atomic,
            table_mode=modes[tables],
            file_mode=modes[files],
            form=known,
        )
        return upsert(client or self.client(), request)

    def upload(self, name: str) -> dict[str, str]:
        """Upload a file to temporary storage and return it as an entry of an attachment field."""
        return {"fileKey": self.kintone.site.files.upload(name, "text/plain", b"abc")}

    def ask(self, method: str, api: str, **payload: object) -> Response:
        """Send a request as another user."""
        headers = {"User-Agent": "other", "X-Cybozu-API-Token": self.others, "Content-Type": "application/json"}
        body = json.dumps({"app": self.app, **payload}).encode()
        answer = self.kintone.exchange(method, f"/k/v1/{api}.json", headers, body)
        assert answer.status == 200, answer.body
        return answer

    def before(self, what: str, act: Callable[[], object], times: int = 1, *, after: int = 0) -> None:
        """Call ``act`` before ``times`` requests of a kind ("PUT records"), after the first ``after`` of them."""
        seen = 0

        def hook(received: ReceivedRequest) -> None:
            nonlocal seen
            if call_of(received) == what:
                seen += 1
                if after < seen <= after + times:
                    act()

        self.kintone.before_request.append(hook)

    def calls(self) -> list[str]:
        """Return the requests in order, such as "GET records"."""
        return [call_of(received) for received in self.kintone.requests]

    def sent(self, what: str) -> dict[str, Any]:
        """Return the body of the last request of a kind."""
        bodies = [received.body for received in self.kintone.requests if call_of(received) == what]
        sent: dict[str, Any] = json.loads(bodies[-1])
        return sent

    def record(self, number: int = 1) -> dict[str, Any]:
        """Return a record as kintone has it."""
        return self.kintone.records(self.app, f"$id = {number}")[0]

    def rows(self, number: int = 1) -> list[dict[str, Any]]:
        """Return the cell values of each row."""
        return [{code: cell["value"] for code, cell in row["value"].items()} for row in self.row_objects(number)]

    def row_objects(self, number: int = 1) -> list[dict[str, Any]]:
        """Return the rows in kintone's shape."""
        found: list[dict[str, Any]] = self.record(number)["lines"]["value"]
        return found

    def quantities(self, number: int = 1) -> list[str]:
        """Return the quantity of each row."""
        return [row["qty"] for row in self.rows(number)]

    def files(self, number: int = 1) -> list[str]:
        """Return the names of the attachments."""
        return [file["name"] for file in self.record(number)["papers"]["value"]]

    def add_row(self, quantity: int, number: int = 1) -> None:
        """Add a row as another user."""
        rows = [{"id": row["id"]} for row in self.row_objects(number)]
        record = {"lines": {"value": [*rows, row(qty=quantity)]}}
        self.ask("PUT", "record", id=number, record=record)

    def touch(self, number: int = 1, **values: object) -> None:
        """Change other fields as another user."""
        changes = values or {"name": "touched"}
        self.ask("PUT", "record", id=number, record={code: {"value": value} for code, value in changes.items()})


def call_of(received: ReceivedRequest) -> str:
    """Return method and API of a request."""
    method = received.headers.get("X-HTTP-Method-Override", received.method)
    return f"{method} {received.path.rpartition('/v1/')[2].removesuffix('.json')}"


def row(row_id: str | None = None, **cells: object) -> dict[str, Any]:
    """Return a row for a request."""
    made: dict[str, Any] = {"value": {code: {"value": value} for code, value in cells.items()}}
    return made if row_id is None else {"id": row_id, **made}


def by_key(sku: str = "A", revision: str | None = None, **values: object) -> Entry:
    """Return an entry with the update key sku."""
    return Entry(1, _wrapped(values), UpdateKey("sku", sku), None, revision)


def by_number(number: str, **values: object) -> Entry:
    """Return an entry with the update key no, a number."""
    return Entry(1, _wrapped(values), UpdateKey("no", number))


def by_id(number: int = 1, revision: str | None = None, **values: object) -> Entry:
    """Return an entry with a record id."""
    return Entry(1, _wrapped(values), None, str(number), revision)


def new(**values: object) -> Entry:
    """Return an entry with neither key nor id."""
    return Entry(1, _wrapped(values))


def states(error: KintoneError) -> list[tuple[int, int, str]]:
    """Return first entry, last entry and state of each span of the ledger."""
    assert error.ledger
    return [(span.first, span.last, state.name) for span, state in error.ledger.spans()]


def _wrapped(values: dict[str, object]) -> dict[str, object]:
    return {code: {"value": value} for code, value in values.items()}


NEW_ROWS = [row(qty="7")]


def failing[E: KintoneError](kind: type[E], bench: Bench, *arguments: Any, **options: Any) -> E:  # noqa: ANN401 - handed on
    """Return the error that appending raises."""
    with pytest.raises(kind) as raised:
        bench.append(*arguments, **options)
    assert str(raised.value).startswith("[")
    return raised.value
