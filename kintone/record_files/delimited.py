"""Delimited text, such as CSV: lines, cells, and which separator a file has.

Python's own ``csv`` reads it, strict about quotes. Only CR, LF and CRLF end a line, not U+0085 or U+2028. A quote in
the middle of a cell that is not in quotes is a character like any other (``5" pipe``). One that opens such a cell
behind blanks (``A, "b"``) is found and told: for Python and Excel it is a character too, people mean to quote the cell.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.record_files.contents import PARAMETER

SEPARATORS = (",", "\t", ";")
MAX_CELL = 1_000_000
"""Characters of one cell; our own limit, five times what one request may hold of a record in bytes."""
MAX_LINE_TEXT = 10_000_000
"""Characters of the cells of one line together; our own limit, which also ends the search for a closing quote."""
MAX_COLUMNS = 10_000
"""Columns of a file; our own limit, twice as many as the fields of a form that are read."""
MAX_HEADER_TEXT = 60_000
_SEPARATOR_LINES = {f"{mark}sep={separator}{mark}": separator for separator in SEPARATORS for mark in ("", '"')}
"""First lines by which Excel is told the separator."""

_LATE_QUOTE = re.compile(r'\s"')
_PROGRAM_CELL = re.compile(r'("(?:[^"]|"")*")?(,|\n|\Z)')
_CUT_CELL = re.compile(r'"(?:[^"]|"")*\Z')

# The limit of Python's csv module is one of the whole process, 131,072 characters unless somebody raised it.
if csv.field_size_limit() < MAX_CELL:
    csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one record of the text; ``number`` is that of its first physical line, from 1.

    ``late_quotes`` are the places of cells, from 0, that have blanks in front of their opening quote.
    """

    number: int
    cells: Sequence[str]
    late_quotes: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: its separator, and whether by a program for programs.

    ``by_program`` is true for lines as cli-kintone and our ``kintone`` format write them: commas between the cells, LF
    at their ends, quotes around each cell that holds anything and around no other. Nothing in such cells is meant for
    spreadsheets. A script that saves a readable file again quotes blank cells too, or ends lines with CRLF.
    """

    separator: str = ","
    by_program: bool = False


def physical_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield lines with their ends, which are CR, LF or CRLF; a line is cut after ``MAX_LINE_TEXT`` characters."""
    rest = ""
    for piece in pieces:
        text = rest + piece if rest else piece
        # A CR at the end may be the first half of CRLF.
        end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        if len(text) - end > MAX_LINE_TEXT:
            end = len(text) - 1
        if end:
            yield from io.StringIO(text[:end], newline="")
        rest = text[end:]
    if rest:
        yield from io.StringIO(rest, newline="")


def style_of(head: str, fit: Callable[[Sequence[str]], int]) -> Style:
    """Return how a file is written, of which ``head`` is the beginning.

    That separator is taken with which most cells of the header are known to ``fit``, then that with which there are
    most cells. Separators in quotes do not count.
    """
    lines = _header_lines(head)
    if lines and (separator := _SEPARATOR_LINES.get(lines[0].strip())):
        return Style(separator)
    rated = [
        (fit(cells), len(cells), -place) for place, cells in enumerate(header_of(lines, mark) for mark in SEPARATORS)
    ]
    best = max(range(len(SEPARATORS)), key=rated.__getitem__)
    return Style(SEPARATORS[best], SEPARATORS[best] == "," and _is_by_program("".join(lines)))


def header_cells(head: str, separator: str) -> Sequence[str]:
    """Return the cells of the first line of a text that holds anything; none where it cannot be read."""
    return header_of(_header_lines(head), separator)


def header_of(lines: Sequence[str], separator: str) -> Sequence[str]:
    """Return the cells of the first of these lines that holds anything; none where it cannot be read."""
    try:
        return next((cells for cells in csv.reader(lines, delimiter=separator, strict=True) if any(cells)), [])
    except csv.Error:
        return []


