"""The real client and a local kintone in this process: no sockets, and a virtual clock that skips waiting times.

The client's threads and kintone's are tasks of one scheduler; they run while the test waits.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Self
from urllib.parse import parse_qsl

from kintone.access.credentials import Access, Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.client import KintoneClient
from local_kintone import ConnectionCutError, LocalKintone, Settings
from local_kintone.paths import api_of
from simulation.engine import engine_for
from simulation.network import BrokenError, OutgoingRequest, Pause
from simulation.runner import VirtualClock
from simulation.scheduler import Event, Scheduler
from simulation.world import Reply

BUDGET = 60.0
JSON = {"Content-Type": "application/json", "User-Agent": "others"}
_sites = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the client sent: method, API, and the parameters of the address (texts) or of the body."""

    number: int
    method: str
    api: str
    parameters: dict[str, Any]

    @property
    def call(self) -> str:
        """Return method and API."""
        return f"{self.method} {self.api}"

    @property
    def query(self) -> str:
        """Return the query, blank where there is none."""
        return str(self.parameters.get("query", ""))


class InProcess:
    """A kintone with one app, a client that may view, add, edit and delete its records, and the client's requests.

    ``before`` is called with each request before kintone processes it, and may write as another user, let time pass or
    switch a failure on; ``change`` may change the answer to a successful request.
    """

    def __init__(self, form: Mapping[str, Mapping[str, Any]], *, budget: float = BUDGET, seed: int = 0) -> None:
        """Make the app and the client; ``seed`` decides which of the ready tasks runs next."""
        self.scheduler = Scheduler(Random(seed))  # noqa: S311 - drawn from a seed so that it can be drawn again
        clock = VirtualClock(self.scheduler)
        self.kintone = LocalKintone(seed="none", settings=Settings(gzip=False), clock=clock)
        self.app = self.kintone.create_app("app", form)
        self.asked: list[Asked] = []
        self.before: Callable[[Asked], object] = lambda _asked: None
        self.change: Callable[[Asked, dict[str, Any]], dict[str, Any]] | None = None
        tokens = Tokens(self.kintone.token(self.app, "view", "add", "edit", "delete"))
        access = Access(read_site(f"p{next(_sites)}.kintone.com", frozenset()), tokens)
        settings = OperatorSettings(call_budget=budget)
        self.client = KintoneClient(access, settings, engine=engine_for(self, self.scheduler))

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client, the scheduler and the local kintone."""
        self.client.close()
        self.scheduler.close()
        self.kintone.stop()

    @property
    def calls(self) -> Counter[str]:
        """Count the requests by verb and API."""
        return Counter(asked.call for asked in self.asked)

    @property
    def writes(self) -> list[Asked]:
        """Return the requests that are not reads."""
        return [asked for asked in self.asked if asked.method != "GET"]

    def ids(self, query: str = "") -> list[int]:
        """Return the ids that kintone finds for a query, in order."""
        return [int(record["$id"]["value"]) for record in self.kintone.records(self.app, query)]

    def values(self, code: str) -> list[Any]:
        """Return the values of a field, by record id."""
        return [record[code]["value"] for record in self.kintone.records(self.app)]

    def ask(self, method: str, api: str, **parameters: object) -> None:
        """Send a request as another user."""
        token = self.kintone.token(self.app, author="others")
        body = json.dumps({"app": self.app, **parameters}).encode()
        headers = {**JSON, "X-Cybozu-API-Token": token}
        answer = self.kintone.exchange(method, f"/k/v1/{api}.json", headers, body)
        assert answer.status == 200, answer.body

    def there(self, ids: Iterable[int]) -> list[int]:
        """Return those of the ids that exist."""
        wanted = set(ids)
        within = f"$id >= {min(wanted)} and $id <= {max(wanted)}" if wanted else "$id < 0"
        return [record_id for record_id in self.ids(within) if record_id in wanted]

    def delete(self, ids: Iterable[int]) -> None:
        """Delete the existing ones of these records, as another user."""
        for some in itertools.batched(self.there(ids), 100):
            self.ask("DELETE", "records", ids=some)

    def pass_time(self, seconds: float) -> None:
        """Let virtual time pass while the other tasks run."""
        self.scheduler.sleep(seconds)

    def send(self, outgoing: OutgoingRequest, seconds: float, pause: Pause | None = None) -> Reply:
        """Send a request; raises BrokenError where no complete answer arrives in time."""
        asked = _asked(len(self.asked) + 1, outgoing)
        self.asked.append(asked)
        ended: list[Reply | Exception] = []
        over = Event(self.scheduler)

        def serve() -> None:
            try:
                self.before(asked)
                ended.append(self._answer(asked, outgoing))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                ended.append(error)
            over.set()

        def watch() -> None:
            (pause or self.scheduler.sleep)(seconds)
            over.set()

        self.scheduler.spawn(serve, "serving")
        self.scheduler.spawn(watch, "watching")
        over.wait()
        if not ended:
            raise BrokenError(sent=True, how="timed out")
        if isinstance(ended[0], ConnectionCutError):
            raise _broken(ended[0])
        if isinstance(ended[0], Exception):
            raise ended[0]
        return ended[0]

    def _answer(self, asked: Asked, outgoing: OutgoingRequest) -> Reply:
        response = self.kintone.exchange(outgoing.method, outgoing.target, outgoing.headers, outgoing.body)
        body = response.body
        if self.change and response.status == 200:
            body = json.dumps(self.change(asked, json.loads(body))).encode()
        return Reply(response.status, {"Content-Type": response.content_type, **response.headers}, body)


def _asked(number: int, outgoing: OutgoingRequest) -> Asked:
    path, _, query = outgoing.target.partition("?")
    method = outgoing.headers.get("X-HTTP-Method-Override", outgoing.method)
    parameters: dict[str, Any] = json.loads(outgoing.body) if outgoing.body else {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.endswith("]"):
            parameters.setdefault(name.partition("[")[0], []).append(value)
        else:
            parameters[name] = value
    return Asked(number, method, api_of(path) or path, parameters)


def _broken(cut: ConnectionCutError) -> BrokenError:
    head = cut.response
    return BrokenError(sent=True, how=cut.kind, part=Reply(head.status, head.headers, cut.partial) if head else None)
