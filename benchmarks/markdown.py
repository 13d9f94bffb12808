"""Cells and rows of Markdown tables."""

from collections.abc import Sequence

NOTHING = "-"
_TEN = 10.0
_HUNDRED = 100.0


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first column is text, the others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def number(value: float | None, unit: str = "") -> str:
    """Return a number with three significant digits or so."""
    if value is None:
        return NOTHING
    digits = 2 if value < _TEN else 1 if value < _HUNDRED else 0
    return f"{value:,.{digits}f}{unit}"


def megabytes(size: int | None) -> str:
    """Return millions of bytes."""
    return NOTHING if size is None else number(size / 1e6)
