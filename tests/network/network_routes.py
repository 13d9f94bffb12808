"""Network routes from a client to a kintone: directly, plain or under TLS, and through the tunnel of a proxy."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from kintone.client import KintoneClient
from kintone.reading.reader import ReadRequest, RecordsApi
from kintone.writing.entries import Entry
from kintone.writing.one_record import add_record
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from local_kintone import LocalKintone
from tests.network.clients import FAST_RETRIES, RetryPolicy, open_client
from tests.network.fault_servers import FaultServer

DIRECT_ROUTES = ("direct", "direct-TLSv1_2", "direct-TLSv1_3")
TUNNEL_ROUTES = ("tunnel-TLSv1_2", "tunnel-TLSv1_3")
TLS_ROUTES = (*DIRECT_ROUTES[1:], *TUNNEL_ROUTES)
ALL_ROUTES = (*DIRECT_ROUTES, *TUNNEL_ROUTES)
HOST_BEHIND_PROXY = "kintone.example"
"""The host name of kintone on routes through a proxy, which only the proxy resolves."""

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "memo": {"type": "MULTI_LINE_TEXT"},
}
READ_METHODS = ("GET",)


def on_routes(*names: str) -> pytest.MarkDecorator:
    """Run a test once for each of these routes."""
    return pytest.mark.parametrize("route_name", names)


@dataclass(slots=True)
class Route:
    """A kintone with one app, and the fault server between it and its clients.

    ``host`` is the host name in the clients' URLs. Behind a proxy it is no name of this machine, since loopback
    addresses bypass proxies.
    """

    name: str
    kintone: LocalKintone
    app: int
    fault_server: FaultServer
    stack: ExitStack = field(repr=False)
    host: str = "127.0.0.1"

    @property
    def is_direct(self) -> bool:
        """Whether no proxy is set."""
        return self.name.startswith("direct")

    @property
    def url(self) -> str:
        """The base URL of the clients: the fault server itself, or kintone behind it."""
        port = self.fault_server.port if self.is_direct else self.kintone.port
        return f"{self.kintone.url.partition(':')[0]}://{self.host}:{port}"

    @property
    def token(self) -> str:
        """A token with the permissions to view, add and edit."""
        return self.kintone.token(self.app, "view", "add", "edit")

    def client(
        self,
        *,
        token: str = "",
        timeout: float = 5.0,
        policy: RetryPolicy = FAST_RETRIES,
        budget: float | None = None,
        **environment: str,
    ) -> KintoneClient:
        """Open a client that uses this route."""
        return open_client(
            self.stack,
            self.url,
            token or self.token,
            timeout=timeout,
            policy=policy,
            budget=budget,
            environment=environment,
        )

    def add(self, client: KintoneClient, sku: str = "A", memo: str = "") -> None:
        """Insert one record."""
        add_record(client, self.app, {"sku": {"value": sku}, "memo": {"value": memo}})

    def insert(self, client: KintoneClient, count: int) -> None:
        """Insert records by an upsert of entries that have neither key nor id."""
        entries = [Entry(number, {"name": {"value": str(number)}}) for number in range(1, count + 1)]
        upsert(client, UpsertRequest(self.app, entries))

    def upsert(self, client: KintoneClient, count: int) -> None:
        """Insert or update records by their keys."""
        entries = [
            Entry(number, {"name": {"value": "x"}}, update_key=UpdateKey("sku", f"K-{number}"))
            for number in range(1, count + 1)
        ]
        upsert(client, UpsertRequest(self.app, entries))

    def read(self, client: KintoneClient, query: str = "") -> list[str]:
        """Read records, all unless the query has a limit; returns their ids."""
        reading = RecordsApi(client).read(ReadRequest(self.app, query))
        return [record_id for page in reading.pages() for record_id in page.ids]

    @property
    def saved(self) -> int:
        """The number of records in the app."""
        return len(self.kintone.records(self.app))

    @property
    def writes(self) -> int:
        """The number of write requests that kintone received completely."""
        return sum(
            received.headers.get("X-HTTP-Method-Override", received.method) not in READ_METHODS
            for received in self.kintone.requests
        )

    @property
    def sent(self) -> int:
        """The number of requests that left the client, complete or not."""
        return self.fault_server.count("requests")
