"""The comments of all records, as JSON texts by app, record and id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_kintone.storage.database import Database


class Comments:
    """The comments of all records."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def add(self, app: int, record: int, comment: dict[str, Any]) -> dict[str, Any]:
        """Store a comment under the record's next id and return it with its id; ids are never used again."""
        number = self._database.next_numbers(f"comment {app} {record}")
        numbered = {"id": str(number), **comment}
        self._database.run(
            "INSERT INTO comments VALUES (?, ?, ?, ?)", (app, record, number, json.dumps(numbered, ensure_ascii=False))
        )
        return numbered

    def get(self, app: int, record: int, number: int) -> dict[str, Any] | None:
        """Return one comment; None if it does not exist."""
        statement = "SELECT body FROM comments WHERE app = ? AND record = ? AND id = ?"
        found = self._database.row(statement, (app, record, number))
        return None if found is None else json.loads(found[0])

    def all(self, app: int, record: int) -> list[dict[str, Any]]:
        """Return a record's comments by ascending id."""
        rows = self._database.rows("SELECT body FROM comments WHERE app = ? AND record = ? ORDER BY id", (app, record))
        return [json.loads(body) for (body,) in rows]

    def delete(self, app: int, record: int, number: int) -> None:
        """Delete one comment."""
        self._database.run("DELETE FROM comments WHERE app = ? AND record = ? AND id = ?", (app, record, number))
