"""Converts records to text: one line each, with the record's ID and the codes of its empty fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from kintone.field_types import RECORD_ID, REVISION
from kintone.messages import Joined, Message, counted
from kintone.reading.pages import Page, Record
from tools.query_summary import QuerySummary
from tools.value_texts import FIELD_SEPARATOR, INNER_SEPARATOR, ITEM_SEPARATOR, cut, named, on_one_line, shown_value

# Values as text


def text_of(value: object, separator: str) -> str:
    """Return a field's value as text, with ``separator`` between values and table rows; ``""`` for an empty value."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return separator.join(filter(None, (text_of(part, INNER_SEPARATOR) for part in value)))
    return _object_text(value) if isinstance(value, dict) else to_json(value).decode()


def _object_text(value: Mapping[str, object]) -> str:
    columns = value.get("value")
    if isinstance(columns, dict):
        cells = ((column, text_of(cell.get("value"), INNER_SEPARATOR)) for column, cell in columns.items())
        return ", ".join(f"{column}: {text}" for column, text in cells if text)
    return named(value)


# Records as lines

EMPTY = "empty:"
CLOSING_CHARACTERS = 450
CODE_CHARACTERS = 200
SHORTENED = Message("Values that end in … are cut; the fewer records and fields are read, the more of each is shown.")
UTC_TIMES = Message("Times ending in Z are UTC.")

