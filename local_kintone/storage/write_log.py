"""The log of applied writes, in the order of their commits."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.storage.database import Database

type Action = Literal["add", "update", "delete", "status", "assignees", "comment", "uncomment"]


@dataclass(frozen=True)
class Write:
    """One record that a committed API call added, updated, deleted or moved on, or a comment added or deleted.

    Attributes:
        number: sequence number of the write, from 1.
        request: sequence number of the API request; a write of a hook carries the number of the outer request.
        author: author of the token.
        app: the app id.
        action: "add", "update", "delete"; "status" and "assignees" of a record with process management; "comment"
            and "uncomment" for a comment added and deleted.
        record_id: the record's id.
        revision: the new revision; for a delete the last revision, for a comment that of its record.
        sent: the field map that the client sent, with the key of an upsert that inserted; for a status, assignees
            and a comment the parameters without the app; None for a delete.
        before_text: the record, or the comment, before as JSON text; None for an add and a comment added.
        after_text: the record, or the comment, after as JSON text; None for a delete and a comment deleted.
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
        """The record's field map before the write, as kintone would have returned it; None for an add."""
        return None if self.before_text is None else json.loads(self.before_text)

    @cached_property
    def after(self) -> dict[str, Any] | None:
        """The record's field map after the write, as kintone would return it; None for a delete."""
        return None if self.after_text is None else json.loads(self.after_text)


def without_app(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call as `Write.sent` holds them."""
    return {name: value for name, value in parameters.items() if name != "app"}


class WriteLog:
    """Collects the writes of committed transactions."""

    def __init__(self, database: Database) -> None:
        """Take the database whose transactions are logged."""
        self._database = database
        self._lock = threading.Lock()
        self._writes: list[Write] = []

    def note(self, write: Write) -> None:
        """Log a write when the current transaction is committed; the write gets its number then."""
        self._database.at_commit(lambda: self._append(write))

    def _append(self, write: Write) -> None:
        with self._lock:
            self._writes.append(replace(write, number=len(self._writes) + 1))

    def all(self) -> list[Write]:
        """Return the writes, oldest first."""
        with self._lock:
            return list(self._writes)

    def clear(self) -> None:
        """Clear the log and restart the numbering."""
        with self._lock:
            self._writes.clear()
