"""Cursors: a fixed list of record ids that is read page by page."""

from __future__ import annotations

import contextlib
import threading
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local_kintone.refusals import RefusedError

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from local_kintone.clock import Clock
    from local_kintone.settings import Settings


@dataclass(slots=True)
class Cursor:
    """One live cursor."""

    app: int
    ids: array[int]
    size: int
    codes: list[str] | None
    position: int = 0
    expires: float = 0.0


class Cursors:
    """The live cursors of the server; all apps share one limit."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Take the server's settings, for the limits, and its clock."""
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._live: dict[str, Cursor] = {}

    def check_limit(self) -> None:
        """Refuse with GAIA_TM12 when the limit is reached."""
        with self._lock:
            self._drop_expired()
            if len(self._live) >= self._settings.cursor_limit:
                raise RefusedError(429, "GAIA_TM12", "Too many cursors have been created. Please try later.")

    def add(self, cursor: Cursor) -> str:
        """Store a cursor and return its id."""
        self.check_limit()
        cursor_id = str(uuid.uuid4())
        with self._lock:
            cursor.expires = self._clock.monotonic() + self._settings.cursor_seconds
            self._live[cursor_id] = cursor
        return cursor_id

    def find(self, cursor_id: object) -> Cursor:
        """Return a live cursor or refuse with GAIA_CN01."""
        with self._lock:
            self._drop_expired()
            cursor = self._live.get(str(cursor_id))
        if cursor is None:
            raise RefusedError(404, "GAIA_CN01", f"The cursor (id: {cursor_id}) is not found.")
        return cursor

    def advance(self, cursor_id: str) -> tuple[list[int], bool]:
        """Return the next page's ids and whether more follow; the last page deletes the cursor."""
        cursor = self.find(cursor_id)
        with self._lock:
            page = list(cursor.ids[cursor.position : cursor.position + cursor.size])
            cursor.position += cursor.size
            cursor.expires = self._clock.monotonic() + self._settings.cursor_seconds
            more = cursor.position < len(cursor.ids)
            if not more:
                self._live.pop(cursor_id, None)
        return page, more

    def delete(self, cursor_id: str) -> None:
        """Delete a cursor; GAIA_CN01 if it does not exist."""
        self.find(cursor_id)
        with self._lock:
            self._live.pop(cursor_id, None)

    def count(self) -> int:
        """Return the number of live cursors."""
        with self._lock:
            self._drop_expired()
            return len(self._live)

    @contextlib.contextmanager
    def restored(self) -> Iterator[None]:
        """Run a block, then restore all cursors to their state before it."""
        with self._lock:
            before = {cursor_id: replace(cursor) for cursor_id, cursor in self._live.items()}
        try:
            yield
        finally:
            with self._lock:
                self._live = before

    def _drop_expired(self) -> None:
        now = self._clock.monotonic()
        for cursor_id in [cursor_id for cursor_id, cursor in self._live.items() if cursor.expires < now]:
            del self._live[cursor_id]
