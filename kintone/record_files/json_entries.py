"""The records of a JSON file: entries as ``records_data`` has them, or plain rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kintone.field_types import RECORD_ID, REVISION
from kintone.forms.fields import FieldDefinition
from kintone.messages import NOTHING, Message
from kintone.problems import Problem, ProblemCode
from kintone.record_files.clocks import LocalClock
from kintone.record_files.file_records import FileRecord
from kintone.record_files.headers import names_records
from kintone.record_files.json_records import JsonItem
from kintone.record_files.json_values import JsonValues, is_wrapped
from kintone.record_files.keys import KeyReader, stored_key
from kintone.record_files.mistakes import FileProblem, a_problem
from kintone.record_files.options import FileOptions
from kintone.records import check_record
from kintone.records.field_rules import given_value
from kintone.records.values import is_empty
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import is_plain_row, read_entry, read_revision


class JsonEntries:
    """Reads the entries of one JSON file.

    A plain row is like a line of a CSV file: ``$id`` and ``$revision`` count, fields that nobody can write are left
    out, and unknown ones may be skipped. An entry with ``record`` means what it means in ``records_data``.
    """

    def __init__(self, options: FileOptions, clock: LocalClock) -> None:
        """Take the settings of the import, and the clock for times without an offset."""
        self._options = options
        self._values = JsonValues(clock)
        self._form = options.form
        key = options.form.find(options.update_key) if options.update_key else None
        self._id_field = key if key is not None and names_records(key) else None
        self._key_code = None if self._id_field else options.update_key or None
        id_field = self._id_field or options.form.find(RECORD_ID)
        self._ids = (
            KeyReader(id_field, options.form, options.app_code, required=self._id_field is not None)
            if id_field
            else None
        )
        self._row_codes = {*options.form.fields, RECORD_ID, REVISION}
        self._left_out: dict[str, None] = {}
        self._skipped: dict[str, None] = {}

    @property
    def left_out(self) -> Sequence[str]:
        """Codes of fields that nobody can write."""
        return list(self._left_out)

    @property
    def attachments(self) -> Sequence[str]:
        """Codes of attachment fields that are empty in the file, so that they stay as they are."""
        return list(self._values.attachments)

    @property
    def skipped(self) -> Sequence[str]:
        """Unknown codes."""
        return list(self._skipped)

    def records(self, items: Iterator[JsonItem]) -> Iterator[FileRecord]:
        """Yield the records; those before ``first_entry`` have their keys alone."""
        for position, item in enumerate(items, start=1):
            if position >= self._options.first_entry:
                yield self._record(position, item)
            elif (passed := self._passed_over(position, item)) is not None:
                yield passed

    def _passed_over(self, position: int, item: JsonItem) -> FileRecord | None:
        """Return the key or id of a record, None where it has none that can be used."""
        entry, problems = self._entry(position, item)
        if entry is None or problems:
            return None
        key, problem = stored_key(*entry.update_key, self._form) if entry.update_key is not None else (None, None)
        return None if problem is not None else FileRecord(Entry(position, {}, key, entry.id), item.line)

    def _record(self, position: int, item: JsonItem) -> FileRecord:
        entry, problems = self._entry(position, item)
        if entry is None or problems:
            return FileRecord(
                Entry(position, {}), item.line, 0, [FileProblem(item.line, "", problem) for problem in problems]
            )
        if entry.update_key is not None:
            key, problem = stored_key(*entry.update_key, self._form)
            if problem is not None:
                return FileRecord(entry, item.line, 0, [FileProblem(item.line, "", problem)])
            entry = replace(entry, update_key=key)
        inserts = entry.update_key is None and entry.id is None
        record, refused = self._values.prepared(entry.record, self._form.fields)
        checked = check_record(record, self._form, "add" if inserts else "update", rules=self._options.rules)
        problems += refused.beside(checked.problems)
        cleared = 0 if inserts else sum(_count_empty(cell["value"]) for cell in checked.record.values())
        found = [FileProblem(item.line, "", problem) for problem in problems]
        notes = [Message("line {line}: {note}", line=item.line, note=change.text) for change in checked.changes]
        entry = replace(entry, record=checked.record, line=item.line)
        return FileRecord(entry, item.line, cleared, found, notes)

    def _entry(self, position: int, item: JsonItem) -> tuple[Entry | None, list[Problem]]:
        """Return the entry of an item with the problems of its parts."""
        if item.complaint is not None:
            return None, [a_problem("", ProblemCode.BAD_FORMAT, item.complaint, NOTHING)]
        value = item.value
        if not isinstance(value, dict) or not is_plain_row(value, self._key_code, self._row_codes):
            entry, complaints = read_entry(position, value, self._key_code)
            return entry, [a_problem("", ProblemCode.BAD_FORMAT, complaint, NOTHING) for complaint in complaints]
        problems: list[Problem] = []
        record_id, revision = self._id_and_revision(value, problems)
        entry = Entry(position, self._writable(value), None, record_id, revision)
        if self._key_code is not None and not problems:
            keyed, complaints = read_entry(position, entry.record, self._key_code)
            problems += [a_problem("", ProblemCode.BAD_FORMAT, complaint, NOTHING) for complaint in complaints]
            entry = replace(keyed, revision=revision) if keyed is not None else entry
        return entry, problems

    def _id_and_revision(self, row: Mapping[str, object], problems: list[Problem]) -> tuple[str | None, str | None]:
        record_id: str | None = None
        if self._ids is not None and self._key_code is None:
            code = self._id_field.code if self._id_field else RECORD_ID
            record_id, problem = self._ids.record_id(given_value(row.get(code)))
            if problem is not None:
                problems.append(problem)
        if record_id is None and self._key_code is None:
            return None, None
        complaints: list[Message] = []
        written = given_value(row.get(REVISION))
        revision = read_revision(None if is_empty(written) else written, complaints)
        problems += [a_problem("", ProblemCode.BAD_FORMAT, complaint, NOTHING) for complaint in complaints]
        return record_id, revision

    def _writable(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return a row without the fields that nobody can write and, if the caller wants it, without unknown ones."""
        kept: dict[str, object] = {}
        for code, value in row.items():
            definition = self._form.find(code) if code not in self._form.tables_by_column else None
            if definition is None:
                if self._options.skip_unknown_columns:
                    self._skipped[code] = None
                    continue
            elif definition.refusal("update") is not None or not definition.is_in_records:
                if code not in (RECORD_ID, REVISION):
                    self._left_out[code] = None
                continue
            kept[code] = self._writable_rows(value, definition) if definition and definition.is_table else value
        return kept

    def _writable_rows(self, raw: object, table: FieldDefinition) -> object:
        """Return the rows of a table without the columns that nobody can write."""
        rows = given_value(raw)
        return [self._writable_cells(row, table) for row in rows] if isinstance(rows, list) else raw

    def _writable_cells(self, row: object, table: FieldDefinition) -> object:
        if not isinstance(row, Mapping):
            return row
        cells = row["value"] if is_wrapped(row) else row
        unwritable = {code for code in cells if (column := table.columns.get(code)) and column.refusal("update")}
        if not unwritable:
            return row
        self._left_out.update(dict.fromkeys(sorted(unwritable)))
        kept = {code: cell for code, cell in cells.items() if code not in unwritable}
        return kept if cells is row else {**row, "value": kept}


def _count_empty(value: object) -> int:
    """Return 1 for an empty field, for a table the number of empty cells in rows that have an id."""
    if is_empty(value):
        return 1
    rows = [row for row in value if isinstance(row, dict) and row.get("id")] if isinstance(value, list) else []
    return sum(is_empty(cell["value"]) for row in rows for cell in row["value"].values())
