"""From the text of a cell to kintone's value, by the type of the field.

Most cells are plain: a text without limits, digits, a day as kintone writes it. These are told by one regular
expression, all others are read as the values of ``docs/values.md``. The cells of a column that repeat are read once.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from kintone import limits
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.problems import Change, Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.record_files.clocks import LocalClock
from kintone.records.field_rules import CheckContext, read_cell
from kintone.texts import preview, to_half_width
from kintone.values.dates import FIRST_YEAR, only_moment
from kintone.values.formulas import without_guard
from kintone.values.numbers import DEFAULT_PRECISION, read_number
from kintone.values.readable import person_code

type Cell = Mapping[str, object]
"""``{"value": …}`` as kintone takes it. Cells are shared between records, so nobody may change them."""

MAX_KEPT = 20_000
"""Cells of all columns of a file that are kept, since they may repeat; they take about ten megabytes."""
MAX_KEPT_LENGTH = 100
AFTER_THOUSANDS = 3
"""Digits behind a separator of thousands."""
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_LEADING_ZERO = re.compile(r"\D*0[0-9]{0,2}(?:,[0-9]{3})+(?:\D.*)?", re.ASCII | re.DOTALL)
_ONE_SEPARATOR = re.compile(r"[^0-9,.]*[1-9][0-9]{0,2}[,.][0-9]{3}[^0-9,.]*", re.ASCII | re.DOTALL)
_PLAIN_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN_MOMENT = re.compile(
    r"([1-9][0-9]{3})([-/])([0-9]{1,2})\2([0-9]{1,2})[T ]([0-9]{1,2}):([0-9]{2})(?::([0-5][0-9]))?(Z?)", re.ASCII
)
LISTS = (Shape.OPTIONS, Shape.CODES)
_TEXT_SHAPES = (Shape.TEXT, Shape.LINES, Shape.OTHER)


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How the cells of a file are written.

    ``clock`` reads dates and times without an offset; ``rules`` says that values must keep to the form. ``kept`` is
    the number of cells that each column keeps. ``exact`` marks files that a program wrote for programs:
    users are codes there and never ``Name (code)``, options stand one a line, and nothing is guarded against formulas.
    With ``decimal_comma`` the cells stand between semicolons, as Excel writes them where 1,5 is one and a half and
    1.234 more than a thousand.
    """

    clock: LocalClock
    exact: bool = False
    rules: bool = True
    kept: int = 1_000
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class ReadCell:
    """What became of a cell: kintone's value or None, the problems, and what will be stored differently."""

    cell: Cell | None
    problems: Sequence[Problem] = ()
    notes: Sequence[Change] = ()


class _CellFindings(Findings):
    """Findings without the changes of every cell, since all values of a file are written as text."""

    def change(self, place: Place, before: object, after: object) -> None:
        """Note nothing."""


