"""What an import keeps of the records that it has written: next to nothing."""

import tracemalloc
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from kintone.api import Answer, Request
from kintone.deadline import Deadline
from kintone.ledger import Span, WriteLedger
from kintone.record_files import FileOptions
from kintone.record_import import RecordImport
from kintone.writing.batches import SavedRecord
from kintone.writing.removals import Removals
from kintone.writing.upserts import UpsertRequest
from tests.unit.form_samples import field, make_form
from tests.unit.import_samples import Store
from tests.unit.writing_samples import small_batches

FORM = make_form(field("SINGLE_LINE_TEXT", "sku", unique=True), field("SINGLE_LINE_TEXT", "name"))
BYTES_FOR_EACH = 64
"""A key takes 10 bytes, the first of its bucket some 200, and an entry one byte in the ledger."""


class Sink:
    """Answers every write as kintone does, without keeping anything."""

    def __init__(self) -> None:
        """Start the time of the call."""
        self.deadline = Deadline(1000)
        self._ids = count(10**9)

    def api_path(self, api: str) -> str:
        """Return the path of an API."""
        return f"/k/v1/{api}.json"

    def write(
        self, request: Request, read: Callable[[Answer], list[SavedRecord]], ledger: WriteLedger, span: Span
    ) -> list[SavedRecord]:
        """Save all entries of the request."""
        inner: Any = request.parameters.get("requests")
        bodies: Sequence[Any] = [each["payload"] for each in inner] if inner else [request.parameters]
        answers = [{"records": [self._saved() for _ in body["records"]]} for body in bodies]
        results = read(Answer({"results": answers} if len(answers) > 1 else answers[0]))
        ledger.mark_saved(span, results)
        return results

    def _saved(self) -> dict[str, str]:
        record_id = str(next(self._ids))
        return {"id": record_id, "revision": record_id, "operation": "INSERT"}


def test_written_records_are_not_kept() -> None:
    """Memory after 5,000 records is that after 1,000, but for their keys."""
    content = "sku,name\n" + "".join(f"A-{number},x\n" for number in range(1, 6_001))
    kept: dict[int, int] = {}

    def progress(written: int, _total: int | None) -> None:
        kept[written] = tracemalloc.get_traced_memory()[0]

    options = FileOptions(FORM, ZoneInfo("UTC"), update_key="sku")
    caller: Any = Sink()
    request = UpsertRequest(1, [], form=FORM)
    tracemalloc.start()
    try:
        with small_batches():
            RecordImport(caller, request, options, Store(content.encode(), chunk=8_000).open).run(
                Removals(), checks_first=False, progress=progress
            )
    finally:
        tracemalloc.stop()

    assert list(kept) == list(range(50, 6_001, 50))
    assert kept[5_000] - kept[1_000] < BYTES_FOR_EACH * 4_000
