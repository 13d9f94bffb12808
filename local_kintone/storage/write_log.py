"""The writes that were applied, in the order in which they were."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from local_kintone.storage.database import Database

type Action = Literal["add", "update", "delete"]


@dataclass(frozen=True)
class Write:
    """One record added, updated or deleted by an API call that was kept.

    Attributes:
        number: running number of the write, from 1.
        request: running number of the API request; what a hook before a request writes carries that one's number.
        author: whose token it was.
        app: the app id.
        action: "add", "update" or "delete".
        record_id: the record's id.
        revision: the revision that came of it; for a delete the last one.
        sent: the field map as the client sent it, with the key of an upsert that inserted; None for a delete.
        before_text: the record before as JSON text, None for an add.
        after_text: the record after as JSON text, None for a delete.
    """

    number: int
    request: int
    author: str
    app: int
    action: Action
    record_id: int
    revision: int
    sent: dict[str, Any] | None
    before_text: str | None
    after_text: str | None

    @cached_property
    def before(self) -> dict[str, Any] | None:
        """The record's field map before, as kintone would have shown it; None for an add."""
        return None if self.before_text is None else json.loads(self.before_text)

    @cached_property
    def after(self) -> dict[str, Any] | None:
        """The record's field map after, as kintone would show it; None for a delete."""
        return None if self.after_text is None else json.loads(self.after_text)


class WriteLog:
    """Keeps each write once its transaction is kept."""

    def __init__(self, database: Database) -> None:
        """Follow the transactions of a database."""
        self._database = database
        self._lock = threading.Lock()
        self._writes: list[Write] = []

    def note(self, write: Write) -> None:
        """Keep a write if the transaction around is kept; it gets its number then."""
        self._database.at_commit(lambda: self._keep(write))

    def _keep(self, write: Write) -> None:
        with self._lock:
            self._writes.append(replace(write, number=len(self._writes) + 1))

    def all(self) -> list[Write]:
        """Return the writes, oldest first."""
        with self._lock:
            return list(self._writes)

    def clear(self) -> None:
        """Forget all and number anew."""
        with self._lock:
            self._writes.clear()