def _header_lines(head: str) -> list[str]:
    lines = list(physical_lines([head[:MAX_HEADER_TEXT]]))
    begun = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    return lines[begun:]


def _is_by_program(text: str) -> bool:
    """Tell whether the beginning of a file is written as ``Style.by_program`` says.

    A line of blank cells alone begins with ``""``, since readers skip blank lines.
    """
    at, is_header = 0, True
    while at < len(text):
        cells: list[str] = []
        end = ","
        while end == ",":
            found = _PROGRAM_CELL.match(text, at)
            if found is None:
                return not is_header and _CUT_CELL.match(text, at) is not None
            cells.append(found[1] or "")
            at, end = found.end(), found[2]
        if '""' in (cells[1:] if not any(cells[1:]) else cells) or (is_header and not all(cells)):
            return False
        is_header = False
    return not is_header


class DelimitedText:
    """Reads the lines of a delimited text, one after the other."""

    def __init__(self, pieces: Iterable[str], separator: str) -> None:
        """Read from pieces of text; nothing is read yet."""
        self._room = MAX_LINE_TEXT
        self._begin = 1
        self._physical: list[str] = []
        self._may_be_late = False
        self._cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^{separator}\r\n]*)(?:{separator}|[\r\n]|\Z)')
        self._reader = csv.reader(self._bounded(physical_lines(pieces)), delimiter=separator, strict=True)
        self._separator = separator

    def lines(self) -> Iterator[Line]:
        """Yield the lines that hold anything but separators and blanks, and those with quotes: a cell ``""`` is one.

        Raises ``InvalidParameterError``, which names the physical line, for quotes that cannot be read.
        """
        reader = self._reader
        while True:
            self._begin = reader.line_num + 1
            self._room = MAX_LINE_TEXT
            self._physical.clear()
            self._may_be_late = False
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._unreadable(str(error), reader.line_num) from None
            if any(map(str.strip, cells)):
                if not self._names_separator(cells):
                    yield Line(self._begin, cells, self._late_quotes() if self._may_be_late else ())
            elif any('"' in line for line in self._physical):
                yield Line(self._begin, cells)

    def _late_quotes(self) -> Sequence[int]:
        """Return the places of the cells of this record that are not in quotes and begin with blanks and a quote."""
        text = "".join(self._physical)
        places: list[int] = []
        for place, found in enumerate(self._cell.finditer(text)):
            if found[1][:1] != '"' and found[1].lstrip()[:1] == '"':
                places.append(place)
        return places

    def _names_separator(self, cells: Sequence[str]) -> bool:
        return self._begin == 1 and self._separator.join(cells).strip() in _SEPARATOR_LINES

    def _bounded(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._room -= len(line)
            if self._room < 0:
                raise InvalidParameterError(
                    "{parameter}: line {line}: what begins here has more than {maximum:,} characters; perhaps a quote "
                    "in it is not closed",
                    parameter=PARAMETER,
                    line=self._begin,
                    maximum=MAX_LINE_TEXT,
                )
            self._physical.append(line)
            if '"' in line and _LATE_QUOTE.search(line):
                self._may_be_late = True
            yield line

    def _unreadable(self, error: str, last: int) -> InvalidParameterError:
        if "end of data" in error:
            complaint = Message("a quote is opened here or further on in this record and never closed")
        elif "field larger" in error:
            complaint = Message(
                "a cell has more than {maximum:,} characters; perhaps a quote is not closed", maximum=MAX_CELL
            )
        else:
            complaint = Message(
                "in the record that begins here, up to line {last}, a quote is not closed, or a quote inside a quoted "
                'cell is not doubled ("")',
                last=last,
            )
        return InvalidParameterError(
            "{parameter}: line {line}: {complaint}", parameter=PARAMETER, line=self._begin, complaint=complaint
        )
