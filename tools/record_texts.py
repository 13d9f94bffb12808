"""Records as text: one line each, with the record's id and the names of its empty fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from kintone.field_types import RECORD_ID, REVISION, is_table
from kintone.messages import Message, counted
from kintone.query import parse
from kintone.reading.pages import Page, Record
from tools.query_summary import QuerySummary

INNER_JOINT = " / "


def text_of(value: object, joint: str) -> str:
    """Return a field's value as text, several values and table rows joined; empty values are an empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return joint.join(filter(None, (text_of(part, INNER_JOINT) for part in value)))
    return _object_text(value) if isinstance(value, dict) else to_json(value).decode()


def _object_text(value: Mapping[str, object]) -> str:
    columns, code, name = value.get("value"), value.get("code"), value.get("name")
    if isinstance(columns, dict):
        cells = ((column, text_of(cell.get("value"), INNER_JOINT)) for column, cell in columns.items())
        return ", ".join(f"{column}: {text}" for column, text in cells if text)
    if isinstance(code, str) and code:
        return f"{name} ({code})" if name and name != code else code
    return name if isinstance(name, str) else to_json(value).decode()


ELLIPSIS = "…"
EMPTY = "empty:"
JOINT = " | "
ROOM_FOR_THE_REST = 450
ROOM_FOR_A_NAME = 200
SHORTENED = Message("Values that end in … are cut; the fewer records and fields are read, the more of each is shown.")

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much text there may be, in characters: all of it, and one value where the text has no room for whole ones."""

    text: int
    value: int


SHORT_TEXT = TextLimits(text=20_000, value=1_000)
"""Agents read the text alone, and pay for what they read."""
FULL_TEXT = TextLimits(text=100_000, value=100_000)
"""The longest text that Dify shows whole (WORKFLOW_VARIABLE_TRUNCATION_STRING_LENGTH)."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A record to be: its id, the codes and texts of its fields, and the codes of those that are empty."""

    record_id: str
    values: list[tuple[str, str]]
    empty: list[str]

    def written(self, longest: int) -> str:
        """Return the line with no value of more than so many characters."""
        parts = [f"{code}: {_cut(text, longest)}" for code, text in self.values]
        if self.empty:
            parts.append(f"{EMPTY} {', '.join(self.empty)}")
        return self._joined(parts)

    def fitted(self, room: int, longest: int) -> tuple[str, int]:
        """Return as much of the line as there is room for, and how many fields are left out of it."""
        room -= len(self.record_id) + 2
        parts = [f"{code}: {_cut(text, longest)}" for code, text in self.values]
        shown = parts[: _fitting(parts, room, JOINT)]
        names: list[str] = []
        if len(shown) == len(parts):
            left = room - sum(len(part) + len(JOINT) for part in shown) - len(EMPTY) - 1
            names = self.empty[: _fitting(self.empty, left, ", ")]
        hidden = len(parts) + len(self.empty) - len(shown) - len(names)
        return self._joined([*shown, f"{EMPTY} {', '.join(names)}"] if names else shown), hidden

    def _joined(self, parts: Sequence[str]) -> str:
        return f"#{self.record_id} {JOINT.join(parts)}" if parts else f"#{self.record_id}"


class RecordText:
    """Collects the first records, as many as may be shown."""

    def __init__(self, limits: TextLimits, fields: Iterable[str]) -> None:
        """Start without records; ``$revision`` is shown only where ``fields`` name it."""
        self._limits = limits
        self._left_out = frozenset({RECORD_ID, REVISION}.difference(set(fields) - {RECORD_ID}))
        self._lines: list[_Line] = []
        self._room = limits.text

    def add(self, page: Page) -> None:
        """Add the records of a page, until the text is full."""
        for record, record_id in zip(page.records, page.ids, strict=True):
            if self._room < 0:
                return
            line = self._line(record, record_id)
            self._lines.append(line)
            self._room -= len(line.written(self._limits.value)) + 1

    def lines(self, outcome: QuerySummary, rest: Message) -> Sequence[Message | str]:
        """Return warnings, how many records there are, a line each, and what the text does not show.

        ``rest`` says how to get the others; its ``{onward}`` is how to continue behind the last record shown.
        """
        opening = [*outcome.warning_lines()]
        headline = outcome.headline()
        if not outcome.records:
            return [*opening, Message("{headline}.", headline=headline)]
        longest = self._longest_value(outcome)
        shown = self._whole_lines(outcome, longest)
        closing: list[Message] = []
        if not shown:
            first, room = self._lines[0], self._limits.text - ROOM_FOR_THE_REST
            longest = min(longest, room - ROOM_FOR_A_NAME)
            line, hidden = first.fitted(room, longest)
            shown = [line]
            if hidden:
                closing.append(_fields_hidden(first.record_id, hidden))
        left = outcome.records - len(shown)
        if left > 0:
            onward = _onward(outcome.effective_query, len(shown))
            closing.append(Message("… and {left:,} more. {rest}", left=left, rest=rest.copy_with(onward=onward)))
        if any(len(text) > longest for line in self._lines[: len(shown)] for _, text in line.values):
            closing.append(SHORTENED)
        return [*opening, Message("{headline}:", headline=headline), *shown, *closing]

    def _longest_value(self, outcome: QuerySummary) -> int:
        """Return how long a value may be: as long as all records have room, else as the limits say."""
        if len(self._lines) < outcome.records:
            return self._limits.value
        lengths = [len(text) for line in self._lines for _, text in line.values]
        around = sum(len(line.written(0)) + 1 for line in self._lines) - len(lengths) * len(ELLIPSIS)
        if around + sum(lengths) <= self._limits.text:
            return max(lengths, default=0)
        return max(self._limits.value, _share(lengths, self._limits.text - ROOM_FOR_THE_REST - around))

    def _whole_lines(self, outcome: QuerySummary, longest: int) -> list[str]:
        """Return the lines of the first records, whole ones only."""
        lines = [line.written(longest) for line in self._lines]
        is_all = len(lines) == outcome.records and sum(map(len, lines)) + len(lines) <= self._limits.text
        return lines[: _fitting(lines, self._limits.text - (0 if is_all else ROOM_FOR_THE_REST), "\n")]

    def _line(self, record: Record, record_id: str) -> _Line:
        line = _Line(record_id, [], [])
        for code, field in record.items():
            if code in self._left_out:
                continue
            text = _shown(field)
            if text:
                # No more of it could be shown, and much more would be kept for nothing.
                line.values.append((_on_one_line(code), text[: self._limits.text + 1]))
            else:
                line.empty.append(_on_one_line(code))
        return line


def _fitting(texts: Iterable[str], room: int, joint: str) -> int:
    """Return how many of the texts have room, each with a joint behind it."""
    count = 0
    for text in texts:
        room -= len(text) + len(joint)
        if room < 0:
            break
        count += 1
    return count


def _share(lengths: Iterable[int], room: int) -> int:
    """Return the length down to which the longest must be cut, so that all fit into so much room."""
    waiting = sorted(lengths)
    for count, length in enumerate(waiting):
        share = max(0, room) // (len(waiting) - count)
        if length > share:
            return share
        room -= length
    return max(waiting, default=0)


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


def _onward(query: str, shown: int) -> Message:
    offset = parse(query).offset
    if offset is None:
        return Message("put offset {offset} at the end of query", offset=shown)
    return Message("write offset {offset} instead of offset {before} in query", offset=offset + shown, before=offset)


def _on_one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
