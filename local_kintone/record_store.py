"""Records as JSON texts, found by app and id through the primary key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone.record_text import FieldReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from local_kintone.database import Database

PAGE = "SELECT CAST(body AS BLOB) FROM records WHERE app = ? AND id > ? AND id < ? ORDER BY id {} LIMIT ? OFFSET ?"
SCAN = "SELECT id, body FROM records WHERE app = ? AND id > ? AND id < ? ORDER BY id {} LIMIT ?"
CHUNK = 1000
# Made once: a call of json.dumps with arguments makes one each time.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
LAST_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Record ids strictly between two numbers."""

    above: int = 0
    below: int = LAST_ID


ALL_IDS = Bounds()


def serialised(record: object) -> str:
    """Return the JSON text that is stored and sent."""
    return _ENCODER.encode(record)


class RecordStore:
    """The records of all apps."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database
        self._versions: dict[int, int] = {}

    def version(self, app: int) -> int:
        """Return a number that changes whenever the app's records change."""
        return self._versions.get(app, 0)

    def forget_versions(self) -> None:
        """Let nothing pass for unchanged, after changes were undone."""
        self._versions = {app: version + 1 for app, version in self._versions.items()}

    def _changed(self, app: int) -> None:
        self._versions[app] = self.version(app) + 1

    def text(self, app: int, number: int) -> str | None:
        """Return one record's JSON text, None where there is none."""
        found = self._database.row("SELECT body FROM records WHERE app = ? AND id = ?", (app, number))
        return None if found is None else str(found[0])

    def get(self, app: int, number: int) -> dict[str, Any] | None:
        """Return one record, None where there is none."""
        text = self.text(app, number)
        return None if text is None else json.loads(text)

    def page(self, app: int, bounds: Bounds, *, ascending: bool, limit: int, offset: int = 0) -> list[bytes]:
        """Return stored JSON texts of one range of ids, in the order of the ids."""
        statement = PAGE.format("ASC" if ascending else "DESC")
        values = (app, bounds.above, bounds.below, limit, offset)
        return [body for (body,) in self._database.rows(statement, values)]

    def bodies(self, app: int, ids: Sequence[int]) -> list[bytes]:
        """Return stored JSON texts in the order of the ids; ids without a record are left out."""
        found: dict[int, bytes] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            statement = f"SELECT id, CAST(body AS BLOB) FROM records WHERE app = ? AND id IN ({marks})"  # noqa: S608
            found.update(self._database.rows(statement, (app, *part)))
        return [found[number] for number in ids if number in found]

    def count(self, app: int, bounds: Bounds = ALL_IDS) -> int:
        """Return the number of records in a range of ids, without reading them."""
        statement = "SELECT count(*) FROM records WHERE app = ? AND id > ? AND id < ?"
        found = self._database.row(statement, (app, bounds.above, bounds.below))
        return int(found[0]) if found else 0

    def scan(
        self, app: int, codes: Sequence[str], bounds: Bounds, *, ascending: bool
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield id and the values of some fields, in the order of the ids, reading only as far as is asked for."""
        above, below = bounds.above, bounds.below
        reader = FieldReader(codes)
        statement = SCAN.format("ASC" if ascending else "DESC")
        while True:
            rows = self._database.rows(statement, (app, above, below, CHUNK))
            for number, text in rows:
                yield number, reader.values(text)
            if len(rows) < CHUNK:
                return
            above, below = (rows[-1][0], below) if ascending else (above, rows[-1][0])

    def write(self, app: int, number: int, revision: int, text: str) -> None:
        """Insert or replace one record, given as JSON text."""
        self._changed(app)
        self._database.run("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", (app, number, revision, text))

    def load(self, app: int, rows: Iterable[tuple[int, str]]) -> None:
        """Insert many records, given as id and JSON text, at revision 1."""
        self._changed(app)
        self._database.run_many(
            "INSERT INTO records VALUES (?, ?, 1, ?)", ((app, number, text) for number, text in rows)
        )

    def delete(self, app: int, number: int) -> None:
        """Delete one record."""
        self._changed(app)
        self._database.run("DELETE FROM records WHERE app = ? AND id = ?", (app, number))
        self._database.run("DELETE FROM unique_values WHERE app = ? AND id = ?", (app, number))

    def next_id(self, app: int, count: int = 1) -> int:
        """Take the ids of new records and return the first; ids are never given twice."""
        return self._database.next_numbers(f"record {app}", count)

    def reserve_ids(self, app: int, last: int) -> None:
        """Let new records' ids begin behind this one."""
        self._database.reserve_up_to(f"record {app}", last)

    def next_row_id(self) -> int:
        """Take the id of a new table row."""
        return self._database.next_numbers("row")
