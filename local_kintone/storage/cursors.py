"""Cursors: a frozen list of ids that is read page by page."""

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
    """The live cursors of the whole server; the limit is shared by all apps."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Take limits from the server's settings and the time from its clock."""
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._live: dict[str, Cursor] = {}

    def check_room(self) -> None:
        """Refuse with GAIA_TM12 when the pool is full."""
        with self._lock:
            self._drop_expired()
            if len(self._live) >= self._settings.cursor_limit:
                raise RefusedError(429, "GAIA_TM12", "Too many cursors have been created. Please try later.")

    def add(self, cursor: Cursor) -> str:
        """Keep a cursor and return its id."""
        self.check_room()
        name = str(uuid.uuid4())
        with self._lock:
            cursor.expires = self._clock.monotonic() + self._settings.cursor_seconds
            self._live[name] = cursor
        return name

    def find(self, name: object) -> Cursor:
        """Return a live cursor or refuse with GAIA_CN01."""
        with self._lock:
            self._drop_expired()
            cursor = self._live.get(str(name))
        if cursor is None:
            raise RefusedError(404, "GAIA_CN01", f"The cursor (id: {name}) is not found.")
        return cursor

    def advance(self, name: str) -> tuple[list[int], bool]:
        """Return the next page's ids and whether more follow; the last page ends the cursor."""
        cursor = self.find(name)
        with self._lock:
            page = list(cursor.ids[cursor.position : cursor.position + cursor.size])
            cursor.position += cursor.size
            cursor.expires = self._clock.monotonic() + self._settings.cursor_seconds
            more = cursor.position < len(cursor.ids)
            if not more:
                self._live.pop(name, None)
        return page, more

    def delete(self, name: str) -> None:
        """End a cursor; GAIA_CN01 where there is none."""
        self.find(name)
        with self._lock:
            self._live.pop(name, None)

    def count(self) -> int:
        """Return the number of live cursors."""
        with self._lock:
            self._drop_expired()
            return len(self._live)

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """Run a block after which all cursors are as they were before."""
        with self._lock:
            kept = {name: replace(cursor) for name, cursor in self._live.items()}
        try:
            yield
        finally:
            with self._lock:
                self._live = kept

    def _drop_expired(self) -> None:
        now = self._clock.monotonic()
        for name in [name for name, cursor in self._live.items() if cursor.expires < now]:
            del self._live[name]