_UTC_TIME = re.compile(r"\d\d:\d\dZ|\d\d:\d\d:\d\d(?:\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class TextLimits:
    """The largest number of characters: of the whole text, and of one value if not all values fit whole."""

    text: int
    value: int


SHORT_TEXT = TextLimits(text=20_000, value=1_000)
"""For the modes whose records also go out as JSON: agents read only the text, and every token costs money."""
FULL_TEXT = TextLimits(text=100_000, value=100_000)
"""The longest text that Dify shows whole (WORKFLOW_VARIABLE_TRUNCATION_STRING_LENGTH)."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The parts of a line: the record's ID, codes and texts of its fields, and the codes of its empty fields."""

    record_id: str
    values: list[tuple[str, str]]
    empty: list[str]

    def text(self, longest: int) -> str:
        """Return the line, with each value cut to ``longest`` characters."""
        parts = self._parts(longest)
        if self.empty:
            parts.append(f"{EMPTY} {ITEM_SEPARATOR.join(self.empty)}")
        return self._joined(parts)

    def shortened(self, room: int, longest: int) -> tuple[str, int]:
        """Return the part of the line that fits into ``room`` characters, and the number of fields left out."""
        room -= len(self.record_id) + 2
        parts = self._parts(longest)
        shown = parts[: _fitting(parts, room, FIELD_SEPARATOR)]
        names: list[str] = []
        if len(shown) == len(parts):
            left = room - sum(len(part) + len(FIELD_SEPARATOR) for part in shown) - len(EMPTY) - 1
            names = self.empty[: _fitting(self.empty, left, ITEM_SEPARATOR)]
        hidden = len(parts) + len(self.empty) - len(shown) - len(names)
        return self._joined([*shown, f"{EMPTY} {ITEM_SEPARATOR.join(names)}"] if names else shown), hidden

    def _parts(self, longest: int) -> list[str]:
        return [f"{code}={cut(text, longest)}" for code, text in self.values]

    def _joined(self, parts: Sequence[str]) -> str:
        return f"#{self.record_id} {FIELD_SEPARATOR.join(parts)}" if parts else f"#{self.record_id}"


class RecordText:
    """Collects the first records, as many as the text can show."""

    def __init__(self, limits: TextLimits, fields: Iterable[str]) -> None:
        """Start without records; ``$revision`` is shown only if ``fields`` names it."""
        self._limits = limits
        self._hidden = frozenset({RECORD_ID, REVISION}.difference(set(fields) - {RECORD_ID}))
        self._lines: list[_Line] = []
        self._codes: dict[str, None] = {}
        self._room = limits.text

    def add(self, page: Page) -> int:
        """Add the records of a page until the text is full; return how many were added."""
        before = len(self._lines)
        # Records that are JSON still are decoded only if they are shown.
        shown = page.records if self._room >= 0 else ()
        for record, record_id in zip(shown, page.ids, strict=False):
            if self._room < 0:
                break
            line = self._line(record, record_id)
            self._lines.append(line)
            self._room -= len(line.text(self._limits.value)) + 1
        return len(self._lines) - before

    def lines(self, summary: QuerySummary, rest: Message) -> Sequence[Message | str]:
        """Return the number of records, warnings, a line for each record, and what the text does not show.

        ``rest`` is a sentence that says where a workflow has the records that the text does not show.
        """
        opening = summary.opening()
        if not summary.records:
            return opening
        self._name_absent_fields()
        full = [line.text(self._limits.text + 1) for line in self._lines]
        room = self._limits.text - _size(opening) - (_size([UTC_TIMES]) if hold_times(full) else 0)
        longest = self._longest_value(summary, _size(full), room)
        shown = self._whole_lines(summary, longest, room)
        closing: list[Message] = []
        if not shown:
            first, room = self._lines[0], room - CLOSING_CHARACTERS
            longest = min(longest, room - CODE_CHARACTERS)
            line, hidden = first.shortened(room, longest)
            shown = [line]
            if hidden:
                closing.append(_fields_hidden(first.record_id, hidden))
        left = summary.records - len(shown)
        if left > 0:
            opening = summary.opening(is_cut=True)
            how_many = Message("… and {left:,} more.", left=left)
            closing.append(Joined([how_many, rest, summary.reading_on(len(shown))], " "))
        if any(len(text) > longest for line in self._lines[: len(shown)] for _, text in line.values):
            closing.append(SHORTENED)
        times = [UTC_TIMES] if hold_times(shown) else []
        return [*opening, *shown, *times, *closing]

    def _name_absent_fields(self) -> None:
        """Add to the empty fields of each record those that only other records have, such as later added ones."""
        for line in self._lines:
            if len(line.values) + len(line.empty) < len(self._codes):
                own = {*line.empty, *(code for code, _ in line.values)}
                line.empty.extend(code for code in self._codes if code not in own)

    def _longest_value(self, summary: QuerySummary, size: int, room: int) -> int:
        """Return the largest length of a value: as long as possible if all records fit, else the limit of one value.

        ``size`` is that of the lines with all values whole.
        """
        if len(self._lines) < summary.records:
            return self._limits.value
        lengths = [len(text) for line in self._lines for _, text in line.values]
        if size <= room:
            return max(lengths, default=0)
        frame = size - sum(lengths)
        return max(self._limits.value, _cut_length(lengths, room - CLOSING_CHARACTERS - frame))

    def _whole_lines(self, summary: QuerySummary, longest: int, room: int) -> list[str]:
        """Return the lines of the first records that fit; no line is cut."""
        lines = [line.text(longest) for line in self._lines]
        is_all = len(lines) == summary.records and _size(lines) <= room
        return lines[: _fitting(lines, room - (0 if is_all else CLOSING_CHARACTERS), "\n")]

    def _line(self, record: Record, record_id: str) -> _Line:
        line = _Line(record_id, [], [])
        for written, field in record.items():
            if written in self._hidden:
                continue
            text, code = shown_value(field), on_one_line(written)
            self._codes[code] = None
            if text:
                # A longer part of the value could never be shown.
                line.values.append((code, cut(text, self._limits.text + 1)))
            else:
                line.empty.append(code)
        return line


def _fitting(texts: Iterable[str], room: int, separator: str) -> int:
    """Return how many of the texts fit into ``room`` characters, each with a separator after it."""
    count = 0
    for text in texts:
        room -= len(text) + len(separator)
        if room < 0:
            break
        count += 1
    return count


def _cut_length(lengths: Iterable[int], room: int) -> int:
    """Return the length to which the longest texts must be cut so that all of them fit into ``room`` characters."""
    ascending = sorted(lengths)
    for count, length in enumerate(ascending):
        longest = max(0, room) // (len(ascending) - count)
        if length > longest:
            return longest
        room -= length
    return max(ascending, default=0)


def _size(lines: Iterable[Message | str]) -> int:
    """Return the number of characters of lines, with their line ends."""
    return sum(len(str(line)) + 1 for line in lines)


def hold_times(lines: Iterable[str]) -> bool:
    """Tell whether one of the lines holds a time that ends in ``Z``."""
    return any(_UTC_TIME.search(line) for line in lines)


def _fields_hidden(record_id: str, count: int) -> Message:
    return counted(
        count,
        Message("1 more field of #{record} is not shown; name the fields that are needed in fields.", record=record_id),
        Message(
            "{count:,} more fields of #{record} are not shown; name the fields that are needed in fields.",
            count=count,
            record=record_id,
        ),
    )
