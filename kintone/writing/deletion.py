"""Deleting records by their ids: batch by batch, each batch deleted as a whole or not at all.

kintone never gives an id to a second record, so a record that is gone stays gone. That settles most lost answers: the
records are looked up afterwards.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from kintone import api, limits
from kintone.api import Answer, Request, RequestSender
from kintone.errors import KintoneError
from kintone.field_types import RECORD_ID
from kintone.ledger import Span, WriteLedger
from kintone.messages import NOTHING, Message
from kintone.reading.pages import RecordSource
from kintone.replies import THE_ANSWER, misshapen, read_answer
from kintone.writing.batches import BulkAnswer, max_entries
from kintone.writing.deletion_words import (
    NO_TIME_TO_LOOK_UP,
    NOT_LOOKED_UP,
    BrokenOff,
    deletion_failed,
    named_in_refusal,
)

NO_SUCH_RECORD = "GAIA_RE01"
MAX_SECONDS_FOR_LOOKUP = 20


@dataclass(frozen=True, slots=True)
class DeletionRequest:
    """The records to delete: their ``ids``, ascending and each once.

    ``by_query`` tells that a query found them; advice then speaks of the query instead of a list of ids.
    """

    app: int
    ids: Sequence[int] = field(repr=False)
    by_query: bool = False


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """The records that are gone, ascending; ``looked_up`` are those of batches whose answer was lost.

    No record had these when they were looked up afterwards. Whether one had them before is known only if it was read.
    """

    ids: Sequence[int] = field(repr=False)
    looked_up: Sequence[int] = field(default=(), repr=False)


def delete_records(caller: RequestSender, request: DeletionRequest) -> DeletionReport:
    """Delete records with their comments and files, up to 2,000 in one batch; there is no way back.

    kintone refuses a batch with an id that no record has, and deletes nothing of it. Raises the error of the first
    batch that failed: it tells which records are deleted, which are not and of which nothing is known, and how to go
    on. Its ledger has the ids in their order as entries.
    Sources: https://cybozu.dev/ja/kintone/docs/rest-api/records/delete-records and bulk-request.
    """
    return _Deletion(caller, request).carry_out()


class _Deletion:
    """Carries out one deletion; holds the ledger, and the ids of lost answers that were looked up."""

    def __init__(self, caller: RequestSender, request: DeletionRequest) -> None:
        self._caller = caller
        self._app = request.app
        self._request = request
        self._ledger = WriteLedger(len(request.ids), own_words=True)
        self._looked_up: list[int] = []

    def carry_out(self) -> DeletionReport:
        ids = self._request.ids
        for start in range(0, len(ids), max_entries()):
            self._delete(Span(start + 1, min(start + max_entries(), len(ids))))
        return DeletionReport(ids, self._looked_up)

    def _delete(self, span: Span) -> None:
        ids = self._request.ids[span.first - 1 : span.last]
        try:
            self._send(ids, span)
        except KintoneError as error:
            if not self._ledger.has_unknown(span):
                raise self._failed(error, span, self._missing(error, ids)) from None
            self._settle(error, ids, span)

    def _send(self, ids: Sequence[int], span: Span) -> None:
        request, calls = self._batch(ids)

        def read_deleted(answer: Answer) -> None:
            bodies: Sequence[dict[str, Any]] = [answer.body]
            if calls > 1:
                bodies = read_answer(BulkAnswer, answer.body, request.description).results
            if len(bodies) != calls or any(bodies):
                # An object without content is the whole answer to a deletion.
                raise misshapen(request.description, THE_ANSWER, answer.body)

        self._caller.write(request, read_deleted, self._ledger, span)

    def _batch(self, ids: Sequence[int]) -> tuple[Request, int]:
        """Return the request for a batch and how many calls it holds: a plain one, where that is enough."""
        description = Message("deleting records of app {app}", app=self._app)
        size = limits.MAX_RECORDS_PER_WRITE
        parts = [ids[start : start + size] for start in range(0, len(ids), size)]
        calls = [api.delete_records(description, self._app, part) for part in parts]
        if len(calls) == 1:
            return calls[0], 1
        path = self._caller.api_path("records")
        inner = [{"method": call.method, "api": path, "payload": call.parameters} for call in calls]
        return api.bulk_request(description, inner, api.RetrySafety.DELETE), len(calls)

    # After a failure

    def _missing(self, error: KintoneError, ids: Sequence[int]) -> Sequence[int]:
        """Return the ids that no record has, where kintone refused a batch because of them."""
        if error.kintone_code != NO_SUCH_RECORD:
            return ()
        left = self._look_up(ids)
        missing = () if left is None else [record_id for record_id in ids if record_id not in left]
        return missing or named_in_refusal(error, ids)

    def _settle(self, error: KintoneError, ids: Sequence[int], span: Span) -> None:
        """Find out what became of a batch whose answer was lost; raise its error unless all its records are gone.

        A batch is deleted as a whole or not at all. So a record that is seen after another was missing proves that the
        batch was not carried out, and never will be: kintone refuses it for the one that is missing.
        """
        left = self._look_up(ids)
        missing: Sequence[int] = () if left is None else [record_id for record_id in ids if record_id not in left]
        if left and missing:
            # A page shows one moment. With several pages some were looked up before others, so those that were there
            # are looked up again, now that some were missing.
            still_left = left if len(ids) <= limits.MAX_RECORDS_PER_READ else self._look_up(sorted(left))
            if still_left:
                self._ledger.settle_as_refused(span)
                raise self._failed(error, span, missing) from None
            left = still_left
        if left is None or left:
            raise self._failed(error, span, were_there=bool(left), unread=self._unread(left)) from None
        self._ledger.mark_saved(span)
        self._looked_up += ids

    def _unread(self, left: Collection[int] | None) -> Message:
        """Return why the records were not looked up; nothing where they were."""
        if left is not None:
            return NOTHING
        return NO_TIME_TO_LOOK_UP if self._caller.deadline.remaining() <= 0 else NOT_LOOKED_UP

    def _look_up(self, ids: Sequence[int]) -> set[int] | None:
        """Return which of the records are there; None where that cannot be read at once or is not certain."""
        source = RecordSource(self._caller, self._app, [RECORD_ID])
        source.description = Message("looking up which records of app {app} are left", app=self._app)
        found: set[int] = set()
        size = limits.MAX_RECORDS_PER_READ
        try:
            with self._caller.deadline.within(MAX_SECONDS_FOR_LOOKUP) as deadline:
                source.end_within(deadline)
                for start in range(0, len(ids), size):
                    written = ", ".join(map(str, ids[start : start + size]))
                    (page,) = source.fetch_all([f"{RECORD_ID} in ({written}) limit {size}"])
                    if page.total != len(page.ids):
                        return None
                    found.update(page.ids)
        except KintoneError:
            return None
        return found

    def _failed(
        self,
        error: KintoneError,
        span: Span,
        missing: Sequence[int] = (),
        *,
        were_there: bool = False,
        unread: Message = NOTHING,
    ) -> KintoneError:
        by_query = self._request.by_query
        doubtful = () if by_query else self._looked_up
        broken_off = BrokenOff(self._app, self._request.ids, span, missing, were_there, by_query, doubtful, unread)
        return deletion_failed(error, self._ledger, broken_off)
