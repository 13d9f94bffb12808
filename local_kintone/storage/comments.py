"""The comments of all records, as JSON texts by app, record and id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_kintone.storage.database import Database

PAGE = "SELECT body FROM comments WHERE app = ? AND record = ? ORDER BY id {} LIMIT ? OFFSET ?"


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

    def page(
        self, app: int, record: int, *, ascending: bool = True, limit: int = -1, offset: int = 0
    ) -> list[dict[str, Any]]:
        """Return some of a record's comments in the order of their ids; a limit of -1 is none."""
        rows = self._database.rows(PAGE.format("ASC" if ascending else "DESC"), (app, record, limit, offset))
        return [json.loads(body) for (body,) in rows]

    def count(self, app: int, record: int) -> int:
        """Return the number of a record's comments."""
        found = self._database.row("SELECT count(*) FROM comments WHERE app = ? AND record = ?", (app, record))
        return int(found[0]) if found else 0

    def delete(self, app: int, record: int, number: int) -> None:
        """Delete one comment."""
        self._database.run("DELETE FROM comments WHERE app = ? AND record = ? AND id = ?", (app, record, number))
