"""Reading in any order through a cursor of kintone.

A cursor (https://cybozu.dev/ja/kintone/docs/rest-api/records/create-cursor) fixes the matching records and their
order. It expires ten minutes after its last use, and a kintone site has ten of them for all its users. Each read
advances it, so no read is repeated.
"""

import logging
from collections.abc import Generator
from concurrent.futures import Future

from pydantic import Field

from kintone import api, limits
from kintone.errors import CursorGoneError, KintoneError, UnknownResponseError
from kintone.messages import Message
from kintone.query import Query
from kintone.reading.pages import RawPage, RecordSource, count_of
from kintone.replies import AnswerModel, misshapen, read_answer

MAX_EMPTY_READS = 2
"""Empty pages allowed in addition to the pages that the records need; after more, the cursor counts as endless."""

log = logging.getLogger(__name__)


class _Created(AnswerModel):
    id: str = Field(pattern=r"^[!-~]{1,200}$")


class _Fetched(AnswerModel):
    next: bool


class Cursor:
    """A cursor, which kintone keeps until it is read to its end or deleted; ``total`` counts its records."""

    def __init__(self, source: RecordSource, cursor_id: str, total: int) -> None:
        """Use an existing cursor; ``open_cursor`` creates one."""
        self.total = total
        self._source = source
        self._id = cursor_id
        self._empty_left = -(-total // limits.MAX_RECORDS_PER_READ) + MAX_EMPTY_READS
        self._edges: set[int] = set()
        self._previous: frozenset[int] = frozenset()
        self._alive = True

    def raw_pages(self, offset: int, wanted: int | None) -> Generator[RawPage]:
        """Yield the records after the first ``offset`` ones, ``wanted`` at most, in pages that are not empty.

        One page is read ahead. The cursor is deleted at the end, also when the generator is closed early or fails.
        """
        left = wanted
        # The cursor is also deleted at the end of the deadline, where the caller stops asking for pages.
        unregister = self._source.deadline.on_end(self.discard)
        worker = self._source.workers(1, "kintone-cursor")
        try:
            next_page: Future[tuple[RawPage, bool]] | None = worker.submit(self._read)
            while next_page:
                page, has_more = next_page.result()
                skipped = min(offset, len(page.ids))
                new = page.part(skipped, None if left is None else skipped + left)
                offset -= skipped
                left = None if left is None else left - len(new.ids)
                next_page = worker.submit(self._read) if has_more and left != 0 else None
                if new.ids:
                    yield new
        finally:
            worker.shutdown(wait=False, cancel_futures=True)
            unregister()
            self.discard()

    def _read(self) -> tuple[RawPage, bool]:
        """Read the next page, and whether more follows.

        Only kintone's ``next`` ends the reading: a page may be empty because its records were deleted, the count of the
        records may be wrong, and a cursor that was deleted at the end of the deadline was not read to its end.
        """
        try:
            answer = self._source.call(api.read_cursor(self._source.description, self._id))
        except CursorGoneError as error:
            self._alive = False
            raise error.copy_with(
                problem=Message(
                    "{description}: the cursor was gone before all records were read",
                    description=self._source.description,
                ),
                remedy=Message("run the query again; kintone drops a cursor ten minutes after its last use"),
            ) from None
        page = self._source.page_of(answer)
        self._refuse_endless(page)
        has_more = read_answer(_Fetched, answer.body, self._source.description).next
        if not has_more:
            self._alive = False
        return page, has_more

    def _refuse_endless(self, page: RawPage) -> None:
        """Raise ``UnknownResponseError`` for a cursor that repeats records or has too many empty pages.

        A page is compared with the one before it; of earlier pages only the first and the last id are remembered.
        """
        if page.ids:
            self._refuse_repeated(page.ids)
            return
        self._empty_left -= 1
        if self._empty_left < 0:
            raise UnknownResponseError(
                Message(
                    "{description}: the cursor does not end after its {total} records",
                    description=self._source.description,
                    total=self.total,
                )
            )

    def _refuse_repeated(self, ids: list[int]) -> None:
        repeated = next(filter(self._previous.__contains__, ids), None)
        if repeated is None and ids[0] in self._edges:
            repeated = ids[0]
        if repeated is not None:
            raise UnknownResponseError(
                Message(
                    "{description}: the cursor gave record {record} twice",
                    description=self._source.description,
                    record=repeated,
                ),
                remedy=Message("run the query again; if it fails again, tell the operator of the proxy in between"),
            )
        self._edges.update((ids[0], ids[-1]))
        self._previous = frozenset(ids)

    def discard(self) -> None:
        """Delete the cursor unless it is read to its end; a failure of that is only logged.

        The deletion has a short grace period of its own, since the time of the call may be over.
        """
        if not self._alive:
            return
        self._alive = False
        try:
            with self._source.deadline.grace() as grace:
                self._source.call(api.delete_cursor(self._source.description, self._id), grace)
        except CursorGoneError:
            return
        except KintoneError as error:
            # Not raised: the records are read, or a more important error is being raised already.
            log.warning(
                "the deletion of a cursor is not confirmed; if kintone still has it, it stays in use until ten minutes "
                "after its last use: %s",
                error.code,
            )


def open_cursor(source: RecordSource, query: Query) -> Cursor:
    """Create a cursor for a query without limit and offset; raises ``CursorLimitError`` when all stay in use."""
    parameters = {**source.selection(), "query": str(query), "size": limits.MAX_RECORDS_PER_READ}
    body = source.call(api.create_cursor(source.description, parameters)).body
    cursor_id = read_answer(_Created, body, source.description).id
    total = count_of(body.get("totalCount"))
    if total is None:
        Cursor(source, cursor_id, 0).discard()
        raise misshapen(source.description, Message("the number of records of the cursor"), body.get("totalCount"))
    return Cursor(source, cursor_id, total)
