"""The number of records that match a query, from kintone's own count."""

from kintone.api import RequestSender
from kintone.query import Query
from kintone.reading.pages import RecordSource


def count_records(caller: RequestSender, app: int, query: Query) -> tuple[int | None, RecordSource]:
    """Request one record and the number of all that match; return the number and the source that was used.

    The number is None where kintone returned none, or one that contradicts the returned record: a count of 0 with a
    record, or of more without one. One record is requested because kintone refuses a ``limit`` of 0.
    """
    source = RecordSource(caller, app, ())
    page = source.fetch(str(query.cut(limit=1)), counted=True, only_ids=True)
    is_consistent = page.total is not None and bool(page.total) == bool(page.ids)
    return (page.total if is_consistent else None), source
