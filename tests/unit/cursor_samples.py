"""Readings through a cursor, and the requests that they send."""

from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import BY_NAME

READ, DELETE = "GET records/cursor", "DELETE records/cursor"
HOLE = '{"records": [], "next": true}'


def reading_by_cursor(site: InProcess, query: str = BY_NAME) -> Reading:
    """Return a reading whose order needs a cursor."""
    return read(site.client, ReadRequest(site.app, query))


def live_cursors(site: InProcess) -> int:
    """Count the cursors that kintone still has."""
    return site.kintone.stats.live_cursors
