"""The records of a delimited file."""

from collections.abc import Iterator, Sequence
from itertools import chain

from kintone.errors import InvalidParameterError
from kintone.messages import NOTHING, Message
from kintone.problems import Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.record_files.building import RecordBuilder
from kintone.record_files.cells import MAX_KEPT, CellStyle, require_one_size
from kintone.record_files.clocks import LocalClock
from kintone.record_files.contents import PARAMETER
from kintone.record_files.delimited import MAX_HEADER_TEXT, DelimitedText, style_of
from kintone.record_files.file_records import FileRecord
from kintone.record_files.headers import Column, Header, read_header
from kintone.record_files.keys import KeyReader
from kintone.record_files.mistakes import a_problem
from kintone.record_files.names import Names
from kintone.record_files.options import FileOptions
from kintone.record_files.rows import FileLines, records_of
from kintone.records.field_rules import check_left_out
from kintone.values.formulas import without_guard
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_revision
from kintone.writing.update_keys import UpdateKey


class DelimitedRecords:
    """Reads the records of one CSV file."""

    def __init__(self, options: FileOptions, names: Names, clock: LocalClock) -> None:
        """Take the settings of the import, the names of the form, and the clock for times without an offset."""
        self._options = options
        self._clock = clock
        self._names = names
        self._header: Header | None = None
        self._exact = False
        self._decimal_comma = False
        self._told_missing = False
        self.separator = ""

    @property
    def left_out(self) -> Sequence[str]:
        """Columns that nobody can write."""
        return self._header.left_out if self._header else ()

    @property
    def attachments(self) -> Sequence[str]:
        """Columns of attachments, all of whose cells are blank."""
        return [column.header for column in self._header.attachments] if self._header else ()

    @property
    def skipped(self) -> Sequence[str]:
        """Unknown columns."""
        return self._header.skipped if self._header else ()

    @property
    def options_without_column(self) -> Sequence[str]:
        """Options that count as not chosen, since other options of their field have columns and these have none."""
        return self._header.options_without_column() if self._header else ()

    def records(self, pieces: Iterator[str]) -> Iterator[FileRecord]:
        """Yield the records of a text; those before ``first_entry`` have their keys alone."""
        options = self._options
        head, rest = _first_text(pieces)
        style = style_of(head, self._names.fit)
        self.separator = style.separator
        lines = DelimitedText(chain([head], rest), style.separator).lines()
        line = next((line for line in lines if any(line.cells)), None)
        if line is None:
            raise InvalidParameterError("{parameter}: the file is empty", parameter=PARAMETER)
        first = next(lines, None)
        header = read_header(line, first, self._names, options)
        self._header = header
        self._exact = header.marked or style.by_program
        kept = MAX_KEPT // max(1, header.width)
        self._decimal_comma = style.separator == ";"
        cells = CellStyle(self._clock, self._exact, options.rules, kept, decimal_comma=self._decimal_comma)
        builder = RecordBuilder(header, cells)
        keys = self._key_reader(header)
        for found in records_of(chain([first] if first else [], lines), header):
            if found.position >= options.first_entry:
                yield self._record(found, header, builder, keys)
            elif keys and not found.problems:
                key, record_id = self._key(found, header, keys)
                yield FileRecord(Entry(found.position, {}, key, record_id), found.first.number)

    def _key_reader(self, header: Header) -> KeyReader | None:
        if header.key is None:
            return None
        options = self._options
        required = bool(options.update_key)
        return KeyReader(header.key.definition, options.form, options.app_code, required=required)

    def _record(self, found: FileLines, header: Header, builder: RecordBuilder, keys: KeyReader | None) -> FileRecord:
        if found.problems:
            # Cells that may stand in wrong columns would be told as mistakes of their own.
            return FileRecord(Entry(found.position, {}), found.first.number, 0, found.problems)
        builder.fill(found)
        key, record_id = self._key(found, header, keys) if keys else (None, None)
        revision = None
        if key is None and record_id is None:
            if not header.key or not found.problems:
                self._check_missing(found, header)
        else:
            revision = self._revision(found, header)
        entry = Entry(found.position, found.record, key, record_id, revision, line=found.first.number)
        cleared = 0 if key is None and record_id is None else found.empty
        return FileRecord(entry, found.first.number, cleared, found.problems, found.notes)

    def _key(self, found: FileLines, header: Header, keys: KeyReader) -> tuple[UpdateKey | None, str | None]:
        column = header.key
        if column is None:
            return None, None
        text = found.first.cells[column.places[0]]
        key: UpdateKey | None = None
        record_id: str | None = None
        if header.key_is_id:
            record_id, problem = keys.record_id(text)
        else:
            key, problem = self._field_key(text, column, keys)
        if problem is not None:
            found.problem(found.first, column.header, problem)
        return key, record_id

    def _field_key(self, text: str, column: Column, keys: KeyReader) -> tuple[UpdateKey | None, Problem | None]:
        if column.definition.is_number:
            try:
                require_one_size(text, decimal_comma=self._decimal_comma)
            except UnusableValueError as error:
                return None, a_problem(column.definition.code, error.code, error.complaint, error.suggestion)
        return keys.key(text if self._exact else without_guard(text))

    def _revision(self, found: FileLines, header: Header) -> str | None:
        column = header.revision
        if column is None:
            return None
        problems: list[Message] = []
        revision = read_revision(found.first.cells[column.places[0]].strip() or None, problems)
        for problem in problems:
            found.problem(found.first, column.header, a_problem("", ProblemCode.BAD_FORMAT, problem, NOTHING))
        return revision

    def _check_missing(self, found: FileLines, header: Header) -> None:
        """Note fields that a new record needs and the file does not have, once for the file."""
        if self._told_missing or not self._options.rules:
            return
        self._told_missing = True
        given = header.given_codes()
        findings = Findings()
        for code, definition in self._options.form.fields.items():
            if code not in given:
                check_left_out(definition, Place(code), findings)
        for problem in findings.problems:
            found.problem(found.first, "", problem)


def _first_text(pieces: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the beginning of a text, in which the header is, and an iterator over the rest."""
    head: list[str] = []
    length = 0
    for piece in pieces:
        head.append(piece)
        length += len(piece)
        if length >= MAX_HEADER_TEXT:
            break
    return "".join(head), pieces
