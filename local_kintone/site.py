"""The state of a local kintone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local_kintone.clock import Clock, RealClock
from local_kintone.forms.apps import Apps
from local_kintone.queries.finding import Finder
from local_kintone.serving.certificates import ClientAuthority
from local_kintone.serving.failures import Failures
from local_kintone.serving.messages import ReceivedRequest
from local_kintone.serving.traffic import Traffic
from local_kintone.settings import Settings
from local_kintone.storage.comments import Comments
from local_kintone.storage.cursors import Cursors
from local_kintone.storage.database import Database
from local_kintone.storage.file_store import FileStore
from local_kintone.storage.record_store import RecordStore, UniqueValues
from local_kintone.storage.tokens import Tokens
from local_kintone.storage.write_log import WriteLog

type Hook = Callable[[ReceivedRequest], object]


@dataclass(slots=True)
class Latency:
    """Seconds that are added to every request and to every new connection."""

    request: float = 0.0
    connect: float = 0.0


class Site:
    """Apps, tokens, records, comments, files, cursors, settings, failures and statistics."""

    def __init__(self, path: str = ":memory:", settings: Settings | None = None, clock: Clock | None = None) -> None:
        """Open the database at a path, with the data of an earlier run if it exists."""
        self.settings = settings or Settings()
        self.clock: Clock = clock or RealClock()
        self.database = Database(path)
        self.apps = Apps(self.database)
        self.tokens = Tokens(self.database)
        self.records = RecordStore(self.database)
        self.unique_values = UniqueValues(self.database)
        self.comments = Comments(self.database)
        self.files = FileStore(self.database, self.clock)
        self.finder = Finder(self.apps, self.records, self.settings, self.clock)
        self.cursors = Cursors(self.settings, self.clock)
        self.client_authority = ClientAuthority()
        self.failures = Failures()
        self.traffic = Traffic()
        self.latency = Latency()
        self.writes = WriteLog(self.database)
        self.before_request: list[Hook] = []
        self.closed = False

    @contextlib.contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Run a block and roll back its changes to records, comments, files and cursors."""
        with self.cursors.restored(), self.database.rolled_back():
            try:
                yield
            finally:
                self.records.invalidate_versions()

    def close(self) -> None:
        """Close the database; waiting requests are dropped."""
        self.closed = True
        self.database.close()
