"""What can be asked of kintone: one value per request, free of how it travels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

from kintone.deadline import Deadline
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message


class Repeat(Enum):
    """What is known about carrying out an operation twice; ``retry.py`` decides by it, never by the HTTP verb."""

    READ = auto()
    """Changes nothing."""
    CURSOR_CREATE = auto()
    """Takes one of the ten cursors of the site; an answer that is lost leaks it for ten minutes."""
    CURSOR_READ = auto()
    """Moves the cursor on; an answer that is lost loses a page."""
    CURSOR_DELETE = auto()
    """Frees the cursor; a cursor already gone is as good."""
    INSERT = auto()
    """Twice would make two records."""
    UPDATE = auto()
    """The same values twice are the same record."""
    UPDATE_WITH_REVISION = auto()
    """A second try after a success would be refused (a conflict, a file key that serves once), so an unknown outcome is
    reported instead."""
    UPSERT = auto()
    """By update key: the second try updates what the first one inserted."""
    UPLOAD = auto()
    """A file that nobody attaches disappears after three days."""

    @property
    def writes(self) -> bool:
        """Tell whether records may be different afterwards."""
        return self in (Repeat.INSERT, Repeat.UPDATE, Repeat.UPDATE_WITH_REVISION, Repeat.UPSERT)


@dataclass(frozen=True, slots=True)
class Operation:
    """One request to kintone.

    ``description`` are words for errors ("reading records of app 12"); ``method`` is kintone's verb; ``api`` the name
    in the path without ``.json`` ("records/cursor"); ``parameters`` the JSON parameters of the call.
    """

    description: Message
    method: str
    api: str
    parameters: Mapping[str, object]
    repeat: Repeat


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the JSON object and kintone's ``X-Cybozu-Warning``."""

    body: dict[str, Any] = field(repr=False)
    warning: str | None = None


class Caller(Protocol):
    """Whoever carries out operations; safe to share between threads.

    Retries, limits of concurrency, the time budget and the mapping of errors happen inside.
    """

    @property
    def deadline(self) -> Deadline:
        """The time of the call that this caller works for."""

    def call(self, operation: Operation, deadline: Deadline | None = None) -> Answer:
        """Carry out the operation, perhaps within a deadline of its own; raises a subclass of ``KintoneError``."""

    def write[Result](
        self, operation: Operation, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a write of these entries; ``read`` makes of a success what is returned.

        What becomes of the entries is noted in the ledger, which an error carries. An answer that ``read`` refuses
        proves nothing, so they are unknown then; where it returns a list, these are the results of the entries.
        """

    def api_path(self, api: str) -> str:
        """Return the path of an API as bulkRequest wants it: ``/k/v1/records.json`` or the guest space's."""

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address where a person opens the record."""
