"""Records as a short text: one line each, empty values left out, cut where it would become too long to be read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kintone.field_types.table import is_table
from kintone.reading.pages import Record
from kintone.reading.query import parse
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.value_text import text_of

ELLIPSIS = "…"
LEFT_OUT = "$revision"
ROOM_FOR_COUNTS = 120

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much text there may be, in characters: all of it, and one value of one field."""

    text: int
    value: int


BESIDE_JSON = TextLimits(text=4_000, value=300)
"""Agents read text and JSON, so the text beside the JSON stays short."""
ALONE = TextLimits(text=100_000, value=100_000)
"""The longest text that Dify shows whole (WORKFLOW_VARIABLE_TRUNCATION_STRING_LENGTH)."""


class RecordText:
    """Collects the lines of the first records, as many as may be shown."""

    def __init__(self, limits: TextLimits, fields: Iterable[str]) -> None:
        """Start without records; ``$revision`` is shown only where ``fields`` name it."""
        self._limits = limits
        self._left_out = frozenset({"$id", LEFT_OUT}.difference(set(fields) - {"$id"}))
        self._lines: list[str] = []
        self._room = limits.text
        self._shortened = False

    def add(self, records: Iterable[Record]) -> None:
        """Add the lines of a page, until the text is full."""
        for record in records:
            if self._room < 0:
                return
            line = self._line(record)
            self._lines.append(line)
            self._room -= len(line) + 1

    def text(self, outcome: Outcome, rest: str) -> str:
        """Return the text; ``rest`` says where the records are that it does not show.

        ``rest`` may hold ``{offset}``, which becomes the ``offset`` that continues behind the last record shown.
        """
        opening = outcome.headline()
        if not outcome.records:
            return f"{opening}."
        whole = "\n".join([f"{opening}:", *self._lines])
        if len(self._lines) == outcome.records and len(whole) <= self._limits.text and not self._shortened:
            return whole
        lines = self._fitting(self._limits.text - len(opening) - len(rest) - ROOM_FOR_COUNTS)
        return "\n".join([f"{opening}; {self._cut_sentence(outcome, len(lines), rest)}", *lines])

    def _cut_sentence(self, outcome: Outcome, shown: int, rest: str) -> str:
        offset = (parse(outcome.effective_query).offset or 0) + shown
        left = max(0, outcome.records - shown)
        follow = f"{shown:,} shown here, {left:,} more follow" if left else "all shown here"
        values = f", values that end in {ELLIPSIS} are cut" if self._shortened else ""
        return f"{follow}{values}. {rest.replace('{offset}', str(offset))}"

    def _fitting(self, room: int) -> list[str]:
        lines: list[str] = []
        for line in self._lines:
            if len(line) + 1 > room:
                break
            lines.append(line)
            room -= len(line) + 1
        return lines or [self._cut(self._lines[0], max(room, len(ELLIPSIS)))]

    def _line(self, record: Record) -> str:
        cells = ((code, self._shown(field)) for code, field in record.items() if code not in self._left_out)
        parts = [f"{code}: {text}" for code, text in cells if text]
        number = record.get("$id")
        start = [f"#{number['value']}"] if number else []
        return " ".join([*start, " | ".join(parts)] if parts else start) or "-"

    def _shown(self, field: Record) -> str:
        value = field.get("value")
        if isinstance(value, str):
            text = value
        elif is_table(field.get("type")):
            rows = text_of(value, "; ")
            text = f"[{rows}]" if rows else ""
        else:
            text = text_of(value, ", ")
        return self._cut(_BREAKS.sub(" ", text), self._limits.value)

    def _cut(self, text: str, longest: int) -> str:
        if len(text) <= longest:
            return text
        self._shortened = True
        return text[: longest - len(ELLIPSIS)] + ELLIPSIS
