"""Reading in any order through a cursor of kintone.

A cursor (https://cybozu.dev/ja/kintone/docs/rest-api/records/create-cursor) freezes which records there are
and in which order, for ten minutes after its last use; a kintone site has ten of them for everybody. Each read
moves it on, so none is repeated.
"""

import logging
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor

from kintone.errors import CursorGoneError, CursorLimitError, KintoneError, UnknownResponseError
from kintone.operations import Repeat
from kintone.reading.pages import RECORDS_PER_PAGE, Batch, batch_of, count_of
from kintone.reading.query import Query
from kintone.reading.record_source import RecordSource

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds to wait for a free cursor before each new try."""
SPARE_READS = 2
"""A cursor may answer once or twice more than its records fill pages; more often means that it never ends."""

log = logging.getLogger(__name__)


class Cursor:
    """A cursor that kintone keeps for us until it is read to its end or deleted; ``total`` counts its records."""

    def __init__(self, source: RecordSource, cursor_id: str, total: int) -> None:
        """Take over a cursor that exists; ``open_cursor`` makes one."""
        self.total = total
        self._source = source
        self._id = cursor_id
        self._reads_left = -(-total // RECORDS_PER_PAGE) + SPARE_READS
        self._alive = True

    def batches(self, offset: int, wanted: int | None) -> Generator[Batch]:
        """Yield what lies behind the first ``offset`` records, ``wanted`` at most, no page empty.

        One page is read ahead. The cursor is deleted at the end, also when the generator is closed early or fails.
        """
        left = self.total if wanted is None else wanted
        worker = ThreadPoolExecutor(1, thread_name_prefix="kintone-cursor")
        try:
            coming: Future[Batch] | None = worker.submit(self._read)
            while coming:
                batch = coming.result()
                skipped = min(offset, len(batch.ids))
                fresh = batch.part(skipped, skipped + left)
                offset -= skipped
                left -= len(fresh.ids)
                coming = worker.submit(self._read) if self._alive and left > 0 else None
                if fresh.ids:
                    yield fresh
        finally:
            worker.shutdown(wait=True, cancel_futures=True)
            self.discard()

    def _read(self) -> Batch:
        """Move the cursor on; an empty page is not its end, since its records may be gone by now."""
        self._reads_left -= 1
        if self._reads_left < 0:
            raise UnknownResponseError(
                f"{self._source.reading}: the cursor does not end after its {self.total} records"
            )
        try:
            answer = self._source.call("GET", "records/cursor", {"id": self._id}, Repeat.CURSOR_READ)
        except CursorGoneError as error:
            self._alive = False
            raise _gone(self._source.reading, error) from error
        batch = batch_of(answer, self._source.reading)
        if not isinstance(answer.body.get("next"), bool):
            raise UnknownResponseError(f"{self._source.reading}: the cursor's answer does not say whether more follows")
        self._alive = answer.body["next"]
        return batch

    def discard(self) -> None:
        """Give the cursor back, unless it is at its end; trouble with that is only logged."""
        if not self._alive:
            return
        self._alive = False
        try:
            self._source.call("DELETE", "records/cursor", {"id": self._id}, Repeat.CURSOR_DELETE)
        except KintoneError as error:
            # The records are read, or a worse error is on its way; kintone drops the cursor after ten minutes.
            log.warning("a cursor could not be deleted and stays taken for up to ten minutes: %s", error)


def open_cursor(source: RecordSource, query: Query, sleep: Callable[[float], None] = time.sleep) -> Cursor:
    """Make a cursor for a query without limit and offset, waiting for a free one.

    Raises ``CursorLimitError`` when all stayed taken.
    """
    for pause in PAUSES:
        try:
            return _created(source, query)
        except CursorLimitError:
            sleep(pause)
    return _created(source, query)


def _created(source: RecordSource, query: Query) -> Cursor:
    parameters = {**source.selection(), "query": str(query), "size": RECORDS_PER_PAGE}
    body = source.call("POST", "records/cursor", parameters, Repeat.CURSOR_CREATE).body
    cursor_id, total = body.get("id"), count_of(body.get("totalCount"))
    if not isinstance(cursor_id, str) or not cursor_id:
        raise UnknownResponseError(f"{source.reading}: kintone made a cursor and did not say which")
    if total is None:
        Cursor(source, cursor_id, 0).discard()
        raise UnknownResponseError(f"{source.reading}: kintone made a cursor and did not say for how many records")
    return Cursor(source, cursor_id, total)


def _gone(reading: str, error: CursorGoneError) -> CursorGoneError:
    return CursorGoneError(
        f"{reading}: the cursor was gone before all records were read",
        remedy="run the query again; kintone drops a cursor ten minutes after its last use",
        code=error.code,
        status=error.status,
        kintone_message=error.kintone_message,
        error_id=error.error_id,
    )
