"""The stream of records that a file holds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from kintone.record_files.clocks import LocalClock
from kintone.record_files.contents import (
    ContentKind,
    first_bytes,
    kind_of,
    marked_encoding,
    require_text,
    unmarked_utf_16,
)
from kintone.record_files.delimited import header_cells, style_of
from kintone.record_files.delimited_records import DelimitedRecords
from kintone.record_files.encodings import FileEncoding, text_pieces
from kintone.record_files.file_records import FileRecord
from kintone.record_files.json_entries import JsonEntries
from kintone.record_files.json_records import json_items
from kintone.record_files.names import Names
from kintone.record_files.options import FileOptions
from kintone.record_files.seen_keys import SeenKeys


class RecordFile:
    """A file of records, read while it streams in; memory does not grow with it, some 11 bytes for each key aside.

    ``chunks`` are its bytes, at least a few kilobytes each; ``options`` name app and settings. Iterate over it once::

        file = RecordFile(chunks, options)
        mistakes = Mistakes()
        for record in file:
            mistakes.add(record.problems)

    Each ``FileRecord`` has an ``Entry`` as ``kintone.writing.writer`` takes it, with values in kintone's shape that
    were checked against the form, or problems; a record with problems must not be written. A key that an earlier record
    has (also one before ``first_entry``) is a problem of the later one. ``InvalidParameterError`` ends the file, its
    sentence begins with ``records_file``: a header that cannot be used (before any record), bytes that break the
    encoding, a quote that is never closed, JSON that breaks off (where they occur, with the physical line). Errors of
    the chunks themselves pass through.
    """

    def __init__(self, chunks: Iterable[bytes], options: FileOptions) -> None:
        """Take the bytes; nothing is read yet."""
        self._chunks = chunks
        self._options = options
        self._source: DelimitedRecords | JsonEntries | None = None
        self._clock = LocalClock(options.zone)
        self._seen = SeenKeys()
        self._encoding = ""

    def __iter__(self) -> Iterator[FileRecord]:
        """Read one record after the other."""
        options = self._options
        head, rest = first_bytes(self._chunks)
        require_text(head)
        names = Names(options.form)
        kind = kind_of(_beginning(head, options.encoding))
        chunks = chain([head], rest)
        if kind is not ContentKind.DELIMITED:
            entries = JsonEntries(options, self._clock)
            self._source = entries
            pieces = text_pieces(chunks, options.encoding, options.host, None, self._note_encoding)
            yield from self._wanted(entries.records(json_items(pieces, kind)))
            return
        pieces = text_pieces(
            chunks, options.encoding, options.host, lambda text: _fit(text, names), self._note_encoding
        )
        records = DelimitedRecords(options, names, self._clock)
        self._source = records
        yield from self._wanted(records.records(pieces))

    def _wanted(self, records: Iterator[FileRecord]) -> Iterator[FileRecord]:
        """Yield the records from ``first_entry`` on; the keys of those before it count as seen."""
        for record in map(self._seen.checked, records):
            if record.position >= self._options.first_entry:
                yield record

    def _note_encoding(self, name: str) -> None:
        self._encoding = name

    @property
    def encoding(self) -> str:
        """The name of the encoding that was taken; blank before the file is read."""
        return self._encoding

    @property
    def separator(self) -> str:
        """The character between the cells of a line; blank for JSON."""
        return self._source.separator if isinstance(self._source, DelimitedRecords) else ""

    @property
    def left_out(self) -> Sequence[str]:
        """Columns that nobody can write, as the file names them."""
        return self._source.left_out if self._source else ()

    @property
    def attachments(self) -> Sequence[str]:
        """Attachment fields and columns that hold nothing in the file and stay as they are, as the file names them."""
        return self._source.attachments if self._source else ()

    @property
    def skipped(self) -> Sequence[str]:
        """Unknown columns that were skipped, as the caller wanted."""
        return self._source.skipped if self._source else ()

    @property
    def options_without_column(self) -> Sequence[str]:
        """Options that lack a column while others of their field have one, so that they count as not chosen."""
        return self._source.options_without_column if isinstance(self._source, DelimitedRecords) else ()

    @property
    def zone_used(self) -> bool:
        """Whether a date and time had no offset, so that it was read as one of the zone of the options."""
        return self._clock.used

    @property
    def drops_seconds(self) -> bool:
        """Whether a time had seconds, which kintone does not keep."""
        return self._clock.drops_seconds

    @property
    def drops_times(self) -> bool:
        """Whether a day had a time other than midnight, which a DATE does not keep."""
        return self._clock.drops_times


def _beginning(head: bytes, encoding: FileEncoding) -> str:
    """Return the beginning of a text, in which only the ASCII characters count."""
    name, length = marked_encoding(head)
    if not name and (encoding is FileEncoding.UTF_16 or b"\x00" in head):
        name = unmarked_utf_16(head) or "utf-16-le"
    return head[length:].decode(name or "utf-8", "replace")


def _fit(text: str, names: Names) -> int:
    """Return how many columns of the header are known."""
    return names.fit(header_cells(text, style_of(text, names.fit).separator))
