"""Records with rows and files, and entries that append to them."""

from collections.abc import Sequence
from typing import Any

from kintone.writing.appending import ListMode
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upsert import UpsertRequest, upsert
from tests.unit.appending_double import FakeKintone

TYPES = {"lines": "SUBTABLE", "papers": "FILE", "tags": "CHECK_BOX", "no": "NUMBER"}
SAVED_ROW = {
    "id": "381",
    "value": {
        "qty": {"type": "NUMBER", "value": "5"},
        "total": {"type": "CALC", "value": "50"},
        "who": {"type": "USER_SELECT", "value": [{"code": "u1", "name": "Ann"}]},
        "scan": {"type": "FILE", "value": [{"fileKey": "k0", "name": "a.pdf", "contentType": "x", "size": "1"}]},
        "rank": {"type": "RADIO_BUTTON", "value": None},
    },
}
KEPT_ROW = {
    "id": "381",
    "value": {"qty": {"value": "5"}, "who": {"value": [{"code": "u1"}]}, "scan": {"value": [{"fileKey": "k0"}]}},
}
NEW_ROW = {"value": {"qty": {"value": "7"}}}
SAVED_FILE = {"fileKey": "f1", "name": "a.txt", "contentType": "text/plain", "size": "3"}


def site() -> FakeKintone:
    """Return a kintone with record 1 (sku A): one row, one file, revision 1."""
    kintone = FakeKintone(types=TYPES)
    kintone.add(sku="A", lines=[SAVED_ROW], papers=[SAVED_FILE], tags=["x"], no="1.0")
    return kintone


def by_key(position: int = 1, sku: str = "A", revision: str | None = None, **values: object) -> Entry:
    """Return an entry that is found by sku."""
    record = {code: {"value": value} for code, value in values.items()}
    return Entry(position, record, UpdateKey("sku", sku), None, revision)


def append(
    kintone: FakeKintone, entries: Sequence[Entry], *, tables: bool = True, files: bool = True
) -> dict[str, Any]:
    """Write in append mode and return the first row of the last write."""
    modes = {True: ListMode.APPEND, False: ListMode.REPLACE}
    upsert(kintone, UpsertRequest(12, entries, table_mode=modes[tables], file_mode=modes[files]))
    records: Any = kintone.writes[-1].parameters["records"]
    return dict(records[0])
