"""Which record has which value of a field without duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_kintone.database import Database


class UniqueValues:
    """An index of the values that no two records of an app share."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def owner(self, app: int, field: str, value: str) -> int | None:
        """Return the id of the record with this value, None where there is none."""
        statement = "SELECT id FROM unique_values WHERE app = ? AND field = ? AND value = ?"
        found = self._database.row(statement, (app, field, value))
        return None if found is None else int(found[0])

    def replace(self, app: int, number: int, values: dict[str, str]) -> None:
        """Note a record's values by field code, instead of those noted before; blank ones never collide."""
        self._database.run("DELETE FROM unique_values WHERE app = ? AND id = ?", (app, number))
        self.load(app, ((field, value, number) for field, value in values.items() if value))

    def rebuild(self, app: int, rows: Iterable[tuple[str, str, int]]) -> None:
        """Forget an app's values and note these instead, given as field code, value and record id."""
        self._database.run("DELETE FROM unique_values WHERE app = ?", (app,))
        self.load(app, rows)

    def load(self, app: int, rows: Iterable[tuple[str, str, int]]) -> None:
        """Note many values, given as field code, value and record id."""
        self._database.run_many(
            "INSERT INTO unique_values VALUES (?, ?, ?, ?)",
            ((app, field, value, number) for field, value, number in rows),
        )
