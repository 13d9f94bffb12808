"""An app to write to, entries for it, and readers of an error's ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kintone.errors import KintoneError
from kintone.ledger import WriteLedger
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from kintone.writing.update_keys import UpdateKey
from tests.unit.in_process import InProcess

# No app has this number, so that every lookup in it fails.
LOOKUP = {"relatedApp": {"app": "99", "code": ""}, "relatedKeyField": "code", "fieldMappings": []}
STOCK: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT", "maxLength": "64"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER", "maxValue": "9"}}},
    "papers": {"type": "FILE"},
    "product": {"type": "SINGLE_LINE_TEXT", "lookup": LOOKUP},
}
TOO_LONG = {"name": {"value": "x" * 65}}
TOO_MUCH = {"lines": {"value": [{"value": {"qty": {"value": "10"}}}]}}
NOT_FOUND = {"product": {"value": "nowhere"}}


def rows(count: int) -> list[Entry]:
    """Return entries with the update keys A-1, A-2 and so on."""
    return read_entries([{"sku": f"A-{number}", "name": {"value": "x"}} for number in range(1, count + 1)], "sku")


def mixed(letters: str) -> list[Entry]:
    """Return entries with an update key (k), an id (i) or neither (n), each with its own name."""
    return [
        Entry(
            position,
            {"name": {"value": f"v{position}"}},
            UpdateKey("sku", f"A-{position}") if letter == "k" else None,
            str(position) if letter == "i" else None,
        )
        for position, letter in enumerate(letters, start=1)
    ]


@contextmanager
def small_batches() -> Iterator[None]:
    """Limit a bulk request to 50 entries, in 5 calls of 10, so that few entries make many batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.limits.MAX_BULK_REQUESTS", 5)
        patch.setattr("kintone.limits.MAX_RECORDS_PER_WRITE", 10)
        yield


def save_records(site: InProcess, count: int) -> None:
    """Save this many records, from id 1."""
    site.kintone.add_records(site.app, [{"name": "old"}] * count)


def ledger_of(error: KintoneError) -> WriteLedger:
    """Return the ledger of an error."""
    assert error.ledger
    return error.ledger


def states(error: KintoneError) -> list[tuple[int, int, str]]:
    """Return first entry, last entry and state of each span of the ledger."""
    return [(span.first, span.last, state.name) for span, state in ledger_of(error).spans()]
