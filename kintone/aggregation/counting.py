"""The number of records alone, from kintone's own count."""

from kintone.api import Caller
from kintone.query import Query
from kintone.reading.pages import RecordSource


def counted_by_kintone(caller: Caller, app: int, query: Query) -> tuple[int | None, RecordSource]:
    """Ask for one record and the number of all that match, and return that and who asked.

    The number is None where kintone gave none, or one that the record it came with disproves; kintone takes no
    ``limit`` of 0.
    """
    source = RecordSource(caller, app, ())
    page = source.fetch(str(query.cut(limit=1)), counted=True, only_ids=True)
    believable = page.total is not None and bool(page.total) == bool(page.ids)
    return (page.total if believable else None), source
