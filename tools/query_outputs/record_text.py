"""Records as a text that is enough to work with: one line each, named by the record's id, its empty fields by name.

It is cut between two records where it would become too long to be read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kintone.field_types.table import RECORD_ID, REVISION, is_table
from kintone.messages import Message
from kintone.reading.pages import Page, Record
from kintone.reading.query import parse
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.value_text import text_of

ELLIPSIS = "…"
EMPTY = "empty:"
ROOM_FOR_THE_REST = 300
SHORTENED = Message("Values that end in … are cut.")

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much text there may be, in characters: all of it, and one value of one field."""

    text: int
    value: int


BESIDE_JSON = TextLimits(text=20_000, value=1_000)
"""Agents read the text alone, and pay for what they read."""
ALONE = TextLimits(text=100_000, value=100_000)
"""The longest text that Dify shows whole (WORKFLOW_VARIABLE_TRUNCATION_STRING_LENGTH)."""


class RecordText:
    """Collects the lines of the first records, as many as may be shown."""

    def __init__(self, limits: TextLimits, fields: Iterable[str]) -> None:
        """Start without records; ``$revision`` is shown only where ``fields`` name it."""
        self._limits = limits
        self._left_out = frozenset({RECORD_ID, REVISION}.difference(set(fields) - {RECORD_ID}))
        self._lines: list[str] = []
        self._room = limits.text
        self._shortened = False

    def add(self, page: Page) -> None:
        """Add the lines of a page, until the text is full."""
        for record, record_id in zip(page.records, page.ids, strict=True):
            if self._room < 0:
                return
            line = self._line(record, record_id)
            self._lines.append(line)
            self._room -= len(line) + 1

    def lines(self, outcome: Outcome, rest: Message) -> Sequence[Message | str]:
        """Return warnings, how many records there are, a line each, and what the text does not show.

        ``rest`` says how to get the others; its ``{offset}`` is the one that continues behind the last record shown.
        """
        opening = [*outcome.warning_lines()]
        headline = outcome.headline()
        if not outcome.records:
            return [*opening, Message("{headline}.", headline=headline)]
        shown = self._fitting(outcome)
        offset = (parse(outcome.effective_query).offset or 0) + len(shown)
        left = outcome.records - len(shown)
        closing = [Message("… and {left:,} more. {rest}", left=left, rest=rest.but(offset=offset))] if left > 0 else []
        if self._shortened:
            closing.append(SHORTENED)
        return [*opening, Message("{headline}:", headline=headline), *shown, *closing]

    def _fitting(self, outcome: Outcome) -> list[str]:
        whole = len(self._lines) == outcome.records
        room = self._limits.text - (0 if whole else ROOM_FOR_THE_REST)
        if whole and sum(map(len, self._lines)) + len(self._lines) > room:
            room -= ROOM_FOR_THE_REST
        shown: list[str] = []
        for line in self._lines:
            room -= len(line) + 1
            if room < 0:
                break
            shown.append(line)
        return shown or [self._cut(self._lines[0], self._limits.text - ROOM_FOR_THE_REST)]

    def _line(self, record: Record, record_id: str) -> str:
        empty: list[str] = []
        parts: list[str] = []
        for code, field in record.items():
            if code in self._left_out:
                continue
            text = self._shown(field)
            if text:
                parts.append(f"{_on_one_line(code)}: {text}")
            else:
                empty.append(_on_one_line(code))
        if empty:
            parts.append(f"{EMPTY} {', '.join(empty)}")
        return f"#{record_id} {' | '.join(parts)}" if parts else f"#{record_id}"

    def _shown(self, field: Record) -> str:
        value = field.get("value")
        if isinstance(value, str):
            text = value
        elif is_table(field.get("type")):
            rows = text_of(value, "; ")
            text = f"[{rows}]" if rows else ""
        else:
            text = text_of(value, ", ")
        return self._cut(_on_one_line(text), self._limits.value)

    def _cut(self, text: str, longest: int) -> str:
        if len(text) <= longest:
            return text
        self._shortened = True
        return text[: longest - len(ELLIPSIS)] + ELLIPSIS


def _on_one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
