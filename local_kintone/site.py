"""The whole state of a local kintone."""

from __future__ import annotations

from dataclasses import dataclass

from local_kintone.apps import Apps
from local_kintone.cursors import Cursors
from local_kintone.database import Database
from local_kintone.failures import Failures
from local_kintone.file_store import FileStore
from local_kintone.finding import Finder
from local_kintone.record_store import RecordStore
from local_kintone.settings import Settings
from local_kintone.tokens import Tokens
from local_kintone.traffic import Traffic
from local_kintone.unique_values import UniqueValues


@dataclass(slots=True)
class Latency:
    """Seconds that every request, and every new connection, takes longer."""

    request: float = 0.0
    connect: float = 0.0


class Site:
    """Apps, tokens, records, files, cursors, and what was switched on for tests."""

    def __init__(self, path: str = ":memory:", settings: Settings | None = None) -> None:
        """Open the database at a path; what it holds from an earlier run is there again."""
        self.settings = settings or Settings()
        self.database = Database(path)
        self.apps = Apps(self.database)
        self.tokens = Tokens(self.database)
        self.records = RecordStore(self.database)
        self.unique_values = UniqueValues(self.database)
        self.files = FileStore(self.database)
        self.finder = Finder(self.apps, self.records, self.settings)
        self.cursors = Cursors(self.settings)
        self.failures = Failures()
        self.traffic = Traffic()
        self.latency = Latency()
        self.closed = False

    def close(self) -> None:
        """Close the database; requests that still wait are dropped."""
        self.closed = True
        self.database.close()
