"""The server as an object, for tests, the demo and benchmarks in the same process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from local_kintone.forms.changing import change_form, change_process
from local_kintone.forms.process import Process
from local_kintone.loading import load_records
from local_kintone.seeds import create_seed
from local_kintone.serving.certificates import server_context
from local_kintone.serving.control import read_records
from local_kintone.serving.failures import Failure, FailureOptions
from local_kintone.serving.http_server import HttpServer
from local_kintone.serving.messages import Head, Headers
from local_kintone.serving.service import Service
from local_kintone.site import Hook, Site
from local_kintone.storage.tokens import DEFAULT_AUTHOR
from local_kintone.writing.commenting import composed
from local_kintone.writing.statuses import force_status

if TYPE_CHECKING:
    from types import TracebackType

    from local_kintone.clock import Clock
    from local_kintone.forms.apps import App
    from local_kintone.numbers import NumberPrecision
    from local_kintone.serving.certificates import ClientCertificate, Demand, State, Version
    from local_kintone.serving.messages import ReceivedRequest, Response
    from local_kintone.serving.traffic import Stats
    from local_kintone.settings import Settings
    from local_kintone.storage.write_log import Write

LOOPBACK = "127.0.0.1"


class Options(TypedDict, total=False):
    """The options of a server.

    Attributes:
        https: whether to use TLS with a generated certificate.
        client_certificates: with https, whether the TLS handshake demands a client certificate ("required"), or the
            server asks for one and refuses in its answer what is missing or wrong ("asked"); the default is "none".
        tls_version: with https, "1.2" or "1.3" for only this version of TLS; the default is both.
        hosts: with https, further host names of the server's certificate, "example.s.cybozu.com".
        ca_file: where the certificate authority is written; the default is a temporary file.
        host: loopback address to listen on.
        port: 0 chooses a free port.
        seed: "demo", "orders", "wide" or "none".
        records: number of records that "orders" and "wide" create.
        gaps: with "wide", leave out every n-th id; 0 leaves out none.
        database: path of a SQLite file; the default is a database in memory.
        settings: limits and configurable behaviour.
        clock: source of all times and pauses; the default is the system clock.
    """

    https: bool
    client_certificates: Demand
    tls_version: Version | None
    hosts: Sequence[str]
    ca_file: Path | None
    host: str
    port: int
    seed: str
    records: int
    gaps: int
    database: str
    settings: Settings | None
    clock: Clock | None


class AppOptions(TypedDict, total=False):
    """What an app may have beside its name and its form.

    Attributes:
        code: the app code, the prefix of record numbers ("CODE-17").
        description: what app.json tells about the app.
        number_precision: how numbers are rounded; the default is 16 digits, 4 of them decimals.
        comments: whether records can be commented on (default true).
        process: process management in the shape of app/status.json, see Process.from_definition(). Without it an app
            has none, unless its form enables a field STATUS.
    """

    code: str
    description: str
    number_precision: NumberPrecision | None
    comments: bool
    process: Mapping[str, Any] | None


class LocalKintone:
    """A local kintone server. As a context manager it listens inside the block.

    Attributes:
        site: the server's state, for tests of the server itself.
        ca_file: with https, the certificate authority to trust (PEM); otherwise None.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        """Create and seed a server; see Options. start() makes it listen."""
        self._options = options
        self._https = options.get("https", False)
        if options.get("client_certificates", "none") != "none" and not self._https:
            msg = "client certificates need https"
            raise ValueError(msg)
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
        """Stop listening, close open connections and close the database."""
        self.stop()

    def start(self) -> None:
        """Start listening. Returns when connections are accepted."""
        tls = None
        if self._https:
            self.ca_file = self._options.get("ca_file") or self._temporary_ca_file()
            options = self._options
            clients = self.site.client_authority
            clients.demand = options.get("client_certificates", "none")
            tls = server_context(self.ca_file, options.get("hosts", ()), clients, options.get("tls_version"))
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
        """Stop listening, close open connections and close the database."""
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
        """The same as `url`; the format of KINTONE_ALLOWED_ORIGINS."""
        return self.url

    @property
    def apps(self) -> dict[int, App]:
        """The apps by id, each with `name`, `form`, `process` and `guest_space`."""
        return self.site.apps.by_number

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes = b""
    ) -> Response:
        """Answer one request without sockets, from any thread or greenlet. start() is not needed.

        Args:
            method: the HTTP method of the request line.
            target: path and query string, percent-encoded, "/k/v1/records.json?app=1".
            headers: header fields; User-Agent is required.
            body: the request body.

        Raises:
            ConnectionCutError: the client got no complete response.
        """
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return self._service.exchange(Head(method, target, Headers(pairs)), body)

    @property
    def before_request(self) -> list[Hook]:
        """Callables that are called with each API request (see ReceivedRequest) right before it is handled.

        A callable may send requests of its own through exchange(), for example with another author's token. These
        are handled immediately, without failures, latency and hooks. They are not counted and not listed in
        `requests`; their writes carry the number of the outer request. If the body of the outer request is never
        read, the callable receives an empty body.
        """
        return self.site.before_request

    def token(self, app: int, *permissions: str, author: str = DEFAULT_AUTHOR) -> str:
        """Return a token of an app with exactly these permissions, the same one for the same permissions and author.

        Args:
            app: the app id.
            permissions: any of "view", "add", "edit", "delete", "manage"; the default is the first four.
            author: name of the token's user, as shown in `writes`.
        """
        return self.site.tokens.issue(app, permissions, author)

    def client_certificate(
        self, name: str = "sato", state: State = "valid", *, intermediate: bool = False
    ) -> ClientCertificate:
        """Issue a client certificate (`pem`, `pfx(password)`); the same name may be given to any number of them.

        Args:
            name: the common name of its subject, which `ReceivedRequest.certificate` shows.
            state: "valid" for a year, "expired" since yesterday, "early" (valid from tomorrow), or "foreign", of an
                authority that the server does not accept.
            intermediate: whether an intermediate authority issues it.
        """
        return self.site.client_authority.issue(name, state, intermediate=intermediate)

    def revoke_certificate(self, certificate: ClientCertificate) -> None:
        """Refuse a client certificate from the next request on, as an administrator does by making it invalid."""
        self.site.client_authority.revoke(certificate)

    def revoke(self, token: str) -> None:
        """Revoke a token; later requests with it are answered with GAIA_IA02."""
        self.site.tokens.revoke(token)

    def seed(self, name: str, *, records: int = 0, gaps: int = 0) -> list[App]:
        """Create the apps of a seed and return them."""
        return create_seed(self.site, name, records=records, gaps=gaps)

    def create_app(
        self,
        name: str,
        fields_properties: Mapping[str, Mapping[str, Any]],
        guest_space: int | None = None,
        **options: Unpack[AppOptions],
    ) -> int:
        """Create an app and return its id.

        Args:
            name: display name.
            fields_properties: field code to properties as in app/form/fields.json. Only "type" is required.
                "options" may be a list of names. The columns of a SUBTABLE are under "fields". System fields with
                Japanese codes are added.
            guest_space: id of the app's guest space; None for an ordinary app.
            options: see AppOptions.

        Raises:
            ValueError: kintone would not accept the form or the process management.
        """
        process = options.get("process")
        app = self.site.apps.create(
            name,
            fields_properties,
            guest_space=guest_space,
            code=options.get("code", ""),
            description=options.get("description", ""),
            comments=options.get("comments", True),
            process=None if process is None else Process.from_definition(process),
        )
        precision = options.get("number_precision")
        if precision is not None:
            self.set_number_precision(app.number, precision)
        return app.number

    def change_form(self, app: int, fields_properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace an app's form.

        Removed fields are removed from the records. Added fields are missing from a record (see Settings.new_fields)
        until it is saved again.

        Raises:
            ValueError: kintone would not accept the form, or it prohibits duplicates that the records contain.
        """
        change_form(self.site, self.apps[app], fields_properties)

    def set_process(self, app: int, process: Mapping[str, Any] | None) -> None:
        """Replace an app's process management, given in the shape of app/status.json; None for an app without.

        Switched on, all records get the first status; switched off ("enable": False or None), they lose status and
        assignees.

        Raises:
            ValueError: kintone would not accept it, or a record has a status that would be gone.
        """
        given = None if process is None else Process.from_definition(process)
        change_process(self.site, self.apps[app], given)

    def set_status(self, app: int, record: int, status: str, assignees: Iterable[str] = ()) -> None:
        """Give a record a status and assignees as if other users had acted; it is not listed in `writes`.

        Raises:
            ValueError: there is no such record or status.
        """
        with self.site.database.transaction():
            force_status(self.site, self.apps[app], record, status, assignees)

    def add_comment(self, app: int, record: int, text: str, creator: str = "sato") -> int:
        """Comment on a record as a user (login name) and return the comment's id; it is not listed in `writes`."""
        comment = composed(self.settings, creator, self.site.clock.now(), text, [])
        return int(self.site.comments.add(app, record, comment)["id"])

    def comments(self, app: int, record: int) -> list[dict[str, Any]]:
        """Return a record's comments as GET record/comments.json shows them, the oldest first."""
        return self.site.comments.all(app, record)

    def set_number_precision(self, app: int, number_precision: NumberPrecision) -> None:
        """Change how an app rounds numbers; stored values are not changed."""
        self.site.apps.change_precision(self.apps[app], number_precision)

    def add_records(self, app: int, records: Iterable[Mapping[str, Any]]) -> list[int]:
        """Load any number of records at revision 1, without checks and lookups, and return their ids.

        Args:
            app: the app id.
            records: field code to value, plain ("A") or wrapped ({"value": "A"}); rows of a table as lists of
                such mappings. "$id" sets the id; the next automatic id follows the highest.
        """
        return load_records(self.site, self.apps[app], records)

    def records(self, app: int, query: str = "") -> list[dict[str, Any]]:
        """Return an app's records as kintone returns them, by ascending id; a query filters and orders them."""
        return read_records(self.site, self.apps[app], query)

    def fail(self, **options: Unpack[FailureOptions]) -> Failure:
        """Add a failure and return it; its `hits` counts the requests that it was applied to.

        See Failure for the options. Without `times` it is applied to one request. If several failures match a
        request, the oldest is applied.
        """
        failure = Failure(**options)
        self.site.failures.add(failure)
        return failure

    def clear_failures(self) -> None:
        """Remove all failures."""
        self.site.failures.clear()

    def latency(self, request: float = 0.0, connect: float = 0.0) -> None:
        """Add seconds to every request and to every new connection; the server's clock sleeps for them."""
        self.site.latency.request = request
        self.site.latency.connect = connect

    @property
    def settings(self) -> Settings:
        """Limits and configurable behaviour; changes apply from the next request."""
        return self.site.settings

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The latest 10,000 API requests, oldest first, with raw headers and complete bodies, in memory."""
        return self.site.traffic.requests()

    @property
    def stats(self) -> Stats:
        """Current statistics: requests, connections, maximum concurrency, live cursors."""
        return self.site.traffic.stats(self.site.cursors.count())

    @property
    def writes(self) -> list[Write]:
        """What API calls added, updated, deleted, moved on and commented on, oldest first, without what was undone."""
        return self.site.writes.all()

    def reset(self) -> None:
        """Clear the requests and the writes, and restart their numbering."""
        self.site.traffic.reset()
        self.site.writes.clear()
