"""Records as a JSON Lines file: one plain object per line, UTF-8 (https://jsonlines.org)."""

from collections.abc import Sequence

from pydantic_core import to_json

from kintone.reading.pages import Record
from tools.query_outputs.flat_records import flatten


class JsonlExport:
    """Turns pages into the parts of one file."""

    extension = "jsonl"
    mime_type = "text/plain"
    """Dify stores what it is told to be application/x-ndjson as .bin, which none of its readers takes."""

    def part(self, records: Sequence[Record]) -> bytes:
        """Return the lines of these records."""
        lines = [to_json(flatten(record)) for record in records]
        return b"\n".join([*lines, b""])
