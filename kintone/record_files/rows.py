"""From lines to records: one a line, or in files with ``*`` as many lines as its tables have rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kintone.errors import InvalidParameterError
from kintone.messages import NOTHING, Message
from kintone.problems import Problem, ProblemCode
from kintone.record_files.cells import Cell, ReadCell
from kintone.record_files.contents import PARAMETER
from kintone.record_files.delimited import Line
from kintone.record_files.headers import RECORD_MARK, Header, late_quote
from kintone.record_files.mistakes import FileProblem, a_problem

MAX_RECORD_LINES = 50_000
"""Lines of one record; our own limit. Of a table, 10,000 rows are read."""


@dataclass(slots=True)
class FileLines:
    """The lines of one record, with what is wrong with them.

    ``record`` is filled by ``RecordBuilder``: cells as kintone takes them, by field code. ``empty`` counts the fields
    and tables that get an empty value, and the cells of rows with an id.
    """

    position: int
    lines: list[Line]
    problems: list[FileProblem] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    record: dict[str, Cell] = field(default_factory=dict)
    empty: int = 0

    @property
    def first(self) -> Line:
        """The line on which the record begins."""
        return self.lines[0]

    def problem(self, line: Line, column: str, problem: Problem) -> None:
        """Note a mistake."""
        self.problems.append(FileProblem(line.number, column, problem))

    def add(self, line: Line, column: str, read: ReadCell) -> None:
        """Note what was found in a cell."""
        for problem in read.problems:
            self.problem(line, column, problem)
        self.notes += [Message("line {line}: {note}", line=line.number, note=change.text) for change in read.notes]


# Lines that belong together


def records_of(lines: Iterator[Line], header: Header) -> Iterator[FileLines]:
    """Group lines into records, and note lines with too few or too many cells."""
    if header.marked:
        yield from _marked_records(lines, header)
        return
    width = header.width
    for position, line in enumerate(lines, start=1):
        record = FileLines(position, [line])
        if len(line.cells) != width:
            _check_width(record, line, width)
        if line.late_quotes:
            _tell_late_quotes(record, line, header)
        yield record


def _marked_records(lines: Iterator[Line], header: Header) -> Iterator[FileLines]:
    record: FileLines | None = None
    position = 0
    for line in lines:
        mark = line.cells[0].strip()
        if mark == RECORD_MARK or record is None:
            if record is not None:
                yield record
            position += 1
            record = FileLines(position, [])
        record.lines.append(line)
        if mark != RECORD_MARK and (mark or len(record.lines) == 1):
            complaint = Message("the first column marks with * the line on which a record begins")
            advice = Message("write * there, or leave it blank on the other lines of a record")
            record.problem(line, "", a_problem("", ProblemCode.BAD_FORMAT, complaint, advice))
        _check_width(record, line, header.width)
        _tell_late_quotes(record, line, header)
        if len(record.lines) > MAX_RECORD_LINES:
            raise InvalidParameterError(
                "{parameter}: the record that begins on line {line} has more than {maximum:,} lines; is there a * on "
                "each line on which a record begins?",
                parameter=PARAMETER,
                line=record.first.number,
                maximum=MAX_RECORD_LINES,
            )
    if record is not None:
        yield record


def _tell_late_quotes(record: FileLines, line: Line, header: Header) -> None:
    for place in line.late_quotes:
        name = header.names[place] if place < header.width else ""
        record.problem(line, name, a_problem("", ProblemCode.BAD_FORMAT, late_quote(line.cells[place]), NOTHING))


def _check_width(record: FileLines, line: Line, width: int) -> None:
    count = len(line.cells)
    if count == width or (count > width and not any(map(str.strip, line.cells[width:]))):
        return
    complaint = Message("number of cells on this line: {count}, in the header: {width}", count=count, width=width)
    advice = Message("perhaps a separator is missing, or a cell that holds one needs quotes")
    record.problem(line, "", a_problem("", ProblemCode.BAD_FORMAT, complaint, advice))
