"""The server as an object: for tests, the demo and benchmarks in the same process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from local_kintone.forms.apps import change_form
from local_kintone.loading import load_records
from local_kintone.seeds import plant
from local_kintone.serving.control import read_records
from local_kintone.serving.failures import Failure, FailureOptions
from local_kintone.serving.http_server import HttpServer, tls_context
from local_kintone.serving.messages import Head, Headers
from local_kintone.serving.service import Service
from local_kintone.site import Hook, Site
from local_kintone.storage.tokens import PLUGIN

if TYPE_CHECKING:
    from types import TracebackType

    from local_kintone.clock import Clock
    from local_kintone.forms.apps import App
    from local_kintone.numbers import NumberPrecision
    from local_kintone.serving.messages import Received, Response
    from local_kintone.serving.traffic import Stats
    from local_kintone.settings import Settings
    from local_kintone.storage.write_log import Write

LOOPBACK = "127.0.0.1"


class Options(TypedDict, total=False):
    """How a server is started.

    Attributes:
        https: speak TLS with a certificate made for the occasion.
        ca_file: where that certificate's authority is written; a temporary file unless given.
        host: loopback address to listen on.
        port: 0 takes a free one.
        seed: "demo", "orders", "wide" or "none".
        records: how many records "orders" and "wide" make.
        gaps: with "wide", every so-many-th id is left out (0: none).
        database: path of a SQLite file; in memory unless given.
        settings: limits and habits.
        clock: what all times are taken from and all pauses are left to; the machine's own unless given.
    """

    https: bool
    ca_file: Path | None
    host: str
    port: int
    seed: str
    records: int
    gaps: int
    database: str
    settings: Settings | None
    clock: Clock | None


class LocalKintone:
    """A kintone on loopback; use it as a context manager, it listens within the block.

    Attributes:
        site: the whole state, for tests of the server itself.
        ca_file: certificate authority to trust (PEM) with https, else None.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        """Prepare a server; see Options. It is seeded at once and listens from start() on."""
        self._options = options
        self._https = options.get("https", False)
        self._host = options.get("host", LOOPBACK)
        self._server: HttpServer | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.ca_file: Path | None = None
        self.site = Site(options.get("database", ":memory:"), options.get("settings"), options.get("clock"))
        self._service = Service(self.site)
        if not self.site.apps.by_number:
            self.seed(options.get("seed", "demo"), records=options.get("records", 0), gaps=options.get("gaps", 0))

    def __enter__(self) -> Self:
        """Start listening."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, break off open connections and drop the database."""
        self.stop()

    def start(self) -> None:
        """Listen; returns as soon as connections are accepted."""
        tls = None
        if self._https:
            self.ca_file = self._options.get("ca_file") or self._temporary_ca_file()
            tls = tls_context(self.ca_file)
        address = (self._host, self._options.get("port", 0))
        self._server = HttpServer(
            address,
            self._service.connection,
            tls=tls,
            clock=self.site.clock,
            connect_pause=lambda: self.site.latency.connect,
        )
        self._server.start()

    def stop(self) -> None:
        """Stop listening, break off open connections, close the database."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._temporary is not None:
            self._temporary.cleanup()
        self.site.close()

    def _temporary_ca_file(self) -> Path:
        self._temporary = tempfile.TemporaryDirectory(prefix="local-kintone-")
        return Path(self._temporary.name) / "ca.pem"

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            msg = "the local kintone is not started"
            raise RuntimeError(msg)
        return self._server.port

    @property
    def url(self) -> str:
        """Scheme, host and port, such as "http://127.0.0.1:40123"; no slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._https else 'http'}://{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The same as `url`: what KINTONE_ALLOWED_ORIGINS takes."""
        return self.url

    @property
    def apps(self) -> dict[int, App]:
        """The apps by id, each with `name`, `form` and `guest_space`."""
        return self.site.apps.by_number

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes = b""
    ) -> Response:
        """Answer one request without sockets; start() is not needed. May be called from any thread or greenlet.

        Args:
            method: the verb of the request line.
            target: path and query string, percent-encoded, "/k/v1/records.json?app=1".
            headers: header fields; kintone wants a User-Agent.
            body: the bytes after the head.

        Raises:
            ConnectionCutError: a failure left the request without a whole answer.
        """
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return self._service.exchange(Head(method, target, Headers(pairs)), body)

    @property
    def before_request(self) -> list[Hook]:
        """What is called with each API request (see Received) right before it is handled.

        A callable may write as somebody else through exchange(); what it sends so is handled at once: it meets no
        failure, no latency and no hook, is neither counted nor kept among the requests, and its writes carry the
        number of the request that waits. A request whose body is never read comes with an empty one.
        """
        return self.site.before_request

    def token(self, app: int, *permissions: str, author: str = PLUGIN) -> str:
        """Return a token of an app with exactly these permissions, the same one for the same permissions and author.

        Args:
            app: the app id.
            permissions: any of "view", "add", "edit", "delete", "manage"; none at all means the first four.
            author: a name for whoever uses the token, as it stands in `writes`.
        """
        return self.site.tokens.issue(app, permissions, author)

    def revoke(self, token: str) -> None:
        """Make a token unknown: GAIA_IA02 from now on."""
        self.site.tokens.revoke(token)

    def seed(self, name: str, *, records: int = 0, gaps: int = 0) -> list[App]:
        """Add the apps of a seed and return them."""
        return plant(self.site, name, records=records, gaps=gaps)

    def create_app(
        self,
        name: str,
        fields_properties: Mapping[str, Mapping[str, Any]],
        guest_space: int | None = None,
        *,
        code: str = "",
        number_precision: NumberPrecision | None = None,
    ) -> int:
        """Make an app and return its id.

        Args:
            name: shown name.
            fields_properties: field code to properties as in app/form/fields.json. Only "type" must be given;
                "options" may be a list of names; a SUBTABLE has its columns under "fields". System fields with
                Japanese codes are added.
            guest_space: id of the guest space it lives in; None for an ordinary app.
            code: the app code, which precedes record numbers ("CODE-17").
            number_precision: how numbers are rounded; 16 digits, 4 of them decimals, unless given.
        """
        app = self.site.apps.create(name, fields_properties, guest_space=guest_space, code=code)
        if number_precision is not None:
            self.set_number_precision(app.number, number_precision)
        return app.number

    def change_form(self, app: int, fields_properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace an app's form.

        Its records lose the fields that are gone; new fields are missing from them (see Settings.late_fields) until
        they are saved again.

        Raises:
            ValueError: no form of kintone, or one that prohibits duplicates which the records have.
        """
        change_form(self.site, self.apps[app], fields_properties)

    def set_number_precision(self, app: int, number_precision: NumberPrecision) -> None:
        """Change how an app rounds numbers; records keep what they hold."""
        self.site.apps.change_precision(self.apps[app], number_precision)

    def add_records(self, app: int, records: Iterable[Mapping[str, Any]]) -> list[int]:
        """Load any number of records quickly and return their ids: no checks, no lookups, revision 1.

        Args:
            app: the app id.
            records: field code to value, plain ("A") or wrapped ({"value": "A"}); rows of a table as lists of
                such mappings. "$id" sets an id; the next automatic one follows the highest.
        """
        return load_records(self.site, self.apps[app], records)

    def records(self, app: int, query: str = "") -> list[dict[str, Any]]:
        """Return an app's records as kintone returns them, ids ascending; with a query, what it finds in its order."""
        return read_records(self.site, self.apps[app], query)

    def fail(self, **options: Unpack[FailureOptions]) -> Failure:
        """Switch a failure on and return it; its `hits` tells how many requests it has met.

        See Failure for every option. Without `times` it meets one request. The oldest that fits wins.
        """
        failure = Failure(**options)
        self.site.failures.add(failure)
        return failure

    def clear_failures(self) -> None:
        """Switch all failures off."""
        self.site.failures.clear()

    def latency(self, request: float = 0.0, connect: float = 0.0) -> None:
        """Make every request, and every new connection, take so many seconds longer (really slept)."""
        self.site.latency.request = request
        self.site.latency.connect = connect

    @property
    def settings(self) -> Settings:
        """Limits and habits; changes count from the next request on."""
        return self.site.settings

    @property
    def requests(self) -> list[Received]:
        """The latest 10,000 API requests, oldest first, with raw headers and whole bodies; in memory only."""
        return self.site.traffic.requests()

    @property
    def stats(self) -> Stats:
        """Numbers of this moment: requests, connections, most requests at once, live cursors."""
        return self.site.traffic.stats(self.site.cursors.count())

    @property
    def writes(self) -> list[Write]:
        """What API calls have added, updated and deleted, oldest first; nothing that was undone or never kept."""
        return self.site.writes.all()

    def reset(self) -> None:
        """Forget the requests and the writes, and count both anew."""
        self.site.traffic.reset()
        self.site.writes.clear()
