"""The SQLite database: one connection, one lock, nested transactions."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# The primary key of `records` makes a search by id an index look-up, and a count does not read the bodies.
SCHEMA = """
CREATE TABLE IF NOT EXISTS apps (id INTEGER PRIMARY KEY, guest_space INTEGER, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, app INTEGER NOT NULL, permissions TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token_authors (token TEXT PRIMARY KEY, author TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    app INTEGER NOT NULL, id INTEGER NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (app, id)
);
CREATE TABLE IF NOT EXISTS unique_values (
    app INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (app, field, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unique_values_by_record ON unique_values (app, id);
CREATE TABLE IF NOT EXISTS comments (
    app INTEGER NOT NULL, record INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (app, record, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    key TEXT PRIMARY KEY, app INTEGER, name TEXT NOT NULL, content_type TEXT NOT NULL, content BLOB NOT NULL
);
"""


class Database:
    """A SQLite database that all threads of the server share."""

    def __init__(self, path: str = ":memory:") -> None:
        """Open or create the database at a path; the default is a database in memory."""
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA)
        self._lock = threading.RLock()
        self._depth = 0
        self._at_commit: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in a transaction; a nested block joins the outer transaction."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._at_commit.clear()
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
                    actions, self._at_commit = self._at_commit, []
                    for action in actions:
                        action()
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Run a block in a transaction that is always rolled back."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                self._at_commit.clear()
                self._connection.execute("ROLLBACK")

    def at_commit(self, action: Callable[[], None]) -> None:
        """Call a function after the current transaction is committed; not if it is rolled back."""
        self._at_commit.append(action)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """Run a statement and return its first row; None if there is none."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
            return found

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run a statement and return the number of rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def run_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run a statement once per set of values."""
        with self._lock:
            self._connection.executemany(statement, values)

    def next_numbers(self, sequence: str, count: int = 1) -> int:
        """Reserve consecutive numbers of a sequence and return the first; sequences start at 1."""
        with self._lock:
            self.run(
                "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + excluded.last",
                (sequence, count),
            )
            found = self.row("SELECT last FROM sequences WHERE name = ?", (sequence,))
            return int(found[0]) - count + 1 if found else 1

    def reserve_up_to(self, sequence: str, last: int) -> None:
        """Let a sequence continue after a number that was assigned explicitly."""
        self.run(
            "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
            (sequence, last),
        )

    def close(self) -> None:
        """Close the database; a database in memory is lost."""
        with self._lock:
            self._connection.close()
