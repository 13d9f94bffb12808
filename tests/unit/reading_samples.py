"""Records for tests of reading, and the ids that a reading returns."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kintone.reading.reader import Reading
from tests.unit.in_process import InProcess

FORM = {
    "name": {"type": "NUMBER"},
    "a": {"type": "SINGLE_LINE_TEXT"},
    "b": {"type": "SINGLE_LINE_TEXT"},
    "memo": {"type": "MULTI_LINE_TEXT"},
}
BY_NAME = "order by name asc"


def add(site: InProcess, ids: Iterable[int]) -> None:
    """Add records; each matches one side of ``a = "1" or b = "2"``, and the values of ``name`` repeat."""
    given = list(ids)
    there = set(site.there(given))
    site.kintone.add_records(site.app, [_record(record_id) for record_id in given if record_id not in there])


def _record(record_id: int) -> dict[str, Any]:
    side = {"a": "1"} if record_id % 2 else {"b": "2"}
    return {"$id": record_id, "name": str(record_id * 7919 % 1009), **side}


@contextmanager
def small_pages(page: int = 5, most_skipped: int = 20) -> Iterator[None]:
    """Lower kintone's limits in client and server, so that few records make many pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.limits.MAX_RECORDS_PER_READ", page)
        patch.setattr("kintone.limits.MAX_OFFSET", most_skipped)
        patch.setattr("kintone.reading.by_id.MAX_OVERLAP", page - 2)
        patch.setattr("local_kintone.calls.reading_calls.MAX_LIMIT", page)
        patch.setattr("local_kintone.calls.reading_calls.MAX_OFFSET", most_skipped)
        patch.setattr("local_kintone.calls.reading_calls.MAX_SIZE", page)
        yield


def ids_read(reading: Reading) -> list[int]:
    """Read all pages, check page numbers and ids, and return the ids."""
    ids: list[int] = []
    for number, page in enumerate(reading.pages(), start=1):
        assert page.number == number
        assert page.ids
        assert len(page.ids) == len(page.records)
        ids += map(int, page.ids)
    return ids