class CellReader:
    """Reads the cells of one field, or of one column of a table."""

    def __init__(self, definition: FieldDefinition, style: CellStyle, *, table: str = "") -> None:
        """Read by the definition."""
        self.code: Final = definition.code
        self._definition = definition
        self._style = style
        self._table = table
        self._prepared = _PREPARED.get(definition.type.shape, _guarded)
        self._plain = _plain_reader(definition, style)
        self._is_kept = definition.type.shape not in _TEXT_SHAPES
        self.known: dict[str, Cell] = {}
        """The values of cells that were read without a problem or a note, by their texts; not of plain texts."""

    def plain(self, text: str) -> Cell | None:
        """Return what becomes of a plain cell that is not ``known``; None for one that needs a closer look."""
        if self._plain is None or not text:
            return None
        value = self._plain(text)
        if value is None:
            return None
        cell = {"value": value}
        return self._kept(text, cell) if self._is_kept else cell

    def read(self, text: str, row: int | None = None) -> ReadCell:
        """Return what becomes of a cell that is not ``known``; ``row`` counts from 1 in a table."""
        cell = self.plain(text)
        if cell is not None:
            return ReadCell(cell)
        findings, place = _CellFindings(), Place(self._definition.code, row, self._table)
        try:
            given = self._prepared(_with_line_feeds(text), self._definition, self._style)
        except UnusableValueError as error:
            findings.unusable(place, error)
            return ReadCell(None, findings.problems)
        cell = read_cell(given, self._definition, place, CheckContext("update", self._style.rules, findings))
        if findings.problems or findings.changes or cell is None:
            return ReadCell(cell, list(map(self._in_a_cell, findings.problems)), findings.changes)
        return ReadCell(self._kept(text, cell))

    def _in_a_cell(self, problem: Problem) -> Problem:
        """Return a problem with advice that is possible in a cell, in which no JSON list stands."""
        if problem.code is ProblemCode.AMBIGUOUS and self._definition.type.shape in LISTS:
            return replace(problem, suggestion=Message("write each on a line of its own inside the cell"))
        return problem

    def of_values(self, values: Sequence[object], row: int | None = None) -> ReadCell:
        """Return the value of a field from a list, such as its options that are chosen."""
        findings, place = _CellFindings(), Place(self._definition.code, row, self._table)
        cell = read_cell(list(values), self._definition, place, CheckContext("update", self._style.rules, findings))
        return ReadCell(cell, findings.problems, findings.changes)

    def _kept(self, text: str, cell: Cell) -> Cell:
        if len(text) <= MAX_KEPT_LENGTH and len(self.known) < self._style.kept:
            self.known[text] = cell
        return cell


