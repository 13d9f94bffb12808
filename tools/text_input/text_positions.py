"""Where in a text something is, and what stands there, for sentences that people act on."""

from dataclasses import dataclass

from kintone.values.excerpts import excerpt

SHOWN = 30


@dataclass(frozen=True, slots=True)
class TextPosition:
    """A place in a text: line and column, both counted from 1."""

    line: int
    column: int
    near: str

    @property
    def words(self) -> str:
        """Return the place as a sentence names it."""
        return f"at line {self.line}, column {self.column} (near {self.near})" if self.near else self._bare

    @property
    def _bare(self) -> str:
        return f"at line {self.line}, column {self.column} (the end of the text)"


def position_of(text: str, index: int) -> TextPosition:
    """Return the place of the character at ``index``; a byte order mark in front takes up no column."""
    index = min(index, len(text))
    line_start = text.rfind("\n", 0, index) + 1
    column = index - line_start + 1
    if line_start == 0 and text.startswith("\ufeff"):
        column = max(1, column - 1)
    rest = text[index : index + SHOWN].strip()
    return TextPosition(text.count("\n", 0, index) + 1, column, excerpt(rest) if rest else "")
