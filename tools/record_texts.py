"""Converts records to text: one line each, with the record's ID and the codes of its empty fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from kintone.field_types import RECORD_ID, REVISION, is_table
from kintone.messages import Message, counted
from kintone.query import parse
from kintone.reading.pages import Page, Record
from tools.query_summary import QuerySummary

# Values as text

INNER_SEPARATOR = " / "


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
    columns, code, name = value.get("value"), value.get("code"), value.get("name")
    if isinstance(columns, dict):
        cells = ((column, text_of(cell.get("value"), INNER_SEPARATOR)) for column, cell in columns.items())
        return ", ".join(f"{column}: {text}" for column, text in cells if text)
    if isinstance(code, str) and code:
        return f"{name} ({code})" if name and name != code else code
    return name if isinstance(name, str) else to_json(value).decode()


# Records as lines

ELLIPSIS = "…"
EMPTY = "empty:"
SEPARATOR = " | "
CLOSING_CHARACTERS = 450
CODE_CHARACTERS = 200
SHORTENED = Message("Values that end in … are cut; the fewer records and fields are read, the more of each is shown.")

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


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
        parts = [f"{code}: {_cut(text, longest)}" for code, text in self.values]
        if self.empty:
            parts.append(f"{EMPTY} {', '.join(self.empty)}")
        return self._joined(parts)

    def shortened(self, room: int, longest: int) -> tuple[str, int]:
        """Return the part of the line that fits into ``room`` characters, and the number of fields left out."""
        room -= len(self.record_id) + 2
        parts = [f"{code}: {_cut(text, longest)}" for code, text in self.values]
        shown = parts[: _fitting(parts, room, SEPARATOR)]
        names: list[str] = []
        if len(shown) == len(parts):
            left = room - sum(len(part) + len(SEPARATOR) for part in shown) - len(EMPTY) - 1
            names = self.empty[: _fitting(self.empty, left, ", ")]
        hidden = len(parts) + len(self.empty) - len(shown) - len(names)
        return self._joined([*shown, f"{EMPTY} {', '.join(names)}"] if names else shown), hidden

    def _joined(self, parts: Sequence[str]) -> str:
        return f"#{self.record_id} {SEPARATOR.join(parts)}" if parts else f"#{self.record_id}"


class RecordText:
    """Collects the first records, as many as the text can show."""

    def __init__(self, limits: TextLimits, fields: Iterable[str]) -> None:
        """Start without records; ``$revision`` is shown only if ``fields`` names it."""
        self._limits = limits
        self._hidden = frozenset({RECORD_ID, REVISION}.difference(set(fields) - {RECORD_ID}))
        self._lines: list[_Line] = []
        self._room = limits.text

    def add(self, page: Page) -> None:
        """Add the records of a page until the text is full."""
        for record, record_id in zip(page.records, page.ids, strict=True):
            if self._room < 0:
                return
            line = self._line(record, record_id)
            self._lines.append(line)
            self._room -= len(line.text(self._limits.value)) + 1

    def lines(self, summary: QuerySummary, rest: Message) -> Sequence[Message | str]:
        """Return warnings, the number of records, a line for each record, and what the text does not show.

        ``rest`` explains how to get the other records; its ``{onward}`` is how to continue after the last one shown.
        """
        opening = [*summary.warning_lines()]
        headline = summary.headline()
        if not summary.records:
            return [*opening, Message("{headline}.", headline=headline)]
        longest = self._longest_value(summary)
        shown = self._whole_lines(summary, longest)
        closing: list[Message] = []
        if not shown:
            first, room = self._lines[0], self._limits.text - CLOSING_CHARACTERS
            longest = min(longest, room - CODE_CHARACTERS)
            line, hidden = first.shortened(room, longest)
            shown = [line]
            if hidden:
                closing.append(_fields_hidden(first.record_id, hidden))
        left = summary.records - len(shown)
        if left > 0:
            onward = _continuation(summary.effective_query, len(shown))
            closing.append(Message("… and {left:,} more. {rest}", left=left, rest=rest.copy_with(onward=onward)))
        if any(len(text) > longest for line in self._lines[: len(shown)] for _, text in line.values):
            closing.append(SHORTENED)
        return [*opening, Message("{headline}:", headline=headline), *shown, *closing]

    def _longest_value(self, summary: QuerySummary) -> int:
        """Return the largest length of a value: as long as possible if all records fit, else the limit of one value."""
        if len(self._lines) < summary.records:
            return self._limits.value
        lengths = [len(text) for line in self._lines for _, text in line.values]
        frame = sum(len(line.text(0)) + 1 for line in self._lines) - len(lengths) * len(ELLIPSIS)
        if frame + sum(lengths) <= self._limits.text:
            return max(lengths, default=0)
        return max(self._limits.value, _cut_length(lengths, self._limits.text - CLOSING_CHARACTERS - frame))

    def _whole_lines(self, summary: QuerySummary, longest: int) -> list[str]:
        """Return the lines of the first records that fit; no line is cut."""
        lines = [line.text(longest) for line in self._lines]
        is_all = len(lines) == summary.records and sum(map(len, lines)) + len(lines) <= self._limits.text
        return lines[: _fitting(lines, self._limits.text - (0 if is_all else CLOSING_CHARACTERS), "\n")]

    def _line(self, record: Record, record_id: str) -> _Line:
        line = _Line(record_id, [], [])
        for code, field in record.items():
            if code in self._hidden:
                continue
            text = _shown(field)
            if text:
                # A longer part of the value could never be shown.
                line.values.append((_on_one_line(code), text[: self._limits.text + 1]))
            else:
                line.empty.append(_on_one_line(code))
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


def _shown(field: Record) -> str:
    value = field.get("value")
    if isinstance(value, str):
        return _on_one_line(value)
    if is_table(field.get("type")):
        rows = text_of(value, "; ")
        return _on_one_line(f"[{rows}]") if rows else ""
    return _on_one_line(text_of(value, ", "))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: max(0, longest - len(ELLIPSIS))] + ELLIPSIS


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


def _continuation(query: str, shown: int) -> Message:
    offset = parse(query).offset
    if offset is None:
        return Message("put offset {offset} at the end of query", offset=shown)
    return Message("write offset {offset} instead of offset {before} in query", offset=offset + shown, before=offset)


def _on_one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
