"""Fills the fields and tables of a record from its lines, by the columns of the header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kintone import limits
from kintone.field_types import Shape
from kintone.messages import Message
from kintone.problems import Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.record_files.cells import LISTS, Cell, CellReader, CellStyle
from kintone.record_files.delimited import Line
from kintone.record_files.headers import Column, Header, TableColumns
from kintone.record_files.mistakes import a_problem
from kintone.record_files.rows import FileLines
from kintone.records.field_rules import check_left_out
from kintone.texts import preview, printable
from kintone.values.formulas import without_guard
from kintone.values.numbers import whole_number
from kintone.values.readable import RowReader, person_code

CHOSEN = "1"
NO_ROWS: Cell = {"value": []}
_UPLOAD = Message("leave the cells of this column blank and attach files with kintone_upload_file, if you have it")


class RecordBuilder:
    """Reads the lines of records by one header."""

    def __init__(self, header: Header, style: CellStyle) -> None:
        """Prepare a reader for each column."""
        self._header = header
        self._plain = [
            (column.places[0], column.definition.code, reader, reader.known)
            for column in header.fields
            if not column.options
            for reader in (CellReader(column.definition, style),)
        ]
        self._headers = {column.definition.code: column.header for column in header.fields}
        self._chosen = [(column, CellReader(column.definition, style)) for column in header.fields if column.options]
        self._tables = [_Table(table, style) for table in header.tables.values()]
        self._outer = [(place, column.header) for column in header.outer_columns() for place in column.places]

    def fill(self, lines: FileLines) -> None:
        """Fill the record of these lines and note what is wrong with them."""
        self._fill_fields(lines, lines.first)
        for column, reader in self._chosen:
            _ChosenOptions(lines, lines.first, column).read(reader, lines.record)
        for table in self._tables:
            table.fill(lines)
        header = self._header
        if header.attachments or header.unnamed:
            for line in lines.lines:
                _check_unfillable(lines, line, header)
        if len(lines.lines) > 1:
            self._tell_ignored(lines)

    def _fill_fields(self, lines: FileLines, line: Line) -> None:
        """Read the fields that have one column each."""
        cells, record = line.cells, lines.record
        for place, code, reader, known in self._plain:
            text = cells[place]
            cell = known.get(text) or reader.plain(text)
            if cell is None:
                read = reader.read(text)
                if read.problems or read.notes:
                    lines.add(line, self._headers[code], read)
                cell = read.cell
                if cell is None:
                    continue
            if not text:
                lines.empty += 1
            record[code] = cell

    def _tell_ignored(self, lines: FileLines) -> None:
        """Tell fields of the record that differ on its later lines, which do not count.

        https://github.com/kintone/cli-kintone/blob/main/website/docs/reference/record-import/fields/table.md
        """
        first = lines.first.cells
        key = self._header.key
        for line in lines.lines[1:]:
            for place, name in self._outer:
                text = line.cells[place]
                if not text or text == first[place]:
                    continue
                if key and place in key.places:
                    lines.problem(line, name, _other_key(key.definition.code, text, lines.first))
                else:
                    lines.notes.append(
                        Message(
                            "line {line}, column {column}: {value} was not used, since fields outside of tables are "
                            "read from the first line of a record (line {first})",
                            line=line.number,
                            value=preview(text),
                            column=printable(name),
                            first=lines.first.number,
                        )
                    )


@dataclass(frozen=True, slots=True)
class _ChosenOptions:
    """The cells of a field whose options have a column each: 1 where an option is chosen, else blank."""

    lines: FileLines
    line: Line
    column: Column

    def read(self, reader: CellReader, record: dict[str, Cell], row: int | None = None) -> None:
        """Put the field into a record or, with its number from 1, into a row."""
        lines, line, column = self.lines, self.line, self.column
        chosen: list[str] = []
        for place, option, name in zip(column.places, column.options, column.headers, strict=True):
            text = line.cells[place].strip()
            if text == CHOSEN:
                chosen.append(option)
            elif text:
                complaint = Message(
                    "{value} does not tell whether {option} is chosen", value=preview(text), option=preview(option)
                )
                advice = Message("write 1 where it is, and leave the cell blank where it is not")
                problem = a_problem(column.definition.code, ProblemCode.BAD_FORMAT, complaint, advice)
                lines.problem(line, name, problem)
        read = reader.of_values(chosen, row)
        lines.add(line, column.header, read)
        if read.cell is not None:
            record[column.definition.code] = read.cell
            lines.empty += row is None and not chosen


def _other_key(code: str, text: str, first: Line) -> Problem:
    """Return the problem of a line whose rows would go to another record than that of its key."""
    complaint = Message(
        "{value} is not the key on line {first}, where the record begins", value=preview(text), first=first.number
    )
    advice = Message("write * into the first column where another record begins")
    return a_problem(code, ProblemCode.BAD_FORMAT, complaint, advice)


def _check_unfillable(lines: FileLines, line: Line, header: Header) -> None:
    for column in header.attachments:
        if line.cells[column.places[0]].strip():
            complaint = Message("a CSV file cannot hold attachments")
            lines.problem(
                line, column.header, a_problem(column.definition.code, ProblemCode.NOT_WRITABLE, complaint, _UPLOAD)
            )
    for place in header.unnamed:
        if line.cells[place].strip():
            complaint = Message(
                "{value} stands in column {column}, which has no header",
                value=preview(line.cells[place]),
                column=place + 1,
            )
            advice = Message("write a field code into the first line of that column, or empty the column")
            lines.problem(line, "", a_problem("", ProblemCode.UNKNOWN_COLUMN, complaint, advice))


# Tables


class _Table:
    """Reads the rows of one table."""

    def __init__(self, table: TableColumns, style: CellStyle) -> None:
        self._definition = table.definition
        self._code = table.definition.code
        self._ids = table.ids
        self._texts = table.texts
        self._rules = style.rules
        lists = [code for code, each in table.definition.columns.items() if each.type.shape in (*LISTS, Shape.FILES)]
        self._readable = RowReader(table.definition.columns, lists) if table.texts else None
        # Only the cell as a whole is guarded against formulas.
        text_style = replace(style, exact=True) if table.texts else style
        columns = table.columns
        self._readers = {
            code: CellReader(definition, text_style, table=self._code)
            for code, definition in table.definition.columns.items()
        }
        self._columns = [(column, self._readers[column.definition.code]) for column in columns]
        self._places = [*(place for column in columns for place in column.places), *table.unread]
        given = {column.definition.code for column in columns}
        self._missing = [column for code, column in table.definition.columns.items() if code not in given]
        self._told_missing = False

    def fill(self, lines: FileLines) -> None:
        """Read the rows of a record; without any the table is emptied."""
        before = len(lines.problems)
        rows = self._text_rows(lines) if self._texts else self._line_rows(lines)
        if len(rows) > limits.MAX_LIST_ENTRIES:
            complaint = Message(
                "{count} rows are more than the {maximum} that are accepted at once",
                count=len(rows),
                maximum=limits.MAX_LIST_ENTRIES,
            )
            advice = Message("write the record with fewer rows")
            lines.problem(lines.first, self._code, a_problem(self._code, ProblemCode.TOO_LONG, complaint, advice))
        if len(lines.problems) == before:
            lines.record[self._code] = {"value": rows} if rows else NO_ROWS
            lines.empty += not rows

    def _line_rows(self, lines: FileLines) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        seen: dict[str, int] = {}
        for line in lines.lines:
            written = line.cells[self._ids.places[0]].strip() if self._ids else ""
            if not written and not any(line.cells[place] for place in self._places):
                continue
            number = len(rows) + 1
            row_id = self._row_id(lines, line, written, seen)
            value: dict[str, Cell] = {}
            for column, reader in self._columns:
                if column.options:
                    _ChosenOptions(lines, line, column).read(reader, value, number)
                else:
                    self._read(lines, line, column.header, reader, line.cells[column.places[0]], value, number)
            if row_id:
                lines.empty += sum(not cell["value"] for cell in value.values())
            else:
                self._check_missing(lines, line, number)
            rows.append({"id": row_id, "value": value} if row_id else {"value": value})
        return rows

    def _read(  # noqa: PLR0913, PLR0917 - the parts of one cell
        self, lines: FileLines, line: Line, header: str, reader: CellReader, text: str, value: dict[str, Cell],
        number: int,
    ) -> None:  # fmt: skip
        cell = reader.known.get(text)
        if cell is None:
            read = reader.read(text, number)
            lines.add(line, header, read)
            cell = read.cell
        if cell is not None:
            value[reader.code] = cell

    def _row_id(self, lines: FileLines, line: Line, written: str, seen: dict[str, int]) -> str:
        """Return the id of a row, blank for a new one; kintone adds a row for an id that it does not know."""
        if not written or self._ids is None:
            return ""
        number = whole_number(written)
        if number is None or number <= 0:
            complaint = Message("{value} is not a row id", value=preview(written))
            advice = Message("leave the id out to add the row")
        elif (row_id := str(number)) in seen:
            complaint = Message("the row id {id} stands on line {line} already", id=row_id, line=seen[row_id])
            advice = Message("keep one of the rows, or leave the id of the other out to add it")
        else:
            seen[row_id] = line.number
            return row_id
        lines.problem(line, self._ids.header, a_problem(self._code, ProblemCode.BAD_FORMAT, complaint, advice))
        return ""

    def _text_rows(self, lines: FileLines) -> list[dict[str, object]]:
        """Return the rows that one cell shows as text; they have no ids, so that they are new rows."""
        if self._texts is None or self._readable is None:
            return []
        line = lines.first
        text = without_guard(line.cells[self._texts.places[0]].replace("\r\n", "\n").replace("\r", "\n"))
        try:
            read = self._readable.rows(text)
        except UnusableValueError as error:
            problem = a_problem(self._code, error.code, error.complaint, error.suggestion)
            lines.problem(line, self._texts.header, problem)
            return []
        return [self._text_row(lines, line, cells, number) for number, cells in enumerate(read, start=1)]

    def _text_row(
        self, lines: FileLines, line: Line, cells: Mapping[str, Sequence[str]], number: int
    ) -> dict[str, object]:
        value: dict[str, Cell] = {}
        header = self._texts.header if self._texts else ""
        for code, definition in self._definition.columns.items():
            texts = cells.get(code, ())
            if definition.holds_files:
                if any(texts):
                    complaint = Message("a CSV file cannot hold attachments")
                    problem = a_problem(code, ProblemCode.NOT_WRITABLE, complaint, _UPLOAD)
                    lines.problem(line, header, problem)
            elif definition.refusal("update") is None:
                if definition.type.shape in LISTS:
                    self._read_list(lines, line, header, code, texts, value, number)
                else:
                    self._read(lines, line, header, self._readers[code], "".join(texts), value, number)
        return {"value": value}

    def _read_list(  # noqa: PLR0913, PLR0917 - the parts of one cell
        self, lines: FileLines, line: Line, header: str, code: str, texts: Sequence[str], value: dict[str, Cell],
        number: int,
    ) -> None:  # fmt: skip
        definition = self._definition.columns[code]
        filled = [text for text in texts if text]
        try:
            given = list(map(person_code, filled)) if definition.type.shape is Shape.CODES else filled
        except UnusableValueError as error:
            lines.problem(line, header, a_problem(code, error.code, error.complaint, error.suggestion))
            return
        read = self._readers[code].of_values(given, number)
        lines.add(line, header, read)
        if read.cell is not None:
            value[code] = read.cell

    def _check_missing(self, lines: FileLines, line: Line, number: int) -> None:
        """Note columns that a new row needs and the file does not have, once for the file."""
        if not self._rules or self._told_missing:
            return
        findings = Findings()
        for column in self._missing:
            check_left_out(column, Place(column.code, number, self._code), findings)
        for problem in findings.problems:
            lines.problem(line, "", problem)
            self._told_missing = True
