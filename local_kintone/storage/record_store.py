"""Records as JSON texts by app and id, a reader for single fields of them, and the index of unique values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local_kintone.storage.database import Database

_DECODER = json.JSONDecoder()


class FieldReader:
    """Reads the same few fields from many records."""

    def __init__(self, codes: Sequence[str]) -> None:
        """Take the codes of top-level fields."""
        keys = [f"{json.dumps(code, ensure_ascii=False)}:" for code in codes]
        self._markers = [(code, key + '{"type":', len(key)) for code, key in zip(codes, keys, strict=True)]

    def values(self, text: str) -> dict[str, Any]:
        """Return code to value; fields that the record lacks are left out."""
        values = {}
        for code, beginning, length in self._markers:
            start = text.find(beginning)
            if start >= 0:
                values[code] = _DECODER.raw_decode(text, start + length)[0]["value"]
        return values

    def project(self, text: str) -> str:
        """Return the JSON text of a record with only these fields, in the order of the record."""
        starts = sorted((text.find(beginning), length) for _, beginning, length in self._markers)
        parts = [text[start : _DECODER.raw_decode(text, start + length)[1]] for start, length in starts if start >= 0]
        return "{" + ",".join(parts) + "}"


PAGE = "SELECT CAST(body AS BLOB) FROM records WHERE app = ? AND id > ? AND id < ? ORDER BY id {} LIMIT ? OFFSET ?"
SCAN = "SELECT id, body FROM records WHERE app = ? AND id > ? AND id < ? ORDER BY id {} LIMIT ?"
CHUNK = 1000
# Created once: json.dumps with arguments creates an encoder for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
LAST_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of record ids; both ends are excluded."""

    above: int = 0
    below: int = LAST_ID


ALL_IDS = Bounds()


def serialised(record: object) -> str:
    """Return a record as the JSON text that is stored and sent."""
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

    def invalidate_versions(self) -> None:
        """Change the version of every app, after a rollback."""
        self._versions = {app: version + 1 for app, version in self._versions.items()}

    def _changed(self, app: int) -> None:
        self._versions[app] = self.version(app) + 1

    def text(self, app: int, number: int) -> str | None:
        """Return one record's JSON text; None if it does not exist."""
        found = self._database.row("SELECT body FROM records WHERE app = ? AND id = ?", (app, number))
        return None if found is None else str(found[0])

    def get(self, app: int, number: int) -> dict[str, Any] | None:
        """Return one record; None if it does not exist."""
        text = self.text(app, number)
        return None if text is None else json.loads(text)

    def page(self, app: int, bounds: Bounds, *, ascending: bool, limit: int, offset: int = 0) -> list[bytes]:
        """Return the stored JSON texts of a range of ids, in the order of the ids."""
        statement = PAGE.format("ASC" if ascending else "DESC")
        values = (app, bounds.above, bounds.below, limit, offset)
        return [body for (body,) in self._database.rows(statement, values)]

    def bodies(self, app: int, ids: Sequence[int]) -> list[bytes]:
        """Return the stored JSON texts in the order of the ids; ids without a record are left out."""
        found: dict[int, bytes] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            statement = f"SELECT id, CAST(body AS BLOB) FROM records WHERE app = ? AND id IN ({marks})"  # noqa: S608
            found.update(self._database.rows(statement, (app, *part)))
        return [found[number] for number in ids if number in found]

    def count(self, app: int, bounds: Bounds = ALL_IDS) -> int:
        """Return the number of records in a range of ids without reading their bodies."""
        statement = "SELECT count(*) FROM records WHERE app = ? AND id > ? AND id < ?"
        found = self._database.row(statement, (app, bounds.above, bounds.below))
        return int(found[0]) if found else 0

    def scan(
        self, app: int, codes: Sequence[str], bounds: Bounds, *, ascending: bool
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the id and the values of some fields, in the order of the ids; records are read lazily."""
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
        """Delete one record, its values in the index and its comments."""
        self._changed(app)
        self._database.run("DELETE FROM records WHERE app = ? AND id = ?", (app, number))
        self._database.run("DELETE FROM unique_values WHERE app = ? AND id = ?", (app, number))
        self._database.run("DELETE FROM comments WHERE app = ? AND record = ?", (app, number))

    def next_id(self, app: int, count: int = 1) -> int:
        """Reserve ids for new records and return the first; ids are never reused."""
        return self._database.next_numbers(f"record {app}", count)

    def reserve_ids(self, app: int, last: int) -> None:
        """Let the ids of new records start after this one."""
        self._database.reserve_up_to(f"record {app}", last)

    def next_row_id(self) -> int:
        """Reserve the id of a new table row."""
        return self._database.next_numbers("row")


class UniqueValues:
    """An index of the values of fields that prohibit duplicates."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def owner(self, app: int, field: str, value: str) -> int | None:
        """Return the id of the record with this value; None if there is none."""
        statement = "SELECT id FROM unique_values WHERE app = ? AND field = ? AND value = ?"
        found = self._database.row(statement, (app, field, value))
        return None if found is None else int(found[0])

    def replace(self, app: int, number: int, values: dict[str, str]) -> None:
        """Replace a record's values, given by field code; blank values are not indexed."""
        self._database.run("DELETE FROM unique_values WHERE app = ? AND id = ?", (app, number))
        self.load(app, ((field, value, number) for field, value in values.items() if value))

    def rebuild(self, app: int, rows: Iterable[tuple[str, str, int]]) -> None:
        """Replace all values of an app, given as field code, value and record id."""
        self._database.run("DELETE FROM unique_values WHERE app = ?", (app,))
        self.load(app, rows)

    def load(self, app: int, rows: Iterable[tuple[str, str, int]]) -> None:
        """Insert values, given as field code, value and record id."""
        self._database.run_many(
            "INSERT INTO unique_values VALUES (?, ?, ?, ?)",
            ((app, field, value, number) for field, value, number in rows),
        )
