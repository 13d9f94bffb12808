"""Reading in any order through a cursor of kintone.

A cursor (https://cybozu.dev/ja/kintone/docs/rest-api/records/create-cursor) freezes which records there are
and in which order, for ten minutes after its last use; a kintone site has ten of them for everybody. Each read
moves it on, so none is repeated.
"""

import logging
from collections.abc import Generator
from concurrent.futures import Future

from pydantic import Field

from kintone import api, limits
from kintone.errors import CursorGoneError, KintoneError, UnknownResponseError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.pages import RawPage, RecordSource, count_of, raw_page_of
from kintone.replies import AnswerModel, misshapen, read_answer

MAX_EMPTY_READS = 2
"""Of as many empty pages as its records would fill, and two more, a cursor is taken for one that never ends."""

log = logging.getLogger(__name__)


class _Created(AnswerModel):
    id: str = Field(pattern=r"^[!-~]{1,200}$")


class _Fetched(AnswerModel):
    next: bool


class Cursor:
    """A cursor that kintone keeps for us until it is read to its end or deleted; ``total`` counts its records."""

    def __init__(self, source: RecordSource, cursor_id: str, total: int) -> None:
        """Take over a cursor that exists; ``open_cursor`` makes one."""
        self.total = total
        self._source = source
        self._id = cursor_id
        self._empty_left = -(-total // limits.MAX_LIMIT) + MAX_EMPTY_READS
        self._first_ids: set[int] = set()
        self._alive = True

    def raw_pages(self, offset: int, wanted: int | None) -> Generator[RawPage]:
        """Yield what lies behind the first ``offset`` records, ``wanted`` at most, no page empty.

        One page is read ahead. The cursor is deleted at the end, also when the generator is closed early or fails.
        """
        left = wanted
        # Also where nobody asks for the next page any more, the cursor is given back at the end of the time.
        leave = self._source.deadline.on_end(self.discard)
        worker = self._source.workers(1, "kintone-cursor")
        try:
            coming: Future[RawPage] | None = worker.submit(self._read)
            while coming:
                page = coming.result()
                skipped = min(offset, len(page.ids))
                fresh = page.part(skipped, None if left is None else skipped + left)
                offset -= skipped
                left = None if left is None else left - len(fresh.ids)
                coming = worker.submit(self._read) if self._alive and left != 0 else None
                if fresh.ids:
                    yield fresh
        finally:
            worker.shutdown(wait=False, cancel_futures=True)
            leave()
            self.discard()

    def _read(self) -> RawPage:
        """Move the cursor on; neither an empty page nor its count is its end: records may be gone, the count wrong."""
        try:
            answer = self._source.call(api.read_cursor(self._source.reading, self._id))
        except CursorGoneError as error:
            self._alive = False
            raise error.copy_with(
                problem=Message(
                    "{doing}: the cursor was gone before all records were read", doing=self._source.reading
                ),
                remedy=Message("run the query again; kintone drops a cursor ten minutes after its last use"),
            ) from None
        page = raw_page_of(answer, self._source.reading)
        self._refuse_endless(page)
        following = read_answer(_Fetched, answer.body, self._source.reading).next
        # It may have been given back meanwhile, at the end of the time of the call.
        self._alive = self._alive and following
        return page

    def _refuse_endless(self, page: RawPage) -> None:
        """Raise ``UnknownResponseError`` for a cursor that goes round in circles or has nothing but empty pages."""
        if page.ids:
            is_endless = page.ids[0] in self._first_ids
            self._first_ids.add(page.ids[0])
        else:
            self._empty_left -= 1
            is_endless = self._empty_left < 0
        if is_endless:
            raise UnknownResponseError(
                Message(
                    "{doing}: the cursor does not end after its {total} records",
                    doing=self._source.reading,
                    total=self.total,
                )
            )

    def discard(self) -> None:
        """Give the cursor back, unless it is at its end; trouble with that is only logged.

        There is a small time of its own for it, since that of the call may be over.
        """
        if not self._alive:
            return
        self._alive = False
        try:
            with self._source.deadline.grace() as grace:
                self._source.call(api.delete_cursor(self._source.reading, self._id), grace)
        except CursorGoneError:
            return
        except KintoneError as error:
            # The records are read, or a worse error is on its way. Where no answer came, kintone may have done it.
            log.warning(
                "a cursor could not be deleted for certain; if kintone still has it, it stays taken until ten minutes "
                "after its last use: %s",
                error.code,
            )


def open_cursor(source: RecordSource, query: Query) -> Cursor:
    """Make a cursor for a query without limit and offset; raises ``CursorLimitError`` when all stay taken."""
    parameters = {**source.selection(), "query": str(query), "size": limits.MAX_LIMIT}
    body = source.call(api.create_cursor(source.reading, parameters)).body
    cursor_id = read_answer(_Created, body, source.reading).id
    total = count_of(body.get("totalCount"))
    if total is None:
        Cursor(source, cursor_id, 0).discard()
        raise misshapen(source.reading, Message("the number of records of the cursor"), body.get("totalCount"))
    return Cursor(source, cursor_id, total)