def _with_line_feeds(text: str) -> str:
    """Return a cell with LF between its lines, https://github.com/kintone/cli-kintone/pull/69."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# What the readers of values take


type _Prepare = Callable[[str, FieldDefinition, CellStyle], object]


def _guarded(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    return text if style.exact else without_guard(text)


def _number(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    require_one_size(text, decimal_comma=style.decimal_comma)
    return text.strip()


def require_one_size(text: str, *, decimal_comma: bool) -> None:
    """Raise ``UnusableValueError`` for a number that may be a thousand times larger or smaller, or for none.

    That is a comma behind a leading zero and, where cells stand between semicolons, one comma or one point with three
    digits behind it.
    """
    digits = to_half_width(text) if len(text) <= MAX_KEPT_LENGTH else ""
    if _LEADING_ZERO.fullmatch(digits):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may have a decimal comma", value=preview(text)),
            Message("write digits only, with a point before decimals"),
        )
    if decimal_comma and _ONE_SEPARATOR.fullmatch(digits):
        whole = read_number(text).replace(".", "")
        small = f"{whole[:-AFTER_THOUSANDS]}.{whole[-AFTER_THOUSANDS:]}"
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may be {whole} or {small}", value=preview(text), whole=whole, small=small),
            Message("write {whole} or {small}0 for the one that is meant", whole=whole, small=small),
        )


def _day(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    style.clock.note_time_of_day(text)
    return text.strip()


def _time(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    style.clock.note_seconds(text)
    return text.strip()


def _moment(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    return style.clock.read(text) if text.strip() else ""


def _option(text: str, definition: FieldDefinition, style: CellStyle) -> object:
    found = next((each for each in _unguarded(text, style) if each in definition.options), text)
    if style.exact or found in definition.options:
        return [found] if found else found
    return without_guard(text).strip()


def _options(text: str, definition: FieldDefinition, style: CellStyle) -> object:
    for each in _unguarded(text, style):
        found = _chosen(each.split("\n"), definition.options)
        if found is not None:
            return found
    lines = [line for line in _unguarded(text, style)[0].split("\n") if line.strip()]
    # A single line may hold several options with commas between them.
    return lines if style.exact or len(lines) != 1 else lines[0]


def _unguarded(text: str, style: CellStyle) -> Sequence[str]:
    """Return what a cell may stand for: the text without its guard, then the text as it is."""
    return [text] if style.exact else list(dict.fromkeys([without_guard(text), text]))


def _chosen(lines: Sequence[str], options: Mapping[str, str]) -> list[str] | None:
    """Return the only way to read lines as options, which may have several lines themselves; None without one.

    Raises ``UnusableValueError`` for several ways. Blank lines are skipped that are no option.
    """
    longest = 1 + max((option.count("\n") for option in options), default=0)
    if len(lines) > limits.MAX_OPTIONS * longest:
        return None
    ways: list[list[list[str]]] = [[[]]]
    for end in range(1, len(lines) + 1):
        found = list(ways[end - 1]) if not lines[end - 1].strip() and lines[end - 1] not in options else []
        for start in range(max(0, end - longest), end):
            option = "\n".join(lines[start:end])
            if option in options:
                found += [[*before, option] for before in ways[start]]
        ways.append(found[:2])
    if len(ways[-1]) > 1:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can be split into options in several ways", value=preview("\n".join(lines))),
            Message("import the records that have such options as JSON, in which each is a text of its own"),
        )
    return ways[-1][0] if ways[-1] else None


def _codes(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    if style.exact:
        return [{"code": line} for line in text.split("\n") if line.strip()]
    return [person_code(line) for line in without_guard(text).split("\n") if line.strip()]


_PREPARED: Mapping[Shape, _Prepare] = {
    Shape.NUMBER: _number,
    Shape.DATE: _day,
    Shape.TIME: _time,
    Shape.DATETIME: _moment,
    Shape.OPTION: _option,
    Shape.OPTIONS: _options,
    Shape.CODES: _codes,
}


# Plain cells


type _Plain = Callable[[str], object]


def _plain_reader(definition: FieldDefinition, style: CellStyle) -> _Plain | None:
    """Return a function that gives the value of a plain cell, None for one that needs a closer look."""
    shape, bounds, rules = definition.type.shape, definition.limits, style.rules
    if shape in _TEXT_SHAPES and not (rules and bounds.protocol):
        longest = limits.MAX_UNIQUE_LENGTH if definition.unique else sys.maxsize
        shortest = bounds.min_length or 0
        if bounds.max_length is not None:
            longest = min(longest, bounds.max_length)
        return _plain_text(range(shortest, longest + 1) if rules else None, exact=style.exact)
    if shape is Shape.NUMBER:
        return _plain_number(definition, rules=rules, decimal_comma=style.decimal_comma)
    if shape is Shape.DATE:
        return _plain_day
    return _plain_moment(style.clock) if shape is Shape.DATETIME else None


def _plain_text(lengths: range | None, *, exact: bool) -> _Plain:
    odd = re.compile("[\x00\r\ud800-\udfff]" if exact else "\\A'|[\x00\r\ud800-\udfff]")

    def plain(text: str) -> object:
        fits = lengths is None or len(text) in lengths
        return text if fits and (text.isalnum() or not odd.search(text)) else None

    return plain


def _plain_number(definition: FieldDefinition, *, rules: bool, decimal_comma: bool) -> _Plain:
    precision, bounds = definition.precision or DEFAULT_PRECISION, definition.limits
    max_whole, max_decimals = precision.whole_digits, precision.decimals if precision.known else 0
    least, most = (bounds.min_value, bounds.max_value) if rules else (None, None)

    def plain(text: str) -> object:
        if not _PLAIN_NUMBER.fullmatch(text) or text.startswith("-0"):
            return None
        whole, _, decimals = text.lstrip("-").partition(".")
        if decimal_comma and len(decimals) == AFTER_THOUSANDS:
            return None
        if len(whole) > max_whole or len(decimals) > max_decimals:
            return None
        if (least is not None and Decimal(text) < least) or (most is not None and Decimal(text) > most):
            return None
        return text

    return plain


def _plain_day(text: str) -> object:
    if not _PLAIN_DAY.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def _plain_moment(clock: LocalClock) -> _Plain:
    zone = clock.zone

    def plain(text: str) -> object:
        match = _PLAIN_MOMENT.fullmatch(text)
        if match is None:
            return None
        year, _, month, day, hour, minute, second, utc = match.groups()
        try:
            local = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC if utc else zone)
            moment = local if utc else only_moment(local)
        except (ValueError, OverflowError):
            return None
        clock.used |= not utc
        clock.drops_seconds |= second not in (None, "00")
        return None if moment is None or moment.year < FIRST_YEAR else f"{moment:%Y-%m-%dT%H:%M}:00Z"

    return plain
