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
from kintone.values.numbers import DEFAULT_PRECISION

type Cell = Mapping[str, object]
"""``{"value": …}`` as kintone takes it. Cells are shared between records, so nobody may change them."""

MAX_KEPT = 20_000
"""Cells of all columns of a file that are kept, since they may repeat; they take about ten megabytes."""
MAX_KEPT_LENGTH = 100
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_LEADING_ZERO = re.compile(r"\D*0[0-9]{0,2}(?:,[0-9]{3})+(?:\D.*)?", re.ASCII | re.DOTALL)
_ONE_COMMA = re.compile(rf"{_LEADING_ZERO.pattern}|[^0-9,.]*[0-9]{{1,3}},[0-9]{{3}}[^0-9,.]*", re.ASCII | re.DOTALL)
_PLAIN_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN_MOMENT = re.compile(
    r"([1-9][0-9]{3})([-/])([0-9]{1,2})\2([0-9]{1,2})[T ]([0-9]{1,2}):([0-9]{2})(?::([0-5][0-9]))?(Z?)", re.ASCII
)
_TEXT_SHAPES = (Shape.TEXT, Shape.LINES, Shape.OTHER)
_LISTS = (Shape.OPTIONS, Shape.CODES)


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How the cells of a file are written.

    ``clock`` reads dates and times without an offset; ``rules`` says that values must keep to the form. ``kept`` is
    the number of cells that each column keeps. ``exact`` marks files that a program wrote for programs:
    users are codes there and never ``Name (code)``, options stand one a line, and nothing is guarded against formulas.
    With ``decimal_comma`` the cells stand between semicolons, as Excel writes them where 1,5 is one and a half.
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
        self.known: dict[str, Cell] = {}
        """The values of cells that were read without a problem or a note, by their texts."""

    def read(self, text: str, row: int | None = None) -> ReadCell:
        """Return what becomes of a cell that is not ``known``; ``row`` counts from 1 in a table."""
        if self._plain is not None and text:
            value = self._plain(text)
            if value is not None:
                return ReadCell(self._kept(text, {"value": value}))
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
        if problem.code is ProblemCode.AMBIGUOUS and self._definition.type.shape in _LISTS:
            return replace(problem, suggestion=Message("write each on a line of its own inside the cell"))
        return problem

    def of_options(self, chosen: Sequence[str], row: int | None = None) -> ReadCell:
        """Return the value of a field whose options have a column each."""
        findings, place = _CellFindings(), Place(self._definition.code, row, self._table)
        cell = read_cell(list(chosen), self._definition, place, CheckContext("update", self._style.rules, findings))
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
    odd = _ONE_COMMA if style.decimal_comma else _LEADING_ZERO
    if len(text) <= MAX_KEPT_LENGTH and odd.fullmatch(to_half_width(text)):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may have a decimal comma", value=preview(text)),
            Message("write digits only, with a point before decimals"),
        )
    return text.strip()


def _day(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    style.clock.note_time_of_day(text)
    return text.strip()


def _time(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    style.clock.note_seconds(text)
    return text.strip()


def _moment(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    return style.clock.read(text) if text.strip() else ""


def _option(text: str, definition: FieldDefinition, style: CellStyle) -> object:
    if style.exact or text in definition.options:
        return [text] if text else text
    return without_guard(text).strip()


def _options(text: str, definition: FieldDefinition, style: CellStyle) -> object:
    if not style.exact:
        text = text if text in definition.options else without_guard(text)
    lines = [line for line in text.split("\n") if line.strip()]
    if style.exact or len(lines) != 1 or text in definition.options:
        return lines
    return text


def _codes(text: str, _definition: FieldDefinition, style: CellStyle) -> object:
    if style.exact:
        return [{"code": line} for line in text.split("\n") if line.strip()]
    return [line for line in without_guard(text).split("\n") if line.strip()]


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
        return _plain_number(definition, rules=rules)
    if shape is Shape.DATE:
        return _plain_day
    return _plain_moment(style.clock) if shape is Shape.DATETIME else None


def _plain_text(lengths: range | None, *, exact: bool) -> _Plain:
    odd = re.compile("[\x00\r\ud800-\udfff]" if exact else "\\A'|[\x00\r\ud800-\udfff]")

    def plain(text: str) -> object:
        fits = lengths is None or len(text) in lengths
        return text if fits and (text.isalnum() or not odd.search(text)) else None

    return plain


def _plain_number(definition: FieldDefinition, *, rules: bool) -> _Plain:
    precision, bounds = definition.precision or DEFAULT_PRECISION, definition.limits
    max_whole, max_decimals = precision.whole_digits, precision.decimals if precision.known else 0
    least, most = (bounds.min_value, bounds.max_value) if rules else (None, None)

    def plain(text: str) -> object:
        if not _PLAIN_NUMBER.fullmatch(text) or text.startswith("-0"):
            return None
        whole, _, decimals = text.lstrip("-").partition(".")
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
