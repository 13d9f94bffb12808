"""Files: uploads under a UUID, attachments of records under a long hexadecimal key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_kintone.clock import Clock
    from local_kintone.storage.database import Database


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file's name, MIME type and content; `app` is None until a record contains it."""

    name: str
    content_type: str
    content: bytes
    app: int | None


class FileStore:
    """All files of the server."""

    UPLOAD_SECONDS = 3 * 24 * 3600.0

    def __init__(self, database: Database, clock: Clock) -> None:
        """Work on an open database."""
        self._clock = clock
        self._database = database
        self._uploaded: dict[str, float] = {}

    def upload(self, name: str, content_type: str, content: bytes) -> str:
        """Store a file and return its upload key."""
        key = str(uuid.uuid4())
        self._uploaded[key] = self._clock.monotonic()
        self._database.run("INSERT INTO files VALUES (?, NULL, ?, ?, ?)", (key, name, content_type, content))
        return key

    def attach(self, upload_key: str, app: int) -> tuple[str, StoredFile] | None:
        """Turn an upload into an attachment of an app; an upload key is valid once and for three days."""
        found = self.get(upload_key)
        now = self._clock.monotonic()
        if found is None or found.app is not None:
            return None
        if now - self._uploaded.get(upload_key, now) > self.UPLOAD_SECONDS:
            return None
        record_key = f"{self._clock.now():%Y%m%d%H%M%S}{uuid.uuid4().hex}"
        self._database.run("UPDATE files SET key = ?, app = ? WHERE key = ?", (record_key, app, upload_key))
        return record_key, found

    def get(self, key: str) -> StoredFile | None:
        """Return a file by its upload key or its attachment key."""
        found = self._database.row("SELECT name, content_type, content, app FROM files WHERE key = ?", (key,))
        return None if found is None else StoredFile(*found)
