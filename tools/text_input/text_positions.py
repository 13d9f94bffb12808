"""Where in a text something is, and what stands there, for sentences that people act on."""

from dataclasses import dataclass

from kintone.messages import Message
from kintone.values.excerpts import excerpt

SHOWN = 30


@dataclass(frozen=True, slots=True)
class TextPosition:
    """A place in a text: line and column, both counted from 1."""

    line: int
    column: int
    near: str

    @property
    def words(self) -> Message:
        """Return the place as a sentence names it."""
        if not self.near:
            return Message("at line {line}, column {column} (the end of the text)", line=self.line, column=self.column)
        return Message(
            "at line {line}, column {column} (near {near})", line=self.line, column=self.column, near=self.near
        )


def position_of(text: str, index: int) -> TextPosition:
    """Return the place of the character at ``index``; a byte order mark in front takes up no column."""
    index = min(index, len(text))
    line_start = text.rfind("\n", 0, index) + 1
    column = index - line_start + 1
    if line_start == 0 and text.startswith("\ufeff"):
        column = max(1, column - 1)
    rest = text[index : index + SHOWN].strip()
    return TextPosition(text.count("\n", 0, index) + 1, column, excerpt(rest) if rest else "")
